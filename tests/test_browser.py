"""Cards in a real browser; the whole site is in ``test_site.py``."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sphinx_thread_cards.store import FOLDER, save
from sphinx_thread_cards.thread import Author, Paragraph, Post, Span, Thread
from support import browser as look
from support import sites
from support.programs import require

# That themes use what Sphinx will take away is theirs to mend; of our own code every other test would tell.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]
CARD = """```{{thread}} https://threadreaderapp.com/thread/1313512835843055618.html
:title: Begin {number}
:author: Jo Example
:archive: https://archive.example/end-{number}

What it says.
```
"""
Build = Callable[..., sites.Site]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with look.chromium() as browser:
        yield browser


@pytest.fixture
def small(page: Build) -> Iterator[Callable[..., str]]:
    """Build a page with Furo and get the address at which it is served."""
    with ExitStack() as stack:
        yield lambda text: stack.enter_context(look.served(page(text, html_theme="furo").out))


def test_cards_cost_one_file(chromium: Browser, small: Callable[..., str]) -> None:
    """A page with cards asks for their style sheet, and for nothing else that a page without would not ask for."""
    url = "https://github.com/pftf/RPi4/issues/57"
    base = small(
        {
            "index.md": "# T\n\n```{toctree}\ncards\nlinks\n```\n",
            "cards.md": f"# T\n\n<{url}>\n\n{CARD.format(number=1)}",
            "links.md": f"# T\n\n{{.no-card}}\n<{url}>\n",
        }
    )
    asked: dict[str, list[str]] = {}
    for name in ("cards", "links"):
        tab = chromium.new_page()
        asked[name] = []
        tab.on("request", lambda request, to=asked[name]: to.append(request.url.removeprefix(base).partition("?")[0]))
        tab.goto(f"{base}{name}.html", wait_until="networkidle")
        tab.close()

    assert set(asked["cards"]) - set(asked["links"]) == {"cards.html", "_static/thread-cards.css"}
    assert len(asked["cards"]) == len(asked["links"]) + 1


def test_cards_read_well_without_styles(chromium: Browser, small: Callable[..., str]) -> None:
    """The order of the text is the order of the card, a line for each part."""
    tab = chromium.new_page()
    tab.route(re.compile(r"\.css"), lambda route: route.abort())
    tab.goto(small(f"# T\n\n{CARD.format(number=1)}"))
    lines = tab.locator("article.thread-card").inner_text().split("\n")
    tab.close()

    assert [line for line in lines if line] == [
        "X · 6 October 2020",
        "Begin 1",
        "Jo Example",
        "What it says.",
        "Read on Thread Reader\N{NO-BREAK SPACE}· Original on X\N{NO-BREAK SPACE}· Archived copy",
    ]


def test_printed_cards_are_whole(chromium: Browser, small: Callable[..., str], tmp_path: Path) -> None:
    """Each begins and ends on one sheet, with the words that lead to it, and its addresses can be read."""
    count = 24
    cards = [f"Leads to {number}:\n\n{CARD.format(number=number)}" for number in range(100, 100 + count)]
    tab = chromium.new_page()
    tab.goto(small("# T\n\n" + "\n".join(cards)))
    tab.pdf(path=tmp_path / "page.pdf", format="A4")
    tab.close()
    command = [require("pdftotext"), "-layout", str(tmp_path / "page.pdf"), "-"]
    sheets = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split("\f")

    begun = [re.findall(r"Begin (\d+)", sheet) for sheet in sheets]
    assert [re.findall(r"https://archive\.example/end-(\d+)", sheet) for sheet in sheets] == begun
    assert [re.findall(r"Leads to (\d+)", sheet) for sheet in sheets] == begun
    assert sum(len(numbers) for numbers in begun) == count
    assert sum("https://x.com/" in line for sheet in sheets for line in sheet.split("\n")) == count


def test_printed_threads_are_open(chromium: Browser, small: Callable[..., str], tmp_path: Path) -> None:
    """Every post is on paper, folded or not, behind a warning or not; no label tells of a fold that is none."""
    posts = tuple(
        Post(
            id=str(number),
            url=f"https://social.example/@jo/{number}",
            author="jo",
            blocks=(Paragraph(spans=(Span(text=f"Words of {number}."),)),),
            warning="Spoilers" if number % 10 == 0 else None,
        )
        for number in range(1, 31)
    )
    people = (Author(handle="jo", name="Jo Example"),)
    place = {"platform": "mastodon", "host": "social.example", "id": "110446983178245440"}
    url = "https://social.example/@jo/110446983178245440"
    save(Thread(**place, url=url, participants=people, posts=posts), tmp_path / "source" / FOLDER)
    tab = chromium.new_page()
    tab.goto(small(f"# T\n\n```{{thread}} {url}\n:show: thread\n```\n"))
    folded = tab.locator("details.thread-card-fold").count()
    # Furo prints its own link at the foot of a sheet, over what stands there.
    tab.add_style_tag(content="@media print { .skip-to-content { display: none } }")
    tab.pdf(path=tmp_path / "page.pdf", format="A4")
    tab.close()
    command = [require("pdftotext"), "-layout", str(tmp_path / "page.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    assert folded == 4
    assert re.findall(r"Words of (\d+)", text) == [str(number) for number in range(1, 31)]
    assert text.count("Content warning: Spoilers") == 3
    assert "Show the other" not in text


def test_cards_stand_out_in_forced_colours(chromium: Browser, small: Callable[..., str]) -> None:
    """Where the reader's system sets the colours, the frame and the edge are drawn in that of the text."""
    tab = chromium.new_page(forced_colors="active")
    tab.goto(small(f"# T\n\n{CARD.format(number=1)}"))
    style = tab.locator("article.thread-card").evaluate(
        """card => { const style = getComputedStyle(card); return {
            frame: style.borderTopColor, edge: style.borderInlineStartColor, width: style.borderInlineStartWidth,
            text: style.color, back: style.backgroundColor}; }"""
    )
    tab.close()

    assert style["frame"] == style["edge"] == style["text"]
    assert style["back"] != style["text"]
    assert style["width"] == "4px"


