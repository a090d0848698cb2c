"""Cards on paper: in a project that sets nothing, with each engine, and in the site's own PDF."""

from __future__ import annotations

import fcntl
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest
from support import sites
from support.commands import ROOT, run
from support.papers import Paper, read, squeezed, typeset

pytestmark = pytest.mark.slow

KITCHEN_SINK = (ROOT / "docs" / "cards" / "kitchen-sink.md").read_text(encoding="utf-8")
# What pdfLaTeX cannot set, and Sphinx's fonts for the others do not hold.
SCRIPTS = re.compile(r"^Accents, Greek and Cyrillic:$.*?(?=^## )", re.MULTILINE | re.DOTALL)
HOSTILE = [
    r"\input{/etc/passwd} \write18{id} \end{document}",
    r"\\ \catcode`\% \begin{verbatim} ]] \relax \csname",
    "100 % of #1, #, $x$, $, ^b, ^^41, ~, _a_, {, }, {{, &, &&amp;, |, `",
    "<script>alert(1)</script> -- --- << >> ?` !`",
    "](https://evil.example/) \\](x) [a] *b* `c`",
]
ISSUE = "https://github.com/pftf/RPi4/issues/97"
LEADS, LONG = 30, 90
BOXED = f"""
# In a list

- An item.

  :::{{thread}} {ISSUE}
  :title: In a list
  :::

  Words after it.

# Much in a summary

::::::{{thread}} {ISSUE}
:title: The outer one

:::::{{note}}
A note with a footnote.[^deep]

::::{{thread}} {ISSUE}
:title: The inner one

:::{{warning}}
At the bottom of it all.
:::
::::
:::::

{{.wide}}
| a | b |
|---|---|
{"".join(f"| row {number} | cell {number} |{chr(10)}" for number in range(32))}
The end of the outer one.
::::::

[^deep]: From the depth.
"""


def card(title: str, summary: str = "") -> str:
    quoted = title.replace("'", "''")
    return f":::{{thread}} {ISSUE}\n:title: '{quoted}'\n\n{summary}\n:::\n\n"


def source() -> str:
    """The kitchen sink, and what else can go wrong on paper."""
    # The lines between shift the cards, so that pages end at every place of the pattern.
    leads = "".join(
        "Something else.\n\n" * (n % 3)
        + f"Words that lead to a card, number {n}.\n\n"
        + card(f"Follower {n}")
        + card(f"Neighbour {n}", "With a line.")
        for n in range(LEADS)
    )
    long = card("Longer than a page", "\n\n".join(f"Paragraph {n} of many." for n in range(LONG)))
    hostile = "".join(map(card, HOSTILE))
    return (
        f"{SCRIPTS.sub('', KITCHEN_SINK)}\n# Leads\n\n{leads}# Long\n\n{long}After it.\n\n# Hostile\n\n{hostile}{BOXED}"
    )


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Make a folder once for all tests, also where several processes run them."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder = root / f"papers-{name}"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "done").exists():
                fill(folder)
                (folder / "done").touch()
        return folder

    return make


@pytest.fixture(scope="module", params=["pdflatex", "xelatex", "lualatex"])
def paper(request: pytest.FixtureRequest, once: Callable[..., Path]) -> Paper:
    """The page that holds everything, by Sphinx's default settings."""

    def fill(folder: Path) -> None:
        (folder / "source").mkdir(parents=True)
        (folder / "source" / "index.md").write_text(source(), encoding="utf-8")
        site = sites.build(folder / "source", folder / "out", "latex", latex_engine=request.param)
        assert site.warnings == ""
        sites.build(folder / "source", folder / "xml", "xml")
        typeset(site.out, "cases", request.param)

    return Paper(once(request.param, fill) / "out" / "cases.pdf")


