"""A card as standard docutils nodes, which every builder knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.card import BLOCK, SEPARATOR, addresses, header, kept_note
from sphinx_thread_cards.languages import directed

if TYPE_CHECKING:
    from sphinx_thread_cards.card import Card

Node = TypeVar("Node", bound=nodes.Element)


def build(card: Card, place: nodes.container, language: str) -> nodes.container:
    """The card as a plain container of standard nodes; every builder knows what is in it.

    :param place: the container in the page's doctree, with the author's summary; its classes and ids go to the card.
    :param language: Sphinx's ``language``, for dates.
    """
    box = nodes.container(classes=place["classes"], ids=place["ids"], names=place["names"])
    box.source, box.line = place.source, place.line
    box += nodes.paragraph("", SEPARATOR.join(header(card, language)), classes=[f"{BLOCK}-header"])
    title = nodes.reference("", card.title, refuri=card.href)
    box += nodes.paragraph("", "", title, classes=[f"{BLOCK}-title"])
    if who := " ".join(filter(None, (card.author, card.handle and f"@{card.handle}"))):
        box += nodes.paragraph("", who, classes=[f"{BLOCK}-author"])
    if place.children:
        box += nodes.container("", *place.children, classes=[f"{BLOCK}-summary"])
    if card.thread:
        from sphinx_thread_cards.unroll import unroll  # noqa: PLC0415 - few sites keep threads, and the others need not wait for this

        posts = unroll(card, card.thread, place["ids"][0], language)
        box += nodes.container("", *posts, classes=[f"{BLOCK}-posts"])
    box += quotation(card)
    if note := kept_note(card, language):
        box += nodes.paragraph("", note, classes=[f"{BLOCK}-kept"])
    for label, url in addresses(card):
        # The address as text, for readers who cannot click.
        link = nodes.reference("", url, refuri=url)
        box += nodes.paragraph("", words.labelled(label), link, classes=[f"{BLOCK}-link"])
    return box


def quotation(card: Card) -> list[nodes.Element]:
    """The beginning of the post that the card quotes, or nothing."""
    if card.quoted is None:
        return []
    from sphinx_thread_cards.excerpt import quote  # noqa: PLC0415 - as above

    return quote(card.quoted, card.lang, card.excerpt)


def build_with_target(card: Card, place: nodes.container, language: str) -> nodes.container:
    """With a target, where the writer of a container leaves its ids out."""
    box = build(card, place, language)
    # Inside the first paragraph: before it, Texinfo would join it to the paragraph above the card.
    for target in [node for node in box.findall(nodes.container) if node["ids"]]:
        next(target.findall(nodes.paragraph)).insert(0, nodes.target("", "", ids=target["ids"]))
        target["ids"] = []
    return box


def part_of(box: nodes.Element, name: str) -> list[nodes.Element]:
    """The children of a card that are this part of it: ``header``, ``title``, ``author``, ``summary`` or ``link``."""
    return [node for node in box.children if isinstance(node, nodes.Element) and f"{BLOCK}-{name}" in node["classes"]]


def of_class(box: nodes.Element, kind: type[Node], name: str) -> list[Node]:
    """The nodes of a kind in a part of a page that are of a class."""
    return [node for node in box.findall(kind) if name in node["classes"]]


def direct(line: nodes.Element, language: str) -> None:
    """Put marks of direction into a line of ours (see :func:`languages.directed`)."""
    for text in list(line.findall(nodes.Text)):
        text.parent.replace(text, nodes.Text(directed(text, language)))
