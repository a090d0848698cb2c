"""The style sheet: its weight, what it is made of, and the marks of the platforms in it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree
from sphinx_thread_cards import style_sheet as sheets
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.style_sheet import latex_colours, style_sheet
from support import sites

MARKS = Path(sheets.__file__).parent / "platforms" / "marks"
SVG = "{http://www.w3.org/2000/svg}"
GITHUB, LOBSTERS = "<https://github.com/pftf/RPi4/issues/57>", "<https://lobste.rs/s/7fq9ge>"
Page = Callable[..., sites.Site]


def weight(platforms: list[str]) -> int:
    """Bytes, as it travels."""
    return len(gzip.compress(style_sheet(platforms).encode(), 9))


def test_the_style_sheet_is_small() -> None:
    """It is at most 2.5 kB as it travels, also on a site that cites threads of every platform."""
    assert weight([*PLATFORMS]) <= 2500
    assert weight(["x", "github", "mastodon"]) <= 1850


def test_every_platform_has_a_mark_of_its_own() -> None:
    """One small picture each, of one path, and no two alike."""
    drawn = {path.stem: etree.fromstring(path.read_bytes()) for path in MARKS.iterdir()}
    lines = [mark.find(f"{SVG}path").get("d") for mark in drawn.values()]

    assert drawn.keys() == PLATFORMS.keys()
    assert len(set(lines)) == len(lines)
    assert {(mark.tag, mark.get("viewBox"), len(list(mark.iter()))) for mark in drawn.values()} == {(f"{SVG}svg", "0 0 16 16", 2)}
    assert max(path.stat().st_size for path in MARKS.iterdir()) < 300


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_mark_is_in_the_style_sheet(platform: str) -> None:
    """It asks nobody for a file, and what stands there is the drawing, as a reader of XML sees it."""
    rule = style_sheet([platform]).removeprefix(style_sheet([]))
    address = re.fullmatch(rf'\.thread-card-{platform}\{{[^"]*--thread-card-shape:url\("data:image/svg\+xml,([^"]*)"\)\}}', rule)

    assert address
    inside = etree.fromstring(unquote(address[1])).find(f"{SVG}path")
    assert inside.get("d") == etree.parse(MARKS / f"{platform}.svg").find(f"{SVG}path").get("d")


def test_the_colour_of_a_mark_is_the_accent() -> None:
    """On screen and on paper; a mark without a colour leaves both to the text around the card."""
    assert "--thread-card-accent:#d2403a;" in style_sheet(["lobsters"])
    assert r"\threadcardplatform{lobsters}{D2403A}" in latex_colours(["lobsters"])
    assert "--thread-card-accent:" not in style_sheet(["x"]).removeprefix(style_sheet([]))
    assert r"\threadcardplatform" not in latex_colours(["x"])


def test_it_holds_what_the_site_cites(page: Page) -> None:
    """The platforms of cards and of citations, and no other."""
    site = page(f"# T\n\n{GITHUB}\n\nAs {{thread}}`{LOBSTERS[1:-1]}` says.\n")

    assert site.read("_static/thread-cards.css") == style_sheet(["github", "lobsters"])
