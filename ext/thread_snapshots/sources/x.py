"""X: the syndication endpoint of embedded posts, and Thread Reader.

The syndication endpoint returns one post and the id of the post above it, but no replies. It is not documented;
https://github.com/vercel/react-tweet uses it. Thread Reader has the complete thread, if a reader requested it there;
its ``ping`` returns the id of the first post.
"""

import dataclasses
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import quote

from selectolax.lexbor import LexborNode
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import Author, Block, Media, Post
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots import source
from thread_snapshots.errors import BadResponse, FetchError, Forbidden, NotFound, Unreachable
from thread_snapshots.facets import Entity, from_entities
from thread_snapshots.html import parse_html, parse_page
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source
from thread_snapshots.thread_builder import Head, build_author, build_thread, link_paragraph

_X = "https://x.com"
_THREAD_READER = "https://threadreaderapp.com"
_ID = re.compile("[0-9]{1,19}")
_HANDLE = re.compile("[A-Za-z0-9_]{1,20}")
_THREAD_READER_LINK = re.compile(rf'href="(?:{_THREAD_READER})?/(?:user/|(?=hashtag/))')
_DELETED = re.compile(r"delet|no longer exist|suspend|violat", re.IGNORECASE)
# The key of an entity's target, and what its URL begins with.
_ENTITIES = {
    "media": ("", "expanded_url"),
    "urls": ("", "expanded_url"),
    "user_mentions": (f"{_X}/", "screen_name"),
    "hashtags": (f"{_X}/hashtag/", "text"),
}
# The last requests are for Thread Reader.
_MAX_POSTS = source.MAX_REQUESTS - 10
_NO_REPLIES = "without replies by others, which X does not list"


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch a thread from Thread Reader if its page was given, or else from X or Thread Reader, whichever is longer."""
    if ref.mirror == "threadreader":
        with suppress(FetchError):  # X may still have the posts
            return (yield from _get_unrolled(ref, options, ref.id))
    tweets = yield from _get_upwards(ref)
    if tweets and _replies(tweets[-1]) == 0:
        return _result(ref, options, tweets)
    reason = ""
    try:
        ping = yield from source.get_json(f"{_THREAD_READER}/api/v0/ping/{ref.id}.json")
        if _ID.fullmatch(root := js.as_id(ping, "pong")):
            unrolled = yield from _get_unrolled(ref, options, root)
            if len(unrolled.thread.posts) > len(tweets):
                return unrolled
    except FetchError as error:
        reason = f" ({error.reason})"
    if tweets:
        return _result(ref, options, tweets, "without later posts, which X does not list")
    message = f"X and Thread Reader do not return the post{reason}"
    raise Unreachable(ref.url, f"{message}; save it in a browser and use --from")


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a page of Thread Reader."""
    return _parse_unrolled(ref, options, file.html(), "file")


def _permalink(handle: str, id_: str) -> str:
    return f"{_X}/{handle}/status/{id_}"


def _time_of(id_: str) -> datetime | None:
    ref = parse_thread_url(_permalink("i", id_))
    return js.utc(ref.posted) if ref and ref.posted else None


def _author(handle: str, name: str | None = None, avatar: object = None) -> Author:
    return build_author(handle, name, f"{_X}/{handle}", avatar)


def _image(url: str, alt: str | None) -> Media:
    """Return an image in its original size; X serves a smaller one without ``name=orig``."""
    large = url.startswith("https://pbs.twimg.com/media/") and "?" not in url
    return Media(url=f"{url}?name=orig" if large else url, alt=alt or None)


def _endpoint(id_: str) -> str:
    # X requires a token, but accepts any value.
    return f"https://cdn.syndication.twimg.com/tweet-result?id={id_}&lang=en&token=a"


def _get_upwards(ref: ThreadRef) -> RequestGenerator[list[dict[str, Any]]]:
    """Request the cited post and its author's posts above it, in order; the result is empty if X fails."""
    cited = yield from _get_tweet(ref.id)
    if js.text(cited, "__typename") == "TweetTombstone":
        if _DELETED.search(js.text(cited, "tombstone", "text", "text")):
            raise NotFound(ref.url, "the post is deleted")
        raise Forbidden(ref.url, "the post is not public")
    tweets = [cited] if _handle(cited) else []
    while tweets and _begins_later(tweets) and len(tweets) < _MAX_POSTS:
        parent = js.as_id(tweets[0], "in_reply_to_status_id_str")
        if not _ID.fullmatch(parent) or any(tweet["id_str"] == parent for tweet in tweets):
            break
        above = yield from _get_tweet(parent)
        if _handle(above) != _handle(cited):
            break
        tweets.insert(0, above)
    return tweets


