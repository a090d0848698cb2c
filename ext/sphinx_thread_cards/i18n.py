"""Labels on cards, dates and languages."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_format_date
from babel.dates import format_skeleton
from sphinx.locale import get_translation, get_translator

from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.urls import Kind, Precision, ThreadRef

CATALOGUE = "sphinx_thread_cards"
LOCALE_DIR = Path(__file__).parent / "locale"
SEPARATOR = " · "
_ = get_translation(CATALOGUE)


def _ngettext(singular: str, plural: str, number: int) -> str:
    return get_translator(CATALOGUE).ngettext(singular, plural, number).format(number=number)


def _noop(message: str) -> str:
    """Mark a message for extraction; it is translated where it is used."""
    return message


# -- Dates ---------------------------------------------------------------------

# Babel's data of a locale takes 4 MB; most sites are in English.
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True)
class PartialDate:
    """A date in UTC of which the day, or the month, may be unknown (they are 1 then)."""

    day: date
    precision: Precision = Precision.DAY

    def __str__(self) -> str:
        """Return ``2020-10-06``, ``2020-10`` or ``2020``, as HTML's ``<time datetime>`` allows."""
        return self.day.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    @classmethod
    def of(cls, time: datetime, precision: Precision = Precision.DAY) -> PartialDate:
        """Return the UTC date of an aware time."""
        return cls(time.astimezone(UTC).date(), precision)


def parse_date(text: str) -> PartialDate:
    """Parse ``2020``, ``2020-10``, ``2020-10-06`` or an ISO 8601 time (converted to UTC)."""
    try:
        if match := _PARTIAL_DATE.fullmatch(text.strip()):
            year, month, day = match.groups()
            precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
            return PartialDate(date(int(year), int(month or 1), int(day or 1)), precision)
        time = datetime.fromisoformat(text.strip())
        return PartialDate((time.astimezone(UTC) if time.tzinfo else time).date())
    except (ValueError, OverflowError):  # the latter at both ends of the calendar
        message = f"date expected, got {text!r}; use the form 2020-10-06, 2020-10 or 2020"
        raise ValueError(message) from None


def format_date(when: PartialDate, language: str) -> str:
    """Return a date in Sphinx's ``language``: ``6 October 2020``, ``octobre 2020``; ``en_US`` puts the month first."""
    if _is_english(language):
        parts = str(when.day.day), _MONTHS[when.day.month - 1], str(when.day.year)
        return " ".join(parts[("day", "month", "year").index(when.precision) :])
    locale = babel_locale(language)
    if when.precision is not Precision.DAY:
        skeleton = "y" if when.precision is Precision.YEAR else "yMMMM"
        return format_skeleton(skeleton, when.day, locale=locale)
    text = babel_format_date(when.day, "long", locale=locale)
    # French uses an ordinal for the first day of a month, which CLDR does not know.
    return re.sub("^1 ", "1er ", text) if locale.language == "fr" else text


def format_month(when: PartialDate, language: str) -> str:
    """Return the name of the month as a heading: ``October``, ``Octobre``."""
    if _is_english(language):
        return _MONTHS[when.day.month - 1]
    name = babel_format_date(when.day, "LLLL", locale=babel_locale(language))
    return name[:1].title() + name[1:]


# -- Languages -----------------------------------------------------------------


def _is_english(language: str) -> bool:
    return language in {"", "en"}


@lru_cache(maxsize=64)
def babel_locale(language: str) -> Locale:
    """Return Babel's locale for Sphinx's ``language`` or a BCP 47 tag; British English if there is none."""
    with suppress(UnknownLocaleError, ValueError, TypeError):
        if not _is_english(language):
            return Locale.parse(language.replace("-", "_"))
    return Locale("en", "GB")


def is_rtl(language: str) -> bool:
    """Return whether a language is written from right to left."""
    return not _is_english(language) and babel_locale(language).text_direction == "rtl"


def differs(tag: str | None, language: str) -> bool:
    """Return whether a BCP 47 tag names another language, or another script of it, than Sphinx's ``language``."""
    return tag is not None and _language_and_script(tag) != _language_and_script(language)


@lru_cache(maxsize=64)
def _language_and_script(tag: str) -> tuple[str, str | None]:
    language = tag.replace("_", "-").partition("-")[0].lower() or "en"
    default = {"zh": "Hans", "sr": "Cyrl"}.get(language)
    script = babel_locale(tag).script if babel_locale(tag).language == language else None
    return language, (script or default) if default else None


def language_name(tag: str, language: str) -> str:
    """Return the name of a language in another language (``German`` for ``de`` in English), or the tag."""
    with suppress(UnknownLocaleError, ValueError):
        return Locale.parse(tag.replace("-", "_")).get_display_name(babel_locale(language)) or tag
    return tag


# -- Labels --------------------------------------------------------------------

