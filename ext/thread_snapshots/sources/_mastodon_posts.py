"""Statuses, as Mastodon's client API and the servers that speak it too give them, read into posts.

Format: https://docs.joinmastodon.org/entities/Status/ and https://docs.akkoma.dev/stable/development/API/differences_in_mastoapi_responses/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thread_snapshots.assemble import link_paragraph, links_to, list_of, person
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import from_html
from thread_snapshots.shape import at, flag, ident, language, line, objects, text, when
from sphinx_thread_cards.thread import Author, Block, Media, Post

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx_thread_cards.urls import ThreadRef

_HANDLE = re.compile(r"[^\s@/]{1,200}(?:@[^\s@/]{1,300})?")
# What a server writes into a quoting post for servers that know no quotes; the quoted post itself stands beside it.
_QUOTE_IN_TEXT = re.compile(r'<(p|span) class="quote-inline">(?:(?!</a>).)*</a></\1>', re.DOTALL)
SENSITIVE = "Sensitive media"
"""The warning for pictures that their author marked as sensitive, without a word about it."""


def shown_to_all(status: object) -> bool:
    """Whether everybody may read a status."""
    return text(status, "visibility") in {"public", "unlisted"}


def unlisted_by_author(status: object) -> bool:
    """Whether its author asks search engines and the like to leave their posts out."""
    return flag(status, "account", "noindex")


def handle_of(status: object, ref: ThreadRef) -> str:
    """``name@host`` of a status's author; empty if there is none. The API leaves the host away for its own people."""
    acct = line(status, "account", "acct") or ""
    if not _HANDLE.fullmatch(acct):
        return ""
    return acct if "@" in acct else f"{acct}@{ref.host}"


def people_of(statuses: Iterable[object], ref: ThreadRef) -> dict[str, Author]:
    """The authors of statuses, and of those that they quote, by handle."""
    both = [inner for status in statuses for inner in (status, _quoted(status)) if inner]
    return {handle: _author(handle, at(status, "account")) for status in both if (handle := handle_of(status, ref))}


def _author(handle: str, account: object) -> Author:
    picture = safe_link(at(account, "avatar_static")) or at(account, "avatar")
    return person(handle, line(account, "display_name"), at(account, "url"), picture)


def post_of(status: object, ref: ThreadRef, *, quoting: bool = True) -> Post | None:
    """A status as a post; None for what may not be kept. :attr:`Post.answers` is what it answers, known or not."""
    id_, author = ident(status, "id"), handle_of(status, ref)
    if not id_ or not author or not shown_to_all(status) or unlisted_by_author(status) or at(status, "reblog"):
        return None
    url = safe_link(at(status, "url")) or safe_link(at(status, "uri")) or _address(ref, author, id_)
    quoted = post_of(_quoted(status), ref, quoting=False) if quoting else None
    media, others = _attachments(status)
    return Post(
        id=id_,
        url=url,
        author=author,
        answers=ident(status, "in_reply_to_id") or None,
        posted=when(at(status, "created_at")),
        edited=when(at(status, "edited_at")),
        blocks=(*_text(status, url, quoted), *others),
        media=media,
        warning=_warning(status, media),
        lang=language(at(status, "language")),
        quoted=quoted,
    )


def _address(ref: ThreadRef, author: str, id_: str) -> str:
    site = urlsplit(ref.url).netloc
    own = safe_link(f"https://{site}/@{author.removesuffix(f'@{ref.host}')}/{id_}")
    return ref.url if id_ == ref.id or not own else own


def _text(status: object, url: str, quoted: Post | None) -> tuple[Block, ...]:
    html = text(status, "content")
    blocks = from_html(_QUOTE_IN_TEXT.sub("", html) if quoted else html, url)
    options = list_of(line(option, "title") for option in objects(status, "poll", "options"))
    link = safe_link(at(status, "card", "url"))
    if link and not links_to(blocks, link) and not (quoted and quoted.url == link):
        options = (*options, link_paragraph(line(status, "card", "title"), link))
    return (*blocks, *options)


def _warning(status: object, media: tuple[Media, ...]) -> str | None:
    written = text(status, "spoiler_text").strip()
    return written or (SENSITIVE if media and flag(status, "sensitive") else None)


def _attachments(status: object) -> tuple[tuple[Media, ...], tuple[Block, ...]]:
    """Pictures and videos; and links to recordings and to what the server does not know."""
    media: list[Media] = []
    others: list[Block] = []
    for item in objects(status, "media_attachments"):
        url, alt = safe_link(at(item, "url")) or safe_link(at(item, "remote_url")), text(item, "description").strip()
        still = safe_link(at(item, "preview_url")) or safe_link(at(item, "preview_remote_url"))
        kind = text(item, "type")
        if kind == "image" and (url or still):
            media.append(Media(url=url or still, alt=alt or None))
        elif kind in {"video", "gifv"} and (url or still):
            media.append(Media(kind="video", url=url, still=still if still != url else None, alt=alt or None))
        elif url:
            others.append(link_paragraph(line(item, "description"), url))
    return tuple(media), tuple(others)


def _quoted(status: object) -> object:
    """The quoted status: of Mastodon 4.4, of Akkoma and Fedibird, of Pleroma; None if there is none to be shown."""
    quote = at(status, "quote")
    if isinstance(quote, dict) and "state" in quote:
        return at(quote, "quoted_status") if quote["state"] == "accepted" else None
    return quote if at(quote, "account") else at(status, "pleroma", "quote")
