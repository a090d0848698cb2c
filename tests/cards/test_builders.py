"""Every builder, also those of other projects, renders every card without a warning, and nothing is lost."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import unescape
from pathlib import Path
from types import ModuleType

import pytest
from docutils import nodes
from sphinx.application import Sphinx
from support import sites
from support.programs import require

# MyST uses what Sphinx 9 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:'myst_parser")
Page = Callable[..., sites.Site]
BUILDERS = "html dirhtml singlehtml epub latex text man texinfo xml pseudoxml gettext dummy linkcheck".split()
EXTENSIONS = ["myst_parser", "sphinx_thread_cards"]
POST = "https://x.com/jo_example/status/1296304589591810048"
URLS = [
    "https://threadreaderapp.com/thread/1313512835843055618.html",
    "https://x.com/i/status/1313512835843055618",
    "https://archive.example/copy",
]
# What every format says of this card, in this order.
CARD = f"""# T

Before.

:::{{thread}} {URLS[0]}
:title: The first board
:author: Jo Example
:handle: joexample
:archive: {URLS[2]}

Our summary of it.
:::

After, with {{thread}}`https://gitlab.com/gitlab-org/gitlab/-/issues/217369`.
"""
CONTENT = [
    "Before.",
    "X · 6 October 2020",
    "The first board",
    "Jo Example @joexample",
    "Our summary of it.",
    "Read on Thread Reader",
]


def missing(content: list[str], text: str) -> list[str]:
    """Return what does not follow in a text, in this order."""
    rest = text
    for position, part in enumerate(content):
        _before, found, rest = rest.partition(part)
        if not found:
            return content[position:]
    return []


@pytest.mark.parametrize("builder", BUILDERS)
def test_kitchen_sink(builder: str, sink: Page) -> None:
    """The page with every kind of card gives no warning, which `sink` checks."""
    site = sink(builder, linkcheck_ignore=[".*"])

    assert site.app.statuscode == 0
    if builder == "xml":
        ET.fromstring(site.read("index.xml"))  # noqa: S314 - our own output


@pytest.mark.parametrize(
    ("builder", "name"),
    [("html", "index.html"), ("epub", "index.xhtml"), ("latex", "cases.tex"), ("text", "index.txt"), ("man", "cases.1"), ("texinfo", "cases.texi"), ("xml", "index.xml")],
)  # fmt: skip
def test_nothing_is_lost(builder: str, name: str, page: Page) -> None:
    text = page(CARD, builder).read(name)
    assert all(url in re.sub(r"\\[%:]", "", text).replace(r"\&", "&") for url in URLS)
    text = unescape(re.sub(r"<[^>]+>", "", text)) if "ml" in name else text
    text = re.sub(r"[{}]", "", text).replace("@@", "@").replace(r"\&.", ".")
    assert missing(CONTENT, text) == []


def test_a_card_in_a_card_is_the_same(page: Page) -> None:
    def card_of(text: str) -> str:
        latex = page(text, "latex").read("cases.tex")
        lines = r"\\begin{sphinxuseclass}{thread-card-header}\n\\sphinxAtStartPar\n[^\n]*57.*?issues/57}\n"
        match = re.search(lines, latex, re.DOTALL)
        assert match
        return match[0]

    inner = "```{thread} https://github.com/a/b/issues/57\n:title: Inner\n\nWords.\n```\n"
    outer = f"````{{thread}} https://github.com/a/b/issues/58\n\n{inner}````\n"
    assert card_of(f"# T\n\n{outer}") == card_of(f"# T\n\n{inner}")


def test_builders_share_one_cache(source: Path, tmp_path: Path) -> None:
    (source / "index.md").write_text(
        f"# T\n\n<{POST}>\n\n<{POST}>\n<{POST}>\n\n```{{thread-list}}\n```\n"
    )
    alone = sites.build(source, tmp_path / "alone").read("index.html")
    for builder in ("latex", "text", "man", "epub", "html"):
        shared = sites.build(source, tmp_path / builder, builder, doctrees=tmp_path / "doctrees")
        assert shared.warnings == ""
    assert shared.read("index.html") == alone


# -- Builders and extensions of other projects ---------------------------------


def test_other_builders_get_standard_nodes(sink: Page) -> None:
    """Subclasses of standard nodes are dropped with their content by some builders."""
    site = sink("dummy")
    doctree = site.app.env.get_and_resolve_doctree("index", site.app.builder, tags=site.app.tags)
    cards = [node for node in doctree.findall(nodes.container) if "thread-card" in node["classes"]]

    assert len(cards) > 20
    for card in cards:
        assert {type(node).__module__ for node in card.findall()} <= {
            "docutils.nodes",
            "sphinx.addnodes",
        }
        assert type(card) is nodes.container


def test_markdown_builder(page: Page) -> None:
    extensions = [*EXTENSIONS, "sphinx_markdown_builder"]
    text = page(CARD, "markdown", extensions=extensions).read("index.md")

    assert missing([*CONTENT, "After, with"], text.replace("*", "")) == []
    assert f"[The first board]({URLS[0]})" in text
    assert all(f"[{url}]({url})" in text for url in URLS)


@pytest.mark.parametrize("editor", ["v1", "v2"])
def test_confluence_builder(editor: str, page: Page) -> None:
    extensions = [*EXTENSIONS, "sphinxcontrib.confluencebuilder"]
    settings = {"confluence_publish": False, "confluence_editor": editor}
    markup = page(CARD, "confluence", extensions=extensions, **settings).read("index.conf")
    text = unescape(re.sub(r"<[^>]+>", "", markup))

    assert missing([*CONTENT, "After, with"], text) == []
    assert all(f'href="{url}">{url}</a>' in markup for url in URLS)


@pytest.mark.parametrize("first", [True, False])
def test_an_extension_with_visitors_for_epub(
    first: bool, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sphinx then ignores all visitors for HTML, so that the nodes of cards would be unknown."""

    class Lamp(nodes.General, nodes.Element):
        pass

    def setup(app: Sphinx) -> None:
        app.add_node(Lamp, html=(lambda *_: None, None), epub=(lambda *_: None, None))

    lamp = ModuleType("lamp_extension")
    lamp.setup = setup  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lamp_extension", lamp)
    extensions = ["lamp_extension", *EXTENSIONS] if first else [*EXTENSIONS, "lamp_extension"]

    assert "<article" in page(CARD, "epub", extensions=extensions).read("index.xhtml")


