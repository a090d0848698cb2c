"""X beyond the cases: the token, times in words, and chains that do not end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from thread_snapshots.answers import Answer
from thread_snapshots.errors import NotFound, RateLimited
from thread_snapshots.sources import SOURCES
from thread_snapshots.sources._x_common import full_size, time_of_words
from thread_snapshots.sources.x import endpoint, token
from thread_snapshots.steps import MOST_ASKS, Ask, Found, Wish, drive
from sphinx_thread_cards.platforms import parse_thread_url

FIRST = 1300000000000000000


@pytest.mark.parametrize(
    ("id_", "expected"),
    [("1641086480675225601", "3z7miaszni8"), ("1703436713362870723", "44ni5iyte19"), ("20", "a")],
)
def test_token_is_what_a_browser_makes(id_: str, expected: str) -> None:
    """The first two are told by those who read the endpoint; of the oldest ids nothing is left."""
    assert token(id_) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("March 21, 2006", "2006-03-21T00:00:00Z"),
        ("Wed Oct 10 22:19:24 +0200 2018", "2018-10-10T20:19:24Z"),
        ("Aug 30, 2020 · 12:05 AM UTC", "2020-08-30T00:05:00Z"),
        ("Aug 30, 2020 · 12:05 PM UTC", "2020-08-30T12:05:00Z"),
        ("Smarch 13, 2020", None),
        ("Feb 30, 2020", None),
        ("30. August 2020", None),
        ("", None),
    ],
)
def test_times_in_words(words: str, expected: str | None) -> None:
    assert time_of_words(words) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://pbs.twimg.com/media/ELamp.jpg", "https://pbs.twimg.com/media/ELamp.jpg?name=orig"),
        ("https://pbs.twimg.com/media/ELamp.jpg:large", "https://pbs.twimg.com/media/ELamp.jpg?name=orig"),
        ("https://pbs.twimg.com/media/ELamp?format=png&name=small", "https://pbs.twimg.com/media/ELamp?format=png&name=orig"),
        ("https://pbs.twimg.com/profile_images/1/lamp_normal.jpg", "https://pbs.twimg.com/profile_images/1/lamp_normal.jpg"),
        ("https://lamp.example/media/lamp.jpg", "https://lamp.example/media/lamp.jpg"),
    ],
)
def test_pictures_in_full_size(given: str, expected: str) -> None:
    assert full_size(given) == expected


def _fetch(id_: int, answer: Callable[[int], Any]) -> tuple[Found, int]:
    """Fetch a post where each one is what ``answer`` says, and nobody else answers; and how much was asked."""
    ref = parse_thread_url(f"https://x.com/jo_example/status/{id_}")
    assert ref is not None
    asked: list[str] = []

    def send(ask: Ask) -> Answer:
        asked.append(ask.url)
        if "tweet-result" not in ask.url:
            raise NotFound(ask.url, "there is no such page (404)")
        number = int(ask.url.partition("id=")[2].partition("&")[0])
        assert ask.url == endpoint(str(number))
        return Answer(url=ask.url, headers={}, body=json.dumps(answer(number)).encode())

    source = SOURCES["x"]
    assert source.steps is not None
    return drive(source.steps(ref, Wish()), send), len(asked)


def _post(number: int, above: int) -> dict[str, Any]:
    return {
        "__typename": "Tweet",
        "id_str": str(number),
        "text": "A lamp.",
        "user": {"id_str": "7001", "name": "Jo Example", "screen_name": "jo_example"},
        "conversation_count": 1,
        "in_reply_to_screen_name": "jo_example",
        "in_reply_to_status_id_str": str(above),
        "in_reply_to_user_id_str": "7001",
    }


def test_endless_chain_ends() -> None:
    """A thread of thousands is cut, and says so."""
    found, asked = _fetch(FIRST, lambda number: _post(number, number - 1))
    assert asked < MOST_ASKS
    assert len(found.thread.posts) == asked - 1
    assert not found.whole
    assert found.note.startswith("it begins in the middle of the thread")


def test_circle_ends() -> None:
    """Posts that answer each other are each there once."""
    found, _ = _fetch(FIRST, lambda number: _post(number, FIRST + 1 if number == FIRST else FIRST))
    assert [post.id for post in found.thread.posts] == [str(FIRST + 1), str(FIRST)]


def test_chain_stops_at_the_root_that_x_names() -> None:
    """A thread may itself be an answer to an older one of its author's."""
    root = {"self_thread": {"id_str": str(FIRST - 1)}}
    found, _ = _fetch(FIRST, lambda number: _post(number, number - 1) | root)
    assert [post.id for post in found.thread.posts] == [str(FIRST - 1), str(FIRST)]
    assert "middle" not in found.note


def test_another_post_is_not_taken() -> None:
    """A server that answers with another post than was asked for."""
    with pytest.raises(NotFound, match="no such post"):
        _fetch(FIRST, lambda number: _post(number + 1, 1))


def test_refusal_of_all_is_what_is_told() -> None:
    """Where nobody answers for a while, the post is not said to be gone."""
    ref = parse_thread_url("https://threadreaderapp.com/thread/1300000000000000000.html")
    assert ref is not None

    def send(ask: Ask) -> Answer:
        raise RateLimited(ask.url, "the server was asked too often", status=429)

    source = SOURCES["x"]
    assert source.steps is not None
    with pytest.raises(RateLimited):
        drive(source.steps(ref, Wish()), send)
