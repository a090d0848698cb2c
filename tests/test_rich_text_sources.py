"""Markdown, facets, entities and mail, and the blocks that they become."""

from __future__ import annotations

import pytest
from thread_snapshots.rich_text import (
    MAX_MARKDOWN,
    from_entities,
    from_facets,
    from_markdown,
    from_plain,
    read_markdown,
)
from sphinx_thread_cards.thread import Media
from support.sketches import sketch

BASE = "https://forum.example/t/1"

MARKDOWN = {
    "blocks": (
        "# Head\n\n*e* **s** `c`\n\n> q\n> > r\n\n1. a\n   - b\n\n```python title\nx\n```",
        "*Head*\n_e_ *s* `c`\n> q\n> > r\n1. a\n  - b\ncode python: 'x'",
    ),
    "addresses": (
        "https://a.example/x_y_z). <https://b.example> [c](rel) www.d.example `https://e.example`",
        (
            "[https://a.example/x_y_z](https://a.example/x_y_z)). [https://b.example](https://b.example) "
            "[c](https://g.example/r/rel) www.d.example `https://e.example`"
        ),
    ),
    "table": ("|a|b|\n|-|-|\n|1|[l](/x)|", "*a* | *b*/1 | [l](https://g.example/x)"),
    "struck": ("~~no~~", "~~no~~"),
    "html": ("a <b>raw</b> <br> c\n\n<details>\n<summary>S</summary>\n\n*in*\n\n</details>", "a *raw*/c\n*S*\n_in_"),
    "comment": ("<!-- how to report -->\nx", "x"),
    "no-html": (
        "List<Object> and Vec<String>, <script>alert(1)</script> <T-x y='<b>'> end",
        "List<Object> and Vec<String>, <script>alert(1)</script> <T-x y='*'> end*",
    ),
    "unsafe": ("[j](javascript:x) <javascript:y> ![p](data:x)", "[j](javascript:x) <javascript:y> ![p](data:x)"),
    "tasks": ("- [x] done\n- [ ] not", "- [x] done\n- [ ] not"),
    "soft-break": ("a\nb", "a b"),
    "picture": ("![alt](p.png)", "[alt](https://g.example/r/p.png)"),
}


@pytest.mark.parametrize("name", MARKDOWN)
def test_markdown(name: str) -> None:
    text, expected = MARKDOWN[name]
    assert sketch(from_markdown(text, "https://g.example/r/")) == expected


def test_markdown_with_line_breaks() -> None:
    assert sketch(from_markdown("a\nb", BASE, breaks=True)) == "a/b"


def test_markdown_with_media_apart() -> None:
    rich = read_markdown("x ![alt](p.png) [![build](b.svg)](/ci)", BASE)
    assert sketch(rich.blocks) == "x [build](https://forum.example/ci)"
    assert rich.media == (Media(url="https://forum.example/t/p.png", alt="alt"),)


def test_too_much_markdown_is_plain_text() -> None:
    text = "*a*\n\n" + "x" * MAX_MARKDOWN
    assert sketch(from_markdown(text, BASE)) == f"*a*\n{'x' * MAX_MARKDOWN}"


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "> " * 2000 + "x", "- " * 2000 + "x", "*a " * 9000, "<a " * 9000, "|" * 9000]
)
def test_odd_markdown(text: str) -> None:
    assert isinstance(from_markdown(text, BASE), tuple)


FACET_TEXT = "\u00e9 \U0001f600 see a.example/long... @jo #tag end"


def facet(words: str, text: str = FACET_TEXT, **feature: object) -> dict[str, object]:
    start = len(text[: text.index(words)].encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(words.encode())}, "features": [feature]}


def test_facets() -> None:
    """Offsets are bytes of UTF-8; an address that Bluesky shortened is whole again."""
    facets = [
        facet("#tag", tag="tag"),
        facet("a.example/long...", uri="https://a.example/longer"),
        facet("@jo", did="did:plc:abc234"),
    ]
    assert sketch(from_facets(FACET_TEXT, facets)) == (
        "\u00e9 \U0001f600 see [https://a.example/longer](https://a.example/longer) "
        "[@jo](https://bsky.app/profile/did:plc:abc234) [#tag](https://bsky.app/hashtag/tag) end"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"index": {"byteStart": 1, "byteEnd": 4}, "features": [{"uri": "https://x.example"}]},
        {"index": {"byteStart": 0, "byteEnd": 1}, "features": [{"uri": "https://x.example"}]},
        {"index": {"byteStart": 4, "byteEnd": 4}, "features": [{"uri": "https://x.example"}]},
        {"index": {"byteStart": 4, "byteEnd": 999}, "features": [{"uri": "https://x.example"}]},
        {"index": {"byteStart": -4, "byteEnd": 3}, "features": [{"uri": "https://x.example"}]},
        {"index": {"byteStart": False, "byteEnd": 2}, "features": [{"uri": "https://x.example"}]},
        {"index": {"byteStart": "0", "byteEnd": 3}, "features": [{"uri": "https://x.example"}]},
        facet("see", uri="javascript:x"),
        facet("see", did="did:x/../y"),
        facet("see"),
        {"index": None, "features": None},
        {},
        None,
        7,
    ],
)
def test_wrong_facets_count_as_not_there(wrong: object) -> None:
    good = facet("@jo", did="did:plc:abc234")
    assert from_facets(FACET_TEXT, [wrong, good]) == from_facets(FACET_TEXT, [good])
    assert from_facets(FACET_TEXT, wrong) == from_facets(FACET_TEXT, None)


def test_overlapping_facets() -> None:
    facets = [facet("jo #tag", tag="over"), facet("@jo", did="did:plc:abc234")]
    assert "@jo](https://bsky.app/profile/did:plc:abc234) #tag end" in sketch(from_facets(FACET_TEXT, facets))


