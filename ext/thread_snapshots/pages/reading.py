"""Pages that describe themselves, whichever site they are of: what an author saved from the browser, mostly.

Each way of describing has a file of its own; the best that a page has is taken: what the platform's own page shows,
then JSON-LD, microdata, microformats, and last the few words for previews.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thread_snapshots.assemble import found_of, of_discussion
from thread_snapshots.errors import BadAnswer, Forbidden
from thread_snapshots.pages.entry import FEDIVERSE, Told
from thread_snapshots.pages.hentry import read_marked
from thread_snapshots.pages.jsonld import objects_in, objects_of
from thread_snapshots.pages.linkedin import read_feed
from thread_snapshots.pages.mastodon import read_app
from thread_snapshots.pages.meta import address_in, address_of_page, addresses_in, is_hidden, read_preview
from thread_snapshots.pages.microdata import MOST_ITEMS, items_in
from thread_snapshots.pages.pictures import mend_pictures
from thread_snapshots.pages.posts import MICROBLOGS, posts_of
from thread_snapshots.pages.schema import read_items
from thread_snapshots.pages.threads import read_data
from thread_snapshots.pages.tree import parse_page
from sphinx_thread_cards.platforms import parse_thread_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml.etree import _Element

    from thread_snapshots.steps import Found, Wish
    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Post

__all__ = ["address_of_page", "read_page"]

_CUT = "the page gives only a part of the text"
_FEW = "{} of {} answers; the page holds no more"
_NOT_CITED = "not every cited post is on the page"


def read_page(ref: ThreadRef, wish: Wish, html: str, endpoint: str) -> Found:
    """Read a thread from a page.

    :param html: the page, as the server sent it or as a browser saved it.
    :param endpoint: the address that was asked, or ``file``.
    :raises BadAnswer: if the page is of another thread, or does not tell anything of the thread.
    :raises Forbidden: if the thread is not for everybody, or its author asks not to be kept by machines.
    """
    root = parse_page(html)
    if not len(root):
        raise BadAnswer(ref.url, "the page is empty")
    _check(ref, html, root)
    mend_pictures(root, in_file=endpoint == "file")
    base_url = address_in(html, root) or ref.url
    told = _best(reader(root, ref, base_url) for reader in _readers(ref))
    if told is None:
        raise BadAnswer(ref.url, "the page does not hold the post; save it from the browser once it shows the post")
    return _found(ref, wish, told, endpoint)


def _check(ref: ThreadRef, html: str, root: _Element) -> None:
    if ref.platform in FEDIVERSE and is_hidden(root):
        raise Forbidden(ref.url, "its author asks machines to keep nothing of it")
    known = [address_in(html, root), *addresses_in(root)]
    others = [parse_thread_url(url, {ref.host: ref.platform}) for url in known if url]
    # Where a page shows more than one thread, or a thread has ids that only the site knows to be one.
    if ref.platform in {"linkedin", *FEDIVERSE} or any(other is None for other in others):
        return
    same = [other for other in others if other and (other.platform, other.host) == (ref.platform, ref.host)]
    same = [other for other in same if _form(other.id) == _form(ref.id)]
    if same and all(other.id != ref.id for other in same):
        raise BadAnswer(ref.url, f"the page is of another thread, {same[0].url}")


def _form(id_: str) -> str:
    """What tells apart ids of a platform that are of different kinds: ``a/12`` is an answer, ``12`` a question."""
    return id_.rpartition("/")[0]


def _readers(ref: ThreadRef) -> Iterator[Callable[[_Element, ThreadRef, str], Told | None]]:
    own = {"mastodon": (read_marked, read_app), "linkedin": (_json, read_feed), "threads": (read_data,)}
    yield from own.get(ref.platform, ())
    yield _json
    yield _microdata
    yield read_marked
    yield read_preview


def _json(root: _Element, ref: ThreadRef, base_url: str) -> Told | None:
    return read_items(objects_in(root), ref, base_url)


def _microdata(root: _Element, ref: ThreadRef, base_url: str) -> Told | None:
    return read_items(objects_of(items_in(root), MOST_ITEMS), ref, base_url)


def _best(found: Iterable[Told | None]) -> Told | None:
    """The first that is whole, else the first."""
    first = None
    for told in found:
        if told and not told.note and not told.entries[0].cut:
            return told
        first = first or told
    return first


def _found(ref: ThreadRef, wish: Wish, told: Told, endpoint: str) -> Found:
    posts, people = posts_of(ref, told.entries)
    kept = _chain(ref, wish, told, posts) if ref.platform in MICROBLOGS else of_discussion(posts, wish)
    note = told.note or _note(wish, told, posts, kept)
    heading = told.entries[0].title
    return found_of(ref, kept, people, endpoint=endpoint, title=heading, replies=told.counted, missing=note)


def _note(wish: Wish, told: Told, posts: list[Post], kept: list[Post]) -> str:
    """What is missing of the posts that were wished for; empty if nothing is."""
    ids = {post.id for post in kept}
    if any(entry.cut for entry, post in zip(told.entries, posts, strict=True) if post.id in ids):
        return _CUT
    if wish.replies and told.counted is not None and told.counted > len(kept) - 1:
        return _FEW.format(len(kept) - 1, told.counted)
    return _NOT_CITED if wish.posts - ids else ""


def _chain(ref: ThreadRef, wish: Wish, told: Told, posts: list[Post]) -> list[Post]:
    """The posts of the author that answer the author's, up to the first of them; with the others' answers if wished.

    Where the page does not say what answers what, each answers the one before.
    """
    known = any(entry.above is not None for entry in told.entries)
    above = [entry.above if known else place - 1 for place, entry in enumerate(told.entries)]
    start = next((place for place, post in enumerate(posts) if post.id in {ref.id, ref.post}), 0)
    author = posts[start].author
    while (up := above[start]) is not None and 0 <= up < start and posts[up].author == author:
        start = up
    kept = {start}
    for place in range(start + 1, len(posts)):
        if wish.replies or posts[place].id in wish.posts or (posts[place].author == author and above[place] in kept):
            kept.add(place)
    return [posts[place] for place in sorted(kept)]
