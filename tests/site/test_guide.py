"""The guide and the README: what they show works."""

from __future__ import annotations

import re
import runpy
import shlex
from collections.abc import Callable

import pytest
from PIL import Image
from sphinx_thread_cards.snapshot import decode
from support import sites
from support.commands import ROOT
from thread_snapshots.cli import make_parser

DOCS = ROOT / "docs"
GUIDE = {path.stem: path.read_text("utf-8") for path in (DOCS / "cards").glob("*.md")}
README = (ROOT / "README.md").read_text("utf-8")
STYLE_SHEET = (ROOT / "ext/sphinx_thread_cards/static/thread-cards.css").read_text("utf-8")
PROPERTY = "--thread-card-[a-z]+"


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks in a language, without their indentation."""
    pattern = rf"^( *)(`{{3,}}){language}\n(.*?)^\1\2$"
    found = re.finditer(pattern, page, re.DOTALL | re.MULTILINE)
    return [re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE) for match in found]


def test_guide_is_short() -> None:
    assert len(GUIDE) <= 12
    assert sum(len(page.split()) for page in GUIDE.values()) <= 7000


def test_tutorial(page: Callable[..., sites.Site]) -> None:
    tutorial = GUIDE["index"].partition("## Your first card")[2]
    first, directive, others = blocks(tutorial, "markdown")
    assert blocks(tutorial, "python")[0].count("sphinx_thread_cards") == 1

    site = page(first.rpartition("<")[0] + directive + "\n" + others)

    assert site.read("index.html").count("<article ") == 3


def test_commands_exist() -> None:
    texts = (text for page in GUIDE.values() for text in blocks(page, "console"))
    commands = re.findall(r"^\$ thread-cards (.+)", "".join(texts), re.MULTILINE)
    assert len(commands) > 5
    for command in commands:
        assert make_parser().parse_known_args(shlex.split(command))[1] == []


def test_snapshot_of_the_guide_is_valid() -> None:
    (example,) = blocks(GUIDE["saving"], "json")
    assert decode(example.encode()).posts


def test_custom_properties() -> None:
    used = set(re.findall(rf"var\(({PROPERTY})[,)]", STYLE_SHEET))
    assert set(re.findall(rf"^\| `({PROPERTY})`", GUIDE["styling"], re.MULTILINE)) == used
    assert set(re.findall(PROPERTY, GUIDE["styling"])) == used


def test_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS / "_pictures"))
    samples = runpy.run_path(str(DOCS / "_pictures/samples.py"))
    shown = re.findall(
        r"^!\[.+\]\(gallery/(.+)\.png\)$", GUIDE["gallery"] + GUIDE["styling"], re.MULTILINE
    )
    files = list((DOCS / "cards/gallery").iterdir())

    assert set(shown) == set(samples["PICTURES"]) == {path.stem for path in files}
    assert sum(path.stat().st_size for path in files) < 1_500_000
    for path in files:
        with Image.open(path) as image:
            assert len(image.getcolors(256) or []) > 10, path


def test_readme() -> None:
    linked = re.findall(r"\]\(([^)]+)\)", README)
    linked += re.findall(r'(?:src|srcset)="([^"]+)"', README)
    samples = (DOCS / "_pictures/samples.py").read_text("utf-8")
    (title,) = re.findall("^:title: (.+)$", README, re.MULTILINE)

    assert [name for name in linked if not (ROOT / name).is_file()] == []
    assert title in samples


def test_redirects() -> None:
    redirects: dict[str, str] = runpy.run_path(str(ROOT / "conf.py"))["redirects"]
    for old, target in redirects.items():
        page = (DOCS / f"{old}.html").parent / target.partition("#")[0].replace(".html", ".md")

        assert not (DOCS / f"{old}.md").exists()
        assert page.resolve().is_file(), old
