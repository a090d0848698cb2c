"""The drawings of the site: files are as the script draws them, pages name them with their size, and say the same."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from types import ModuleType

import pytest
from lxml import etree
from support.commands import ROOT
from support.programs import require

DRAWINGS = ROOT / "docs" / "_drawings"
MADE = DRAWINGS / "made"
SVG = "{http://www.w3.org/2000/svg}"
PAGES = ["index.md", "story/firmware.md", "story/people.md"]
IMAGE = re.compile(r"```\{image\} \S*made/(\S+?)\.(?:\*|svg)\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def draw() -> ModuleType:
    """The script that draws them."""
    sys.path.insert(0, str(DRAWINGS))
    try:
        return importlib.import_module("draw")
    finally:
        sys.path.remove(str(DRAWINGS))


def words(name: str) -> list[str]:
    """The texts of a drawing, in the order of the file."""
    return ["".join(node.itertext()) for node in etree.parse(str(MADE / name)).getroot().iter(f"{SVG}text")]


def test_files_are_what_the_script_draws(draw: ModuleType) -> None:
    """A change of the script, or of what it reads, without its result would be lost."""
    assert draw.files() == {path.name: path.read_text("utf-8") for path in sorted(MADE.glob("*.svg"))}


@pytest.mark.parametrize("name", ["hero", "boot", "work-wide"])
def test_paper_has_the_same_words(name: str) -> None:
    """The PDF was printed after the last change, and its text can be searched."""
    command = [require("pdftotext"), "-layout", str(MADE / f"{name}-light.pdf"), "-"]
    text = " ".join(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split())

    assert [each for each in words(f"{name}-light.svg") if " ".join(each.split()) not in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_each_drawing_for_light_and_dark(page: str) -> None:
    """With its own size, so that nothing moves, and with a text for those who do not see it."""
    named = {}
    for name, options in IMAGE.findall((ROOT / "docs" / page).read_text("utf-8")):
        named[name] = dict(re.findall(r"^:(\w+): (.+)$", options, re.MULTILINE))
    assert named
    for name, options in named.items():
        root = etree.parse(str(MADE / f"{name}.svg")).getroot()
        scheme = name.rpartition("-")[2]
        assert (options["width"], options["height"]) == (root.get("width"), root.get("height"))
        assert {"drawing", f"only-{scheme}"} <= set(options["class"].split())
        assert len(options["alt"]) > 80
    shapes = [name.removesuffix("-light") for name in named if name.endswith("-light")]
    assert sorted(named) == sorted(f"{shape}-{scheme}" for shape in shapes for scheme in ("light", "dark"))


def test_the_people_are_told_in_words_too() -> None:
    """Each has a line in the list, with the year of everything that is drawn."""
    people = tomllib.loads((DRAWINGS / "work.toml").read_text("utf-8"))["people"]
    lines = dict(re.findall(r"^- (.+?): (.+)$", (ROOT / "docs/story/people.md").read_text("utf-8"), re.MULTILINE))

    assert [person["name"] for person in people] == list(lines)
    for person in people:
        years = {each["from"][:4] for each in person["did"]}
        assert {year for year in years if year not in lines[person["name"]]} == set()


def test_the_steps_of_a_start_are_told_in_words_too() -> None:
    """The list below the drawing has its names, in its order."""
    steps = re.findall(r"^\d\. \*\*(.+)\.\*\*$", (ROOT / "docs/story/firmware.md").read_text("utf-8"), re.MULTILINE)
    drawn = [text for text in words("boot-light.svg") if any(text.startswith(step) for step in steps)]

    assert [text.partition(",")[0] for text in drawn] == steps
    assert len(steps) == 6


@pytest.mark.parametrize("scheme", ["LIGHT", "DARK"])
def test_colours_can_be_told_apart(scheme: str, draw: ModuleType) -> None:
    """Text has a contrast of 4.5:1, and a mark that means something one of 3:1, as WCAG asks for."""
    ink = getattr(draw, scheme)
    pairs = [(colour, ground, 4.5) for colour in (ink.ink, ink.muted, ink.accent) for ground in (ink.page, ink.face)]
    pairs += [(ink.mid, ink.page, 3), (ink.mid, ink.face, 3), (ink.ink, ink.low, 4.5), (ink.on_accent, ink.accent, 4.5)]

    assert [(one, other) for one, other, least in pairs if contrast(one, other) < least] == []


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_page_of_weights_has_the_published_figures() -> None:
    """The table that the benchmark prints is the one on the page."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        table = importlib.import_module("page_weight").published()
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))

    assert table in (ROOT / "docs/cards/weight.md").read_text("utf-8")
