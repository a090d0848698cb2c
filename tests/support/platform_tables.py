"""Reads the tables of URLs, ``tests/platforms/<platform>.toml``.

Sections of a table, all but ``threads`` optional::

    not_threads = ["https://host.example/about"]  # near misses

    [hosts]                     # the setting `thread_cards_hosts`, for the whole file
    "forum.example" = "example"

    [defaults]                  # fields that all rows of [[threads]] share
    platform = "example"
    kind = "post"

    [[threads]]                 # a URL and every field of its ThreadRef; fields not named are None
    given = "https://host.example/12?utm_source=x"
    host = "host.example"
    id = "12"
    url = "https://host.example/12"

    [[same]]                    # URLs of one thread: equal keys
    urls = ["https://host.example/12", "http://www.host.example/12/"]

    [[different]]               # URLs of different threads: all keys differ
    urls = ["https://host.example/12", "https://host.example/13"]
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from sphinx_thread_cards.urls import Kind, Precision, ThreadRef

FOLDER = Path(__file__).parent.parent / "platforms"


@dataclass(frozen=True)
class Table:
    """The URLs of one platform."""

    name: str
    hosts: dict[str, str]
    threads: tuple[ThreadRef, ...]
    same: tuple[list[str], ...]
    different: tuple[list[str], ...]
    not_threads: tuple[str, ...]

    @property
    def known(self) -> list[str]:
        """Every URL of a thread in the table."""
        groups = (*self.same, *self.different)
        return [*(ref.given_url for ref in self.threads), *(url for urls in groups for url in urls)]


def read(path: Path) -> Table:
    """Read one table; raise TypeError for a section or field that does not exist."""
    content = tomllib.loads(path.read_text("utf-8"))
    defaults = content.pop("defaults", {})
    threads = [_ref(defaults | row) for row in content.pop("threads", [])]
    groups = {
        name: tuple(g["urls"] for g in content.pop(name, [])) for name in ("same", "different")
    }
    urls = tuple(content.pop("not_threads", []))
    return Table(
        path.stem, threads=tuple(threads), not_threads=urls, **groups, **{"hosts": {}} | content
    )


def _ref(row: dict[str, Any]) -> ThreadRef:
    row["given_url"] = row.pop("given")
    row["kind"] = Kind(row["kind"])
    row["precision"] = Precision(row.get("precision", "day"))
    if "posted" in row:
        row["posted"] = row["posted"].astimezone(UTC)
    return ThreadRef(**row)


TABLES = tuple(read(path) for path in sorted(FOLDER.glob("*.toml")))
HOSTS = {host: name for table in TABLES for host, name in table.hosts.items()}
KNOWN = [url for table in TABLES for url in table.known]
