"""Case folders: a page, and a reviewed file of what each builder writes for it.

``tests/cases/<case>/`` holds

- ``index.md`` or ``index.rst``, and other pages;
- ``expected.<builder>.txt``: one test each;
- ``warnings.txt``: the expected warnings, ``warnings.<builder>.txt`` those of one builder; without them there must be none;
- ``settings.toml``: values of conf.py;
- ``_threads/``: snapshots.

``pytest --regen`` writes the expected files.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from support import sites

CASES = Path(__file__).parents[1] / "cases"
EXPECTED = sorted(CASES.glob("*/expected.*.txt"))


def _between(start: str, end: str) -> Callable[[str], str]:
    return lambda text: text.partition(start)[2].rpartition(end)[0].strip() + "\n"


def _element(selector: str) -> Callable[[str], str]:
    return lambda text: f"{BeautifulSoup(text, 'html.parser').select_one(selector)}\n"


def _document(text: str) -> str:
    return re.sub(r"<document [^>]*>", "<document>", text)


# By builder: the file, and the part of it that is not on every page.
RESULTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "html": ("index.html", _element(".body")),
    "epub": ("index.xhtml", _element(".body")),
    "pseudoxml": ("index.pseudoxml", _document),
    "xml": ("index.xml", _document),
    "latex": ("cases.tex", _between(r"\sphinxmaketitle", r"\renewcommand{\indexname}")),
    "man": ("cases.1", _between("\n.SH NAME", "\n.SH A")),
    "texinfo": ("cases.texi", _between("start of body\n", "@c %**end")),
    "text": ("index.txt", str),
}


@pytest.mark.parametrize(
    "expected", EXPECTED, ids=lambda path: f"{path.parent.name}-{path.name.split('.')[1]}"
)
def test_case(expected: Path, tmp_path: Path, regen: bool) -> None:
    builder, folder = expected.name.split(".")[1], expected.parent
    own = folder / f"warnings.{builder}.txt"
    warnings = own if own.exists() else folder / "warnings.txt"
    settings = folder / "settings.toml"
    values = tomllib.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {}

    site = sites.build(
        folder, tmp_path / builder, builder, exclude_patterns=["*.txt", "_threads"], **values
    )
    name, part = RESULTS[builder]
    result = part(site.read(name))

    if regen:
        expected.write_text(result, encoding="utf-8")
        if site.warnings:
            warnings.write_text(site.warnings, encoding="utf-8")
    assert site.warnings == (warnings.read_text(encoding="utf-8") if warnings.exists() else "")
    assert result == expected.read_text(encoding="utf-8")


def test_every_case_folder_has_an_expected_file() -> None:
    folders = {path.parent for path in CASES.glob("*/index.*")}
    assert {path.parent for path in EXPECTED} == folders
