"""Mastodon, and servers with its API: Pleroma, Akkoma, GoToSocial and others.

https://docs.joinmastodon.org/methods/statuses/ (a status, and its context). Without an account, Mastodon returns 40
posts above a post and 60 under it, 20 levels deep.
"""

import re
from collections import Counter
from typing import Any

from sphinx_thread_cards.snapshot import Author, Block, Media, Post
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse, Forbidden, NotFound
from thread_snapshots.html import parse_html
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import Head, add_link, build_author, build_thread, self_thread

_MAX_CONTEXTS = 100
_MAX_DESCENDANTS = 60
_HANDLE = re.compile(r"[^\s@/]{1,200}(?:@[^\s@/]{1,300})?")
# Part of the text of a quoting post, for servers without quotes.
_QUOTE_LINK = re.compile(r'(?s)<(p|span) class="quote-inline">(?:(?!</a>).){0,2000}</a></\1>')


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request a status, and contexts until the author's thread is complete."""
    if ref.id.startswith("objects/"):
        raise BadResponse(ref.url, "the API does not know this id; cite the URL with /notice/")
    endpoint = f"https://{ref.host}/api/v1/statuses/{ref.id}"
    conversation = _Conversation(ref, [(yield from get_json(endpoint))])
    requested, missing = ref.id, f"the thread needs more than {_MAX_CONTEXTS} requests"
    for _ in range(_MAX_CONTEXTS):
        try:
            context = yield from get_json(f"https://{ref.host}/api/v1/statuses/{requested}/context")
        except (BadResponse, Forbidden, NotFound):
            missing = "the posts around it are not public"
            break
        conversation.add_context(requested, context)
        waiting = conversation.next_context(options)
        if waiting is None:
            missing = conversation.missing_replies() if options.replies else ""
            break
        requested = waiting
    return conversation.result(options, endpoint, missing)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a saved status, or a list of statuses."""
    conversation = _Conversation(ref, js.as_list(file.json()))
    is_cut = conversation.next_context(options) is not None
    missing = "the file does not contain the complete thread" if is_cut else ""
    return conversation.result(options, "file", missing)


class _Conversation:
    """The statuses that are known."""

    def __init__(self, ref: ThreadRef, statuses: list[Any]) -> None:
        self.ref = ref
        self.statuses: dict[str, Any] = {}
        self.posts: dict[str, Post] = {}
        self.authors: dict[str, Author] = {}
        self.replies = Counter[str]()
        """How many replies to a post are known."""
        self.contexts: dict[str, int] = {}
        """Posts whose context was requested, and how many descendants it had."""
        self._add(statuses)
        if ref.id not in self.statuses:
            raise BadResponse(ref.url, f"the response is not post {ref.id}")
        if ref.id not in self.posts:
            raise Forbidden(ref.url, "not public, or the author does not allow indexing")

    def add_context(self, id_: str, context: object) -> None:
        below = js.objects(context, "descendants")
        self.contexts[id_] = len(below)
        self._add([*js.objects(context, "ancestors"), *below])

    def _add(self, statuses: list[Any]) -> None:
        for status in statuses:
            id_ = js.as_id(status, "id")
            if id_ and id_ not in self.statuses:
                self.statuses[id_] = status
                self.replies[js.as_id(status, "in_reply_to_id")] += 1
                if post := self._parse(status):
                    self.posts[id_] = post

    def next_context(self, options: FetchOptions) -> str | None:
        """Return the id of a post whose context may have more of the thread, or None."""
        every = FetchOptions(replies=options.replies)
        thread = self_thread(self.posts.values(), self.ref.id, every)
        first, replied = self.statuses[thread[0].id], {post.reply_to for post in thread}
        to_self = js.as_id(first, "in_reply_to_account_id") == js.as_id(first, "account", "id")
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
        replies = js.count(self.statuses[id_], "replies_count")
        return not self.replies[id_] if replies is None else replies > self.replies[id_]

    def missing_replies(self) -> str:
        """Return what is missing, if the server left out replies."""
        full = (id_ for id_, number in self.contexts.items() if number >= _MAX_DESCENDANTS)
        cut = any(self._has_more(id_) for id_ in full)
        note = f"some replies are missing; the server returns {_MAX_DESCENDANTS} at a time"
        return note if cut else ""

    def result(self, options: FetchOptions, endpoint: str, missing: str) -> FetchResult:
        posts = self_thread(self.posts.values(), self.ref.id, options)
        head = Head(None, js.count(self.statuses[posts[0].id], "replies_count"))
        people = self.authors.values()
        return build_thread(self.ref, posts, people, endpoint=endpoint, head=head, missing=missing)

    def _parse(self, status: object, *, quoting: bool = True) -> Post | None:
        """Return a status as a post, or None if it must not be saved."""
        id_, handle = js.as_id(status, "id"), _handle(status, self.ref)
        account = js.dig(status, "account")
        public = js.text(status, "visibility") in {"public", "unlisted"}
        # Authors who refuse search engines do not want copies.
        if not id_ or not handle or not public or js.flag(account, "noindex"):
            return None
        avatar = js.dig(account, "avatar_static") or js.dig(account, "avatar")
        self.authors[handle] = build_author(
            handle, js.one_line(account, "display_name"), js.dig(account, "url"), avatar
        )
        url = js.safe_url(js.dig(status, "url")) or self.ref.url
        # Mastodon returns a quoted status only if its author accepts the quote.
        quote = js.dig(status, "quote", "quoted_status") or js.dig(status, "quote")
        quoted = self._parse(quote, quoting=False) if quoting else None
        html = js.text(status, "content")
        blocks = parse_html(_QUOTE_LINK.sub("", html) if quoted else html, url, media=False).blocks
        media, files = _parse_attachments(status)
        page = js.safe_url(js.dig(status, "card", "url"))
        if page and not (quoted and quoted.url == page):
            blocks = add_link(blocks, js.one_line(status, "card", "title"), page)
        sensitive = "Sensitive media" if media and js.flag(status, "sensitive") else None
        return Post(
            id=id_,
            url=url,
            author=handle,
            reply_to=js.as_id(status, "in_reply_to_id") or None,
            posted=js.time(status, "created_at"),
            edited=js.time(status, "edited_at"),
            blocks=(*blocks, *files),
            media=tuple(media),
            warning=js.text(status, "spoiler_text").strip() or sensitive,
            lang=js.language(status, "language"),
            quoted=quoted,
        )


def _handle(status: object, ref: ThreadRef) -> str:
    """Return ``name@host`` of the author, or an empty string; the API omits the host of local accounts."""
    name = js.one_line(status, "account", "acct") or ""
    if not _HANDLE.fullmatch(name):
        return ""
    return name if "@" in name else f"{name}@{ref.host}"


def _parse_attachments(status: object) -> tuple[list[Media], tuple[Block, ...]]:
    """Return images and videos, and links to other files."""
    media: list[Media] = []
    files: tuple[Block, ...] = ()
    for item in js.objects(status, "media_attachments"):
        url, still = js.safe_url(js.dig(item, "url")), js.safe_url(js.dig(item, "preview_url"))
        alt, kind = js.text(item, "description").strip() or None, js.text(item, "type")
        if url and kind == "image":
            media.append(Media(url=url, alt=alt))
        elif url and kind in {"video", "gifv"}:
            still = still if still != url else None
            media.append(Media(kind="video", url=url, still=still, alt=alt))
        elif url:
            files = add_link(files, js.one_line(item, "description"), url)
    return media, files


SOURCE = Source(platforms=("mastodon", "pleroma"), fetch=fetch, read_file=read_file)
