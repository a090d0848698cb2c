"""From what was found to the snapshot that is kept: what is taken over from the one before, and what is never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sphinx_thread_cards.snapshot import cleaned, digest
from sphinx_thread_cards.thread import Provenance, Status, Thread

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from thread_snapshots.steps import Found


class WouldLose(Exception):  # noqa: N818 - it says what it is about
    """The kept thread holds posts that are no longer to be had; ``str()`` of it is a clause for the author."""


def now() -> str:
    """The time, as snapshots have it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def is_by_hand(thread: Thread) -> bool:
    """Whether the site's author wrote the snapshot, so that no fetch may write over it."""
    return thread.provenance.endpoint in {None, "hand"}


def is_older(thread: Thread, age: timedelta, time: str) -> bool:
    """Whether the live thread was last looked at longer ago than that."""
    seen = max(thread.provenance.retrieved or "", thread.provenance.checked or "")
    return not seen or datetime.fromisoformat(time) - datetime.fromisoformat(seen) > age


def uncited_answers(thread: Thread, cited: AbstractSet[str]) -> frozenset[str]:
    """Ids of the kept posts that others wrote and no page cites: they were wished for when the thread was fetched."""
    author = thread.posts[0].author if thread.posts else ""
    return frozenset(post.id for post in thread.posts if post.author != author) - cited


def to_keep(found: Found, before: Thread | None, time: str) -> Thread:
    """The thread as it is to be kept.

    :param before: what is kept until now.
    :param time: of the fetch, as :func:`now` gives it.
    :raises WouldLose: if less was found than is kept; the kept thread must stay as it is.
    :raises SnapshotError: if what was found cannot be kept.
    """
    thread = cleaned(found.thread)
    if before:
        _check_nothing_is_lost(thread, before, whole=found.whole)
    provenance = Provenance(
        retrieved=time,
        endpoint=thread.provenance.endpoint,
        digest=digest(thread),
        archived=before.provenance.archived if before else None,
        whole=found.whole,
    )
    if before and before.provenance.digest == provenance.digest and before.provenance.endpoint == provenance.endpoint:
        # The same words: they were kept when they were first, and looked at now.
        provenance = replace(provenance, retrieved=before.provenance.retrieved, checked=time)
    return replace(thread, provenance=provenance)


def is_same(thread: Thread, before: Thread) -> bool:
    """Whether two snapshots of a thread differ at most in when it was looked at."""
    return replace(thread, provenance=replace(thread.provenance, checked=before.provenance.checked)) == before


def _check_nothing_is_lost(thread: Thread, before: Thread, *, whole: bool) -> None:
    if before.provenance.whole and not whole:
        reason = "only a part is to be had now, and the whole thread is kept; to keep the part, delete the file first"
        raise WouldLose(reason)
    there = {post.id for post in thread.posts}
    lost = [number for number, post in enumerate(before.posts, 1) if post.id not in there]
    if lost:
        numbers = ", ".join(map(str, lost[:10])) + (", ..." if lost[10:] else "")
        posts, are = ("posts", "are") if lost[1:] else ("post", "is")
        gone = f"{posts} {numbers} of the kept thread {are} no longer there"
        reason = f"{gone}; to keep the shorter one, delete the file first"
        raise WouldLose(reason)


def with_status(thread: Thread, status: Status, time: str) -> Thread:
    """The kept thread with what was found out about the live one."""
    if thread.provenance.status is status:
        return thread
    return replace(thread, provenance=replace(thread.provenance, status=status, checked=time))


def with_archived(thread: Thread, url: str) -> Thread:
    """The kept thread with the address of an archived copy."""
    return replace(thread, provenance=replace(thread.provenance, archived=url))
