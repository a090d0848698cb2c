"""An incremental build writes what a fresh build writes, byte for byte, whatever has changed."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import pytest
import sphinx_thread_cards
from bs4 import BeautifulSoup
from msgspec.structs import replace
from sphinx.search import js_index
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.snapshot import Provenance, Status
from support import sites
from support.snapshots import URL, make_thread
from thread_snapshots.store import save

# Python 3.12 warns of forks in processes with threads; MyST uses what Sphinx 9 deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:'(sphinx|myst_parser):DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:'(sphinx|myst_parser):PendingDeprecationWarning"),
]
ISSUE = "https://github.com/example-org/board/issues/57"
# "%" becomes a random digit. No references by name: Sphinx does not write a page again when a label moves.
PARTS = (
    f"<{URL}>",
    f"```{{thread}} {URL}\n:show: thread\n```",
    f"```{{thread}} {ISSUE}\n:title: Title %\n:author: Jo %\n```",
    f"```{{thread}} {ISSUE}\n:name: lamp\n```",
    f"{{thread}}`{URL}`, {{thread}}`{ISSUE}` and <{ISSUE}>",
    f"<{URL}>\n<{ISSUE}>",
    f"```{{threads}}\n{ISSUE} Title %\n{ISSUE}%\n```",
    "```{thread-list}\n```",
    "```{thread-list}\n:style: timeline\n:only: cards\n```",
    "```{thread-list}\n:author: Jo 1\n```",
    f"```{{eval-rst}}\n.. only:: latex\n\n   {ISSUE}%\n```",
    "```{include} links.inc\n```",
)
SETTINGS = {
    "thread_cards_export": True,
    "thread_cards_hosts": {"social.example": "mastodon"},
    # No toctree, because Sphinx does not write a page again for the title of the next one.
    "suppress_warnings": ["ref", "toc.not_included", "thread_cards", "myst"],
    "nitpicky": False,
}
SLOW_SEEDS = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 20)]
PAGES = [f"page{number}" for number in range(6)]  # Sphinx reads more than five in parallel.


class RandomSite:
    """A folder of sources that changes at random."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, random.Random(seed)
        self.write("index", "```{thread-list}\n```")
        self.change_links()
        for name in PAGES:
            self.change_page(name)

    def write(self, name: str, *parts: str) -> None:
        text = "\n\n".join([f"# {name} %", *parts])
        text = re.sub("%", lambda _match: str(self.random.randint(1, 3)), text)
        (self.folder / f"{name}.md").write_text(f"{text}\n", encoding="utf-8")

    def change_page(self, name: str) -> None:
        self.write(name, *self.random.sample(PARTS, self.random.randint(0, 4)))

    def change_links(self) -> None:
        """Change the file of link definitions that pages include."""
        links = [f"[{number}]: {ISSUE}{number}" for number in self.random.sample(range(1, 6), 3)]
        (self.folder / "links.inc").write_text("\n".join(links), encoding="utf-8")

    def change(self) -> None:
        """Change one file: a page, the snapshot, or an included file."""
        kinds = ["page", "page", "page", "remove", "remove", "snapshot", "no snapshot", "links"]
        kind = self.random.choice(kinds)
        store = self.folder / snapshot.FOLDER
        path = snapshot.snapshot_path(make_thread(), store)
        if kind == "snapshot":
            texts = [f"Text {self.random.randint(1, 3)}." for _ in range(self.random.randint(1, 4))]
            save(replace(make_thread(*texts), title=self.random.choice([None, "A lamp"])), store)
        elif kind == "links":
            self.change_links()
        elif kind == "no snapshot":
            path.unlink(missing_ok=True)
        elif kind == "remove":
            (self.folder / f"{self.random.choice(PAGES)}.md").unlink(missing_ok=True)
        else:
            self.change_page(self.random.choice(PAGES))


