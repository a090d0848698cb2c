"""The words of cards, citations and lists, in the language of the site; what is said once stands where it is said."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError
from sphinx.locale import get_translation, get_translator

from sphinx_thread_cards.dates import locale_of
from sphinx_thread_cards.languages import CATALOGUE
from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms import PLATFORMS

_ = get_translation(CATALOGUE)


def _counted(one: str, many: str, number: int) -> str:
    """The form for a number; languages have up to six."""
    return get_translator(CATALOGUE).ngettext(one, many, number).format(number=number)


def _marked(text: str) -> str:
    """Mark words for the catalogue's tools; they are translated where they are used."""
    return text


_SLASHES_OF_A_FRONT_PAGE = 3
_MIRRORS = {"threadreader": "Thread Reader"}
_TITLES = {
    Kind.THREAD: _marked("Thread on {place}"),
    Kind.ISSUE: _marked("Issue in {place}"),
    Kind.PULL_REQUEST: _marked("Pull request in {place}"),
    Kind.MERGE_REQUEST: _marked("Merge request in {place}"),
    Kind.DISCUSSION: _marked("Discussion in {place}"),
    Kind.EPIC: _marked("Epic in {place}"),
    Kind.MESSAGE: _marked("Message on {place}"),
    Kind.TOPIC: _marked("Topic on {place}"),
    Kind.QUESTION: _marked("Question on {place}"),
    Kind.ANSWER: _marked("Answer on {place}"),
    Kind.POST: _marked("Post on {place}"),
    Kind.STORY: _marked("Discussion on {place}"),
    Kind.VIDEO: _marked("Video on {place}"),
    Kind.PLAYLIST: _marked("Playlist on {place}"),
    Kind.ARTICLE: _marked("Article on {place}"),
    Kind.PAGE: _marked("Page on {place}"),
}
# Where nothing narrower than the network is said.
_TITLES_ON = {
    Kind.ISSUE: _marked("Issue on {place}"),
    Kind.PULL_REQUEST: _marked("Pull request on {place}"),
    Kind.MERGE_REQUEST: _marked("Merge request on {place}"),
    Kind.DISCUSSION: _marked("Discussion on {place}"),
    Kind.EPIC: _marked("Epic on {place}"),
}


def platform_label(ref: ThreadRef) -> str:
    """The platform as readers know it; the host for an address that no platform knows."""
    platform = PLATFORMS.get(ref.platform)
    if platform is None:
        return ref.host
    return _("Mailing list") if platform.mailing_list else platform.label


def reader_of(ref: ThreadRef) -> str:
    """Where a link leads: the network, or the one server of a software that many run."""
    platform = PLATFORMS.get(ref.platform)
    return ref.host if platform is None or platform.many_servers or platform.mailing_list else platform.label


def place_of(ref: ThreadRef) -> str:
    """Where the thread stands, as narrowly as the address says; of an unnamed mailing list, the host of its archive."""
    platform = PLATFORMS.get(ref.platform)
    return ref.community or (ref.host if platform and platform.mailing_list else platform_label(ref))


def what_it_is(ref: ThreadRef) -> str:
    """``Issue in pftf/RPi4``: the title of a card that nobody gave a title."""
    titles = _TITLES if ref.community else _TITLES | _TITLES_ON
    return _(titles[ref.kind]).format(place=place_of(ref))


def read_on(ref: ThreadRef) -> str:
    """The label of the link that the card leads to first; for a front page, only whose it is."""
    if ref.read_url:
        return _("Read on {place}").format(place=_MIRRORS.get(ref.mirror or "", ref.host))
    if ref.kind in {Kind.VIDEO, Kind.PLAYLIST}:
        return _("Watch on {place}").format(place=reader_of(ref))
    if ref.url.count("/") == _SLASHES_OF_A_FRONT_PAGE and ref.url.endswith("/") and ref.kind is not Kind.PAGE:
        return reader_of(ref)
    return _("Read on {place}").format(place=reader_of(ref))


def original_on(ref: ThreadRef) -> str:
    """The label of the link to the thread itself, beside a readable copy."""
    return _("Original on {place}").format(place=reader_of(ref))


def labelled(label: str, text: str = "") -> str:
    """``Picture: A lamp``; without a text what stands before it, with the space that the language leaves there."""
    return _("{label}: {text}").format(label=label, text=text)


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


def left_out(first: int, last: int) -> str:
    """The mark where posts of a thread are left out."""
    if first == last:
        return _("Post {number} is left out.").format(number=first)
    return _("Posts {first} to {last} are left out.").format(first=first, last=last)


def content_warning(text: str) -> str:
    """The author's own warning, before what it warns of."""
    return labelled(_("Content warning"), text)


def picture() -> str:
    """What stands where a picture is not kept."""
    return _("Picture")


def video() -> str:
    """What stands where a video's still is not kept."""
    return _("Video")


def kept(date: str | None, status: str) -> str | None:
    """When the thread was kept, as far as that is known, and what became of it (see :class:`thread.Status`)."""
    if status == "gone":
        return _("No longer online; kept copy of {date}").format(date=date) if date else _("No longer online")
    if status == "edited":
        return _("Edited since; kept copy of {date}").format(date=date) if date else _("Edited since it was kept")
    return _("Kept on {date}").format(date=date) if date else None


def other_posts(number: int) -> str:
    """The label of the one fold that holds the rest of a long thread."""
    return _counted("Show the other post", "Show the other {number} posts", number)


def more_posts(number: int) -> str:
    """The label of a fold in a long thread that is not the only one."""
    return _counted("Show {number} more post", "Show {number} more posts", number)


def thread() -> str:
    """The head of a column of threads; what the search calls a card."""
    return _("Thread")


def comma() -> str:
    """What stands between the parts of a list, with the space that the language leaves there."""
    return _(", ")


def cited_in() -> str:
    """What stands before, or over, the pages that cite a thread."""
    return _("Cited in")
