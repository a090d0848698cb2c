"""Blocks of rich text, sketched one line a block."""

from __future__ import annotations

from collections.abc import Iterator

from sphinx_thread_cards.thread import Block, Code, Paragraph, Quote, Span


def sketch(blocks: tuple[Block, ...]) -> str:
    """Blocks as text: ``_emphasis_ *strong* `code` [text](address)``, ``> quote``, ``- item``, ``code "
    "language: ...``."""
    return "\n".join(line for block in blocks for line in lines_of(block))


def lines_of(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield "".join(map(marked, block.spans)).replace("\n", "/")
    elif isinstance(block, Code):
        yield f"code {block.language}: {block.text!r}"
    elif isinstance(block, Quote):
        yield from (f"> {line}" for inner in block.blocks for line in lines_of(inner))
    else:
        for item in block.items:
            inner = [line for part in item for line in lines_of(part)]
            yield f"{'1.' if block.ordered else '-'} {inner[0]}"
            yield from (f"  {line}" for line in inner[1:])


def marked(span: Span) -> str:
    text = span.text
    for is_set, mark in ((span.code, "`"), (span.strong, "*"), (span.emphasis, "_")):
        text = f"{mark}{text}{mark}" if is_set else text
    return f"[{text}]({span.href})" if span.href else text
