"""What is special to a format: how a card is built for it, where standard nodes are not the best that it can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards.card_nodes import build, build_with_target, part_of
from sphinx_thread_cards.formats_latex import build_for_latex
from sphinx_thread_cards.html import build_article

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.html import card_article


def _build_in_words(card: Card, place: nodes.container, language: str) -> nodes.container:
    """With words in the place of pictures."""
    box = build(card, place, language)
    if card.thread:
        from sphinx_thread_cards.figures import as_words, show_addresses  # noqa: PLC0415 - few sites keep threads

        as_words(box)
        show_addresses(box)
    return box


def _build_for_man(card: Card, place: nodes.container, language: str) -> list[nodes.Node]:
    """Without containers, in which the manual page's writer joins paragraphs to those before, and without pictures."""
    box = _build_in_words(card, place, language)
    for summary in part_of(box, "summary"):
        box.replace(summary, summary.children)
    return box.children


def _build_for_text(card: Card, place: nodes.container, language: str) -> nodes.block_quote:
    """Set in, to stand apart; each address on one line, as the writer wraps paragraphs, but not lines of a block."""
    box = _build_in_words(card, place, language)
    links = part_of(box, "link")
    lines = nodes.line_block("", *(nodes.line("", "", *link.children) for link in links))
    return nodes.block_quote("", *(node for node in box.children if node not in links), lines)


def build_for_book(card: Card, place: nodes.container, language: str) -> card_article:
    """The article of HTML, without folds."""
    article = build_article(card, place, language)
    if card.thread:
        from sphinx_thread_cards.html_posts import unfold  # noqa: PLC0415 - few sites keep threads, and the others need not wait for this

        unfold(article)
    return article


# By Builder.format; every other format gets the standard nodes of `build`.
SHAPES: Mapping[str, Callable[[Card, nodes.container, str], nodes.Node | list[nodes.Node]]] = {
    "html": build_article,
    "latex": build_for_latex,
    "man": _build_for_man,
    "texinfo": build_with_target,
    "text": _build_for_text,
}
