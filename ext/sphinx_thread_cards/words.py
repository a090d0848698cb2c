"""The words of cards and citations, in the language of the site."""

from __future__ import annotations

from pathlib import Path

from babel import Locale, UnknownLocaleError
from sphinx.locale import get_translation

from sphinx_thread_cards.dates import locale_of
from sphinx_thread_cards.model import Kind, ThreadRef
from sphinx_thread_cards.platforms import PLATFORMS

CATALOGUE = "sphinx_thread_cards"
LOCALE_DIR = Path(__file__).parent / "locale"
_ = get_translation(CATALOGUE)

_MIRRORS = {"threadreader": "Thread Reader"}


def platform_label(ref: ThreadRef) -> str:
    """The platform as readers know it; the host for an address that no platform knows."""
    platform = PLATFORMS.get(ref.platform)
    return platform.label if platform else ref.host


def place_of(ref: ThreadRef) -> str:
    """Where the thread stands, as narrowly as the address says."""
    return ref.community or platform_label(ref)


def what_it_is(ref: ThreadRef) -> str:
    """``Issue in pftf/RPi4``: the title of a card that nobody gave a title."""
    place = place_of(ref)
    # A literal call for each kind, so that the words can be found by the catalogue's tools.
    match ref.kind:
        case Kind.ISSUE:
            return _("Issue in {place}").format(place=place)
        case Kind.PULL_REQUEST:
            return _("Pull request in {place}").format(place=place)
        case Kind.MERGE_REQUEST:
            return _("Merge request in {place}").format(place=place)
        case Kind.EPIC:
            return _("Epic in {place}").format(place=place)
        case Kind.DISCUSSION:
            return _("Discussion in {place}").format(place=place)
        case Kind.MESSAGE:
            return _("Message on {place}").format(place=place)
        case Kind.TOPIC:
            return _("Topic on {place}").format(place=place)
        case Kind.QUESTION:
            return _("Question on {place}").format(place=place)
        case Kind.ANSWER:
            return _("Answer on {place}").format(place=place)
        case Kind.STORY:
            return _("Discussion on {place}").format(place=place)
        case Kind.VIDEO:
            return _("Video on {place}").format(place=place)
        case Kind.PLAYLIST:
            return _("Playlist on {place}").format(place=place)
        case Kind.ARTICLE:
            return _("Article on {place}").format(place=place)
        case Kind.POST:
            return _("Post on {place}").format(place=place)
        case Kind.PAGE:
            return _("Page on {place}").format(place=place)
        case Kind.THREAD:
            return _("Thread on {place}").format(place=place)


def read_on(ref: ThreadRef) -> str:
    """The label of the link that the card leads to first."""
    label = _MIRRORS.get(ref.mirror or "") if ref.read_url else None
    return _("Read on {place}").format(place=label or platform_label(ref))


def original_on(ref: ThreadRef) -> str:
    """The label of the link to the thread itself, beside a readable copy."""
    return _("Original on {place}").format(place=platform_label(ref))


def archived_copy() -> str:
    """The label of the link to an archived copy."""
    return _("Archived copy")


def language_name(tag: str, language: str) -> str:
    """A language's name in another language: ``German`` for ``de`` in English; the tag where it has no name."""
    try:
        name = Locale.parse(tag.replace("-", "_")).get_display_name(locale_of(language))
    except (UnknownLocaleError, ValueError):
        return tag
    return name or tag


def citation(who: str | None, where: str, when: str | None) -> str:
    """``Andrei Warkentin on X, 6 October 2020``, with what is known."""
    text = _("{author} on {place}").format(author=who, place=where) if who else where
    return _("{source}, {date}").format(source=text, date=when) if when else text
