"""Files that an author saved for ``--from``: pages, JSON and mbox files, plain or compressed with gzip."""

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from thread_snapshots.errors import BadResponse
from thread_snapshots.html import decode_text

MAX_FILE = 64 * 1024 * 1024  # uncompressed; browsers write images into pages
_GZIP = b"\x1f\x8b"
_SPACE = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedFile:
    """A file that an author saved, or that a source downloaded; ``name`` is for messages."""

    name: str
    body: bytes
    endpoint: str = "file"

    @property
    def is_html(self) -> bool:
        """Whether it looks like a web page."""
        return self.body[:4096].lstrip(_SPACE).startswith(b"<")

    def json(self) -> Any:
        """Return the content, parsed; raise BadResponse if it is not JSON."""
        try:
            return msgspec.json.decode(self.body.lstrip(_SPACE))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise BadResponse(self.name, "the file is not valid JSON") from None

    def html(self) -> str:
        """Return the text of a web page; raise BadResponse if the file is not one."""
        if not self.is_html:
            raise BadResponse(self.name, "the file is not a web page")
        return decode_text(self.body)


def open_file(path: Path) -> SavedFile:
    """Read a file; raise BadResponse if it cannot be read, or is too large."""
    try:
        with path.open("rb") as file:
            body = file.read(MAX_FILE + 1)
    except OSError as error:
        raise BadResponse(path.name, f"the file cannot be read: {error.strerror}") from None
    return SavedFile(name=path.name, body=decompress(body, path.name))


def decompress(body: bytes, name: str) -> bytes:
    """Decompress data if it is compressed with gzip, and return it; error messages contain ``name``."""
    try:
        if body.startswith(_GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
                body = file.read(MAX_FILE + 1)
    except (OSError, EOFError, zlib.error):
        raise BadResponse(name, "the gzip data is incomplete or damaged") from None
    if len(body) > MAX_FILE:
        raise BadResponse(name, f"larger than {MAX_FILE // 1024**2} MB")
    return body
