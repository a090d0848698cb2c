"""Access to JSON of any shape: every function returns a value of its type, and none raises."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from sphinx_thread_cards.snapshot import Id, LanguageTag, Name, clean_line, clean_text, is_valid

_NO_LANGUAGE = frozenset({"art", "mis", "mul", "qam", "qct", "qht", "qme", "qst", "und", "zxx"})
"""Tags that say that the language is unknown; some are X's, for posts that contain only images or hashtags."""
_MAX_ID = 300
_MAX_LINE = 500
MAX_LINK = 2_000  # characters of the longest URL that becomes a link
_HOST = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_SAFE_IN_URL = "!#$%&'()*+,/:;=?@[]~"


def dig(data: object, *path: str | int) -> Any:
    """Return the value at a path of keys and indexes, or None."""
    for step in path:
        if isinstance(step, str) and isinstance(data, dict):
            data = data.get(step)
        elif isinstance(step, int) and isinstance(data, list) and -len(data) <= step < len(data):
            data = data[step]
        else:
            return None
    return data


def text(data: object, *path: str | int) -> str:
    """Return a string without control characters; an empty one if there is none."""
    value = dig(data, *path)
    return clean_text(value) if isinstance(value, str) else ""


def one_line(data: object, *path: str | int) -> str | None:
    """Return a string on one line, shortened to 500 characters; None if there is none or it is empty."""
    line = clean_line(text(data, *path))
    short = line if len(line) <= _MAX_LINE else f"{line[: _MAX_LINE - 1]}…"
    return short if is_valid(Name, short) else None


def html_line(data: object, *path: str | int) -> str | None:
    """Return what :func:`one_line` does, with character references (``&amp;``) decoded."""
    return one_line(unescape(text(data, *path)))


def as_id(data: object, *path: str | int) -> str:
    """Return an id, given as string or number; empty if there is none that a snapshot can hold."""
    value = dig(data, *path)
    if type(value) is int and 0 <= value < 2**64:
        return str(value)
    valid = isinstance(value, str) and len(value) <= _MAX_ID and is_valid(Id, value)
    return value if valid else ""


def count(data: object, *path: str | int) -> int | None:
    """Return a non-negative integer, or None."""
    value = dig(data, *path)
    return value if type(value) is int and 0 <= value < 2**53 else None


def flag(data: object, *path: str | int) -> bool:
    """Return whether the value is true."""
    return dig(data, *path) is True


def as_list(data: object, *path: str | int) -> list[Any]:
    """Return the value if it is a list, or else a list that contains it."""
    value = dig(data, *path)
    return value if isinstance(value, list) else [] if value is None else [value]


def objects(data: object, *path: str | int) -> list[dict[str, Any]]:
    """Return the objects in a list; empty if there is no list."""
    value = dig(data, *path)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def time(data: object, *path: str | int) -> datetime | None:
    """Return seconds since 1970, or ISO 8601 (UTC without a zone), as a UTC time in whole seconds; or None."""
    value = dig(data, *path)
    with suppress(ValueError, OverflowError, OSError):
        if type(value) in {int, float}:
            return utc(datetime.fromtimestamp(value, UTC))
        if isinstance(value, str):
            return utc(datetime.fromisoformat(value.strip()))
    return None


def utc(value: datetime) -> datetime | None:
    """Return a time in UTC without microseconds, or None before 1970; without a zone it is taken as UTC."""
    aware = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.replace(microsecond=0) if aware.year >= 1970 else None  # noqa: PLR2004 - there were no threads before


def language(data: object, *path: str | int) -> str | None:
    """Return a language tag; None if there is none, or it means that the language is unknown."""
    tag = text(data, *path).strip().replace("_", "-")
    return tag if is_valid(LanguageTag, tag) and tag.lower() not in _NO_LANGUAGE else None


def safe_url(value: object, base_url: str = "") -> str | None:
    """Return an http or https URL in printable ASCII, or None for anything that must not become a link.

    A relative URL is resolved against ``base_url`` (RFC 3986, section 5). User information is refused, because it
    makes ``https://bank.example@other.example/`` look like another host.
    """
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_LINK:
        return None
    try:
        parts = urlsplit(urljoin(base_url, clean_text(value).strip()))
        host = parts.netloc.encode("idna").decode("ascii")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    url = quote(parts._replace(netloc=host).geturl(), safe=_SAFE_IN_URL)
    return url if len(url) <= MAX_LINK else None