def files(folder: Path) -> dict[str, object]:
    """Return the content of every file, except Sphinx's own record of settings."""
    return {
        path.relative_to(folder).as_posix(): search_index(path)
        if path.name == "searchindex.js"
        else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".buildinfo"
    }


def search_index(path: Path) -> dict[str, object]:
    """Return the index without the words that are on no page any more, which Sphinx keeps."""
    index = js_index.loads(path.read_text(encoding="utf-8"))
    for kind in ("terms", "titleterms"):
        index[kind] = {word: pages for word, pages in index[kind].items() if pages != []}
    return index


@pytest.mark.skipif(
    sys.platform == "win32", reason="Sphinx reads in parallel where processes can fork"
)
@pytest.mark.parametrize("seed", [*range(3), *SLOW_SEEDS])
def test_random_changes(seed: int, source: Path, tmp_path: Path) -> None:
    site = RandomSite(source, seed)
    for step in range(4):
        if step:
            site.change()
        results = {
            name: files(sites.build(source, tmp_path / name, parallel=parallel, **SETTINGS).out)
            for name, parallel in (("serial", 1), ("parallel", 2), (f"fresh{step}", 1))
        }
        fresh = results.pop(f"fresh{step}")
        for name, result in results.items():
            # Sphinx does not remove the output of removed pages.
            different = [path for path in fresh if result.get(path) != fresh[path]]
            assert different == [], (name, step)


def test_a_second_build_of_one_application(source: Path, tmp_path: Path) -> None:
    pages = {
        "index.md": f"# T\n\n{{thread}}`{ISSUE}` {{ref}}`lamp`\n\n```{{thread-list}}\n```\n",
        "card.md": f"# C\n\n```{{thread}} {ISSUE}\n:title: Old title\n:author: Old Name\n:name: lamp\n```\n",
    }
    for name, text in pages.items():
        (source / name).write_text(text)
    with sites.opened(source, tmp_path / "again", **SETTINGS) as site:
        style_sheets = len(site.app.registry.css_files)
        assert "Old Name" in site.read("index.html")
        (source / "card.md").write_text(pages["card.md"].replace("Old", "New"))
        save(make_thread("Hello."), source / snapshot.FOLDER)
        (source / "other.md").write_text(f"# O\n\n<{URL}>\n")
        site.app.build()
        assert len(site.app.registry.css_files) == style_sheets
    fresh = sites.build(source, tmp_path / "fresh", **SETTINGS)

    assert "Old" not in site.read("index.html")
    for name in ("index.html", "card.html", "other.html", "objects.inv", "threads.json"):
        assert (site.out / name).read_bytes() == (fresh.out / name).read_bytes(), name


@pytest.mark.parametrize("builder", ["html", "singlehtml", "latex"])
def test_many_builds_of_one_application(builder: str, source: Path, tmp_path: Path) -> None:
    """Sphinx caches doctrees, and the cards of the cached ones may be gone."""
    text, card = (
        "# T\n\n```{{toctree}}\ncard\n```\n\n{} {{thread}}`{}`\n\n{}\n",
        "# C\n\n```{{thread}} {}\n:author: {}\n```\n",
    )
    steps = [
        ("One", f"<{URL}>", "Ann"),
        ("One", f"<{URL}>", "Bob"),
        ("Two", "", "Bob"),
        ("Two", "", "Cy"),
    ]
    (source / "index.md").write_text(text.format(steps[0][0], ISSUE, steps[0][1]))
    (source / "card.md").write_text(card.format(ISSUE, "Ann"))
    with sites.opened(source, tmp_path / "again", builder, **SETTINGS) as site:
        for word, url, author in steps:
            (source / "index.md").write_text(text.format(word, ISSUE, url))
            (source / "card.md").write_text(card.format(ISSUE, author))
            site.app.build()
    fresh = sites.build(source, tmp_path / "fresh", builder, **SETTINGS)
    name = "cases.tex" if builder == "latex" else "index.html"
    assert site.read(name) == fresh.read(name)


