"""Reading what a server sent, which may be of any shape: each function gives a value of its type, and never raises."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from thread_snapshots.rich.spans import clean
from sphinx_thread_cards.texts import FORMS, clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_LANGUAGE = re.compile(FORMS["lang"].pattern)
# With those that X has for posts of pictures, tags and the like alone.
_NO_LANGUAGE = frozenset({"art", "mis", "mul", "qam", "qct", "qht", "qme", "qst", "und", "zxx"})
_ID = re.compile(FORMS["id"].pattern)
_LONGEST_ID = 300
_LONGEST_LINE = 500


def at(data: object, *path: str | int) -> Any:  # noqa: ANN401 - what JSON holds
    """What stands at a path of keys and indexes; None if there is nothing."""
    for step in path:
        if isinstance(step, str) and isinstance(data, dict):
            data = data.get(step)
        elif isinstance(step, int) and isinstance(data, list) and -len(data) <= step < len(data):
            data = data[step]
        else:
            return None
    return data


def text(data: object, *path: str | int) -> str:
    """A text, cleaned; empty if there is none."""
    return clean(at(data, *path))


def line(data: object, *path: str | int) -> str | None:
    """A text in one line, not long; None if there is none or it is empty."""
    found = clean_line(text(data, *path))
    return (found if len(found) <= _LONGEST_LINE else f"{found[: _LONGEST_LINE - 1]}…") or None


def title(data: object, *path: str | int) -> str | None:
    """As :func:`line`, of a text in which ``&``, ``<`` and ``>`` are written as in HTML."""
    return line(unescape(text(data, *path)))


def ident(data: object, *path: str | int) -> str:
    """An id, whether it came as text or as a number; empty if there is none that a snapshot may hold."""
    found = at(data, *path)
    if type(found) is int:
        # Python refuses to write very long numbers.
        found = str(found) if abs(found) < 10**40 else ""
    good = isinstance(found, str) and len(found) <= _LONGEST_ID and _ID.fullmatch(found)
    return str(found) if good else ""


def count(data: object, *path: str | int) -> int | None:
    """A number that is not negative; None for anything else."""
    found = at(data, *path)
    return found if type(found) is int and 0 <= found < 2**53 else None


def flag(data: object, *path: str | int) -> bool:
    """Whether there is a plain true."""
    return at(data, *path) is True


def listed(data: object, *path: str | int) -> list[Any]:
    """The values in a list, or the one that stands there alone."""
    found = at(data, *path)
    return found if isinstance(found, list) else [] if found is None else [found]


def objects(data: object, *path: str | int) -> list[dict[str, Any]]:
    """The objects in a list; empty if there is no list."""
    found = at(data, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def all_in(
    data: object, inside: Callable[[dict[str, Any]], Iterable[object]] = dict.values
) -> Iterator[dict[str, Any]]:
    """The objects in data however deep, each before those in it; without recursion, as Python does not go that deep.

    :param inside: what of an object is looked into; else all its values.
    """
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            yield value
            waiting += reversed(list(inside(value)))


def numbers(data: object, *path: str | int) -> list[str]:
    """The ids in a list that are numbers, as text."""
    return [id_ for value in listed(data, *path) if (id_ := ident(value)).isdecimal()]


def when(value: object) -> str | None:
    """A time as a snapshot holds it, in UTC to the second; None for what is no time.

    :param value: seconds since 1970, an ISO 8601 time, or a datetime (without a zone they are taken in UTC).
    """
    try:
        if isinstance(value, datetime):
            time = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            time = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str):
            time = datetime.fromisoformat(value.strip())
        else:
            return None
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return f"{time:%Y-%m-%dT%H:%M:%S}Z" if time.year >= 1970 else None  # noqa: PLR2004 - before it, there were none


def language(value: object) -> str | None:
    """A language tag; None for what is none, or says that the language is not known."""
    tag = value.strip().replace("_", "-") if isinstance(value, str) else ""
    return tag if _LANGUAGE.fullmatch(tag) and tag.lower() not in _NO_LANGUAGE else None


def segments(url: str) -> list[str]:
    """The parts of an address's path; none for what is no address."""
    try:
        return [part for part in urlsplit(url).path.split("/") if part]
    except ValueError:
        return []
