"""A small site that cites threads on Hacker News, and a server in place of all hosts, for tests of the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.server import Server, json_response
from thread_snapshots.cli import main

HOSTS = "hn.algolia.com archive.org social.example files.social.example api.github.com page.example"
API = "/hn.algolia.com/api/v1/items/"


@dataclass(frozen=True)
class CitedSite:
    """A site in a folder."""

    folder: Path
    server: Server

    @property
    def store(self) -> Path:
        return self.folder / "docs" / "_threads"

    def write(self, pages: Mapping[str, str], **config: object) -> None:
        """Write pages and conf.py."""
        (self.folder / "docs").mkdir(exist_ok=True)
        for name, text in pages.items():
            (self.folder / "docs" / name).write_text(text, encoding="utf-8")
        endpoints = {host: f"{self.server.origin}/{host}" for host in HOSTS.split()}
        values = {
            "extensions": ["myst_parser", "sphinx_thread_cards"],
            "thread_cards_endpoints": endpoints, "thread_cards_media": False, **config,
        }  # fmt: skip
        lines = [f"{name} = {value!r}\n" for name, value in values.items()]
        (self.folder / "conf.py").write_text("".join(lines), encoding="utf-8")

    def run(self, command: str, *arguments: str) -> int:
        hurry = ["--pause", "0"] if command in {"fetch", "check"} else []
        return main([command, "-c", ".", *hurry, "docs", *arguments])

    def snapshot(self, name: str) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((self.store / f"{name}.json").read_text(encoding="utf-8"))
        return data

    def respond(self, *items: dict[str, Any]) -> None:
        """Let the server respond with these items of Hacker News."""
        self.server.responses |= {f"{API}{item['id']}": json_response(item) for item in items}


def item(
    number: int, text: str = "Text.", *comments: dict[str, Any], author: str = "jo_example"
) -> dict[str, Any]:
    """Return a story or a comment of Hacker News."""
    return {
        "id": number, "created_at_i": 1602003600 + number, "type": "story", "author": author,
        "title": f"Lamp {number}", "url": None, "text": f"<p>{text}</p>", "story_id": number,
        "options": [], "children": list(comments),
    }  # fmt: skip


def url_of(number: int) -> str:
    return f"https://news.ycombinator.com/item?id={number}"


def page_of(*urls: int | str) -> str:
    """Return a page with a card for each URL or story, from line 3 on, two lines each."""
    lines = (f"<{url if isinstance(url, str) else url_of(url)}>" for url in urls)
    return "# Lamps\n\n" + "\n\n".join(lines) + "\n"
