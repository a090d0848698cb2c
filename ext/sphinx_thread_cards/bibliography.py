"""The cited threads as a bibliography knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sphinx_thread_cards import words
from sphinx_thread_cards.card import anchor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.dates import When
    from sphinx_thread_cards.model import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A thread as a bibliography knows it."""

    key: str
    """The anchor of its cards; numbered, where threads on two servers have one anchor."""
    kind: Kind
    title: str
    author: str | None
    """Name, or handle with ``@``."""
    issued: When | None
    accessed: When | None
    """When it was kept, if it is."""
    url: str
    archive: str | None
    place: str
    """Where it stands: community, or platform."""
    platform: str
    lang: str | None


def sources_of(cards: Iterable[Card]) -> list[Source]:
    """One source for each card, in the order of keys."""
    found: dict[str, Source] = {}
    for card in sorted(cards, key=lambda card: (anchor(card.ref).casefold(), card.ref.key)):
        wanted = key = anchor(card.ref)
        number = 1
        # BibTeX knows keys by their letters, small or large.
        while key.casefold() in found:
            number += 1
            key = f"{wanted}-{number}"
        found[key.casefold()] = _source(card, key)
    return list(found.values())


def _source(card: Card, key: str) -> Source:
    return Source(
        key=key,
        kind=card.ref.kind,
        title=card.title,
        author=card.author or (f"@{card.handle}" if card.handle else None),
        issued=card.when,
        accessed=card.kept,
        url=card.ref.url,
        archive=card.archive or card.ref.read_url,
        place=words.place_of(card.ref),
        platform=words.platform_label(card.ref),
        lang=card.lang,
    )
