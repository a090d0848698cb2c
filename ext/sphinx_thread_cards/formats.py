"""What is special to a format: how a card is built for it, where standard nodes are not the best that it can do.

Nothing here is registered for ``epub``: one such registration, by any extension, would switch off everybody's
``html`` visitors in EPUB (sphinx/registry.py, ``add_translation_handlers``).
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from docutils import nodes

from sphinx_thread_cards.card import BLOCK, SEPARATOR, Card, addresses, build, header
from sphinx_thread_cards.dates import show_when

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinx.writers.html5 import HTML5Translator


class card_article(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes and their visitors alike
    """A card, in HTML formats only; its visitor writes the lines around the author's summary."""


class card_words(nodes.Invisible, nodes.TextElement):  # noqa: N801
    """What the lines of an article say, for the search and whatever else reads the text of a page."""


class card_summary(nodes.General, nodes.Element):  # noqa: N801
    """The author's summary in an article."""


def build_article(card: Card, place: nodes.container, language: str) -> card_article:
    """The card as an ``<article>``: few nodes, as there may be many cards on a page."""
    said = " ".join(filter(None, (*header(card, language), card.title, card.author, card.handle)))
    article = card_article("", card_words("", said), classes=place["classes"], ids=place["ids"], names=place["names"])
    article.source, article.line = place.source, place.line
    article["card"], article["language"] = card, language
    if place.children:
        article += card_summary("", *place.children, classes=[f"{BLOCK}-summary"])
    return article


def visit_article(self: HTML5Translator, node: card_article) -> None:
    """Open the ``<article>``, named by its title, and write what stands above the summary.

    What people wrote runs the way its own letters do: by ``dir``, as CSS for it is not allowed in EPUB.
    """
    card: Card = node["card"]
    name = f"{node['ids'][0]}-title"
    lines = [_header(self, card, node["language"])]
    title = f'<a class="reference external" href="{self.attval(card.href)}">{self.encode(card.title)}</a>'
    lines.append(f'<p class="{BLOCK}-title" id="{name}" dir="auto">{title}</p>\n')
    if who := _who(self, card):
        lines.append(f'<p class="{BLOCK}-author" dir="auto">{who}</p>\n')
    label: dict[str, Any] = {"aria-labelledby": name}
    self.body.append(self.starttag(node, "article", **label) + "".join(lines))


def _header(self: HTML5Translator, card: Card, language: str) -> str:
    platform, *others = (self.encode(part) for part in header(card, language))
    if card.when:
        date = self.encode(show_when(card.when, language))
        time = f'<time datetime="{card.when.isoformat()}">{date}</time>'
        others = [time if part == date else part for part in others]
    return f'<p class="{BLOCK}-header">{SEPARATOR.join((f"<strong>{platform}</strong>", *others))}</p>\n'


def _who(self: HTML5Translator, card: Card) -> str:
    handle = f"@{self.encode(card.handle)}" if card.handle else ""
    if card.author and handle:
        return f'{self.encode(card.author)} <span class="{BLOCK}-handle">{handle}</span>'
    return self.encode(card.author) if card.author else handle


def depart_article(self: HTML5Translator, node: card_article) -> None:
    """Write the line of links, whose labels need no address beside them, and close the ``<article>``."""
    links = (
        f'<a class="reference external" href="{self.attval(url)}">{self.encode(label)}</a>'
        for label, url in addresses(node["card"])
    )
    self.body.append(f'<p class="{BLOCK}-links">{SEPARATOR.join(links)}</p>\n</article>\n')


def visit_summary(self: HTML5Translator, node: card_summary) -> None:
    """Open the summary."""
    self.body.append(self.starttag(node, "div", dir="auto"))


def depart_summary(self: HTML5Translator, node: card_summary) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</div>\n")


def skip_words(self: HTML5Translator, node: card_words) -> None:  # noqa: ARG001
    """Write nothing: the article's visitor has said it."""
    raise nodes.SkipNode


def _build_with_target(card: Card, place: nodes.container, language: str) -> nodes.container:
    """With a target, where the writer of a container leaves its ids out."""
    box = build(card, place, language)
    # Inside the first paragraph: before it, Texinfo would join it to the paragraph above the card.
    _part(box, "header")[0].insert(0, nodes.target("", "", ids=box["ids"]))
    box["ids"] = []
    return box


def _build_for_latex(card: Card, place: nodes.container, language: str) -> nodes.container:
    """With each line in a container, whose class LaTeX can style; it passes over the classes of paragraphs."""
    box = _build_with_target(card, place, language)
    for line in [node for node in box.children if isinstance(node, nodes.paragraph)]:
        box.replace(line, nodes.container("", line, classes=line["classes"]))
    for part in (node for node in box.children if isinstance(node, nodes.container)):
        if _runs_to_the_left(part.astext()):
            part["classes"] = [*part["classes"], f"{BLOCK}-rtl"]
    return box


def _runs_to_the_left(text: str) -> bool:
    """Whether text is to be set from right to left: its first letter decides (Unicode Annex 9, rules P2 and P3)."""
    return next((kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), "L") != "L"


def _build_for_man(card: Card, place: nodes.container, language: str) -> list[nodes.Node]:
    """Without containers, in which the manual page's writer joins paragraphs to those before."""
    box = build(card, place, language)
    for summary in _part(box, "summary"):
        box.replace(summary, summary.children)
    return box.children


def _build_for_text(card: Card, place: nodes.container, language: str) -> nodes.block_quote:
    """Set in, to stand apart; each address on one line, as the writer wraps paragraphs, but not lines of a block."""
    box = build(card, place, language)
    links = _part(box, "link")
    lines = nodes.line_block("", *(nodes.line("", "", *link.children) for link in links))
    return nodes.block_quote("", *(node for node in box.children if node not in links), lines)


def _part(box: nodes.Element, name: str) -> list[nodes.Element]:
    """The children of a card that are this part of it: ``header``, ``title``, ``author``, ``summary`` or ``link``."""
    return [node for node in box.children if isinstance(node, nodes.Element) and f"{BLOCK}-{name}" in node["classes"]]


# By Builder.format; every other format gets the standard nodes of `build`.
SHAPES: Mapping[str, Callable[[Card, nodes.container, str], nodes.Node | list[nodes.Node]]] = {
    "html": build_article,
    "latex": _build_for_latex,
    "man": _build_for_man,
    "texinfo": _build_with_target,
    "text": _build_for_text,
}
