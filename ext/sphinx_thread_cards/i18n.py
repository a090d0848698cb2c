"""Labels on cards, dates and languages."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self, TypeGuard

from babel import Locale, UnknownLocaleError, dates
from sphinx.locale import get_translation, get_translator

from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.snapshot import Status
from sphinx_thread_cards.urls import Kind, Platform, Precision, ThreadRef

CATALOGUE = "sphinx_thread_cards"
LOCALE_DIR = Path(__file__).parent / "locale"
SEPARATOR = " · "
NO_PLATFORM = Platform(name="", label="", routes="", many_servers=True)  # of a plain page
_ = get_translation(CATALOGUE)

_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_ENGLISH = ("", "en")  # values of ``language`` for which Babel's data (4 MB) is not loaded


class PartialDate(NamedTuple):
    """A UTC date whose day, or day and month, may be unknown; unknown parts are 1."""

    day: date
    precision: Precision = Precision.DAY

    def __str__(self) -> str:
        """Return ``2020-10-06``, ``2020-10`` or ``2020``, as HTML's ``<time datetime>`` allows."""
        return self.day.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    @classmethod
    def of(cls, time: datetime, precision: Precision = Precision.DAY) -> Self:
        """Return the UTC date of an aware time."""
        return cls(utc(time).date(), precision)


def utc(time: datetime) -> datetime:
    """Return an aware time in UTC; at the edges of the calendar, the time itself."""
    return time.astimezone(UTC) if date.min.year < time.year < date.max.year else time


def parse_date(text: str) -> PartialDate:
    """Parse ``2020``, ``2020-10`` or ``2020-10-06``."""
    text = text.strip()
    try:
        precision = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}[len(text)]
        return PartialDate(date.fromisoformat(f"{text}-01-01"[:10]), precision)
    except (KeyError, ValueError):
        raise ValueError(f"date expected, got {text!r}; use 2020-10-06, 2020-10 or 2020") from None


def format_date(when: PartialDate, language: str) -> str:
    """Return a date in Sphinx's ``language``: ``6 October 2020``, ``octobre 2020``; ``en_US`` puts the month first."""
    if language in _ENGLISH:
        parts = str(when.day.day), _MONTHS[when.day.month - 1], str(when.day.year)
        return " ".join(parts[("day", "month", "year").index(when.precision) :])
    locale = _locale(language)
    if when.precision is not Precision.DAY:
        skeleton = "y" if when.precision is Precision.YEAR else "yMMMM"
        return dates.format_skeleton(skeleton, when.day, locale=locale)
    text = dates.format_date(when.day, "long", locale=locale)
    # French uses an ordinal for the first day of a month, which CLDR does not support.
    return re.sub("^1 ", "1er ", text) if locale.language == "fr" else text


def format_month(when: PartialDate, language: str) -> str:
    """Return the name of the month as a heading: ``October``, ``Octobre``."""
    if language in _ENGLISH:
        return _MONTHS[when.day.month - 1]
    name = dates.format_date(when.day, "LLLL", locale=_locale(language))
    return name[:1].title() + name[1:]


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    """Return Babel's locale for Sphinx's ``language``; British English if there is none."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def is_rtl(language: str) -> bool:
    """Return whether a language is written from right to left."""
    return language not in _ENGLISH and _locale(language).text_direction == "rtl"


def differs(tag: str | None, language: str) -> TypeGuard[str]:
    """Return whether a BCP 47 tag names a language other than ``language``, regardless of region and script."""
    names = (re.split("[-_]", name or "en")[0].lower() for name in (tag, language))
    return tag is not None and len(set(names)) > 1


def language_name(tag: str, language: str) -> str:
    """Return the name of a language in another language (``German`` for ``de`` in English), or the tag."""
    try:
        return Locale.parse(tag.replace("-", "_")).get_display_name(_locale(language)) or tag
    except (UnknownLocaleError, ValueError):
        return tag


# Sphinx translates these when they are used, because no catalogue is loaded yet.
_TITLES = {
    Kind.THREAD: (_("Thread on {place}"),),
    Kind.ISSUE: (_("Issue in {place}"), _("Issue on {place}")),
    Kind.PULL_REQUEST: (_("Pull request in {place}"), _("Pull request on {place}")),
    Kind.MERGE_REQUEST: (_("Merge request in {place}"), _("Merge request on {place}")),
    Kind.DISCUSSION: (_("Discussion in {place}"), _("Discussion on {place}")),
    Kind.EPIC: (_("Epic in {place}"), _("Epic on {place}")),
    Kind.MESSAGE: (_("Message on {place}"),),
    Kind.TOPIC: (_("Topic on {place}"),),
    Kind.QUESTION: (_("Question on {place}"),),
    Kind.ANSWER: (_("Answer on {place}"),),
    Kind.POST: (_("Post on {place}"),),
    Kind.STORY: (_("Discussion on {place}"),),
    Kind.VIDEO: (_("Video on {place}"),),
    Kind.PLAYLIST: (_("Playlist on {place}"),),
    Kind.ARTICLE: (_("Article on {place}"),),
    Kind.PAGE: (_("Page on {place}"),),
}
"""The title of a thread in a community, and on a platform if that differs."""
STATES = {
    "open": _("Open"),
    "closed": _("Closed"),
    "merged": _("Merged"),
    "answered": _("Answered"),
    "locked": _("Locked"),
}
NOTES = {  # with and without the date of the snapshot
    Status.LIVE: (_("Saved on {date}"), ""),
    Status.EDITED: (_("Edited since; saved on {date}"), _("Edited since it was saved")),
    Status.DELETED: (_("No longer online; saved on {date}"), _("No longer online")),
}


def platform_label(ref: ThreadRef) -> str:
    """Return the name of the platform, or the host of a plain page."""
    platform = PLATFORMS.get(ref.platform, NO_PLATFORM)
    return _("Mailing list") if platform.mailing_list else platform.label or ref.host


def site_label(ref: ThreadRef) -> str:
    """Return where a link leads: the platform, or the server if many sites run the platform's software."""
    platform = PLATFORMS.get(ref.platform, NO_PLATFORM)
    return ref.host if platform.many_servers or platform.mailing_list else platform.label


def community_label(ref: ThreadRef) -> str:
    """Return the repository, list or forum of a thread, or its platform."""
    platform = PLATFORMS.get(ref.platform, NO_PLATFORM)
    return ref.community or (ref.host if platform.mailing_list else platform_label(ref))


def default_title(ref: ThreadRef) -> str:
    """Return the title of an untitled card: ``Issue in pftf/RPi4``."""
    return _TITLES[ref.kind][0 if ref.community else -1].format(place=community_label(ref))


def with_label(label: str, text: str = "") -> str:
    """Return ``Image: A lamp``, with the space that the language puts before the colon."""
    return _("{label}: {text}").format(label=label, text=text)


def omitted_posts(first: int, last: int) -> str:
    """Return the note in place of omitted posts."""
    if first == last:
        return _("Post {number} is omitted.").format(number=first)
    return _("Posts {first} to {last} are omitted.").format(first=first, last=last)


def more_posts(number: int, *, only: bool) -> str:
    """Return the label of a collapsible section of posts; ``only`` means that it is the thread's only section."""
    ngettext = get_translator(CATALOGUE).ngettext
    if only:
        text = ngettext("Show the other post", "Show the other {number} posts", number)
    else:
        text = ngettext("Show {number} more post", "Show {number} more posts", number)
    return text.format(number=number)
