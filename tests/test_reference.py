"""The guide names everything there is, and its examples do what it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from site_schema import schema
from sphinx_thread_cards import ThreadRef, codes, list_transforms, parse_thread_url, signs, transforms
from sphinx_thread_cards.list_options import ListOptions
from sphinx_thread_cards.options import COMMON_OPTIONS, Options
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.settings import Settings
from sphinx_thread_cards.snapshot import loads
from sphinx_thread_cards.warnings import Warn
from support import sites

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "cards"
PACKAGE = ROOT / "ext" / "sphinx_thread_cards"
EXTENSIONS = [*sites.SETTINGS["extensions"], "site_reference"]
LIST_FIELDS = [item.name for item in fields(ListOptions)]
OPTIONS = [*(item.name for item in fields(Options)), *COMMON_OPTIONS]
LIST_OPTIONS = [*LIST_FIELDS, *COMMON_OPTIONS]
Page = Callable[..., sites.Site]


def read(name: str) -> str:
    return (GUIDE / name).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands below a heading of the second level; empty where there is no such heading."""
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    return match[1] if match else ""


def blocks(page: str, language: str) -> list[str]:
    """The code blocks in a language, in order."""
    pattern = rf"^(`{{3,}})(?:\{{code-block\}} )?{language}\n(?::caption: [^\n]*\n\n?)?(.*?)^\1$"
    return [match[2] for match in re.finditer(pattern, page, re.DOTALL | re.MULTILINE)]


@pytest.fixture
def generated(page: Page) -> Callable[[str], Tag]:
    """The table that a directive of the reference pages makes."""

    def make(directive: str) -> Tag:
        site = page(f"# T\n\n```{{{directive}}}\n```\n", extensions=EXTENSIONS)
        table = BeautifulSoup(site.read("index.html"), "html.parser").find("table")
        assert isinstance(table, Tag)
        return table

    return make


@pytest.mark.parametrize(
    ("directive", "names"),
    [
        ("thread-cards-options", OPTIONS),
        ("thread-cards-list-options", LIST_OPTIONS),
        ("thread-cards-settings", [f"thread_cards_{item.name}" for item in fields(Settings)]),
        ("thread-cards-warnings", [f"thread_cards.{kind.subtype}" for kind in Warn]),
        ("thread-cards-platforms", sorted((platform.label for platform in PLATFORMS.values()), key=str.lower)),
        ("thread-cards-thread-ref", [field.name for field in fields(ThreadRef)]),
    ],
)
def test_table_holds_all(directive: str, names: list[str], generated: Callable[[str], Tag]) -> None:
    """A generated table has a line for each, in order, and no cell that explains is empty."""
    lines = generated(directive).select("tbody tr")
    rows = [[cell.get_text(" ", strip=True) for cell in line.find_all("td")] for line in lines]

    assert [row[0] for row in rows] == names
    assert all(all(row[:2]) for row in rows)
    assert any(f"{{{directive}}}" in path.read_text("utf-8") for path in GUIDE.glob("*.md"))


@pytest.mark.parametrize("option", OPTIONS)
def test_option_has_an_example(option: str) -> None:
    """Each option has a section with a card that uses it."""
    example = rf"^`{{5}}\{{thread-cards-example\}}\n```\{{thread\}} https://\S+\n(?::.*\n)*:{option}: \S"

    assert re.search(example, section(read("options.md"), option), re.MULTILINE)


@pytest.mark.parametrize("option", LIST_FIELDS)
def test_list_option_has_an_example(option: str) -> None:
    """Each option of a list has a section with a list that uses it."""
    example = rf"^```\{{thread-list\}}\n(?::.*\n)*:{option}: \S"

    assert re.search(example, section(read("lists.md"), option), re.MULTILINE)


@pytest.mark.parametrize("setting", [f"thread_cards_{item.name}" for item in fields(Settings)])
def test_setting_is_explained(setting: str) -> None:
    assert f"{setting} = " in section(read("settings.md"), setting)


@pytest.mark.parametrize("name", PLATFORMS)
def test_platform_has_a_live_card(name: str) -> None:
    """Each platform has a section with its hosts and a lone address of its own."""
    part = section(read("platforms.md"), PLATFORMS[name].label)
    refs = [parse_thread_url(url) for url in re.findall(r"^<(\S+)>$", part, re.MULTILINE)]

    assert f"{{thread-cards-hosts}} {name}\n" in part
    assert [ref and ref.platform for ref in refs] == [name]


def test_example_shows_source_and_card(page: Page) -> None:
    source = "<https://github.com/pftf/RPi4/issues/57>"
    site = page(f"# T\n\n`````{{thread-cards-example}}\n{source}\n`````\n", extensions=EXTENSIONS)
    html = BeautifulSoup(site.read("index.html"), "html.parser")

    assert source in html.select_one("pre").get_text()  # type: ignore[union-attr]
    assert len(html.select("article.thread-card")) == 1


