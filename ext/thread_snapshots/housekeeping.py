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
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sphinx_thread_cards.thread import Thread

_PICTURE = re.compile(FORMS["file"].pattern)


def kept(folder: Path) -> Iterator[tuple[Path, Thread]]:
    """Every snapshot that can be used, with its file, in the order of names."""
    for path in sorted(folder.rglob("*.json")):
        with suppress(SnapshotError, OSError):
            if path.is_file():  # Reading a pipe would never end.
                yield path, loads(path.read_bytes())


def pictures_of(snapshots: Iterable[Path], folder: Path) -> set[Path]:
    """The kept pictures that these snapshots name; of one that cannot be read, those whose names stand in it.

    :raises OSError: a snapshot that exists cannot be opened.
    """
    media = folder / MEDIA
    names = {path.name for path in media.glob("*") if _PICTURE.fullmatch(path.name)}
    texts = [path.read_bytes() for path in snapshots if path.is_file()]
    return {media / name for text in texts for name in _named_in(text, names) & names}


def _named_in(snapshot: bytes, names: set[str]) -> set[str]:
    try:
        return set(files_of(loads(snapshot)))
    except SnapshotError:
        # Without the zeros that stand between letters in UTF-16.
        text = snapshot.replace(b"\0", b"")
        return {name for name in names if name.encode() in text}
