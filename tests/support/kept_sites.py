"""A small site that cites threads, and a server that stands for every host: what the commands are tested with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thread_snapshots.cli import main
from support.server import Reply, Server, json_reply

HOSTS = ("hn.algolia.com", "archive.org", "social.example", "files.social.example")


@dataclass(frozen=True)
class KeptSite:
    """A site in a folder of its own."""

    folder: Path
    server: Server

    @property
    def store(self) -> Path:
        return self.folder / "docs" / "_threads"

    def write(self, pages: Mapping[str, str], **settings: object) -> None:
        """Write pages and conf.py; every host is the server."""
        docs = self.folder / "docs"
        for name, text in pages.items():
            (docs / name).parent.mkdir(parents=True, exist_ok=True)
            (docs / name).write_text(text, encoding="utf-8")
        endpoints = {host: f"{self.server.origin}/{host}" for host in HOSTS}
        values: dict[str, object] = {"extensions": ["myst_parser", "sphinx_thread_cards"], "thread_cards_endpoints": endpoints, **settings}
        (self.folder / "conf.py").write_text("".join(f"{name} = {value!r}\n" for name, value in values.items()), encoding="utf-8")

    def run(self, *words: str) -> int:
        """Run a command in the site's folder."""
        command, *others = words
        hurry = ["--pause", "0"] if command in {"fetch", "check"} else []
        return main([command, "-c", str(self.folder), *hurry, str(self.folder / "docs"), *others])

    def snapshot(self, name: str) -> dict[str, Any]:
        """A snapshot by its place in the store."""
        data: dict[str, Any] = json.loads((self.store / f"{name}.json").read_text(encoding="utf-8"))
        return data

    def answer(self, *items: dict[str, Any]) -> None:
        """Have Hacker News answer with these items."""
        for item in items:
            self.server.answers[f"/hn.algolia.com/api/v1/items/{item['id']}"] = json_reply(item)


def item(number: int, text: str = "Words.", *comments: dict[str, Any], author: str = "jo_example") -> dict[str, Any]:
    """A story or a comment of Hacker News."""
    return {
        "id": number, "created_at": "2020-10-06T17:00:00.000Z", "created_at_i": 1602003600 + number, "type": "story",
        "author": author, "title": f"Lamp {number}", "url": None, "text": f"<p>{text}</p>", "points": 3, "parent_id": None,
        "story_id": number, "options": [], "children": list(comments),
    }  # fmt: skip


def url_of(number: int) -> str:
    """What a page cites."""
    return f"https://news.ycombinator.com/item?id={number}"


def page_of(*numbers: int) -> str:
    """A page that cites these, from its third line on, two lines each."""
    return "# Lamps\n\n" + "\n\n".join(f"<{url_of(number)}>" for number in numbers) + "\n"


def gone(status: int = 404) -> Reply | Sequence[Reply]:
    """What a server answers for what is not there."""
    return Reply(status=status, body=b'{"status":404}')
