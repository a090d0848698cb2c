"""A file that the author saved: a page from the browser, a web archive of one, downloaded JSON, or mails; or packed.

Web archives hold a page with what it shows: Chromium's MHTML (RFC 2557, with its header ``Snapshot-Content-Location``),
which leaves all scripts out, and with them what a page says of itself in JSON; and Safari's property list of WebKit's
``WebArchive``.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import gzip
import io
import json
import plistlib
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from thread_snapshots.answers import Answer
from thread_snapshots.errors import BadAnswer
from thread_snapshots.pages.reading import address_of_page, read_page
from thread_snapshots.rich.spans import safe_link

if TYPE_CHECKING:
    from pathlib import Path

    from thread_snapshots.steps import Found, Source, Wish
    from sphinx_thread_cards.urls import ThreadRef

MOST_BYTES = 64 * 1024 * 1024
"""Of a saved file, unpacked; browsers write pictures into pages."""
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_SPACE = b"\xef\xbb\xbf \t\r\n"
_MHTML = re.compile(rb"^content-type:\s*multipart/related\b", re.MULTILINE)
_HEADERS = 16_384
_PLISTS = (b"bplist00", b"<?xml")
# No library of these promises what it raises for a broken file.
_BROKEN = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError, EOFError, RuntimeError),
    *(StopIteration, struct.error, zlib.error, zipfile.BadZipFile, ExpatError),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What a saved file holds."""

    name: str
    """For messages."""
    body: bytes
    url: str = ""
    """Of a page out of a web archive, where the archive says that it is from, as it came."""

    @property
    def is_html(self) -> bool:
        """Whether it looks like a page."""
        return self.body[:4096].lstrip(_SPACE).startswith(b"<")

    @property
    def address(self) -> str | None:
        """The address that a web archive, or the comment of a browser or canonical link in a page, says it is of.

        Only http and https; None if it does not say, or is no page.
        """
        return safe_link(self.url) or (address_of_page(self.html()) if self.is_html else None)

    @property
    def is_mail(self) -> bool:
        """Whether it looks like an mbox file."""
        return self.body.startswith(b"From ")

    def json(self) -> Any:  # noqa: ANN401 - whatever it holds
        """Its content, as JSON.

        :raises BadAnswer: if it is none.
        """
        try:
            return json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            kind = "a web page" if self.is_html else "broken or no JSON"
            raise BadAnswer(self.name, f"the file is {kind}, where JSON was due") from None

    def html(self) -> str:
        """Its content, as the text of a page.

        :raises BadAnswer: if it is none.
        """
        if not self.is_html:
            raise BadAnswer(self.name, "the file is no web page")
        return _text(self.body)


def read_file(source: Source | None, ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read the thread from a file: by the platform's own reader, or as a page that describes itself.

    :param source: the platform's; None for one that has none.
    :raises FetchError: if the thread is not in it.
    """
    failure = BadAnswer(file.name, f"nothing of {ref.platform} can be read from such a file; save the page")
    if source and source.saved:
        try:
            return source.saved(ref, wish, file)
        except BadAnswer as error:
            failure = error
    if file.is_html:
        return read_page(ref, wish, file.html(), "file")
    raise failure


def open_saved(path: Path) -> Saved:
    """Read a file.

    :raises BadAnswer: if it cannot be read, or is too large.
    """
    try:
        body = path.read_bytes()[: MOST_BYTES + 1]
    except OSError as error:
        raise BadAnswer(path.name, f"the file cannot be read: {error.strerror}") from None
    return saved_of(path.name, body)


def saved_of(name: str, body: bytes) -> Saved:
    """What a file holds, out of its packing and its web archive.

    :raises BadAnswer: if either is broken, or it is too large.
    """
    body = unpacked(_unzipped(body, name), name)
    read = _from_mhtml if _is_mhtml(body) else _from_plist if _is_plist(body) else None
    if read is None:
        return Saved(name=name, body=body)
    try:
        page, charset, url = read(body)
    except _BROKEN:
        raise BadAnswer(name, "the web archive is broken, or holds no page") from None
    # The archive knows the character set, whatever the page says of its own.
    return Saved(name=name, body=codecs.BOM_UTF8 + _text(page, charset).encode(), url=url)


def _unzipped(body: bytes, name: str) -> bytes:
    if not body.startswith(_ZIP):
        return body
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive, archive.open(archive.namelist()[0]) as file:
            return file.read(MOST_BYTES + 1)
    except _BROKEN:
        raise BadAnswer(name, "the file cannot be unpacked") from None


def unpacked(body: bytes, name: str) -> bytes:
    """A file or an answer as it was before gzip packed it; itself if it is not packed.

    :param name: of the file, or the address that was asked; for messages.
    :raises BadAnswer: if it is not whole, or is or grows too large.
    """
    try:
        if body.startswith(_GZIP):
            body = gzip.GzipFile(fileobj=io.BytesIO(body)).read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise BadAnswer(name, "the file cannot be read: it is not whole") from None
    if len(body) > MOST_BYTES:
        raise BadAnswer(name, f"the file is larger than {MOST_BYTES // 1024**2} MB")
    return body


def _text(page: bytes, charset: str = "") -> str:
    kind = f"text/html; charset={charset}" if charset else "text/html"
    return Answer(url="", headers={"Content-Type": kind}, body=page).text


def _is_mhtml(body: bytes) -> bool:
    start = body[:_HEADERS].replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
    return b"mime-version:" in start and _MHTML.search(start) is not None


def _is_plist(body: bytes) -> bool:
    return body.startswith(_PLISTS) and b"WebMainResource" in body


def _from_mhtml(body: bytes) -> tuple[bytes, str, str]:
    """The page, its character set if it is named, and its address as it came; raises anything for what is broken."""
    message = email.message_from_bytes(body, policy=email.policy.compat32)
    part = next(part for part in message.walk() if part.get_content_type() == "text/html")
    url = message.get("Snapshot-Content-Location") or part.get("Content-Location") or ""
    return bytes(part.get_payload(decode=True)), part.get_content_charset() or "", str(url).strip()


def _from_plist(body: bytes) -> tuple[bytes, str, str]:
    main = plistlib.loads(body)["WebMainResource"]
    content, charset, url = (main.get(f"WebResource{name}") for name in ("Data", "TextEncodingName", "URL"))
    if not isinstance(content, bytes):
        raise TypeError
    return content, str(charset or ""), str(url or "")
