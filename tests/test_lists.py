"""Lists of threads."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from support import sites
from support.two_cards import OTHER

HEAD = "# Index\n\n```{toctree}\n:glob:\n*\n```\n\n"
OTHERS = {"markdown": ["sphinx_markdown_builder"], "confluence": ["sphinxcontrib.confluencebuilder"]}
SUFFIXES = {".html", ".xhtml", ".txt", ".tex", ".1", ".texi", ".xml", ".pseudoxml", ".md", ".conf"}
Page = Callable[..., sites.Site]


def _list(*options: str) -> str:
    return "\n".join(["```{thread-list}", *options, "```", ""])


@pytest.mark.parametrize("builder", ["html", "dirhtml", "singlehtml", "epub", "text", "latex", "man", "texinfo", "xml", "pseudoxml", "markdown", "confluence"])
@pytest.mark.parametrize("style", ["table", "timeline", "cards"])
def test_every_builder_has_the_threads(page: Page, builder: str, style: str) -> None:
    """Without a warning, and with every title twice: on its card and in the list."""
    extensions = [*sites.SETTINGS["extensions"], *OTHERS.get(builder, ())]
    site = page({"index.md": HEAD + _list(f":style: {style}"), "other.md": OTHER}, builder, extensions=extensions)
    written = "".join(path.read_text("utf-8") for path in site.out.rglob("*") if path.suffix in SUFFIXES and path.stem not in {"genindex", "search"})

    assert written.count("A lamp") >= 2


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        ((), ["A lamp", "100% of"]),
        ((":order: newest",), ["100% of", "A lamp"]),
        ((":order: title",), ["100% of", "A lamp"]),
        ((":order: title", ":style: timeline"), ["A lamp", "100% of"]),
        ((":platform: x",), ["100% of"]),
        ((":author: @JO_example",), ["100% of"]),
        ((":since: 2020-05-20", ":until: 2020-06"), ["A lamp"]),
        ((":since: 2020-10-06",), ["100% of"]),
        ((":docs: oth*",), ["A lamp", "100% of"]),
    ],
)
def test_choice_and_order(page: Page, options: tuple[str, ...], titles: list[str]) -> None:
    site = page({"index.md": HEAD + _list(*options), "other.md": OTHER})
    found = BeautifulSoup(site.read("index.html"), "html5lib").select(".thread-list-title a")

    # In a timeline the day stands before the title.
    shown = [title.get_text().rpartition(" · ")[2] for title in found]
    assert [title[: len(wanted)] for title, wanted in zip(shown, titles, strict=True)] == titles


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (":platfrom: x", "did you mean 'platform'?"),
        (":platform: mastodno", "did you mean 'mastodon'?"),
        (":style: grid", "write table, timeline or cards"),
        (":order: size", "or platform"),
        (":since: soon", "is not a date"),
        (":since: 0001-01-01T00:00+14:00", "is not a date"),
        (":until: 9999-12-31T23:59-14:00", "is not a date"),
        (":platform: twitter", "did you mean 'x'?"),
        (":platform: x,", "it is empty"),
        (":style:", "write table, timeline or cards"),
        (":since: last week", "'last week' is not a date; write it as 2020-10-06"),
        (":docs: other.md", "from the source folder, without an ending"),
        (":docs: other.html", "from the source folder, without an ending"),
        (":docs: ../other", "from the source folder, without an ending"),
        (":docs: none/*", "empty: no thread fits its option 'docs'; change it or leave it out [thread_cards.empty_list]"),
        (":author: jo", "empty: no thread fits its option 'author'"),
        (":since: 2021\n:until: 2019", "empty: no thread fits its option 'since'"),
        (":until: 2020-05\n:platform: x", "empty: no thread fits all its options at once; leave one out [thread_cards.empty_list]"),
        ("Words.", "'Words.' is no option of the list; write it as one, :name: value [thread_cards.option]"),
    ],
)
def test_mistakes_are_told(page: Page, option: str, message: str) -> None:
    site = page({"index.md": HEAD + _list(option), "other.md": OTHER}, warns=True)

    assert message in site.warnings
    assert re.match(r"index\.md:8: WARNING: .*\[thread_cards\.(option|empty_list)\]\n$", site.warnings)
    # A wrong option leaves the list as it is without it; an empty one says so.
    assert ("No thread is cited here." if "empty_list" in site.warnings else "A lamp") in site.read("index.html")


def test_text_in_restructuredtext(page: Page) -> None:
    """The list is kept, where docutils would drop it with an error."""
    site = page({"index.md": HEAD, "other.md": OTHER, "plain.rst": "Plain\n=====\n\n.. thread-list::\n\n   Words.\n"}, warns=True)

    assert site.warnings == "plain.rst:4: WARNING: 'Words.' is no option of the list; write it as one, :name: value [thread_cards.option]\n"
    assert "A lamp" in site.read("plain.html")


@pytest.mark.parametrize("builder", ["gettext", "linkcheck", "dummy"])
@pytest.mark.parametrize("style", ["table", "timeline", "cards"])
def test_builders_that_write_no_pages(page: Page, builder: str, style: str) -> None:
    """Each address is there to be checked; what comes from other pages is not there to be translated a second time."""
    site = page({"index.md": HEAD + _list(f":style: {style}"), "other.md": OTHER}, builder, linkcheck_ignore=[".*"])

    if builder == "linkcheck":
        assert '"uri": "https://github.com/pftf/RPi4/issues/57"' in site.read("output.json")
    if builder == "gettext":
        assert "A lamp" not in site.read("index.pot")


def test_no_thread_at_all(page: Page) -> None:
    site = page("# Index\n\n" + _list(), warns=True)

    assert site.warnings == "index.md:3: WARNING: this list is empty: no page of the site cites a thread [thread_cards.empty_list]\n"


def test_capitals_and_slashes(page: Page) -> None:
    """They do not matter."""
    html = page({"index.md": HEAD + _list(":style: Timeline", ":order: NEWEST", ":platform: GitHub", ":docs: /other"), "other.md": OTHER}).read("index.html")

    assert "A lamp" in html
    assert "thread-list-timeline" in html


def test_a_timeline_is_no_documentation_of_code(page: Page) -> None:
    """For which themes take a list that has a class and is not simple."""
    html = page({"index.md": HEAD + _list(":style: timeline"), "other.md": OTHER}).read("index.html")

    assert {tuple(said.split()) for said in re.findall(r'<dl class="(.*?)"', html)} == {
        ("thread-list-year", "simple"),
        ("thread-list-month", "simple"),
    }


def test_manual_pages_link_to_no_other_page(page: Page) -> None:
    """Everything is one page there, with nothing to click."""
    written = page({"index.md": HEAD + _list(), "other.md": OTHER}, "man").read("cases.1")

    assert "<#" not in written
    assert "%<>" not in written


@pytest.mark.parametrize(("builder", "file", "table", "tables"), [("man", "cases.1", ".TS", 1), ("latex", "cases.tex", r"\end{tabul", 1), ("html", "index.html", "</table>", 2)])
def test_a_list_in_a_table(page: Page, builder: str, file: str, table: str, tables: int) -> None:
    """Items there, as only HTML has tables within tables; a manual page could not even be written."""
    written = page({"index.md": HEAD + "````{list-table}\n* - " + _list().replace("\n", "\n    ") + "\n````\n", "other.md": OTHER}, builder).read(file)

    assert written.count(table) == tables
    # A card of its own is on the other page; a manual and a book hold both.
    assert written.count("A lamp") >= 1 + (builder != "html")


@pytest.mark.parametrize("style", ["table", "timeline", "cards"])
@pytest.mark.parametrize(("builder", "file", "target"), [("latex", "cases.tex", r"\label{\detokenize{index:all}}"), ("texinfo", "cases.texi", "@anchor{index all}"), ("html", "index.html", 'id="all"')])
def test_a_list_has_a_name(page: Page, style: str, builder: str, file: str, target: str) -> None:
    """It leads to the list in every style."""
    written = page({"index.md": HEAD + _list(f":style: {style}", ":name: all") + "\n{ref}`All <all>`\n", "other.md": OTHER}, builder).read(file)

    assert target in written


def test_rebuilds(tmp_path: Path) -> None:
    """A list and links follow a card that changes, moves and goes."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text(HEAD + _list() + "\nSee {thread:ref}`lamp` and {ref}`lamp`.\n")
    (source / "a.md").write_text("# A\n")
    (source / "z.md").write_text(OTHER)

    def built() -> tuple[str, str]:
        site = sites.build(source, tmp_path / "out", doctrees=tmp_path / "doctrees")
        return site.read("index.html"), site.warnings

    def write(name: str, text: str) -> None:
        (source / name).write_text(text)
        later = (source / name).stat().st_mtime + 10
        os.utime(source / name, (later, later))

    html, warnings = built()
    assert warnings == ""
    assert html.count('href="z.html#thread-github-pftf-rpi4-57"') == 3
    write("z.md", OTHER.replace("A lamp", "Two lamps"))
    html, _ = built()
    assert html.count("Two lamps") == 3
    write("z.md", "# Z\n")
    write("a.md", OTHER)
    html, warnings = built()
    assert warnings == ""
    assert html.count('href="a.html#thread-github-pftf-rpi4-57"') == 3
    (source / "a.md").unlink()
    html, warnings = built()
    assert "pftf" not in html
    assert "no card has the anchor or the name 'lamp'" in warnings


@pytest.mark.parametrize("name", ["threads", "timeline"])
def test_the_site_has_lists(name: str) -> None:
    """Its pages of threads and of dates are made with one."""
    assert "```{thread-list}\n" in (Path(__file__).parent.parent / "docs" / "story" / f"{name}.md").read_text("utf-8")
