"""One cited thread fetched and kept: what became of it, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sphinx_thread_cards import store
from thread_snapshots import keeping
from thread_snapshots.errors import FetchError
from thread_snapshots.saved import Saved, read_file
from thread_snapshots.sources import SOURCES
from thread_snapshots.steps import Ask, Found, Wish, drive
from sphinx_thread_cards.store import SnapshotError
from sphinx_thread_cards.thread import Status, Thread

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from datetime import timedelta
    from pathlib import Path

    from thread_snapshots.answers import Answer
    from sphinx_thread_cards.urls import ThreadRef
    from thread_snapshots.site import Cited


_MOST_REASONS = 3


class What(StrEnum):
    """What became of a thread."""

    SAVED = "saved"
    """It is kept now, and was not before."""
    UPDATED = "updated"
    """What is kept of it is another than before."""
    KEPT = "kept"
    """It is kept as it was."""
    DUE = "due"
    """It would be fetched, if this were no dry run."""
    SKIPPED = "skipped"
    """It may not or cannot be fetched from the network."""
    FAILED = "failed"
    """It was not got; what was kept before is kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one thread."""

    cited: Cited
    what: What
    why: str = ""
    """A clause for the author."""
    posts: int = 0
    """How many are kept."""
    file: Path | None = None
    """The snapshot; None where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be done with every thread."""

    folder: Path
    """The store."""
    send: Callable[[Ask], Answer]
    refresh: bool = False
    """Whether threads that are kept are fetched again."""
    older: timedelta | None = None
    """Fetch again what was last looked at longer ago than that."""
    replies: bool = False
    """Whether the answers of others are kept, whatever the pages say."""
    dry: bool = False
    own: Container[str] = ()
    """Hosts that the site's settings send elsewhere, so that they may have names that nobody else has."""
    saved: Saved | None = None
    """A file that the author saved, to be read in the place of the network."""
    pictures: Callable[[Thread, Thread | None], tuple[Thread, list[str]]] | None = None
    """Keeps the pictures of a thread; None where none are kept."""
    archived: Callable[[Cited], str | None] | None = None
    """Looks an archived copy up; None where none is wished for."""


def fetch_one(cited: Cited, plan: Plan) -> Outcome:
    """Fetch a thread and keep it, where that is due; raises nothing that a thread or a server could cause."""
    path = store.path_of(cited.ref, plan.folder)
    try:
        before = store.load(cited.ref, plan.folder)
    except SnapshotError as error:
        if not plan.refresh:
            why = f"what is kept cannot be used: {error}; mend or delete {path.name}, or use --refresh"
            return Outcome(cited=cited, what=What.FAILED, why=why, file=path)
        before = None
    if before and before.provenance.status is Status.WITHDRAWN:
        why = f"it was withdrawn; delete {path.name} to fetch it again"
        return Outcome(cited=cited, what=What.SKIPPED, why=why, file=path)
    outcome = _due(cited, plan, before) or _fetch(cited, plan, before)
    return replace(outcome, file=path if path.exists() else None)


def _due(cited: Cited, plan: Plan, before: Thread | None) -> Outcome | None:
    """The outcome for a thread that is not to be fetched; None for one that is."""
    if before and keeping.is_by_hand(before) and not plan.saved:
        why = "written by hand" if plan.refresh else ""
        return Outcome(cited=cited, what=What.KEPT, why=why, posts=len(before.posts))
    if before and not (plan.refresh or plan.saved or _is_old(before, plan)):
        return _still_kept(cited, plan, before)
    posts = len(before.posts) if before else 0
    if not plan.saved and (why := why_not(cited.ref, plan)):
        return Outcome(cited=cited, what=What.KEPT if before else What.SKIPPED, why=why, posts=posts)
    if plan.dry:
        return Outcome(cited=cited, what=What.DUE, posts=posts)
    return None


def _is_old(before: Thread, plan: Plan) -> bool:
    return plan.older is not None and keeping.is_older(before, plan.older, keeping.now())


def _still_kept(cited: Cited, plan: Plan, before: Thread) -> Outcome:
    thread, said = _with_archived(before, cited, plan)
    if thread is not before:
        store.save(thread, plan.folder)
    what = What.KEPT if thread is before else What.UPDATED
    return Outcome(cited=cited, what=what, why="; ".join(said), posts=len(before.posts))


def _with_archived(thread: Thread, cited: Cited, plan: Plan) -> tuple[Thread, list[str]]:
    """A thread with the address of an archived copy, where that is wished for and missing; and what to say of it."""
    if not plan.archived or plan.dry or thread.provenance.archived:
        return thread, []
    try:
        url = plan.archived(cited)
    except FetchError as error:
        return thread, [f"no archived copy was looked up: {error}"]
    if url is None:
        return thread, ["the Wayback Machine has no copy"]
    return keeping.with_archived(thread, url), ["with an archived copy"]


def _fetch(cited: Cited, plan: Plan, before: Thread | None) -> Outcome:
    # What was kept stays, though the wish for it may have come from the command line of another day.
    wished = replace(cited, posts=cited.posts | keeping.uncited_answers(before, cited.posts)) if before else cited
    try:
        found = find(wished, plan)
        thread = clean = keeping.to_keep(found, before, keeping.now())
    except (FetchError, SnapshotError, keeping.WouldLose) as error:
        why = error.beside(cited.ref.url) if isinstance(error, FetchError) else str(error)
        return Outcome(cited=cited, what=What.FAILED, why=why, posts=len(before.posts) if before else 0)
    said = [found.note] if found.note else []
    thread, copies = _with_archived(thread, cited, plan)
    said += copies
    try:
        if plan.pictures:
            thread, trouble = plan.pictures(thread, before)
            said += _not_kept(trouble)
        store.save(thread, plan.folder, clean=thread is clean)
    except (SnapshotError, OSError) as error:
        return Outcome(cited=cited, what=What.FAILED, why=f"it cannot be kept: {error}")
    what = What.SAVED if before is None else What.KEPT if keeping.is_same(thread, before) else What.UPDATED
    return Outcome(cited=cited, what=what, why="; ".join(said), posts=len(thread.posts))


def _not_kept(reasons: list[str]) -> list[str]:
    """A clause for all pictures that are missing: one server in trouble may have hundreds of them."""
    if len(reasons) < 2:  # noqa: PLR2004 - several
        return [f"a picture was not kept ({reason})" for reason in reasons]
    more = ["..."] if len(reasons) > _MOST_REASONS else []
    return [f"{len(reasons)} pictures were not kept ({'; '.join([*reasons[:_MOST_REASONS], *more])})"]


def find(cited: Cited, plan: Plan) -> Found:
    """The thread as it is now.

    :raises FetchError: if it cannot be had.
    """
    source = SOURCES.get(cited.ref.platform)
    wish = Wish(replies=cited.replies or plan.replies, posts=cited.posts)
    if plan.saved:
        return read_file(source, cited.ref, wish, plan.saved)
    if source is None or source.steps is None:
        raise FetchError(cited.ref.url, why_not(cited.ref, plan))
    return drive(source.steps(cited.ref, wish), plan.send)


def why_not(ref: ThreadRef, plan: Plan) -> str:
    """Why a thread is not asked for; empty where it may be."""
    source = SOURCES.get(ref.platform)
    if source is None:
        return "this platform cannot be fetched; save the page and use --from"
    # Such hosts are nobody's (RFC 2606, section 2), unless the site's settings name them.
    is_example = ref.host.endswith((".example", ".invalid", ".test")) and ref.host not in plan.own
    return source.why_not or ("its host is an example" if is_example else "")