_MIRRORS = {"threadreader": "Thread Reader"}
_TITLES = {
    Kind.THREAD: (_noop("Thread on {place}"),),
    Kind.ISSUE: (_noop("Issue in {place}"), _noop("Issue on {place}")),
    Kind.PULL_REQUEST: (_noop("Pull request in {place}"), _noop("Pull request on {place}")),
    Kind.MERGE_REQUEST: (_noop("Merge request in {place}"), _noop("Merge request on {place}")),
    Kind.DISCUSSION: (_noop("Discussion in {place}"), _noop("Discussion on {place}")),
    Kind.EPIC: (_noop("Epic in {place}"), _noop("Epic on {place}")),
    Kind.MESSAGE: (_noop("Message on {place}"),),
    Kind.TOPIC: (_noop("Topic on {place}"),),
    Kind.QUESTION: (_noop("Question on {place}"),),
    Kind.ANSWER: (_noop("Answer on {place}"),),
    Kind.POST: (_noop("Post on {place}"),),
    Kind.STORY: (_noop("Discussion on {place}"),),
    Kind.VIDEO: (_noop("Video on {place}"),),
    Kind.PLAYLIST: (_noop("Playlist on {place}"),),
    Kind.ARTICLE: (_noop("Article on {place}"),),
    Kind.PAGE: (_noop("Page on {place}"),),
}
"""In a community, and on a platform where it differs."""


def platform_label(ref: ThreadRef) -> str:
    """Return the name of the platform, or the host of a plain page."""
    platform = PLATFORMS.get(ref.platform)
    if platform is None:
        return ref.host
    return _("Mailing list") if platform.mailing_list else platform.label


def site_label(ref: ThreadRef) -> str:
    """Return where a link leads: the platform, or the server of a software that many sites run."""
    platform = PLATFORMS.get(ref.platform)
    if platform is None or platform.many_servers or platform.mailing_list:
        return ref.host
    return platform.label


def community_label(ref: ThreadRef) -> str:
    """Return the repository, list or forum of a thread, or its platform."""
    platform = PLATFORMS.get(ref.platform)
    place = ref.host if platform and platform.mailing_list else platform_label(ref)
    return ref.community or place


def default_title(ref: ThreadRef) -> str:
    """Return the title of an untitled card: ``Issue in pftf/RPi4``."""
    return _(_TITLES[ref.kind][0 if ref.community else -1]).format(place=community_label(ref))


def read_label(ref: ThreadRef) -> str:
    """Return the label of the link to the thread, or to the readable copy that the author gave."""
    if ref.kind in {Kind.VIDEO, Kind.PLAYLIST} and not ref.read_url:
        return _("Watch on {place}").format(place=site_label(ref))
    copy = _MIRRORS.get(ref.mirror or "", ref.mirror or ref.host) if ref.read_url else None
    return _("Read on {place}").format(place=copy or site_label(ref))


def original_label(ref: ThreadRef) -> str:
    """Return the label of the link to the original, next to a copy."""
    return _("Original on {place}").format(place=site_label(ref))


def with_label(label: str, text: str = "") -> str:
    """Return ``Image: A lamp``, with the space that the language puts before the colon."""
    return _("{label}: {text}").format(label=label, text=text)


STATES = {
    "open": _noop("Open"),
    "closed": _noop("Closed"),
    "merged": _noop("Merged"),
    "answered": _noop("Answered"),
    "locked": _noop("Locked"),
}


def state_label(state: str) -> str:
    """Return the state of an issue, request or question (see :data:`~snapshot.State`) in words."""
    return _(STATES[state])


def citation(author: str | None, place: str, when: str | None) -> str:
    """Return ``Andrei Warkentin on X, 6 October 2020``, with the parts that are known."""
    text = _("{author} on {place}").format(author=author, place=place) if author else place
    return _("{source}, {date}").format(source=text, date=when) if when else text


def omitted_posts(first: int, last: int) -> str:
    """Return the note in place of omitted posts."""
    if first == last:
        return _("Post {number} is omitted.").format(number=first)
    return _("Posts {first} to {last} are omitted.").format(first=first, last=last)


def more_posts(number: int, *, only: bool) -> str:
    """Return the label of a collapsible section of posts; ``only`` if the thread has no other one."""
    if only:
        return _ngettext("Show the other post", "Show the other {number} posts", number)
    return _ngettext("Show {number} more post", "Show {number} more posts", number)


def snapshot_note(when: str | None, status: str) -> str | None:
    """Return when the thread was saved, and its status since (see :class:`~snapshot.Status`)."""
    dated, undated = {
        "gone": (_("No longer online; saved on {date}"), _("No longer online")),
        "edited": (_("Edited since; saved on {date}"), _("Edited since it was saved")),
    }.get(status, (_("Saved on {date}"), None))
    return dated.format(date=when) if when else undated
