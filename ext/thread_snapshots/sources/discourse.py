"""Discourse: a topic's first 20 posts in one request, the others by their ids.

Endpoints: https://docs.discourse.org (``/t/{id}.json``, ``/t/{id}/posts.json``, ``/posts/{id}.json``). Fields:
``PostSerializer`` and ``TopicViewSerializer`` in
https://github.com/discourse/discourse/tree/main/app/serializers.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from sphinx_thread_cards.snapshot import Author, Post, State
from sphinx_thread_cards.urls import Kind, ThreadRef

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
    FetchError,
    FetchOptions,
    FetchResult,
    Forbidden,
    NotFound,
    RequestGenerator,
    Source,
    get_json,
)
from thread_snapshots.thread_builder import build_author, build_thread, filter_replies, summary_of

if TYPE_CHECKING:
    from datetime import datetime

    from thread_snapshots.saved_file import SavedFile

_CHUNK = 20  # posts per request, as many as Discourse's own pages load
_MAX_POSTS = 400
_MAX_CITED = 20
# Values of post_type; others are lines such as "closed this topic", and posts for the staff.
_REGULAR = (1, 2, None)


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the topic, the posts that its first response lacks, and the cited ones."""
    url, topic, posts = yield from _get_topic(ref)
    known = {as_id(post, "id") for post in posts}
    missing = [id_ for id_ in _stream(topic)[:_MAX_POSTS] if id_ not in known]
    for start in range(0, len(missing), _CHUNK):
        query = "&".join(f"post_ids%5B%5D={id_}" for id_ in missing[start : start + _CHUNK])
        posts += _posts((yield from get_json(f"{url}/posts.json?{query}")))
    if ref.kind is not Kind.POST:
        numbers = {as_id(post, "post_number") for post in posts}
        cited = [number for number in options.posts - numbers if number.isdecimal()]
        for number in sorted(cited)[:_MAX_CITED]:
            with suppress(FetchError):  # a deleted post
                near = _posts((yield from get_json(f"{url}/{number}.json")))
                posts += [post for post in near if as_id(post, "post_number") == number]
    return _parse(ref, options, topic, posts, f"{url}.json")


def _get_topic(ref: ThreadRef) -> RequestGenerator[tuple[str, Any, list[dict[str, Any]]]]:
    """Request the topic; return its URL without ``.json``, the response and the posts in it."""
    base, topic_id = _location(ref)
    posts: list[dict[str, Any]] = []
    if ref.kind is Kind.POST:  # the URL names a post, not its topic
        posts = objects([(yield from get_json(f"{base}/posts/{topic_id}.json"))])
        topic_id = as_id(posts, 0, "topic_id")
        if not topic_id.isdecimal():
            raise BadResponse(ref.url, "the response does not name the topic of the post")
    url = f"{base}/t/{topic_id}"
    topic = yield from get_json(f"{url}.json")
    if dig(topic, "archetype") == "private_message":
        raise Forbidden(ref.url, "a private message")
    return url, topic, [*_posts(topic), *posts]


