"""Reddit: the Atom feed of a post with its comments, and the JSON that logged-in readers can save.

https://www.reddit.com/wiki/rss and https://www.reddit.com/dev/api#GET_comments_{article} (the URL of a post with
``.json`` at the end). The id of a post is ``t3_`` and its number, that of a comment only its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from selectolax.lexbor import LexborHTMLParser
from sphinx_thread_cards.snapshot import Block, Media, Paragraph, Post, Span, clean_line, clean_text

from thread_snapshots.html import parse_html, parse_markdown
from thread_snapshots.json_access import (
    as_id,
    as_list,
    count,
    dig,
    flag,
    html_line,
    objects,
    one_line,
    safe_url,
    text,
    time,
)
from thread_snapshots.source import (
    BadResponse,
    FetchError,
    FetchOptions,
    FetchResult,
    NotFound,
    Request,
    RequestGenerator,
    Source,
)
from thread_snapshots.thread_builder import (
    build_author,
    build_thread,
    filter_replies,
    link_paragraph,
    list_block,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.saved_file import SavedFile

_SITE = "https://www.reddit.com"
_MAX_ENTRIES = 500
_MAX_COMMENT_REQUESTS = 50
_NO_AUTHOR = "[deleted]"
_WITHDRAWN = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]"})
_FULLNAME = re.compile("(t[13])_([0-9a-z]{1,13})")
_IMAGE_PATH = re.compile(r".*\.(?:jpe?g|png|gif|webp)", re.IGNORECASE)
_ATOM = "{http://www.w3.org/2005/Atom}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
# An image in Markdown, whose name is a key of `media_metadata`.
_INLINE_IMAGE = re.compile(r'!\[[^\]\n]{0,300}\]\(([\w|-]{3,100})(?: "([^"\n]{0,500})")?\)')


@dataclass(frozen=True, kw_only=True, slots=True)
class _Discussion:
    posts: list[Post]
    """The post, then the comments."""
    title: str | None
    replies: int | None = None
    missing: str = ""


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the feed, then the cited comments that it lacks."""
    endpoint = f"{_SITE}/comments/{ref.id}/.rss?limit={_MAX_ENTRIES}"
    discussion = yield from _get_feed(ref, endpoint)
    posts = list(discussion.posts)
    cited = sorted(filter(str.isalnum, options.posts - {post.id for post in posts}))
    for id_ in cited[:_MAX_COMMENT_REQUESTS]:
        try:
            more = yield from _get_feed(ref, f"{_SITE}/comments/{ref.id}/_/{id_}/.rss")
        except FetchError:
            continue
        posts += [post for post in more.posts if post.id == id_]
    return _result(ref, options, replace(discussion, posts=posts), endpoint)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read the saved JSON of a post with its comments, or a feed."""
    if file.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<feed")):
        return _result(ref, options, _parse_feed(ref, file.body), "file")
    return _result(ref, options, _parse_listings(ref, file.json()), "file")


def _result(
    ref: ThreadRef, options: FetchOptions, discussion: _Discussion, endpoint: str
) -> FetchResult:
    first = discussion.posts[0]
    posts = filter_replies(discussion.posts, options)
    if not options.replies:
        posts = [first, *sorted(posts[1:], key=lambda post: str(post.posted))]
        if first.author == _NO_AUTHOR:  # one of many deleted accounts
            posts = [post for post in posts if post is first or post.id in options.posts]
    handles = {post.author for post in posts} | {
        post.quoted.author for post in posts if post.quoted
    }
    authors = {
        handle: build_author(handle, None, f"{_SITE}/user/{handle}")
        for handle in handles - {_NO_AUTHOR}
    }
    return build_thread(
        ref,
        posts,
        authors,
        endpoint=endpoint,
        title=discussion.title,
        replies=discussion.replies,
        missing=discussion.missing,
    )


# -- Feed ----------------------------------------------------------------------


def _get_feed(ref: ThreadRef, url: str) -> RequestGenerator[_Discussion]:
    response = yield Request(url=url, accept="application/atom+xml, application/xml;q=0.9")
    return _parse_feed(ref, response.body)


def _parse_feed(ref: ThreadRef, body: bytes) -> _Discussion:
    """Return a post and its comments, in which nothing says what replies to what.

    Raises:
        BadResponse: the body is not a feed, or of another post.
        NotFound: the post is deleted.
    """
    content = clean_text(body.decode("utf-8-sig", "replace"))
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
    return _Discussion(posts=posts, title=html_line(_value(entries[0], "title")), missing=missing)


def _value(entry: ET.Element, path: str) -> str:
    return (entry.findtext("/".join(_ATOM + name for name in path.split("/"))) or "").strip()


def _parse_entry(ref: ThreadRef, entry: ET.Element) -> Post | None:
    """Return a post or a comment, or None for a deleted comment."""
    name, link = _FULLNAME.fullmatch(_value(entry, "id")), entry.find(f"{_ATOM}link")
    url = safe_url(link.get("href") if link is not None else None, _SITE)
    if not name or not url:
        return None
    is_post = name[1] == "t3"
    page = LexborHTMLParser(_value(entry, "content"))
    content = page.css_first(".md")
    withdrawn = content is not None and clean_line(content.text()) in _WITHDRAWN
    if withdrawn and is_post:
        raise NotFound(ref.url, "the post is deleted")
    if withdrawn or (content is None and not is_post):
        return None
    links = (link.attributes.get("href") for link in page.css("a") if link.text() == "[link]")
    target = safe_url(next(links, None), _SITE) if is_post else None
    still = entry.find(f"{_MEDIA}thumbnail")
    media = _linked_media(target, url, still.get("url") if still is not None else None)
    blocks = parse_html((content and content.html) or "", _SITE, media=False).blocks
    if target and not media and f"/comments/{ref.id}/" not in target:
        blocks = (link_paragraph(None, target), *blocks)
    return Post(
        id=name[0] if is_post else name[2],
        url=url,
        author=one_line(_value(entry, "author/name").removeprefix("/u/")) or _NO_AUTHOR,
        posted=time(_value(entry, "published")) or time(_value(entry, "updated")),
        blocks=blocks,
        media=media,
    )


def _linked_media(target: str | None, permalink: str, still: object) -> tuple[Media, ...]:
    """Return the image or video that a post consists of."""
    parts = urlsplit(target or "")
    if parts.netloc == "v.redd.it":
        return (Media(kind="video", url=permalink, still=safe_url(still)),)
    if parts.netloc in {"i.redd.it", "i.imgur.com"} and _IMAGE_PATH.fullmatch(parts.path):
        return (Media(url=target),)
    return ()


# -- JSON ----------------------------------------------------------------------


def _parse_listings(ref: ThreadRef, data: object) -> _Discussion:
    """Return a post and its comments, each after its parent.

    Raises:
        BadResponse: the data is of another post.
        NotFound: the post is deleted.
    """
    things = [thing for part in as_list(data) for thing in objects(part, "data", "children")]
    post = next((dig(thing, "data") for thing in things if text(thing, "kind") == "t3"), None)
    if as_id(post, "id") != ref.id:
        raise BadResponse(ref.url, f"post {ref.id} is not in the file")
    # The author and the moderators still see the text of a removed post.
    if text(post, "selftext") in _WITHDRAWN or text(post, "removed_by_category"):
        raise NotFound(ref.url, "the post is deleted")
    posts, comments, not_loaded = [_parse_post(post)], 0, 0
    stack = _by_time(things)
    while stack:  # no recursion, because replies may be deep
        thing = stack.pop()
        comment = dig(thing, "data")
        if text(thing, "kind") == "more":
            not_loaded += count(comment, "count") or 1  # 0 for a branch on a page of its own
            continue
        comments += 1
        withdrawn = text(comment, "body") in _WITHDRAWN or flag(comment, "removed")
        if as_id(comment, "id") and not withdrawn:
            posts.append(_parse_comment(ref, comment))
        stack += _by_time(objects(comment, "replies", "data", "children"))
    replies = count(post, "num_comments")
    lacking = max((replies or 0) - comments, 0) or not_loaded
    missing = f"{lacking} comments are not in the file" if lacking else ""
    title = html_line(post, "title")
    return _Discussion(posts=posts, title=title, replies=replies, missing=missing)


def _by_time(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return comments, the newest first; Reddit sorts them by votes."""
    comments = [thing for thing in things if text(thing, "kind") in {"t1", "more"}]
    return sorted(comments, key=lambda thing: str(time(thing, "data", "created_utc")))[::-1]


