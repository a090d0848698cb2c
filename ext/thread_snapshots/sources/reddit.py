"""Reddit: the Atom feed of a post with its comments, and the JSON that logged-in readers can save.

https://www.reddit.com/wiki/rss and https://www.reddit.com/dev/api#GET_comments_{article} (the URL of a post with
``.json`` at the end). The id of a post is ``t3_`` and its number, that of a comment only its number.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from sphinx_thread_cards.snapshot import Media, Post, clean_line, clean_text
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse, FetchError, NotFound
from thread_snapshots.html import parse_html, parse_markdown, parse_page
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, Request, RequestGenerator, Source
from thread_snapshots.thread_builder import (
    Head,
    build_author,
    build_thread,
    depth_first,
    link_paragraph,
)

_SITE = "https://www.reddit.com"
_MAX_ENTRIES = 500
_MAX_COMMENT_REQUESTS = 50
_NO_AUTHOR = "[deleted]"
_WITHDRAWN = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]"})
_WARNINGS = {"over_18": "NSFW", "spoiler": "Spoiler"}
_FULLNAME = re.compile("(t[13])_([0-9a-z]{1,13})")
_IMAGE_PATH = re.compile(r".*\.(?:jpe?g|png|gif|webp)", re.IGNORECASE)
_ATOM = "{http://www.w3.org/2005/Atom}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
# An image in Markdown, whose name is a key of `media_metadata`.
_INLINE_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([\w|-]{3,100}(?: \"[^\"\n]{0,500}\")?\)")


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the feed, then the cited comments that it lacks."""
    endpoint = f"{_SITE}/comments/{ref.id}/.rss?limit={_MAX_ENTRIES}"
    title, posts, missing = yield from _get_feed(ref, endpoint)
    cited = sorted(filter(str.isalnum, options.posts - {post.id for post in posts}))
    for id_ in cited[:_MAX_COMMENT_REQUESTS]:
        with suppress(FetchError):
            more = yield from _get_feed(ref, f"{_SITE}/comments/{ref.id}/_/{id_}/.rss")
            posts += [post for post in more[1] if post.id == id_]
    return _result(ref, options, posts, endpoint=endpoint, head=Head(title), missing=missing)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read the saved JSON of a post with its comments."""
    parts = js.as_list(file.json())
    things = [thing for part in parts for thing in js.objects(part, "data", "children")]
    post = next((js.dig(thing, "data") for thing in things if js.text(thing, "kind") == "t3"), None)
    if js.as_id(post, "id") != ref.id:
        raise BadResponse(ref.url, f"post {ref.id} is not in the file")
    # The author and the moderators still see the text of a removed post.
    if js.text(post, "selftext") in _WITHDRAWN or js.text(post, "removed_by_category"):
        raise NotFound(ref.url, "the post is deleted")
    comments = list(_comments(things))
    posts = [_parse_thing(ref, post)]
    posts += [
        _parse_thing(ref, comment)
        for comment in comments
        if js.text(comment, "body") not in _WITHDRAWN and not js.flag(comment, "removed")
    ]
    head = Head(js.html_line(post, "title"), js.count(post, "num_comments"))
    lacking = (head.replies or 0) - len(comments)
    missing = f"{lacking} comments are not in the file" if lacking > 0 else ""
    return _result(ref, options, posts, endpoint="file", head=head, missing=missing)


def _result(
    ref: ThreadRef, options: FetchOptions, posts: list[Post], **details: Any
) -> FetchResult:
    handles = {post.author for post in posts} - {_NO_AUTHOR}
    authors = [build_author(handle, None, f"{_SITE}/user/{handle}") for handle in handles]
    return build_thread(ref, depth_first(posts), authors, options=options, **details)


def _linked_media(target: str | None, permalink: str, still: object) -> tuple[Media, ...]:
    """Return the image or video that a post consists of."""
    parts = urlsplit(target or "")
    if parts.netloc == "v.redd.it":
        return (Media(kind="video", url=permalink, still=js.safe_url(still)),)
    if parts.netloc in {"i.redd.it", "i.imgur.com"} and _IMAGE_PATH.fullmatch(parts.path):
        return (Media(url=target),)
    return ()


def _get_feed(ref: ThreadRef, url: str) -> RequestGenerator[tuple[str | None, list[Post], str]]:
    """Return title, post and comments, and what is missing; the feed does not say what a comment replies to."""
    response = yield Request(url=url, accept="application/atom+xml, application/xml;q=0.9")
    content = clean_text(response.body.decode("utf-8-sig", "replace"))
    if "<!DOCTYPE" in content:  # could define entities that expand without limit
        raise BadResponse(ref.url, "the response is not a feed")
    try:
        entries = ET.fromstring(content).findall(f"{_ATOM}entry")  # noqa: S314 - without a DOCTYPE
    except ET.ParseError:
        raise BadResponse(ref.url, "the response is not a feed") from None
    posts = [post for entry in entries if (post := _parse_entry(ref, entry))]
    if not posts or posts[0].id != f"t3_{ref.id}":
        raise BadResponse(ref.url, f"the feed is not of post {ref.id}")
    missing = "the feed does not contain all comments" if len(entries) >= _MAX_ENTRIES else ""
    return js.html_line(_value(entries[0], "title")), posts, missing


def _value(entry: ET.Element, path: str) -> str:
    return (entry.findtext("/".join(_ATOM + name for name in path.split("/"))) or "").strip()


def _parse_entry(ref: ThreadRef, entry: ET.Element) -> Post | None:
    """Return a post or a comment, or None for a deleted comment."""
    name, link = _FULLNAME.fullmatch(_value(entry, "id")), entry.find(f"{_ATOM}link")
    url = js.safe_url(link.get("href") if link is not None else None, _SITE)
    if not name or not url:
        return None
    is_post = name[1] == "t3"
    page = parse_page(_value(entry, "content"))
    content = page.css_first(".md")
    withdrawn = content is not None and clean_line(content.text()) in _WITHDRAWN
    if withdrawn and is_post:
        raise NotFound(ref.url, "the post is deleted")
    if withdrawn or (content is None and not is_post):
        return None
    links = (link.attributes.get("href") for link in page.css("a") if link.text() == "[link]")
    target = js.safe_url(next(links, None), _SITE) if is_post else None
    still = entry.find(f"{_MEDIA}thumbnail")
    media = _linked_media(target, url, still.get("url") if still is not None else None)
    blocks = parse_html((content and content.html) or "", _SITE, media=False).blocks
    if target and not media and f"/comments/{ref.id}/" not in target:
        blocks = (link_paragraph(None, target), *blocks)
    return Post(
        id=name[0] if is_post else name[2],
        url=url,
        author=js.one_line(_value(entry, "author/name").removeprefix("/u/")) or _NO_AUTHOR,
        posted=js.time(_value(entry, "published")) or js.time(_value(entry, "updated")),
        blocks=blocks,
        media=media,
    )


def _comments(things: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield all comments, including deleted ones; no recursion, because replies may be deeply nested."""
    stack = list(things)
    while stack:
        thing = stack.pop()
        if js.text(thing, "kind") == "t1":
            if js.as_id(thing, "data", "id"):
                yield thing["data"]
            stack += js.objects(thing, "data", "replies", "data", "children")


