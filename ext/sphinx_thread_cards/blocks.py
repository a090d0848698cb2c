"""What people wrote, kept as data (see :mod:`thread`), as standard docutils nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from docutils import nodes

from sphinx_thread_cards.thread import Code, List, Paragraph, Quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx_thread_cards.thread import Block, Span


def build_blocks(blocks: Iterable[Block]) -> Iterator[nodes.Element]:
    """Rich text as docutils nodes."""
    for block in blocks:
        match block:
            case Paragraph():
                yield _paragraph(block)
            case Code():
                yield nodes.literal_block("", block.text.rstrip("\n"), language=block.language or "text", force=True)
            case Quote():
                yield nodes.block_quote("", *build_blocks(block.blocks))
            case List():
                items = [nodes.list_item("", *build_blocks(item)) for item in block.items]
                yield _numbered(block, items) if block.ordered else nodes.bullet_list("", *items)
            case _:
                assert_never(block)


def _numbered(block: List, items: list[nodes.list_item]) -> nodes.Element:
    """A numbered list, as docutils reads one: with its first number where that is another than 1."""
    start = {"start": block.start} if block.start != 1 else {}
    return nodes.enumerated_list("", *items, enumtype="arabic", **start)


def _paragraph(block: Paragraph) -> nodes.Element:
    """A paragraph; lines of a block where the author broke lines."""
    lines: list[list[nodes.Node]] = [[]]
    for span in block.spans:
        first, *others = span.text.split("\n")
        lines[-1].append(_span(span, first))
        lines.extend([_span(span, text)] for text in others)
    if len(lines) == 1:
        return nodes.paragraph("", "", *lines[0])
    return nodes.line_block("", *(nodes.line("", "", *line) for line in lines))


def _span(span: Span, text: str) -> nodes.Node:
    node: nodes.Node = nodes.literal("", text) if span.code else nodes.Text(text)
    if span.emphasis:
        node = nodes.emphasis("", "", node)
    if span.strong:
        node = nodes.strong("", "", node)
    return nodes.reference("", "", node, refuri=span.href) if span.href else node
