"""The plugin for mystmd: its protocol, and what mystmd itself makes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sphinx_thread_cards import snapshot
from support import programs
from support.commands import ROOT, program
from support.snapshots import URL, make_thread
from thread_snapshots.store import save

Node = dict[str, Any]
ISSUE = "https://github.com/example/lamp/issues/57"
POST = "https://x.com/joexample/status/1313512835843055618"
HEADER = "X · 6 October 2020 · @joexample"


def plugin(*options: str, tree: Node | None = None, cwd: Path = ROOT, error: str = "") -> Any:
    """Run the plugin as mystmd does, and return what it prints."""
    command = [sys.executable, "-m", "sphinx_thread_cards.mystmd", *options]
    data = json.dumps(tree).encode()
    result = subprocess.run(command, input=data, capture_output=True, cwd=cwd, check=True)
    assert error in result.stderr.decode()
    assert error or not result.stderr
    return json.loads(result.stdout)


def parent(kind: str, *children: Node, **attributes: object) -> Node:
    return {"type": kind, "children": list(children), **attributes}


def link(url: str, text: str) -> Node:
    return parent("link", *([{"type": "text", "value": text}] if text else []), url=url)


def lone(url: str) -> Node:
    return parent("paragraph", link(url, url), position={"start": {"line": 3}})


def transform(node: Node, *options: str, **run: Any) -> Node:
    """Return a changed node of a page."""
    tree = parent("root", parent("block", node))
    changed: Node = plugin("--transform", "thread-cards", *options, tree=tree, **run)
    return changed["children"][0]["children"][0]


def text_of(node: Node) -> str:
    end = "\n" * (node["type"] in {"paragraph", "admonitionTitle"})
    return node.get("value", "") + "".join(map(text_of, node.get("children", []))) + end


def all_of(kind: str, node: Node) -> Iterator[Node]:
    yield from [node] * (node["type"] == kind)
    for child in node.get("children", []):
        yield from all_of(kind, child)


def test_specification() -> None:
    (transform,) = plugin()["transforms"]
    assert (transform["name"], transform["stage"]) == ("thread-cards", "document")


def test_lone_url_becomes_a_card() -> None:
    card = transform(lone(POST))
    assert card["type"] == "admonition"
    assert "thread-card-x" in card["class"].split()
    assert card["position"] == {"start": {"line": 3}}
    assert text_of(card) == f"Thread on X\n{HEADER}\n{POST}\n"
    assert [node["url"] for node in all_of("link", card)] == [POST, POST]


def test_card_shows_the_snapshot(tmp_path: Path) -> None:
    thread = make_thread("A lamp that <b>boots</b>.", archived="https://archive.example/1")
    save(thread, tmp_path / "saved")
    text = text_of(transform(lone(URL), "--folder", "saved", cwd=tmp_path))
    assert "A lamp that <b>boots</b>.\n" in text
    assert "Archived copy: https://archive.example/1\n" in text


def test_other_bare_links_become_citations() -> None:
    links = [link(ISSUE, ISSUE), link(ISSUE, ""), link(ISSUE, "text"), link(URL[:20], URL[:20])]
    changed = transform(parent("paragraph", *links))["children"]
    assert [text_of(child) for child in changed] == ["example/lamp#57"] * 2 + ["text", URL[:20]]
    assert [child["url"] for child in changed[:3]] == [ISSUE] * 3


@pytest.mark.parametrize(
    "kind", ["listItem", "blockquote", "tableCell", "footnoteDefinition", "div"]
)
def test_lone_url_that_stays_a_link(kind: str) -> None:
    class_ = "wide no-card" if kind == "div" else ""
    box = transform(parent(kind, lone(ISSUE), **{"class": class_}))
    assert text_of(box) == "example/lamp#57\n"


def test_option_names_hosts() -> None:
    card = transform(
        lone("https://a.example/@jo/110446983178245440"), "--host", "a.example", "mastodon"
    )
    assert card["type"] == "admonition"


def test_invalid_snapshot_is_reported_and_ignored(tmp_path: Path) -> None:
    path = snapshot.snapshot_path(make_thread("A lamp."), tmp_path / "_threads")
    path.parent.mkdir(parents=True)
    path.write_text("{")
    card = transform(lone(URL), cwd=tmp_path, error=f"{path.name}: invalid JSON")
    assert card["type"] == "admonition"


PAGE = f"""\
---
exports: [{{format: md}}, {{format: tex, template: plain}}]
---
# A lamp

{POST}

See {ISSUE}, and []({POST}) [again]({ISSUE}).

- {ISSUE}
"""
CONFIG = """\
version: 1
project:
  plugins:
    - {type: executable, path: thread-cards}
  toc:
    - file: index.md
site: {template: plain}
"""
# The templates of mystmd come from a server; this one is local.
TEMPLATE = "{myst: v1, jtex: v1, title: Plain, build: {install: 'true', start: 'true'}}"


@pytest.mark.slow
def test_mystmd_builds_site_and_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = os.pathsep.join([f"{ROOT}/build/node/node_modules/.bin", os.environ["PATH"]])
    monkeypatch.setenv("PATH", path)
    myst = programs.require("myst")
    program(tmp_path, "thread-cards", f'exec "{sys.executable}" -m sphinx_thread_cards.mystmd "$@"')
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/template.yml").write_text(TEMPLATE)
    (tmp_path / "plain/template.tex").write_text("[-CONTENT-]\n")
    (tmp_path / "myst.yml").write_text(CONFIG)
    (tmp_path / "index.md").write_text(PAGE)
    for formats in (["--md", "--tex", "--force"], ["--site"]):
        command = [myst, "build", *formats, "--ci"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        log = result.stdout + result.stderr
        assert result.returncode == 0, log
        assert "1 transform" in log
        # mystmd reports warnings and errors with these, whatever its exit code.
        assert not {"⚠", "⛔"} & set(log), log

    built = tmp_path / "_build"
    tree = json.loads((built / "site/content/index.json").read_text())["mdast"]
    md = (built / "exports/index.md").read_text()
    tex = (built / "exports/index_tex/index.tex").read_text().replace(r"\#", "#")
    assert [text_of(card)[:11] for card in all_of("admonition", tree)] == ["Thread on X"]
    assert f"{{admonition}} [Thread on X]({POST})" in md
    assert rf"\textbf{{\href{{{POST}}}{{Thread on X}}}}" in tex
    for output in (md, tex, text_of(tree)):
        assert HEADER in output
        assert output.count("example/lamp#57") == 2
        assert "@joexample on X, 6 October 2020" in output
