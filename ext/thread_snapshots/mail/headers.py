"""Headers of mails, which may be broken in any way: as text, and what they say of people, times and other mails.

Not read by the newer classes of :mod:`email`: those lose names that stand there in plain UTF-8, and raise whatever a
broken address makes them stumble over. Encoded words: https://www.rfc-editor.org/rfc/rfc2047
"""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from thread_snapshots.answers import Answer
from thread_snapshots.shape import line, when

if TYPE_CHECKING:
    from email.message import Message

_LONGEST = 20_000
_FOLD = re.compile(r"\r?\n[ \t]*")
_WORD = re.compile(r"=\?([A-Za-z0-9_.:-]{1,40})(?:\*[^?]{0,40})?\?([BbQq])\?([^?]*)\?=")
_WORDS = re.compile(f"(?:{_WORD.pattern})+")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?[A-Za-z0-9_.:*-]{1,80}\?[BbQq]\?)")
_ZONE = re.compile(r".*[0-9] *(?:[+-][0-9]{4}|UT|UTC|GMT|Z|[ECMP][SD]T)\b.*", re.DOTALL)
_ANGLED = re.compile(r"([^<]*)<([^<>]*)>")
_LONGEST_SENDER = 1_000
_VIA = re.compile(r"(?<=\S)\s+via\s.*", re.IGNORECASE)
_ANY_AT = re.compile(r"\s?(?:@|[(\[](?:a|at)[)\]]|\sat\s)\s?", re.IGNORECASE)
_ADDRESS = re.compile(rf"[^\s@<>()]+?{_ANY_AT.pattern}[^\s@<>()]+\.[^\s@<>()]+", re.IGNORECASE)
_WITH_AT = re.compile(r"\S*[@\uff20]\S*")
_ID = re.compile(r"<([^<>]+)>")
_SPACE = re.compile(r"\s+")
_CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9_.-]{1,40})", re.IGNORECASE)
_LETTER = re.compile(r"\w")
NOBODY = "unknown"
"""The name of somebody of whom the mail says nothing."""


def decoded(body: bytes, charset: object) -> str:
    """Bytes as text. A character set that is not known, or that does not fit, is guessed; never raises."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "", charset)[:40] if isinstance(charset, str) else ""
    return Answer(url="", headers={"Content-Type": f"text/plain; charset={name}"}, body=body).text


def header(message: Message, name: str) -> str:
    """All headers of a name, in one line and decoded; empty if there is none."""
    found = [str(value) for key, value in message.raw_items() if key.lower() == name]
    raw = _FOLD.sub(" ", " ".join(found)[:_LONGEST]).encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        # Against the rules, but most likely as the text is.
        kind = next((str(value) for key, value in message.raw_items() if key.lower() == "content-type"), "")
        return decoded(raw, match[1] if (match := _CHARSET.search(kind[:_LONGEST])) else "")


def words(text: str) -> str:
    """Text in which encoded words are read; those that cannot be stay as they are."""
    return _WORDS.sub(_read, _BETWEEN.sub(r"\1", text)[:_LONGEST])


def _read(run: re.Match[str]) -> str:
    """Encoded words in a row: a letter may be split over two of them that have one character set."""
    found = [(charset.lower(), _bytes_of(kind, coded)) for charset, kind, coded in _WORD.findall(run[0])]
    groups = groupby(found, key=itemgetter(0))
    return "".join(decoded(b"".join(part for _, part in group), charset) for charset, group in groups)


def _bytes_of(kind: str, coded: str) -> bytes:
    raw = coded.encode("utf-8", "replace")
    try:
        return binascii.a2b_base64(raw + b"==") if kind in "Bb" else binascii.a2b_qp(raw, header=True)
    except ValueError:
        return raw


def sender(text: str) -> tuple[str, str]:
    """Name and address of a ``From`` header; the name is empty where there is none.

    :returns: a name that holds no address, and an address that is only for telling people apart.
    """
    text = text[:_LONGEST_SENDER].strip()
    if match := _ANGLED.match(text):
        name, address = match.groups()
    elif _ADDRESS.fullmatch(text):
        name, address = "", text
    else:
        # As it was written before RFC 5322, and is in the files of Mailman: jo@mail.example (Jo Example)
        address, _, name = text.partition(" (")
    return _plain_name(words(name)), words(address).strip()


def shown_name(name: str, address: str = "") -> str:
    """What somebody is called: by name, else by the local part of the address. Never holds an address."""
    local = _ANY_AT.split(address.strip(" <>\"'"), maxsplit=1)[0]
    return _plain_name(name) or line(_WITH_AT.sub("", local)) or NOBODY


def _plain_name(text: str) -> str:
    """A name without quotes, the list that it came by, and addresses; of an address alone the local part."""
    name = _VIA.sub("", (line(text.replace("\\", "")) or "").strip(" \"'"))
    name = name.strip(" \"'<>")
    if _ADDRESS.fullmatch(name):
        name = _ANY_AT.split(name, maxsplit=1)[0]
    name = (line(_WITH_AT.sub("", name)) or "").strip(" \"'<>()")
    return name if _LETTER.search(name) else ""


def ids(text: str) -> list[str]:
    """The Message-IDs in a header, in order, without their angle brackets; empty where there are none."""
    found = [_SPACE.sub("", id_) for id_ in _ID.findall(text)]
    return list(dict.fromkeys(id_[:1000] for id_ in found if id_))


def time_of(text: str) -> str | None:
    """The time of a ``Date`` header as a snapshot holds it; None if it is odd, or has no zone that is known."""
    text = text.strip()[:200]
    try:
        time = parsedate_to_datetime(text)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    if time.tzinfo is None:
        # RFC 5322, section 3.3: -0000 is UTC, and says nothing of the zone that it was written in.
        return when(time) if "-0000" in text else None
    return when(time) if _ZONE.fullmatch(text) and time.year <= datetime.now(UTC).year + 1 else None
