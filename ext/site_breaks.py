"""Where the pages of this site's PDF may end: what belongs together stays together.

For the site alone; the package does not hold this file.
"""
# ruff: noqa: INP001 - a module of its own, beside the package

from __future__ import annotations

from docutils import nodes

WHOLE = 12
"""Lines of code that are not torn apart."""
LED, HEADED = 3, 4
"""Lines of the words that lead to code and of the space around it, and of a heading."""
RAGGED = 4
"""Pieces of code in a paragraph from which on its lines are not spread out to the edge, as code does not break."""


def keep_together(doctree: nodes.document) -> None:
    """Put commands for LaTeX into a tree that is about to be written: what is led to stays with the words before it."""
    for words in list(doctree.findall(nodes.paragraph)):
        if _leads(words):
            words.parent.insert(words.parent.index(words) + 1, _latex(r"\nopagebreak"))
        if len(list(words.findall(nodes.literal))) >= RAGGED and not isinstance(words.parent, nodes.entry):
            words[:] = [_latex(r"{\raggedright "), *words.children, _latex(r"\par}")]
    for code in list(doctree.findall(nodes.literal_block)):
        _keep_whole(code)
    # A card that pages may end in begins with its head and a post; the heading above it asks for the room of both.
    for posts in list(
        doctree.findall(lambda node: isinstance(node, nodes.container) and "thread-card-posts" in node["classes"])
    ):
        section = posts.parent.parent
        if isinstance(section, nodes.section) and isinstance(_before(posts.parent), nodes.title):
            _ask_for_room(section, 16)


def _leads(words: nodes.paragraph) -> bool:
    """Tell whether a paragraph ends with a colon, and a picture, a table or code follows."""
    after = words.next_node(descend=False, siblings=True)
    pictures = isinstance(after, nodes.paragraph) and all(isinstance(node, nodes.image) for node in after.children)
    return words.astext().endswith(":") and (
        pictures or isinstance(after, (nodes.table, nodes.figure, nodes.literal_block))
    )


def _keep_whole(code: nodes.literal_block) -> None:
    """Ask for room for short code before the words that lead to it, or before the heading above them."""
    lines = len(code.astext().splitlines())
    if lines > WHOLE or not isinstance(code.parent, nodes.section):
        return
    first: nodes.Element = code
    before = _before(first)
    while isinstance(before, (nodes.paragraph, nodes.raw)) and lines <= WHOLE + LED:
        first, before, lines = before, _before(before), lines + LED
    if isinstance(before, nodes.title):
        first, lines = code.parent, lines + HEADED
    _ask_for_room(first, lines + 1)


def _ask_for_room(part: nodes.Element, lines: int) -> None:
    """End the page before a part where fewer lines are left.

    Said before the targets of the part too: with anything between them and a heading, Sphinx writes their labels twice.
    """
    holder, place = part.parent, part.parent.index(part)
    # Those of a section are the end of the section before it.
    while place and isinstance(section := holder[place - 1], nodes.section):
        holder, place = section, len(section)
    while place and isinstance(holder[place - 1], nodes.target):
        place -= 1
    holder.insert(place, _latex(rf"\needspace{{{lines}\baselineskip}}"))


def _before(node: nodes.Element) -> nodes.Node | None:
    place = node.parent.index(node)
    return node.parent[place - 1] if place else None


def _latex(command: str) -> nodes.raw:
    return nodes.raw("", command, format="latex")
