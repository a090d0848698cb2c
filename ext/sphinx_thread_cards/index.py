"""The index of threads in a printed book: every thread once, by platform, with the page of its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.domains import Index, IndexEntry

from sphinx_thread_cards import words
from sphinx_thread_cards.dates import show_when
from sphinx_thread_cards.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx_thread_cards.card import Card, Subject
    from sphinx_thread_cards.domain import ThreadDomain
    from sphinx_thread_cards.notes import Entry


class ThreadIndex(Index):
    """``thread-index`` in ``latex_domain_indices``."""

    domain: ThreadDomain
    name = "index"
    localname = _("Index of threads")

    def generate(self, docnames: Iterable[str] | None = None) -> tuple[list[tuple[str, list[IndexEntry]]], bool]:
        """The entries of the pages of a book, for builders that name these; HTML does not, and has no such page."""
        if docnames is None:
            return [], False
        inside = set(docnames)
        found: dict[Subject, tuple[Card, Entry]] = {}
        for entry in self.domain.entries():
            card = self.domain.describe(entry.url, entry.options)
            # Of several cards of a thread the one that shows its posts, or else the first.
            if entry.docname in inside and (card.subject not in found or _better(card, found[card.subject][0])):
                found[card.subject] = card, entry
        return _grouped(found, self.domain.env.config.language), False


def _better(card: Card, other: Card) -> bool:
    return card.thread is not None and other.thread is None


def _grouped(found: dict[Subject, tuple[Card, Entry]], language: str) -> list[tuple[str, list[IndexEntry]]]:
    groups: dict[str, list[IndexEntry]] = {}
    for card, entry in sorted(found.values(), key=lambda both: both[0].title.casefold()):
        said = words.comma().join(
            filter(None, (card.place, card.who, show_when(card.when, language) if card.when else None))
        )
        groups.setdefault(words.platform_label(card.ref), []).append(
            IndexEntry(card.title, 0, entry.docname, entry.node_id, said, "", "")
        )
    return sorted(groups.items(), key=lambda group: group[0].casefold())
