"""Where lines and pages end in LaTeX: long words, colours that go on over a page's end, lists of threads."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from sphinx_thread_cards import store
from sphinx_thread_cards.thread import Author, Block, Code, List, Media, Paragraph, Post, Span, Thread
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


def _build(folder: Path, pages: dict[str, str], *posts: tuple[Block, ...] | Post, **settings: object) -> Paper:
    source = folder / "source"
    source.mkdir(exist_ok=True)
    for name, text in pages.items():
        (source / f"{name}.md").write_text(text)
    said = [
        post if isinstance(post, Post) else Post(id=str(n), url=f"{URL}{n}", author="jo", blocks=post)
        for n, post in enumerate(posts, start=1)
    ]
    people = (Author(handle="jo"),)
    thread = Thread(
        platform="mastodon", host="social.example", id=NUMBER, url=URL, participants=people, posts=tuple(said)
    )
    if posts:
        store.save(thread, source / store.FOLDER)
    site = sites.build(source, folder / "out", "latex", latex_engine="pdflatex", **settings)
    assert site.warnings == ""
    return typeset(site.out, "cases", "pdflatex")


def _shown(folder: Path, *posts: tuple[Block, ...] | Post) -> Paper:
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
    """The darkest grey, 0 is black, of a printed line."""
    area = (line.left, line.top, line.right - line.left, line.bottom - line.top)
    return min(_greys(paper, line.page, *map(int, area)))


def _greys(paper: Paper, page: int, left: int, top: int, width: int, height: int) -> bytes:
    """The greys of a part of a page at 72 dots an inch, row by row."""
    area = ("-x", left, "-y", top, "-W", width, "-H", height, "-f", page + 1, "-l", page + 1)
    command = [require("pdftoppm"), "-gray", "-r", "72", *map(str, area), str(paper.pdf)]
    drawn = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return re.sub(rb"\AP5\s\d+\s\d+\s\d+\s", b"", drawn)


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
        said = squeezed(
            f"The lamp {number}.Jo · GitHub · pftf/RPi4#{number}https://github.com/pftf/RPi4/issues/{number}Cited in"
        )
        assert any(said in squeezed(page) for page in listed), number
    last = [re.sub(r"[\s\dA-Z]*\Z", "", re.sub(r"\d+\Z", "", page.strip()).strip()) for page in listed]
    assert [text for text in last if text.endswith(MONTHS)] == []


def test_dates_of_a_list_are_not_torn(tmp_path: Path) -> None:
    """A date in a table of threads ends a line between words only."""
    card = "```{thread} https://github.com/pftf/RPi4/issues/1\n:title: The lamp\n:date: 2019-09-18\n```\n"
    paper = _build(
        tmp_path,
        {"index": f"# Lists\n\n```{{thread-list}}\n```\n\n{card}"},
        latex_elements={"sphinxsetup": "hmargin=2in"},
    )

    assert "Septem-" not in "".join(paper.pages)
    assert "18 September" in " ".join(line.text for line in paper.lines)


def test_a_table_of_threads_breaks(tmp_path: Path) -> None:
    """It goes on over pages, however few its rows are; in an admonition too."""
    titles = [f"The lamp {n}. " + "It waits for itself. " * 12 for n in range(1, 26)]
    cards = "\n".join(
        f"```{{thread}} https://github.com/pftf/RPi4/issues/{n}\n:title: {title}\n```\n"
        for n, title in enumerate(titles, 1)
    )
    lists = "# Lists\n\n```{thread-list}\n```\n\n````{note}\n```{thread-list}\n:docs: few\n```\n````\n\n```{toctree}\ncards\nfew\n```\n"
    few = "# Few\n\n```{thread} https://github.com/pftf/RPi4/issues/97\n:title: Hardly any\n```\n"
    paper = _build(tmp_path, {"index": lists, "cards": f"# Cards\n\n{cards}", "few": few})

    assert re.findall(r"Overfull \\vbox", paper.log) == []
    assert paper.collisions() == []
    listed = "".join(paper.pages[: paper.page_of("Hardly any Read on")])
    assert [title for title in titles if squeezed(title) not in squeezed(listed)] == []


def test_a_long_thread_in_an_admonition(tmp_path: Path) -> None:
    """It breaks over pages, and all posts come out, in order."""
    text = f"# All\n\n````{{note}}\n```{{thread}} {URL}\n:show: thread\n```\n````\n\nWords after it.\n"
    posts = [(_words(f"Post {number} of many. " + "Words of it. " * 40),) for number in range(1, 31)]
    paper = _build(tmp_path, {"index": text}, *posts)

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
    paper = _build(tmp_path, {"index": "# All\n\n" + "\n".join(notes)})

    assert [n for n in numbers if paper.page_of(f"Title {n}.") != paper.page_of(f"Words of {n}.")] == []


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
