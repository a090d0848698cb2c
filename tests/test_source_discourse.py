"""Discourse topics that are longer than what is read of them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from thread_snapshots.answers import Answer
from thread_snapshots.sources import SOURCES
from thread_snapshots.steps import Ask, Found, Wish, drive
from sphinx_thread_cards.platforms import parse_thread_url

LENGTH = 450


def _post(number: int) -> dict[str, Any]:
    author = "jo_example" if number % 100 == 1 else "sam_example"
    return {"id": 8000 + number, "username": author, "cooked": f"<p>Lamp {number}</p>", "post_number": number, "post_type": 1, "topic_id": 57}


def _fetch(wish: Wish) -> tuple[Found, list[str]]:
    """What is found of a long topic, and what was asked."""
    asked: list[str] = []

    def send(ask: Ask) -> Answer:
        asked.append(ask.url)
        parts = urlsplit(ask.url)
        name = parts.path.rpartition("/")[2].removesuffix(".json")
        if name == "posts":
            posts = [_post(int(id_) - 8000) for id_ in parse_qs(parts.query)["post_ids[]"]]
        else:
            posts = [_post(number) for number in (range(1, 21) if name == "57" else range(int(name) - 5, int(name) + 15))]
        stream = [8000 + number for number in range(1, LENGTH + 1)]
        data = {"id": 57, "title": "Lamps", "posts_count": LENGTH, "post_stream": {"posts": posts, "stream": stream}}
        return Answer(url=ask.url, headers={}, body=json.dumps(data).encode())

    ref = parse_thread_url("https://forum.example/t/57", {"forum.example": "discourse"})
    assert ref is not None
    steps = SOURCES["discourse"].steps
    assert steps is not None
    return drive(steps(ref, wish), send), asked


def test_author_is_followed_up_to_a_bound() -> None:
    """400 posts are read, 20 a request; the note says that there are more."""
    found, asked = _fetch(Wish())
    assert [post.id for post in found.thread.posts] == ["1", "101", "201", "301"]
    assert (found.whole, found.note) == (False, "50 of the topic's 450 posts are missing")
    assert len(asked) == 1 + 380 // 20


def test_wished_post_beyond_the_bound_is_asked_for() -> None:
    """By its number; those around it, which come with it, are left out."""
    found, asked = _fetch(Wish(posts=frozenset({"5", "440"})))
    assert [post.id for post in found.thread.posts] == ["1", "5", "101", "201", "301", "440"]
    assert asked[-1] == "https://forum.example/t/57/440.json"
