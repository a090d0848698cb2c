"""A post of Reddit with comments as an Atom feed (RFC 4287): flat, the post first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from thread_snapshots.assemble import link_paragraph
from thread_snapshots.errors import BadAnswer, NotFound
from thread_snapshots.pages.tree import attribute, first_of, html_of, line_in, parse_page
from thread_snapshots.rich.html import from_html
from thread_snapshots.rich.spans import clean, safe_link
from thread_snapshots.shape import line, segments, when
from sphinx_thread_cards.thread import Media, Post

if TYPE_CHECKING:
    from lxml.etree import _Element

    from sphinx_thread_cards.urls import ThreadRef

SITE = "https://www.reddit.com"
NOBODY = "[deleted]"
"""Stands for an author who left Reddit."""
WITHDRAWN = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]"})
"""Stand for words that their author or a moderator took back."""
_ATOM = "{http://www.w3.org/2005/Atom}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_ID = re.compile("(t[13])_([0-9a-z]{1,13})")
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp")


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A post and comments on it, of a feed or of JSON."""

    posts: tuple[Post, ...]
    title: str
    replies: int | None = None
    missing: str = ""
    """What is known to lack, as a clause."""


def read_feed(feed: str, ref: ThreadRef, most: int) -> Listed:
    """The post and the comments.

    :param most: entries that a feed has at most; where there are as many, some may lack.
    :raises BadAnswer: if it is no feed, or of another post; NotFound if the post was deleted.
    """
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(clean(feed).encode(), parser)
    except etree.LxmlError:
        root = None
    entries = list(root.iter(f"{_ATOM}entry")) if root is not None else []
    if root is None or root.tag != f"{_ATOM}feed" or not entries:
        raise BadAnswer(ref.url, "the answer is no feed of a post")
    posts = [post for entry in entries if (post := _post(entry, ref))]
    if not posts or posts[0].id != f"t3_{ref.id}":
        raise BadAnswer(ref.url, f"the feed is not that of post {ref.id}")
    missing = "the feed ends before the comments do" if len(entries) >= most else ""
    return Listed(posts=tuple(posts), title=_text(entries[0], "title"), missing=missing)


def _text(entry: _Element, name: str) -> str:
    return clean(entry.findtext(f"{_ATOM}{name}")).strip()


def _post(entry: _Element, ref: ThreadRef) -> Post | None:
    """A post or a comment; None for a comment that was taken back."""
    found = _ID.fullmatch(_text(entry, "id"))
    url = safe_link(attribute(entry.find(f"{_ATOM}link"), "href"), SITE)
    if not found or not url:
        return None
    author = line(clean(entry.findtext(f"{_ATOM}author/{_ATOM}name")).strip().removeprefix("/u/")) or NOBODY
    root = parse_page(_text(entry, "content"))
    words = first_of(root, "md")
    is_post, withdrawn = found[1] == "t3", line_in(words) in WITHDRAWN
    if withdrawn and is_post:
        raise NotFound(ref.url, "the post was deleted")
    if withdrawn or (words is None and not is_post):
        return None
    blocks = from_html(html_of(words), SITE)
    target = _target(root, ref) if is_post else None
    media = _media(entry, target, url)
    return Post(
        id=found[0] if is_post else found[2],
        url=url,
        author=author,
        posted=when(_text(entry, "published")) or when(_text(entry, "updated")),
        blocks=(link_paragraph(None, target), *blocks) if target and not media else blocks,
        media=media,
    )


def _target(root: _Element, ref: ThreadRef) -> str | None:
    """What the post links to, if that is not itself."""
    links = (link for link in root.iter("a") if line_in(link) == "[link]")
    url = next(filter(None, (safe_link(link.get("href"), SITE) for link in links)), None)
    return None if url and ref.id in segments(url) and "comments" in segments(url) else url


def _media(entry: _Element, target: str | None, permalink: str) -> tuple[Media, ...]:
    """The picture or video that the post is; a thumbnail of another page is none."""
    parts = urlsplit(target or "")
    if parts.netloc == "v.redd.it":
        still = safe_link(attribute(entry.find(f"{_MEDIA}thumbnail"), "url"))
        return (Media(kind="video", url=permalink, still=still),)
    if target and parts.netloc in {"i.redd.it", "i.imgur.com"} and parts.path.lower().endswith(_PICTURES):
        return (Media(url=target),)
    return ()
