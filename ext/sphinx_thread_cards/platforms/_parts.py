"""Parts of addresses that several platforms share: slugs, Message-IDs, and the calendar of mail archives."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

# Older mails are in no archive on the web.
_FIRST = datetime(1985, 1, 1, tzinfo=UTC)
# A day of grace for clocks.
_LAST = datetime.now(UTC) + timedelta(days=1)
_SLUG = re.compile(r"(?:[\w-]|%[0-9A-Fa-f]{2})+")
# Printable ASCII without quotes, angle brackets and the backslash; the left side without "@" as well.
_MESSAGE_ID = re.compile(r"[!#-;=?A-\[\]-~]{1,200}@[!#-;=?-\[\]-~]{1,200}")
# All characters of the longest one encoded, in angle brackets.
_LONGEST_ID = 3 * (200 + 1 + 200 + 2)

MONTHS = {
    name: number
    for number, name in enumerate(
        (
            *("January", "February", "March", "April", "May", "June", "July"),
            *("August", "September", "October", "November", "December"),
        ),
        start=1,
    )
}
"""The English names that Mailman gives to its monthly volumes."""


def url_slug(slug: str | None, title: str | None) -> str:
    """The slug as it may stand in a canonical address, ``-`` where it says nothing (no ``title``) or is odd.

    The platforms that use this ignore the slug and read the number beside it.
    """
    if not slug or not title or not _SLUG.fullmatch(slug):
        return "-"
    return slug if slug.isascii() else quote(slug, safe="%")


def message_id(segment: str) -> str | None:
    """A Message-ID (RFC 5322, section 3.6.4) out of a path segment, or None if it cannot be one.

    :returns: percent-encoded in one way, so that equal ids are equal texts. A slash stays encoded: the id is one
        segment of a path wherever it is used, and never holds two dots in a row.
    """
    if len(segment) > _LONGEST_ID:
        return None
    text = unquote(segment) if "%" in segment else segment
    text = text.strip("<>")
    if not _MESSAGE_ID.fullmatch(text):
        return None
    return quote(text, safe="@+=$,").replace("..", ".%2E")


def first_moment(year: int, month: int = 1, day: int = 1) -> datetime | None:
    """The start of a year, month or day in UTC; None if there is no such day or it has not come yet."""
    try:
        start = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    return start if _FIRST <= start <= _LAST else None
