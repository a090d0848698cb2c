"""Thread Reader App: threads of X on one page, if somebody had them unrolled and the author did not object.

Read from its pages as they were in 2019, 2020 and 2026; https://threadreaderapp.com/help tells what it does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thread_snapshots.errors import BadAnswer
from thread_snapshots.pages.tree import all_of, attribute, first_of, first_tag, line_in, meta
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import line, segments, when
from thread_snapshots.sources._threadreader_post import SITE, content
from thread_snapshots.sources._x_common import HANDLE, ID, STATUS, Told, address, author_of, time_of_id
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from lxml.etree import _Element

    from sphinx_thread_cards.urls import ThreadRef

_NUMBER = re.compile("tweet_([0-9]{1,5})")
_THREAD = re.compile(r"https?://(?:www\.)?threadreaderapp\.com/thread/([0-9]{1,19})(?:\.html)?(?:[?#].*)?")
_TIME = re.compile("[0-9]{1,11}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    """What the page says of the thread."""

    root: str
    """Id of the first post; empty where the page does not tell."""
    author: Author
    posted: str | None


def is_unrolled(root: _Element) -> bool:
    """Whether a page is a thread of Thread Reader App's."""
    return bool(_posts(root))


def read_unrolled(root: _Element, ref: ThreadRef, id_: str = "") -> list[Told]:
    """The posts on a page, in its order.

    :param id_: of the first post, where a server was asked for it; empty for a file.
    :raises BadAnswer: if the page is of another thread, has no post, or does not name the author.
    """
    posts = _posts(root)
    if not posts:
        raise BadAnswer(ref.url, "there is no unrolled thread on the page")
    head = _head(root, posts, ref)
    ids = {post.get("data-tweet") or head.root for post in posts} | {head.root}
    if any(ids) and not ids & {ref.id, id_}:
        raise BadAnswer(ref.url, f"the page is another thread, that of post {head.root}")
    told: list[Told] = []
    for element in posts:
        told.append(_told(element, head, told[-1].post.id if told else "", ref))
    return told


def _posts(root: _Element) -> list[_Element]:
    """The posts; previews of other threads below them have neither id nor number."""
    found = all_of(root, "content-tweet")
    return [
        post for post in found if _NUMBER.fullmatch(post.get("id") or "") or ID.fullmatch(post.get("data-tweet") or "")
    ]


def _head(root: _Element, posts: list[_Element], ref: ThreadRef) -> _Head:
    links = all_of(root, "time")
    begun = next((time for time in links if STATUS.match(time.get("href") or "")), None)
    status = STATUS.match(begun.get("href") or "") if begun is not None else None
    told = [meta(root, "og:url"), *(link.get("href") or "" for link in root.iter("link"))]
    page = next((found[1] for url in told if (found := _THREAD.fullmatch(url))), "")
    names = (
        posts[0].get("data-screenname"),
        status and status[1],
        next(iter(segments(meta(root, "article:author"))), ""),
        meta(root, "twitter:creator").removeprefix("@"),
        ref.author,
    )
    handle = next((name for name in names if name and HANDLE.fullmatch(name)), None)
    if handle is None:
        raise BadAnswer(ref.url, "the page does not name the author; cite the post's own address, which does")
    time = attribute(begun, "data-time")
    return _Head(
        root=posts[0].get("data-tweet") or (status[2] if status else page),
        author=_author(root, handle),
        posted=when(int(time)) if _TIME.fullmatch(time) else None,
    )


def _author(root: _Element, handle: str) -> Author:
    """The author, as the page's head has it; the heads of the previews below are of others."""
    own = [
        element
        for name in ("twitter_name", "username")
        for element in all_of(root, name)
        if not any("thread-card" in (around.get("class") or "").split() for around in element.iterancestors())
    ]
    source = attribute(first_tag(first_of(root, "prof-image", "avatar"), "img"), "data-src", "src")
    # What a browser saved beside the page has a path without a slash before it.
    avatar = safe_link(source, SITE) if source.startswith(("https://", "http://", "/")) else None
    return author_of(handle, line(line_in(own[0])), avatar) if own else author_of(handle)


def _told(element: _Element, head: _Head, above: str, ref: ThreadRef) -> Told:
    number = (element.get("id") or "").removeprefix("tweet_")
    first, root = not above, head.root or ref.id
    id_ = element.get("data-tweet") or (root if first else "")
    handle = element.get("data-screenname") or ""
    if handle.casefold() == head.author.handle.casefold() or not HANDLE.fullmatch(handle):
        handle = head.author.handle
    # Pages of 2019 do not tell the ids of the posts; their numbers on the page do as well.
    known = ID.fullmatch(id_)
    url = address(handle, id_) if known else f"{SITE}/thread/{root}.html#tweet_{number}"
    posted = time_of_id(id_) if known else None
    blocks, media, quoted = content(element, url)
    return Told(
        post=Post(
            id=id_ if known else f"{root}-{number}",
            url=url,
            author=handle,
            answers=above or None,
            posted=posted or (head.posted if first else None),
            blocks=blocks,
            media=media,
            quoted=quoted,
        ),
        person=head.author if handle == head.author.handle else author_of(handle),
        to_self=not first,
    )
