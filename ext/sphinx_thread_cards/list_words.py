"""The words of lists of threads, in the language of the site."""

from __future__ import annotations

from sphinx.locale import get_translation

from sphinx_thread_cards.languages import CATALOGUE

_ = get_translation(CATALOGUE)


def date() -> str:
    """The head of a column of dates."""
    return _("Date")


def thread() -> str:
    """The head of a column of threads; what the search calls a card."""
    return _("Thread")


def comma() -> str:
    """What stands between the parts of a list, with the space that the language leaves there."""
    return _(", ")


def cited_in() -> str:
    """What stands before, or over, the pages that cite a thread."""
    return _("Cited in")


def no_date() -> str:
    """What stands over the threads in a timeline of which no date is known."""
    return _("Date not known")


def no_threads() -> str:
    """What stands in the place of a list without threads."""
    return _("No thread is cited here.")
