"""How a thread is fetched, as steps: what a platform asks, and what it makes of the answers. Nothing here connects.

The steps of a platform are a generator. It gives an :class:`Ask`, gets an :class:`Answer` (or a :class:`FetchError` is
raised where it waits, which it may catch), asks on, and returns what it :class:`Found`. So a platform's file stays
pure, and a test can answer whatever it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from thread_snapshots.answers import Answer, as_json, check_type
from thread_snapshots.errors import BadAnswer, FetchError

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Thread

MOST_ASKS = 200
"""Requests for one thread; a server could lead on for ever."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A request that a platform wants to have sent."""

    url: str
    accept: str = "application/json"
    data: object = None
    """What is posted, as JSON; None for a request that only gets."""
    page: bool = False
    """Whether it is a page made for people, for which robots.txt is asked first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """How much of a thread is wanted."""

    replies: bool = False
    """Whether the answers of others are."""
    posts: frozenset[str] = frozenset()
    """Posts that are wanted whoever wrote them: what pages cite (:attr:`ThreadRef.post`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What came of a fetch."""

    thread: Thread
    whole: bool = True
    """Whether all posts are there that were wished for, as far as the platform tells."""
    note: str = ""
    """What the author should know of it, as a clause: ``the first post only; X shows programs no more``."""


_Result = TypeVar("_Result")
Asking = Generator[Ask, Answer, _Result]
"""Steps that end with something; for ``yield from``."""
Steps = Asking[Found]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """How the threads of one platform are got: an entry in the table of ``sources``."""

    name: str
    """As in :attr:`ThreadRef.platform`."""
    steps: Callable[[ThreadRef, Wish], Steps] | None = None
    """None where the network may not or cannot be asked."""
    why_not: str = ""
    """The reason, as a clause for the author."""
    saved: Callable[[ThreadRef, Wish, Saved], Found] | None = None
    """Reads a file that the author saved, as far as it is more than a page that describes itself. Raises FetchError."""


def ask_json(url: str, data: object = None, accept: str = "application/json") -> Asking[Any]:
    """Ask for JSON, or post some and get JSON; for ``yield from``."""
    answer = yield Ask(url=url, data=data, accept=accept)
    return as_json(answer)


def ask_page(url: str) -> Asking[Answer]:
    """Ask for a page that is made for people; for ``yield from``."""
    answer = yield Ask(url=url, accept="text/html", page=True)
    check_type(answer, "text/html")
    return answer


def drive(steps: Asking[_Result], send: Callable[[Ask], Answer]) -> _Result:
    """Send what the steps ask for until they have found the thread, or what else they look for.

    :param send: answers, or raises :class:`FetchError`.
    :raises FetchError: as ``send`` and the steps do, and if they ask too much.
    """
    ask = next(steps)
    for _ in range(MOST_ASKS):
        try:
            answer = send(ask)
        except FetchError as error:
            resume, value = steps.throw, error
        else:
            resume, value = steps.send, answer  # type: ignore[assignment] # one of the two, each with its own
        try:
            ask = resume(value)
        except StopIteration as end:
            found: _Result = end.value
            return found
    steps.close()
    raise BadAnswer(ask.url, f"the thread takes more than {MOST_ASKS} requests")
