"""Builders that others wrote take the cards as they are: all words and addresses, no warning, no unknown node."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from support import sites

Page = Callable[..., sites.Site]
ADDRESSES = (
    "https://threadreaderapp.com/thread/1313512835843055618.html",
    "https://x.com/i/status/1313512835843055618",
    "https://archive.example/copy",
)
WORDS = (
    "X · 6 October 2020",
    "The first board",
    "Jo Example @joexample",
    "Our summary of it.",
    "Read on Thread Reader:",
    "Original on X:",
    "Archived copy:",
)
SOURCE = f"""
# T

Before.

:::{{thread}} {ADDRESSES[0]}
:title: The first board
:author: Jo Example
:handle: joexample
:archive: {ADDRESSES[2]}

Our *summary* of it.
:::

<https://github.com/pftf/RPi4/issues/57>

After, with {{thread}}`https://gitlab.com/gitlab-org/gitlab/-/issues/217369`.
"""
EXTENSIONS = ["myst_parser", "sphinx_thread_cards"]


def in_order(parts: tuple[str, ...], text: str) -> bool:
    """Whether all parts come in a text, one after the other."""
    return re.search(".*".join(map(re.escape, parts)), text, re.DOTALL) is not None


def test_markdown(page: Page) -> None:
    """sphinx-markdown-builder: paragraphs, with links that can be followed."""
    site = page(SOURCE, "markdown", extensions=[*EXTENSIONS, "sphinx_markdown_builder"])
    text = site.read("index.md")

    assert in_order(("Before.", *WORDS, "After, with"), text.replace("*", ""))
    assert f"[The first board]({ADDRESSES[0]})" in text
    assert [address for address in ADDRESSES if f"[{address}]({address})" not in text] == []
    assert "[Issue in pftf/RPi4](https://github.com/pftf/RPi4/issues/57)" in text


@pytest.mark.parametrize("editor", ["v1", "v2"])
def test_confluence(editor: str, page: Page) -> None:
    """The Confluence builder, which drops what it does not know with all that is in it."""
    extensions = [*EXTENSIONS, "sphinxcontrib.confluencebuilder"]
    site = page(SOURCE, "confluence", extensions=extensions, confluence_publish=False, confluence_editor=editor)
    markup = site.read("index.conf")
    text = unescape(re.sub(r"<[^>]+>", "", markup))

    assert in_order(("Before.", *WORDS, "After, with"), text)
    assert [address for address in ADDRESSES if f'href="{address}">{address}</a>' not in markup] == []
    assert in_order(
        ("GitHub · #57", "Issue in pftf/RPi4", "Read on GitHub: https://github.com/pftf/RPi4/issues/57"), text
    )