@pytest.mark.parametrize("builder", ["html", "text"])
def test_extlinks_checks_only_links_of_the_author(builder: str, page: Page) -> None:
    """Authors cannot replace the links of cards and lists; `page` checks that there is no warning."""
    page(
        f"# T\n\n<{POST}>\n\n<{POST}>\n<{POST}>\n\n```{{thread-list}}\n```\n",
        builder,
        extensions=["sphinx.ext.extlinks", *EXTENSIONS],
        extlinks={"post": ("https://x.com/jo_example/status/%s", "%s")},
        extlinks_detect_hardcoded_links=True,
    )


# -- Other outputs -------------------------------------------------------------


def test_linkcheck_checks_every_url(page: Page) -> None:
    text = f"{CARD}\n<{POST}>\n<https://lobste.rs/s/1xr8zc>\n\n```{{thread-list}}\n```\n"
    checked = {
        json.loads(line)["uri"]
        for line in page(text, "linkcheck", linkcheck_ignore=[".*"])
        .read("output.json")
        .splitlines()
    }

    assert checked >= {
        *URLS,
        POST,
        "https://lobste.rs/s/1xr8zc",
        "https://gitlab.com/gitlab-org/gitlab/-/issues/217369",
    }


def test_gettext_has_what_the_author_of_the_page_wrote(sink: Page, page: Page) -> None:
    text = f"{CARD}\n```{{threads}}\n{POST} The second board\n```\n"
    messages = re.findall(r'^msgid "(.+)"', page(text, "gettext").read("index.pot"), re.MULTILINE)
    assert {"T", "Before.", "Our summary of it.", "Jo Example"} <= set(messages)
    assert {"The first board", "The second board"} <= set(messages)
    assert not [text for text in messages if "Read on" in text or "October" in text]
    # Posts of other people are not translated.
    assert "taught the lamp" not in sink("gettext").read("index.pot")


def test_info_file(sink: Page) -> None:
    makeinfo = require("makeinfo")
    out = sink("texinfo").out
    run = subprocess.run(
        [makeinfo, "--no-split", "-o", "out.info", "cases.texi"],
        cwd=out,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")


def test_manual_page(page: Page) -> None:
    """A card stands apart from the paragraphs around it."""
    man = require("man")
    site = page(f"# T\n\nBefore.\n\n```{{thread}} {POST}\n:title: A lamp\n```\n\nAfter.\n", "man")
    environment = {"MANWIDTH": "200", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    run = subprocess.run(
        [man, "./cases.1"],
        cwd=site.out,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    lines = [line.strip() for line in run.stdout.splitlines()]

    assert lines[lines.index("Before.") :][:11:2] == [
        "Before.", "X · 20 August 2020", f"A lamp <{POST}>", "@jo_example", f"Read on X: <{POST}>", "After.",
    ]  # fmt: skip


def test_long_urls_are_not_broken_in_text(page: Page) -> None:
    url = "https://github.com/example-org/" + "b" * 90 + "/issues/57#issuecomment-123456789"
    assert url in page(f"# T\n\n<{url}>\n", "text").read("index.txt")
