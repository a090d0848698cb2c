"""Conversion of emails and mbox files to posts.

Email addresses are masked (``jo@...``), as archives do. The format of mbox: RFC 4155, and mboxrd of public-inbox.
"""

import dataclasses
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import groupby, islice
from textwrap import dedent

from msgspec.structs import replace
from sphinx_thread_cards.snapshot import Block, Code, Post, Quote, Span, clean_line, clean_text
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import html
from thread_snapshots.errors import BadResponse, Forbidden
from thread_snapshots.json_access import one_line, utc
from thread_snapshots.source import FetchOptions, FetchResult
from thread_snapshots.thread_builder import Head, build_thread, depth_first, subtree

MAX_EMAILS = 20_000
_MAX_HEADER = 20_000
_MAX_MULTIPARTS = 40
_MAX_PARTS = 500
# What the email package raises for broken emails.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, MessageError)


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
    """Whether the author does not allow archiving."""
    source: bytes


# A line "From " in a text may be unescaped, so a time and a header must follow.
_FROM_LINE = re.compile(rb"(?m)^From (?=[^\n]*[0-9]:[0-9]{2})[^\n]*\n(?=[!-9;-~]{1,100}:)")
_ESCAPED_FROM = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_HEADER = re.compile(rb"[!-9;-~]{1,100}:")
_MESSAGE_ID = re.compile(r"<([^<>]{1,1000})>")


