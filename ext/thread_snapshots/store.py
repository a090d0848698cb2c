"""Writes snapshots as sorted JSON; a file is never incomplete, even while it is written."""

import hashlib
import json
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from sphinx_thread_cards.snapshot import FORMAT, Post, Thread, decode, snapshot_path


def encode(thread: Thread) -> bytes:
    """Return a snapshot as JSON with sorted keys, one value per line; raise what :func:`decode` would raise."""
    compact = msgspec.json.encode(msgspec.to_builtins(thread) | {"format": FORMAT}, order="sorted")
    decode(compact)
    return msgspec.json.format(compact, indent=2) + b"\n"


def now() -> datetime:
    """Return the current time as snapshots store it: UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def digest(posts: Iterable[Post]) -> str:
    """Return ``sha256:`` and the hash of :func:`authored_content`."""
    content = [authored_content(post) for post in posts]
    data = json.dumps(content, separators=(",", ":"), sort_keys=True)
    return f"sha256:{hashlib.sha256(data.encode('ascii')).hexdigest()}"


def authored_content(post: Post) -> dict[str, Any]:
    """Return what the author of a post wrote: text, content warning and alternative texts.

    URLs and sizes of images are left out, because some servers change them with every request.
    """
    return {
        "id": post.id,
        "author": post.author,
        "blocks": msgspec.to_builtins(post.blocks),
        "warning": post.warning,
        "media": [{"kind": media.kind, "alt": media.alt} for media in post.media],
        "quoted": authored_content(post.quoted) if post.quoted else None,
    }


def save(thread: Thread, folder: Path) -> bool:
    """Write the snapshot of a thread, as :func:`write_atomic` does; raise what :func:`encode` raises."""
    return write_atomic(snapshot_path(thread, folder), encode(thread))


def write_atomic(path: Path, content: bytes) -> bool:
    """Write a file, unless it has this content; return whether it is new or changed.

    Other processes see either the old or the new content, never a part; after an OSError, the old one.
    """
    with suppress(FileNotFoundError):
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"~{os.getpid()}-{threading.get_ident()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return True
