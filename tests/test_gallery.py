"""The gallery of the guide, its script, and what the page on styling promises."""

from __future__ import annotations

import re
import runpy
import sys

import pytest
from PIL import Image
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.style_sheet import style_sheet
from support.commands import ROOT

CARDS = ROOT / "docs" / "cards"
PICTURES = ROOT / "docs" / "_pictures"
STYLE_SHEET = style_sheet(PLATFORMS)
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
