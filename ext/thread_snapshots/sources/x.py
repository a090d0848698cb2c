"""X: the syndication endpoint of embedded posts, Thread Reader, and oEmbed.

The syndication endpoint returns one post and the id of the post above it, but no replies. It is not documented;
https://github.com/vercel/react-tweet uses it. Thread Reader has the complete thread, if a reader requested it there;
its ``ping`` returns the id of the first post. oEmbed: https://developer.x.com/en/docs/x-for-websites/oembed-api
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import Author, Block, Media, Post

from thread_snapshots.facets import Entity, from_entities
from thread_snapshots.html import parse_html
from thread_snapshots.json_access import (
    as_id,
    as_list,
    count,
    dig,
    flag,
    html_line,
    language,
    objects,
    one_line,
    safe_url,
    text,
    time,
    utc,
)
from thread_snapshots.source import (
    MAX_REQUESTS,
    BadResponse,
    FetchError,
    FetchOptions,
    FetchResult,
    Forbidden,
    NotFound,
    RequestGenerator,
    Source,
    get_json,
    get_page,
)
from thread_snapshots.thread_builder import (
    build_author,
    build_thread,
    link_paragraph,
    list_block,
    self_thread,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from selectolax.lexbor import LexborNode
    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.saved_file import SavedFile

_X = "https://x.com"
_THREAD_READER = "https://threadreaderapp.com"
_ID = re.compile("[0-9]{1,19}")
_HANDLE = re.compile("[A-Za-z0-9_]{1,20}")
_STATUS = re.compile(r"(?:https?:)?//[^/?#]+/([A-Za-z0-9_]{1,20})/status/([0-9]{1,19})(?![0-9])")
_THREAD_READER_LINK = re.compile(rf'href="(?:{_THREAD_READER})?/(?:user/|(?=hashtag/))')
_DELETED = re.compile(r"delet|no longer exist|suspend|violat", re.IGNORECASE)
# The key of an entity's target, and what its URL begins with.
_ENTITIES = {
    "media": ("", "expanded_url"),
    "urls": ("", "expanded_url"),
    "user_mentions": (f"{_X}/", "screen_name"),
    "hashtags": (f"{_X}/hashtag/", "text"),
    "symbols": (f"{_X}/search?q=%24", "text"),
}
# The last requests are for Thread Reader and oEmbed.
_MAX_POSTS = MAX_REQUESTS - 10


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tweet:
    post: Post
    authors: tuple[Author, ...]
    """The author of the quoted post, and the author."""
    to_self: bool = False
    """Whether the post replies to its own author."""
    replies: int | None = None
    truncated: bool = False


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch a thread from Thread Reader if its page was given, or else from X; the longer one of two threads wins."""
    if ref.mirror == "threadreader":
        try:
            return (yield from _get_unrolled(ref, options, ref.id))
        except FetchError:
            pass  # X may still have the posts
    tweets = yield from _get_upwards(ref)
    if tweets and tweets[-1].replies == 0:
        return _result(ref, options, tweets, _endpoint(ref.id))
    unrolled = yield from _ping(ref, options)
    if unrolled and len(unrolled.thread.posts) > len(tweets):
        return unrolled
    if not tweets:
        return (yield from _get_oembed(ref, options))
    return _result(
        ref, options, tweets, _endpoint(ref.id), "without later posts, which X does not list"
    )


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a page of Thread Reader, or posts in the JSON of the syndication endpoint: one, or a list."""
    if file.is_html:
        return _unrolled_result(ref, options, file.html(), "file")
    tweets = {item.post.id: item for item in map(_parse_tweet, as_list(file.json())) if item}
    if ref.id not in tweets:
        raise BadResponse(ref.url, f"post {ref.id} is not in the file")
    posts = self_thread((item.post for item in tweets.values()), ref.id, options)
    return _result(ref, FetchOptions(), [tweets[post.id] for post in posts], "file")


def _result(
    ref: ThreadRef, options: FetchOptions, tweets: list[_Tweet], endpoint: str, missing: str = ""
) -> FetchResult:
    first = tweets[0]
    notes = {
        "the beginning of the thread is missing": first.to_self,
        "X truncates long posts": any(item.truncated for item in tweets),
        missing: True,
        "without replies by others, which X does not list": options.replies and first.replies != 0,
    }
    if ref.author is None:
        # The URL without a name works too, but says less on paper.
        ref = dataclasses.replace(ref, url=_permalink(first.post.author, ref.id))
    return build_thread(
        ref,
        [item.post for item in tweets],
        {author.handle: author for item in tweets for author in item.authors},
        endpoint=endpoint,
        replies=first.replies,
        missing="; ".join(note for note, applies in notes.items() if note and applies),
    )


def _permalink(handle: str, id_: str) -> str:
    return f"{_X}/{handle}/status/{id_}"


def _time_of(id_: str) -> datetime | None:
    ref = parse_thread_url(_permalink("i", id_))
    return utc(ref.posted) if ref and ref.posted else None


def _author(handle: str, name: str | None = None, avatar: object = None) -> Author:
    return build_author(handle, name, f"{_X}/{handle}", avatar)


def _full_size(url: str) -> str:
    """Return the URL of an image in its original size; X serves a smaller one without ``name=orig``."""
    parts = urlsplit(url)
    if parts.netloc != "pbs.twimg.com" or not parts.path.startswith("/media/"):
        return url
    query = [part for part in parts.query.split("&") if part.startswith("format=")]
    path = parts.path.partition(":")[0]
    return parts._replace(path=path, query="&".join([*query, "name=orig"])).geturl()


# -- Syndication endpoint ------------------------------------------------------


def _endpoint(id_: str) -> str:
    # X accepts any token, but not none.
    return f"https://cdn.syndication.twimg.com/tweet-result?id={id_}&lang=en&token=a"


def _get_upwards(ref: ThreadRef) -> RequestGenerator[list[_Tweet]]:
    """Request the cited post and its author's posts above it; the first one comes first, and none if X fails."""
    data = yield from _get_tweet(ref.id)
    if text(data, "__typename") == "TweetTombstone":
        if _DELETED.search(text(data, "tombstone", "text", "text")):
            raise NotFound(ref.url, "the post is deleted")
        raise Forbidden(ref.url, "the post is not public")
    cited = _parse_tweet(data)
    tweets = [cited] if cited else []
    # A thread may begin with a reply to an older thread of its author; X names the first post.
    root = as_id(data, "self_thread", "id_str")
    while tweets and tweets[0].to_self and len(tweets) < _MAX_POSTS:
        first = tweets[0].post
        known = {item.post.id for item in tweets}
        if first.id == root or not first.reply_to or first.reply_to in known:
            break
        above = _parse_tweet((yield from _get_tweet(first.reply_to)))
        if not above or above.post.id != first.reply_to or above.post.author != first.author:
            break
        tweets.insert(0, above)
    if tweets and tweets[0].post.id == root:
        tweets[0] = dataclasses.replace(tweets[0], to_self=False)
    return tweets


