"""The beginning of a kept post, as a quotation on a card that shows neither its posts nor a summary."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.thread import List, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx_thread_cards.thread import Block, Post

_LEFT_OUT = "…"
_BEFORE_LEFT_OUT = " ,;:-\u2013\u2014" + _LEFT_OUT
_LONGEST_WORD = 40
_JOINER = "\u200d"
# Skin tones and the halves of flags are drawn as one with what stands before them.
_DRAWN_WITH = frozenset(map(chr, (*range(0x1F3FB, 0x1F400), *range(0x1F1E6, 0x1F200))))


def quote(post: Post, lang: str | None, most: int) -> list[nodes.Element]:
    """A block quote of the class ``thread-card-excerpt``; the post's own warning instead, if it has one.

    :param lang: the language of a post that does not tell its own.
    :param most: about how many characters are quoted.
    :returns: nothing for a post without words.
    """
    if post.warning:
        line = nodes.paragraph("", words.content_warning(post.warning), classes=["thread-card-warning"])
        line["lang"] = post.lang or lang or ""
        return [line]
    text = beginning(post.blocks, most)
    if not text:
        return []
    box = nodes.block_quote("", nodes.paragraph("", text), classes=["thread-card-excerpt"])
    box["cite"], box["lang"] = post.url, post.lang or lang or ""
    return [box]


def beginning(blocks: Iterable[Block], most: int) -> str:
    """The author's own words in one line, cut after a word if they are longer; ``…`` stands for what is left out.

    Code is left out, and so is what the author quotes: it would seem to be said by the author.
    """
    parts: list[str] = []
    length = 0
    for text in _own_words(blocks):
        if text and not (text == _LEFT_OUT and parts[-1:] in ([], [_LEFT_OUT])):
            parts.append(text)
            length += len(text) + 1
        if length > most + 1:
            break
    text = " ".join(parts)
    return "" if not text.strip(_LEFT_OUT) else text if len(text) <= most else _cut(text, most)


def _own_words(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield " ".join("".join(span.text for span in block.spans).split())
        elif isinstance(block, List):
            for item in block.items:
                yield from _own_words(item)
        else:
            yield _LEFT_OUT


def _cut(text: str, most: int) -> str:
    end = text.rfind(" ", 0, most + 1)
    # An address, or a script without spaces: between two characters, where the room ends.
    if end < max(most - _LONGEST_WORD, 0):
        end = most
        while end and _is_one(text[end - 1], text[end]):
            end -= 1
    return (text[:end].rstrip(_BEFORE_LEFT_OUT) or text[:most]) + _LEFT_OUT


def _is_one(before: str, after: str) -> bool:
    """Whether two characters are drawn as one."""
    return _JOINER in {before, after} or after in _DRAWN_WITH or unicodedata.category(after).startswith("M")
