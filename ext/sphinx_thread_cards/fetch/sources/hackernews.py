"""Hacker News: a story or a comment with all that was said below it, in one request.

Endpoint: https://hn.algolia.com/api (items).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.assemble import link_paragraph, of_discussion, thread_of
from sphinx_thread_cards.fetch.errors import BadAnswer
from sphinx_thread_cards.fetch.rich_spans import safe_link
from sphinx_thread_cards.fetch.rich_text import from_html
from sphinx_thread_cards.fetch.shape import at, ident, line, objects, text, title, when
from sphinx_thread_cards.fetch.steps import Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx_thread_cards.fetch.saved import Saved
    from sphinx_thread_cards.model import ThreadRef

_SITE = "https://news.ycombinator.com"


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the item."""
    endpoint = f"https://hn.algolia.com/api/v1/items/{ref.id}"
    item = yield from ask_json(endpoint)
    return read(ref, wish, item, endpoint)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read an item that was downloaded."""
    return read(ref, wish, file.json(), "file")


def read(ref: ThreadRef, wish: Wish, item: object, endpoint: str) -> Found:
    """The item and what is below it, as a thread."""
    posts = list(_posts(item))
    if not posts or posts[0].id != ref.id:
        raise BadAnswer(ref.url, f"the answer is not item {ref.id}")
    people = {post.author: Author(handle=post.author, url=f"{_SITE}/user?id={post.author}") for post in posts}
    kept = of_discussion(posts, wish)
    thread = thread_of(ref, kept, people, title=title(item, "title"), endpoint=endpoint, replies=len(posts) - 1)
    return Found(thread=thread)


def _posts(item: object) -> Iterator[Post]:
    """Item and answers, each before what answers it; without recursion, as they may be deep."""
    waiting: list[tuple[object, str | None]] = [(item, None)]
    while waiting:
        item, above = waiting.pop()
        id_, author = ident(item, "id"), line(item, "author")
        if id_ and author:
            url = f"{_SITE}/item?id={id_}"
            blocks = from_html(text(item, "text"), url)
            if link := safe_link(at(item, "url")):
                blocks = (link_paragraph(None, link), *blocks)
            posted = when(at(item, "created_at_i"))
            yield Post(id=id_, url=url, author=author, posted=posted, blocks=blocks, answers=above)
        # What was deleted has no author; the answers to it stay.
        waiting += [(child, id_ or above) for child in reversed(objects(item, "children"))]


SOURCE = Source(name="hackernews", steps=steps, saved=saved)
