"""From what a page says to posts: ids as addresses have them, people by handle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from thread_snapshots.pages.entry import FEDIVERSE, Entry, is_of
from thread_snapshots.shape import ident
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef

MICROBLOGS = FEDIVERSE - {"lemmy"} | {"bluesky", "threads", "x"}
"""Platforms where each post can begin a thread, and a thread is what its author wrote on."""


def posts_of(ref: ThreadRef, entries: tuple[Entry, ...]) -> tuple[list[Post], dict[str, Author]]:
    """The posts, with ids and handles as snapshots have them, and the people by handle.

    Somebody whom the page does not name is who the thread's address names, else its site.
    """
    ids = _ids(ref, entries)
    people: dict[str, Author] = {}
    posts = [
        _post(ref, entry, ids[place], people, None if entry.above is None else ids[entry.above])
        for place, entry in enumerate(entries)
    ]
    if ref.platform not in MICROBLOGS and (ref.post is None or not is_of(posts[0].url, ref)):
        # Some sites get their own address wrong.
        posts[0] = replace(posts[0], url=ref.url)
    return posts, people


def _ids(ref: ThreadRef, entries: tuple[Entry, ...]) -> list[str]:
    """An id for each: what its address tells, else what the page calls it; each only once."""
    ids: list[str] = []
    for place, entry in enumerate(entries):
        named = "" if place == 0 and _begins(ref, entry) else _id_in(ref, entry.url)
        id_ = ident(entry.id) or named or ("" if place else ref.id)
        ids.append(id_ if id_ and id_ not in ids else f"{ref.id.rpartition('/')[2]}-{place}")
    return ids


def _begins(ref: ThreadRef, entry: Entry) -> bool:
    """Whether the first post of a page has the thread's own id, whatever its address says.

    Not where each post is a thread of its own, nor where the thread is named by one of its answers (``a/12``).
    """
    return is_of(entry.url, ref) or not (ref.platform in MICROBLOGS or ref.id.startswith(("a/", "p/")))


def _id_in(ref: ThreadRef, url: str | None) -> str:
    found = parse_thread_url(url or "", {ref.host: ref.platform})
    if found is None or (found.platform, found.host) != (ref.platform, ref.host):
        return ""
    return found.post or found.id


def _post(ref: ThreadRef, entry: Entry, id_: str, people: dict[str, Author], answers: str | None) -> Post:
    author = entry.author or Author(handle=ref.author or ref.community or ref.host)
    people.setdefault(author.handle, author)
    return Post(
        id=id_,
        url=entry.url or ref.url,
        author=author.handle,
        answers=answers,
        posted=entry.posted,
        edited=entry.edited,
        blocks=entry.blocks,
        media=entry.media,
        warning=entry.warning,
        lang=entry.lang,
        quoted=_post(ref, entry.quoted, _id_in(ref, entry.quoted.url) or f"{id_}-quoted", people, None)
        if entry.quoted
        else None,
    )
