"""Cards as targets: from other pages, from other projects, from the search."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from support import sites

OTHER = """# Other

```{thread} https://github.com/pftf/RPi4/issues/57
:title: A lamp
:name: lamp
```
"""
HEAD = "# Index\n\n```{toctree}\n:glob:\n*\n```\n\n"
Page = Callable[..., sites.Site]


def test_one_name_twice(page: Page) -> None:
    site = page({"index.md": HEAD, "a.md": OTHER, "b.md": OTHER}, warns=True)

    assert re.findall(r"\[thread_cards\.(\w+)\]", site.warnings) == ["same_name"]


def test_a_name_that_a_heading_has(page: Page) -> None:
    """Sphinx tells of it where the heading was read first; plain ref leads to the heading in any case."""
    heading = "# B\n\n(lamp)=\n## A heading\n"
    site = page({"index.md": HEAD + "{ref}`lamp` {thread:ref}`lamp`\n", "a.md": OTHER, "b.md": heading}, warns=True)

    assert site.warnings == "a.md:3: WARNING: something else is named 'lamp', on the page b, and plain ref leads there; give one of them another name [thread_cards.same_name]\n"
    assert ">A heading</span>" in site.read("index.html")
    assert "<span>A lamp</span>" in site.read("index.html")


@pytest.mark.parametrize(
    "text",
    [
        "{thread:ref}`My Lamp`",
        "{thread:ref}`words <my lamp>`",
        "{external+first:thread:ref}`My Lamp`",
        "{external+first:ref}`My Lamp`",
        "{external+first:thread:ref}`thread-hyperkitty-l-lists.example-ABCDEFGHIJKLMNOPQRSTUVWXYZ234567`",
        "{ref}`thread-hyperkitty-l-lists.example-ABCDEFGHIJKLMNOPQRSTUVWXYZ234567`",
        "<inv:first:thread:card#my*>",
    ],
)
def test_another_project_refers_to_a_card(page: Page, tmp_path: Path, text: str) -> None:
    """Through the inventory that the first project writes: by name or anchor, worded by the title, in HTML and LaTeX."""
    mail = "```{thread} https://lists.example/archives/list/l@lists.example/thread/ABCDEFGHIJKLMNOPQRSTUVWXYZ234567/\n:title: A lamp\n```\n"
    lamp = "```{thread} https://github.com/pftf/RPi4/issues/57\n:title: A lamp\n:name: My Lamp\n```\n"
    first = page({"index.md": HEAD, "other.md": f"# Other\n\n{lamp}\n{mail}"}, thread_cards_hosts={"lists.example": "hyperkitty"})
    anchor = "thread-github-pftf-rpi4-57" if "hyperkitty" not in text else text.rpartition("`")[0].rpartition("`")[2]
    second = tmp_path / "second"
    second.mkdir()
    (second / "index.md").write_text(f"# S\n\n{text}\n")
    extensions = [*sites.SETTINGS["extensions"], "sphinx.ext.intersphinx"]

    def build(builder: str) -> sites.Site:
        mapping = {"first": ("https://first.example/", str(first.out / "objects.inv"))}
        return sites.build(second, tmp_path / f"second-{builder}", builder, extensions=extensions, intersphinx_mapping=mapping)

    html, latex = build("html"), build("latex")
    link = BeautifulSoup(html.read("index.html"), "html5lib").select_one("section a.external")

    assert (html.warnings, latex.warnings) == ("", "")
    assert link is not None
    assert (link["href"], link.get_text()) == (f"https://first.example/other.html#{anchor}", "words" if "words" in text else "A lamp")
    # A title is no code.
    assert link.code is None
    assert rf"\sphinxhref{{https://first.example/other.html\#{anchor}}}" in latex.read("cases.tex")


def test_the_search_leads_to_a_card(page: Page) -> None:
    index = page({"index.md": HEAD, "other.md": OTHER}).read("searchindex.js")

    assert '"thread-github-pftf-rpi4-57","A lamp"' in index.replace(" ", "").replace('"Alamp"', '"A lamp"')


def test_links_of_myst_to_a_card_of_the_page(page: Page) -> None:
    """MyST knows no title of it."""
    html = BeautifulSoup(page(f"{OTHER}\n[](#lamp) [words](#lamp)\n").read("index.html"), "html5lib")
    links = [(link["href"], link.get_text()) for link in html.select("article ~ p a.internal")]

    assert links == [("#lamp", "A lamp"), ("#lamp", "words")]
    assert html.find(id="lamp") is not None
