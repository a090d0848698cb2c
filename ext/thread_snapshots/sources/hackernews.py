"""Hacker News: a story or a comment with all that was said below it, in one request; else one item a request.

Endpoints: https://hn.algolia.com/api (items) and, where that fails, https://github.com/HackerNews/API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import found_of, link_paragraph, of_discussion, person
from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import from_html
from thread_snapshots.shape import all_in, at, count, flag, ident, line, numbers, objects, text, title, when
from thread_snapshots.sources._discussions import depth_first
from thread_snapshots.steps import Asking, Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.thread import Block, List, Post

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_SITE = "https://news.ycombinator.com"
_FIREBASE = "https://hacker-news.firebaseio.com/v0/item"
_MOST_ITEMS = 50
"""Requests to Firebase for one thread; a long discussion would take hundreds."""
_KILLED = frozenset({"[dead]", "[flagged]"})


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask Algolia for the item and all below it; where that fails, Firebase for the item and its direct answers."""
    endpoint = f"https://hn.algolia.com/api/v1/items/{ref.id}"
    try:
        item = yield from ask_json(endpoint)
        return read(ref, wish, _tree(item), endpoint)
    except FetchError as error:
        failure = error
    try:
        items = yield from _ask_firebase(ref, wish)
    except NotFound:
        raise
    except FetchError:
        raise failure from None
    found = read(ref, wish, items, f"{_FIREBASE}/{ref.id}.json")
    if not at(items[0], "kids"):
        return found
    note = "Algolia did not give it; what its author wrote further down may be missing"
    return Found(thread=found.thread, whole=False, note=note)


def _ask_firebase(ref: ThreadRef, wish: Wish) -> Asking[list[dict[str, Any]]]:
    """The item, the options of a poll, what was wished for, its direct answers, and those to its author's own."""
    root = yield from ask_json(f"{_FIREBASE}/{ref.id}.json")
    if root is None:
        raise NotFound(ref.url, "there is no such item")
    items = objects([root])
    waiting = [*numbers(root, "parts"), *sorted(filter(str.isdecimal, wish.posts)), *numbers(root, "kids")]
    asked = {ref.id}
    while waiting and items and len(asked) < _MOST_ITEMS:
        number = waiting.pop(0)
        if number in asked:
            continue
        asked.add(number)
        try:
            item = yield from ask_json(f"{_FIREBASE}/{number}.json")
        except FetchError:
            break
        items += objects([item])
        if line(item, "by") == line(root, "by"):
            waiting += numbers(item, "kids")
    return items or [{}]


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read what was downloaded: an item of Algolia, or one or a list of Firebase."""
    data = file.json()
    firebase = isinstance(data, list) or at(data, "by") is not None or at(data, "time") is not None
    return read(ref, wish, (objects(data) or objects([data])) if firebase else _tree(data), "file")


def read(ref: ThreadRef, wish: Wish, items: list[dict[str, Any]], endpoint: str) -> Found:
    """Items, the one cited first, as a thread; those of Firebase are put in the order in which one reads them."""
    root = items[0] if items else {}
    if ident(root, "id") != ref.id:
        raise BadAnswer(ref.url, f"the answer is not item {ref.id}")
    if flag(root, "deleted"):
        raise NotFound(ref.url, "it was deleted")
    if flag(root, "dead"):
        raise Forbidden(ref.url, "it was killed, and is not shown to everybody")
    options = [*objects(root, "options"), *(item for item in items if at(item, "type") == "pollopt")]
    posts = [post for item in items if (post := _post(item, options if item is root else ()))]
    if not posts or posts[0].id != ref.id:
        raise BadAnswer(ref.url, f"the answer does not tell who wrote item {ref.id}")
    if at(root, "by") is not None:
        posts = depth_first(posts, {post.id: post.answers or "" for post in posts})
    people = {post.author: person(post.author, None, f"{_SITE}/user?id={post.author}") for post in posts}
    said = count(root, "descendants")
    missing = 0 if said is None else said - len(posts) + 1
    return found_of(
        ref,
        of_discussion(posts, wish),
        people,
        title=title(root, "title"),
        endpoint=endpoint,
        replies=len(posts) - 1 if said is None else said,
        missing=f"{missing} of its answers were not there" if missing > 0 else "",
    )


def _post(item: Mapping[str, Any], options: Iterable[Mapping[str, Any]]) -> Post | None:
    """A post; None for what was deleted or killed, and for the options of a poll, which stand in the poll."""
    id_, author = ident(item, "id"), line(item, "author") or line(item, "by")
    hidden = flag(item, "dead") or flag(item, "deleted") or text(item, "text").strip() in _KILLED
    if not id_ or not author or hidden or at(item, "type") == "pollopt":
        return None
    url = safe_link(f"{_SITE}/item?id={id_}") or _SITE
    blocks: tuple[Block, ...] = from_html(text(item, "text"), url)
    if link := safe_link(at(item, "url")):
        blocks = (link_paragraph(None, link), *blocks)
    if choices := tuple(filter(None, (from_html(text(option, "text"), url) for option in options))):
        blocks = (*blocks, List(items=choices))
    posted = when(at(item, "created_at_i")) or when(at(item, "time"))
    answers = ident(item, "parent_id") or ident(item, "parent") or None
    return Post(id=id_, url=url, author=author, posted=posted, blocks=blocks, answers=answers)


def _tree(item: object) -> list[dict[str, Any]]:
    """Algolia's item and answers, each before what answers it."""
    return list(all_in(item, lambda item: objects(item, "children")))


SOURCE = Source(name="hackernews", steps=steps, saved=saved)