def _get_tweet(id_: str) -> RequestGenerator[dict[str, Any]]:
    """Request a post; the result is empty if there is none, or another one."""
    try:
        data = yield from get_json(_endpoint(id_))
    except FetchError:
        return {}
    versions = as_list(data, "edit_control", "edit_tweet_ids")
    if not isinstance(data, dict) or as_id(data, "id_str") not in {"", id_, *map(as_id, versions)}:
        return {}
    return {**data, "id_str": id_}


def _parse_tweet(data: object, *, quoting: bool = True) -> _Tweet | None:
    """Return a post of the syndication endpoint, or None if it is none."""
    id_, handle = as_id(data, "id_str"), text(data, "user", "screen_name")
    if not _ID.fullmatch(id_) or not _HANDLE.fullmatch(handle):
        return None
    url, reply_to = _permalink(handle, id_), as_id(data, "in_reply_to_status_id_str")
    quoted = _parse_tweet(dig(data, "quoted_tweet"), quoting=False) if quoting else None
    versions = as_list(data, "edit_control", "edit_tweet_ids") if flag(data, "isEdited") else []
    name, avatar = one_line(data, "user", "name"), dig(data, "user", "profile_image_url_https")
    post = Post(
        id=id_,
        url=url,
        author=handle,
        reply_to=reply_to if _ID.fullmatch(reply_to) else None,
        posted=_time_of(as_id(versions, 0)) or time(data, "created_at") or _time_of(id_),
        edited=_time_of(as_id(versions, -1)),
        blocks=(*_tweet_text(data, quoted.post.id if quoted else ""), *_link_card(data)),
        media=tuple(_tweet_media(data, url)),
        lang=language(data, "lang"),
        quoted=quoted.post if quoted else None,
    )
    replies = count(data, "conversation_count")
    return _Tweet(
        post=post,
        authors=(*(quoted.authors if quoted else ()), _author(handle, name, avatar)),
        to_self=as_id(data, "in_reply_to_user_id_str") == (as_id(data, "user", "id_str") or None),
        replies=replies if replies is not None else count(data, "reply_count"),
        truncated=dig(data, "note_tweet") is not None,
    )


