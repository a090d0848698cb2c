"""Reads the tables of addresses in ``tests/platforms/``; the format is told in ``tests/test_platforms.py``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from datetime import UTC
from pathlib import Path
from typing import Any

from sphinx_thread_cards.urls import Kind, Precision, ThreadRef

# What may stand in an id: it becomes a path, an anchor and a file name after replacing. No control character, no
# backslash, no white space, no empty segment.
SAFE_ID = re.compile(r"[^/\\\s\x00-\x20\x7f]+(?:/[^/\\\s\x00-\x20\x7f]+)*")
FOLDER = Path(__file__).parent.parent / "platforms"
_SECTIONS = {"defaults", "hosts", "threads", "same", "different", "not_threads"}
_FIELDS = {field.name for field in fields(ThreadRef)}


@dataclass(frozen=True)
class Table:
    """The addresses of one platform."""

    name: str
    hosts: dict[str, str]
    threads: tuple[ThreadRef, ...]
    same: tuple[tuple[str, ...], ...]
    different: tuple[tuple[str, ...], ...]
    not_threads: tuple[str, ...]

    @property
    def known(self) -> list[str]:
        """Every address of the table that is a thread."""
        groups = (*self.same, *self.different)
        return [*(ref.given_url for ref in self.threads), *(url for group in groups for url in group)]


def read(path: Path) -> Table:
    """Read one file; raises ValueError for a section or field that does not exist."""
    content = tomllib.loads(path.read_text("utf-8"))
    if unknown := set(content) - _SECTIONS:
        message = f"{path.name}: no such section: {sorted(unknown)}"
        raise ValueError(message)
    defaults = content.get("defaults", {})
    return Table(
        name=path.stem,
        hosts=content.get("hosts", {}),
        threads=tuple(_expected(path, defaults | row) for row in content.get("threads", [])),
        same=tuple(tuple(group["urls"]) for group in content.get("same", [])),
        different=tuple(tuple(group["urls"]) for group in content.get("different", [])),
        not_threads=tuple(content.get("not_threads", [])),
    )


def _expected(path: Path, row: dict[str, Any]) -> ThreadRef:
    given = row.pop("given")
    if unknown := set(row) - _FIELDS:
        message = f"{path.name}: {given}: no such field: {sorted(unknown)}"
        raise ValueError(message)
    row["kind"] = Kind(row["kind"])
    row["precision"] = Precision(row.get("precision", "day"))
    if "posted" in row:
        row["posted"] = row["posted"].astimezone(UTC)
    return ThreadRef(given_url=given, **row)


TABLES = tuple(read(path) for path in sorted(FOLDER.glob("*.toml")))
