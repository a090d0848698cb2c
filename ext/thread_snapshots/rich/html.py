"""HTML that platforms send, read into blocks."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from lxml import etree

from thread_snapshots.rich import tags
from thread_snapshots.rich.media import Rich, picture, preview, video
from thread_snapshots.rich.spans import CUT, MAX_TEXT, PLAIN, bare_links, changed, clean, paragraphs, safe_link
from thread_snapshots.rich.writer import Container, Writer
from sphinx_thread_cards.thread import Block, Media, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element


_CONTAINERS: dict[str, Container] = {
    "blockquote": "quote",
    "ul": "list",
    "menu": "list",
    "ol": "ordered",
    "li": "item",
}
# An end of the page inside would cut off what follows.
_PAGE = re.compile(r"</?(?:html|body)\b[^<>]*>", re.IGNORECASE)


def from_html(html: str, base_url: str) -> tuple[Block, ...]:
    """HTML as blocks; a picture is its alternative text, linked. Never raises; see :func:`read_html`."""
    return read_html(html, base_url, apart=False).blocks


def read_html(html: str, base_url: str, *, apart: bool = True, bare: bool = False) -> Rich:
    """HTML as blocks and media. Only http and https links stay, relative ones resolved against ``base_url``.

    Scripts, styles, frames and objects are dropped with all they hold. Never raises.

    :param apart: whether pictures and videos are kept apart from the text.
    :param bare: whether addresses written out become links, as in what was made from Markdown.
    """
    reader = _Reader(base_url, apart=apart, bare=bare)
    text = _PAGE.sub("", clean(html[:MAX_TEXT]))
    parser = tags.html_parser()
    try:
        root = etree.fromstring(f"<html><body><div>{text}".encode(), parser)
        too_deep = any("depth" in error.message for error in parser.error_log)
    except etree.LxmlError:
        too_deep = True
    # Where it is too deep, the parser has given up half-way; nothing that a person wrote looks like this.
    rich = Rich(blocks=tuple(paragraphs([Span(text=tags.without_tags(text))]))) if too_deep else reader.read(root)
    return replace(rich, blocks=(*rich.blocks, CUT)) if len(html) > MAX_TEXT else rich


class _Reader:
    """Walks the tree without recursion, for it may be deep."""

    def __init__(self, base_url: str, *, apart: bool, bare: bool) -> None:
        self._base = base_url
        self._apart = apart
        self._bare = bare
        self._writer = Writer()
        self._style = PLAIN
        self._ends: list[tuple[Callable[[], None], Span]] = []
        self._tables = 0
        self._media: dict[str, Media] = {}

    def read(self, root: _Element) -> Rich:
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in cast("Iterator[tuple[str, _Element]]", walker):
            if event == "end":
                end, self._style = self._ends.pop()
                end()
                self._text(element.tail)
            elif self._whole(element):
                walker.skip_subtree()
                self._ends.append((_nothing, self._style))
            else:
                before = self._style
                self._ends.append((self._begin(element), before))
                self._text(element.text)
        return Rich(blocks=self._writer.blocks(), media=tuple(self._media.values()))

    def _text(self, text: str | None) -> None:
        if not text:
            return
        if not self._bare:
            self._writer.text(clean(text), self._style)
            return
        for span in bare_links(changed(self._style, text=clean(text))):
            self._writer.text(span.text, span)

    def _whole(self, element: _Element) -> bool:
        """Take an element that is read with all that it holds; False for others."""
        tag = element.tag
        if tag in tags.BLOCKS:
            self._end_paragraph()
        if tags.is_noise(element):
            pass
        elif tags.is_emoji(element):
            self._text(element.get("alt") or tags.text_in(element))
        elif tag == "aside" and "onebox" in tags.classes(element):
            self._put(preview(element, self._base, self._style))
            self._end_paragraph()
        elif tag in {"video", "audio"} or element.get("data-video-src"):
            self._put(video(element, self._base, self._style, apart=self._apart))
        elif tag == "img":
            self._put(picture(element, self._base, self._style, apart=self._apart))
        elif tag == "pre":
            self._code(element)
        else:
            return False
        return True

    def _begin(self, element: _Element) -> Callable[[], None]:
        """Start of an element; what is returned is to be done at its end, in the style around it."""
        tag = element.tag
        end = self._layout(element)
        if tag in tags.STRUCK or tag == "q":
            opening, closing = ("“", "”") if tag == "q" else ("~~", "~~")
            self._text(opening)
            end = partial(self._text, closing)
        elif tag == "a":
            self._style = changed(self._style, href=safe_link(element.get("href"), self._base))
        elif tag in tags.EMPHASIS:
            self._style = changed(self._style, emphasis=True)
        elif tag in tags.STRONG:
            self._style = changed(self._style, strong=True)
        elif tag in tags.CODE:
            self._style = changed(self._style, code=True)
        return end

    def _layout(self, element: _Element) -> Callable[[], None]:
        tag = element.tag
        if tag == "br":
            self._break()
        elif tag == "input" and element.get("type") == "checkbox":
            self._text("[ ] " if element.get("checked") is None else "[x] ")
        elif tag == "table":
            self._end_paragraph()
            self._tables += 1
            return self._end_table
        elif tag == "tr":
            self._writer.line_break(PLAIN)
        elif tag in tags.CELLS and element.getprevious() is not None:
            self._writer.text(" | ", PLAIN)
        elif tag in _CONTAINERS and not self._tables:
            opened = self._writer.open(_CONTAINERS[tag], tags.start_of(element))
            return self._writer.close if opened else self._end_paragraph
        elif tag in tags.BLOCKS or tag in _CONTAINERS:
            self._end_paragraph()
            return self._end_paragraph
        return _nothing

    def _break(self) -> None:
        if self._tables:
            self._writer.text(" ", PLAIN)
        else:
            self._writer.line_break(self._style)

    def _end_paragraph(self) -> None:
        """A table's cell is one line, whatever stands in it."""
        if self._tables:
            self._writer.text(" ", PLAIN)
        else:
            self._writer.end_paragraph()

    def _end_table(self) -> None:
        self._tables -= 1
        self._end_paragraph()

    def _code(self, pre: _Element) -> None:
        if self._tables:
            self._writer.text(tags.text_in(pre), replace(self._style, code=True))
        else:
            self._writer.code(tags.text_in(pre), tags.language_of(pre))

    def _put(self, item: Media | Span) -> None:
        if isinstance(item, Media):
            self._media.setdefault(item.url or "", item)
        else:
            self._writer.text(item.text, item)


def _nothing() -> None:
    """What most ends need."""
