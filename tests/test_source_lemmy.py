"""Lemmy's comments where they fill more than a page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from thread_snapshots.answers import Answer
from thread_snapshots.sources import SOURCES
from thread_snapshots.steps import Ask, Found, Wish, drive
from sphinx_thread_cards.platforms import parse_thread_url

JO = {"name": "jo_example", "actor_id": "https://lemmy.example/u/jo_example"}
POST = {"id": 12, "name": "Lamps", "body": "Which one?"}


def _comment(number: int) -> dict[str, Any]:
    comment = {"id": number, "post_id": 12, "content": f"Lamp {number}", "path": f"0.{number}"}
    return {"comment": comment, "creator": JO, "post": POST}


def _fetch(comments: int, *, pages: bool = True) -> tuple[Found, list[str]]:
    """What is found of a post with so many comments, and what was asked; a server may know no pages."""
    asked: list[str] = []

    def send(ask: Ask) -> Answer:
        asked.append(ask.url)
        first = 50 * (int(ask.url.partition("&page=")[2] or 1) - 1) if pages else 0
        numbers = range(first + 1, min(first + 50, comments) + 1)
        data = {"comments": [_comment(number) for number in numbers]} if "/list" in ask.url else {"post_view": {"post": POST, "creator": JO}}
        return Answer(url=ask.url, headers={}, body=json.dumps(data).encode())

    ref = parse_thread_url("https://lemmy.example/post/12", {"lemmy.example": "lemmy"})
    assert ref is not None
    steps = SOURCES["lemmy"].steps
    assert steps is not None
    return drive(steps(ref, Wish()), send), asked


@pytest.mark.parametrize(("comments", "requests"), [(0, 2), (49, 2), (50, 3), (120, 4)])
def test_pages_are_read_to_the_end(comments: int, requests: int) -> None:
    """A page that is not full is the last one."""
    found, asked = _fetch(comments)
    assert [post.id for post in found.thread.posts] == ["post/12", *map(str, range(1, comments + 1))]
    assert (len(asked), found.whole, found.note) == (requests, True, "")


def test_reading_stops_at_a_bound() -> None:
    """The note says how many comments there are at least."""
    found, asked = _fetch(5000)
    assert (len(asked), len(found.thread.posts)) == (9, 401)
    assert (found.whole, found.note) == (False, "the first 400 comments only")


def test_server_without_pages_is_not_asked_for_ever() -> None:
    """A page with nothing new is the last one."""
    found, asked = _fetch(50, pages=False)
    assert (len(asked), len(found.thread.posts)) == (3, 51)