def _tweet_text(data: object, quoted_id: str) -> tuple[Block, ...]:
    content = dig(data, "text")  # as it is, because entities count its characters
    content = content if isinstance(content, str) else ""
    # The range leaves out the handles before a reply, and the URL of an image.
    start, end = dig(data, "display_text_range", 0), dig(data, "display_text_range", 1)
    around: list[Entity] = [(0, start, "", None), (end, len(content), "", None)]
    return from_entities(content, [*around, *_entities(data, quoted_id)])


def _entities(data: object, quoted_id: str) -> Iterator[Entity]:
    for kind, (base, key) in _ENTITIES.items():
        for item in objects(data, "entities", kind):
            target = text(item, key)
            url = safe_url(base + quote(target) if base else target)
            shown = None if base else url
            if kind == "media" or (quoted_id and f"/status/{quoted_id}" in target):
                shown, url = "", None
            yield dig(item, "indices", 0), dig(item, "indices", 1), shown, url


def _link_card(data: object) -> tuple[Block, ...]:
    """Return the title of a linked page, or the options of a poll."""
    values = dig(data, "card", "binding_values")
    labels = (one_line(values, f"choice{number}_label", "string_value") for number in range(1, 5))
    if poll := list_block(labels):
        return poll
    short = text(data, "card", "url")
    links = objects(data, "entities", "urls")
    url = next((dig(link, "expanded_url") for link in links if text(link, "url") == short), short)
    title, link = one_line(values, "title", "string_value"), safe_url(url)
    return (link_paragraph(title, link),) if title and link else ()


def _tweet_media(data: object, permalink: str) -> Iterator[Media]:
    for item in objects(data, "mediaDetails"):
        image, alt = safe_url(dig(item, "media_url_https")), text(item, "ext_alt_text").strip()
        if image and text(item, "type") in {"video", "animated_gif"}:
            page = safe_url(dig(item, "expanded_url")) or permalink
            yield Media(kind="video", url=page, still=image, alt=alt or None)
        elif image:
            yield Media(url=_full_size(image), alt=alt or None)


# -- Thread Reader -------------------------------------------------------------


def _ping(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult | None]:
    """Return the thread that contains the post, if Thread Reader has it."""
    try:
        ping = yield from get_json(f"{_THREAD_READER}/api/v0/ping/{ref.id}.json")
        root = as_id(ping, "pong")
        if not _ID.fullmatch(root) or (ref.mirror == "threadreader" and root == ref.id):
            return None
        return (yield from _get_unrolled(ref, options, root))
    except FetchError:
        return None


def _get_unrolled(
    ref: ThreadRef, options: FetchOptions, root: str
) -> RequestGenerator[FetchResult]:
    url = f"{_THREAD_READER}/thread/{root}.html"
    page = yield from get_page(url)
    return _unrolled_result(ref, options, page.body.decode(errors="replace"), url)


def _unrolled_result(
    ref: ThreadRef, options: FetchOptions, page: str, endpoint: str
) -> FetchResult:
    result = _result(ref, options, _parse_unrolled(page, ref), endpoint)
    note = "; ".join(filter(None, ("from Thread Reader", result.note)))
    return dataclasses.replace(result, note=note)


