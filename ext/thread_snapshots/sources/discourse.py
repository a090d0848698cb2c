"""Discourse: a topic's first 20 posts in one request, the others by their ids.

Endpoints: https://docs.discourse.org (``/t/{id}.json``, ``/t/{id}/posts.json``, ``/posts/{id}.json``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thread_snapshots.errors import BadAnswer, FetchError
from thread_snapshots.shape import at, ident, listed, objects
from thread_snapshots.sources._discourse_posts import of_page, place, post_number, posts_in, read, stream
from thread_snapshots.steps import Asking, Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.urls import Kind, ThreadRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thread_snapshots.saved import Saved

_CHUNK = 20
"""Posts that one request gives, as for a reader's browser."""
_MOST_POSTS = 400
_MOST_WISHED = 20
"""Requests for wished posts that stand further down."""


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the topic, and for the posts that its first answer does not hold; before, for a post cited alone."""
    base, topic_id = place(ref)
    posts: list[dict[str, Any]] = []
    if ref.kind is Kind.POST:
        linked = yield from ask_json(f"{base}/posts/{ref.id.rpartition('/')[2]}.json")
        posts, topic_id = objects([linked]), ident(linked, "topic_id")
        if not topic_id.isdecimal():
            raise BadAnswer(ref.url, "the answer does not tell the post's topic")
    endpoint = f"{base}/t/{topic_id}.json"
    topic = yield from ask_json(endpoint)
    posts = [*posts_in(topic), *posts]
    ids = stream(topic)
    posts += yield from _ask_others(f"{base}/t/{topic_id}/posts.json", ids[:_MOST_POSTS], posts)
    if ref.kind is not Kind.POST:
        posts += yield from _ask_wished(f"{base}/t/{topic_id}", wish.posts, posts)
    return read(ref, wish, topic, posts, endpoint)


def _ask_others(url: str, ids: Iterable[str], posts: list[dict[str, Any]]) -> Asking[list[Any]]:
    """The posts whose ids are told, but which are not there yet."""
    known, found = {ident(post, "id") for post in posts}, []
    missing = [id_ for id_ in ids if id_ not in known]
    for start in range(0, len(missing), _CHUNK):
        query = "&".join(f"post_ids%5B%5D={id_}" for id_ in missing[start : start + _CHUNK])
        answer = yield from ask_json(f"{url}?{query}")
        found += posts_in(answer)
    return found


def _ask_wished(url: str, wished: Iterable[str], posts: list[dict[str, Any]]) -> Asking[list[Any]]:
    """The wished posts that are not there yet; what was deleted is left out."""
    known, found = {post_number(post) for post in posts}, []
    missing = sorted(number for number in wished if number.isdecimal() and number not in known)
    for number in missing[:_MOST_WISHED]:
        try:
            answer = yield from ask_json(f"{url}/{number}.json")
        except FetchError:
            continue
        found += [post for post in posts_in(answer) if post_number(post) == number]
    return found


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read a topic or a post that was downloaded, a list of such files' contents, or the data in a topic's page."""
    data = of_page(file.html(), file.name) if file.is_html else file.json()
    parts = listed(data)
    posts = [post for part in parts for post in posts_in(part)]
    topics = [part for part in parts if at(part, "title") is not None]
    topic = topics[0] if topics else parts[0] if parts else None
    _, topic_id = place(ref)
    told = ident(topic, "topic_id") or ident(topic, "id") or next((ident(post, "topic_id") for post in posts), "")
    if ref.kind is not Kind.POST and told != topic_id:
        raise BadAnswer(ref.url, f"the file is not topic {topic_id}")
    return read(ref, wish, topic, posts, "file")


SOURCE = Source(name="discourse", steps=steps, saved=saved)
