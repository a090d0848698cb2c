"""What must hold for any text, any nesting of tags, any facets and entities."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st
from thread_snapshots.rich import spans
from thread_snapshots.rich.spans import MAX_DEPTH, MAX_LINK, safe_link
from thread_snapshots.rich.tags import DROPPED, KNOWN
from thread_snapshots.rich_text import (
    from_entities,
    from_facets,
    from_html,
    from_markdown,
    from_plain,
    read_html,
    read_markdown,
)
from sphinx_thread_cards.snapshot import dumps, loads
from sphinx_thread_cards.texts import FORMS, clean_text
from sphinx_thread_cards.thread import Author, Block, Code, Media, Paragraph, Post, Quote, Span, Thread
from support.rich_strategies import ENTITIES, FACETS, JSON, LETTERS, LINKS, OFFSETS, WORDS, markup

# The suite tries the same examples each time; `EXAMPLES=20000 pytest ...` looks for new ones.
EXAMPLES = os.environ.get("EXAMPLES")
SEARCH = settings(max_examples=int(EXAMPLES or 300), derandomize=EXAMPLES is None, deadline=None)
BASE = "https://base.example/a/b"
HELD = "Held"
FORM = re.compile(FORMS["href"].pattern)
LANGUAGE = re.compile(FORMS["language"].pattern)


def spans_of(blocks: tuple[Block, ...], depth: int = 0) -> Iterator[Span]:
    """All spans, while everything is looked at that must hold for each block."""
    assert depth <= MAX_DEPTH
    for block in blocks:
        if isinstance(block, Paragraph):
            assert block.spans
            yield from block.spans
        elif isinstance(block, Code):
            assert block.text.strip("\n")
            assert block.language is None or LANGUAGE.fullmatch(block.language)
            yield Span(text=block.text)
        elif isinstance(block, Quote):
            assert block.blocks
            yield from spans_of(block.blocks, depth + 1)
        else:
            assert block.items
            for item in block.items:
                assert item
                yield from spans_of(item, depth + 1)


def check(blocks: tuple[Block, ...], media: tuple[Media, ...] = ()) -> str:
    """Look at all that must hold; gives the whole text."""
    spans = list(spans_of(blocks))
    for span in spans:
        assert span.text
        assert span.text == clean_text(span.text)
        span.text.encode()
        assert span.href is None or is_safe(span.href)
    for item in media:
        assert item.url
        assert is_safe(item.url)
        assert item.alt is None or item.alt == clean_text(item.alt)
    return "\n".join(span.text for span in spans)


def is_safe(href: str) -> bool:
    host = href.partition("://")[2].partition("/")[0]
    return bool(
        len(href) <= MAX_LINK
        and re.match(r"https?://[A-Za-z0-9_.\[:-]", href)
        and FORM.fullmatch(href)
        and href.isascii()
        and "@" not in host.partition("?")[0].partition("#")[0]
    )


@given(st.one_of(st.text(max_size=200), markup()))
@SEARCH
@example("<")
@example("<p" * 300)
@example("<a href='https://a.example'><img src=x class=emoji></a><pre><img alt=x></pre>")
@example("<ul><table><li><td></ul></table>x")
@example("<li><blockquote><li><ul><blockquote>" * 60)
@example("<?xml version='1.0' encoding='utf-16'?><p>x")
@example("<meta charset='utf-16'>x")
def test_any_html(html: str) -> None:
    """No HTML raises, and nothing unsafe is left of it."""
    check(from_html(html, BASE))
    check(from_html(html, html))
    rich = read_html(html, BASE)
    check(rich.blocks, rich.media)


@given(
    st.one_of(
        st.text(max_size=200),
        markup(),
        st.text(alphabet=st.sampled_from("ab*_~`[]()<>!#>-+1.|\\\n \t:&;"), max_size=200),
    )
)
@SEARCH
def test_any_markdown(text: str) -> None:
    for breaks in (True, False):
        check(from_markdown(text, BASE, breaks=breaks))
    rich = read_markdown(text, BASE)
    check(rich.blocks, rich.media)


@given(
    st.lists(
        st.sampled_from(
            [">", "> ", "a", "https://a.example/", "    b", "-- ", "diff --git a b", "+x", "", "_" * 50, "\x00"]
        )
    )
)
@SEARCH
def test_any_mail(lines: list[str]) -> None:
    check(from_plain("\n".join(lines)))


@given(st.text(max_size=300))
@SEARCH
def test_any_plain_text(text: str) -> None:
    check(from_plain(text))


@given(WORDS, FACETS)
@SEARCH
def test_any_facets(text: str, facets: object) -> None:
    """Whatever the facets are, the text stays."""
    text *= 4
    shown = check(from_facets(text, facets))
    assert without_spaces(shown) == without_spaces(clean_text(text))


@given(WORDS, ENTITIES, st.one_of(JSON, st.lists(OFFSETS, max_size=3)))
@SEARCH
def test_any_entities(text: str, entities: object, shown: object) -> None:
    check(from_entities(text * 4, entities, shown))


@given(LINKS, st.one_of(st.just(BASE), LINKS))
@SEARCH
def test_any_link(href: str, base_url: str) -> None:
    """A link is safe, and stays as it is when it is read again."""
    link = safe_link(href, base_url)
    if link is not None:
        assert is_safe(link), link
        assert safe_link(link) == link


@given(
    st.sampled_from(["https://a.example", "http://a.example:80", "HTTPS://a.example", "https://[::1]"]),
    st.text("a/?#.:;=&%[]()@\\ -_é", max_size=8),
)
@settings(SEARCH, max_examples=2000)
def test_a_link_that_is_not_taken_apart_would_come_out_as_it_is(origin: str, rest: str) -> None:
    href = origin + rest
    assert safe_link(href, BASE) == spans._resolved(href, BASE)  # noqa: SLF001 - the long way


def without_spaces(text: str) -> str:
    return "".join(text.split())


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(st.lists(LETTERS, min_size=1, max_size=5))
@SEARCH
def test_no_text_is_lost(texts: list[str]) -> None:
    """Plain paragraphs come through whole, whichever way they are written."""
    kept = without_spaces("".join(texts))
    written: dict[str, Callable[[], tuple[Block, ...]]] = {
        "paragraphs": lambda: from_html("".join(f"<p>{escaped(text)}</p>" for text in texts), BASE),
        "breaks": lambda: from_html("<br>".join(map(escaped, texts)), BASE),
        "items": lambda: from_html(
            "<ul>" + "".join(f"<li><b>{escaped(text)}</b></li>" for text in texts) + "</ul>", BASE
        ),
        "quotes": lambda: from_html("".join(f"<blockquote>{escaped(text)}" for text in texts), BASE),
        "facets": lambda: from_facets("\n".join(texts), []),
        "entities": lambda: from_entities("\n".join(map(escaped, texts)), {}),
        "mail": lambda: from_plain("\n".join(f"x{text}" for text in texts)),
    }
    for name, read in written.items():
        expected = without_spaces("".join(f"x{text}" for text in texts)) if name == "mail" else kept
        assert without_spaces(check(read())) == expected, name


@given(st.lists(st.sampled_from(sorted(KNOWN - {"q", "pre", "table", "img"} - {"s", "del", "strike"})), max_size=30))
@SEARCH
def test_words_in_any_nesting(tags: list[str]) -> None:
    html = "".join(f"<{tag}>w{number} " for number, tag in enumerate(tags))
    voids = {"video", "audio"}
    if not voids & set(tags):
        words = re.findall(r"w\d+", check(from_html(html, BASE)))
        assert words == [f"w{number}" for number in range(len(tags))]


@given(st.sampled_from(sorted(DROPPED - {"frame", "embed", "frameset", "head"})), markup(depth=2))
@SEARCH
def test_dropped_with_all_they_hold(tag: str, around: str) -> None:
    """Nothing of a script, a style or a frame is left."""
    html = f"<p>a</p><{tag}>{HELD}</{tag}><p>b</p>"
    assert check(from_html(html, BASE)) == "a\nb"
    assert HELD not in check(from_html("<div>" * 2100 + html, BASE))
    assert HELD not in check(from_html(html + around, BASE))


@given(markup(), WORDS)
@SEARCH
def test_the_store_takes_what_the_readers_give(html: str, text: str) -> None:
    rich = read_html(html, BASE)
    post = Post(id="1", url=BASE, author="jo", blocks=rich.blocks + from_plain(text), media=rich.media)
    thread = Thread(
        platform="discourse", host="base.example", id="1", url=BASE, participants=(Author(handle="jo"),), posts=(post,)
    )
    assert loads(dumps(thread)) == thread