def summarize(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch title, author, date, number of replies and state."""
    url, topic, posts = yield from _get_topic(ref)
    return summary_of(_parse(ref, FetchOptions(), topic, posts, f"{url}.json"))


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a topic or post, or a list of such responses."""
    parts = as_list(file.json())
    posts = [post for part in parts for post in _posts(part)]
    topic = next((part for part in parts if dig(part, "title") is not None), None)
    found = as_id(topic, "id") or as_id(posts, 0, "topic_id")
    if ref.kind is not Kind.POST and found != _location(ref)[1]:
        raise BadResponse(file.name, f"the file does not contain topic {_location(ref)[1]}")
    return _parse(ref, options, topic, posts, "file")


def _location(ref: ThreadRef) -> tuple[str, str]:
    """Return the URL of the forum, which may be in a folder, and the id of the topic or post."""
    folder, _, number = ref.id.rpartition("/")
    if ref.kind is Kind.POST:
        folder = folder.removesuffix("p").rstrip("/")
    return urljoin(ref.url, f"/{folder}").rstrip("/"), number


def _posts(data: object) -> list[dict[str, Any]]:
    """Return the posts of a topic or of a part of it, or the post that the response is."""
    found = objects(data, "post_stream", "posts")
    return found or [post for post in objects([data]) if "cooked" in post]


def _stream(topic: object) -> list[str]:
    """Return the ids of all posts; empty for a topic of more than 10,000."""
    ids = dig(topic, "post_stream", "stream")
    return [str(id_) for id_ in ids if type(id_) is int] if isinstance(ids, list) else []


def _parse(
    ref: ThreadRef, options: FetchOptions, topic: object, found: list[dict[str, Any]], endpoint: str
) -> FetchResult:
    by_number = {count(post, "post_number") or 0: post for post in found}
    first = by_number.get(1)
    if first is None and ref.kind is not Kind.POST:
        raise BadResponse(endpoint, "the first post is missing; open the topic at its beginning")
    if _is_deleted(first):
        raise NotFound(ref.url, "deleted")
    if flag(first, "hidden"):
        raise Forbidden(ref.url, "the first post is hidden")
    # The URL of a single post has its id on the forum, other URLs the number in the topic.
    key = "id" if ref.kind is Kind.POST else "post_number"
    authors: dict[str, Author] = {}
    posts = []
    for _, raw in sorted(by_number.items()):
        reply_to = as_id(by_number.get(count(raw, "reply_to_post_number") or 0), key)
        if post := _post(ref, raw, as_id(raw, key), reply_to, authors):
            posts.append(post)
    number = _location(ref)[1]
    if ref.kind is Kind.POST and all(post.id != number for post in posts):
        raise NotFound(ref.url, "deleted or hidden")
    total, stream = count(topic, "posts_count"), _stream(topic)
    known = {as_id(post, "id") for post in found}
    absent = len(set(stream) - known) if stream else max((total or 0) - len(by_number), 0)
    missing = f"{absent} of {len(stream) or total} posts are missing" if absent else ""
    title = one_line(topic, "title")
    return build_thread(
        ref,
        filter_replies(posts, options),
        authors,
        endpoint=endpoint,
        title=title,
        replies=total - 1 if total else None,
        state=_state(topic),
        missing=missing if title else "without the topic's title",
    )


def _state(topic: object) -> tuple[State | None, datetime | None]:
    """Return the state of a topic; it is answered if the plugin "Solved" has a solution."""
    if dig(topic, "accepted_answer"):
        return "answered", None
    if flag(topic, "closed"):
        return "closed", None
    if flag(topic, "archived"):
        return "locked", None
    return ("open" if dig(topic, "closed") is False else None), None


def _is_deleted(raw: object) -> bool:
    return flag(raw, "user_deleted") or dig(raw, "deleted_at") is not None


def _post(
    ref: ThreadRef, raw: object, id_: str, reply_to: str, authors: dict[str, Author]
) -> Post | None:
    """Return a post; None if it is deleted, hidden, or a line about what was done with the topic."""
    handle, number = one_line(raw, "username"), as_id(raw, "post_number")
    action = dig(raw, "post_type") not in _REGULAR or dig(raw, "action_code")
    if not id_ or not number or not handle or action or _is_deleted(raw) or flag(raw, "hidden"):
        return None
    base, topic_id = _location(ref)
    url = f"{base}/t/{as_id(raw, 'topic_slug') or '-'}/{as_id(raw, 'topic_id') or topic_id}"
    if handle not in authors:
        avatar = text(raw, "avatar_template").replace("{size}", "120")
        name = one_line(raw, "name") or one_line(raw, "display_username")
        authors[handle] = build_author(
            handle, name, f"{base}/u/{handle}", avatar, base_url=f"{base}/"
        )
    content = parse_html(text(raw, "cooked"), f"{base}/")
    return Post(
        id=id_,
        url=safe_url(url if number == "1" else f"{url}/{number}") or ref.url,
        author=handle,
        reply_to=reply_to or None,
        posted=time(raw, "created_at"),
        edited=time(raw, "updated_at") if (count(raw, "version") or 1) > 1 else None,
        blocks=content.blocks,
        media=content.media,
        lang=language(raw, "locale"),
    )


SOURCE = Source(platforms=("discourse",), fetch=fetch, read_file=read_file, summarize=summarize)
