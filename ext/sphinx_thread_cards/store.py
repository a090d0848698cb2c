"""Where snapshots are kept: one file a thread in ``docs/_threads/``, read by the build and written by the command line.

A file's name is the thread's id, with ``/`` as folders: ``x/1313512835843055618.json``. Below the platform stands the
host where ids are per host: ``mastodon/social.example/110446983178245440.json``; on platforms with one place for nearly
everybody only other hosts are named, with ``@``: ``github/@git.example/owner/project/1.json``. Not every file system
tells ``a`` from ``A`` or allows every character, so what follows is written otherwise, and no two ids get one name:

- an upper-case letter as ``!`` and its small one: ``d!qw4w9!wg!xc!q`` for ``dQw4w9WgXcQ``;
- other characters than ``a-z0-9_-.%+=@,`` and letters of other scripts as ``~`` and two digits for each byte of UTF-8;
- a dot at an end, an ``@`` in front, and a name that Windows keeps for itself, too;
- what is longer than 200 bytes: its beginning, ``~~``, and a hash of the whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import stat
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.unfit import MOST_BYTES, TOO_LARGE, SnapshotError, shown

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Thread

__all__ = ["FOLDER", "MEDIA", "SnapshotError", "load", "path_of", "save", "sweep", "write_whole"]

FOLDER = "_threads"
"""Beside the pages."""
MEDIA = "media"
"""In it, the pictures."""
_LONGEST = 200
_LONGEST_PATH = 800
_KEPT_OF_LONG = 120
_PLAIN = re.compile(r"[a-z0-9_-][a-z0-9_.%+=@,-]*(?<!\.)")
_ASCII = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.%+=@,-")
_WINDOWS = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:\..*)?", re.DOTALL)
_UNFINISHED = "~unfinished-"
_FORGOTTEN_AFTER = 3600  # seconds; no writer takes so long


def path_of(ref: ThreadRef | Thread, folder: Path) -> Path:
    """The file of a thread's snapshot, whether it exists or not; always below ``folder``."""
    return Path(folder, *_names(ref.platform, ref.host, ref.id))


def _names(platform: str, host: str, id_: str) -> list[str]:
    """The folders and the file name, below the store's folder."""
    known = PLATFORMS.get(platform)
    names = [_name(platform)]
    if known is None or known.many_servers:
        names.append(_name(host))
    elif host != known.hosts[0]:  # where nearly everybody is
        names.append(f"@{_name(host)}")
    folders = [_name(part) for part in id_.split("/")]
    if sum(map(len, folders)) > _LONGEST_PATH:
        folders = [_name(id_)]
    file = folders.pop()
    # Else a folder of one thread could stand where another thread's file is.
    folders = [re.sub(r"\.json\Z", "~2ejson", name) for name in folders]
    return [*names, *folders, f"{file}.json"]


def _name(text: str) -> str:
    """Text as the name of a file or folder, as told above."""
    if _PLAIN.fullmatch(text) and len(text) <= _LONGEST and not _WINDOWS.fullmatch(text):
        return text
    # One letter can be written in two ways that some file systems take for one (Unicode TR15).
    scripts = unicodedata.is_normalized("NFC", text)
    parts = [_written(char, scripts=scripts) for char in text]
    for place in (0, -1):
        if parts and (parts[place] == "." or (place == 0 and (parts[0] == "@" or _WINDOWS.fullmatch(text.lower())))):
            parts[place] = _bytes(text[place])
    name = "".join(parts) or "~"
    if len(name.encode()) <= _LONGEST:
        return name
    whole = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{name.encode()[:_KEPT_OF_LONG].decode(errors='ignore')}~~{whole}"


def _written(char: str, *, scripts: bool) -> str:
    if char in _ASCII:
        return char
    if char.isascii() and char.isupper():
        return f"!{char.lower()}"
    # Letters that have one form only when case is folded, in any of the ways in which that is done.
    if scripts and not char.isascii() and char.isalnum() and char == char.casefold() == char.upper().casefold():
        return char
    return _bytes(char)


def _bytes(char: str) -> str:
    return "".join(f"~{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


def load(ref: ThreadRef, folder: Path) -> Thread | None:
    """Read a thread's snapshot.

    :returns: the thread, or None if none is kept.
    :raises SnapshotError: the file cannot be used, and why.
    """
    text = _read(os.path.join(folder, *_names(ref.platform, ref.host, ref.id)))  # noqa: PTH118 - a Path takes longer than the rest
    if text is None:
        return None
    from sphinx_thread_cards.snapshot import loads  # noqa: PLC0415 - few sites keep threads; others need not wait for this

    thread = loads(text)
    if (thread.platform, thread.host, thread.id) != ref.key:
        kept = f"{thread.platform} {thread.host} {thread.id}"
        reason = f"it keeps another thread, {shown(kept)}; this place is for {shown(' '.join(ref.key))}"
        raise SnapshotError(reason)
    return thread


def _read(path: str) -> bytes | None:
    """A file's content, or None if there is no such file."""
    try:
        found = os.stat(path)  # noqa: PTH116 - as above
        if not stat.S_ISREG(found.st_mode):
            reason = "it is not a file"  # and reading a pipe would never end
            raise SnapshotError(reason)
        if found.st_size > MOST_BYTES:
            raise SnapshotError(TOO_LARGE)
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
        raise SnapshotError(reason) from error


def save(thread: Thread, folder: Path, *, clean: bool = False) -> bool:
    """Keep a thread, as :func:`write_whole` does.

    :param clean: whether it is as ``snapshot.cleaned`` gave it, but for its provenance, and need not be cleaned again.
    :returns: whether the file is new or another than before.
    :raises SnapshotError: the thread could not be read again, and why; nothing is written.
    :raises OSError: nothing could be written; what was there is there.
    """
    # What a reader gets is what is written: without control characters, and in one form.
    from sphinx_thread_cards.snapshot import cleaned, dumps  # noqa: PLC0415 - as in load

    content = dumps(thread if clean else cleaned(thread)).encode()
    if len(content) > MOST_BYTES:
        raise SnapshotError(TOO_LARGE)
    return write_whole(path_of(thread, folder), content)


def write_whole(path: Path, content: bytes) -> bool:
    """Write a file that is at any moment the whole old one or the whole new one, whoever else writes it.

    :returns: whether it is new or another than before; one that would stay the same is not touched.
    :raises OSError: it could not be written; what was there is there.
    """
    try:
        # Only of the same size: a pipe or a device in its place would be read without end.
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return True


def sweep(folder: Path) -> None:
    """Take away what writers left that were killed: never a file that one may still be writing."""
    for path in folder.rglob(f"{_UNFINISHED}*"):
        with contextlib.suppress(FileNotFoundError):  # another command took it, or its writer finished
            if time.time() - path.stat().st_mtime > _FORGOTTEN_AFTER:
                path.unlink()
