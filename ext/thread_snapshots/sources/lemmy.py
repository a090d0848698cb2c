"""Lemmy, and PieFed, whose API has the same shape: a post and its comments.

Endpoints: https://join-lemmy.org/api/v3, which newer versions of Lemmy serve too; PieFed has them under ``/api/alpha``.
"""

import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

from sphinx_thread_cards.snapshot import Author, Media, Post
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse, FetchError, Forbidden, NotFound
from thread_snapshots.html import parse_markdown
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import Head, build_author, build_thread, link_paragraph

_PAGE_SIZE = 50
_MAX_PAGES = 8
_PATH = re.compile(r"0(?:\.[0-9]{1,19}){1,500}")
_IMAGE = re.compile(r"\.(?:avif|gif|jpe?g|png|webp)$", re.IGNORECASE)


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the post, or a comment that is cited without its post, and the comments under it."""
    kind = "comment" if ref.id.startswith("comment/") else "post"
    number = ref.id.removeprefix("comment/")
    endpoint, root = yield from _get_root(ref, kind, number)
    parent = "post_id" if kind == "post" else "parent_id"
    list_url = f"{endpoint.rpartition('/')[0]}/comment/list?{parent}={number}"
    comments: dict[tuple[int, ...], Any] = {}
    missing = f"the first {_PAGE_SIZE * _MAX_PAGES} comments only"
    for page in range(1, 1 if options.summary else _MAX_PAGES + 1):
        url = f"{list_url}&type_=All&sort=Old&limit={_PAGE_SIZE}&page={page}"
        data = yield from get_json(url)
        views = js.objects(data, "comments")
        comments |= {_path(view): view for view in views if not _is_deleted(view)}
        if len(views) < _PAGE_SIZE and not js.dig(data, "next_page"):
            missing = ""
            break
    comments.pop((), None)
    # Ids grow with time, so paths in numeric order list the replies to a comment by time.
    views = [root, *(view for _, view in sorted(comments.items()))]
    shown = {path[-1] for path in comments}
    posts, people = [_post(ref, it, shown) for it in views], [_author(ref, it) for it in views]
    title = js.one_line(root, "post", "name") or js.one_line(root, "post", "title")
    is_locked, replies = js.flag(root, "post", "locked"), js.count(root, "counts", "comments")
    head = Head(title, replies, "locked" if is_locked else None)
    return build_thread(
        ref, posts, people, endpoint=endpoint, options=options, head=head, missing=missing
    )


def _get_root(ref: ThreadRef, kind: str, number: str) -> RequestGenerator[tuple[str, Any]]:
    """Request the post or comment from the first API that has it; also return the URL of the request."""
    failure: FetchError = BadResponse(ref.url, f"the response contains no {kind}")
    for version in ("v3", "alpha"):
        url = urljoin(ref.url, f"/api/{version}/{kind}?id={number}")
        try:
            view = js.dig((yield from get_json(url)), f"{kind}_view")
        except (NotFound, BadResponse) as error:
            failure = error
            # There is no other status for a private server, or a post that does not exist.
            if error.status == HTTPStatus.BAD_REQUEST:
                if js.text(error.body, "error") == "instance_is_private":
                    raise Forbidden(url, "the server requires a login", status=400) from None
                raise NotFound(url, "not found", status=400) from None
        else:
            if _is_deleted(view):
                raise NotFound(ref.url, "deleted")
            if js.as_id(view, kind, "id") == number:
                return url, view
    raise failure


def _path(view: object) -> tuple[int, ...]:
    """Return the ids of the comments above a comment, and its own; empty if they are not known."""
    path = js.text(view, "comment", "path")
    return tuple(map(int, path.split(".")[1:])) if _PATH.fullmatch(path) else ()


def _is_deleted(view: object) -> bool:
    raw = js.dig(view, "comment") or js.dig(view, "post")
    return js.flag(raw, "deleted") or js.flag(raw, "removed")


def _post(ref: ThreadRef, view: object, shown: Collection[int]) -> Post:
    comment, post = js.dig(view, "comment"), js.dig(view, "post")
    raw, post_id = comment or post, js.as_id(post, "id")
    id_ = reply_to = f"post/{post_id}"
    url = f"/{id_}"
    if comment:
        *above, number = _path(view) or (0,)
        id_ = str(number)
        # A reply to a deleted comment moves up to the one above it.
        reply_to = next((str(parent) for parent in reversed(above) if parent in shown), reply_to)
        # PieFed calls the text "body", and has no short URL.
        url = f"/comment/{id_}" if js.dig(comment, "body") is None else f"{url}/comment/{id_}"
    content = parse_markdown(js.text(raw, "content") or js.text(raw, "body"), ref.url)
    blocks, media = content.blocks, content.media
    if link := js.safe_url(js.dig(raw, "url")):
        type_ = js.text(raw, "url_content_type") or js.text(raw, "post_type").lower()
        if type_.startswith("image") or (not type_ and _IMAGE.search(urlsplit(link).path)):
            media = (Media(url=link, alt=js.text(raw, "alt_text").strip() or None), *media)
        else:
            blocks = (link_paragraph(js.one_line(raw, "embed_title"), link), *blocks)
    return Post(
        id=id_,
        url=js.safe_url(url, ref.url) or ref.url,
        author=_author(ref, view).handle,
        reply_to=reply_to,
        posted=js.time(raw, "published"),
        edited=js.time(raw, "updated") or js.time(raw, "edited_at"),
        blocks=blocks,
        media=media,
        warning="NSFW" if js.flag(raw, "nsfw") else None,
    )


def _author(ref: ThreadRef, view: object) -> Author:
    """Return an author, with the handle that other servers use: ``name@host``."""
    user = js.dig(view, "creator")
    name = js.one_line(user, "name") or js.one_line(user, "user_name") or "unknown"
    shown = js.one_line(user, "display_name") or js.one_line(user, "title")
    url = js.safe_url(js.dig(user, "actor_id"))
    handle = f"{name}@{urlsplit(url or ref.url).netloc}"
    return build_author(handle, None if shown == name else shown, url, js.dig(user, "avatar"))


SOURCE = Source(platforms=("lemmy",), fetch=fetch)
