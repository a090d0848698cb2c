"""Mastodon, and servers with its API: Pleroma, Akkoma, GoToSocial and others.

https://docs.joinmastodon.org/methods/statuses/ (a status, and its context) and
https://docs.akkoma.dev/stable/development/API/differences_in_mastoapi_responses/. Without an account, Mastodon returns
40 posts above a post and 60 below it, 20 levels deep.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from sphinx_thread_cards.snapshot import Author, Block, Media, Post

from thread_snapshots.html import parse_html
from thread_snapshots.json_access import (
    as_id,
    as_list,
    count,
    dig,
    flag,
    language,
    objects,
    one_line,
    safe_url,
    text,
    time,
)
from thread_snapshots.source import (
    BadResponse,
    FetchOptions,
    FetchResult,
    Forbidden,
    NotFound,
    Request,
    RequestGenerator,
    Source,
    get_json,
)
from thread_snapshots.thread_builder import (
    build_author,
    build_thread,
    link_paragraph,
    links_to,
    list_block,
    self_thread,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.saved_file import SavedFile

_MAX_CONTEXTS = 100
_MAX_DESCENDANTS = 60
_HANDLE = re.compile(r"[^\s@/]{1,200}(?:@[^\s@/]{1,300})?")
_NOTICE = re.compile(r".*/notice/([0-9A-Za-z]+)/?(?:[?#].*)?")
# Part of the text of a quoting post, for servers without quotes.
_QUOTE_LINK = re.compile(
    r'<(p|span) class="quote-inline">(?:(?!</a>).){0,2000}</a></\1>', re.DOTALL
)


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request a status, and contexts until the author's thread is complete."""
    base = f"https://{ref.host}/api/v1/statuses"
    id_ = ref.id
    if id_.startswith("objects/"):  # of Pleroma; the API wants the id of the status
        page = yield Request(url=ref.url, accept="text/html", robots=True)
        notice = _NOTICE.fullmatch(page.url)
        if not notice:
            raise BadResponse(ref.url, "the page does not lead to the id of the post")
        id_ = notice[1]
    conversation = _Conversation(ref, id_, objects([(yield from get_json(f"{base}/{id_}"))]))
    waiting: str | None = conversation.cited
    while waiting and len(conversation.contexts) < _MAX_CONTEXTS:
        try:
            context = yield from get_json(f"{base}/{waiting}/context")
        except (BadResponse, Forbidden, NotFound):
            missing = "the posts around it are not public"
            return conversation.result(options, f"{base}/{id_}", missing)
        below = objects(context, "descendants")
        conversation.contexts[waiting] = len(below)
        conversation.add([*objects(context, "ancestors"), *below])
        waiting = conversation.next_context(options)
    missing = ""
    if waiting:
        missing = f"the thread takes more than {_MAX_CONTEXTS} requests"
    elif options.replies and conversation.is_cut():
        missing = f"some replies are missing; the server returns {_MAX_DESCENDANTS} at a time"
    return conversation.result(options, f"{base}/{id_}", missing)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read saved JSON: a status, a list of statuses, a context, or ``{"status": ..., "context": ...}``."""
    data = file.json()
    context = dig(data, "context") or data
    parts = [data, *(dig(context, key) for key in ("ancestors", "descendants"))]
    parts.append(dig(data, "status"))
    statuses = [item for part in parts for item in as_list(part) if dig(item, "account")]
    id_ = ref.id
    if id_.startswith("objects/"):
        named = (item for item in statuses if text(item, "uri").endswith(f"/{ref.id}"))
        id_ = as_id(next(named, None), "id")
    conversation = _Conversation(ref, id_, statuses)
    missing = "as far as the file contains the thread" if conversation.next_context(options) else ""
    return conversation.result(options, "file", missing)


class _Conversation:
    """The statuses that are known."""

    def __init__(self, ref: ThreadRef, id_: str, statuses: list[dict[str, Any]]) -> None:
        status: Any = next((item for item in statuses if as_id(item, "id") == id_), None)
        if status is None:
            raise BadResponse(ref.url, f"the response is not post {ref.id}")
        status = dig(status, "reblog") or status
        if not _is_public(status):
            raise Forbidden(ref.url, "the post is not public, or not to be indexed")
        self.ref = ref
        self.cited = as_id(status, "id")
        self.statuses: dict[str, Any] = {}
        self.posts: dict[str, Post] = {}
        self.replies = Counter[str]()
        """How many replies to a post are known."""
        self.contexts: dict[str, int] = {}
        """Posts whose context was requested, and how many descendants it had."""
        self.add([status, *statuses])
        if self.cited not in self.posts:
            raise BadResponse(ref.url, "the response is not a post")

    def add(self, statuses: Iterable[dict[str, Any]]) -> None:
        for status in statuses:
            id_ = as_id(status, "id")
            if id_ and id_ not in self.statuses:
                self.statuses[id_] = status
                self.replies[as_id(status, "in_reply_to_id")] += 1
                if post := _parse_status(status, self.ref):
                    self.posts[id_] = post

    def thread(self, options: FetchOptions) -> list[Post]:
        return self_thread(self.posts.values(), self.cited, options)

    def next_context(self, options: FetchOptions) -> str | None:
        """Return the id of a post whose context may have more of the thread, or None."""
        thread = self.thread(FetchOptions(replies=options.replies))
        first, replied = self.statuses[thread[0].id], {post.reply_to for post in thread}
        to_self = as_id(first, "in_reply_to_account_id") == (as_id(first, "account", "id") or None)
        above = [thread[0].id] if to_self and thread[0].reply_to not in self.statuses else []
        # Other people's replies in the middle of the thread are not needed.
        below = [
            post.id
            for post in thread
            if self._has_more(post.id)
            and (options.replies or post is thread[0] or post.id not in replied)
        ]
        return next((id_ for id_ in (*above, *below) if id_ not in self.contexts), None)

    def _has_more(self, id_: str) -> bool:
        """Return whether a post has more replies than are known; some servers do not count them."""
        replies = count(self.statuses[id_], "replies_count")
        return not self.replies[id_] if replies is None else replies > self.replies[id_]

    def is_cut(self) -> bool:
        """Return whether the server left out replies."""
        full = (id_ for id_, number in self.contexts.items() if number >= _MAX_DESCENDANTS)
        return any(self._has_more(id_) for id_ in full)

    def result(self, options: FetchOptions, endpoint: str, missing: str) -> FetchResult:
        posts = self.thread(options)
        accounts = [item for status in self.statuses.values() for item in (_quoted(status), status)]
        authors = {
            handle: _parse_author(item, handle)
            for item in accounts
            if (handle := _handle(item, self.ref))
        }
        replies = count(self.statuses[posts[0].id], "replies_count")
        result = build_thread(
            self.ref, posts, authors, endpoint=endpoint, replies=replies, missing=missing
        )
        home = posts[0].author.partition("@")[2]
        if missing or home == self.ref.host:
            return result
        return dataclasses.replace(
            result, note=f"as {self.ref.host} knows it; it was written on {home}"
        )


def _is_public(status: object) -> bool:
    """Return whether a status is public, and its author does not refuse search engines."""
    public = text(status, "visibility") in {"public", "unlisted"}
    return public and not flag(status, "account", "noindex")


def _handle(status: object, ref: ThreadRef) -> str:
    """Return ``name@host`` of the author, or an empty string; the API omits the host of local accounts."""
    name = one_line(status, "account", "acct") or ""
    if not _HANDLE.fullmatch(name):
        return ""
    return name if "@" in name else f"{name}@{ref.host}"


def _parse_author(status: object, handle: str) -> Author:
    account = dig(status, "account")
    avatar = dig(account, "avatar_static") or dig(account, "avatar")
    return build_author(handle, one_line(account, "display_name"), dig(account, "url"), avatar)


def _parse_status(status: object, ref: ThreadRef, *, quoting: bool = True) -> Post | None:
    """Return a status as a post, or None if it must not be saved."""
    id_, author = as_id(status, "id"), _handle(status, ref)
    if not id_ or not author or not _is_public(status) or dig(status, "reblog"):
        return None
    url = safe_url(dig(status, "url")) or safe_url(dig(status, "uri")) or ref.url
    quoted = _parse_status(_quoted(status), ref, quoting=False) if quoting else None
    html = text(status, "content")
    blocks = parse_html(_QUOTE_LINK.sub("", html) if quoted else html, url, media=False).blocks
    media = tuple(_parse_media(status))
    sensitive = "Sensitive media" if media and flag(status, "sensitive") else None
    return Post(
        id=id_,
        url=url,
        author=author,
        reply_to=as_id(status, "in_reply_to_id") or None,
        posted=time(status, "created_at"),
        edited=time(status, "edited_at"),
        blocks=(*blocks, *_attachments(status, blocks, quoted)),
        media=media,
        warning=text(status, "spoiler_text").strip() or sensitive,
        lang=language(status, "language"),
        quoted=quoted,
    )


def _quoted(status: object) -> object:
    """Return the quoted status (Mastodon 4.4, Akkoma, Pleroma), or None if there is none that may be shown."""
    quote = dig(status, "quote")
    if dig(quote, "state"):
        return dig(quote, "quoted_status") if dig(quote, "state") == "accepted" else None
    return quote if dig(quote, "account") else dig(status, "pleroma", "quote")


def _parse_media(status: object) -> Iterator[Media]:
    for item in objects(status, "media_attachments"):
        url = safe_url(dig(item, "url")) or safe_url(dig(item, "remote_url"))
        still = safe_url(dig(item, "preview_url"))
        alt, kind = text(item, "description").strip() or None, text(item, "type")
        if kind == "image" and (url or still):
            yield Media(url=url or still, alt=alt)
        elif kind in {"video", "gifv"} and url:
            yield Media(kind="video", url=url, still=still if still != url else None, alt=alt)


def _attachments(status: object, blocks: tuple[Block, ...], quoted: Post | None) -> Iterator[Block]:
    """Yield the options of a poll, a link to the previewed page, and links to recordings and unknown files."""
    yield from list_block(
        one_line(option, "title") for option in objects(status, "poll", "options")
    )
    link = safe_url(dig(status, "card", "url"))
    if link and not links_to(blocks, link) and not (quoted and quoted.url == link):
        yield link_paragraph(one_line(status, "card", "title"), link)
    for item in objects(status, "media_attachments"):
        url = safe_url(dig(item, "url")) or safe_url(dig(item, "remote_url"))
        if url and text(item, "type") not in {"image", "video", "gifv"}:
            yield link_paragraph(one_line(item, "description"), url)


SOURCE = Source(platforms=("mastodon", "pleroma"), fetch=fetch, read_file=read_file)
