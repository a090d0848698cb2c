"""How pages look in a real browser, on narrow screens and on paper."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from sphinx_thread_cards.store import FOLDER, save
from sphinx_thread_cards.thread import Author, Media, Post, Thread
from support import browser as look
from support import sites
from support.programs import require
from support.whole_site import whole_site

# That themes use what Sphinx will take away is theirs to mend; of our own code every other test would tell.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]
Build = Callable[..., sites.Site]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with look.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def home(chromium: Browser) -> Iterator[Page]:
    """The first page of the project's own site."""
    with look.served(whole_site().out) as address:
        tab = chromium.new_page()
        tab.goto(address)
        yield tab
        tab.close()


@pytest.mark.parametrize("width", [320, 360, 375, 390, 414, 600])
def test_the_title_of_the_site_breaks_at_spaces(width: int, home: Page) -> None:
    """It is no more than two lines on a telephone, and the name in it stays whole."""
    home.set_viewport_size({"width": width, "height": 800})
    name, rest = home.evaluate(
        """() => { const parts = document.createRange(); parts.selectNodeContents(document.querySelector("h1"));
          const lines = [...parts.getClientRects()].filter(box => box.width > 40).map(box => box.top);
          return [document.querySelector("h1 .whole").getClientRects().length, new Set(lines).size]; }"""
    )

    assert name == 1
    assert rest == (3 if width == look.SMALL else 2)


def test_columns_begin_at_one_height(home: Page) -> None:
    """The list of chapters has two, and the first lines of both stand side by side."""
    home.set_viewport_size({"width": 1280, "height": 900})
    boxes = home.locator(".onward dt").evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    tops = {left: min(box["top"] for box in boxes if box["left"] == left) for left in {box["left"] for box in boxes}}

    assert len(tops) == 2
    assert len(set(tops.values())) == 1


def test_no_flexible_box_holds_what_is_printed(home: Page) -> None:
    """Firefox would cut the cards in it, wherever a page ends."""
    home.emulate_media(media="print")
    around = home.locator(".thread-card").first.evaluate(
        """card => { const all = []; for (let one = card.parentElement; one; one = one.parentElement)
          all.push(getComputedStyle(one).display); return all; }"""
    )
    home.emulate_media(media="screen")

    assert set(around) == {"block"}


def test_a_mark_is_printed_as_a_drawing(chromium: Browser, page: Build, tmp_path: Path) -> None:
    """Not as a filled square: its colour covers no more than half of the place that it takes."""
    site = page("# T\n\nSee {thread}`https://lobste.rs/s/7fq9ge`.\n", html_theme="furo")
    tab = chromium.new_page()
    with look.served(site.out) as address:
        tab.goto(address)
        tab.pdf(path=tmp_path / "page.pdf", format="A4")
    tab.close()
    sheet = _drawn(tmp_path / "page.pdf")
    # #d2403a, the colour of Lobsters; no letter has it.
    drawn = Image.eval(sheet.getchannel("B"), lambda value: 255 if 50 <= value <= 66 else 0)
    red = Image.eval(sheet.getchannel("R"), lambda value: 255 if 202 <= value <= 218 else 0)
    both = Image.composite(drawn, Image.new("L", sheet.size), red)
    box = both.getbbox()

    assert box
    covered = both.histogram()[255] / ((box[2] - box[0]) * (box[3] - box[1]))
    assert 0.05 < covered < 0.5


def _drawn(paper: Path) -> Image.Image:
    """The first page, at 288 dots to the inch."""
    command = [require("pdftoppm"), "-r", "288", "-singlefile", "-png", str(paper), str(paper.with_suffix(""))]
    subprocess.run(command, check=True, timeout=60)
    return Image.open(paper.with_suffix(".png")).convert("RGB")


def test_pictures_of_a_post_are_of_one_size(chromium: Browser, page: Build, tmp_path: Path) -> None:
    """A third is no larger than the two above it, but for the space between those."""
    folder = tmp_path / "source" / FOLDER
    (folder / "media").mkdir(parents=True)
    names = [f"{number:064x}.png" for number in range(3)]
    for number, name in enumerate(names):
        Image.new("RGB", (300, 200), (number, 90, 90)).save(folder / "media" / name)
    url = "https://social.example/@jo/110446983178245440"
    media = tuple(Media(file=name, width=300, height=200, alt="A lamp") for name in names)
    place = {"platform": "mastodon", "host": "social.example", "id": "110446983178245440", "url": url}
    posts = (Post(id="1", url=url, author="jo", media=media),)
    save(Thread(**place, participants=(Author(handle="jo"),), posts=posts), folder)
    tab = chromium.new_page()
    with look.served(page(f"# T\n\n```{{thread}} {url}\n:show: thread\n```\n", html_theme="furo").out) as address:
        tab.goto(address)
        widths = tab.locator(".thread-card-grid img").evaluate_all("all => all.map(one => one.clientWidth)")
    tab.close()

    assert len(widths) == 3
    assert max(widths) - min(widths) <= 4


def test_a_site_chooses_the_surface_of_all_cards(chromium: Browser, page: Build, tmp_path: Path) -> None:
    """Also of one in a tinted box, which has none of its own."""
    url = "<https://github.com/pftf/RPi4/issues/57>"
    (tmp_path / "source" / "_static").mkdir(parents=True)
    style = tmp_path / "source" / "_static" / "site.css"
    style.write_text("")
    build = {"html_theme": "furo", "html_static_path": ["_static"], "html_css_files": ["site.css"]}
    text = f"# T\n\n{url}\n\n:::{{note}}\n{url}\n:::\n"
    clear, ours = "rgba(0, 0, 0, 0)", "rgb(1, 2, 3)"

    assert _surfaces(chromium, page(text, **build))[1] == clear
    for chosen in (":root", ".thread-card"):
        style.write_text(f"{chosen} {{ --thread-card-background: {ours} }}")
        assert _surfaces(chromium, page(text, **build)) == [ours, ours]


def _surfaces(chromium: Browser, site: sites.Site) -> list[str]:
    tab = chromium.new_page()
    with look.served(site.out) as address:
        tab.goto(address)
        found: list[str] = tab.locator(".thread-card").evaluate_all(
            "all => all.map(one => getComputedStyle(one).backgroundColor)"
        )
    tab.close()
    return found


@pytest.mark.parametrize("width", [look.SMALL, 1000])
@pytest.mark.parametrize("theme", ["alabaster", "furo", "sphinx_rtd_theme"])
def test_a_table_of_threads_stands_still_while_it_comes_in(theme: str, width: int, chromium: Browser, page: Build) -> None:
    """Browsers paint a table before they have read all of it: no row decides where its columns are."""
    cards = "".join(
        f"```{{thread}} https://github.com/pftf/RPi4/issues/{number}\n:title: {'Lamps glow ' * number}\n:date: 2020-0{number}-03\n```\n\n"
        for number in range(1, 8)
    )
    site = page(f"# T\n\n{cards}\n```{{thread-list}}\n:order: oldest\n```\n", html_theme=theme)
    tab = chromium.new_page(viewport={"width": width, "height": 800})
    with look.served(site.out) as address:
        tab.goto(address)
        whole, first = tab.evaluate(
            """() => { const rows = [...document.querySelectorAll(".thread-list tbody tr")];
              const places = () => [...rows[0].cells].map(cell => cell.getBoundingClientRect().left);
              const whole = places(); rows.slice(1).forEach(row => row.remove()); return [whole, places()]; }"""
        )
    tab.close()

    assert len(whole) == 3
    assert first == whole
