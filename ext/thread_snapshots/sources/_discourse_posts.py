"""Posts of Discourse as its JSON tells them: which are shown to everybody, and what they hold.

The fields: ``PostSerializer`` and ``TopicViewSerializer`` in https://github.com/discourse/discourse/tree/main/app/serializers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

from lxml import etree

from thread_snapshots.assemble import found_of, of_discussion, person
from thread_snapshots.errors import BadAnswer, Forbidden, NotFound
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import read_html
from thread_snapshots.shape import at, count, flag, ident, language, line, numbers, objects, text, when
from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from thread_snapshots.steps import Found, Wish

_SMALL_ACTION, _WHISPER = 3, 4
"""Values of ``post_type``: a line such as "closed this topic", and words for the forum's staff."""
_AVATAR_SIZE = 120
"""Pixels."""


def place(ref: ThreadRef) -> tuple[str, str]:
    """The forum's address, which may have a folder, and the number of the topic or post."""
    folder, _, number = ref.id.rpartition("/")
    if ref.kind is Kind.POST:
        folder = folder.removesuffix("p").rstrip("/")
    return urljoin(ref.url, f"/{folder}").rstrip("/"), number


def posts_in(answer: object) -> list[dict[str, Any]]:
    """The posts of a topic, of a part of it, or of an answer that is one post."""
    found = objects(answer, "post_stream", "posts")
    return found or [post for post in objects([answer]) if at(post, "cooked") is not None]


def stream(topic: object) -> list[str]:
    """The ids of all posts of a topic, in order; none for a very long one, which does not tell them."""
    return numbers(topic, "post_stream", "stream")


def post_number(post: object) -> str:
    """The number of a post in its topic; empty if it has none."""
    return ident(post, "post_number")


def of_page(html: str, name: str) -> object:
    """The topic in a page that was saved: JSON in JSON, in an attribute.

    :param name: the file's, for the message.
    :raises BadAnswer: if the page does not hold it.
    """
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    root = etree.fromstring(f"<html><body>{html}".encode("utf-8", "replace"), parser)
    for value in cast("list[str]", root.xpath("//@data-preloaded | //@data-preloaded-discourse")):
        if topic := _preloaded(str(value)):
            return topic
    raise BadAnswer(name, "the page does not hold the data of a topic")


def _preloaded(value: str) -> object:
    try:
        data = json.loads(value)
        kept = next((data[key] for key in data if key.startswith("topic_")), "null") if isinstance(data, dict) else ""
        return json.loads(kept)
    except (ValueError, TypeError, RecursionError):
        return None


def read(ref: ThreadRef, wish: Wish, topic: object, raw_posts: list[dict[str, Any]], endpoint: str) -> Found:
    """The posts that everybody may read, as a thread.

    :param topic: the answer that tells the title and how many posts there are.
    :param raw_posts: in any order; some may come twice.
    :raises FetchError: if the topic's first post is not shown.
    """
    if at(topic, "archetype") == "private_message":
        raise Forbidden(ref.url, "it is a private message")
    by_number = {count(post, "post_number") or 0: post for post in raw_posts}
    _check_first(ref, by_number)
    # The address of a post names it by its id on the whole forum.
    key = "id" if ref.kind is Kind.POST else "post_number"
    people: dict[str, Author] = {}
    posts = [post for _, raw in sorted(by_number.items()) if (post := _post(ref, raw, by_number, key, people))]
    _check_linked(ref, posts, raw_posts)
    total = count(topic, "posts_count")
    title = line(topic, "title")
    ids, known = stream(topic), {ident(post, "id") for post in raw_posts}
    missing = len(set(ids) - known) if ids else max((total or 0) - len(by_number), 0)
    note = f"{missing} of the topic's {len(ids) or total} posts are missing" if missing else ""
    return found_of(
        ref,
        of_discussion(posts, wish),
        people,
        endpoint=endpoint,
        title=title or line(topic, "topic_title"),
        replies=total - 1 if total else None,
        missing=note if title else "the topic itself, with its title, was not there",
    )


def _check_first(ref: ThreadRef, by_number: dict[int, dict[str, Any]]) -> None:
    first = by_number.get(1)
    if by_number and first is None and ref.kind is not Kind.POST:
        # Whoever opens a topic further down gets the posts around there; its author would be somebody else.
        raise BadAnswer(ref.url, "the topic's first post is not there; take the topic from its beginning")
    if flag(first, "user_deleted") or at(first, "deleted_at") is not None:
        raise NotFound(ref.url, "it was deleted")
    if flag(first, "hidden"):
        raise Forbidden(ref.url, "its first post was flagged, and is hidden")


def _check_linked(ref: ThreadRef, posts: list[Post], raw_posts: list[dict[str, Any]]) -> None:
    """Whether the post is there that the address names by its id."""
    number = place(ref)[1]
    if ref.kind is not Kind.POST or any(post.id == number for post in posts):
        return
    if any(ident(raw, "id") == number for raw in raw_posts):
        raise NotFound(ref.url, "it was deleted or hidden")
    raise BadAnswer(ref.url, f"the answer does not hold post {number}")


def _post(
    ref: ThreadRef, raw: dict[str, Any], by_number: dict[int, dict[str, Any]], key: str, people: dict[str, Author]
) -> Post | None:
    """One post; None for what is deleted, hidden, or a line about what was done with the topic."""
    id_, author, number = ident(raw, key), line(raw, "username"), post_number(raw)
    kind, action = at(raw, "post_type"), at(raw, "action_code")
    gone = flag(raw, "hidden") or flag(raw, "user_deleted") or at(raw, "deleted_at") is not None
    if not id_ or not number or not author or gone or kind in (_SMALL_ACTION, _WHISPER) or action:
        return None
    base, topic_id = place(ref)
    url = f"{base}/t/{ident(raw, 'topic_slug') or '-'}/{ident(raw, 'topic_id') or topic_id}"
    url = safe_link(url if number == "1" else f"{url}/{number}") or ref.url
    rich = read_html(text(raw, "cooked"), base + "/")
    if author not in people:
        people[author] = _author(raw, author, base)
    answered = by_number.get(count(raw, "reply_to_post_number") or 0)
    return Post(
        id=id_,
        url=url,
        author=author,
        answers=ident(answered, key) or None,
        posted=when(at(raw, "created_at")),
        edited=when(at(raw, "updated_at")) if (count(raw, "version") or 1) > 1 else None,
        blocks=rich.blocks,
        media=rich.media,
        lang=language(at(raw, "locale")),
    )


def _author(raw: dict[str, Any], handle: str, base: str) -> Author:
    template = text(raw, "avatar_template").replace("{size}", str(_AVATAR_SIZE))
    name = line(raw, "name") or line(raw, "display_username")
    return person(handle, name, f"{base}/u/{handle}", template, base_url=base + "/")
