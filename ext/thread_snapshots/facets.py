"""Conversion of text with annotated ranges (Bluesky's facets, X's entities) to blocks."""

import re
from collections.abc import Callable, Iterable
from html import unescape
from urllib.parse import quote

from sphinx_thread_cards.snapshot import Block, Span, clean_text

from thread_snapshots.html import split_paragraphs
from thread_snapshots.json_access import dig, objects, safe_url, text

Entity = tuple[int, int, str | None, str | None]
"""Start, end, the text to show instead of the range (None: the range itself), and the URL of the link or None."""

_BLUESKY = "https://bsky.app"
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,256}")
# Bytes 10xxxxxx continue a character (RFC 3629).
_CONTINUATION = range(0x80, 0xC0)


def from_facets(content: str, facets: object) -> tuple[Block, ...]:
    """Return the text of a Bluesky post as blocks.

    Facets (lexicon app.bsky.richtext.facet) are ranges of UTF-8 bytes with features. Those that are wrong, that split a
    character or that overlap an earlier one are ignored.
    """
    data = content.encode("utf-8", "surrogatepass")

    def is_boundary(index: int) -> bool:
        return index == len(data) or (index < len(data) and data[index] not in _CONTINUATION)

    entities: list[Entity] = []
    for facet in objects(facets):
        start, end = dig(facet, "index", "byteStart"), dig(facet, "index", "byteEnd")
        href = next(filter(None, map(_feature_url, objects(facet, "features"))), None)
        if href and _is_range(start, end) and is_boundary(start) and is_boundary(end):
            entities.append((start, end, None, href))
    return _blocks(
        len(data), entities, lambda start, end: data[start:end].decode("utf-8", "surrogatepass")
    )


def from_entities(content: str, entities: Iterable[Entity]) -> tuple[Block, ...]:
    """Return the text of a post on X, in which ``&``, ``<`` and ``>`` are escaped, as blocks.

    Entities are ranges of code points of the escaped text. Those that are wrong or that overlap an earlier one are
    ignored; of two with the same start, the first counts.
    """
    valid = (entity for entity in entities if _is_range(*entity[:2]))
    return _blocks(len(content), valid, lambda start, end: unescape(content[start:end]))


def _feature_url(feature: object) -> str | None:
    did, tag = text(feature, "did"), text(feature, "tag")
    if _DID.fullmatch(did):
        return f"{_BLUESKY}/profile/{did}"
    if tag:
        return safe_url(f"{_BLUESKY}/hashtag/{quote(tag, safe='')}")
    return safe_url(dig(feature, "uri"))


def _is_range(start: object, end: object) -> bool:
    return type(start) is int and type(end) is int and 0 <= start < end


def _blocks(
    end: int, entities: Iterable[Entity], slice_: Callable[[int, int], str]
) -> tuple[Block, ...]:
    spans, done = [], 0
    for start, stop, replacement, href in sorted(entities, key=lambda entity: entity[0]):
        if done <= start and stop <= end:
            shown = slice_(start, stop) if replacement is None else clean_text(replacement)
            spans += [Span(text=slice_(done, start)), Span(text=shown, href=safe_url(href))]
            done = stop
    return tuple(split_paragraphs([*spans, Span(text=slice_(done, end))]))
