"""What every platform file shares: the split address, the table entry, and small readings of text."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinx_thread_cards.urls import ThreadRef

# A date after today comes from an id that is not what it looks like. A day of grace for clocks.
_LATEST_MS = int((time.time() + 86_400) * 1000)


class Address(NamedTuple):
    """A URL, split. Query and fragment are as they were written (percent-encoded)."""

    url: str
    """The whole address as given."""
    host: str
    """Lower case, in ASCII (``xn--``), without ``www.`` and without the default port; never empty."""
    path: str
    """From the first slash; never empty. Letters, digits and ``-._~:@`` are decoded, double slashes are one."""
    query: str
    """Without the question mark."""
    fragment: str
    """Without the hash sign."""

    @property
    def site(self) -> str:
        """The host to open: with the ``www.`` that it was given with, as a server may need it."""
        given = self.url.partition("://")[2][:4].lower()
        return f"www.{self.host}" if given == "www." and self.host != "www" else self.host


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One platform's entry in the table."""

    name: str
    """As in :attr:`ThreadRef.platform`."""
    label: str
    """As readers know it: ``X``, ``Hacker News``."""
    parse: Callable[[Address], ThreadRef | None]
    """Pure; gives None for what is not a thread there."""
    many_servers: bool = False
    """Whether many sites run it, so that readers know the site's name rather than the software's."""
    mailing_list: bool = False
    """Whether it keeps the archives of mailing lists."""
    hosts: tuple[str, ...] = ()
    """Exact hosts, lower case and without ``www.``; with a leading dot, every host below that domain."""
    guess: re.Pattern[str] | None = None
    """Matches path + ``#`` + fragment of an address on an unknown host that may be this platform's.

    ``parse`` is asked then.
    """
    marks: frozenset[str] = frozenset()
    """Segments, one of which stands in every place that ``guess`` matches; ``@`` for any that begins with it.

    They are looked for first, as most addresses hold none.
    """
    nameless: Callable[[ThreadRef], str] | None = None
    """Pure; gives an address of the thread that tells neither author nor title, where :attr:`ThreadRef.url` may.

    Where the platform has none, that is its front page.
    """


def time_from_ms(ms: int, *, earliest: datetime) -> datetime | None:
    """Milliseconds since 1970 UTC as an aware UTC time, or None if before ``earliest`` or after today."""
    if not 0 <= ms <= _LATEST_MS:
        return None
    # A float of seconds is exact to the microsecond for centuries.
    posted = datetime.fromtimestamp(ms / 1000, UTC)
    return posted if posted >= earliest else None


def number_in_base(digits: str, alphabet: Mapping[str, int]) -> int:
    """A number written in the digits of ``alphabet`` (digit to value, as :func:`digits` makes it)."""
    base = len(alphabet)
    number = 0
    for digit in digits:
        number = number * base + alphabet[digit]
    return number


def digits(alphabet: str) -> Mapping[str, int]:
    """The value of each digit of an alphabet, for :func:`number_in_base`."""
    return {digit: value for value, digit in enumerate(alphabet)}


def words(slug: str) -> str | None:
    """A slug as readable words: ``one-board_two`` is ``One board two``; None where it says nothing.

    Percent-encoding is undone; control characters and direction overrides go, as a title is text that others wrote.
    """
    text = unquote(slug) if "%" in slug else slug
    if not text.isascii() or not text.isprintable():
        text = _UNSAFE.sub("", text)
    text = " ".join(text.translate(_GAPS).split())
    if not _LETTER.search(text):
        return None
    return text[0].upper() + text[1:]


_GAPS = str.maketrans("-_+", "   ")
_LETTER = re.compile(r"[^\W\d_]")
# C0 and C1 controls, zero-width and bidirectional controls (Unicode TR36, "bidirectional text spoofing").
_UNSAFE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffd\ud800-\udfff]"
)
