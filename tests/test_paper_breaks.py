"""Where lines and pages end in LaTeX: long words, colours that go on over a page's end, admonitions, pictures."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from sphinx_thread_cards import store
from sphinx_thread_cards.thread import Block, Code, List, Media, Paragraph, Post, Span
from support.paper_threads import URL, build
from support.papers import Line, Paper
from support.programs import require

pytestmark = pytest.mark.slow

LONG = f"https://docs.example/{'0123456789abcdefghij' * 15}"


def _words(text: str, href: str | None = None, *, code: bool = False) -> Paragraph:
    return Paragraph(spans=(Span(text=text, href=href, code=code),))


def _shown(folder: Path, *posts: tuple[Block, ...] | Post) -> Paper:
    return build(folder, {"index": f"# All\n\n```{{thread}} {URL}\n:show: thread\n```\n"}, *posts)


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
    """The darkest grey, 0 is black, of a printed line."""
    area = (line.left, line.top, line.right - line.left, line.bottom - line.top)
    return min(_greys(paper, line.page, *map(int, area)))


def _greys(paper: Paper, page: int, left: int, top: int, width: int, height: int) -> bytes:
    """The greys of a part of a page at 72 dots an inch, row by row."""
    area = ("-x", left, "-y", top, "-W", width, "-H", height, "-f", page + 1, "-l", page + 1)
    command = [require("pdftoppm"), "-gray", "-r", "72", *map(str, area), str(paper.pdf)]
    drawn = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return re.sub(rb"\AP5\s\d+\s\d+\s\d+\s", b"", drawn)


def test_a_long_thread_in_an_admonition(tmp_path: Path) -> None:
    """It breaks over pages, and all posts come out, in order."""
    text = f"# All\n\n````{{note}}\n```{{thread}} {URL}\n:show: thread\n```\n````\n\nWords after it.\n"
    posts = [(_words(f"Post {number} of many. " + "Words of it. " * 40),) for number in range(1, 31)]
    paper = build(tmp_path, {"index": text}, *posts)

    pages = [paper.page_of(f"Post {number} of many.") for number in range(1, 31)]
    assert pages == sorted(pages)
    assert pages[-1] - pages[0] >= 2
    assert pages[-1] <= paper.page_of("Words after it.")
    assert paper.collisions() == []


def test_titles_of_admonitions_stay_with_their_cards(tmp_path: Path) -> None:
    """No page ends between a title and the card below it, wherever on the page they are."""
    numbers = range(12)
    summary = "\n\n".join(f"Paragraph {row}." for row in range(12))
    notes = [
        "Words.\n\n" * (3 * n)
        + f"````{{admonition}} Title {n}.\n```{{thread}} https://github.com/pftf/RPi4/issues/1\nWords of {n}.\n\n{summary}\n```\n````\n"
        for n in numbers
    ]
    paper = build(tmp_path, {"index": "# All\n\n" + "\n".join(notes)})

    assert [n for n in numbers if paper.page_of(f"Title {n}.") != paper.page_of(f"Words of {n}.")] == []


@pytest.mark.parametrize(
    ("engine", "first"),
    [
        ("pdflatex", _words("First words. " * 40)),
        ("pdflatex", Code(text="First line.\n" * 9)),
        ("lualatex", _words("First words. " * 40)),
    ],
    ids=["words", "code", "lualatex"],
)
def test_no_head_stands_alone_at_the_end_of_a_page(engine: str, first: Block, tmp_path: Path) -> None:
    """Title of a box, head of a card, head of a post and its first lines are on one page; a heading stays with its card."""
    card = f"```{{thread}} {URL}\n:show: thread\n```\n"
    note = f"````{{note}}\n{card}````\n"
    shown = [note, f"````{{admonition}} Title\nLeads.\n\n{card}````\n", f"### Heading\n\n{card}", f"### Heading\n\n{note}"]
    places = ["```{raw} latex\n\\clearpage\n```\n\n" + "Words.\n\n" * n for n in range(22, 33)]
    posts = [
        Post(id=str(n), url=f"{URL}{n}", author="jo", posted="2023-05-28T10:00:00Z", blocks=(first,))
        for n in range(1, 11)
    ]
    text = "# All\n\n## Many\n\n" + "\n".join(place + it for place in places for it in shown)
    paper = build(tmp_path, {"index": text}, *posts, engine=engine)

    # The last line is the number of the page.
    head = re.compile(r"(Note|Title|Leads\.|[\d.]+ Heading|Mastodon.*|Post on Mastodon|@jo|.*28 May 2023)\n[^\n]*\Z")
    assert [number for number, page in enumerate(paper.pages[:-1]) if head.search(page.strip())] == []
    assert sum("Mastodon ·" in page for page in paper.pages) == len(shown) * len(places)


def test_lines_and_code_in_posts_have_no_empty_lines_around(tmp_path: Path) -> None:
    """Lines that the author broke, and code, are no further from the words around them than paragraphs are."""
    paper = _shown(
        tmp_path,
        (_words("First."), _words("Second."), _words("Line one\nLine two"), Code(text="code"), _words("Last.")),
    )

    tops = {line.text: line.top for line in paper.lines}
    apart = tops["Second."] - tops["First."]
    for before, after in (("Second.", "Line one"), ("Line two", "code"), ("code", "Last.")):
        # The letters of code are not as high.
        assert tops[after] - tops[before] < apart + 4, (before, after)


def test_pages_before_pictures_are_filled(tmp_path: Path) -> None:
    """Where a picture does not fit, the page stays empty by little more than its height, a third of the page."""
    picture = tmp_path / "source" / store.FOLDER / store.MEDIA / f"{'0' * 64}.png"
    picture.parent.mkdir(parents=True)
    Image.new("RGB", (600, 900), "#404040").save(picture)
    media = (Media(file=picture.name, width=600, height=900, alt="A lamp"),)
    many = [_words(f"Post {n}. " + "Words of it. " * (n * 31 % 100)) for n in range(40)]
    posts = [
        Post(id=str(n), url=f"{URL}{n}", author="jo", blocks=(words,), media=media if n % 2 else ())
        for n, words in enumerate(many)
    ]
    paper = _shown(tmp_path, *posts)

    pages = range(paper.page_of("Post 0."), paper.page_of("Post 39."))
    assert len(pages) > 8
    # Pages of letter paper, in points: the lines of text fill 650 of 792.
    assert [page for page in pages if _filled_to(paper, page) < 720 - 0.4 * 650] == []


def _filled_to(paper: Paper, page: int) -> int:
    """How far down there are words or pictures, in points from the top, above the number of the page."""
    greys = _greys(paper, page, 100, 0, 400, 720)
    return max(row for row in range(720) if min(greys[400 * row : 400 * (row + 1)]) < 150)
