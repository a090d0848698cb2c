"""The site and its cards in a real browser."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page
from support import browser as look
from support import sites
from support.programs import require
from support.whole_site import pages, whole_site

# That themes use what Sphinx will take away is theirs to mend; of our own code every other test would tell.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]
CARD = """```{{thread}} https://threadreaderapp.com/thread/1313512835843055618.html
:title: Begin {number}
:author: Jo Example
:archive: https://archive.example/end-{number}

What it says.
```
"""
# What axe-core finds in the HTML of others: a rule, a piece of the HTML, and whose it is.
FOREIGN = [
    ("aria-required-attr", '<p class="caption" role="heading">'),  # Sphinx: captions of toctrees have no level
    ("landmark-unique", '<aside class="sidebar-drawer">'),  # Furo: two side bars without a name
    ("region", '<span class="visually-hidden">View this page</span>'),  # Furo: the button is outside of <main>
    ("page-has-heading-one", "<html"),  # Furo: the page of search results
    ("scrollable-region-focusable", "<pre"),  # Sphinx: long lines of code; Chromium and Firefox give them the focus
]
Build = Callable[..., sites.Site]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with look.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site() -> sites.Site:
    """The project's own site."""
    return whole_site()


@pytest.fixture(scope="module")
def address(site: sites.Site) -> Iterator[str]:
    """Where it is served."""
    with look.served(site.out) as base:
        yield base


@pytest.fixture
def small(page: Build) -> Iterator[Callable[..., str]]:
    """Build a page with Furo and get the address at which it is served."""
    with ExitStack() as stack:
        yield lambda text: stack.enter_context(look.served(page(text, html_theme="furo").out))


@dataclass(frozen=True)
class Visit:
    """What a browser saw of one page."""

    asked: list[str]
    failed: list[str]
    shift: float
    wider: dict[int, int]
    """By how much the page is wider than a screen of that width."""


@pytest.fixture(scope="module")
def visits(chromium: Browser, site: sites.Site, address: str) -> dict[str, Visit]:
    """Every page of the site, seen once in a wide window and in narrower ones."""
    seen = {}
    tab = chromium.new_page()
    asked: list[str] = []
    failed: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    tab.on("pageerror", lambda error: failed.append(str(error)))
    for name in pages(site):
        asked.clear()
        failed.clear()
        tab.set_viewport_size({"width": 1280, "height": 900})
        tab.goto(address + name)
        shift = look.layout_shift(tab)
        wider = {}
        for width in (look.ZOOMED, look.SMALL):
            tab.set_viewport_size({"width": width, "height": 480})
            wider[width] = look.overflow(tab)
        seen[name] = Visit([*asked], [*failed], shift, wider)
    tab.close()
    return seen


def test_no_request_leaves_the_site(visits: dict[str, Visit], address: str) -> None:
    """Fonts, scripts and pictures come from where the page came from."""
    foreign = {url for visit in visits.values() for url in visit.asked if not url.startswith((address, "data:"))}

    assert len(visits) > 30
    assert foreign == set()


def test_nothing_that_a_page_asks_for_is_missing(visits: dict[str, Visit]) -> None:
    """No answer is an error and no script fails; the 404 page's links start at the root, where this site is."""
    assert {name: visit.failed for name, visit in visits.items() if visit.failed} == {}


def test_nothing_moves_while_a_page_loads(visits: dict[str, Visit]) -> None:
    assert {name: visit.shift for name, visit in visits.items() if visit.shift} == {}


@pytest.mark.parametrize("width", [look.SMALL, look.ZOOMED], ids=["320 pixels", "zoom of 200 percent"])
def test_no_page_scrolls_sideways(width: int, visits: dict[str, Visit]) -> None:
    assert {name: visit.wider[width] for name, visit in visits.items() if visit.wider[width] > 0} == {}


def test_every_page_is_accessible(chromium: Browser, site: sites.Site, address: str) -> None:
    """axe-core finds nothing but what is known of Sphinx and Furo, and that is still there to be found."""
    found = _violations(chromium, "light", [address + name for name in pages(site)])
    ours = {(rule, html[:200]) for rule, html in found if not any(_is(known, rule, html) for known in FOREIGN)}
    gone = [known for known in FOREIGN if not any(_is(known, rule, html) for rule, html in found)]

    assert ours == set()
    assert gone == []


def test_colours_of_every_page_are_readable_in_the_dark(chromium: Browser, site: sites.Site, address: str) -> None:
    """Colours are all that differs from the light."""
    assert _violations(chromium, "dark", [address + name for name in pages(site)], "color-contrast", "link-in-text-block") == []


def _is(known: tuple[str, str], rule: str, html: str) -> bool:
    return known[0] == rule and known[1] in html


def _violations(chromium: Browser, scheme: Literal["light", "dark"], addresses: list[str], *rules: str) -> list[tuple[str, str]]:
    tab = chromium.new_page(color_scheme=scheme)
    found = []
    for url in addresses:
        tab.goto(url)
        found += look.violations(tab, rules=rules)
    tab.close()
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_can_be_told_from_the_page(scheme: Literal["light", "dark"], chromium: Browser, address: str) -> None:
    """The colour of every platform has a contrast of 3:1, as WCAG 1.4.11 asks for."""
    tab = chromium.new_page(color_scheme=scheme)
    tab.goto(f"{address}cards/platforms.html")
    edges = look.edge_contrasts(tab)
    tab.close()

    assert len({classes for classes, _ in edges}) > 20
    assert {classes: ratio for classes, ratio in edges if ratio < 3} == {}


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
        "Read on Thread Reader · Original on X · Archived copy",
    ]


def test_printed_cards_are_whole(chromium: Browser, small: Callable[..., str], tmp_path: Path) -> None:
    """Each begins and ends on one sheet, and its addresses can be read."""
    count = 24
    tab = chromium.new_page()
    tab.goto(small("# T\n\n" + "\n".join(CARD.format(number=number) for number in range(100, 100 + count))))
    tab.pdf(path=tmp_path / "page.pdf", format="A4")
    tab.close()
    command = [require("pdftotext"), "-layout", str(tmp_path / "page.pdf"), "-"]
    sheets = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split("\f")

    begun = [re.findall(r"Begin (\d+)", sheet) for sheet in sheets]
    assert [re.findall(r"https://archive\.example/end-(\d+)", sheet) for sheet in sheets] == begun
    assert sum(len(numbers) for numbers in begun) == count
    assert sum("https://x.com/" in line for sheet in sheets for line in sheet.split("\n")) == count


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
