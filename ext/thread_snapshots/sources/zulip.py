"""Zulip: the messages of a topic, in channels that are open to the whole web.

Endpoint: https://zulip.com/api/get-messages, by the address that the site's own pages use when nobody is logged in.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from thread_snapshots.assemble import found_of, of_discussion, person
from thread_snapshots.errors import BadAnswer, Forbidden, NotFound
from thread_snapshots.rich_text import read_html
from thread_snapshots.shape import at, flag, ident, line, objects, text, when
from thread_snapshots.sources._discussions import as_handles
from thread_snapshots.steps import Asking, Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.thread import Post

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_PAGE = 1000
_MOST_PAGES = 5
_TOPIC = re.compile(r"(.*/topic/([^/]+))(?:/.*)?")
_RESOLVED = "\N{HEAVY CHECK MARK} "
"""What stands before the name of a topic that was marked as resolved."""


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the messages, oldest first; a topic may have been resolved, or opened again, since it was cited."""
    topic = _topic(ref)
    other = topic.removeprefix(_RESOLVED) if topic.startswith(_RESOLVED) else _RESOLVED + topic
    for name in (topic, other):
        endpoint = _url(ref, name, "oldest")
        messages, whole = yield from _ask(ref, name)
        if messages:
            return read(ref, wish, messages, endpoint, whole=whole)
    raise NotFound(ref.url, "there is no message in the topic")


def _ask(ref: ThreadRef, topic: str) -> Asking[tuple[list[dict[str, Any]], bool]]:
    """All messages of a topic up to a bound, and whether these are all."""
    found: list[dict[str, Any]] = []
    anchor = "oldest"
    for _ in range(_MOST_PAGES):
        try:
            answer = yield from ask_json(_url(ref, topic, anchor))
        except BadAnswer as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                why = "the channel is not open to the web, or not there"
                raise Forbidden(ref.url, why, status=error.status) from None
            raise
        if at(answer, "result") == "error":
            raise Forbidden(ref.url, "the server does not show it to everybody")
        messages = objects(answer, "messages")
        found += messages
        anchor = ident(messages[-1:], 0, "id")
        if flag(answer, "found_newest") or not anchor.isdecimal():
            return found, True
    return found, False


def _url(ref: ThreadRef, topic: str, anchor: str) -> str:
    channel = unquote(ref.id.partition("/")[0])
    # "streams" and "stream" are the names that old and new servers know.
    narrow = [
        {"operator": "streams", "operand": "web-public", "negated": False},
        {"operator": "stream", "operand": int(channel) if channel.isdecimal() else channel, "negated": False},
        {"operator": "topic", "operand": topic, "negated": False},
    ]
    query = quote(json.dumps(narrow, separators=(",", ":")), safe="")
    tail = f"anchor={anchor}&num_before=0&num_after={_PAGE}&client_gravatar=false&narrow={query}"
    return f"{_base(ref)}json/messages?{tail}"


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read the answer of the messages' endpoint, or the list of messages in it, that was downloaded."""
    data = file.json()
    messages = objects(data) if isinstance(data, list) else objects(data, "messages")
    mine = [message for message in messages if _is_of(ref, message)]
    if not mine:
        raise BadAnswer(ref.url, "the file holds no message of the topic")
    return read(ref, wish, mine, "file", whole=True)


def read(ref: ThreadRef, wish: Wish, messages: list[dict[str, Any]], endpoint: str, *, whole: bool) -> Found:
    """Messages in the order of their time, as a thread."""
    told = sorted((message for message in messages if _is_told(message)), key=lambda message: message["id"])
    if not told:
        raise BadAnswer(ref.url, "the answer holds no message of a channel")
    handles = as_handles((_who(message), line(message, "sender_full_name") or "") for message in told)
    named = [(handles[_who(message)], message) for message in told]
    people = {name: person(name, picture=at(message, "avatar_url"), base_url=_base(ref)) for name, message in named}
    posts = [_post(ref, message, name) for name, message in named]
    title = line(told[-1], "subject")
    return found_of(
        ref,
        of_discussion(posts, wish),
        people,
        endpoint=endpoint,
        title=title.removeprefix(_RESOLVED) if title else ref.title,
        replies=len(posts) - 1 if whole else None,
        missing="" if whole else f"the first {len(posts)} messages only",
    )


def _is_of(ref: ThreadRef, message: Mapping[str, Any]) -> bool:
    """Whether a message stands in the topic; the channel is compared where both tell its number."""
    names = [name.removeprefix(_RESOLVED).casefold() for name in (text(message, "subject"), _topic(ref))]
    channel, cited = ident(message, "stream_id"), ref.id.partition("/")[0]
    return names[0] == names[1] and (channel in {"", cited} or not cited.isdecimal())


def _is_told(message: Mapping[str, Any]) -> bool:
    """Whether it is a message of a channel; those between persons are nobody else's business."""
    return (
        type(at(message, "id")) is int
        and bool(ident(message, "id"))
        and text(message, "type") in {"stream", "channel", ""}
        and line(message, "sender_full_name") is not None
    )


def _post(ref: ThreadRef, message: Mapping[str, Any], author: str) -> Post:
    rich = read_html(text(message, "content"), _base(ref))
    place = _TOPIC.fullmatch(ref.url)
    id_ = ident(message, "id")
    return Post(
        id=id_,
        url=f"{place[1]}/near/{id_}" if place else ref.url,
        author=author,
        posted=when(at(message, "timestamp")),
        edited=when(at(message, "last_edit_timestamp")),
        blocks=rich.blocks,
        media=rich.media,
    )


def _who(message: Mapping[str, Any]) -> str:
    return ident(message, "sender_id") or line(message, "sender_full_name") or ""


def _topic(ref: ThreadRef) -> str:
    """The topic as the address has it, its encoding undone; that in the id has lost its capitals."""
    place = _TOPIC.fullmatch(ref.url)
    return unquote(place[2].replace(".", "%")) if place else unquote(ref.id.partition("/")[2])


def _base(ref: ThreadRef) -> str:
    return ref.url.partition("#")[0]


SOURCE = Source(name="zulip", steps=steps, saved=saved)
