"""Rich text in tests: blocks as one line each, any HTML for Hypothesis, and what holds for all blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hypothesis import strategies as st
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.snapshot import Block, Code, Media, Paragraph, Quote, Span
from thread_snapshots.store import encode
from thread_snapshots.thread_builder import leaf_blocks

LINKS = st.text(max_size=20) | st.sampled_from(
    [
        "https://a.example/x", "/x", "//h.example", "javascript:x", "java\tscript:x", "https://u:p@a.example", "http://[", "data:x",
        "https://a.example\\@b.example", "\u202ehttps://a.example", "https://\u212a.example", "tg://x", "?q", "https:x",
    ]
)  # fmt: skip
DROPPED = ("script", "style", "iframe", "object", "template", "svg", "select", "noscript", "button")
TAGS = "a b i p q s em li ol td tr ul br hr h1 del div img pre code span input table video blockquote summary html body math o:p plaintext textarea frameset".split()
NAMES = st.sampled_from("href src alt title class type onclick".split())
CLASSES = st.sampled_from(
    ["emoji", "lightbox", "onebox", "avatar", "lang-c", "language-\u00e9", "x y"]
)
WORDS = st.text(alphabet=st.sampled_from("ab <>&;\"'\n\t\x00\x1b\u00a0\u00e9\u202e\u2028\ufffe\U0001f600\ud800"), max_size=12)  # fmt: skip


@st.composite
def markup(draw: st.DrawFn, depth: int = 4) -> str:
    """Elements in each other, closed in any order, some not at all."""
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        if depth == 0 or draw(st.booleans()):
            parts.append(draw(WORDS))
            continue
        tag, quote = draw(st.sampled_from([*TAGS, *DROPPED])), draw(st.sampled_from(['"', "'", ""]))
        attributes = draw(st.lists(st.tuples(NAMES, LINKS | CLASSES), max_size=3))
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
    url, jo = "https://base.example/t/x/1", snapshot.Author(handle="jo")
    post = snapshot.Post(id="1", url=url, author="jo", blocks=blocks, media=media)
    thread = snapshot.Thread(platform="discourse", host="base.example", id="1", url=url, participants=(jo,), posts=(post,))  # fmt: skip
    assert snapshot.decode(encode(thread)) == thread
    leaves = [(Span(text=leaf.text),) if isinstance(leaf, Code) else leaf.spans for leaf in leaf_blocks(blocks)]  # fmt: skip
    spans = [span for leaf in leaves for span in leaf]
    assert all(leaves)
    assert all(span.text for span in spans)
    for link in [*(span.href for span in spans if span.href), *(item.url or "" for item in media)]:
        assert re.fullmatch(r"https?://[A-Za-z0-9_.\[:\]-]+(?:[/?#][!-~]*)?", link)
    return "\n".join(span.text for span in spans)