def _parse_unrolled(page: str, ref: ThreadRef) -> list[_Tweet]:
    tree = LexborHTMLParser(page)
    # Previews of other threads have no ids.
    nodes = {
        id_: node
        for node in tree.css(".content-tweet[data-tweet]")
        if _ID.fullmatch(id_ := _attribute(node, "data-tweet"))
    }
    if ref.id not in nodes:
        raise BadResponse(ref.url, f"post {ref.id} is not on the page")
    handle = _attribute(nodes[ref.id], "data-screenname")
    if not _HANDLE.fullmatch(handle):
        raise BadResponse(ref.url, "the page does not name the author")
    author = _unrolled_author(tree, handle)
    tweets: list[_Tweet] = []
    for id_, node in nodes.items():
        url = _permalink(handle, id_)
        blocks, media = _unrolled_content(node, url)
        reply_to = tweets[-1].post.id if tweets else None
        post = Post(
            id=id_,
            url=url,
            author=handle,
            reply_to=reply_to,
            posted=_time_of(id_),
            blocks=blocks,
            media=media,
        )
        tweets.append(_Tweet(post=post, authors=(author,)))
    return tweets


def _attribute(node: LexborNode | None, name: str) -> str:
    return (node.attributes.get(name) if node else None) or ""


def _unrolled_author(tree: LexborHTMLParser, handle: str) -> Author:
    # The heads of previews are of other people.
    name = tree.css_first(f".twitter_name a[href$='/{handle}'], .username a[href$='/{handle}']")
    if not name:
        return _author(handle)
    image = _attribute(tree.css_first(".prof-image img, .avatar img"), "src")
    return _author(handle, one_line(name.text()), image)


def _unrolled_content(
    node: LexborNode, permalink: str
) -> tuple[tuple[Block, ...], tuple[Media, ...]]:
    """Return the text and the media of a post; this removes parts of the page."""
    videos = [
        Media(kind="video", url=permalink, still=safe_url(_attribute(video, "poster")))
        for video in node.css("video")
    ]
    embeds = filter(None, map(_embedded, node.css(".entity-embed")))
    links = [link_paragraph(None, url) for url in embeds]
    # One at a time, because a removed node must not be used again, and they may be nested.
    while part := node.css_first("video, .entity-embed, .entity-url-preview, .tw-permalink"):
        part.decompose()
    # Mentions and hashtags lead to pages of Thread Reader.
    content = parse_html(_THREAD_READER_LINK.sub(f'href="{_X}/', node.inner_html or ""), _X)
    images = [
        replace(item, url=_full_size(item.url or ""), alt=None if item.alt == "Image" else item.alt)
        for item in content.media
    ]
    return (*content.blocks, *links), (*images, *videos)


def _embedded(node: LexborNode) -> str | None:
    """Return the URL of the post or video that a post embeds."""
    for link in node.css("a"):
        if status := _STATUS.match(_attribute(link, "href")):
            return _permalink(*status.groups())
    frame = node.css_first("iframe")
    id_, player = _attribute(frame, "data-tweet-id"), _attribute(frame, "src")
    if _ID.fullmatch(id_):
        return _permalink("i", id_)
    return safe_url(player)


# -- oEmbed --------------------------------------------------------------------


def _get_oembed(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    url = quote(_permalink(ref.author or "i", ref.id), safe="")
    endpoint = f"https://publish.x.com/oembed?url={url}&omit_script=1&dnt=true&lang=en"
    data = yield from get_json(endpoint)
    tree = LexborHTMLParser(text(data, "html"))
    content, links = tree.css_first("p"), tree.css(f"a[href*='/status/{ref.id}?']")
    handle = text(data, "author_url").rpartition("/")[2]
    if not content or not links or not _HANDLE.fullmatch(handle):
        raise BadResponse(ref.url, f"the response is not post {ref.id}")
    post = Post(
        id=ref.id,
        url=_permalink(handle, ref.id),
        author=handle,
        posted=_time_of(ref.id),
        blocks=parse_html(content.inner_html or "", _X, media=False).blocks,
        lang=language(_attribute(content, "lang")),
    )
    tweet = _Tweet(post=post, authors=(_author(handle, html_line(data, "author_name")),))
    return _result(ref, options, [tweet], endpoint, "the cited post only, from oEmbed")


SOURCE = Source(platforms=("x",), fetch=fetch, read_file=read_file)