def _get_tweet(id_: str) -> RequestGenerator[dict[str, Any]]:
    """Request a post; the result is empty if X does not return it."""
    try:
        data = yield from source.get_json(_endpoint(id_))
    except FetchError:
        return {}
    # Of an edited post, X returns the last version, which has another id.
    return {**data, "id_str": id_} if isinstance(data, dict) else {}


def _handle(tweet: object) -> str:
    handle = js.text(tweet, "user", "screen_name")
    return handle if _HANDLE.fullmatch(handle) else ""


def _replies(tweet: object) -> int | None:
    replies = js.count(tweet, "conversation_count")
    return replies if replies is not None else js.count(tweet, "reply_count")


def _begins_later(tweets: list[dict[str, Any]]) -> bool:
    """Return whether the first post is not the beginning of its author's thread."""
    first = tweets[0]
    # A thread may begin with a reply to an older thread of its author; X names the first post.
    if first["id_str"] == js.as_id(tweets[-1], "self_thread", "id_str"):
        return False
    return js.as_id(first, "in_reply_to_user_id_str") == (js.as_id(first, "user", "id_str") or None)


def _result(
    ref: ThreadRef, options: FetchOptions, tweets: list[dict[str, Any]], missing: str = ""
) -> FetchResult:
    authors: dict[str, Author] = {}
    replies = _replies(tweets[0])
    notes = {
        "the beginning of the thread is missing": _begins_later(tweets),
        "X truncates long posts": any(js.dig(tweet, "note_tweet") for tweet in tweets),
        missing: bool(missing),
        _NO_REPLIES: options.replies and replies != 0,
    }
    posts = [post for tweet in tweets if (post := _parse_tweet(tweet, authors))]
    people, endpoint = authors.values(), _endpoint(ref.id)
    missing = "; ".join(note for note, applies in notes.items() if applies)
    head = Head(None, replies)
    return build_thread(ref, posts, people, endpoint=endpoint, head=head, missing=missing)


def _parse_tweet(data: object, authors: dict[str, Author], *, quoting: bool = True) -> Post | None:
    """Return a post and add its author, or None if there is none."""
    id_, handle = js.as_id(data, "id_str"), _handle(data)
    if not _ID.fullmatch(id_) or not handle:
        return None
    name, avatar = (js.dig(data, "user", key) for key in ("name", "profile_image_url_https"))
    authors[handle] = _author(handle, js.one_line(name), avatar)
    quoted = _parse_tweet(js.dig(data, "quoted_tweet"), authors, quoting=False) if quoting else None
    versions = js.as_list(data, "edit_control", "edit_tweet_ids")
    return Post(
        id=id_,
        url=_permalink(handle, id_),
        author=handle,
        reply_to=js.as_id(data, "in_reply_to_status_id_str") or None,
        posted=_time_of(js.as_id(versions, 0)) or js.time(data, "created_at"),
        edited=_time_of(js.as_id(versions, -1)) if versions[1:] else None,
        blocks=_tweet_text(data, quoted.id if quoted else ""),
        media=tuple(_tweet_media(data, _permalink(handle, id_))),
        lang=js.language(data, "lang"),
        quoted=quoted,
    )


def _tweet_text(data: object, quoted_id: str) -> tuple[Block, ...]:
    content = js.dig(data, "text")  # as it is, because entities count its characters
    content = content if isinstance(content, str) else ""
    # The range leaves out the handles before a reply, and the URL of an image.
    start, end = (js.dig(data, "display_text_range", index) for index in (0, 1))
    around: list[Entity] = [(0, start, "", None), (end, len(content), "", None)]
    return from_entities(content, [*around, *_entities(data, quoted_id)])


