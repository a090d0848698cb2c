"""Text with annotated ranges as blocks: the facets of Bluesky, the entities of X."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from sphinx_thread_cards.snapshot import Block, Span, clean_text

from thread_snapshots.html import ELLIPSIS, MAX_TEXT, split_paragraphs
from thread_snapshots.json_access import dig, objects, safe_url, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Entity = tuple[int, int, str | None, str | None]
"""Start, end, the text to show instead of the range (None: the range itself), and the URL of the link or None."""

_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,256}")
# Bytes 10xxxxxx continue a character (RFC 3629).
_CONTINUATION = range(0x80, 0xC0)
# The characters that X escapes, and those that some clients escape in addition.
_ESCAPED = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}
_ESCAPE = re.compile("|".join(_ESCAPED))


def from_facets(
    content: str, facets: object, base_url: str = "https://bsky.app"
) -> tuple[Block, ...]:
    """Return the text of a Bluesky post as blocks.

    Args:
        content: the text.
        facets: the field of the record (lexicon app.bsky.richtext.facet): ranges of UTF-8 bytes with features.
            Facets that are wrong, that split a character or that overlap an earlier one are ignored.
        base_url: where mentions and hashtags lead to.
    """
    data = content[:MAX_TEXT].encode("utf-8", "surrogatepass")
    entities = []
    for facet in objects(facets):
        start, end = dig(facet, "index", "byteStart"), dig(facet, "index", "byteEnd")
        hrefs = (_feature_url(feature, base_url) for feature in objects(facet, "features"))
        href = next(filter(None, hrefs), None)
        if href and _is_range(start, end) and _is_boundary(data, start) and _is_boundary(data, end):
            entities.append((start, end, None, href))
    spans = _spans(
        len(data), entities, lambda start, end: data[start:end].decode("utf-8", "surrogatepass")
    )
    return _blocks(spans, shortened=len(content) > MAX_TEXT)


def from_entities(content: str, entities: Iterable[Entity]) -> tuple[Block, ...]:
    """Return the text of a post on X as blocks.

    Args:
        content: the text, in which ``&``, ``<`` and ``>`` are escaped.
        entities: ranges of code points of the escaped text. Those that are wrong or that overlap an earlier one are
            ignored; of two with the same start, the first counts.
    """
    spans = _spans(
        min(len(content), MAX_TEXT),
        (entity for entity in entities if _is_range(*entity[:2])),
        lambda start, end: _ESCAPE.sub(lambda match: _ESCAPED[match[0]], content[start:end]),
    )
    return _blocks(spans, shortened=len(content) > MAX_TEXT)


def _feature_url(feature: object, base_url: str) -> str | None:
    did, tag = text(feature, "did"), text(feature, "tag")
    if _DID.fullmatch(did):
        return f"{base_url}/profile/{did}"
    if tag:
        return safe_url(f"{base_url}/hashtag/{quote(tag, safe='')}")
    return safe_url(dig(feature, "uri"))


def _is_range(start: object, end: object) -> bool:
    return type(start) is int and type(end) is int and 0 <= start < end


def _is_boundary(data: bytes, index: int) -> bool:
    """Return whether an index is between two characters."""
    return index == len(data) or (index < len(data) and data[index] not in _CONTINUATION)


def _spans(
    end: int, entities: Iterable[Entity], slice_: Callable[[int, int], str]
) -> Iterator[Span]:
    done = 0
    for start, stop, replacement, href in sorted(entities, key=lambda entity: entity[0]):
        if done <= start and stop <= end:
            yield Span(text=slice_(done, start))
            shown = slice_(start, stop) if replacement is None else clean_text(replacement)
            yield Span(text=shown, href=safe_url(href))
            done = stop
    yield Span(text=slice_(done, end))


def _blocks(spans: Iterable[Span], *, shortened: bool) -> tuple[Block, ...]:
    return (*split_paragraphs(spans), *([ELLIPSIS] if shortened else []))
