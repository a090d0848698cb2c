"""Dates as far as they are known: a day, a month or a year; read, written for machines, written for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

from sphinx_thread_cards.urls import Precision

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef

# Babel's data for one language takes 4 MB, a twentieth of what a small site takes to build. Most sites are in English.
PLAIN_ENGLISH = frozenset({"", "en"})
"""Languages of Sphinx for which nothing is asked of Babel."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class When:
    """A calendar date in UTC, and how much of it is known (the rest is 1)."""

    day: date
    precision: Precision = Precision.DAY

    def isoformat(self) -> str:
        """``2020-10-06``, ``2020-10`` or ``2020``: valid in ``<time datetime>`` of HTML."""
        return self.day.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]


def read_when(text: str) -> When:
    """Read ``2020``, ``2020-10``, ``2020-10-06`` or an ISO 8601 time (an aware one is taken in UTC).

    :raises ValueError: with words for the author.
    """
    try:
        if match := _PARTIAL.fullmatch(text.strip()):
            year, month, day = match.groups()
            precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
            return When(date(int(year), int(month or 1), int(day or 1)), precision)
        time = datetime.fromisoformat(text.strip())
        return When((time.astimezone(UTC) if time.tzinfo else time).date())
    except (ValueError, OverflowError):  # the latter from the ends of the calendar
        message = f"{text!r} is not a date; write it as 2020-10-06, 2020-10 or 2020"
        raise ValueError(message) from None


def when_of(ref: ThreadRef) -> When | None:
    """The date that the address itself tells, if it tells one."""
    return When(ref.posted.date(), ref.precision) if ref.posted else None


def show_when(when: When, language: str) -> str:
    """The date in the words of a language: ``6 October 2020``, ``octobre 2020``.

    :param language: Sphinx's ``language``. Plain ``en`` writes the day first, ``en_US`` the month.
    """
    if language in PLAIN_ENGLISH:
        day = f"{when.day.day} " if when.precision is Precision.DAY else ""
        month = "" if when.precision is Precision.YEAR else f"{_MONTHS[when.day.month - 1]} "
        return f"{day}{month}{when.day.year}"
    locale = locale_of(language)
    if when.precision is Precision.YEAR:
        return format_skeleton("y", when.day, locale=locale)
    if when.precision is Precision.MONTH:
        return format_skeleton("yMMMM", when.day, locale=locale)
    shown = format_date(when.day, "long", locale=locale)
    # French names the first day of a month by its rank, which the CLDR does not know.
    return shown.replace("1 ", "1er ", 1) if locale.language == "fr" and when.day.day == 1 else shown


def show_month(when: When, language: str) -> str:
    """The name of the month alone, as it stands without a day and begins a line: ``October``, ``Octobre``."""
    if language in PLAIN_ENGLISH:
        return _MONTHS[when.day.month - 1]
    name = format_date(when.day, "LLLL", locale=locale_of(language))
    # Not upper: a Georgian word has capitals throughout or nowhere.
    return name[:1].title() + name[1:]


@lru_cache(maxsize=64)  # every card asks, and Babel looks at its files each time
def locale_of(language: str) -> Locale:
    """Babel's locale for a language tag of Sphinx or BCP 47 (``pt_BR``, ``zh-Hans``); English where there is none."""
    if language in PLAIN_ENGLISH:
        return Locale("en", "GB")
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale("en", "GB")
