"""One kept thread beside the live one: what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sphinx_thread_cards import store
from thread_snapshots import keeping
from thread_snapshots.compare import Changes, compare
from thread_snapshots.errors import FetchError, Forbidden, NotFound
from thread_snapshots.looking import Looked, look
from thread_snapshots.outcome import Plan, why_not
from sphinx_thread_cards.store import SnapshotError
from sphinx_thread_cards.thread import Status, Thread

if TYPE_CHECKING:
    from thread_snapshots.site import Cited


class Finding(StrEnum):
    """What was found out about a kept thread."""

    SAME = "same"
    """It is there, as it was kept."""
    EDITED = "edited"
    """It is there; posts were changed or deleted."""
    GONE = "gone"
    """It is no longer there."""
    PRIVATE = "private"
    """It is not shown to everybody, or not to programs."""
    UNREACHED = "unreached"
    """The server could not be asked, or gave no answer of use."""
    UNCHECKED = "unchecked"
    """It cannot be compared from here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What was found out about one thread."""

    cited: Cited
    finding: Finding
    why: str = ""
    """A clause for the author."""
    known: bool = False
    """Whether the snapshot said so already."""
    marked: bool = False
    """Whether the snapshot says so now, and did not before."""


_STATUS = {Finding.SAME: Status.LIVE, Finding.EDITED: Status.EDITED, Finding.GONE: Status.GONE}


def check_one(cited: Cited, plan: Plan) -> Result:
    """Compare a kept thread with the live one, and mark it; raises nothing that a thread or a server could cause."""
    try:
        kept = store.load(cited.ref, plan.folder)
    except SnapshotError as error:
        return Result(cited=cited, finding=Finding.UNCHECKED, why=f"what is kept cannot be used: {error}")
    if kept is None or kept.provenance.status is Status.WITHDRAWN:
        return Result(cited=cited, finding=Finding.UNCHECKED, why="it was withdrawn" if kept else "it is not kept")
    if why := why_not(cited.ref, plan):
        return Result(cited=cited, finding=Finding.UNCHECKED, why=why)
    result = _look(cited, plan, kept)
    status = _STATUS.get(result.finding)
    if status is kept.provenance.status:
        return replace(result, known=True)
    if status is None or plan.dry:
        return result
    store.save(keeping.with_status(kept, status, keeping.now()), plan.folder)
    return replace(result, marked=True)


def _look(cited: Cited, plan: Plan, kept: Thread) -> Result:
    # Answers that are kept are compared too. All are asked for: one that is far below is not deleted.
    answers = bool(keeping.uncited_answers(kept, cited.posts))
    try:
        looked = look(replace(cited, replies=cited.replies or answers), plan, kept)
        changes = compare(kept, looked.found, looked.gone)
    except NotFound as error:
        return Result(cited=cited, finding=Finding.GONE, why=error.why)
    except Forbidden as error:
        return Result(cited=cited, finding=Finding.PRIVATE, why=error.why)
    except FetchError as error:
        return Result(cited=cited, finding=Finding.UNREACHED, why=error.beside(cited.ref.url))
    except SnapshotError as error:
        return Result(cited=cited, finding=Finding.UNREACHED, why=f"the answer cannot be used: {error}")
    how = "--refresh --replies" if answers and not cited.replies else "--refresh"
    return _judged(cited, looked, changes, how)


def _judged(cited: Cited, looked: Looked, changes: Changes, how: str) -> Result:
    if looked.lost:
        why = f"{looked.lost}, but others of its thread are there; {_told(changes)}"
        return Result(cited=cited, finding=Finding.GONE, why=why)
    if changes:
        return Result(cited=cited, finding=Finding.EDITED, why=_told(changes))
    if changes.unseen:
        finding = Finding.PRIVATE if looked.hidden else Finding.UNCHECKED
        return Result(cited=cited, finding=finding, why=_told(changes))
    more = f"{changes.new} more to be had; fetch it with {how}" if changes.new else ""
    return Result(cited=cited, finding=Finding.SAME, why=more)


def _told(changes: Changes) -> str:
    """``posts 2, 5 edited; post 7 deleted``."""
    parts = []
    for numbers, noun, word in (
        (changes.edited, "post", "edited"),
        (changes.deleted, "post", "deleted"),
        (changes.quotes, "quote in post", "changed or no longer shown"),
        (changes.unseen, "post", "not to be seen"),
    ):
        if numbers:
            parts.append(f"{noun if len(numbers) == 1 else f'{noun}s'} {', '.join(map(str, numbers))} {word}")
    return "; ".join(parts)
