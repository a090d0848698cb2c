"""Recorded responses of platforms, in the folders of ``tests/fetched``.

``<platform>-<case>/case.toml`` names the thread and the responses, which have the shape of real ones and invented
content; ``expected.json`` is the snapshot::

    url = "https://news.ycombinator.com/item?id=1"     # what a page cites
    hosts = { "forum.example" = "discourse" }          # thread_cards_hosts, if needed
    replies = true                                     # with the replies of other people
    posts = ["12"]                                     # other posts that pages cite
    summary = true                                     # a summary, without posts
    saved = "page.html"                                # read this file instead of the network
    complete = false                                   # FetchResult.complete; by default true
    note = "first post only"                           # part of FetchResult.note; by default it is empty
    error = "NotFound"                                 # the exception, instead of a snapshot

    [responses]                                        # any other request fails with 404
    "https://hn.algolia.com/api/v1/items/1" = "item.json"
    "https://example.org/b" = { status = 403, file = "error.json" }
    "https://example.org/c" = { to = "https://example.org/d" }
    "POST https://forge.example/api/graphql" = "issue.json"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.urls import ThreadRef
from thread_snapshots.errors import BadResponse, error_for_status
from thread_snapshots.saved_file import SavedFile, open_file
from thread_snapshots.source import FetchOptions, FetchResult, Request, Response, run_requests
from thread_snapshots.sources import SOURCES
from thread_snapshots.thread_builder import summary_of
from thread_snapshots.webpage import read_file

FOLDER = Path(__file__).parents[1] / "fetched"
TYPES = {".json": "application/json", ".html": "text/html", ".xml": "application/atom+xml"}


@dataclass
class Case:
    """One recorded thread."""

    folder: Path
    data: Mapping[str, Any]
    requested: set[str] = field(default_factory=set)

    @property
    def ref(self) -> ThreadRef:
        ref = parse_thread_url(self.data["url"], self.data.get("hosts"))
        assert ref is not None
        return ref

    @property
    def responses(self) -> dict[str, Any]:
        responses = self.data.get("responses", {}).items()
        return {url: {"file": to} if isinstance(to, str) else to for url, to in responses}

    @property
    def file(self) -> SavedFile | None:
        return open_file(self.folder / self.data["saved"]) if "saved" in self.data else None

    def fetch(self) -> FetchResult:
        """Fetch the thread from the recorded responses, or read the saved file."""
        ref, source = self.ref, SOURCES.get(self.ref.platform)
        cited = {*self.data.get("posts", []), *([ref.post] if ref.post else [])}
        summary, replies = self.data.get("summary", False), self.data.get("replies", False)
        options = FetchOptions(summary=summary, replies=replies, posts=frozenset(cited))
        if file := self.file:
            return read_file(source, ref, options, file)
        assert source
        assert source.fetch
        result = run_requests(source.fetch(ref, options), self.send)
        return summary_of(result) if summary and result.thread.posts else result

    def send(self, request: Request) -> Response:
        """Return the recorded response to a request."""
        url, responses = request.url, self.responses
        name = url if request.json is None else f"POST {url}"
        while "to" in (recorded := responses.get(name, {"status": 404})):
            self.requested.add(name)
            name = url = recorded["to"]
        self.requested.add(name)
        path = self.folder / recorded["file"] if "file" in recorded else None
        media_type = recorded.get("type", TYPES.get(path.suffix, "") if path else "")
        headers = {"Content-Type": media_type, **recorded.get("headers", {})}
        response = Response(url=url, body=path.read_bytes() if path else b"", headers=headers)
        if (status := recorded.get("status", 200)) >= 300:
            details = None
            with suppress(BadResponse):
                details = response.json()
            raise error_for_status(url, status, body=details)
        return response


def load_cases(*, errors: bool = True) -> list[Case]:
    """Return all cases, or only those that give a snapshot."""
    paths = sorted(FOLDER.glob("*/case.toml"))
    cases = [Case(path.parent, tomllib.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return [case for case in cases if errors or "error" not in case.data]
