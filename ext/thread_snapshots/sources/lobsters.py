"""Lobsters and its sister sites: a story with all its comments in one request, or a comment.

The answers: ``as_json`` in https://github.com/lobsters/lobsters/blob/main/app/models/story.rb and ``comment.rb``. Until
2023 a user was an object, and a comment told its depth, from 1, but not what it answers.
"""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from thread_snapshots.assemble import found_of, link_paragraph, of_discussion, person
from thread_snapshots.errors import BadAnswer, FetchError, NotFound
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import from_html
from thread_snapshots.shape import at, count, flag, ident, line, objects, text, when
from thread_snapshots.sources._discussions import below
from thread_snapshots.steps import Asking, Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_STORY = re.compile(r"/s/([0-9a-z]{4,10})(?:[/#]|$)")
_SECONDS_TO_MEND = 60
"""Within these, the site does not call a comment edited."""


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the story; for a comment first of all for the comment, which names its story."""
    base = _base(ref)
    if not _comment_id(ref):
        endpoint = f"{base}/s/{ref.id}.json"
        story = yield from ask_json(endpoint)
        # A story that was merged into another one is answered with that one.
        return read(ref, wish, story, endpoint)
    endpoint = f"{base}/{ref.id}.json"
    comment = yield from _ask_comment(ref, endpoint)
    story_id = _STORY.search(text(comment, "url"))
    try:
        if story_id is None:
            raise BadAnswer(endpoint, "the comment does not tell its story")
        story = yield from ask_json(f"{base}/s/{story_id[1]}.json")
        return read(ref, wish, story, endpoint)
    except FetchError:
        found = read(ref, wish, {"comments": [comment]}, endpoint)
        return Found(thread=found.thread, whole=False, note="the comment only; its story could not be read")


def _ask_comment(ref: ThreadRef, endpoint: str) -> Asking[Any]:
    try:
        return (yield from ask_json(endpoint))
    except BadAnswer as error:
        if error.status == HTTPStatus.BAD_REQUEST:
            raise NotFound(ref.url, "there is no such comment", status=error.status) from None
        raise


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read a story, or for a comment that comment alone, that was downloaded."""
    data = file.json()
    comment = _comment_id(ref)
    if comment and at(data, "comments") is None:
        data = {"comments": [data]}
    elif not comment and ident(data, "short_id") != ref.id:
        raise BadAnswer(ref.url, f"the file is not story {ref.id}")
    return read(ref, wish, data, "file")


def read(ref: ThreadRef, wish: Wish, story: object, endpoint: str) -> Found:
    """A story with its comments as a thread; for a comment, what stands below it."""
    comment = _comment_id(ref)
    people: dict[str, Author] = {}
    posts = [post for post in (_story(ref, story, people), *_comments(ref, story, people)) if post]
    first = comment or ref.id
    kept = below(posts, first)
    if not kept:
        raise BadAnswer(ref.url, f"the answer does not hold {first}")
    said = None if comment else count(story, "comment_count")
    replies = len(kept) - 1 if said is None else said
    alone = said and at(story, "comments") is None
    return found_of(
        ref,
        of_discussion(kept, wish),
        people,
        endpoint=endpoint,
        title=line(story, "title"),
        replies=replies,
        missing="the story only; its comments were not there" if alone else "",
    )


def _story(ref: ThreadRef, story: object, people: dict[str, Author]) -> Post | None:
    author = _user(ref, story, "submitter_user", people)
    if not author or not ident(story, "short_id"):
        return None
    url = safe_link(f"/s/{ident(story, 'short_id')}", _base(ref)) or ref.url
    blocks = from_html(text(story, "description"), url)
    if link := safe_link(at(story, "url")):
        blocks = (link_paragraph(None, link), *blocks)
    id_ = ident(story, "short_id") if _comment_id(ref) else ref.id
    return Post(id=id_, url=url, author=author, posted=when(at(story, "created_at")), blocks=blocks)


def _comments(ref: ThreadRef, story: object, people: dict[str, Author]) -> Iterator[Post]:
    """The comments that are shown, in the order in which they come: each before what answers it.

    What answers a comment that is gone answers what that one did.
    """
    gone: dict[str, str | None] = {}
    first = ident(story, "short_id") if _comment_id(ref) else ref.id
    above: list[tuple[int, str]] = []
    for comment in objects(story, "comments"):
        short, author = ident(comment, "short_id"), _user(ref, comment, "commenting_user", people)
        depth = count(comment, "depth" if at(comment, "depth") is not None else "indent_level") or 0
        while above and above[-1][0] >= depth:
            above.pop()
        parent = ident(comment, "parent_comment")
        answers = f"c_{parent}" if parent else above[-1][1] if above else first or None
        answers = gone.get(answers, answers) if answers else None
        above.append((depth, f"c_{short}"))
        if not short or not author:
            continue
        url = safe_link(f"/c/{short}", _base(ref)) or ref.url
        if flag(comment, "is_deleted") or flag(comment, "is_moderated"):
            if f"c_{short}" == _comment_id(ref):
                raise NotFound(ref.url, "it was deleted")
            gone[f"c_{short}"] = answers
            continue
        posted, edited = when(at(comment, "created_at")), when(at(comment, "last_edited_at"))
        yield Post(
            id=f"c_{short}",
            url=url,
            author=author,
            answers=answers,
            posted=posted,
            edited=edited if _was_edited(posted, edited) else None,
            blocks=from_html(text(comment, "comment"), url),
        )


def _was_edited(posted: str | None, edited: str | None) -> bool:
    if not posted or not edited:
        return False
    return (datetime.fromisoformat(edited) - datetime.fromisoformat(posted)).total_seconds() > _SECONDS_TO_MEND


def _user(ref: ThreadRef, data: object, name: str, people: dict[str, Author]) -> str | None:
    """The name of a user, who is written down among the people."""
    handle = line(data, name) or line(data, name, "username")
    if handle and handle not in people:
        people[handle] = person(handle, None, f"/u/{handle}", at(data, name, "avatar_url"), base_url=_base(ref))
    return handle


def _base(ref: ThreadRef) -> str:
    return urljoin(ref.url, "/").rstrip("/")


def _comment_id(ref: ThreadRef) -> str | None:
    """The id of the comment that the address names alone."""
    return f"c_{ref.id.removeprefix('c/')}" if ref.id.startswith("c/") else None


SOURCE = Source(name="lobsters", steps=steps, saved=saved)
