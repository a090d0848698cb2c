"""Cards in PDF, with each engine and Sphinx's default settings."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup, Tag
from support import kitchen_sink, sites
from support.latex import Pdf, squeeze, typeset

pytestmark = pytest.mark.slow

ISSUE = "https://github.com/pftf/RPi4/issues/97"
HOSTILE = [
    r"\input{/etc/passwd} \write18{id} \end{document}",
    r"\\ \catcode`\% \begin{verbatim} ]] \relax \csname",
    "100 % of #1, #, $x$, ^b, ^^41, ~, _a_, {, }, {{, &, &&amp;, |, `",
]
LEADS, PARAGRAPHS = 20, 90


def card(title: str, summary: str = "") -> str:
    quoted = title.replace("'", "''")
    return f":::{{thread}} {ISSUE}\n:title: '{quoted}'\n\n{summary}\n:::\n\n"


# The lines between the cards shift them, so that pages end at every position.
MORE = (
    "".join(
        f"{'Text.' * (n % 3)}\n\nA paragraph before card {n}.\n\n{card(f'Title {n}', 'One line.')}"
        for n in range(LEADS)
    )
    + card("Higher than a page", "\n\n".join(f"Paragraph {n} of many." for n in range(PARAGRAPHS)))
    + "".join(map(card, HOSTILE))
)


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> list[Tag]:
    """The cards of the kitchen sink, as XML."""
    folder = tmp_path_factory.mktemp("xml")
    kitchen_sink.write(folder / "source", kitchen_sink.TEXT + MORE)
    site = sites.build(folder / "source", folder / "xml", "xml", **kitchen_sink.SETTINGS)
    soup = BeautifulSoup(site.read("index.xml"), "xml")
    return soup.find_all("container", classes=re.compile(r"^thread-card( |$)"))


@pytest.fixture(scope="module", params=["pdflatex", "xelatex", "lualatex"])
def pdf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pdf:
    folder = tmp_path_factory.mktemp(request.param)
    kitchen_sink.write(folder / "source", kitchen_sink.TEXT + MORE)
    settings = {**kitchen_sink.SETTINGS, "latex_engine": request.param}
    site = sites.build(folder / "source", folder / "tex", "latex", **settings)
    # pdfLaTeX has only Latin letters.
    assert site.warnings == "" or request.param == "pdflatex"
    return typeset(site.out, "cases", request.param)


def solid(text: str) -> str:
    """Return text without what TeX changes at line breaks and between the parts of a line."""
    return squeeze(text).replace("-", "").replace("·", "").replace("…", "...")


def test_text(pdf: Pdf, cards: list[Tag]) -> None:
    """Every Latin paragraph of every card is printed."""
    printed = solid(pdf.text)
    lines = [line.get_text() for box in cards for line in box.find_all("paragraph")]
    latin = [line for line in lines if all(ord(character) < 0x250 for character in line)]

    assert len(latin) > 150
    assert [line for line in latin if solid(line) not in printed] == []


def test_links(pdf: Pdf, cards: list[Tag]) -> None:
    """URLs are printed, and can be clicked."""
    links = [link for box in cards for link in box.find_all("reference")]
    urls = {text for link in links if (text := link.get_text()) == link.get("refuri")}

    assert len(urls) > 25
    assert [url for url in urls if squeeze(url) not in pdf.text] == []
    assert urls <= pdf.links


def test_lines(pdf: Pdf) -> None:
    assert [size for size in pdf.overfull() if size > 5] == []


def test_page_breaks(pdf: Pdf) -> None:
    """A card is on one page, together with the paragraph before it, unless it is too high."""
    for n in range(LEADS):
        both = rf"beforecard{n}\.GitHub.{{0,30}}Title{n}Oneline\.ReadonGitHub"
        assert any(re.search(both, page) for page in pdf.pages), n
    pages = {
        n: page
        for page, text in enumerate(pdf.pages)
        for n in range(PARAGRAPHS)
        if f"Paragraph{n}ofmany" in text
    }

    assert len(pages) == PARAGRAPHS
    assert list(pages.values()) == sorted(pages.values())
    assert max(pages.values()) - min(pages.values()) == 2


def test_hostile_titles(pdf: Pdf) -> None:
    """They are printed, and mean nothing to LaTeX."""
    for title in HOSTILE:
        assert squeeze(title) in pdf.text
    assert "root:x:0" not in pdf.text
