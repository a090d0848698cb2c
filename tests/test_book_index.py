"""What LaTeX prints of many posts and threads: their numbers in a margin, heads that stay with words, an index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sphinx_thread_cards import store
from sphinx_thread_cards.thread import Author, Code, Paragraph, Post, Span, Thread
from support import sites
from support.papers import Paper, typeset

URL = "https://social.example/@jo/110446983178245440"
ISSUE = "https://github.com/pftf/RPi4/issues/97"
POSTS = 60
PAGES = {
    "index": f"# Book\n\n<{ISSUE}>\n\nWords.\n\n<{URL}>\n\n```{{toctree}}\npage\n```\n",
    "page": f"# All of it\n\nWords before.\n\n```{{thread}} {URL}\n:show: thread\n:title: A lamp & its desk\n```\n\n<{ISSUE}>\n",
}


def _post(number: int) -> Post:
    words = Paragraph(spans=(Span(text=f"Post {number} says that the lamp waits for itself. " * (1 + number % 4)),))
    code = [Code(text="lamp --on " * 30)] if number % 10 == 0 else []
    posted = None if number % 8 == 0 else "2023-05-28T15:20:01Z"
    return Post(id=str(number), url=f"{URL}{number}", author="jo", posted=posted, blocks=(words, *code))


def write(folder: Path) -> None:
    """A book of two chapters, with a thread of sixty posts."""
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / f"{name}.md").write_text(text)
    posts = tuple(_post(number) for number in range(1, POSTS + 1))
    people = (Author(handle="jo", name="Jo Example"),)
    host, number = "social.example", "110446983178245440"
    store.save(Thread(platform="mastodon", host=host, id=number, url=URL, participants=people, posts=posts), folder / store.FOLDER)


@pytest.fixture(scope="module", params=["pdflatex", "lualatex"])
def paper(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """The book by a project's default settings."""
    folder = tmp_path_factory.mktemp(request.param)
    write(folder / "source")
    site = sites.build(folder / "source", folder / "out", "latex", latex_engine=request.param)
    assert site.warnings == ""
    return typeset(site.out, "cases", request.param)


@pytest.mark.slow
def test_numbers_stand_in_a_margin(paper: Paper) -> None:
    """Every number is left of the words of its post, on the page on which they begin; nothing collides."""
    lines = [line for line in paper.lines if line.page >= paper.page_of("Words before.")]
    for number in range(1, POSTS + 1):
        words = next(line for line in lines if line.text.startswith(f"Post {number} says"))
        beside = [line for line in lines if line.page == words.page and 0 <= words.bottom - line.top < 40]
        numbers = [line for line in beside if line.text.split()[0] == str(number)]
        assert [line for line in numbers if line.left < words.left - 10], number
    assert [size for size in paper.too_wide() if size > 5] == []
    assert paper.collisions() == []


@pytest.mark.slow
def test_index_of_threads(paper: Paper) -> None:
    """Each thread once, with the page on which its posts are, and a place in the contents."""
    last = paper.pages[-1]

    assert "INDEX OF THREADS" in last.upper()
    assert last.count("pftf/RPi4") == 1
    assert re.search(r"A lamp & its desk \(Jo Example,\s+28 May\s+2023\),\s+3", last)
    assert paper.pages[2].count("Index of threads") == 1


def test_other_formats_have_no_index(tmp_path: Path) -> None:
    """A page that nobody asked for is not among those of HTML, nor in the book; LaTeX leaves it out on request."""
    write(tmp_path / "source")
    html = sites.build(tmp_path / "source", tmp_path / "html", "html")
    latex = sites.build(tmp_path / "source", tmp_path / "latex", "latex", latex_domain_indices=False)

    assert not list(html.out.glob("thread-*.html"))
    assert "Index of threads" not in html.read("genindex.html")
    assert "Index of threads" not in latex.read("cases.tex")
