"""The README: what it says is so."""

from __future__ import annotations

import re

from sphinx_thread_cards.platforms import PLATFORMS
from support.commands import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def test_everything_it_links_is_there() -> None:
    """Its links and pictures are files of the project; an address elsewhere would be one that somebody invented."""
    linked = [*re.findall(r"\]\(([^)]+)\)", README), *re.findall(r'(?:src|srcset)="([^"]+)"', README)]

    assert len(linked) > 12
    assert [name for name in linked if not (ROOT / name).is_file()] == []


def test_its_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert set(re.findall(r"make ([a-z]+)", README.partition("## What the extension")[0])) <= targets


def test_it_names_every_platform() -> None:
    part = re.split(r"^## ", README, flags=re.MULTILINE)
    (platforms,) = (text for text in part if text.startswith("Platforms\n"))

    assert [platform.label for platform in PLATFORMS.values() if platform.label not in platforms] == []


def test_its_example_makes_the_picture() -> None:
    """The directive that it shows is the one on the picture."""
    (example,) = re.findall(r"^```\{thread\}.*?^```$", README, re.MULTILINE | re.DOTALL)

    assert example in (ROOT / "docs" / "_pictures" / "make.py").read_text("utf-8")
