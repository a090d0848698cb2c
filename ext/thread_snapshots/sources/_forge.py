"""What GitHub and GitLab share: what was got, who wrote a post, and the order in which a discussion is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thread_snapshots.errors import BadAnswer, FetchError, RateLimited, Unreachable
from thread_snapshots.shape import at, objects
from thread_snapshots.steps import Asking, ask_json

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

GHOST = "ghost"
"""Both show the posts of deleted accounts under this name."""
MOST_PARTS = 200_000
"""Objects and lists of one answer that are looked into."""


Items = list[tuple[dict[str, Any], str]]
"""What people wrote, each with what it stands in."""
PER_PAGE = 100
MOST_PAGES = 10
"""Of a list of comments."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Got:
    """Answers."""

    parts: list[object]
    """The first begins the thread."""
    endpoint: str
    note: str = ""
    """What is missing, as a clause; empty if nothing is."""


def ask_list(url: str, total: int | None = None, accept: str = "application/json") -> Asking[tuple[list[object], str]]:
    """All pages of a list, up to a bound, and what is missing.

    A server in trouble, or one that was asked too often, fails; then it is better to come back.

    :param url: without page and size.
    :param total: how many there are, if that is known.
    """
    found: list[object] = []
    for page in range(1, MOST_PAGES + 1):
        try:
            answer = yield from ask_json(f"{url}per_page={PER_PAGE}&page={page}", accept=accept)
        except (RateLimited, Unreachable):
            raise
        except FetchError:
            return found, "the comments that the server gave; some could not be read"
        items = objects(answer)
        found += items
        if len(items) < PER_PAGE:
            return found, ""
    whole = total is not None and total <= len(found)
    return found, "" if whole else f"the first {len(found):,} comments only"


def first_in(found: Items) -> dict[str, Any] | None:
    """What begins the thread; None if it is not there."""
    return next((item for item, _ in found if begins(item)), None)


def missing_in(file: Saved, ref: ThreadRef, found: Items, said: int, total: int | None) -> str:
    """What a file lacks of a thread, as a clause; empty if nothing.

    :param said: how many comments are in it, of those that there are in ``total``.
    :raises BadAnswer: if it holds nothing of the thread.
    """
    if not found:
        raise BadAnswer(file.name, f"the file does not hold {ref.number}")
    if first_in(found) is None:
        return "the comments only; the first post is not in the file"
    if said >= (total or 0):
        return ""
    return "the comments that the file holds; there are more" if said else "the first post only; there are comments"


def begins(item: object) -> bool:
    """Whether it is an issue, a request to merge or a discussion, and not said about one."""
    return at(item, "title") is not None
