"""What is special to a format: how a card is built for it, where standard nodes are not the best that it can do."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards.card import BLOCK, SEPARATOR, Card
from sphinx_thread_cards.card_nodes import build
from sphinx_thread_cards.html_articles import build_article
from sphinx_thread_cards.html_quotes import direct
from sphinx_thread_cards.languages import runs_to_the_left

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinx_thread_cards.html import card_article

_LONG = re.compile(r"\S{60,}")
"""What no language hyphenates and no column holds."""
_PIECE = re.compile(r".{1,10}")


_LINES = {f"{BLOCK}-{name}" for name in ("header", "author", "post-head")}
_THEIRS = {f"{BLOCK}-summary", f"{BLOCK}-excerpt"}


def _build_with_target(card: Card, place: nodes.container, language: str) -> nodes.container:
    """With a target, where the writer of a container leaves its ids out."""
    box = build(card, place, language)
    # Inside the first paragraph: before it, Texinfo would join it to the paragraph above the card.
    for target in [node for node in box.findall(nodes.container) if node["ids"]]:
        next(target.findall(nodes.paragraph)).insert(0, nodes.target("", "", ids=target["ids"]))
        target["ids"] = []
    return box


def _build_for_latex(card: Card, place: nodes.container, language: str) -> nodes.container:
    """With each line in a container, whose class LaTeX can style; it passes over the classes of paragraphs."""
    box = _build_with_target(card, place, language)
    if card.avatar:
        from sphinx_thread_cards.figures import AVATAR, avatar  # noqa: PLC0415 - few sites keep threads

        for line in _part(box, "author"):
            line[:0] = [nodes.inline("", "", avatar(card.avatar, 0), classes=[AVATAR]), nodes.Text(" ")]
    _turn_posts(box, language)
    for post in [node for node in box.findall(nodes.container) if f"{BLOCK}-post" in node["classes"]]:
        _number_in_margin(post)
    parts = (node for node in box.findall(nodes.Element) if isinstance(node, (nodes.paragraph, nodes.block_quote)))
    for line in [node for node in parts if any(BLOCK in name for name in node["classes"])]:
        line.parent.replace(line, nodes.container("", line, classes=line["classes"]))
    for part in (node for node in box.children if isinstance(node, nodes.container)):
        turn = _turn(part.astext(), language)
        # Our own lines, which may begin with a name, run as the book does.
        if turn == f"{BLOCK}-rtl" or (turn and _THEIRS.intersection(part["classes"])):
            part["classes"] = [*part["classes"], turn]
        if f"{BLOCK}-summary" not in part["classes"]:
            _break_words(part)
    return box


def _break_words(part: nodes.Element) -> None:
    """Let lines end within very long words; what is an address and says so is broken by LaTeX's package for them."""
    for text in [text for text in part.findall(nodes.Text) if _LONG.search(text)]:
        holder = text.parent
        if holder.get("refuri") == text or isinstance(holder, nodes.raw):
            continue
        broken: list[nodes.Node] = []
        for word in re.split(rf"({_LONG.pattern})", text):
            pieces = _PIECE.findall(word) if _LONG.match(word) else [word]
            for piece in pieces:
                broken += [nodes.Text(piece), nodes.raw("", r"\threadcardbreak{}", format="latex")]
            broken.pop()
        holder.replace(text, broken)


def _turn_posts(box: nodes.container, language: str) -> None:
    """Mark what runs the other way in posts, and the directions in lines of ours."""
    for post in [node for node in box.findall(nodes.container) if f"{BLOCK}-post" in node["classes"]]:
        for block in post.children[1:]:
            if turn := _turn(block.astext(), language):
                post.replace(block, nodes.container("", block, classes=[turn]))
    for line in box.findall(nodes.paragraph):
        if _LINES.intersection(line["classes"]):
            direct(line, language)


def _number_in_margin(post: nodes.Element) -> None:
    """Mark the number of a post, which LaTeX sets in the margin, and take the dot behind it away."""
    head = post.children[0]
    if not isinstance(head, nodes.paragraph):
        return
    at = next((n for n, node in enumerate(head.children) if isinstance(node, nodes.reference)), None)
    if at is None:
        return
    number, *rest = head.children[at:]
    said = [nodes.Text(rest[0].astext().replace("\u200f", "").removeprefix(SEPARATOR)), *rest[1:]] if rest else []
    head[at:] = [nodes.inline("", "", number, classes=[f"{BLOCK}-number"]), *said]
    if not "".join(node.astext() for node in said):
        head["classes"].append(f"{BLOCK}-post-bare")


def _turn(text: str, language: str) -> str | None:
    """The class of text that is to run from right to left, or, in a book that does, from left to right.

    Its first letter decides (Unicode Annex 9, rules P2 and P3).
    """
    first = next((kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), None)
    if first == "L":
        return f"{BLOCK}-ltr" if runs_to_the_left(language) else None
    return f"{BLOCK}-rtl" if first else None


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
    for summary in _part(box, "summary"):
        box.replace(summary, summary.children)
    return box.children


def _build_for_text(card: Card, place: nodes.container, language: str) -> nodes.block_quote:
    """Set in, to stand apart; each address on one line, as the writer wraps paragraphs, but not lines of a block."""
    box = _build_in_words(card, place, language)
    links = _part(box, "link")
    lines = nodes.line_block("", *(nodes.line("", "", *link.children) for link in links))
    return nodes.block_quote("", *(node for node in box.children if node not in links), lines)


def build_for_book(card: Card, place: nodes.container, language: str) -> card_article:
    """The article of HTML, without folds."""
    article = build_article(card, place, language)
    if card.thread:
        from sphinx_thread_cards.folds import unfold  # noqa: PLC0415 - few sites keep threads, and the others need not wait for this

        unfold(article)
    return article


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
