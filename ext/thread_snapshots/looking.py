"""A kept thread looked for once more: what is there of it, and which of its posts are known to be gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from thread_snapshots.compare import by_name
from thread_snapshots.errors import Forbidden, NotFound
from thread_snapshots.outcome import Plan, find
from thread_snapshots.steps import Found
from sphinx_thread_cards.platforms import parse_thread_url
from thread_snapshots.site import Cited

if TYPE_CHECKING:
    from collections.abc import Collection

    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Post, Thread

_MOST_LOOKS = 30
"""How many posts that are missing from a thread are asked for by themselves."""
_MOST_IN_VAIN = 3
"""After how many of them a thread is given up of which nothing is there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What is there of a kept thread."""

    found: Found
    gone: frozenset[str] = frozenset()
    """Ids of kept posts that the server says are not there."""
    hidden: bool = False
    """Whether a kept post is there, but not for everybody."""
    lost: str = ""
    """Why the cited post is not there, where others of its thread are."""


def look(cited: Cited, plan: Plan, kept: Thread) -> Looked:
    """Look for the thread, and for those kept posts that do not come with it.

    :raises FetchError: if it cannot be had; NotFound if nothing of it seems to be there.
    """
    try:
        found = find(cited, plan)
    except NotFound as error:
        nothing = Found(thread=replace(kept, posts=(), participants=()), whole=False)
        cited_one = {post.id for post in kept.posts if _is_thread(_ref(post, kept), kept)}
        looked = _with_missing(kept, nothing, plan, cited_one)
        if not looked.found.thread.posts:
            raise
        return replace(looked, lost=error.why)
    return _with_missing(kept, found, plan)


def _with_missing(kept: Thread, found: Found, plan: Plan, known: Collection[str] = ()) -> Looked:
    """What was found, with kept posts that are not in it and are there all the same.

    Where a post in the middle was deleted, a chain ends before it; so its last posts are asked for by themselves.
    Where posts can be, only such an answer tells that one is gone.

    :param known: ids of posts that are known to be gone.
    """
    thread, asked, gone, hidden = found.thread, set(known), set(known), False
    for _ in range(_MOST_LOOKS):
        last = next((post for post in reversed(_missing(kept, thread)) if post.id not in asked), None)
        ref = _ref(last, kept) if last else None
        in_vain = not thread.posts and len(asked) >= _MOST_IN_VAIN
        if last is None or ref is None or in_vain or _is_thread(ref, kept):
            break
        asked.add(last.id)
        try:
            thread = _joined(thread, find(Cited(ref=ref), plan).thread, kept)
        except NotFound:
            gone.add(last.id)
        except Forbidden:
            hidden = True
    return Looked(
        found=replace(found, thread=thread, whole=found.whole and not asked), gone=frozenset(gone), hidden=hidden
    )


def _ref(post: Post, kept: Thread) -> ThreadRef | None:
    ref = parse_thread_url(post.url, {kept.host: kept.platform})
    # Bluesky: where a thread is cited by the key of its author's account, the handle in the address may be an old one.
    account = kept.id.partition("/")[0]
    by_key = account.startswith("did:") and post.id.startswith(f"{account}/")
    return replace(ref, id=post.id) if ref and by_key else ref


def _is_thread(ref: ThreadRef | None, kept: Thread) -> bool:
    return ref is not None and ref.key == (kept.platform, kept.host, kept.id)


def _missing(kept: Thread, thread: Thread) -> list[Post]:
    there = by_name(thread.posts)
    return [post for post in kept.posts if post.id not in there and post.url not in there]


def _joined(thread: Thread, more: Thread, kept: Thread) -> Thread:
    """The thread with those posts of another that are kept and missing from it."""
    missing = by_name(_missing(kept, thread))
    posts = tuple(post for post in more.posts if post.id in missing or post.url in missing)
    people = tuple(person for person in more.participants if person not in thread.participants)
    provenance = thread.provenance if thread.posts else more.provenance
    return replace(thread, posts=thread.posts + posts, participants=thread.participants + people, provenance=provenance)