def test_lines_of_a_post() -> None:
    assert sketch(from_facets("a  b\nc\n\n \nd\r\ne\ud800\u202e", [])) == "a  b/c\nd/e"


X_TEXT = "@a \U0001f600 R&amp;D &amp;lt; https://t.co/x #tag @bo\n\n$TI https://t.co/m"


def entity(words: str, **fields: object) -> dict[str, object]:
    return {"indices": [X_TEXT.index(words), X_TEXT.index(words) + len(words)], **fields}


X_ENTITIES = {
    "urls": [
        entity(
            "https://t.co/x", url="https://t.co/x", expanded_url="https://l.example/?a=1&b=2", display_url="l.example/…"
        )
    ],
    "hashtags": [entity("#tag", text="tag")],
    "user_mentions": [entity("@bo", screen_name="bo")],
    "symbols": [entity("$TI", text="TI")],
    "media": [entity("https://t.co/m", url="https://t.co/m", expanded_url="https://x.com/a/status/1/photo/1")],
}


def test_entities() -> None:
    """Offsets are code points of the text before ``&amp;`` is decoded; addresses are those behind the short ones."""
    assert sketch(from_entities(X_TEXT, X_ENTITIES, [3, len(X_TEXT)])) == (
        "\U0001f600 R&D &lt; [https://l.example/?a=1&b=2](https://l.example/?a=1&b=2) "
        "[#tag](https://x.com/hashtag/tag) "
        "[@bo](https://x.com/bo)\n[$TI](https://x.com/search?q=%24TI)"
    )


def test_entities_of_the_second_api() -> None:
    """``start`` and ``end``; the post's own picture stands among the addresses, and once for each picture."""
    place = {"start": 2, "end": 16, "url": "https://t.co/m"}
    picture = {
        **place,
        "expanded_url": "https://x.com/a/status/1/photo/1",
        "display_url": "pic.x.com/m",
        "media_key": "3_1",
    }
    assert sketch(from_entities("a https://t.co/m", {"urls": [picture, picture]})) == "a"
    mention = {"mentions": [{"start": 0, "end": 3, "username": "jo"}], "hashtags": [{"start": 4, "end": 6, "tag": "b"}]}
    assert sketch(from_entities("@jo #b", mention)) == "[@jo](https://x.com/jo) [#b](https://x.com/hashtag/b)"


@pytest.mark.parametrize("shown", [None, [0], [5, 2], [2, 999], ["0", "3"], {}, [0.0, 3.0]])
def test_a_wrong_display_range_shows_all(shown: object) -> None:
    assert sketch(from_entities("@a hello", None, shown)) == "@a hello"


@pytest.mark.parametrize("expanded", [None, "javascript:x", "", 7])
def test_a_short_address_that_leads_nowhere_stays(expanded: object) -> None:
    entities = {"urls": [{"indices": [0, 14], "url": "https://t.co/x", "expanded_url": expanded}]}
    assert sketch(from_entities("https://t.co/x", entities)) == "[https://t.co/x](https://t.co/x)"


PLAIN = {
    "quotes": (
        "Hi,\n\nJo wrote:\n> one\n>> two\n> three https://a.example/x.\n\nme <https://b.example/y>\nno break",
        (
            "Hi,\nJo wrote:\n> one\n> > two\n> three [https://a.example/x](https://a.example/x).\n"
            "me <[https://b.example/y](https://b.example/y)>/no break"
        ),
    ),
    "usenet": ("a <URL:https://a.example/b(c)>, *d*", "a <URL:[https://a.example/b(c)](https://a.example/b(c))>, *d*"),
    "signature": ("text\n\n-- \nJo\n+49 000\n", "text"),
    "two-signatures": ("a\n-- \n2.51.0\n\n\n-- \nMailing list info: https://lists.example/lamp\n", "a"),
    "signature-of-git": ("a\n--\n2.39.2 (Apple Git-143)\n\n-- \nMailing list info: https://lists.example/lamp\n", "a"),
    "no-signature-of-git": ("a\n--\nb\n", "a/--/b"),
    "three-signatures": ("a\n-- \nb\n-- \nJo\n-- \nList", "a/--/b"),
    "no-signature": ("a\n-- \n" + "b\n" * 20, "a/--" + "/b" * 20),
    "only-signature": ("-- \nJo", "--/Jo"),
    "footer": (f"text\n{'_' * 47}\nboard mailing list\nboard@lists.example\nhttps://lists.example/", "text"),
    "indented": ("see\n\n    if x:\n        y\n\nend", "see\ncode None: 'if x:\\n    y'\nend"),
    "patch": (
        (
            "msg\n---\n f | 2 +-\n\ndiff --git a/f b/f\nindex 12..34 100644\n--- a/f\n+++ b/f\n@@ -1 +1 "
            "@@\n-x\n+y\n \n\nNext.\n-- \n2.39"
        ),
        (
            "msg/---/ f | 2 +-\ncode diff: 'diff --git a/f b/f\\nindex 12..34 100644\\n--- a/f\\n+++ b/f\\n@@ -1 "
            "+1 @@\\n-x\\n+y'\nNext."
        ),
    ),
    "quoted-patch": ("> --- a/f\n> +++ b/f\n> -x\nwhy?", "> code diff: '--- a/f\\n+++ b/f\\n-x'\nwhy?"),
    "deep": (">" * 9 + " x", "> " * 6 + ">>> x"),
    "line-ends": ("a\r\nb\rc\x00\x1b[0m", "a/b/c[0m"),
    "empty": (" \n\n", ""),
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain(name: str) -> None:
    text, expected = PLAIN[name]
    assert sketch(from_plain(text)) == expected
