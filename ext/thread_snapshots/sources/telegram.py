"""Telegram: a post of a public channel or group, as it is embedded in pages: https://core.telegram.org/widgets/post."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from thread_snapshots.assemble import found_of, person
from thread_snapshots.errors import BadAnswer, Forbidden, NotFound
from thread_snapshots.pages.tree import (
    all_of,
    attribute,
    first_of,
    first_tag,
    line_in,
    links_in,
    parse_page,
    remove,
)
from thread_snapshots.shape import line, segments, when
from thread_snapshots.sources._telegram_message import SITE, content, handle_in, is_hidden
from thread_snapshots.steps import Found, Source, Steps, Wish, ask_page
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from lxml.etree import _Element

    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_EDITED = "it was edited; Telegram does not tell when"
_APP_ONLY = "a part of the post is shown in Telegram's own programs only"


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the one post; those before and after it in a channel are threads of their own."""
    del wish
    if ref.id.startswith("c/"):
        raise Forbidden(ref.url, "only members can read a private group")
    asked = f"{SITE}/{ref.id}?embed=1&mode=tme"
    page = yield from ask_page(asked)
    return read(ref, parse_page(page.text), asked)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read a page on which the post stands: embedded alone, or among others of its channel."""
    del wish
    return read(ref, parse_page(file.html()), "file")


def read(ref: ThreadRef, root: _Element, endpoint: str) -> Found:
    """The post on a page, as a thread."""
    error = first_of(root, "tgme_widget_message_error")
    if error is not None:
        raise NotFound(ref.url, f"Telegram says: {line_in(error)[:100]}")
    messages = all_of(root, "tgme_widget_message")
    message = next((message for message in messages if _id(message) == ref.id), None)
    if message is None and (messages or endpoint == "file"):
        raise BadAnswer(ref.url, f"post {ref.id} is not on the page")
    if message is None:
        raise NotFound(ref.url, "there is no such post that everybody may read")
    # What is answered and what is passed on have authors of their own.
    reply = first_of(message, "tgme_widget_message_reply")
    if reply is not None:
        remove(reply)
    author = _author(ref, message)
    meta = first_of(message, "tgme_widget_message_meta")
    edited, hidden = "edited" in line_in(meta), is_hidden(message)
    blocks, media, quoted = content(message, reply, ref)
    people = {author.handle: author}
    if quoted and quoted.author.casefold() == author.handle.casefold():
        quoted = replace(quoted, author=author.handle)
    elif quoted:
        people[quoted.author] = person(quoted.author, None, f"{SITE}/{quoted.author}")
    post = Post(
        id=ref.id,
        url=ref.url,
        author=author.handle,
        posted=_time(message),
        blocks=blocks,
        media=media,
        quoted=quoted,
    )
    notes = [note for note, true in ((_EDITED, edited), (_APP_ONLY, hidden)) if true]
    return replace(found_of(ref, [post], people, endpoint=endpoint), whole=not hidden, note="; ".join(notes))


def _id(message: _Element) -> str:
    """Channel and number, as in the thread's id; the link at the date has them too."""
    named = message.get("data-post") or ""
    date = first_of(message, "tgme_widget_message_date")
    link = next(links_in(date, SITE), "")
    parts = segments(f"{SITE}/{named}") if named else segments(link)
    return "/".join([parts[0], parts[-1]]).lower() if len(parts) > 1 else ""


def _time(message: _Element) -> str | None:
    return when(attribute(first_tag(first_of(message, "tgme_widget_message_date"), "time"), "datetime"))


def _author(ref: ThreadRef, message: _Element) -> Author:
    """The channel, or whoever wrote in a group."""
    named = first_of(message, "tgme_widget_message_owner_name", "tgme_widget_message_author_name")
    name, url = line(line_in(named)), next(links_in(named, SITE), None)
    channel = ref.author or ref.community or ref.id.partition("/")[0]
    in_group = named is not None and "tgme_widget_message_author_name" in (named.get("class") or "")
    handle = handle_in(url) or ((name or channel) if in_group else channel)
    picture = first_tag(first_of(message, "tgme_widget_message_user_photo"), "img")
    page = url or (None if in_group else f"{SITE}/{channel}")
    return person(handle, name, page, attribute(picture, "src"), base_url=SITE)


SOURCE = Source(name="telegram", steps=steps, saved=saved)