def _parse_thing(ref: ThreadRef, data: object) -> Post:
    id_, parent = js.as_id(data, "id"), _FULLNAME.fullmatch(js.text(data, "parent_id"))
    url = js.safe_url(js.dig(data, "permalink"), _SITE) or ref.url
    target = js.safe_url(js.dig(data, "url"), _SITE)
    still = unescape(js.text(data, "preview", "images", 0, "source", "url"))
    media = (*_gallery(data), *_linked_media(target, url, still))
    # In the text, &, < and > are escaped.
    content = unescape(js.text(data, "selftext") or js.text(data, "body"))
    blocks = parse_markdown(_INLINE_IMAGE.sub("", content), _SITE, media=False).blocks
    if target and not media and not js.flag(data, "is_self"):
        blocks = (link_paragraph(None, target), *blocks)
    return Post(
        id=id_ if parent else f"t3_{id_}",
        url=url,
        author=js.one_line(data, "author") or _NO_AUTHOR,
        reply_to=parent and parent[0 if parent[1] == "t3" else 2],
        posted=js.time(data, "created_utc"),
        edited=js.time(data, "edited"),
        blocks=blocks,
        media=media,
        warning=", ".join(name for key, name in _WARNINGS.items() if js.flag(data, key)) or None,
    )


def _gallery(data: object) -> Iterator[Media]:
    """Yield the images of a gallery, and those in the text."""
    gallery, metadata = js.objects(data, "gallery_data", "items"), js.dig(data, "media_metadata")
    captions = {js.text(item, "media_id"): js.one_line(item, "caption") for item in gallery}
    for name in dict.fromkeys([*captions, *(metadata if isinstance(metadata, dict) else ())]):
        url = js.text(metadata, name, "s", "u") or js.text(metadata, name, "s", "gif")
        if image := js.safe_url(unescape(url)):
            yield Media(url=image, alt=captions.get(name))


SOURCE = Source(platforms=("reddit",), fetch=fetch, read_file=read_file)
