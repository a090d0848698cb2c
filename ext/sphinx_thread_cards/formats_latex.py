"""A card for LaTeX: lines that it can style, numbers in a margin, words that break, and what runs the other way."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards.card import BLOCK, SEPARATOR
from sphinx_thread_cards.card_nodes import build_with_target, direct, of_class, part_of
from sphinx_thread_cards.languages import runs_to_the_left

if TYPE_CHECKING:
    from sphinx_thread_cards.card import Card

_LONG = re.compile(r"\S{60,}")
"""What no language hyphenates and no column holds."""
_LEADS = 2
"""Of an admonition, its title and a paragraph."""
_PIECE = re.compile(r".{1,10}")
_LINES = {f"{BLOCK}-{name}" for name in ("header", "author", "post-head", "quoted-head")}
_THEIRS = {f"{BLOCK}-summary", f"{BLOCK}-excerpt"}


def build_for_latex(card: Card, place: nodes.container, language: str) -> nodes.container:
    """With each line in a container, whose class LaTeX can style; it passes over the classes of paragraphs."""
    box = build_with_target(card, place, language)
    _leave_room(place.parent, place)
    if card.avatar:
        from sphinx_thread_cards.figures import AVATAR, avatar  # noqa: PLC0415 - few sites keep threads

        for line in part_of(box, "author"):
            line[:0] = [nodes.inline("", "", avatar(card.avatar, 0), classes=[AVATAR]), nodes.Text(" ")]
    _turn_posts(box, language)
    for post in of_class(box, nodes.container, f"{BLOCK}-post"):
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


def _leave_room(outside: nodes.Element, place: nodes.container) -> None:
    """Keep a heading with an admonition that begins with the card; Sphinx sees to five lines, which are too few."""
    if isinstance(outside, nodes.Admonition) and outside.index(place) <= _LEADS:
        room = nodes.raw("", "\\threadcardroom{14\\baselineskip}\n", format="latex")
        outside.parent.insert(outside.parent.index(outside), room)


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
    for post in of_class(box, nodes.container, f"{BLOCK}-post"):
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
