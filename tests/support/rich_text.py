"""Rich text in tests: blocks as one line each, any HTML for Hypothesis, and what holds for all blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hypothesis import strategies as st
from sphinx_thread_cards.snapshot import (
    Author,
    Block,
    Code,
    Media,
    Paragraph,
    Post,
    Quote,
    Span,
    Thread,
    decode,
    encode,
)
from thread_snapshots.html import MAX_NESTED

LINKS = st.text(max_size=20) | st.sampled_from(
    [
        "https://a.example/x", "/x", "//h.example", "javascript:x", "java\tscript:x", "https://u:p@a.example", "http://[", "data:x",
        "https://a.example\\@b.example", "\u202ehttps://a.example", "https://\u212a.example", "tg://x", "?q", "https:x",
    ]
)  # fmt: skip
CLASSES = st.sampled_from(
    ["invisible", "emoji", "lightbox", "meta", "onebox", "quote", "avatar", "lang-c", "language-\u00e9", "x y"]
)  # fmt: skip
DROPPED = ("script", "style", "iframe", "object", "template", "svg", "select", "noscript", "button")
TAGS = st.sampled_from(
    [
        *"a b i p q s u em li ol td th tr ul br hr h1 del div img pre code span aside input table video blockquote".split(),
        *"details summary html body math o:p x-y plaintext xmp textarea frameset".split(),
        *DROPPED,
    ]
)
WORDS = st.text(
    alphabet=st.sampled_from(
        "ab <>&;\"'\n\t\x00\x1b\u00a0\u00e9\u202e\u2028\ufffe\U0001f600\ud800"
    ),
    max_size=12,
)


@st.composite
def markup(draw: st.DrawFn, depth: int = 4) -> str:
    """Elements in each other, closed in any order, some not at all."""
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        if depth == 0 or draw(st.booleans()):
            parts.append(draw(WORDS))
            continue
        tag, quote = draw(TAGS), draw(st.sampled_from(['"', "'", ""]))
        names = st.sampled_from("href src alt title class data-onebox-src onclick type".split())
        attributes = draw(st.lists(st.tuples(names, LINKS | CLASSES), max_size=3))
        parts += [f"<{tag}", *(f" {name}={quote}{value}{quote}" for name, value in attributes), ">"]
        parts.append(draw(markup(depth=depth - 1)))
        parts.append(
            draw(st.sampled_from([f"</{tag}>", "", "</p>", "</body>", "<!--", "-->", "<"]))
        )
    return "".join(parts)


def sketch(blocks: Iterable[Block]) -> str:
    """Return blocks as text: ``_emphasis_ *strong* `code` [text](url)``, ``> quote``, ``- item``."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield "".join(map(_marked, block.spans)).replace("\n", "/")
        case Code():
            yield f"code {block.language}: {block.text!r}"
        case Quote():
            yield from (f"> {line}" for line in sketch(block.blocks).split("\n"))
        case _:
            for item in block.items:
                first, *others = sketch(item).split("\n")
                yield f"{'1.' if block.ordered else '-'} {first}"
                yield from (f"  {line}" for line in others)


def _marked(span: Span) -> str:
    text = span.text
    for is_set, mark in ((span.code, "`"), (span.strong, "*"), (span.emphasis, "_")):
        text = f"{mark}{text}{mark}" if is_set else text
    return f"[{text}]({span.href})" if span.href else text


def check(blocks: tuple[Block, ...], media: tuple[Media, ...] = ()) -> str:
    """Check what holds for all blocks, and that a snapshot can hold them; return the text."""
    url = "https://base.example/t/x/1"
    post = Post(id="1", url=url, author="jo", blocks=blocks, media=media)
    thread = Thread(
        platform="discourse", host="base.example", id="1", url=url, participants=(Author(handle="jo"),), posts=(post,)
    )  # fmt: skip
    assert decode(encode(thread)) == thread
    spans = list(_spans(blocks))
    for link in [*(span.href for span in spans if span.href), *(item.url or "" for item in media)]:
        assert re.fullmatch(r"https?://[A-Za-z0-9_.\[:\]-]+(?:[/?#][!-~]*)?", link)
    return "\n".join(span.text for span in spans)


def _spans(blocks: tuple[Block, ...], depth: int = 0) -> Iterator[Span]:
    assert depth <= MAX_NESTED
    for block in blocks:
        match block:
            case Paragraph():
                assert block.spans
                assert all(span.text for span in block.spans)
                yield from block.spans
            case Code():
                assert block.text.strip("\n")
                yield Span(text=block.text)
            case Quote():
                assert block.blocks
                yield from _spans(block.blocks, depth + 1)
            case _:
                assert block.items
                assert all(block.items)
                for item in block.items:
                    yield from _spans(item, depth + 1)