def _parse_post(data: Any, *, quoting: bool = True) -> Post:
    url = safe_url(dig(data, "permalink"), _SITE) or f"{_SITE}/comments/{as_id(data, 'id')}/"
    crosspost = next(iter(objects(data, "crosspost_parent_list")), None) if quoting else None
    media = () if crosspost else tuple(_parse_media(data, url))
    target = safe_url(dig(data, "url_overridden_by_dest") or dig(data, "url"), _SITE)
    blocks = _parse_content(data, "selftext")
    if target and not media and not flag(data, "is_self") and "/comments/" not in target:
        blocks = (link_paragraph(None, target), *blocks)
    if not quoting and (title := html_line(data, "title")):
        blocks = (Paragraph(spans=(Span(text=title, strong=True),)), *blocks)
    poll = list_block(one_line(option, "text") for option in objects(data, "poll_data", "options"))
    warnings = {"over_18": "NSFW", "spoiler": "Spoiler"}
    return Post(
        id=f"t3_{as_id(data, 'id')}",
        url=url,
        author=one_line(data, "author") or _NO_AUTHOR,
        posted=time(data, "created_utc"),
        edited=time(data, "edited"),
        blocks=(*blocks, *poll),
        media=media,
        warning=", ".join(name for key, name in warnings.items() if flag(data, key)) or None,
        quoted=_parse_post(crosspost, quoting=False) if crosspost else None,
    )


