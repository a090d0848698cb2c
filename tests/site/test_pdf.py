"""The PDF of this site."""

from __future__ import annotations

import re
import sys

import pytest
from support.commands import ROOT, output
from support.latex import Pdf, typeset

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Pdf:
    """Build the PDF as `make pdf` does."""
    folder = tmp_path_factory.mktemp("book")
    sphinx = (sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", ROOT)
    output(*sphinx, "-b", "latex", ROOT / "docs", folder)
    (tex,) = folder.glob("*.tex")
    return typeset(folder, tex.stem, "lualatex")


def test_length(book: Pdf) -> None:
    parts = {title: page for page, title in book.outline}

    assert len(book.pages) <= 110
    assert parts["Thestory"] < parts["Theguide"] < 60


def test_log(book: Pdf) -> None:
    """No overfull line, no missing character, no undefined reference."""
    assert [size for size in book.overfull() if size > 5] == []
    assert re.findall("(?:Missing character|multiply defined|undefined on input).*", book.log) == []


def test_pages_are_full(book: Pdf) -> None:
    """At most a third of a page is empty, except on the title page and the last page."""
    gaps = book.gaps(top=2.6 / 29.7, bottom=26.9 / 29.7)
    empty = {number: gap for number, gap in enumerate(gaps, start=1) if gap > 0.34}

    assert len(gaps) == len(book.pages)
    assert set(empty) <= {1, len(gaps)}


def test_bookmarks(book: Pdf) -> None:
    """Each leads to the page of its heading."""
    wrong = [
        title
        for page, title in book.outline
        if title.replace("-", "").lower() not in book.pages[page - 1].replace("-", "").lower()
    ]

    assert len(book.outline) > 100
    assert wrong == []


def test_index(book: Pdf) -> None:
    """It has people and terms, with pages."""
    assert re.search(r"Batard,Pete,\d+", book.text)
    assert re.search(r"Indexofpeopleandterms.*ACPI,\d+", book.text)