def _entities(data: object, quoted_id: str) -> Iterator[Entity]:
    for kind, (base, key) in _ENTITIES.items():
        for item in js.objects(data, "entities", kind):
            target = js.text(item, key)
            url = js.safe_url(base + quote(target) if base else target)
            shown = None if base else url
            if kind == "media" or (quoted_id and f"/status/{quoted_id}" in target):
                shown, url = "", None
            yield js.dig(item, "indices", 0), js.dig(item, "indices", 1), shown, url


def _tweet_media(data: object, permalink: str) -> Iterator[Media]:
    for item in js.objects(data, "mediaDetails"):
        image, alt = js.safe_url(js.dig(item, "media_url_https")), js.text(item, "ext_alt_text")
        if image and js.text(item, "type") in {"video", "animated_gif"}:
            yield Media(kind="video", url=permalink, still=image, alt=alt.strip() or None)
        elif image:
            yield _image(image, alt.strip())


def _get_unrolled(ref: ThreadRef, options: FetchOptions, id_: str) -> RequestGenerator[FetchResult]:
    url = f"{_THREAD_READER}/thread/{id_}.html"
    page = yield from source.get_page(url)
    return _parse_unrolled(ref, options, page.html(), url)


def _parse_unrolled(ref: ThreadRef, options: FetchOptions, page: str, endpoint: str) -> FetchResult:
    tree = parse_page(page, ref.url)
    # Previews of other threads have no ids.
    found = tree.css(".content-tweet[data-tweet]")
    nodes = {_attribute(node, "data-tweet"): node for node in found}
    if ref.id not in nodes:
        raise BadResponse(ref.url, f"post {ref.id} is not on the page")
    handle = _attribute(nodes[ref.id], "data-screenname")
    if not _HANDLE.fullmatch(handle):
        raise BadResponse(ref.url, "the page does not name the author")
    ref = dataclasses.replace(ref, url=_permalink(handle, ref.id))  # the given URL has no name
    # The heads of previews name other people.
    name = tree.css_first(f".twitter_name a[href$='/{handle}'], .username a[href$='/{handle}']")
    avatar = _attribute(tree.css_first(".prof-image img, .avatar img"), "src") if name else None
    author = _author(handle, js.one_line(name.text()) if name else None, avatar)
    posts = [_unrolled_post(it, id_, handle) for id_, it in nodes.items() if _ID.fullmatch(id_)]
    missing = _NO_REPLIES if options.replies else ""
    result = build_thread(ref, posts, [author], endpoint=endpoint, missing=missing)
    note = f"from Thread Reader; {result.note}".removesuffix("; ")
    return dataclasses.replace(result, note=note)


def _attribute(node: LexborNode | None, name: str) -> str:
    return (node.attributes.get(name) if node else None) or ""


def _unrolled_post(node: LexborNode, id_: str, handle: str) -> Post:
    """Return a post; this removes parts of the page."""
    permalink = _permalink(handle, id_)
    videos = [
        Media(kind="video", url=permalink, still=js.safe_url(_attribute(video, "poster")))
        for video in node.css("video")
    ]
    embeds = filter(None, map(_embedded_url, node.css(".entity-embed")))
    links = [link_paragraph(None, url) for url in embeds]
    # One at a time, because a removed node must not be used again, and they may be nested.
    while part := node.css_first("video, .entity-embed, .entity-url-preview, .tw-permalink"):
        part.decompose()
    # Mentions and hashtags lead to pages of Thread Reader.
    content = parse_html(_THREAD_READER_LINK.sub(f'href="{_X}/', node.inner_html or ""), _X)
    images = [_image(it.url or "", "" if it.alt == "Image" else it.alt) for it in content.media]
    return Post(
        id=id_,
        url=permalink,
        author=handle,
        posted=_time_of(id_),
        blocks=(*content.blocks, *links),
        media=(*images, *videos),
    )


def _embedded_url(node: LexborNode) -> str | None:
    """Return the URL of the post or video that a post embeds; a browser saves a post as a frame."""
    frame, link = node.css_first("iframe"), _attribute(node.css_first("a"), "href")
    if _ID.fullmatch(id_ := _attribute(frame, "data-tweet-id")):
        return _permalink("i", id_)
    ref = parse_thread_url(link)
    return ref.url if ref else js.safe_url(link or _attribute(frame, "src"))


SOURCE = Source(platforms=("x",), fetch=fetch, read_file=read_file)
