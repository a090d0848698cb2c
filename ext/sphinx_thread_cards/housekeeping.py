"""The store as a whole: what is in it, and what nobody needs any more."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from sphinx_thread_cards.figures import files_of
from sphinx_thread_cards.snapshot import loads
from sphinx_thread_cards.store import MEDIA, SnapshotError
from sphinx_thread_cards.texts import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sphinx_thread_cards.thread import Thread

_PICTURE = re.compile(FORMS["file"].pattern)


def kept(folder: Path) -> Iterator[tuple[Path, Thread]]:
    """Every snapshot that can be used, with its file, in the order of names."""
    for path in sorted(folder.rglob("*.json")):
        with suppress(SnapshotError, OSError):
            yield path, loads(path.read_bytes())


def unused_media(folder: Path) -> list[Path]:
    """Pictures that no snapshot names, in the order of names; one that cannot be read counts by what stands in it.

    A picture that another command has just written, for a snapshot that comes a moment later, is among them.

    :raises OSError: a snapshot cannot be opened, so that nothing can be said.
    """
    media = folder / MEDIA
    names = {path.name for path in media.glob("*") if _PICTURE.fullmatch(path.name)}
    for path in folder.rglob("*.json"):
        if path.is_file():
            names -= _named_in(path.read_bytes(), names)
    return sorted(media / name for name in names)


def _named_in(snapshot: bytes, names: set[str]) -> set[str]:
    """Those of the names that a snapshot has, or that its text holds."""
    try:
        return set(files_of(loads(snapshot)))
    except SnapshotError:
        # Without the zeros that stand between letters in UTF-16.
        text = snapshot.replace(b"\0", b"")
        return {name for name in names if name.encode() in text}
