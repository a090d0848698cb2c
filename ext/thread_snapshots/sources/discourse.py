"""Discourse: a topic's first 20 posts in one request, the others by their ids.

Endpoints: https://docs.discourse.org (``/t/{id}.json``, ``/t/{id}/posts.json``, ``/posts/{id}.json``). Fields:
``PostSerializer`` and ``TopicViewSerializer`` in
https://github.com/discourse/discourse/tree/main/app/serializers.
"""

import re
from contextlib import suppress
from typing import Any

from sphinx_thread_cards.snapshot import Author, Post, State
from sphinx_thread_cards.urls import Kind, ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse, FetchError, NotFound
from thread_snapshots.html import parse_html
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import Head, build_author, build_thread

_CHUNK = 20  # posts per request, as many as Discourse's own pages load
_MAX_POSTS = 400
_MAX_CITED = 20


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the topic, the posts that its first response lacks, and the cited ones."""
    base, number, posts = _base(ref), ref.id.rpartition("/")[2], []
    if ref.kind is Kind.POST:  # its URL does not name the topic
        posts = [(yield from get_json(f"{base}/posts/{number}.json"))]
        if not (number := js.as_id(posts, 0, "topic_id")):
            raise BadResponse(ref.url, "the response does not name a topic")
    url = f"{base}/t/{number}"
    topic = yield from get_json(f"{url}.json")
    posts = posts or _posts(topic)
    if ref.kind is not Kind.POST and not options.summary:
        known = {js.as_id(post, "id") for post in posts}
        stream = js.as_list(topic, "post_stream", "stream")
        ids = [str(id_) for id_ in stream[:_MAX_POSTS] if js.count(id_)]
        missing = [id_ for id_ in ids if id_ not in known]
        for start in range(0, len(missing), _CHUNK):
            query = "&".join(f"post_ids%5B%5D={id_}" for id_ in missing[start : start + _CHUNK])
            posts += _posts((yield from get_json(f"{url}/posts.json?{query}")))
        numbers = {js.as_id(post, "post_number") for post in posts}
        for cited in sorted(filter(str.isdecimal, options.posts - numbers))[:_MAX_CITED]:
            with suppress(FetchError):  # a deleted post
                near = _posts((yield from get_json(f"{url}/{cited}.json")))
                posts += [post for post in near if js.as_id(post, "post_number") == cited]
    return _parse(ref, options, topic, posts, f"{url}.json")


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a topic, or a list of its parts."""
    parts = js.as_list(file.json())
    topic = next((part for part in parts if js.text(part, "title")), None)
    return _parse(ref, options, topic, [post for part in parts for post in _posts(part)], "file")


def _base(ref: ThreadRef) -> str:
    """Return the URL of the forum, which may be in a folder."""
    return re.split(r"(?<!/)/[tp]/", ref.url, maxsplit=1)[0]


def _posts(topic: object) -> list[dict[str, Any]]:
    return js.objects(topic, "post_stream", "posts")


def _parse(
    ref: ThreadRef, options: FetchOptions, topic: object, found: list[Any], endpoint: str
) -> FetchResult:
    number, total = ref.id.rpartition("/")[2], js.count(topic, "posts_count") or 0
    by_number = {js.count(post, "post_number") or 0: post for post in found}
    shown = [post for _, post in sorted(by_number.items()) if _is_shown(post)]
    if ref.kind is Kind.POST:
        shown = [post for post in shown if js.as_id(post, "id") == number]
    elif js.as_id(topic, "id") != number:
        raise BadResponse(endpoint, f"the response does not contain topic {number}")
    if not shown or (ref.kind is not Kind.POST and shown[0] is not by_number.get(1)):
        raise NotFound(ref.url, "the first post is deleted, hidden or not in the response")
    # The list of ids is empty for a topic of more than 10,000 posts.
    every = len(js.as_list(topic, "post_stream", "stream")) or total
    absent = 0 if ref.kind is Kind.POST else every - len(by_number)
    missing = f"{absent} of {absent + len(by_number)} posts are missing" if absent > 0 else ""
    head = Head(js.one_line(topic, "title"), total - 1 if total else None, _state(topic))
    posts, people = [_post(ref, topic, it) for it in shown], [_author(ref, it) for it in shown]
    return build_thread(
        ref, posts, people, endpoint=endpoint, options=options, head=head, missing=missing
    )


def _is_shown(post: object) -> bool:
    """Return whether a post is neither deleted nor hidden, and not a line such as "closed this topic"."""
    withheld = any(js.dig(post, key) for key in ("user_deleted", "deleted_at", "hidden"))
    action = js.dig(post, "post_type") not in (1, 2) or js.dig(post, "action_code")
    return js.one_line(post, "username") is not None and not withheld and not action


def _state(topic: object) -> State:
    """Return the state of a topic; it is answered if the plugin "Solved" has a solution."""
    if js.dig(topic, "accepted_answer"):
        return "answered"
    if js.flag(topic, "closed"):
        return "closed"
    return "locked" if js.flag(topic, "archived") else "open"


def _post(ref: ThreadRef, topic: object, post: object) -> Post:
    base, number = _base(ref), js.as_id(post, "post_number")
    url = f"{base}/t/{js.as_id(topic, 'slug') or '-'}/{js.as_id(topic, 'id')}"
    content = parse_html(js.text(post, "cooked"), f"{base}/")
    return Post(
        # The URL of a single post has its id on the forum, other URLs the number in the topic.
        id=js.as_id(post, "id") if ref.kind is Kind.POST else number,
        url=js.safe_url(url if number == "1" else f"{url}/{number}") or ref.url,
        author=js.one_line(post, "username") or "",
        reply_to=js.as_id(post, "reply_to_post_number") or None,
        posted=js.time(post, "created_at"),
        edited=js.time(post, "updated_at") if (js.count(post, "version") or 1) > 1 else None,
        blocks=content.blocks,
        media=content.media,
        lang=js.language(post, "locale"),
    )


def _author(ref: ThreadRef, post: object) -> Author:
    handle, base = js.one_line(post, "username") or "", _base(ref)
    avatar, name = js.text(post, "avatar_template"), js.one_line(post, "name")
    image = js.safe_url(avatar.replace("{size}", "120"), f"{base}/")
    return build_author(handle, name, f"{base}/u/{handle}", image)


SOURCE = Source(platforms=("discourse",), fetch=fetch, read_file=read_file)