def read_emails(body: bytes, url: str) -> list[Email]:
    """Return the emails of an mbox file, or one message, that can be parsed; ``url`` is for error messages."""
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
    # UTF-8 in headers is not allowed everywhere, but common.
    head = source.partition(b"\n\n")[0].decode("utf-8", "replace")
    message = message_from_string(head)

    def header(name: str) -> str:
        return " ".join(message.get(name, "").split())[:_MAX_HEADER]

    hash_ = hashlib.sha1(source, usedforsecurity=False).hexdigest()
    id_ = next(iter(_MESSAGE_ID.findall(header("Message-ID"))), f"{hash_}@no-message-id.invalid")
    above = _MESSAGE_ID.findall(header("References"))
    above += _MESSAGE_ID.findall(header("In-Reply-To"))[:1]
    return Email(
        id=id_,
        author=sender_name(header("From")),
        subject=mask_addresses(one_line(_decode(header("Subject"))) or ""),
        posted=_time(header("Date")),
        references=tuple(other for other in above if other != id_),
        private=header("X-No-Archive").lower() == "yes",
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


_PGP = re.compile(
    r"(?s)-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: [^\n]*\n)*|\n-----BEGIN PGP SIGNATURE-----.*"
)
# RFC 3676, section 4.3; git's version without the space that some servers remove; the footer of Mailman. Patches
# contain such lines too, so only one near the end counts.
_SIGNATURE = re.compile(r"\n(?:- )?(?:-- |--(?=\n[0-9]+\.[0-9])|_{40,})(?:\n[^\n]*){0,12}\Z")
# Where Mailman 2 removed an attachment.
_REMOVED = re.compile(
    r"(?m)^-{8,40} next part -{8,40}\n.* scrubbed\.\.\.(?:\n(?:Name|Type|Size|Desc|URL): .*)*"
)
_PATCH = re.compile(
    r"(?m)^(?:diff --git |--- \S+.*\n\+\+\+ \S).*"
    r"(?:\n(?:[ +\-@\\]|$|(?:diff|index|old|new|deleted|similarity|rename|copy|Binary|GIT) ).*)*"
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_INDENTED = re.compile(r"(?:(?: {4}|\t).*(?:\n|$))+")
_FLOWED = re.compile(r"^(?!>|-- $)(.*) \n(?=[^>\s])", re.MULTILINE)


def parse_email_text(text: str) -> tuple[Block, ...]:
    """Return the plain text of an email as blocks: paragraphs, quotes, indented code, patches.

    Lines stay as they are. The signature and the footer of the list are removed, addresses are masked.
    """
    shown = _REMOVED.sub("", _PGP.sub("", clean_text(text[: html.MAX_TEXT]))).rstrip("\n")
    blocks = _blocks(mask_addresses(_SIGNATURE.sub("", shown)).split("\n"))
    return (*blocks, html.ELLIPSIS) if len(text) > html.MAX_TEXT else tuple(blocks)


def _blocks(lines: list[str], depth: int = 0) -> Iterator[Block]:
    def is_quoted(line: str) -> bool:
        return line.startswith(">") and depth < html.MAX_NESTED

    for quoted, group in groupby(lines, is_quoted):
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
            yield from html.split_paragraphs(html.link_bare_urls(Span(text=part)))


def _email_blocks(email: Email, url: str) -> tuple[Block, ...]:
    """Return the plain text of an email, or else its HTML, without attachments."""
    texts = {"text/plain": "", "text/html": ""}
    # The parser is slow on deeply nested parts, which people do not write.
    if email.source.lower().count(b"multipart/") <= _MAX_MULTIPARTS:
        with suppress(*_BROKEN):
            for part in islice(message_from_bytes(email.source).walk(), _MAX_PARTS):
                type_ = part.get_content_type()
                if type_ in texts and not part.get_filename():
                    texts[type_] += f"{_part_text(part)}\n\n"
    if texts["text/plain"].strip():
        return parse_email_text(texts["text/plain"])
    masked = mask_addresses(texts["text/html"].replace("&#64;", "@"))
    return html.parse_html(masked, url, media=False).blocks


def _part_text(part: Message) -> str:
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        return ""
    text = html.decode_text(body, part.get_content_charset() or "")
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    return _FLOWED.sub(r"\1 ", text) if flowed else text


_REPLY = re.compile(
    r"(?i)((?:\[[^\[\]]{0,100}\]\s*)*)(?:(?:re|aw|antw|sv|vs)(?:\[\d+\]|\^\d+)?:\s*)+"
)


def thread_title(subject: str) -> str | None:
    """Return a subject without ``Re:``; the name of the list and "Fwd:" stay."""
    return one_line(_REPLY.sub(r"\1", subject, count=1) if _REPLY.match(subject) else subject)


def email_thread(
    ref: ThreadRef,
    options: FetchOptions,
    emails: Sequence[Email],
    cited: str | None,
    post_id: Callable[[str], str],
    permalink: Callable[[str], str],
    endpoint: str,
) -> FetchResult:
    """Return the thread around an email of an archive or file, which may contain other threads.

    Without the option ``replies``, it has the first email, further emails by the same author, and the cited one.

    Args:
        cited: id of the cited post; None for the first email.
        post_id: returns the id of the post for a Message-ID; ``permalink``, its URL.
    """
    by_post = {post_id(email.id): email for email in emails}
    cited = cited or post_id(emails[0].id)
    if cited not in by_post:
        raise BadResponse(ref.url, "the cited message is not in the mbox file")
    if by_post[cited].private:
        raise Forbidden(ref.url, "the author does not allow archiving")
    known = {email.id for email in emails}
    parents = ((id_, _parent(email, known)) for id_, email in by_post.items())
    above = {id_: post_id(parent) for id_, parent in parents if parent}
    root, below = cited, set[str]()
    while root in above and root not in below:  # replies may form a circle
        below.add(root)
        root = above[root]
    every = depth_first(
        Post(
            id=id_,
            url=permalink(email.id),
            author=email.author,
            reply_to=above.get(id_),
            posted=email.posted,
        )
        for id_, email in by_post.items()
    )
    posts = [post for post in subtree(every, root) if not by_post[post.id].private]
    has_root, title = root in by_post, thread_title(by_post[posts[0].id].subject)
    head = Head(title, len(posts) - 1 if has_root else None)
    missing = "" if has_root else "the first message of the thread is missing"
    options = dataclasses.replace(options, posts=options.posts | {cited})
    posts = [replace(it, blocks=_email_blocks(by_post[it.id], it.url)) for it in posts]
    return build_thread(
        ref, posts, [], endpoint=endpoint, options=options, head=head, missing=missing
    )


def _parent(email: Email, known: set[str]) -> str:
    """Return the id of the nearest known email above, or else of the thread's first email; it may be empty."""
    nearest = (id_ for id_ in reversed(email.references) if id_ in known)
    return next(nearest, next(iter(email.references), ""))
