"""Pictures in the store that no snapshot shows any more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sphinx_thread_cards.figures import files_of
from sphinx_thread_cards.snapshot import loads
from sphinx_thread_cards.store import MEDIA
from sphinx_thread_cards.texts import FORMS
from sphinx_thread_cards.unfit import SnapshotError

if TYPE_CHECKING:
    from pathlib import Path

_PICTURE = re.compile(FORMS["file"].pattern)


def unused(folder: Path) -> list[Path]:
    """The media files that no snapshot refers to, sorted; nothing is taken away.

    In a snapshot that cannot be read, because it is broken or of a later version, every name that stands in it counts.
    A file that another command has just written, for a snapshot that comes a moment later, is among them: whoever
    deletes should take only files that a snapshot referred to before.

    :param folder: the store's.
    :raises OSError: a snapshot cannot be opened, so that nothing can be said.
    """
    media = folder / MEDIA
    names = {path.name for path in media.glob("*") if _PICTURE.fullmatch(path.name)}
    for path in folder.rglob("*.json"):
        if path.is_file():
            names -= _shown_by(path.read_bytes(), names)
    return sorted(media / name for name in names)


def _shown_by(snapshot: bytes, names: set[str]) -> set[str]:
    """Those of the names that a snapshot refers to, or that its text holds."""
    try:
        return set(files_of(loads(snapshot)))
    except SnapshotError:
        # Without the zeros that stand between letters in UTF-16.
        text = snapshot.replace(b"\0", b"")
        return {name for name in names if name.encode() in text}
