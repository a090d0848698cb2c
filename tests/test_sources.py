"""Platforms fetched from a real server on loopback: what was asked, and the snapshot that comes of it.

``tests/fetched/<platform>-<case>/case.toml`` names the thread and the answers, which have the real shape and invented
content::

    url = "https://news.ycombinator.com/item?id=1"     # what a page cites
    hosts = { "forum.example" = "discourse" }          # thread_cards_hosts, if needed
    replies = true                                     # the answers of others are wished for
    posts = ["12"]                                     # posts that pages cite besides
    saved = "page.html"                                # read this file instead of the network
    whole = false                                      # what Found.whole must be; else true
    note = "the first post only; ..."                  # what Found.note must be; else empty
    error = "NotFound: ..."                            # instead of a snapshot

    [answers]                                          # in any order; whatever else is asked is answered with 404
    "https://hn.algolia.com/api/v1/items/1" = "item.json"
    "https://example.org/b" = { status = 403, file = "error.json" }
    "https://example.org/c" = { status = 302, to = "https://example.org/d" }
    "POST https://misskey.example/api/notes/show" = "note.json"

Beside it stands ``expected.json``, the snapshot. ``pytest --regen`` writes it anew.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from thread_snapshots.asking import Asker
from thread_snapshots.errors import FetchError
from thread_snapshots.http import Client, Limits
from thread_snapshots.saved import open_saved
from thread_snapshots.sources import SOURCES
from thread_snapshots.steps import Found, Wish, drive
from sphinx_thread_cards.platforms import PLATFORMS, parse_thread_url
from sphinx_thread_cards.snapshot import cleaned, dumps
from support.server import Reply, Server, redirect, serve

CASES = sorted((Path(__file__).parent / "fetched").glob("*/case.toml"))
TYPES = {".json": "application/json", ".html": "text/html; charset=utf-8", ".xml": "application/atom+xml", ".gz": "application/gzip", ".txt": "text/plain"}


def _reply(folder: Path, answer: str | Mapping[str, Any], server: Server) -> Reply:
    if isinstance(answer, str):
        answer = {"file": answer}
    if "to" in answer:
        return redirect(_local(answer["to"], server), answer.get("status", 302))
    path = folder / answer["file"] if "file" in answer else None
    kind = answer.get("type", TYPES[path.suffix] if path else "text/plain")
    return Reply(body=path.read_bytes() if path else b"", status=answer.get("status", 200), type=kind, headers=answer.get("headers", {}))


def _local(url: str, server: Server) -> str:
    scheme, _, rest = url.partition("://")
    return f"{server.origin}/{rest}" if scheme else url


def fetch(case: Mapping[str, Any], folder: Path) -> tuple[Found, Server]:
    """Fetch the thread of a case from a server that stands for every host in it."""
    ref = parse_thread_url(case["url"], case.get("hosts"))
    assert ref is not None
    source = SOURCES[ref.platform]
    wish = Wish(replies=case.get("replies", False), posts=frozenset(case.get("posts", [])) | ({ref.post} if ref.post else set()))
    if "saved" in case:
        assert source.saved is not None
        return source.saved(ref, wish, open_saved(folder / case["saved"])), Server({}, "http")
    with serve() as server:
        asked = {question.split()[-1]: answer for question, answer in case.get("answers", {}).items()}
        for url, answer in asked.items():
            server.answers["/" + url.partition("://")[2]] = _reply(folder, answer, server)
        hosts = {url.split("/")[2] for url in asked} | {ref.host}
        endpoints = {host: f"{server.origin}/{host}" for host in hosts}
        with Client(limits=Limits(pause=0, backoff=0, retries=0), allowed=[server.origin]) as client:
            assert source.steps is not None
            return drive(source.steps(ref, wish), Asker(client, endpoints)), server


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_thread_is_fetched(path: Path, regen: bool) -> None:
    """The snapshot comes out as reviewed, and can be read again."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    if "error" in case:
        with pytest.raises(FetchError) as caught:
            fetch(case, path.parent)
        # The server's port is another one each time.
        assert f"{type(caught.value).__name__}: {re.sub(r'http://127[.0-9]+:[0-9]+/', 'https://', str(caught.value))}" == case["error"]
        return
    found, server = fetch(case, path.parent)
    # The server's port is another one each time.
    text = dumps(cleaned(found.thread)).replace(f"{server.origin}/", "https://")
    expected = path.with_name("expected.json")
    if regen:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
    assert (found.whole, found.note) == (case.get("whole", True), case.get("note", ""))
    asked = {f"{request.method} https:/{request.path}".removeprefix("GET ") for request in server.asked}
    unneeded = set(case.get("answers", {})) - asked
    assert not unneeded, f"nobody asked for {unneeded}; asked was {asked}"


def test_every_source_is_of_a_platform() -> None:
    """No name is misspelt; a platform without a source says why it has none."""
    assert SOURCES.keys() <= PLATFORMS.keys()
    for source in SOURCES.values():
        assert source.steps or source.why_not, source.name


def test_every_source_has_a_case() -> None:
    """Each platform that is fetched is fetched here."""
    folders = [path.parent.name for path in CASES]
    fetched = [name for name, source in SOURCES.items() if source.steps]
    assert [name for name in fetched if not any(folder.startswith(f"{name}-") for folder in folders)] == []
