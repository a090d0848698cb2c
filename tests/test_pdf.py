"""Cards on paper in a project that sets nothing, with each engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import kitchen_sink, sites
from support.papers import Paper, addresses, cards, missing, once, said, solid, squeezed, typeset

pytestmark = pytest.mark.slow

# What pdfLaTeX cannot set, and Sphinx's fonts for the others do not hold.
SCRIPTS = re.compile(
    r"^Accents, Greek and Cyrillic:$.*?(?=^## )|^### A long thread in many scripts$.*\Z", re.MULTILINE | re.DOTALL
)
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
        f"{SCRIPTS.sub('', kitchen_sink.TEXT)}\n# Leads\n\n{leads}# Long\n\n{long}After it.\n\n# Hostile\n\n{hostile}{BOXED}"
    )


@pytest.fixture(scope="module", params=["pdflatex", "xelatex", "lualatex"])
def paper(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """The page that holds everything, by Sphinx's default settings."""

    def fill(folder: Path) -> None:
        kitchen_sink.write(folder / "source", source())
        settings = kitchen_sink.SETTINGS
        site = sites.build(folder / "source", folder / "out", "latex", latex_engine=request.param, **settings)
        assert site.warnings == ""
        sites.build(folder / "source", folder / "xml", "xml", **settings)
        typeset(site.out, "cases", request.param)

    return Paper(once(tmp_path_factory.getbasetemp(), request.param, fill) / "out" / "cases.pdf")


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
