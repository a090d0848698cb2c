"""What a page says about its posts, whichever way it says it; and how words on a page become text and people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from thread_snapshots.assemble import person
from thread_snapshots.rich.spans import CUT, MAX_TEXT, bare_links, clean, paragraphs, safe_link
from thread_snapshots.rich_text import Rich, read_html, read_markdown
from thread_snapshots.shape import line
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.thread import Author, Block, Media, Span

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef

MOST_ENTRIES = 2_000
"""Posts that are read from one page."""
FEDIVERSE = frozenset({"mastodon", "pleroma", "misskey", "lemmy"})
"""Platforms on many hosts, where a handle names the host."""
_MARKUP = re.compile(
    r"</?(?:p|br|a|div|span|ul|ol|li|blockquote|pre|code|strong|em|b|i|h[1-6]|img)\b[^<>]*>", re.IGNORECASE
)
_PROFILE = re.compile(r"/(?:@|in/|company/|school/|u/|user/|users/|profile/|people/)([^/@]{1,200})/?")
_SHORT_PROFILE = re.compile(r"/([A-Za-z0-9_-]{1,40})/?")
_SHORT_PROFILES = frozenset({"github", "x"})


class Html(str):
    """Text that is known to be HTML."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One post, as a page gives it."""

    author: Author | None = None
    url: str | None = None
    """Its address, absolute; None if the page does not say."""
    id: str = ""
    """Its id as :attr:`ThreadRef.post` would have it, where the page tells more than the address does."""
    above: int | None = None
    """Which entry it answers: its place in the list, smaller than its own."""
    title: str | None = None
    posted: str | None = None
    edited: str | None = None
    blocks: tuple[Block, ...] = ()
    media: tuple[Media, ...] = ()
    warning: str | None = None
    lang: str | None = None
    quoted: Entry | None = None
    cut: bool = False
    """Whether the page gives only a part of the text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """All that a page says about a thread."""

    entries: tuple[Entry, ...]
    """In reading order; the first begins the thread. Never empty."""
    counted: int | None = None
    """How many answers the platform counted."""
    note: str = ""
    """What is missing, as a clause; empty if nothing is."""


def rich_of(text: str, ref: ThreadRef, base_url: str) -> Rich:
    """Text that may be HTML, the Markdown of GitHub, or plain, as blocks and media."""
    if isinstance(text, Html) or _MARKUP.search(text[:MAX_TEXT]):
        return read_html(text, base_url)
    if ref.platform == "github":
        return read_markdown(text, base_url, breaks=True)
    blocks = paragraphs(bare_links(Span(text=clean(text[:MAX_TEXT]))))
    return Rich(blocks=(*blocks, CUT) if len(text) > MAX_TEXT else tuple(blocks))


def is_of(url: str | None, ref: ThreadRef) -> bool:
    """Whether an address is one of the thread."""
    found = parse_thread_url(url or "", {ref.host: ref.platform})
    return found is not None and found.key == ref.key


def is_cut(text: str) -> bool:
    """Whether a text ends as pages cut it; an author may have ended it so, but nobody can tell."""
    return text.rstrip().endswith(("…", "..."))


def author_of(ref: ThreadRef, name: object, url: object, *, handle: str = "", picture: object = None) -> Author | None:
    """Somebody by name and profile; None if neither says who it is.

    :param handle: as the page shows it, with or without ``@``; else it is taken from the profile's address.
    """
    link, shown = safe_link(url, ref.url), line(name)
    handle = (line(handle) or "").lstrip("@")
    if ref.platform in FEDIVERSE and handle and "@" not in handle:
        handle = _handle_in(link, ref) or f"{handle}@{ref.host}"
    handle = handle or _handle_in(link, ref) or (shown or "").lstrip("@")
    if not handle:
        return None
    name = shown if shown and shown.lstrip("@") != handle else None
    return person(handle, name, link, picture, base_url=ref.url)


def _handle_in(link: str | None, ref: ThreadRef) -> str:
    parts = urlsplit(link or "")
    host = parts.netloc.lower().removeprefix("www.")
    if ref.platform not in FEDIVERSE and host != ref.host and not host.endswith(f".{ref.host}"):
        return ""
    pattern = _SHORT_PROFILE if ref.platform in _SHORT_PROFILES else _PROFILE
    match = pattern.fullmatch(parts.path)
    name = line(unquote(match[1])) if match else None
    # A number is the key of a profile, not what people are called.
    if not name or name.isdecimal():
        return ""
    return f"{name}@{host}" if ref.platform in FEDIVERSE else name
