"""Facets of Bluesky and entities of X as blocks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sphinx_thread_cards.snapshot import clean_text
from support.rich_text import LINKS, WORDS, check, sketch
from thread_snapshots.facets import from_entities, from_facets

TEXT = "\u00e9 \U0001f600 see a.example/long... @jo #tag end"
OFFSETS = st.integers(-2, 60) | st.sampled_from([2**70, True, None, "3", 1.5])
INDEX = st.none() | st.fixed_dictionaries({"byteStart": OFFSETS, "byteEnd": OFFSETS})
FEATURE = st.dictionaries(st.sampled_from(["uri", "tag", "did"]), LINKS | st.none())
FACETS = st.lists(
    st.none() | st.fixed_dictionaries({"index": INDEX, "features": st.lists(FEATURE)})
)


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


@given(WORDS, FACETS, st.lists(st.tuples(OFFSETS, OFFSETS, st.none() | WORDS, st.none() | LINKS)))
@settings(max_examples=100, deadline=None)
def test_any_ranges(
    text: str, facets: object, entities: list[tuple[int, int, str | None, str | None]]
) -> None:
    """Whatever the facets are, the text stays."""
    blocks = from_facets(text * 4, facets)
    assert "".join(check(blocks).split()) == "".join(clean_text(text * 4).split())
    check(from_entities(text * 4, entities))