def test_links_of_cards_are_reached_and_shown(chromium: Browser, small: Callable[..., str]) -> None:
    """The tabulator key stops at each link in the order of the text, and each stop can be seen."""
    tab = chromium.new_page()
    tab.goto(small(f"# T\n\n{CARD.format(number=1)}"))
    card = tab.locator("article.thread-card")
    plain = card.screenshot()
    stops = _stops(tab)
    tab.close()

    assert [words for words, _ in stops] == ["Begin 1", "Read on Thread Reader", "Original on X", "Archived copy"]
    assert len({plain, *(picture for _, picture in stops)}) == len(stops) + 1


def _stops(tab: Page) -> list[tuple[str, bytes]]:
    """The links of the card that get the focus, each with a picture of the card at that moment."""
    card = tab.locator("article.thread-card")
    stops = []
    inside = "document.activeElement.closest('article.thread-card')"
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate(f"!!{inside}"):
            stops.append((tab.evaluate("document.activeElement.innerText"), card.screenshot()))
        elif stops:
            break
    return stops


def test_marks_and_monograms(chromium: Browser, small: Callable[..., str]) -> None:
    """They are seen, also in forced colours: the mark is drawn as a border, which stays; a citation bears one, too."""
    address = small(f"# T\n\n{CARD.format(number=1)}\n\nSee {{thread}}`https://github.com/pftf/RPi4/issues/57`.\n")
    seen = """() => [".thread-card-header strong", ".thread-card-author", ".thread-citation"].map(name => {
      const style = getComputedStyle(document.querySelector(name), "::before");
      return [style.content, style.borderTopStyle, style.maskImage.slice(0, 9), style.borderTopColor]; })"""
    for forced in ("none", "active"):
        tab = chromium.new_page(forced_colors=forced)
        tab.goto(address)
        mark, letter, cited = tab.evaluate(seen)
        colour = tab.locator("article.thread-card").evaluate("card => getComputedStyle(card).borderInlineStartColor")
        tab.close()
        assert mark[:3] == ['""', "solid", 'url("data']
        assert forced == "none" or mark[3] == letter[3] == colour
        assert letter[:3] == ['"J" / ""', "solid", "none"]
        assert cited[:3] == ['""', "solid", 'url("data']
