"""Text with marks at offsets: the facets of Bluesky, the entities of X."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from thread_snapshots.rich.spans import CUT, MAX_TEXT, clean, paragraphs, safe_link
from thread_snapshots.shape import at, objects
from sphinx_thread_cards.thread import Block, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,256}")
_X_HANDLE = re.compile(r"[A-Za-z0-9_]{1,20}")
# What X writes instead of these three, and the two that some copies of its answers hold as well.
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))


class _Mark(NamedTuple):
    """A piece of the text that is a link."""

    start: int
    end: int
    href: str
    text: str | None = None
    """What to show in its place; empty for nothing, None for the piece itself."""


def from_facets(text: str, facets: object) -> tuple[Block, ...]:
    """Text and facets of a post on Bluesky as blocks.

    :param facets: ``record.facets`` as it came: offsets of UTF-8 bytes, end exclusive (lexicon
        app.bsky.richtext.facet). Those that are wrong, cut a character or overlap an earlier one count as not there.
    """
    data = text[:MAX_TEXT].encode("utf-8", "surrogatepass")
    marks = [mark for facet in objects(facets) if (mark := _facet(facet)) and _whole(data, mark)]
    pieces = _pieces(len(data), marks, lambda start, end: data[start:end].decode("utf-8", "surrogatepass"))
    return _blocks(pieces, cut=len(text) > MAX_TEXT)


def from_entities(text: str, entities: object, display_range: object = None) -> tuple[Block, ...]:
    """Text and entities of a post on X as blocks; ``&amp;``, ``&lt;`` and ``&gt;`` are decoded after counting.

    :param entities: as they came, offsets of code points (``indices``, or ``start`` and ``end`` of API v2). Shortened
        addresses become those they lead to; those of the post's own pictures are left out.
    :param display_range: ``display_text_range``: what is outside (answered handles, the post's pictures) is left out.
    """
    start, end = _range(display_range) or (0, len(text))
    if end > len(text):
        start, end = 0, len(text)
    end = min(end, start + MAX_TEXT)
    marks = [mark for kind, entity in _entities(entities) if (mark := _entity(kind, entity))]
    inside = [mark for mark in marks if start <= mark.start and mark.end <= end]
    pieces = _pieces(end, inside, lambda start, end: _decoded(text[start:end]), start)
    return _blocks(pieces, cut=end == start + MAX_TEXT)


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], text)


def _blocks(pieces: Iterable[Span], *, cut: bool) -> tuple[Block, ...]:
    return (*paragraphs(pieces), CUT) if cut else tuple(paragraphs(pieces))


def _pieces(end: int, marks: list[_Mark], read: Callable[[int, int], str], done: int = 0) -> Iterator[Span]:
    for mark in sorted(marks, key=lambda mark: mark.start):
        if mark.start < done or mark.end > end:
            continue
        yield Span(text=read(done, mark.start))
        shown = read(mark.start, mark.end) if mark.text is None else mark.text
        yield Span(text=shown, href=mark.href or None)
        done = mark.end
    yield Span(text=read(done, end))


def _pair(start: object, end: object) -> tuple[int, int] | None:
    if type(start) is int and type(end) is int and 0 <= start < end:
        return start, end
    return None


def _range(value: object) -> tuple[int, int] | None:
    return _pair(*value) if isinstance(value, list | tuple) and len(value) == 2 else None  # noqa: PLR2004 - start, end


def _facet(facet: Mapping[str, object]) -> _Mark | None:
    place = _pair(at(facet, "index", "byteStart"), at(facet, "index", "byteEnd"))
    href = next(filter(None, map(_feature, objects(facet, "features"))), None)
    return _Mark(*place, href) if place and href else None


def _feature(feature: Mapping[str, object]) -> str | None:
    uri, did, tag = (feature.get(name) for name in ("uri", "did", "tag"))
    if isinstance(did, str) and _DID.fullmatch(did):
        return f"https://bsky.app/profile/{did}"
    if isinstance(tag, str) and clean(tag):
        return safe_link(f"https://bsky.app/hashtag/{quote(clean(tag), safe='')}")
    return safe_link(uri)


def _whole(data: bytes, mark: _Mark) -> bool:
    """Whether both offsets stand between characters; bytes 10xxxxxx continue one (RFC 3629)."""
    edges = (data[place : place + 1] for place in (mark.start, mark.end))
    return mark.end <= len(data) and not any(edge and edge[0] & 0xC0 == 0x80 for edge in edges)  # noqa: PLR2004


def _entities(entities: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    # Media first: where a link is listed twice, the first one counts.
    for kind in ("media", "urls", "user_mentions", "mentions", "hashtags", "symbols", "cashtags"):
        yield from ((kind, entity) for entity in objects(entities, kind))


def _entity(kind: str, entity: Mapping[str, object]) -> _Mark | None:
    place = _range(entity.get("indices")) or _pair(entity.get("start"), entity.get("end"))
    if not place:
        return None
    shown = clean(entity.get("display_url"))
    if kind == "media" or "media_key" in entity or shown.startswith(("pic.twitter.com/", "pic.x.com/")):
        return _Mark(*place, "", "")
    if kind == "urls":
        return _address(place, entity)
    name = next((name for key in ("screen_name", "username", "text", "tag") if (name := clean(entity.get(key)))), "")
    if "mentions" in kind:
        return _Mark(*place, f"https://x.com/{name}") if _X_HANDLE.fullmatch(name) else None
    path = "hashtag/" if kind == "hashtags" else "search?q=%24"
    href = safe_link(f"https://x.com/{path}{quote(name, safe='')}") if name else None
    return _Mark(*place, href) if href else None


def _address(place: tuple[int, int], entity: Mapping[str, object]) -> _Mark | None:
    if href := safe_link(entity.get("expanded_url")):
        return _Mark(*place, href, clean(entity.get("expanded_url")).strip())
    short = safe_link(entity.get("url"))
    return _Mark(*place, short) if short else None
