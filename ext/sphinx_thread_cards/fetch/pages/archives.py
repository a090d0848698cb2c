"""Web archives: a page in one file with what it shows, as Chromium (MHTML) and Safari (webarchive) save it.

Formats: RFC 2557, with Chromium's header ``Snapshot-Content-Location``; a property list of WebKit's ``WebArchive``.
Chromium leaves all scripts out, and with them what a page says of itself in JSON.
"""

from __future__ import annotations

import email
import email.policy
import plistlib
import re
import struct
from dataclasses import dataclass
from xml.parsers.expat import ExpatError

_MHTML = re.compile(rb"^content-type:\s*multipart/related\b", re.MULTILINE)
_HEADERS = 16_384
_PLISTS = (b"bplist00", b"<?xml")
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError, struct.error, ExpatError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Archived:
    """The page itself, out of an archive."""

    body: bytes
    charset: str = ""
    """As the archive names it; empty if it does not."""
    url: str = ""
    """What it says that the page's address is, as it came."""


def is_archive(body: bytes) -> bool:
    """Whether a file looks like an archive."""
    return _is_mhtml(body) or _is_plist(body)


def open_archive(body: bytes) -> Archived | None:
    """Take the page out of an archive; None if the file is no archive, or a broken one."""
    try:
        if _is_mhtml(body):
            return _from_mhtml(body)
        return _from_plist(body) if _is_plist(body) else None
    except _BROKEN:
        # Neither library promises what it raises for a broken file.
        return None


def _is_mhtml(body: bytes) -> bool:
    start = body[:_HEADERS].replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
    return b"mime-version:" in start and _MHTML.search(start) is not None


def _is_plist(body: bytes) -> bool:
    return body.startswith(_PLISTS) and b"WebMainResource" in body


def _from_mhtml(body: bytes) -> Archived | None:
    message = email.message_from_bytes(body, policy=email.policy.compat32)
    part = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    content = part.get_payload(decode=True) if part else None
    if part is None or not isinstance(content, bytes):
        return None
    url = message.get("Snapshot-Content-Location") or part.get("Content-Location") or ""
    return Archived(body=content, charset=part.get_content_charset() or "", url=str(url).strip())


def _from_plist(body: bytes) -> Archived | None:
    main = plistlib.loads(body)["WebMainResource"]
    content, charset, url = (main.get(f"WebResource{name}") for name in ("Data", "TextEncodingName", "URL"))
    if not isinstance(content, bytes):
        return None
    return Archived(
        body=content,
        charset=charset if isinstance(charset, str) else "",
        url=url if isinstance(url, str) else "",
    )
