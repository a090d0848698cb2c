"""Reads the tables of URLs, ``tests/platforms/<platform>.toml``.

- ``not_threads``: URLs that give None.
- ``[hosts]``: the setting ``thread_cards_hosts`` for the table.
- ``[[threads]]``: a URL (``given``) and every field of its ThreadRef; ``[defaults]`` has fields that
  all rows share; fields that neither names are None.
- ``[[same]]``: ``urls`` of one thread, with equal keys; ``[[different]]``: URLs of different threads.
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
