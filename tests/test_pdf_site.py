"""The site's own PDF."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from support.commands import ROOT, run
from support.papers import Paper, addresses, missing, once, read, solid, squeezed, typeset

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """The PDF of this site, as `make pdf` makes it."""

    def fill(folder: Path) -> None:
        sphinx = (sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", ROOT, "-d", folder / "doctrees")
        for builder, out in (("latex", "out"), ("xml", "xml")):
            made = run(*sphinx, "-b", builder, ROOT / "docs", folder / out)
            assert made.returncode == 0, made.stderr
        (tex,) = (folder / "out").glob("*.tex")
        typeset(folder / "out", tex.stem, "lualatex")

    (pdf,) = (
        path.with_suffix(".pdf") for path in (once(tmp_path_factory.getbasetemp(), "book", fill) / "out").glob("*.tex")
    )
    return Paper(pdf)


def test_every_script_has_glyphs(book: Paper) -> None:
    """Emoji, Chinese, Japanese, Korean, Arabic, Hebrew, accents and mathematical letters are in the fonts."""
    assert "Missing character" not in book.log


@pytest.mark.parametrize(
    "words",
    [
        "Žluťoučký kůň", "Ξεσκεπάζω", "Съешь же ещё", "Łukasz Ørsted-Ñandú", "树莓派上的虚拟机", "ラズベリーパイの仮想マシン", "라즈베리 파이의 가상 머신",
        "برنامج", "لوحة صغيرة", "ملخص قصير", "מחשב", "ישראל לדוגמה", "🍓", "🚀", "🦀", "𝒇𝒂𝒔𝒕", "𝔍𝔬 𝔈𝔵𝔞𝔪𝔭𝔩𝔢",
    ],
)  # fmt: skip
def test_every_script_can_be_searched(words: str, book: Paper) -> None:
    """What is seen is also what a search finds (which reads each line in its own direction)."""
    assert squeezed(words) in squeezed(read("pdftotext", str(book.pdf), "-"))


def test_the_book_is_whole(book: Paper) -> None:
    """All cards of the site are in it, every address can be clicked; nothing sticks out or lies upon anything."""
    assert missing(book, but="[\u0590-\u06ff]") == []
    assert [address for address in addresses(book) if address not in book.joined] == []
    assert addresses(book) <= book.links
    assert [size for size in book.too_wide() if size > 5] == []
    assert book.collisions() == []


def code_of(value: object) -> Iterator[str]:
    """Every line of code in a snapshot; a colon at its end leads to nothing but more code."""
    if isinstance(value, dict):
        yield from map(str.strip, value["text"].splitlines()) if value.get("type") == "code" else code_of([*value.values()])
    elif isinstance(value, list):
        for part in value:
            yield from code_of(part)


def test_the_book_is_made_well(book: Paper) -> None:
    """The contents fill two pages, each part's page holds all its chapters, and words that lead to something stay with it."""
    assert re.findall(r"Label .* multiply defined", book.log) == []
    assert [size for size in re.findall(r"Overfull \\vbox \(([\d.]+)pt", book.log) if float(size) > 5] == []
    assert "Index of threads" in book.pages[2]
    assert book.pages[3].startswith("Introduction")
    part = next(page for page in book.pages if page.startswith("Using the cards"))
    assert "Privacy and copyright of kept threads" in part
    # In points from the top; below stands the number of the page. Above these lines a picture may follow.
    last = {line.page: line for line in sorted(book.lines, key=lambda line: line.bottom) if line.bottom < 770}
    code = {line for path in (ROOT / "docs" / "_threads").rglob("*.json") for line in code_of(json.loads(path.read_bytes()))}
    assert [line.text for line in last.values() if line.text.endswith(":") and line.bottom > 700 and line.text not in code] == []


def test_bookmarks_lead_to_their_headings(book: Paper) -> None:
    """Each opens the page on which its words are, not the one before."""
    outline = re.findall(r'<item page="(\d+)">(.*?)</item>', read("pdftohtml", "-xml", "-i", "-stdout", str(book.pdf)))
    pages = [solid(squeezed(page)).lower() for page in book.pages]

    assert len(outline) > 300
    wrong = [title for page, title in outline if solid(squeezed(unescape(title))).lower() not in pages[int(page) - 1]]
    assert wrong == []
