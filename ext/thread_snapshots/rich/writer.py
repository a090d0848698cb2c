"""Blocks, put together from what a parser meets one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from thread_snapshots.rich.spans import MAX_DEPTH, MAX_TEXT, changed, clean, paragraphs
from sphinx_thread_cards.thread import Block, Code, List, Quote, Span

Container = Literal["quote", "list", "ordered", "item"]

_SPACES = re.compile(r"[ \t\n\r\f]+")
# One long address around thousands of spans is written once in HTML, but in each span here.
_HREFS = 4 * MAX_TEXT


@dataclass(slots=True)
class _Open:
    """A container that is not closed yet."""

    kind: Container | None
    start: int = 1
    blocks: list[Block] = field(default_factory=list)
    items: list[tuple[Block, ...]] = field(default_factory=list)

    def add(self, block: Block) -> None:
        """A block straight in a list is an item of it."""
        if self.kind in {"list", "ordered"}:
            self.items.append((block,))
        else:
            self.blocks.append(block)


class Writer:
    """Takes text, breaks and containers in the order of the source; spaces count as in HTML."""

    def __init__(self) -> None:
        self._open = [_Open(None)]
        self._spans: list[Span] = []
        self._hrefs = _HREFS

    def text(self, text: str, style: Span) -> None:
        """More text of the current paragraph; white space is one space."""
        text = _SPACES.sub(" ", text)
        if not self._spans or self._spans[-1].text.endswith((" ", "\n")):
            text = text.lstrip(" ")
        if not text:
            return
        self._hrefs -= len(style.href or "")
        self._spans.append(changed(style, text=text, href=style.href if self._hrefs > 0 else None))

    def line_break(self, style: Span) -> None:
        """Two in a row begin a new paragraph."""
        self._spans.append(changed(style, text="\n"))

    def end_paragraph(self) -> None:
        """What follows stands in a paragraph of its own."""
        if not self._spans:
            return
        for paragraph in paragraphs(self._spans):
            self._open[-1].add(paragraph)
        self._spans = []

    def code(self, text: str, language: str | None) -> None:
        """A block of code."""
        self.end_paragraph()
        text = clean(text).strip("\n").rstrip()
        if text:
            self._open[-1].add(Code(text=text, language=language))

    def open(self, kind: Container, start: int = 1) -> bool:
        """Begin a quote, a list or an item.

        :param start: the number that an ordered list begins with.
        :returns: whether it must be closed; False where it would be too deep, or is an item without a list.
        """
        self.end_paragraph()
        deep = sum(container.kind != "item" for container in self._open) > MAX_DEPTH
        stray = kind == "item" and self._open[-1].kind not in {"list", "ordered"}
        if stray or (deep and kind != "item"):
            return False
        self._open.append(_Open(kind, start))
        return True

    def close(self) -> None:
        """End the container opened last; nothing stays of an empty one."""
        self.end_paragraph()
        done, around = self._open.pop(), self._open[-1]
        if done.items:
            around.add(List(items=tuple(done.items), ordered=done.kind == "ordered", start=done.start))
        elif done.blocks and done.kind == "item":
            around.items.append(tuple(done.blocks))
        elif done.blocks:
            around.add(Quote(blocks=tuple(done.blocks)))

    def blocks(self) -> tuple[Block, ...]:
        """All blocks; every container must have been closed."""
        self.end_paragraph()
        return tuple(self._open[0].blocks)