def test_a_second_build_declares_no_character_twice(source: Path, tmp_path: Path) -> None:
    (source / "index.md").write_text(f"# T\n\n```{{thread}} {ISSUE}\n:title: 樹 🌳\n```\n")
    with sites.opened(source, tmp_path / "latex", "latex", **SETTINGS) as site:
        first = site.read("cases.tex")
        site.app.build(force_all=True)
        assert site.read("cases.tex") == first


def read_again(source: Path, tmp_path: Path) -> set[str]:
    """Build, and return the pages that were read."""
    doctrees = tmp_path / "doctrees"
    before = {path.stem: path.stat().st_mtime_ns for path in doctrees.glob("*.doctree")}
    sites.build(source, tmp_path / "out", doctrees=doctrees, **SETTINGS)
    after = {path.stem: path.stat().st_mtime_ns for path in doctrees.glob("*.doctree")}
    return {name for name, time in after.items() if before.get(name) != time}


def test_a_snapshot_concerns_only_pages_with_its_card(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"index": f"{{thread}}`{URL}`", "card": f"<{URL}>", "other": f"<{ISSUE}>"}
    for name, text in texts.items():
        (source / f"{name}.md").write_text(f"# {name}\n\n{text}\n")
    path = snapshot.snapshot_path(make_thread(), source / snapshot.FOLDER)

    assert read_again(source, tmp_path) == set(texts)
    assert read_again(source, tmp_path) == set()
    for change in (
        lambda: save(make_thread("Hello."), source / snapshot.FOLDER),
        lambda: path.write_bytes(b"{"),
        path.unlink,
    ):
        change()
        assert read_again(source, tmp_path) == {"card"}
        assert read_again(source, tmp_path) == set()
    monkeypatch.setattr(sphinx_thread_cards, "ENV_VERSION", -1)
    assert read_again(source, tmp_path) == set(texts)


def test_a_citation_in_a_title_follows_the_snapshot(source: Path, tmp_path: Path) -> None:
    (source / "index.md").write_text("# T\n\n```{toctree}\npage\n```\n")
    (source / "page.md").write_text(f"# See {{thread}}`{URL}`\n")

    def title() -> str:
        sites.build(source, tmp_path / "out", doctrees=tmp_path / "doctrees", **SETTINGS)
        soup = BeautifulSoup((tmp_path / "out" / "index.html").read_text(), "html5lib")
        return str(soup.select_one(".toctree-l1 > a").text)

    before = title()
    thread = make_thread("Hello.")
    thread = replace(thread, participants=(replace(thread.participants[0], name="Jo Example"),))
    save(thread, source / snapshot.FOLDER)
    assert title() == "See Jo Example on Mastodon, 28 May 2023" != before
    snapshot.snapshot_path(thread, source / snapshot.FOLDER).unlink()
    assert title() == before


def test_a_citation_follows_the_snapshot(source: Path, tmp_path: Path) -> None:
    (source / "index.md").write_text(f"# T\n\nSee {{thread}}`{URL}`.\n")

    def cited() -> str:
        site = sites.build(source, tmp_path / "out", doctrees=tmp_path / "doctrees", **SETTINGS)
        return site.soup().select_one(".thread-citation").text

    assert cited() == "@jo@social.example on Mastodon, 28 May 2023"
    thread = make_thread("Hello.")
    thread = replace(thread, participants=(replace(thread.participants[0], name="Jo Example"),))
    save(thread, source / snapshot.FOLDER)
    assert cited() == "Jo Example on Mastodon, 28 May 2023"
    deleted = Provenance(status=Status.DELETED, archived="https://archive.example/1")
    save(replace(thread, provenance=deleted), source / snapshot.FOLDER)
    assert cited() == "Jo Example on Mastodon, 28 May 2023"
    assert 'href="https://archive.example/1"' in (tmp_path / "out" / "index.html").read_text()
    snapshot.snapshot_path(thread, source / snapshot.FOLDER).unlink()
    assert cited() == "@jo@social.example on Mastodon, 28 May 2023"
