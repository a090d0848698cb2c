"""The body of a mail as blocks: the text that a reader sees; attachments by their names alone.

MIME: https://www.rfc-editor.org/rfc/rfc2046 (section 5)
"""

from __future__ import annotations

import email
from contextlib import suppress
from email.message import Message
from typing import TYPE_CHECKING

from thread_snapshots.mail.headers import decoded, words
from thread_snapshots.mail.text import shorten, unflowed, unsigned, without_addresses
from thread_snapshots.rich.spans import MAX_TEXT
from thread_snapshots.rich_text import from_html, from_plain
from thread_snapshots.shape import line
from sphinx_thread_cards.thread import Block, Paragraph, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


# Signatures, and what announces that a mail is encrypted.
_SILENT = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_ENCRYPTED = "application/pgp-encrypted"
# What the parser and its messages raise for parameters and encodings that are broken.
_TROUBLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
_MOST_PARTS = 500
_MOST_LEVELS = 40
_FOOTER = "_" * 40
"""How a part begins that the list has added."""


def blocks_of(source: bytes, url: str) -> tuple[Block, ...]:
    """What a mail says. Never raises.

    :param url: the mail's own address, for the relative links of HTML.
    """
    # Parts in parts in parts take the parser long, or are deeper than it goes. No person writes mails like these.
    if source.lower().count(b"multipart/") <= _MOST_LEVELS:
        with suppress(*_TROUBLE):
            blocks, names = _read(email.message_from_bytes(source), url)
            return without_addresses([*blocks, *attached(names)])
    return without_addresses(from_plain(decoded(source.partition(b"\n\n")[2], "")))


def attached(names: Iterable[str | None]) -> list[Paragraph]:
    """A paragraph that names the attachments of a mail; none if there are none."""
    shown = [shorten(name) for name in map(line, names) if name]
    return [Paragraph(spans=(Span(text=f"Attached: {', '.join(shown)}", emphasis=True),))] if shown else []


def _read(message: Message, url: str) -> tuple[list[Block], list[str]]:
    blocks: list[Block] = []
    names: list[str] = []
    for number, part in enumerate(_leaves(message)):
        kind = part.get_content_type()
        if number >= _MOST_PARTS:
            break
        if kind in {"text/plain", "text/html"} and (part is message or _is_shown(part)):
            text = _text(part)
            blocks += from_html(text, url) if kind == "text/html" else from_plain(_prepared(part, text))
        elif kind not in _SILENT and kind != _ENCRYPTED:
            names.append(words(_parameter(part.get_filename()) or kind))
    return blocks, names


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that are to be shown or named, in order; of alternatives the plainest one."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        inner: object = part.get_payload()
        parts = [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
        if not parts or not part.get_content_type().startswith("multipart/"):
            yield part
        elif part.get_content_type() == "multipart/alternative":
            waiting += sorted(parts, key=_plainness)[-1:]
        else:
            waiting += reversed(parts)


def _plainness(part: Message) -> int:
    kind = part.get_content_type()
    if kind == "text/plain":
        return 3 if str(part.get_payload()).strip() else 0
    return 2 if part.is_multipart() else int(kind == "text/html")


def _is_shown(part: Message) -> bool:
    return part.get_content_disposition() != "attachment" and not part.get_filename()


def _text(part: Message) -> str:
    body = part.get_payload(decode=True)
    return decoded(body, part.get_content_charset()) if isinstance(body, bytes) else ""


def _prepared(part: Message, text: str) -> str:
    text = unsigned(text[: MAX_TEXT + 1].replace("\r\n", "\n"))
    if text.lstrip().startswith(_FOOTER):
        return ""
    if _parameter(part.get_param("format")).lower() == "flowed":
        return unflowed(text, delete_space=_parameter(part.get_param("delsp")).lower() == "yes")
    return text


def _parameter(value: object) -> str:
    """Of RFC 2231, which writes the character set and the language in front."""
    found = value[2] if isinstance(value, tuple) else value
    return found if isinstance(found, str) else ""
