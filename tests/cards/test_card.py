"""What a card says: the cited post, its beginning, and nothing of a withdrawn thread."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sphinx_thread_cards import parse_thread_url
from sphinx_thread_cards.card import CardOptions, anonymized, cited_post, make_card, make_excerpt
from sphinx_thread_cards.i18n import default_title
from sphinx_thread_cards.snapshot import Block, Code, List, Paragraph, Post, Quote, Span, Thread
from support.platform_tables import TABLES, Table
from support.snapshots import make_thread, ref_of

EXAMPLES = settings(max_examples=100, derandomize=True, deadline=None)
ELLIPSIS = "…"


def text(content: str) -> Paragraph:
    return Paragraph(spans=(Span(text=content),))


def excerpt(length: int, *blocks: Block) -> str:
    post = Post(id="1", url="https://a.example/", author="jo", blocks=blocks)
    found = make_excerpt(post, None, length)
    return found.text if found else ""


@pytest.mark.parametrize(
    ("blocks", "length", "expected"),
    [
        ([text("One two three")], 13, "One two three"),
        ([text("One two three")], 12, "One two…"),
        ([text("One two, three")], 10, "One two…"),
        ([text("One\n two"), text("three")], 99, "One two three"),
        ([text("Before."), Code(text="code"), text("After.")], 99, "Before. … After."),
        ([Quote(blocks=(text("Another author's."),)), text("Mine.")], 99, "Mine."),
        ([text("So:"), List(items=((text("a"),), (text("b"), Code(text="c"), Quote(blocks=()))))], 99, "So: a b …"),
        ([Code(text="code")], 99, ""),
        ([text("  ")], 99, ""),
        ([text("https://docs.example/a-long-address")], 12, "https://docs…"),
        ([text("ESXi " + "树" * 99)], 60, "ESXi " + "树" * 55 + "…"),
    ],
)  # fmt: skip
def test_excerpt(blocks: list[Block], length: int, expected: str) -> None:
    assert excerpt(length, *blocks) == expected


@given(st.text(max_size=60), st.integers(1, 40))
@EXAMPLES
def test_an_excerpt_is_a_beginning(content: str, length: int) -> None:
    words, found = " ".join(content.split()), excerpt(length, text(content))

    assert len(found) <= length + 1
    assert words.startswith((found, found.removesuffix(ELLIPSIS)))
    assert found in {words, ""} or found.endswith(ELLIPSIS)


@given(
    st.integers(0, 20),
    st.none() | st.lists(st.tuples(st.integers(1, 25), st.integers(1, 25)), min_size=1),
)
@EXAMPLES
def test_chosen_posts(total: int, ranges: list[tuple[int, int]] | None) -> None:
    thread = make_thread(*["Text."] * total)
    posts = tuple((min(pair), max(pair)) for pair in ranges) if ranges else None
    options = CardOptions(show="thread", posts=posts)
    saved = range(1, total + 1)
    chosen = [n for n in saved if any(first <= n <= last for first, last in posts or [(1, total)])]

    assert make_card(ref_of(), options, thread).numbers == tuple(chosen)


def test_the_cited_post() -> None:
    """By its id, else by its URL; a topic may have the number of a post in it."""
    url = "https://lists.example/pipermail/lamps/2021-January/{}.html"
    numbers = ("000123", "000124", "000125")
    posts = tuple(Post(id=number, url=url.format(number), author="jo") for number in numbers)
    thread = Thread(
        platform="pipermail",
        host="lists.example",
        id="lamps/2021-January/000124",
        url=url.format("000124"),
        posts=posts,
    )
    mail = parse_thread_url(thread.url)
    assert mail
    assert cited_post(mail, thread) == posts[1]

    topic = parse_thread_url("https://forum.example/t/lamps/2", {"forum.example": "discourse"})
    reply = parse_thread_url("https://forum.example/t/lamps/2/9", {"forum.example": "discourse"})
    assert topic
    assert reply
    saved = make_thread("One.", "Two.")
    assert cited_post(topic, saved) == saved.posts[0]
    assert cited_post(reply, saved) is None

    # A summary names the author of the first post only.
    summary = replace(saved, posts=(), posted=datetime(2021, 1, 1, tzinfo=UTC))
    assert make_card(topic, CardOptions(), summary).author == saved.participants[0].name
    card = make_card(reply, CardOptions(), summary)
    assert (card.author, card.handle, card.date) == (None, None, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://groups.google.com/g/golang-nuts/c/AbCdEfGhIj{}",
        "https://mail.python.org/archives/list/devel@python.org/thread/{}BCDEFGHIJKLMNOPQRSTUVWXYZ234567/",
        "https://www.mail-archive.com/arm@openbsd.org/msg0208{}.html",
        "https://lists.gnu.org/archive/html/qemu-devel/2020-10/msg0001{}.html",
        "https://www.youtube.com/watch?v=dQw4w9WgXc{}",
    ],
)
def test_threads_without_author_and_title_have_different_citations(url: str) -> None:
    refs = [parse_thread_url(url.format(end)) for end in "23"]
    cited = {make_card(ref, CardOptions(), None).citation("en") for ref in refs if ref}
    assert len(cited) == len(refs)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_withdrawn_thread_names_nobody(table: Table) -> None:
    """The URL has no author and no title, on every platform, and still leads to the thread."""
    for ref in filter(None, (parse_thread_url(url, table.hosts) for url in table.known)):
        plain = anonymized(ref)
        url = plain.url.casefold()
        slug = re.sub(r"\W+", "-", (ref.title or "").casefold())
        author = (ref.author or " ").casefold()

        assert {author, author.partition("@")[0]}.isdisjoint(re.split(r"[/#?&=@]+", url))
        assert len(slug) < 6 or slug not in re.sub(r"\W+", "-", url)
        assert (plain.author, plain.title, plain.posted, plain.post, plain.read_url) == (None,) * 5
        assert default_title(plain)
        assert make_card(plain, CardOptions(), None).links()
        assert plain.key == ref.key
