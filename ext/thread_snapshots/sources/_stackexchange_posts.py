"""Questions, answers and comments of Stack Exchange as its API tells them, read into one thread.

The fields: https://api.stackexchange.com/docs/types/question and the pages beside it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import found_of, of_discussion, person
from thread_snapshots.errors import BadAnswer
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import read_html, read_markdown
from thread_snapshots.shape import at, count, flag, ident, line, objects, text, title, when
from thread_snapshots.sources._discussions import as_handles
from thread_snapshots.steps import Found, Wish
from sphinx_thread_cards.thread import Post

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sphinx_thread_cards.urls import ThreadRef

_COMMENT = re.compile(r"comment([0-9]{1,12})_([0-9]{1,10})")
_NOBODY = "unknown"
"""For a post whose author was deleted together with the name."""


def comment_ids(posts: Iterable[str]) -> list[str]:
    """The numbers of the comments among posts, sorted."""
    return sorted(match[1] for post in posts if (match := _COMMENT.fullmatch(post)))


def read(ref: ThreadRef, wish: Wish, answers: Iterable[object], endpoint: str) -> Found:
    """Answers of the API, in any order, as a thread: the question, its answers as the site shows them, their comments.

    :raises BadAnswer: if the question is not among them.
    """
    items = [inner for answer in answers for item in objects(answer, "items") for inner in _flat(item)]
    question = next((item for item in items if _is_question(item)), None)
    if question is None:
        raise BadAnswer(ref.url, "the answer does not hold a question")
    question_id = ident(question, "question_id")
    if not ref.id.startswith("a/") and question_id != ref.id:
        raise BadAnswer(ref.url, f"the answer is not question {ref.id}")
    if ref.id.startswith("a/") and ref.id.removeprefix("a/") not in {ident(item, "answer_id") for item in items}:
        raise BadAnswer(ref.url, "the answer is not among those to its question")
    shown = sorted((item for item in items if ident(item, "answer_id")), key=lambda item: not flag(item, "is_accepted"))
    ordered = list(_with_comments([question, *shown], items))
    handles = as_handles(_who(item) for item in ordered)
    named = [(handles[_who(item)[0]], at(item, "owner"), item) for item in ordered]
    people = {name: person(name, None, at(owner, "link"), at(owner, "profile_image")) for name, owner, _ in named}
    posts = [_post(ref.host, item, question_id, name) for name, _, item in named]
    accepted = {ident(answer, "answer_id") for answer in shown if flag(answer, "is_accepted")}
    # A comment says little without what it stands under.
    under = {match[2] for post in wish.posts if (match := _COMMENT.fullmatch(post))}
    wanted = wish.posts | accepted | under | {ident(question, "accepted_answer_id"), ref.id.removeprefix("a/")}
    found = found_of(
        ref,
        of_discussion(posts, Wish(replies=wish.replies, posts=wanted)),
        people,
        endpoint=endpoint,
        title=title(question, "title"),
        replies=count(question, "answer_count"),
    )
    kept = {post.id for post in found.thread.posts}
    items = [item for item in ordered if _id(item) in kept]
    licences = sorted({name for item in items if (name := line(item, "content_license"))})
    notes = [f"under the licence {' and '.join(licences)}"] if licences else []
    # Only an answer that was asked for with filter=withbody holds the texts.
    bare = any(at(item, "body") is None and at(item, "body_markdown") is None for item in items)
    return replace(found, whole=not bare, note="; ".join([*notes, *(["without all texts"] if bare else [])]))


def _flat(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An item, and what some filters put inside it."""
    yield item
    for answer in objects(item, "answers"):
        yield answer
        yield from objects(answer, "comments")
    yield from objects(item, "comments")


def _is_question(item: Mapping[str, Any]) -> bool:
    return bool(ident(item, "question_id")) and not ident(item, "answer_id") and not ident(item, "comment_id")


def _with_comments(posts: list[dict[str, Any]], items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Question and answers, each followed by the comments on it."""
    comments: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        if ident(item, "comment_id"):
            comments.setdefault(ident(item, "post_id"), []).append(item)
    for post in posts:
        yield post
        yield from comments.pop(ident(post, "answer_id") or ident(post, "question_id"), [])


def _id(item: Mapping[str, Any]) -> str:
    """The id as an address on the site has it."""
    if comment := ident(item, "comment_id"):
        return f"comment{comment}_{ident(item, 'post_id')}"
    return ident(item, "answer_id") or ident(item, "question_id")


def _post(host: str, item: Mapping[str, Any], question_id: str, author: str) -> Post:
    id_, answer = _id(item), ident(item, "answer_id")
    comment, on = ident(item, "comment_id"), ident(item, "post_id")
    if comment:
        place = f"/q/{on}#{id_}" if on == question_id else f"/a/{on}#{id_}"
    else:
        place = f"/a/{answer}" if answer else f"/questions/{question_id}"
    url = safe_link(place, f"https://{host}") or f"https://{host}/"
    if at(item, "body") is None:
        # What other filters give is Markdown in which some signs are written as in HTML.
        rich = read_markdown(unescape(text(item, "body_markdown")), url)
    else:
        rich = read_html(text(item, "body"), url)
    return Post(
        id=id_,
        url=url,
        author=author,
        answers=on if comment else question_id if answer else None,
        posted=when(at(item, "creation_date")),
        edited=None if comment else when(at(item, "last_edit_date")),
        blocks=rich.blocks,
        media=rich.media,
    )


def _who(item: Mapping[str, Any]) -> tuple[str, str]:
    """What tells a person from others, and the name; those whose account was deleted have a name alone."""
    name = title(item, "owner", "display_name") or _NOBODY
    return ident(item, "owner", "user_id") or name, name
