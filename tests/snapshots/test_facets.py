"""Facets of Bluesky and entities of X as blocks."""

from __future__ import annotations

import pytest
from support.rich_text import sketch
from thread_snapshots.facets import from_entities, from_facets

TEXT = "\u00e9 \U0001f600 see a.example/long... @jo #tag end"


def facet(words: str, **feature: object) -> dict[str, object]:
    start = len(TEXT[: TEXT.index(words)].encode())
    return ranged(start, start + len(words.encode()), **feature)


def ranged(start: object, end: object, **feature: object) -> dict[str, object]:
    return {
        "index": {"byteStart": start, "byteEnd": end},
        "features": [feature or {"uri": "https://x.example"}],
    }


GOOD = facet("@jo", did="did:plc:abc234")


def test_facets() -> None:
    """Offsets are UTF-8 bytes; a shortened URL is shown in full."""
    facets = [
        facet("#tag", tag="tag"),
        facet("a.example/long...", uri="https://a.example/longer"),
        GOOD,
    ]
    assert sketch(from_facets(TEXT, facets)) == (
        "\u00e9 \U0001f600 see [https://a.example/longer](https://a.example/longer) "
        "[@jo](https://bsky.app/profile/did:plc:abc234) [#tag](https://bsky.app/hashtag/tag) end"
    )
    assert sketch(from_facets("a  b\nc\n\n \nd\r\ne\ud800\u202e", [])) == "a  b/c\nd/e"


@pytest.mark.parametrize(
    "wrong",
    [
        *(ranged(1, 4), ranged(0, 1), ranged(4, 4), ranged(4, 999), ranged(-4, 3), ranged(False, 2), ranged("0", 3)),
        *(facet("see", uri="javascript:x"), facet("see", did="did:x/../y"), {"index": None, "features": None}, None, 7),
        facet("jo #tag", tag="overlaps"),
    ],
)  # fmt: skip
def test_wrong_facets_are_ignored(wrong: object) -> None:
    assert from_facets(TEXT, [wrong, GOOD]) == from_facets(TEXT, [GOOD])
    assert from_facets(TEXT, wrong) == from_facets(TEXT, [])


def test_entities() -> None:
    """Offsets are code points of the escaped text; a range can be replaced or removed."""
    text = "\U0001f600 R&amp;D &amp;lt; https://t.co/x #tag\n\nhttps://t.co/m"
    entities = [
        (text.index("https://t.co/m"), len(text), "", None),
        (text.index("#tag"), text.index("#tag") + 4, None, "https://x.com/hashtag/tag"),
        (text.index("https"), text.index(" #tag"), "https://l.example/?a=1", "https://l.example/?a=1"),
        (text.index("#tag") + 1, text.index("#tag") + 4, None, "https://overlap.example/"),
        (5, 999, None, "https://x.example/"),
        (0, 1, None, "javascript:x"),
    ]  # fmt: skip
    assert sketch(from_entities(text, entities)) == (
        "\U0001f600 R&D &lt; [https://l.example/?a=1](https://l.example/?a=1) [#tag](https://x.com/hashtag/tag)"
    )
