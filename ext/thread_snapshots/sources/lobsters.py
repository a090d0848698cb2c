"""Lobsters and its sister sites: a story with all its comments in one request.

``as_json`` in https://github.com/lobsters/lobsters/blob/main/app/models/story.rb and ``comment.rb``.
"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from sphinx_thread_cards.snapshot import Post
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse, NotFound
from thread_snapshots.html import parse_html
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import (
    Head,
    build_author,
    build_thread,
    link_paragraph,
    subtree,
)

_STORY = re.compile(r"/s/([0-9a-z]{4,10})(?:[/#]|$)")


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the cited comment, if there is one, because it names its story; then request the story."""
    site, story_id = urljoin(ref.url, "/"), ref.id
    if ref.id.startswith("c/"):
        comment = yield from get_json(f"{site}{ref.id}.json")
        if _is_deleted(comment):
            raise NotFound(ref.url, "the comment is deleted")
        match = _STORY.search(js.text(comment, "url"))
        if not match:
            raise BadResponse(ref.url, "the response does not name the story of the comment")
        story_id = match[1]
    endpoint = f"{site}s/{story_id}.json"
    return _result(ref, options, (yield from get_json(endpoint)), endpoint)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read the saved JSON of a story."""
    return _result(ref, options, file.json(), "file")


def _result(ref: ThreadRef, options: FetchOptions, story: object, endpoint: str) -> FetchResult:
    posts = list(_parse_posts(ref, story))
    comment = ref.id.startswith("c/")
    if comment:
        posts = subtree(posts, ref.id.replace("/", "_"))
    if not posts or (not comment and posts[0].id != ref.id):
        raise BadResponse(ref.url, f"the response does not contain {ref.id}")
    handles, title = {post.author for post in posts}, js.one_line(story, "title")
    people = [build_author(name, None, urljoin(ref.url, f"/u/{name}")) for name in handles]
    count = len(posts) - 1 if comment else js.count(story, "comment_count")
    head = Head(title, count)
    return build_thread(ref, posts, people, endpoint=endpoint, options=options, head=head)


def _parse_posts(ref: ThreadRef, story: object) -> Iterator[Post]:
    """Yield the story and its comments, each after its parent, without deleted comments."""
    story_id, author = js.as_id(story, "short_id"), js.one_line(story, "submitter_user")
    if story_id and author:
        url = js.safe_url(f"/s/{story_id}", ref.url) or ref.url
        link = js.safe_url(js.dig(story, "url"))
        blocks = parse_html(js.text(story, "description"), url, media=False).blocks
        yield Post(
            id=story_id,
            url=url,
            author=author,
            posted=js.time(story, "created_at"),
            blocks=(link_paragraph(None, link), *blocks) if link else blocks,
        )
    for comment in js.objects(story, "comments"):
        id_, author = js.as_id(comment, "short_id"), js.one_line(comment, "commenting_user")
        if id_ and author and not _is_deleted(comment):
            url = js.safe_url(f"/c/{id_}", ref.url) or ref.url
            parent = js.as_id(comment, "parent_comment")
            yield Post(
                id=f"c_{id_}",
                url=url,
                author=author,
                reply_to=f"c_{parent}" if parent else story_id or None,
                posted=js.time(comment, "created_at"),
                blocks=parse_html(js.text(comment, "comment"), url, media=False).blocks,
            )


def _is_deleted(comment: object) -> bool:
    return js.flag(comment, "is_deleted") or js.flag(comment, "is_moderated")


SOURCE = Source(platforms=("lobsters",), fetch=fetch, read_file=read_file)
