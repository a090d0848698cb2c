"""Where lines and pages end in LaTeX: long words, colours that go on over a page's end, lists of threads."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from sphinx_thread_cards import store
from sphinx_thread_cards.thread import Author, Block, Code, List, Paragraph, Post, Span, Thread
from support import sites
from support.papers import Line, Paper, squeezed, typeset
from support.programs import require

pytestmark = pytest.mark.slow

NUMBER = "110446983178245440"
URL = f"https://social.example/@jo/{NUMBER}"
LONG = f"https://docs.example/{'0123456789abcdefghij' * 15}"
MONTHS = ("January", "February", "March", "April", "May", "June")


def _words(text: str, href: str | None = None, *, code: bool = False) -> Paragraph:
    return Paragraph(spans=(Span(text=text, href=href, code=code),))


def _build(folder: Path, pages: dict[str, str], *posts: tuple[Block, ...], **settings: object) -> Paper:
    source = folder / "source"
    source.mkdir()
    for name, text in pages.items():
        (source / f"{name}.md").write_text(text)
    said = [Post(id=str(n), url=f"{URL}{n}", author="jo", blocks=blocks) for n, blocks in enumerate(posts, start=1)]
    people = (Author(handle="jo"),)
    thread = Thread(
        platform="mastodon", host="social.example", id=NUMBER, url=URL, participants=people, posts=tuple(said)
    )
    if posts:
        store.save(thread, source / store.FOLDER)
    site = sites.build(source, folder / "out", "latex", latex_engine="pdflatex", **settings)
    assert site.warnings == ""
    return typeset(site.out, "cases", "pdflatex")


def _shown(folder: Path, *posts: tuple[Block, ...]) -> Paper:
    return _build(folder, {"index": f"# All\n\n```{{thread}} {URL}\n:show: thread\n```\n"}, *posts)


def test_long_words_and_lists(tmp_path: Path) -> None:
    """Words, code and addresses without a space break, and stay whole for a search; a list has space behind its marks."""
    code = f"lamp\n{'x' * 300}\n  on"
    items = List(items=((_words("First thing"),), (_words("Second thing"),)), ordered=True)
    paper = _shown(
        tmp_path, (_words("y" * 200), Code(text=code)), (_words("z" * 150, code=True), _words(LONG, LONG), items)
    )

    assert paper.too_wide() == []
    for text in ("x" * 300, "y" * 200, "z" * 150, LONG):
        assert text in paper.joined
    assert LONG in paper.links
    assert [line.text for line in paper.lines if "thing" in line.text] == ["1. First thing", "2. Second thing"]


def test_colours_over_the_end_of_a_page(tmp_path: Path) -> None:
    """Where the text of a link goes on over pages, what follows is still as dark as text."""
    link = _words("The lamp waits for itself. " * 300, URL)
    paper = _shown(tmp_path, (link,), *[(_words(f"Post {number} is dark."),) for number in range(2, 30)])

    pages = {line.page for line in paper.lines if "waits" in line.text}
    assert len(pages) > 1
    after = [line for line in paper.lines if line.text.endswith("is dark.")]
    assert len(after) == 28
    assert [line.text for line in after if _darkest(paper, line) > 100] == []


def _darkest(paper: Paper, line: Line) -> int:
    """The darkest grey, 0 is black, of a printed line at 72 dots an inch."""
    area = ("-x", int(line.left), "-y", int(line.top), "-W", int(line.right - line.left), "-H", int(line.bottom - line.top))
    page = str(line.page + 1)
    command = [require("pdftoppm"), "-gray", "-r", "72", "-f", page, "-l", page, *map(str, area), str(paper.pdf)]
    drawn = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return min(re.sub(rb"\AP5\s\d+\s\d+\s\d+\s", b"", drawn))


def test_a_timeline_keeps_together(tmp_path: Path) -> None:
    """No name of a month or a year is the last of a page, and all that is said of a thread is on one page."""
    numbers = range(1, 61)
    cards = [
        f"```{{thread}} https://github.com/pftf/RPi4/issues/{n}\n:title: The lamp {n}.\n:author: Jo\n:date: {2010 + n // 6}-0{1 + n % 6}\n```\n"
        for n in numbers
    ]
    lists = "# Lists\n\n```{thread-list}\n:style: timeline\n```\n\n```{toctree}\ncards\n```\n"
    paper = _build(tmp_path, {"index": lists, "cards": "# Cards\n\n" + "\n".join(cards)})
    listed = paper.pages[: paper.page_of("GitHub · pftf/RPi4 #1 · February 2010")]

    for number in numbers:
        said = squeezed(f"The lamp {number}.Jo · GitHub · pftf/RPi4#{number}https://github.com/pftf/RPi4/issues/{number}Cited in")
        assert any(said in squeezed(page) for page in listed), number
    last = [re.sub(r"[\s\dA-Z]*\Z", "", re.sub(r"\d+\Z", "", page.strip()).strip()) for page in listed]
    assert [text for text in last if text.endswith(MONTHS)] == []


def test_dates_of_a_list_are_not_torn(tmp_path: Path) -> None:
    """A date in a table of threads ends a line between words only."""
    card = "```{thread} https://github.com/pftf/RPi4/issues/1\n:title: The lamp\n:date: 2019-09-18\n```\n"
    paper = _build(tmp_path, {"index": f"# Lists\n\n```{{thread-list}}\n```\n\n{card}"}, latex_elements={"sphinxsetup": "hmargin=2in"})

    assert "Septem-" not in "".join(paper.pages)
    assert "18 September" in " ".join(line.text for line in paper.lines)
