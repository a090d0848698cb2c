"""Kept threads on a page: what of them is shown, in every format, and when pages are built again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from sphinx_thread_cards import parse_thread_url, store
from sphinx_thread_cards.describe import describe
from sphinx_thread_cards.options import Options
from sphinx_thread_cards.thread import (
    Author,
    Code,
    List,
    Media,
    Paragraph,
    Post,
    Provenance,
    Quote,
    Span,
    Status,
    Thread,
)
from sphinx_thread_cards.unroll import unroll
from support import sites

URL = "https://social.example/@jo/110446983178245440"
REF = parse_thread_url(URL)
SHOWN = f"# T\n\n```{{thread}} {URL}\n:show: thread\n```\n"
# The smallest PNG: one grey pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
Page = Callable[..., sites.Site]


def _post(number: int, *blocks: Paragraph | Code | Quote | List, **more: object) -> Post:
    said = {"author": "jo", "posted": f"2023-05-28T15:20:{number:02}Z", **more}
    return Post(id=str(number), url=f"{URL}{number}", blocks=blocks, **said)  # type: ignore[arg-type]


def _text(*texts: str | Span) -> Paragraph:
    return Paragraph(spans=tuple(Span(text=text) if isinstance(text, str) else text for text in texts))


def _thread(*posts: Post, **more: object) -> Thread:
    said = {"participants": (Author(handle="jo", name="Jo Example"), Author(handle="sam", name="Sam Example")), **more}
    return Thread(platform="mastodon", host="social.example", id="110446983178245440", url=URL, posts=posts, **said)  # type: ignore[arg-type]


@pytest.fixture
def keep(tmp_path: Path) -> Callable[..., Path]:
    """Keep a thread beside the pages of the site that `page` builds; gives its file."""

    def keep(thread: Thread) -> Path:
        folder = tmp_path / "source" / store.FOLDER
        (folder / "media").mkdir(parents=True, exist_ok=True)
        (folder / "media" / "grey.png").write_bytes(PIXEL)
        store.save(thread, folder)
        return next(folder.rglob("*.json"))

    return keep


EVERYTHING = _thread(
    _post(1, _text('It -- "works" for ', Span(text="us", href="https://docs.example/"), ".\nA second line.")),
    _post(2, _text(Span(text="really", emphasis=True)), Quote(blocks=(_text("As they say"),)), Code(text="a  b\n c")),
    _post(3, List(items=((_text("first item"),), (_text("second item"),)), ordered=True), edited="2023-06-01T00:00:00Z"),
    _post(4, _text("Look"), media=(Media(file="grey.png", width=640, height=360, alt="A grey pixel"),)),
    _post(5, _text("The end is near"), warning="Spoilers"),
    _post(6, _text("Agreed"), author="sam", quoted=_post(1, _text("It works"))),
    lang="en",
    provenance=Provenance(retrieved="2026-02-03T10:00:00Z", archived="https://archive.example/copy"),
)


@given(st.integers(0, 30), st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)).map(lambda two: (min(two), max(two)))))
def test_chosen_posts_and_gaps_are_all_posts(total: int, ranges: list[tuple[int, int]]) -> None:
    """Shown and left out together are all posts, each once and in order; what is shown is what was asked for."""
    thread = _thread(*(_post(number, posted=None) for number in range(1, total + 1)))
    card = replace(describe(REF, Options(), thread, unrolled=True), posts=tuple(ranges))
    parts = [(part["classes"][0], re.findall(r"\d+", part.astext())) for part in unroll(card, thread, "thread", "en")]
    flat = [number for _, said in parts for number in range(int(said[0]), int(said[-1]) + 1)]
    gaps = [kind == "thread-card-gap" for kind, _ in parts]

    assert flat == list(range(1, total + 1))
    asked = {number for first, last in ranges for number in range(first, last + 1)}
    assert set(card.numbers) == {int(said[0]) for kind, said in parts if kind == "thread-card-post"} == asked & set(flat)
    assert not any(both == (True, True) for both in pairwise(gaps))


def test_card_says_what_the_snapshot_says(page: Page, keep: Callable[..., Path]) -> None:
    """Author, date and archived copy come from the snapshot; posts only where they are asked for."""
    keep(EVERYTHING)
    text = page(f"# T\n\n<{URL}>\n", "text").read("index.txt")

    assert "Jo Example @jo" in text
    assert "28 May 2023" in text
    assert "Archived copy: https://archive.example/copy" in text
    assert "really" not in text


def test_the_author_of_the_page_wins(page: Page, keep: Callable[..., Path]) -> None:
    """An option is laid over the snapshot."""
    keep(EVERYTHING)
    text = page(f"# T\n\n```{{thread}} {URL}\n:author: Somebody Else\n:date: 2020\n```\n", "text").read("index.txt")

    assert "Somebody Else @jo" in text
    assert "Mastodon · 2020" in text


@pytest.mark.parametrize("warning", [None, "Spoilers"])
@pytest.mark.parametrize("text", [SHOWN, f"# T\n\n<{URL}>\n"])
def test_a_language_that_is_not_known(text: str, warning: str | None, page: Page, keep: Callable[..., Path]) -> None:
    """Is empty in XML, as its specification has it; docutils would write ``True`` for None."""
    keep(_thread(_post(1, _text("Words"), warning=warning)))

    assert set(re.findall(r' lang="(.*?)"', page(text, "xml").read("index.xml"))) == {""}


@pytest.mark.parametrize("builder", ["text", "man", "texinfo", "latex", "html", "epub", "xml", "singlehtml"])
def test_every_format_has_every_post(builder: str, page: Page, keep: Callable[..., Path]) -> None:
    """Words, numbers and marks come out everywhere, quoted words as they were written."""
    keep(EVERYTHING)
    site = page(SHOWN, builder)
    files = [*site.out.glob("*.txt"), *site.out.glob("*.1"), *site.out.glob("*.tex*"), *site.out.glob("index.*")]
    said = "".join(path.read_text() for path in files)
    said = said.replace(r"\sphinxhyphen{}", "-").replace(r"\-", "-").replace("&quot;", '"').replace(r"\(dq", '"')

    assert 'It -- "works" for' in said
    for words in ("A second line.", "really", "As they say", "second item", "edited 1 June 2023", "Spoilers", "The end is near", "Agreed", "Sam Example", "Kept on 3 February 2026"):  # fmt: skip
        assert words in said


@pytest.mark.parametrize(
    ("builder", "file", "words"),
    [
        ("html", "index.html", '<ol class="arabic simple" start="4">'),
        ("epub", "index.xhtml", '<ol class="arabic simple" start="4">'),
        ("text", "index.txt", "4. first item"),
        ("man", "project.1", ".IP 4."),
        ("latex", "project.tex", r"\setcounter{enumi}{3}"),
        ("texinfo", "project.texi", "@enumerate 4"),
    ],
)
def test_numbers_of_a_list_go_on(builder: str, file: str, words: str, page: Page, keep: Callable[..., Path]) -> None:
    """A list begins with the number that its author gave it."""
    items = (_text("first item"),), (_text("second item"),)
    keep(_thread(_post(1, List(items=items, ordered=True, start=4))))
    site = page(SHOWN, builder)
    assert words in "".join(path.read_text() for path in site.out.glob(f"*{Path(file).suffix}"))


def test_html_of_an_unrolled_thread(page: Page, keep: Callable[..., Path]) -> None:
    """Each post has anchor, permalink and language; the warning hides the post; the picture has its size."""
    keep(EVERYTHING)
    site = page(SHOWN)
    soup = BeautifulSoup(site.read("index.html"), "html5lib")
    posts = soup.select(".thread-card-post")

    assert [post["id"] for post in posts] == [f"thread-mastodon-110446983178245440-{number}" for number in range(1, 7)]
    assert [post.select_one(".thread-card-post-head a")["href"] for post in posts] == [f"{URL}{n}" for n in range(1, 7)]
    assert {post["lang"] for post in posts} == {"en"}
    assert "near" in posts[4].select_one("details").text
    image = posts[3].img
    assert (image["width"], image["height"], image["alt"]) == ("640", "360", "A grey pixel")
    assert (site.out / image["src"]).read_bytes() == PIXEL


def test_long_thread_folds_and_loses_nothing(page: Page, keep: Callable[..., Path]) -> None:
    """The first posts are open, the others in a fold that says how many they are."""
    keep(_thread(*[_post(number, _text(f"Words of {number}")) for number in range(1, 27)]))
    soup = BeautifulSoup(page(SHOWN).read("index.html"), "html5lib")

    assert soup.summary.text == "Show the other 20 posts"
    assert len(soup.select(".thread-card-post")) == 26


def test_a_part_with_marks(page: Page, keep: Callable[..., Path]) -> None:
    """What is left out is said."""
    keep(EVERYTHING)
    text = page(f"# T\n\n```{{thread}} {URL}\n:posts: 2-3, 5, 99\n```\n", "text").read("index.txt")

    assert "Post 1 is left out." in text
    assert "Post 4 is left out." in text
    assert "Post 6 is left out." in text
    assert "really" in text
    assert "works" not in text


def test_site_wide(page: Page, keep: Callable[..., Path]) -> None:
    """``thread_cards_show`` unrolls every card, but where its author says otherwise."""
    keep(EVERYTHING)
    text = page(f"# T\n\n<{URL}>\n", "text", thread_cards_show="thread").read("index.txt")
    short = page(f"# T\n\n```{{thread}} {URL}\n:show: card\n```\n", "text", thread_cards_show="thread").read("index.txt")

    assert "As they say" in text
    assert "As they say" not in short


def test_citation_from_the_snapshot(page: Page, keep: Callable[..., Path]) -> None:
    """A citation needs no card on the site."""
    keep(EVERYTHING)

    assert "Jo Example on Mastodon, 28 May 2023" in page(f"# T\n\nSee {{thread}}`{URL}`.\n").read("index.html")


@pytest.mark.parametrize(("status", "words"), [(Status.GONE, "No longer online; kept copy of 3 February 2026"), (Status.LIVE, None)])
def test_gone(status: Status, words: str | None, page: Page, keep: Callable[..., Path]) -> None:
    """A card says that its thread is gone."""
    keep(_thread(_post(1, _text("It works")), provenance=Provenance(retrieved="2026-02-03T10:00:00Z", status=status)))
    text = page(f"# T\n\n<{URL}>\n", "text").read("index.txt")

    assert (words or "online") in text if words else "online" not in text


def test_withdrawn(page: Page, keep: Callable[..., Path]) -> None:
    """Nothing of a withdrawn thread is shown, whatever its file still holds."""
    keep(_thread(_post(1, _text("It works")), provenance=Provenance(status=Status.WITHDRAWN)))
    site = page(SHOWN, "text", warns=True)

    assert "It works" not in site.read("index.txt")
    assert "Jo Example" not in site.read("index.txt")


@pytest.mark.parametrize("option", [":show: thread", ":posts: 2-3"])
@pytest.mark.parametrize("builder", ["html", "text"])
def test_snapshot_without_posts(builder: str, option: str, page: Page, keep: Callable[..., Path]) -> None:
    """One that somebody began by hand: the card as it is without them."""
    keep(_thread(title="The lamp boots"))
    assert "The lamp boots" in page(f"# T\n\n```{{thread}} {URL}\n{option}\n```\n", builder).read(f"index.{builder.replace('text', 'txt')}")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}', '{"format": 1, "posts": "no"}', "\0\xff"])
def test_broken_snapshot(content: str, page: Page, keep: Callable[..., Path]) -> None:
    """One warning that names the file; the card as if nothing were kept."""
    keep(EVERYTHING).write_bytes(content.encode("latin-1"))
    site = page(f"# T\n\n<{URL}>\n", "text", warns=True)

    assert site.warnings.count("WARNING") == 1
    assert "_threads/mastodon/social.example/110446983178245440.json" in site.warnings
    assert "[thread_cards.snapshot]" in site.warnings
    assert "Post on Mastodon" in site.read("index.txt")


def test_quoted_words_are_not_for_translators_and_are_found(page: Page, keep: Callable[..., Path]) -> None:
    """The catalogue has no word of them, the search has."""
    keep(EVERYTHING)

    assert "works" not in page(SHOWN, "gettext").read("index.pot")
    assert '"agre"' in page(SHOWN).read("searchindex.js")


def test_only_pages_that_cite_a_thread_are_read_again(tmp_path: Path, keep: Callable[..., Path]) -> None:
    """A snapshot that comes, changes or goes touches the pages that cite it and no other."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text("# Index\n\n```{toctree}\nciting\nother\n```\n")
    (source / "citing.md").write_text(f"# Citing\n\n<{URL}>\n")
    (source / "other.md").write_text("# Other\n\n<https://lobste.rs/s/1xr8zc>\n")

    def read_again() -> set[str]:
        doctrees = tmp_path / "doctrees"
        before = {path.stem: path.stat().st_mtime_ns for path in doctrees.glob("*.doctree")}
        sites.build(source, tmp_path / "out", doctrees=doctrees)
        after = {path.stem: path.stat().st_mtime_ns for path in doctrees.glob("*.doctree")}
        return {name for name, time in after.items() if before.get(name) != time}

    assert read_again() == {"index", "citing", "other"}
    assert read_again() == set()
    path = keep(EVERYTHING)
    assert read_again() == {"citing"}
    assert read_again() == set()
    later = path.stat().st_mtime + 10
    os.utime(path, (later, later))
    assert read_again() == {"citing"}
    path.unlink()
    assert read_again() == {"citing"}
    assert read_again() == set()


