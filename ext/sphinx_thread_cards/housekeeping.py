"""The store as a whole: what is in it, and what nobody needs any more."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sphinx_thread_cards.snapshot import loads
from sphinx_thread_cards.store import MEDIA, SnapshotError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sphinx_thread_cards.thread import Thread


def kept(folder: Path) -> Iterator[tuple[Path, Thread]]:
    """Every snapshot that can be used, with its file, in the order of names."""
    for path in sorted(folder.rglob("*.json")):
        with suppress(SnapshotError, OSError):
            yield path, loads(path.read_bytes())


def unused_media(folder: Path) -> list[Path]:
    """Pictures that no snapshot names, in the order of names; one that cannot be read counts by what stands in it."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*.json") if path.is_file()]
    files = sorted(path for path in (folder / MEDIA).glob("*") if path.is_file())
    return [path for path in files if not any(path.name in text for text in texts)]
