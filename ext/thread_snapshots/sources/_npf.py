"""Tumblr's "Neue Post Format": posts made of blocks. https://www.tumblr.com/docs/npf."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import link_paragraph, list_of
from thread_snapshots.rich.spans import MAX_TEXT, paragraphs, safe_link
from thread_snapshots.rich_text import Rich
from thread_snapshots.shape import at, line, numbers, objects, text
from sphinx_thread_cards.thread import Block, Code, List, Media, Paragraph, Quote, Span

if TYPE_CHECKING:
    from collections.abc import Iterator


_MOST_MARKS = 500
_HEADINGS = frozenset({"heading1", "heading2"})
_LISTS = {"ordered-list-item": True, "unordered-list-item": False}
_QUOTED = frozenset({"quote", "indented"})


def read_blocks(item: object, permalink: str) -> Rich:
    """The blocks of a post, or of one in its trail, and its pictures and videos apart from them.

    :param permalink: of the post, where its videos are to be seen.
    """
    blocks, media = objects(item, "content"), []
    asked = {
        number for row in objects(item, "layout") if text(row, "type") == "ask" for number in numbers(row, "blocks")
    }
    read: list[tuple[bool, Block]] = []
    for number, block in enumerate(blocks):
        read += [(str(number) in asked, part) for part in _block(block)]
        media += list(_media(block, permalink))
    question = tuple(part for is_asked, part in read if is_asked)
    said = tuple(_joined([part for is_asked, part in read if not is_asked]))
    return Rich(blocks=(*((Quote(blocks=question),) if question else ()), *said), media=tuple(media))


def _joined(blocks: list[Block]) -> Iterator[Block]:
    """Blocks in which the items of one list stand in one."""
    waiting: List | None = None
    for block in blocks:
        if waiting and isinstance(block, List) and block.ordered == waiting.ordered:
            waiting = List(items=(*waiting.items, *block.items), ordered=waiting.ordered)
            continue
        if waiting:
            yield waiting
        waiting = block if isinstance(block, List) else None
        if waiting is None:
            yield block
    if waiting:
        yield waiting


def _block(block: dict[str, Any]) -> Iterator[Block]:
    match text(block, "type"):
        case "text":
            yield from _text(block)
        case "link":
            url = safe_link(at(block, "url"))
            if url:
                yield link_paragraph(line(block, "title"), url)
        case "audio" | "video":
            url = safe_link(at(block, "url")) or safe_link(at(block, "media", "url"))
            # A video with a still is shown as one.
            if url and not _still(block):
                yield link_paragraph(line(block, "title"), url)
        case "poll":
            yield Paragraph(spans=(Span(text=line(block, "question") or "…", strong=True),))
            yield from list_of(line(answer, "answer_text") for answer in objects(block, "answers"))


def _text(block: dict[str, Any]) -> Iterator[Block]:
    subtype = text(block, "subtype")
    if subtype == "chat":
        yield Code(text=text(block, "text")[:MAX_TEXT])
        return
    found = paragraphs(_spans(text(block, "text"), objects(block, "formatting"), strong=subtype in _HEADINGS))
    if not found:
        return
    if subtype in _LISTS:
        yield List(items=(tuple(found),), ordered=_LISTS[subtype])
    elif subtype in _QUOTED:
        yield Quote(blocks=tuple(found))
    else:
        yield from found


def _spans(words: str, marks: list[dict[str, Any]], *, strong: bool) -> Iterator[Span]:
    """The text cut wherever a mark begins or ends; offsets count code points."""
    words, marks = words[:MAX_TEXT], marks[:_MOST_MARKS]
    placed = [(start, end, mark) for mark in marks if (start := _offset(mark, "start")) < (end := _offset(mark, "end"))]
    cuts = sorted({0, len(words), *(cut for start, end, _ in placed for cut in (start, end) if cut <= len(words))})
    for begin, finish in pairwise(cuts):
        inside = [mark for start, end, mark in placed if start <= begin and finish <= end]
        kinds = {text(mark, "type") for mark in inside}
        links = (safe_link(at(mark, "url") or at(mark, "blog", "url")) for mark in inside)
        yield Span(
            text=words[begin:finish],
            href=next(filter(None, links), None),
            emphasis="italic" in kinds,
            strong=strong or "bold" in kinds,
        )


def _offset(mark: object, key: str) -> int:
    value = at(mark, key)
    return value if type(value) is int and value >= 0 else 0


def _still(block: object) -> str | None:
    return safe_link(at(block, "poster", 0, "url"))


def _media(block: dict[str, Any], permalink: str) -> Iterator[Media]:
    kind = text(block, "type")
    if kind == "image":
        sizes = objects(block, "media") or [part for part in [at(block, "media")] if isinstance(part, dict)]
        largest = max(sizes, key=lambda size: _offset(size, "width"), default=None)
        url = safe_link(at(largest, "url"))
        if url:
            yield Media(url=url, alt=text(block, "alt_text").strip() or None)
    elif kind == "video" and (still := _still(block)):
        yield Media(kind="video", url=safe_link(at(block, "url")) or permalink, still=still)