def test_custom_properties_are_listed() -> None:
    """The table of custom properties has all of the style sheet, with the defaults that it gives as they stand."""
    sheet = (PACKAGE / "static" / "thread-cards.css").read_text("utf-8")
    used = set(re.findall(r"--thread-card-[a-z-]+", sheet))
    listed = dict(re.findall(r"^\| `(--[a-z-]+)` \|[^|]*\| `?([^|`]*)`? \|$", read("styling.md"), re.MULTILINE))

    assert set(listed) == used
    for name, default in listed.items():
        assert f"{name}: {default};" in sheet or "the text's colour" in default or default == "the platform's"


def test_classes_of_parts_are_listed(sink: Page) -> None:
    """The guide names the classes that the parts of a card have in HTML, and no others."""
    sentences = re.findall(r"^(?:`thread-card` is the whole|A kept thread has more|Where its posts).*$", read("styling.md"), re.MULTILINE)
    html = BeautifulSoup(sink().read("index.html"), "html.parser")

    assert len(sentences) == 3
    assert set(re.findall(r"`([a-z-]+)`", " ".join(sentences))) == {
        name
        for part in html.select("article.thread-card, article.thread-card *")
        for name in part.get_attribute_list("class")
        if name and name.startswith("thread-card") and name.removeprefix("thread-card-") not in PLATFORMS
    }


def test_latex_names_are_listed() -> None:
    """The colours and lengths of the LaTeX package are all in the guide, with their defaults."""
    package = (PACKAGE / "latex" / "sphinx_thread_cards.sty").read_text("utf-8")
    colours = re.findall(r"\\definecolor\{(\w+)\}(\{.*\})", package)
    lengths = re.findall(r"\\setlength(\\\w+)\{([^}]*)\}", package)
    page = read("styling.md")

    assert colours
    assert lengths
    for name, default in (*colours, *lengths):
        assert re.search(rf"^\| `{re.escape(name)}` \|[^|]+\| `{re.escape(default)}` \|$", page, re.MULTILINE), name


def test_phases_are_those_of_the_code() -> None:
    """The table of phases has every transform, with its priority."""
    page = (ROOT / "docs" / "contributing" / "internals.md").read_text("utf-8")
    rows = re.findall(r"^\| page (?:read|written) \| ([0-9]+) \| ([^|]+) \|", page, re.MULTILINE)
    listed = {name: int(priority) for priority, names in rows for name in re.findall(r"`(\w+)`", names)}
    transform = (transforms.SphinxTransform, transforms.SphinxPostTransform)

    assert listed == {
        name: item.default_priority
        for module in (codes, signs, transforms, list_transforms)
        for name, item in vars(module).items()
        if isinstance(item, type) and issubclass(item, transform) and item.__module__ == module.__name__
    }


def test_examples_in_python_hold() -> None:
    """The code of the page on the programming interface runs, with its assertions."""
    code = "\n".join(blocks(read("api.md"), "python"))

    assert code.count("assert") > 5
    subprocess.run([sys.executable, "-c", code], check=True)


def test_tutorial(tmp_path: Path) -> None:
    """Who does what the tutorial says, from an empty folder, sees the cards that it promises."""
    text = read("tutorial.md")
    (settings,) = blocks(text, "python")
    first, second, rest = blocks(text, "markdown")
    commands = "".join(blocks(text, "console"))
    html, plain = re.findall(r"^\$ \.venv/bin/sphinx-build (.*)$", commands, re.MULTILINE)
    (tmp_path / "conf.py").write_text(settings, "utf-8")
    # What a package in the environment may bring; it is no page.
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "LICENSE.md").write_text("# Licence\n", "utf-8")

    def build(page: str, arguments: str) -> None:
        (tmp_path / "index.md").write_text(page, "utf-8")
        # Into the folders that the commands name; -W, as a reader should see no warning.
        subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", *arguments.split()], cwd=tmp_path, check=True)

    def cards() -> list[Tag]:
        html = (tmp_path / "build" / "index.html").read_text("utf-8")
        return list(BeautifulSoup(html, "html.parser").select(".thread-card"))

    build(first, html)
    assert "Issue in pftf/RPi4" in cards()[0].get_text()
    build(second, html)
    assert "USB firmware on the 8 GB board" in cards()[0].get_text()
    build(second + rest, html)
    assert len(cards()) == 3
    build(second + rest, plain)
    shown = (tmp_path / "build" / "text" / "index.txt").read_text("utf-8")
    assert set(re.findall(r"https://[^\s>]+", second + rest)) <= set(shown.split())


def test_published_schema_is_that_of_the_code() -> None:
    """The file that the guide offers; `python -m json.tool` of `site_schema.schema()` makes it anew."""
    assert json.loads(read("snapshot.schema.json")) == schema()


def test_snapshot_of_the_guide_can_be_read() -> None:
    """The shortest snapshot that the page shows."""
    (example,) = blocks(read("keep.md"), "json")

    assert loads(example).posts[0].author == "jo_example"
