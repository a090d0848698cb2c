"""Every page of the site in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser
from support import browser as look
from support import sites
from support.whole_site import pages, whole_site

# That themes use what Sphinx will take away is theirs to mend; of our own code every other test would tell.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


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
        shift, requests = look.layout_shift(tab), [*asked]
        wider = {}
        for width in (look.ZOOMED, look.SMALL):
            tab.set_viewport_size({"width": width, "height": 480})
            wider[width] = look.overflow(tab)
        seen[name] = Visit(requests, [*failed], shift, wider)
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


def test_no_mark_of_a_note_begins_a_line(chromium: Browser, address: str) -> None:
    """It stays with the word that it is behind."""
    behind = """mark => {
        const word = mark.previousSibling, letter = document.createRange();
        if (word?.nodeType != Node.TEXT_NODE || !/\\S$/.test(word.data)) return true;
        letter.setStart(word, word.length - 1);
        letter.setEnd(word, word.length);
        return letter.getBoundingClientRect().left < mark.getClientRects()[0].left;
    }"""
    tab = chromium.new_page(viewport={"width": look.SMALL, "height": 480})
    tab.goto(f"{address}story/people.html")
    held = tab.evaluate(f"[...document.querySelectorAll('.footnote-reference')].map({behind})")
    tab.close()

    assert len(held) > 50
    assert all(held)


def test_every_page_is_accessible(chromium: Browser, site: sites.Site, address: str) -> None:
    """axe-core finds nothing, in light and dark, neither in the cards nor in what Sphinx and Furo put around them."""
    tab = chromium.new_page(reduced_motion="reduce", viewport={"width": look.WIDE, "height": 900})
    found = []
    for name in pages(site):
        tab.goto(address + name)
        for scheme in SCHEMES:
            tab.emulate_media(color_scheme=scheme)
            found += [(rule, f"{name} {scheme} {html}") for rule, html in look.violations(tab)]
    tab.close()
    assert found == []


def test_menus_are_opened_by_keyboard(chromium: Browser, address: str) -> None:
    """At 200 % zoom both menus are shut, hold no stops, and open at the space bar; axe-core finds nothing in them."""
    tab = chromium.new_page(viewport={"width": look.ZOOMED, "height": 480})
    tab.goto(f"{address}story/firmware.html")
    for switch, menu in (("#__navigation", ".sidebar-drawer a"), ("#__toc", ".toc-drawer li li > a")):
        link = tab.locator(menu).first
        assert not link.is_visible()
        tab.focus(switch)
        tab.keyboard.press("Space")
        link.wait_for(state="visible")
        assert look.violations(tab, menu.partition(" ")[0]) == []
        tab.keyboard.press("Space")
        link.wait_for(state="hidden")
    tab.close()


def test_headings_have_an_order(site: sites.Site) -> None:
    """Each page has one first heading, which comes first, and no level is left out; menus and cards have none."""
    for name in pages(site):
        page = BeautifulSoup(site.read(name), "html.parser")
        levels = [int(heading.name[1]) for heading in page.find_all(re.compile("h[1-6]"))]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), name
        assert page.select("[role=heading], .thread-card :is(h1, h2, h3, h4, h5, h6)") == [], name


@pytest.mark.parametrize("scheme", SCHEMES)
def test_edges_can_be_told_from_the_page(scheme: Scheme, chromium: Browser, address: str) -> None:
    """The colour of every platform has a contrast of 3:1, as WCAG 1.4.11 asks for."""
    tab = chromium.new_page(color_scheme=scheme)
    tab.goto(f"{address}cards/platforms.html")
    edges = look.edge_contrasts(tab)
    tab.close()

    assert len({classes for classes, _ in edges}) > 20
    assert {classes: ratio for classes, ratio in edges if ratio < 3} == {}
