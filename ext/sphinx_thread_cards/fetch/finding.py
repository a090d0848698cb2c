"""One kept thread beside the live one: what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sphinx_thread_cards import store
from sphinx_thread_cards.fetch import keeping
from sphinx_thread_cards.fetch.compare import compare
from sphinx_thread_cards.fetch.errors import FetchError, Forbidden, NotFound
from sphinx_thread_cards.fetch.outcome import find, why_not
from sphinx_thread_cards.fetch.sources import SOURCES
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.site import Cited
from sphinx_thread_cards.store import SnapshotError
from sphinx_thread_cards.thread import Status

if TYPE_CHECKING:
    from sphinx_thread_cards.fetch.compare import Changes
    from sphinx_thread_cards.fetch.outcome import Plan
    from sphinx_thread_cards.fetch.steps import Found
    from sphinx_thread_cards.thread import Thread


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


_MOST_LOOKS = 30
"""How many posts that are missing from a thread are asked for by themselves."""
_STATUS = {Finding.SAME: Status.LIVE, Finding.EDITED: Status.EDITED, Finding.GONE: Status.GONE}


def check_one(cited: Cited, plan: Plan) -> Result:
    """Compare a kept thread with the live one, and mark it; raises nothing that a thread or a server could cause."""
    try:
        kept = store.load(cited.ref, plan.folder)
    except SnapshotError as error:
        return Result(cited=cited, finding=Finding.UNCHECKED, why=f"what is kept cannot be used: {error}")
    source = SOURCES.get(cited.ref.platform)
    if kept is None or kept.provenance.status is Status.WITHDRAWN:
        return Result(cited=cited, finding=Finding.UNCHECKED, why="it was withdrawn" if kept else "it is not kept")
    if why := why_not(source, cited.ref.host, plan):
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
        wished = replace(cited, replies=cited.replies or answers)
        found, gone, hidden = _with_missing(kept, find(wished, plan), plan)
        changes = compare(kept, found, gone, hidden)
    except NotFound as error:
        return Result(cited=cited, finding=Finding.GONE, why=error.why)
    except Forbidden as error:
        return Result(cited=cited, finding=Finding.PRIVATE, why=error.why)
    except FetchError as error:
        return Result(cited=cited, finding=Finding.UNREACHED, why=error.beside(cited.ref.url))
    except SnapshotError as error:
        return Result(cited=cited, finding=Finding.UNREACHED, why=f"the answer cannot be used: {error}")
    if changes:
        return Result(cited=cited, finding=Finding.EDITED, why=_told(changes))
    how = "--refresh --replies" if answers and not cited.replies else "--refresh"
    return Result(cited=cited, finding=Finding.SAME, why=_told(changes, how))


def _with_missing(kept: Thread, found: Found, plan: Plan) -> tuple[Found, set[str], set[str]]:
    """What was found, with kept posts that are not in it and are there all the same.

    Where a post in the middle was deleted, a chain ends before it; so its last posts are asked for by themselves.

    :returns: also ids of posts that are no longer there, and of those that are not shown to everybody.
    """
    thread, asked, gone, hidden = found.thread, set[str](), set[str](), set[str]()
    for _ in range(_MOST_LOOKS):
        there = {post.url for post in thread.posts}
        last = next((post for post in reversed(kept.posts) if post.url not in there | asked), None)
        ref = parse_thread_url(last.url, {kept.host: kept.platform}) if last else None
        if last is None or ref is None or ref.key == (kept.platform, kept.host, kept.id):
            break
        asked.add(last.url)
        try:
            more = find(Cited(ref=ref), plan).thread
        except NotFound:
            gone.add(last.id)
        except Forbidden:
            hidden.add(last.id)
        else:
            posts = tuple(post for post in more.posts if post.url not in there)
            people = tuple(person for person in more.participants if person not in thread.participants)
            thread = replace(thread, posts=thread.posts + posts, participants=thread.participants + people)
    return replace(found, thread=thread), gone, hidden


def _told(changes: Changes, how: str = "--refresh") -> str:
    """``posts 2, 5 edited; post 7 deleted``; what could not be seen, and what else there is to be had, and how."""
    parts = []
    for numbers, word in ((changes.edited, "edited"), (changes.deleted, "deleted"), (changes.unseen, "not to be seen")):
        if numbers:
            parts.append(f"{'post' if len(numbers) == 1 else 'posts'} {', '.join(map(str, numbers))} {word}")
    if changes.new and not changes:
        parts.append(f"{changes.new} more to be had; fetch it with {how}")
    return "; ".join(parts)
