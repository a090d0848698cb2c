"""Every builder takes every shape of card: no warning, no socket, nothing lost."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from docutils import nodes
from support import sites
from support.programs import require

BUILDERS = [
    "html", "dirhtml", "singlehtml", "epub", "latex", "text", "man", "texinfo", "xml", "pseudoxml", "gettext", "dummy",
]  # fmt: skip
Page = Callable[..., sites.Site]


@pytest.mark.parametrize("builder", BUILDERS)
def test_builder(builder: str, sink: Page) -> None:
    """The kitchen sink goes through without a warning (which `sink` checks)."""
    site = sink(builder)

    assert site.app.statuscode == 0
    assert builder == "dummy" or any(path.is_file() for path in site.out.iterdir())


@pytest.mark.parametrize(
    ("builder", "name"),
    [("html", "index.html"), ("latex", "cases.tex"), ("text", "index.txt"), ("man", "cases.1"), ("texinfo", "cases.texi"), ("xml", "index.xml")],
)
def test_nothing_is_lost(builder: str, name: str, page: Page) -> None:
    """Who, when, what, the summary and each address come out in every format."""
    site = page(
        "# T\n\n:::{thread} https://threadreaderapp.com/thread/1313512835843055618.html\n:title: The first board\n"
        ":author: Jo Example\n:handle: joexample\n:archive: https://archive.example/copy\n\nOur summary.\n:::\n",
        builder,
    )
    text = re.sub(r"\\%|\\:|\\-|[{}]|\\sphinxhyphen", "", site.read(name)).replace("@@", "@").replace("&#64;", "@")

    for said in (
        "The first board", "Jo Example", "@joexample", "6 October 2020", "Our summary.", "X",
        "https://threadreaderapp.com/thread/1313512835843055618.html", "https://x.com/i/status/1313512835843055618",
        "https://archive.example/copy",
    ):  # fmt: skip
        assert said in text


def test_long_address_stays_whole_in_text(page: Page) -> None:
    """The plain text edition breaks no address, however long."""
    url = "https://github.com/example-org/" + "b" * 90 + "/issues/57#issuecomment-123456789"

    assert url in page(f"# T\n\n<{url}>\n", "text").read("index.txt")


def test_epub_keeps_the_article(page: Page) -> None:
    """No registration for EPUB hides the HTML visitors."""
    assert "<article" in page("# T\n\n<https://x.com/jo_example/status/1296304589591810048>\n", "epub").read("index.xhtml")


def test_one_doctree_serves_all(tmp_path: Path) -> None:
    """Builders share one cache of read pages and none of them spoils it for the next."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text("# T\n\n<https://x.com/jo_example/status/1296304589591810048>\n")
    alone = sites.build(source, tmp_path / "alone", "html").read("index.html")

    for builder in ("latex", "text", "man", "html"):
        shared = sites.build(source, tmp_path / builder, builder, doctrees=tmp_path / "doctrees")
        assert shared.warnings == ""
    assert shared.read("index.html") == alone


def test_the_doctree_holds_standard_nodes(sink: Page) -> None:
    """A builder of somebody else meets no class that it cannot know."""
    site = sink("dummy")
    doctree = site.app.env.get_and_resolve_doctree("index", site.app.builder, tags=site.app.tags)
    cards = [node for node in doctree.findall(nodes.container) if "thread-card" in node["classes"]]

    assert len(cards) > 20
    for card in cards:
        assert {type(node).__module__ for node in card.findall()} <= {"docutils.nodes", "sphinx.addnodes"}
        assert type(card) is nodes.container


def test_search_finds_the_words_of_a_card(page: Page) -> None:
    """The index of the site's search holds title, author and summary."""
    site = page("# T\n\n:::{thread} https://x.com/i/status/1313512835843055618\n:title: Ptarmigan\n:author: Quillfeather\n\nWindmills.\n:::\n")
    index = json.loads(site.read("searchindex.js").removeprefix("Search.setIndex(").removesuffix(")"))

    assert {"ptarmigan", "quillfeath", "windmil"} <= set(index["terms"])


def test_linkcheck_sees_every_address(page: Page) -> None:
    """The checker of links asks for each address of a card (here it is told not to ask the network)."""
    site = page(
        "# T\n\n```{thread} https://threadreaderapp.com/thread/1313512835843055618.html\n:archive: https://archive.example/a\n```\n",
        "linkcheck",
        linkcheck_ignore=[".*"],
    )
    asked = {json.loads(line)["uri"] for line in site.read("output.json").splitlines()}

    assert asked == {
        "https://threadreaderapp.com/thread/1313512835843055618.html",
        "https://x.com/i/status/1313512835843055618",
        "https://archive.example/a",
    }


def test_gettext_offers_the_summary_and_nothing_else(page: Page) -> None:
    """What the site's author wrote is for translators; what the extension says comes from its own catalogue."""
    site = page("# T\n\n:::{thread} https://x.com/i/status/1313512835843055618\n:title: The title\n\nOur summary.\n:::\n", "gettext")

    assert re.findall(r'^msgid "(.+)"', site.read("index.pot"), re.MULTILINE) == ["T", "Our summary."]


def test_xml_is_well_formed(sink: Page) -> None:
    """The XML of docutils can be read back."""
    ET.fromstring(sink("xml").read("index.xml"))  # noqa: S314 - our own output


def test_info_file(sink: Page) -> None:
    """GNU makeinfo takes the Texinfo without a word and the addresses stand in the Info file."""
    makeinfo = require("makeinfo")
    site = sink("texinfo")
    run = subprocess.run([makeinfo, "--no-split", "-o", "out.info", "cases.texi"], cwd=site.out, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")
    assert "https://x.com/" in site.read("out.info")


def test_manual_page(page: Page) -> None:
    """A card in a manual page stands apart from the paragraphs around it."""
    man = require("man")
    site = page("# T\n\nBefore.\n\n<https://x.com/jo_example/status/1296304589591810048>\n\nAfter.\n", "man")
    run = subprocess.run(
        [man, "./cases.1"], cwd=site.out, capture_output=True, text=True, check=True, env={"MANWIDTH": "200", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    )
    lines = [line.strip() for line in run.stdout.splitlines()]

    assert lines[lines.index("Before.") :][:9:2] == [
        "Before.",
        "X · 20 August 2020",
        "Thread on X <https://x.com/jo_example/status/1296304589591810048>",
        "@jo_example",
        "Read on X: <https://x.com/jo_example/status/1296304589591810048>",
    ]
