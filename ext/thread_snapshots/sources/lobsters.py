"""Lobsters and its sister sites: a story with all its comments in one request; for a comment, its story after it.

``as_json`` in https://github.com/lobsters/lobsters/blob/main/app/models/story.rb and ``comment.rb``. Until 2023, a
user was an object, and a comment did not name its parent.
"""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from sphinx_thread_cards.snapshot import Author, Post

from thread_snapshots.html import parse_html
from thread_snapshots.json_access import (
    as_id,
    count,
    dig,
    flag,
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
    NotFound,
    RequestGenerator,
    Source,
    get_json,
)
from thread_snapshots.thread_builder import (
    build_author,
    build_thread,
    filter_replies,
    link_paragraph,
    subtree,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.saved_file import SavedFile

# The site does not show an edit within this time.
_GRACE = timedelta(minutes=1)
_STORY = re.compile(r"/s/([0-9a-z]{4,10})(?:[/#]|$)")


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the story; before it the comment, if one is cited, which names its story."""
    site = urljoin(ref.url, "/")
    story_id = ref.id
    if comment_id := _comment_id(ref):
        try:
            comment = yield from get_json(f"{site}c/{comment_id}.json")
        except BadResponse as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise NotFound(ref.url, "there is no such comment", status=error.status) from None
            raise
        if flag(comment, "is_deleted") or flag(comment, "is_moderated"):
            raise NotFound(ref.url, "the comment is deleted")
        match = _STORY.search(text(comment, "url"))
        if not match:
            raise BadResponse(ref.url, "the response does not name the story of the comment")
        story_id = match[1]
    endpoint = f"{site}s/{story_id}.json"
    return _result(ref, options, (yield from get_json(endpoint)), endpoint)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read the saved JSON of a story."""
    story = file.json()
    if not _comment_id(ref) and as_id(story, "short_id") != ref.id:
        raise BadResponse(ref.url, f"the file is not story {ref.id}")
    return _result(ref, options, story, "file")


def _comment_id(ref: ThreadRef) -> str:
    return ref.id.removeprefix("c/") if ref.id.startswith("c/") else ""


def _result(ref: ThreadRef, options: FetchOptions, story: object, endpoint: str) -> FetchResult:
    authors: dict[str, Author] = {}
    comment_id = _comment_id(ref)
    first = f"c_{comment_id}" if comment_id else as_id(story, "short_id")
    posts = subtree(_parse_posts(ref, story, authors), first)
    if not posts:
        raise BadResponse(ref.url, f"the response does not contain {ref.id}")
    comments = None if comment_id else count(story, "comment_count")
    return build_thread(
        ref,
        filter_replies(posts, options),
        authors,
        title=one_line(story, "title"),
        endpoint=endpoint,
        replies=len(posts) - 1 if comments is None else comments,
        missing="" if not comments or dig(story, "comments") is not None else "without comments",
    )


def _parse_posts(ref: ThreadRef, story: object, authors: dict[str, Author]) -> Iterator[Post]:
    """Yield the story and its comments, each after its parent, and collect their authors.

    A reply to a deleted comment becomes a reply to the parent of that comment.
    """
    story_id, author = as_id(story, "short_id"), _parse_user(ref, story, "submitter_user", authors)
    if story_id and author:
        url = safe_url(f"/s/{story_id}", ref.url) or ref.url
        blocks = parse_html(text(story, "description"), url, media=False).blocks
        if link := safe_url(dig(story, "url")):
            blocks = (link_paragraph(None, link), *blocks)
        yield Post(
            id=story_id, url=url, author=author, posted=time(story, "created_at"), blocks=blocks
        )
    deleted: dict[str | None, str | None] = {}
    for comment in objects(story, "comments"):
        short_id, author = (
            as_id(comment, "short_id"),
            _parse_user(ref, comment, "commenting_user", authors),
        )
        id_, parent = f"c_{short_id}", as_id(comment, "parent_comment")
        reply_to = f"c_{parent}" if parent else story_id or None
        reply_to = deleted.get(reply_to, reply_to)
        if (
            not short_id
            or not author
            or flag(comment, "is_deleted")
            or flag(comment, "is_moderated")
        ):
            deleted[id_] = reply_to
            continue
        posted, edited = time(comment, "created_at"), time(comment, "last_edited_at")
        url = safe_url(f"/c/{short_id}", ref.url) or ref.url
        yield Post(
            id=id_,
            url=url,
            author=author,
            reply_to=reply_to,
            posted=posted,
            edited=edited if posted and edited and edited - posted > _GRACE else None,
            blocks=parse_html(text(comment, "comment"), url, media=False).blocks,
        )


def _parse_user(ref: ThreadRef, data: object, key: str, authors: dict[str, Author]) -> str | None:
    handle, avatar = (
        one_line(data, key) or one_line(data, key, "username"),
        dig(data, key, "avatar_url"),
    )
    if handle:
        authors.setdefault(
            handle, build_author(handle, None, f"/u/{handle}", avatar, base_url=ref.url)
        )
    return handle


SOURCE = Source(platforms=("lobsters",), fetch=fetch, read_file=read_file)