def _parse_comment(ref: ThreadRef, data: object) -> Post:
    id_, parent = as_id(data, "id"), _FULLNAME.fullmatch(text(data, "parent_id"))
    url = safe_url(dig(data, "permalink"), _SITE) or f"{_SITE}/comments/{ref.id}/comment/{id_}/"
    return Post(
        id=id_,
        url=url,
        author=one_line(data, "author") or _NO_AUTHOR,
        reply_to=parent and parent[0 if parent[1] == "t3" else 2],
        posted=time(data, "created_utc"),
        edited=time(data, "edited"),
        blocks=_parse_content(data, "body"),
        media=tuple(_parse_media(data, url)),
    )


def _parse_content(data: object, key: str) -> tuple[Block, ...]:
    """Return Markdown, in which ``&``, ``<`` and ``>`` are escaped, as blocks without Reddit's own images."""
    content = _INLINE_IMAGE.sub("", unescape(text(data, key)))
    return parse_markdown(content, _SITE, media=False).blocks


def _parse_media(data: object, permalink: str) -> Iterator[Media]:
    """Yield the gallery, the image or the video that a post consists of, and the images in the text."""
    gallery = objects(data, "gallery_data", "items")
    captions = {text(item, "media_id"): item.get("caption") for item in gallery}
    content = unescape(text(data, "selftext") or text(data, "body"))
    captions |= {match[1]: match[2] for match in _INLINE_IMAGE.finditer(content)}
    metadata = dig(data, "media_metadata")
    for name in dict.fromkeys([*captions, *(metadata if isinstance(metadata, dict) else ())]):
        source = dig(metadata, name, "s")
        image = safe_url(unescape(text(source, "u"))) or safe_url(unescape(text(source, "gif")))
        if image:
            yield Media(url=image, alt=one_line(captions.get(name)))
    still = safe_url(unescape(text(data, "preview", "images", 0, "source", "url")))
    url, hint = safe_url(dig(data, "url")), text(data, "post_hint")
    if flag(data, "is_video"):
        yield Media(kind="video", url=permalink, still=still)
    elif url and hint == "rich:video":
        yield Media(kind="video", url=url, still=still)
    elif url and hint == "image":
        yield Media(url=url)


SOURCE = Source(platforms=("reddit",), fetch=fetch, read_file=read_file)
