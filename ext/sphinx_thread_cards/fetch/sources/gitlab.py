"""GitLab: issues, merge requests, work items and epics, on any server.

What is asked is in ``_gitlab_ask.py``, how the answers are read in ``_gitlab_items.py``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.assemble import found_of, of_discussion
from sphinx_thread_cards.fetch.errors import BadAnswer, Forbidden
from sphinx_thread_cards.fetch.shape import count, flag, line
from sphinx_thread_cards.fetch.sources import _gitlab_items as gitlab
from sphinx_thread_cards.fetch.sources._forge import Items, begins, depth_first, first_in, missing_in
from sphinx_thread_cards.fetch.sources._gitlab_ask import ask_thread, number_of, site_of
from sphinx_thread_cards.fetch.steps import Found, Source, Steps, Wish

if TYPE_CHECKING:
    from sphinx_thread_cards.fetch.saved import Saved
    from sphinx_thread_cards.model import ThreadRef
    from sphinx_thread_cards.thread import Author, Post


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the description and the comments."""
    got = yield from ask_thread(ref)
    found = list(gitlab.items(got.parts, number_of(ref)))
    if first_in(found) is None:
        raise BadAnswer(got.endpoint, f"the answer is not {ref.number}")
    return read(ref, wish, found, got.endpoint, got.note)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read what one of the interfaces answered."""
    found = list(gitlab.items(file.json(), number_of(ref)))
    missing = missing_in(file, ref, found, len(_said(found)), _total(first_in(found)))
    return read(ref, wish, found, "file", missing)


def _said(found: Items) -> Items:
    return [(item, thread) for item, thread in found if not begins(item) and gitlab.is_said(item)]


def _total(first: object) -> int | None:
    found = count(first, "user_notes_count")
    return found if found is not None else count(first, "userNotesCount")


def read(ref: ThreadRef, wish: Wish, found: Items, endpoint: str, note: str = "") -> Found:
    """The description and the comments, as a thread.

    :param found: as :func:`_gitlab_items.items` gives it.
    :param note: what is known to be missing.
    """
    first, page, site = first_in(found), ref.url.partition("#")[0], site_of(ref)
    if flag(first, "confidential"):
        raise Forbidden(ref.url, "it is confidential")
    people: dict[str, Author] = {}
    posts: list[Post] = []
    if first is not None:
        posts.append(gitlab.first_post(first, page, _meet(first, site, people)))
    starts: dict[str, str] = {}
    said: list[Post] = []
    for index, (item, thread) in enumerate(_said(found)):
        id_ = gitlab.note_id(item) or f"note-{index}"
        post = gitlab.note_post(item, f"{page}#{id_}", _meet(item, site, people), gitlab.files_of(first))
        start = starts.setdefault(thread or id_, id_)
        said.append(replace(post, id=id_, answers=start if start != id_ else None))
    posts += depth_first(said, {post.id: post.answers or "" for post in said})
    kept = posts if first is None else of_discussion(posts, wish)
    title, replies = line(first, "title"), _total(first)
    return found_of(ref, kept, people, title=title, endpoint=endpoint, replies=replies, missing=note)


def _meet(item: object, site: str, people: dict[str, Author]) -> str:
    author = gitlab.author_of(item, site)
    people.setdefault(author.handle, author)
    return author.handle


SOURCE = Source(name="gitlab", steps=steps, saved=saved)
