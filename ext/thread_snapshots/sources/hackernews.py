"""Hacker News: a story or a comment with everything under it, in one request to Algolia's API.

https://hn.algolia.com/api (items)
"""

from sphinx_thread_cards.snapshot import Post
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse
from thread_snapshots.html import parse_html
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import Head, build_author, build_thread, link_paragraph

_SITE = "https://news.ycombinator.com"
_KILLED = frozenset({"[dead]", "[flagged]"})


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request an item with all its replies."""
    endpoint = f"https://hn.algolia.com/api/v1/items/{ref.id}"
    return _result(ref, options, (yield from get_json(endpoint)), endpoint)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a saved response of Algolia."""
    return _result(ref, options, file.json(), "file")


def _result(ref: ThreadRef, options: FetchOptions, item: object, endpoint: str) -> FetchResult:
    posts: list[Post] = []
    stack = js.objects([item])
    while stack:  # no recursion, because replies may be deeply nested
        current = stack.pop()
        if post := _parse_post(current):
            posts.append(post)
        stack += reversed(js.objects(current, "children"))
    if not posts or posts[0].id != ref.id:
        raise BadResponse(ref.url, f"the response is not item {ref.id}, or its author is missing")
    handles, title = {post.author for post in posts}, js.html_line(item, "title")
    people = [build_author(handle, url=f"{_SITE}/user?id={handle}") for handle in handles]
    head = Head(title, len(posts) - 1)
    return build_thread(ref, posts, people, endpoint=endpoint, options=options, head=head)


def _parse_post(item: object) -> Post | None:
    """Return a post, or None for one that is deleted or killed."""
    id_, author, content = js.as_id(item, "id"), js.one_line(item, "author"), js.text(item, "text")
    if not id_ or not author or content.strip() in _KILLED:
        return None
    url, link = js.safe_url(f"{_SITE}/item?id={id_}") or _SITE, js.safe_url(js.dig(item, "url"))
    blocks = parse_html(content, url, media=False).blocks
    return Post(
        id=id_,
        url=url,
        author=author,
        reply_to=js.as_id(item, "parent_id") or None,
        posted=js.time(item, "created_at_i"),
        blocks=(link_paragraph(None, link), *blocks) if link else blocks,
    )


SOURCE = Source(platforms=("hackernews",), fetch=fetch, read_file=read_file)
