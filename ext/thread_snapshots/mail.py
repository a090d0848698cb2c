"""Emails and mbox files as posts.

Email addresses are masked (``jo@...``), as archives do. The format of mbox: RFC 4155, and mboxrd of public-inbox.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as replace_options
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.headerregistry import HeaderRegistry
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from itertools import groupby, islice
from textwrap import dedent
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sphinx_thread_cards.snapshot import (
    Block,
    Code,
    Paragraph,
    Post,
    Quote,
    Span,
    clean_line,
    clean_text,
)

from thread_snapshots.html import (
    ELLIPSIS,
    MAX_NESTED,
    MAX_TEXT,
    decode_text,
    link_bare_urls,
    parse_html,
    split_paragraphs,
)
from thread_snapshots.json_access import one_line, utc
from thread_snapshots.source import BadResponse, FetchOptions, FetchResult, Forbidden
from thread_snapshots.thread_builder import build_thread, depth_first, filter_replies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from email.message import MIMEPart

    from sphinx_thread_cards.urls import ThreadRef

MAX_EMAILS = 20_000
_MAX_HEADERS = 100_000
_MAX_HEADER = 2_000
_MAX_MULTIPARTS = 40
_MAX_PARTS = 500
# What the email package raises for broken emails.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError)  # fmt: skip
_HEADERS = HeaderRegistry()
_PARSER = BytesParser(
    policy=policy.default.clone(
        # Parsing a header takes quadratic time.
        header_factory=lambda name, value: _HEADERS(name, value[:_MAX_HEADER])
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Email:
    """The headers of an email, and its source."""

    id: str
    """Message-ID without angle brackets; a hash of the email if it has none."""
    author: str
    """Name, or the local part of the address; never an address."""
    subject: str
    posted: datetime | None
    """None if the time zone is not certain."""
    references: tuple[str, ...]
    """Message-IDs of the emails above this one, the nearest last."""
    private: bool
    """Whether the author asks that the email is not archived."""
    source: bytes


# -- mbox files ----------------------------------------------------------------

# A line "From " in a text may be unescaped, so a time and a header must follow.
_FROM_LINE = re.compile(
    rb"^From (?=[^\n]*[0-9]:[0-9]{2})[^\n]*\n(?=[!-9;-~]{1,100}:)", re.MULTILINE
)
_ESCAPED_FROM = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_HEADER = re.compile(rb"[!-9;-~]{1,100}:")
_MESSAGE_ID = re.compile(r"<([^<>]{1,1000})>")


def read_emails(body: bytes, url: str) -> list[Email]:
    """Return the emails of an mbox file or of a single message, without those that cannot be parsed.

    Raises:
        BadResponse: it contains no email; the message names ``url``, or the name of the file.
    """
    body = body.replace(b"\r\n", b"\n").lstrip(b"\xef\xbb\xbf \t\n")
    sources = _FROM_LINE.split(body)[1:] if body.startswith(b"From ") else [body]
    emails: dict[str, Email] = {}
    for source in sources[:MAX_EMAILS]:
        if _HEADER.match(source):
            with suppress(*_BROKEN):
                email = _read_email(_ESCAPED_FROM.sub(b"", source))
                emails.setdefault(email.id, email)
    if not emails:
        what = "a web page" if body.startswith(b"<") else "no email"
        raise BadResponse(url, f"the file contains {what}; expected an mbox file")
    return list(emails.values())


def _read_email(source: bytes) -> Email:
    head = source.partition(b"\n\n")[0][:_MAX_HEADERS]
    headers: dict[str, str] = {}
    for key, value in _PARSER.parsebytes(head, headersonly=True).raw_items():
        # UTF-8 in headers is not allowed everywhere, but common.
        raw = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        headers.setdefault(key.lower(), " ".join(raw.split())[:20_000])
    id_ = next(iter(_MESSAGE_ID.findall(headers.get("message-id", ""))), "")
    above = _MESSAGE_ID.findall(headers.get("references", ""))
    above += _MESSAGE_ID.findall(headers.get("in-reply-to", ""))[:1]
    hash_ = hashlib.sha1(source, usedforsecurity=False).hexdigest()
    return Email(
        id=id_ or f"{hash_}@no-message-id.invalid",
        author=sender_name(headers.get("from", "")),
        subject=mask_addresses(one_line(_decode(headers.get("subject", ""))) or ""),
        posted=_time(headers.get("date", "")),
        references=tuple(other for other in above if other != id_),
        private=headers.get("x-no-archive", "").lower() == "yes",
        source=source,
    )


def _decode(value: str) -> str:
    """Return a header with its encoded words (RFC 2047) decoded."""
    with suppress(*_BROKEN):
        return str(make_header(decode_header(value)))
    return value


def _time(value: str) -> datetime | None:
    with suppress(*_BROKEN, OverflowError):
        time = parsedate_to_datetime(value)
        # RFC 5322, section 3.3: -0000 is UTC.
        return utc(time) if time.tzinfo or "-0000" in value else None
    return None


# -- People --------------------------------------------------------------------

_AT = re.compile(r"\s?(?:[@\uff20]|[(\[](?:a|at)[)\]]|\sat\s)\s?", re.IGNORECASE)
_ADDRESS = re.compile(rf"[^\s@<>()]+?{_AT.pattern}[^\s@<>()]+\.[^\s@<>()]+", re.IGNORECASE)
_VIA = re.compile(r"(?<=\S)\s+via\s.*", re.IGNORECASE)
# Message-IDs in URLs look like addresses, and so do URLs of git repositories. Some archives write "jo(a)mail.example",
# and in angle brackets "<jo at mail.example>".
_HOST = r"(?:[\w-]{1,63}\.){1,9}[^\W\d_]{2,24}(?!\w)"
_EMAIL_ADDRESS = re.compile(
    rf"https?://[^\s<>\"]+|(?<![\w.+%=-])(?!git@)([\w.+%=-]{{1,64}})(?:@| ?\(a\) ?){_HOST}"
    rf"|(?<=<)([\w.+%=-]{{1,64}}) at {_HOST}(?=>)"
)


def sender_name(sender: str) -> str:
    """Return the name in a ``From`` header, or the local part of the address; the result contains no address.

    Mailman 2 writes ``jo at mail.example (Jo Example)``, and a list that forwards emails ``Jo Example via List``.
    """
    sender = sender[:1000].strip()
    name, bracket, address = sender.partition("<")
    if not bracket and not _ADDRESS.fullmatch(sender):
        address, _, name = sender.partition(" (")
    name = _VIA.sub("", clean_line(_decode(name)).strip(" \"'"))
    return _without_address(name) or _without_address(address or sender) or "unknown"


def _without_address(name: str) -> str:
    """Return a name without addresses; of an address alone, the local part."""
    name = name.strip(" \"'<>()")
    if _ADDRESS.fullmatch(name):
        name = _AT.split(name, maxsplit=1)[0]
    words = (word for word in name.replace("\\", "").split() if not _AT.search(word))
    name = clean_line(" ".join(words)).strip(" \"'<>()")
    return name if re.search(r"\w", name) else ""


def mask_addresses(text: str) -> str:
    """Return text with the hosts of email addresses replaced by an ellipsis: ``jo@...``."""
    return _EMAIL_ADDRESS.sub(
        lambda match: f"{match[1] or match[2]}@..." if match.lastindex else match[0], text
    )


# -- Text ----------------------------------------------------------------------

_PGP = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[^\n]+\n){0,5}\n"
    r"|-----BEGIN PGP SIGNATURE-----.*?(?:-----END PGP SIGNATURE-----|\Z)",
    re.DOTALL,
)
# RFC 3676, section 4.3; git's version without the space that some servers remove; the footer of Mailman. Patches
# contain such lines too, so only one near the end counts.
_SIGNATURE = re.compile(r"\n(?:- )?(?:-- |--(?=\n[0-9]+\.[0-9])|_{40,})(?:\n[^\n]*){0,12}\Z")
# Where Mailman 2 removed an attachment; one in HTML is the text again.
_REMOVED = re.compile(
    r"^(?:-{8,40} next part -{8,40}\n)?An? (?:HTML|non-text|embedded and charset-unspecified) (?:attachment|text) was"
    r" scrubbed\.\.\.\n(?:Name: ([^\n]*)\n)?(?:(?:Type|Size|Desc|URL): [^\n]*(?:\n|\Z))*",
    re.MULTILINE,
)
_PATCH = re.compile(
    r"^(?:diff --git |Index: \S+$|--- \S+.*\n\+\+\+ \S).*"
    r"(?:\n(?:[ +\-@\\]|$|diff --git |index [0-9a-f]|Index: |===|(?:new|old|deleted) (?:file )?mode |similarity index "
    r"|(?:rename|copy) (?:from|to) |Binary files |GIT binary patch).*)*",
    re.MULTILINE,
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_INDENTED = re.compile(r"(?:(?: {4}|\t).*(?:\n|$))+")


def parse_email_text(text: str, attachments: Iterable[str] = ()) -> tuple[Block, ...]:
    """Return the plain text of an email as blocks: paragraphs, quotes, indented code, patches.

    Lines stay as they are. The signature and the footer of the list are removed, addresses are masked.

    Args:
        text: the text.
        attachments: names of attached files.
    """
    shortened = len(text) > MAX_TEXT
    text = _PGP.sub("", clean_text(text[:MAX_TEXT])).rstrip("\n")
    names = [*_REMOVED.findall(text), *attachments]
    text = mask_addresses(_SIGNATURE.sub("", _REMOVED.sub("", text).rstrip("\n")))
    blocks = [*_blocks(text.split("\n")), *[ELLIPSIS] * shortened]
    if shown := ", ".join(mask_addresses(clean_line(name)) for name in names if name):
        blocks.append(Paragraph(spans=(Span(text=f"Attached: {shown}", emphasis=True),)))
    return tuple(blocks)


def _blocks(lines: list[str], depth: int = 0) -> Iterator[Block]:
    for quoted, group in groupby(lines, lambda line: line.startswith(">") and depth < MAX_NESTED):
        if not quoted:
            yield from _unquoted_blocks("\n".join(group))
        elif inner := tuple(_blocks([line[1:].removeprefix(" ") for line in group], depth + 1)):
            yield Quote(blocks=inner)


def _unquoted_blocks(text: str) -> Iterator[Block]:
    done = 0
    for patch in _PATCH.finditer(text):
        yield from _prose(text[done : patch.start()])
        yield Code(text=patch[0].rstrip(), language="diff")
        done = patch.end()
    yield from _prose(text[done:])


def _prose(text: str) -> Iterator[Block]:
    for part in _BLANK_LINES.split(text.strip("\n")):
        if _INDENTED.fullmatch(part) and part.strip():
            yield Code(text=dedent(part).rstrip())
        else:
            yield from split_paragraphs(link_bare_urls(Span(text=part)))


# -- Bodies --------------------------------------------------------------------

_FLOWED = re.compile(r"^(?!>|-- $)(.*) \n(?=[^>\s])", re.MULTILINE)
_SILENT = frozenset({"application/pgp-signature", "application/pgp-encrypted", "application/pkcs7-signature"})  # fmt: skip


def _email_blocks(email: Email, url: str) -> tuple[Block, ...]:
    """Return the text of an email, and the names of its attachments."""
    # The parser is slow on deeply nested parts, which people do not write.
    if email.source.lower().count(b"multipart/") <= _MAX_MULTIPARTS:
        with suppress(*_BROKEN):
            return _message_blocks(_PARSER.parsebytes(email.source), url)
    return parse_email_text(email.source.partition(b"\n\n")[2].decode("utf-8", "replace"))


def _message_blocks(message: MIMEPart, url: str) -> tuple[Block, ...]:
    texts, names, blocks = [], [], tuple[Block, ...]()
    for part in islice(_parts(message), _MAX_PARTS):
        type_ = part.get_content_type()
        attached = part is not message and (part.is_attachment() or part.get_filename())
        if type_ in {"text/plain", "text/html"} and not attached:
            text = _part_text(part)
            if type_ == "text/html":
                masked = mask_addresses(text.replace("&#64;", "@"))
                blocks += parse_html(masked, url, media=False).blocks
            elif not text.lstrip().startswith("_" * 40):
                texts.append(text)
        elif type_ not in _SILENT:
            names.append(part.get_filename() or type_)
    return (*blocks, *parse_email_text("\n".join(texts), names))


def _parts(message: MIMEPart) -> Iterator[MIMEPart]:
    """Yield the parts to show or to name; of alternatives the plain text, unless it is empty."""
    if message.get_content_type() == "multipart/alternative":
        plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        yield from [part for part in (plain, html) if part and _part_text(part).strip()][:1]
    elif message.get_content_maintype() == "multipart":
        for part in message.iter_parts():
            yield from _parts(part)
    else:
        yield message


def _part_text(part: MIMEPart) -> str:
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        return ""
    text = decode_text(body, part.get_content_charset() or "")
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    return _FLOWED.sub(r"\1 ", text) if flowed else text


# -- Threads -------------------------------------------------------------------

_REPLY = re.compile(
    r"((?:\[[^\[\]]{0,100}\]\s*)*)(?:(?:re|aw|antw|sv|vs)(?:\[\d+\]|\^\d+)?:\s*)+", re.IGNORECASE
)


def thread_title(subject: str) -> str | None:
    """Return a subject without ``Re:``; the name of the list and "Fwd:" stay."""
    return one_line(_REPLY.sub(r"\1", subject, count=1) if _REPLY.match(subject) else subject)


def email_thread(
    ref: ThreadRef,
    options: FetchOptions,
    emails: Sequence[Email],
    *,
    post_id: Callable[[Email], str],
    permalink: Callable[[Email], str],
    cited: str | None,
    endpoint: str,
) -> FetchResult:
    """Return the thread around an email.

    Without replies, it has the first email, its author's further emails and the cited one.

    Args:
        emails: of the archive or file, also those of other threads.
        post_id: returns the id of an email's post.
        permalink: returns the URL of an email.
        cited: id of the cited post; None for the first email.

    Raises:
        BadResponse: the cited email is missing.
        Forbidden: its author asks that it is not archived.
    """
    by_post = {post_id(email): email for email in reversed(emails)}
    first = by_post.get(cited) if cited else emails[0]
    if first is None:
        raise BadResponse(ref.url, "the cited message is not in the mbox file")
    if first.private:
        raise Forbidden(ref.url, "the author asks that the message is not archived")
    known = {email.id: email for email in emails}
    parents = {email.id: _parent(email, known) for email in emails}
    members = _connected(first.id, parents)
    posts = depth_first(
        Post(
            id=post_id(email),
            url=permalink(email),
            author=email.author,
            reply_to=post_id(known[parents[email.id]]) if parents[email.id] in known else None,
            posted=email.posted,
        )
        for email in emails
        if email.id in members and not email.private
    )
    top = by_post[posts[0].id]
    complete = not top.references or any(id_ in known for id_ in top.references)
    chosen = filter_replies(posts, replace_options(options, posts=options.posts | {post_id(first)}))
    chosen = [replace(post, blocks=_email_blocks(by_post[post.id], post.url)) for post in chosen]
    return build_thread(
        ref,
        chosen,
        {},
        endpoint=endpoint,
        title=thread_title(top.subject),
        replies=len(posts) - 1 if complete else None,
        missing="" if complete else "the first message of the thread is missing",
    )


def _parent(email: Email, known: Mapping[str, Email]) -> str:
    """Return the id of the nearest email above that is known, else of the first one in the thread; may be empty."""
    nearest = (id_ for id_ in reversed(email.references) if id_ in known)
    return next(nearest, next(iter(email.references), ""))


def _connected(id_: str, parents: Mapping[str, str]) -> set[str]:
    """Return the ids of all emails of a thread; a missing email connects the replies to it."""
    neighbors = defaultdict[str, list[str]](list)
    for child, parent in parents.items():
        if parent:
            neighbors[child].append(parent)
            neighbors[parent].append(child)
    members, stack = {id_}, [id_]
    while stack:
        new = set(neighbors[stack.pop()]) - members
        members |= new
        stack += new
    return members