def test_citation_follows_a_snapshot(tmp_path: Path, keep: Callable[..., Path]) -> None:
    """A page that only cites a thread in running text is written again when its snapshot comes and goes."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text(f"# Index\n\nSee {{thread}}`{URL}`.\n")

    def cited() -> str:
        site = sites.build(source, tmp_path / "out", "text", doctrees=tmp_path / "doctrees")
        return " ".join(site.read("index.txt").partition("See ")[2].partition("<")[0].split())

    assert cited() == "@jo@social.example on Mastodon, 28 May 2023"
    path = keep(EVERYTHING)
    assert cited() == "Jo Example on Mastodon, 28 May 2023"
    path.unlink()
    assert cited() == "@jo@social.example on Mastodon, 28 May 2023"


def test_posts_are_reached_by_their_anchors(page: Page, keep: Callable[..., Path]) -> None:
    """From another page, by plain `ref` and by the domain's own; no later card takes the anchor of a post."""
    keep(EVERYTHING)
    anchor = "thread-mastodon-110446983178245440"
    pages = {
        "index.md": f"# T\n\n```{{toctree}}\nother\n```\n\n{{ref}}`words <{anchor}-3>` {{thread:ref}}`{anchor}-5`\n",
        "other.md": f"{SHOWN}\n<{URL}>\n",
    }
    site = page(pages)
    links = {link["href"]: link.get_text() for link in BeautifulSoup(site.read("index.html"), "html5lib").select("p a.internal")}
    assert links == {f"other.html#{anchor}-3": "words", f"other.html#{anchor}-5": "Post on Mastodon · 5"}
    other = BeautifulSoup(site.read("other.html"), "html5lib")
    ids = [element["id"] for element in other.select("[id]")]
    assert len(ids) == len(set(ids))
    assert f"{anchor}-3" in ids


def test_post_that_is_left_out_is_no_target(page: Page, keep: Callable[..., Path]) -> None:
    keep(EVERYTHING)
    text = f"# T\n\n```{{thread}} {URL}\n:posts: 2\n```\n\n{{ref}}`words <thread-mastodon-110446983178245440-3>`\n"
    assert "undefined label: 'thread-mastodon-110446983178245440-3'" in page(text, warns=True).warnings
