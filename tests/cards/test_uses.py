"""Every link to a thread is recorded, whatever its markup, with its page and line.

In the pages of ``tests/links``, the words CARD, CITATION and LINK stand for the URL of another thread each, and say how
it is recorded; TWICE for two links; NONE for a URL that is no link. ``@2`` says that the recorded line is two lines above
the URL, where a link uses it, or its table or directive begins, ``@?`` that there is none.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from time import time
from types import SimpleNamespace

import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx_thread_cards.domain import thread_domain
from support import sites

PAGES = {
    path.name: path.read_text("utf-8") for path in (Path(__file__).parents[1] / "links").iterdir()
}
TOKENS = re.compile(r"(CARD|CITATION|LINK|TWICE|NONE)(?:@([0-9]+|\?))?")
# Sphinx reads more than five pages in parallel.
FILLERS = {f"filler{number}.md": f"# Filler {number}\n\n<CARD>\n" for number in range(5)}
SETTINGS = {
    "extensions": [*sites.SETTINGS["extensions"], "sphinx.ext.autodoc"],
    "suppress_warnings": ["toc.not_included"],
}
PO = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "See <{0}> and [words]({1})."
msgstr "Siehe [Worte]({1}) und <{0}>."

msgid "Our summary."
msgstr "Zusammenfassung."
"""
Use = tuple[str, str, str]

