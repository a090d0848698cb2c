"""Mails as what a thread needs of them: who wrote which when, and what it answers.

Headers: https://www.rfc-editor.org/rfc/rfc5322 (sections 3.6.1 to 3.6.5). Files of mails: mboxrd as public-inbox writes
it, mboxo as most others do (https://www.loc.gov/preservation/digital/formats/fdd/fdd000385.shtml and
https://www.rfc-editor.org/rfc/rfc4155), and one mail alone.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

from thread_snapshots.errors import BadAnswer
from thread_snapshots.mail.headers import header, ids, sender, shown_name, time_of, words
from thread_snapshots.mail.text import shorten
from thread_snapshots.shape import language, line

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_MAILS = 20_000
"""Mails of a file that are read; no thread has more."""
# Not every program quotes the lines of a mail that begin like this one, so a time is looked for, and a header below.
_FROM_LINE = re.compile(rb"^From [^\n]*\n(?=[!-9;-~]{1,100}:)", re.MULTILINE)
_TIME = re.compile(rb"[0-9]:[0-9]{2}")
_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:From [^\n]*\n)?[!-9;-~]{1,100}:")
_BODY = re.compile(rb"\r?\n\r?\n")
# Between what a list puts in front and the rest; "Fwd:" begins a thread of its own.
_ANSWER = re.compile(r"((?:\[[^\[\]]{0,100}\]\s*)*)(?:(?:re|aw|antw|sv|vs)(?:\[\d+\]|\^\d+)?:\s*)+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One mail; what it says is read with :func:`~thread_snapshots.mail_body.blocks_of`."""

    id: str
    """Message-ID without angle brackets; made from the content where the mail has none."""
    author: str
    """Display name, or the local part of the address where there is none; never an address."""
    subject: str | None
    posted: str | None
    """In UTC, as a snapshot holds it; None if the mail does not say it clearly."""
    above: tuple[str, ...]
    """Message-IDs of the mails above this one, the nearest last."""
    lang: str | None
    private: bool
    """Whether its author asked not to archive it."""
    source: bytes
    """As it was sent."""


def read_mails(body: bytes, name: str) -> list[Mail]:
    """The mails of a file, in its order; of those with one Message-ID the first.

    :param name: of the file, or the address that was asked; for messages.
    :raises BadAnswer: if it holds no mail.
    """
    found: dict[str, Mail] = {}
    names: dict[str, str] = {}
    for source in _split(body, name):
        mail = _read(source, names)
        found.setdefault(mail.id, mail)
    return list(found.values())


def _split(body: bytes, name: str) -> list[bytes]:
    """The mails of a file, each with its headers, as they were sent."""
    if not _HEADER.match(body[:2000]):
        kind = "a web page" if body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "something else"
        raise BadAnswer(name, f"it is {kind}, where mails were due" if body.strip() else "there is no mail in it")
    lines = [line for line in _FROM_LINE.finditer(body) if _TIME.search(line[0])][: MOST_MAILS + 1]
    if not lines:
        return [body.lstrip(b"\xef\xbb\xbf \t\r\n")]
    starts = [line.end() for line in lines]
    ends = [*(line.start() for line in lines[1:]), len(body)]
    mails = [body[start:end] for start, end in zip(starts, ends, strict=True)]
    if lines[0].start() > 0 and body[: lines[0].start()].strip():
        mails.insert(0, body[: lines[0].start()])
    return [_QUOTED.sub(b"", mail) for mail in mails[:MOST_MAILS]]


def title_of(subject: str | None) -> str | None:
    """A subject without what marks an answer: ``[PATCH v2 1/3] x`` stays, of ``[list] Re: x`` goes ``Re:``."""
    return line(_ANSWER.sub(r"\1", subject or "", count=1)) if _ANSWER.match(subject or "") else subject


def _read(source: bytes, names: dict[str, str]) -> Mail:
    """Read the headers.

    :param names: of people, by their address: some mails of a person have the address alone.
    """
    message = BytesHeaderParser().parsebytes(_BODY.split(source, 1)[0] + b"\n\n")
    said = {name: header(message, name) for name in _HEADERS}
    id_ = next(iter(ids(said["message-id"])), "".join(said["message-id"].split())[:1000])
    name, address = sender(said["from"])
    # What came by way of a list bears the list's address.
    if name and address and " via " not in said["from"].lower():
        names.setdefault(address.lower(), name)
    answered = ids(said["in-reply-to"])
    return Mail(
        id=id_ or f"{hashlib.sha1(source, usedforsecurity=False).hexdigest()}@no-message-id.invalid",
        author=shown_name(name or names.get(address.lower(), ""), address),
        subject=line(shorten(words(said["subject"]))),
        posted=time_of(said["date"]),
        above=tuple(above for above in [*ids(said["references"]), *reversed(answered)] if above != id_),
        lang=language(said["content-language"].partition(",")[0]),
        private=_is_private(said),
        source=source,
    )


_HEADERS = (
    *("message-id", "from", "subject", "date", "references", "in-reply-to", "content-language"),
    *("x-no-archive", "archive"),
)


def _is_private(said: Mapping[str, str]) -> bool:
    """What authors write who want a mail in no archive: once for Usenet, since then for lists as well."""
    return said["x-no-archive"].strip().lower() == "yes" or said["archive"].strip().lower() == "no"
