"""Case folders: a page, a builder, and a reviewed file of what comes out.

``tests/cases/<case>/index.*`` is the page. Each ``expected.<builder>.txt`` beside it is one test. A file ``warnings.txt`` holds the
warnings that are expected, ``warnings.<builder>.txt`` those of one builder; without it there may be none. ``pytest
--regen`` writes all of them anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from support import sites

CASES = Path(__file__).parents[1] / "cases"
EXPECTED = sorted(CASES.glob("*/expected.*.txt"))


def _between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].rpartition(end)[0].strip() + "\n"


def _section(text: str) -> str:
    return f"{BeautifulSoup(text, 'html.parser').select_one('.body > section')}\n"


def _document(text: str) -> str:
    return re.sub(r"<document [^>]*>", "<document>", text)


# By builder the file, and what of it is not on every page.
RESULTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "html": ("index.html", _section),
    "pseudoxml": ("index.pseudoxml", _document),
    "xml": ("index.xml", _document),
    "latex": ("cases.tex", lambda text: _between(text, r"\sphinxmaketitle", r"\renewcommand{\indexname}")),
    "man": ("cases.1", lambda text: _between(text, ".SH NAME", ".SH AUTHOR")),
    "texinfo": ("cases.texi", lambda text: _between(text, "@top ", "@bye")),
    "text": ("index.txt", str),
}


def result(site: sites.Site, builder: str) -> str:
    """What a builder made of the page, without what every page has."""
    name, part = RESULTS[builder]
    return part(site.read(name))


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: f"{path.parent.name}-{path.name.split('.')[1]}")
def test_case(expected: Path, tmp_path: Path, regen: bool) -> None:
    """The page comes out as reviewed, with the warnings reviewed and no other."""
    builder = expected.name.split(".")[1]
    own = expected.with_name(f"warnings.{builder}.txt")
    warnings = own if own.exists() else expected.with_name("warnings.txt")

    site = sites.build(expected.parent, tmp_path, builder, exclude_patterns=["*.txt"])

    if regen:
        expected.write_text(result(site, builder), encoding="utf-8")
        if site.warnings:
            warnings.write_text(site.warnings, encoding="utf-8")
    assert site.warnings == (warnings.read_text(encoding="utf-8") if warnings.exists() else "")
    assert result(site, builder) == expected.read_text(encoding="utf-8")


def test_every_case_is_tested() -> None:
    """No case folder stands there without an expected file."""
    assert {path.parent.name for path in EXPECTED} == {path.name for path in CASES.iterdir() if path.is_dir()}