pytestmark = [
    # MyST uses attributes that Sphinx 9 deprecates; Python 3.12 warns of forks.
    pytest.mark.filterwarnings("ignore:'(sphinx|myst_parser):DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:'(sphinx|myst_parser):PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]


def write(folder: Path, pages: Mapping[str, str], first: int = 1) -> list[Use]:
    """Write pages, numbering the threads; return the location, role and URL of each use."""
    expected: list[Use] = []

    def replace(match: re.Match[str]) -> str:
        token, above = match.groups()
        url = f"https://github.com/example-org/board/issues/{first + len(expected)}"
        line = text.count("\n", 0, match.start()) + 1
        location = name if above == "?" else f"{name}:{line - int(above or 0)}"
        times = {"NONE": 0, "TWICE": 2}.get(token, 1) * (2 if name == "part.inc" else 1)
        expected.extend([(location, token.lower().replace("twice", "link"), url)] * times)
        return url

    for name, text in pages.items():
        (folder / name).write_text(TOKENS.sub(replace, text), encoding="utf-8")
    (folder / "pixel.png").touch()
    return sorted(expected)


def recorded(app: Sphinx) -> list[Use]:
    """Return location, role and URL of all uses; the line of a docstring is not one of its file."""
    found = []
    for use in thread_domain(app.env).uses():
        location = re.sub(r":docstring of .*", "", use.location.removeprefix(f"{app.srcdir}/"))
        found.append((location, use.role, use.ref.given_url))
    return sorted(found)


@pytest.mark.parametrize("parallel", [1, 2])
def test_all_links_are_recorded(
    parallel: int, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Sphinx caches modules by their names.
    pages = {
        name.replace("lamp_example.py.txt", f"lamp{parallel}.py"): PAGES[name] for name in PAGES
    }
    pages["docstrings.rst"] = pages["docstrings.rst"].replace("lamp_example", f"lamp{parallel}")
    expected = write(source, {**pages, **FILLERS})
    monkeypatch.syspath_prepend(source)

    def build() -> sites.Site:
        return sites.build(source, tmp_path / "out", parallel=parallel, **SETTINGS)

    site = build()
    assert site.warnings == ""
    assert recorded(site.app) == expected

    # After one page has changed and one was removed.
    changed = write(source, {"filler0.md": "# Filler\n\n- <LINK>\n\n<CARD>\n"}, first=1000)
    (source / "filler1.md").unlink()
    os.utime(source / "filler0.md", (time() + 10, time() + 10))
    kept = [use for use in expected if not use[0].startswith(("filler0", "filler1"))]
    assert recorded(build().app) == sorted([*kept, *changed])


def test_links_of_a_translated_page(source: Path, tmp_path: Path) -> None:
    expected = write(source, {"index.md": PAGES["translated.md"]})
    catalogue = source / "locales/de/LC_MESSAGES/index.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(PO.format(*[url for _location, _role, url in expected]), encoding="utf-8")
    site = sites.build(source, tmp_path / "out", language="de", locale_dirs=["locales"])

    assert "Worte" in site.read("index.html")
    assert recorded(site.app) == expected


def test_links_with_a_citation_as_text_are_citations(source: Path, tmp_path: Path) -> None:
    text = "# T\n\n<CITATION>, [](CITATION){#lamp .wide}, [link](LINK) and {thread}`CITATION`.\n"
    expected = write(source, {"index.md": text})
    site = sites.build(source, tmp_path / "out", thread_cards_link_text="citation")

    assert recorded(site.app) == expected
    assert site.soup().select("a.wide#lamp")


def test_shared_link_targets_are_not_cited_by_all_pages(source: Path, tmp_path: Path) -> None:
    url = "https://github.com/example-org/board/issues"
    (source / "links.inc").write_text(f".. _two: {url}/2\n.. _three: {url}/3\n")
    (source / "index.rst").write_text("T\n=\n\n.. toctree::\n\n   other\n\nSee one_ and two_.\n")
    (source / "other.rst").write_text(f"O\n=\n\n.. _own: {url}/4\n")
    epilog = f".. _one: {url}/1\n.. include:: /links.inc"
    site = sites.build(source, tmp_path / "out", rst_epilog=epilog)
    assert [(where, it.rpartition("/")[2]) for where, _role, it in recorded(site.app)] == [
        ("index.rst:8", "1"),
        ("index.rst:8", "2"),
        ("links.inc:2", "3"),
        ("other.rst:4", "4"),
    ]


def test_a_link_with_another_url_as_text_is_kept(source: Path, tmp_path: Path) -> None:
    link = "[https://example.org/other](https://github.com/example-org/board/issues/1)"
    (source / "index.md").write_text(f"# T\n\nSee {link}.\n\n{link}\n")
    site = sites.build(source, tmp_path / "out", thread_cards_link_text="citation")
    links = [it.text for it in site.soup().select("section p > a.external")]
    assert links == ["https://example.org/other"] * 2
    assert not site.soup().select(".thread-card")


@pytest.mark.parametrize(
    "url",
    ["https://bücher.example/@ann/110446983178245440", "https://meta.discourse.org/t/caf%C3%A9/12"],
)
def test_a_url_in_another_encoding_is_bare(url: str, source: Path, tmp_path: Path) -> None:
    (source / "index.md").write_text(f"# T\n\n<{url}>\n\nSee <{url}>.\n", encoding="utf-8")
    site = sites.build(source, tmp_path / "out", thread_cards_link_text="citation")
    assert site.soup().select(".thread-card")
    assert site.soup().select("p > a > .thread-citation")


class Tab(nodes.paragraph):
    """The label of a tab, as in sphinx-tabs, which is no paragraph of the page."""


class TabDirective(SphinxDirective):
    """A directive that sets the line of its content, but no source."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        (url,) = self.arguments
        tab = Tab("", "", nodes.reference("", url, refuri=url))
        tab.line = self.lineno
        return [tab]


def test_link_of_a_directive_with_its_own_node(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = SimpleNamespace(setup=lambda app: app.add_directive("tab", TabDirective))
    monkeypatch.setitem(sys.modules, "tab_extension", module)
    expected = write(source, {"index.md": "# T\n\n```{tab} LINK\n```\n"})
    extensions = [*sites.SETTINGS["extensions"], "tab_extension"]
    assert recorded(sites.build(source, tmp_path / "out", extensions=extensions).app) == expected
