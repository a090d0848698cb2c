"""The gallery of the guide, its script, and what the page on styling promises."""

from __future__ import annotations

import re
import runpy
import sys
from urllib.parse import unquote

import pytest
from lxml import etree
from PIL import Image
from support.commands import ROOT

CARDS = ROOT / "docs" / "cards"
PICTURES = ROOT / "docs" / "_pictures"
STYLE_SHEET = (ROOT / "ext" / "sphinx_thread_cards" / "static" / "thread-cards.css").read_text(encoding="utf-8")
# One has a default that depends on where a card stands, so that it is used and not set.
DEFINED = {*re.findall(r"(--thread-card-[a-z]+):", STYLE_SHEET), "--thread-card-background"}
STYLING = (CARDS / "styling.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made() -> set[str]:
    """Names of the pictures that the script makes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PICTURES))
        patch.setattr(sys, "argv", ["make.py"])
        states = runpy.run_path(str(PICTURES / "states.py"))["STATES"]
        looks = runpy.run_path(str(PICTURES / "looks.py"))["LOOKS"]
    return {*states, *(f"look-{name}" for name in looks)}


def test_every_picture_is_made_and_shown(made: set[str]) -> None:
    """And described, in more than a word or two."""
    shown = {
        match[2]: match[1]
        for page in ("gallery.md", "gallery-themes.md", "styling.md")
        for match in re.finditer(r"!\[(.*?)\]\(gallery/([\w-]+)\.png\)", (CARDS / page).read_text(encoding="utf-8"))
    }

    assert set(shown) == made == {path.stem for path in (CARDS / "gallery").iterdir()}
    assert all(len(words.split()) >= 4 for words in shown.values())


def test_the_pictures_are_small() -> None:
    """All together 3 MB at most; none is empty."""
    files = list((CARDS / "gallery").iterdir())

    assert sum(path.stat().st_size for path in files) < 3_000_000
    for path in files:
        with Image.open(path) as picture:
            assert len(picture.getcolors(256) or []) > 15, path.stem


def test_three_looks_of_ten_lines() -> None:
    """They are nothing but custom properties, and all of these exist."""
    looks = runpy.run_path(str(PICTURES / "looks.py"))["LOOKS"]

    assert len(looks) == 3
    for css in looks.values():
        first, *lines, last = css.strip().splitlines()
        assert (first, last) == (".thread-card {", "}")
        assert len(lines) <= 10
        assert {line.split(":")[0].strip() for line in lines} <= DEFINED


def test_the_guide_lists_every_custom_property() -> None:
    assert set(re.findall(r"^\| `(--thread-card-[a-z]+)`", STYLING, re.MULTILINE)) == DEFINED


def test_every_property_in_use_has_a_value() -> None:
    assert set(re.findall(r"var\((--thread-card-[a-z]+)[,)]", STYLE_SHEET)) == DEFINED


def test_marks_are_drawn_in_the_style_sheet() -> None:
    """They ask nobody for a file, and each is an SVG that a reader of XML accepts."""
    addresses = re.findall(r'url\("(.*?)"\)', STYLE_SHEET)

    assert len(addresses) == 9
    assert len(re.findall(r"url\(", STYLE_SHEET)) == len(addresses)
    for address in addresses:
        kind, _, text = unquote(address).partition(",")
        assert kind == "data:image/svg+xml"
        assert etree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
