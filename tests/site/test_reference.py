"""The directives of the guide and the builders of this site."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from sphinx_thread_cards import ThreadRef, config, directives
from sphinx_thread_cards.platforms import PLATFORMS
from support import sites
from support.commands import ROOT

NAMES = {
    "config": {f"thread_cards_{name}" for name in config.VALUES},
    "warnings": {f"thread_cards.{name}" for name in config.WARNINGS},
    "card-options": set(directives.CARD_OPTIONS),
    "list-options": set(directives.LIST_OPTIONS),
    "command fetch": {"DIR|URL", "--refresh", "-d DIR"},
    "command forget": {"DIR|URL", "--dry-run"},
    "platforms": {platform.label for platform in PLATFORMS.values()},
    "thread-ref": {field.name for field in fields(ThreadRef)},
}


@pytest.fixture(autouse=True)
def site_extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "ext" / "site"))


@pytest.mark.parametrize("argument", NAMES)
def test_site_table(argument: str, page: Callable[..., sites.Site]) -> None:
    """There is a row for every name, and no name or description is empty."""
    extensions = ["myst_parser", "sphinx_thread_cards", "site_reference"]
    site = page(f"# T\n\n```{{site-table}} {argument}\n```\n", extensions=extensions)
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        for row in site.soup().select("tbody tr")
    ]

    names = {row[0] for row in rows}
    assert names >= NAMES[argument]
    assert names == NAMES[argument] or argument.startswith("command")
    assert [row for row in rows if not all(row[:2])] == []


def test_site_example(page: Callable[..., sites.Site]) -> None:
    extensions = ["myst_parser", "sphinx_thread_cards", "site_reference"]
    text = "# T\n\n```{site-example}\n<https://lobste.rs/s/1xr8zc>\n```\n"
    soup = page(text, extensions=extensions).soup()

    assert soup.select_one("pre").get_text() == "<https://lobste.rs/s/1xr8zc>\n"
    assert soup.select_one(".site-example article.thread-card")


PAGES = {
    "index.md": """# Home

Words of the home page: {doc}`one`, {doc}`web` and {ref}`section`.

```{rubric} A rubric
:heading-level: 2
```

```{toctree}
:hidden:
:caption: First

one
```

```{toctree}
:hidden:
:caption: Second

two
web
```
""",
    "one.md": "# One\n\n(section)=\n## Section\n\nBack {doc}`home <index>`.\n",
    "two.md": "# Two\n\n```{image} a.*\n:class: drawing only-light\n```\n\n"
    "```{image} b.png\n:class: drawing only-dark\n```\n",
    "web.md": "# Web\n",
}


def test_book(page: Callable[..., sites.Site], source: Path) -> None:
    """Captions become parts, pages chapters; excluded pages and dark images are left out."""
    for name in ("a.png", "b.png"):
        (source / name).write_bytes((ROOT / "docs/_static/cover.png").read_bytes())
    extensions = ["myst_parser", "site_book"]
    settings = {"latex_toplevel_sectioning": "part", "site_book_exclude": ["web*"]}
    site = page(PAGES, "latex", extensions=extensions, **settings)
    tex = site.read("cases.tex")

    titles = re.findall(r"\\(part|chapter|section)\{(?:\\sphinx\w+)?(.+?)\}", tex)
    assert titles == [
        ("part", "First"),
        ("chapter", "Introduction"),
        ("section", "A rubric"),
        ("chapter", "One"),
        ("section", "Section"),
        ("part", "Second"),
        ("chapter", "Two"),
    ]
    for label in ("index::doc", "one::doc", "one:section"):
        assert f"\\detokenize{{{label}}}" in tex.replace("\\label{", "")
    assert re.findall(r"includegraphics\S*\{\{(\w+)\}", tex) == ["a"]


def test_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are what the script draws."""
    folder = ROOT / "docs" / "_drawings"
    monkeypatch.syspath_prepend(str(folder))
    draw = importlib.import_module("draw")

    files = {path.name: path.read_text("utf-8") for path in (folder / "made").glob("*.svg")}
    assert draw.files() == files