@pytest.fixture(scope="module")
def book(once: Callable[..., Path]) -> Paper:
    """The PDF of this site, as `make pdf` makes it."""

    def fill(folder: Path) -> None:
        sphinx = (sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", ROOT, "-d", folder / "doctrees")
        for builder, out in (("latex", "out"), ("xml", "xml")):
            made = run(*sphinx, "-b", builder, ROOT / "docs", folder / out)
            assert made.returncode == 0, made.stderr
        (tex,) = (folder / "out").glob("*.tex")
        typeset(folder / "out", tex.stem, "lualatex")

    (pdf,) = (path.with_suffix(".pdf") for path in (once("book", fill) / "out").glob("*.tex"))
    return Paper(pdf)


def cards(paper: Paper) -> list[Element]:
    """Every card that was to be printed, from the XML of the same pages."""
    pages = [ET.parse(path) for path in sorted(paper.pdf.parent.with_name("xml").glob("**/*.xml"))]  # noqa: S314
    found = [box for page in pages for box in page.iter("container") if "thread-card" in box.get("classes", "").split()]
    assert len(found) > 60
    return found


def said(node: Element) -> str:
    """The text of a node, without white space."""
    return squeezed("".join(node.itertext()))


def solid(text: str) -> str:
    """The text without hyphens, of which TeX adds some at the ends of lines."""
    return text.replace("-", "")


def missing(paper: Paper, *, but: str = "(?!)") -> list[str]:
    """The paragraphs of cards that did not come out, apart from those where a pattern matches."""
    texts = [said(paragraph) for box in cards(paper) for paragraph in box.iter("paragraph")]
    # The site's PDF names the page of what is linked to.
    printed = re.sub(r"\(page\d+\)", "", solid(paper.joined))
    return [text for text in texts if solid(text) not in printed and not re.search(but, text)]


def addresses(paper: Paper) -> set[str]:
    """The addresses on cards."""
    links = (link for box in cards(paper) for link in box.iter("reference"))
    return {link.attrib["refuri"] for link in links if said(link) == link.get("refuri")}


def test_nothing_is_lost(paper: Paper) -> None:
    """Title, author, date and summary can be read, and searched for, and every address as it was written."""
    assert missing(paper) == []
    assert [address for address in addresses(paper) if address not in paper.joined] == []


def test_addresses_can_be_clicked(paper: Paper) -> None:
    """Each link of a card leads to its whole address."""
    assert len(addresses(paper)) > 25
    assert addresses(paper) <= paper.links


def test_no_line_sticks_out(paper: Paper) -> None:
    """TeX finds no line wider than its column by more than 5 points, and none ends further right than running text."""
    edge = max(line.right for line in paper.lines if line.text.startswith("The text runs around"))

    assert [size for size in paper.too_wide() if size > 5] == []
    assert [line.text for line in paper.lines if line.right > edge + 5] == []


def test_nothing_lies_upon_anything(paper: Paper) -> None:
    """The lines of cards, of boxes in and around them and of the text beside them keep apart."""
    assert paper.collisions() == []


def test_a_card_stays_whole(paper: Paper) -> None:
    """All that a card says is on one page, in the order of the card; only what is longer than a page is not."""
    pages = [solid(squeezed(page)) for page in paper.pages]
    simple = [
        box
        for box in cards(paper)
        if {node.tag for node in box.iter()} <= {"container", "paragraph", "reference", "inline"}
    ]
    broken = [said(box) for box in simple if not any(solid(said(box)) in page for page in pages)]

    assert len(simple) > 60
    assert [text[:60] for text in broken if "Longerthanapage" not in text] == []


def test_words_stay_with_the_card_they_lead_to(paper: Paper) -> None:
    """No page ends between a paragraph and the card after it."""
    pages = [squeezed(page) for page in paper.pages]

    for number in range(LEADS):
        both = squeezed(f"number {number}. GitHub · pftf/RPi4 #97 Follower {number}")
        assert any(both in page for page in pages), number


def test_pages_are_filled(paper: Paper) -> None:
    """A page ends where the next card does not fit, not before."""
    first, last = paper.page_of(f"Follower {0} Read"), paper.page_of(f"Follower {LEADS - 1} Read")
    foot = 720  # On letter paper; below it are the number of the page and the rule above it.

    assert last - first >= 5
    for page in range(first, last):
        assert max(line.bottom for line in paper.lines if line.page == page and line.bottom < foot) > foot - 120


def test_a_card_longer_than_a_page(paper: Paper) -> None:
    """It breaks between lines and comes out whole."""
    pages = [paper.page_of(f"Paragraph {number} of many.") for number in range(LONG)]

    assert pages == sorted(pages)
    assert pages[-1] - pages[0] == 2


def test_hostile_titles(paper: Paper) -> None:
    """Whatever a title holds is printed and means nothing to LaTeX."""
    for title in HOSTILE:
        assert squeezed(title) in paper.joined
    assert "root:x:0" not in paper.joined


def test_boxes_within_boxes(paper: Paper) -> None:
    """A table too long for a simple one, a note and a card within a card, and a footnote from down there."""
    for words in (
        "row 31",
        "A note with a footnote",
        "The inner one",
        "At the bottom of it all",
        "The end of the outer one",
        "From the depth",
    ):
        assert squeezed(words) in paper.joined


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
