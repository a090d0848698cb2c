"""Threads from servers with Mastodon's client API: Mastodon, Pleroma, Akkoma and others.

Endpoints: https://docs.joinmastodon.org/methods/statuses/ (a status, and its context). Without an account Mastodon
gives 40 posts above and 60 below, 20 deep; Pleroma and Akkoma give the whole conversation.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from thread_snapshots.assemble import found_of
from thread_snapshots.errors import BadAnswer, Forbidden, NotFound
from thread_snapshots.shape import all_in, at, count, ident, objects
from thread_snapshots.sources._chains import Gathered, first_of, of_microblog
from thread_snapshots.sources._mastodon_posts import people_of, post_of, shown_to_all, unlisted_by_author
from thread_snapshots.steps import Found, Steps, Wish, ask_json

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Post

_MOST_CONTEXTS = 100
_BELOW = 60


@dataclass(slots=True)
class _Known:
    """What was learnt so far."""

    ref: ThreadRef
    id: str
    """Of the cited post."""
    all: Gathered
    asked: dict[str, int] = field(default_factory=dict)
    """Posts whose surroundings were asked for, and how many posts were told below them."""
    refused: bool = False


def steps(ref: ThreadRef, wish: Wish, id_: str) -> Steps:
    """Ask for a status, and for what stands around it until the author's thread is whole.

    :param id_: of the status, on the server that was given.
    """
    base = f"https://{urlsplit(ref.url).netloc}/api/v1/statuses"
    try:
        status = yield from ask_json(f"{base}/{id_}")
    except NotFound as error:
        raise NotFound(ref.url, "there is no such post", status=error.status) from None
    except Forbidden as error:
        raise Forbidden(ref.url, error.why, status=error.status) from None
    known = _start(ref, [status], id_)
    waiting = [known.id]
    while waiting and len(known.asked) < _MOST_CONTEXTS:
        asked = waiting[0]
        try:
            context = yield from ask_json(f"{base}/{asked}/context")
        except (BadAnswer, Forbidden, NotFound):
            context, known.refused = None, True
        below = objects(context, "descendants")
        known.asked[asked] = len(below)
        known.all.take([*objects(context, "ancestors"), *below])
        waiting = _open(known, wish)
    return _found(known, wish, f"{base}/{id_}")


def read(ref: ThreadRef, wish: Wish, data: object, id_: str) -> Found:
    """The thread from what somebody downloaded: a status, several of them, a context, or a status with its context."""
    return _found(_start(ref, statuses_in(data), id_), wish, "file")


def statuses_in(data: object) -> list[dict[str, Any]]:
    """All statuses in a file, in one list or in several that have names."""
    return [part for part in all_in(data, _inside) if _is_status(part)]


def _is_status(part: dict[str, Any]) -> bool:
    return bool(part.get("account")) and "content" in part


def _inside(part: dict[str, Any]) -> list[object]:
    names = () if _is_status(part) else ("status", "statuses", "context", "ancestors", "descendants")
    return [part.get(name) for name in names]


def _start(ref: ThreadRef, statuses: list[Any], id_: str) -> _Known:
    """The cited status and what came with it.

    :raises FetchError: if it is not there, or not for everybody.
    """
    status = next((status for status in statuses if ident(status, "id") == id_), None)
    if status is None:
        raise BadAnswer(ref.url, f"the answer is not post {id_}")
    if at(status, "reblog"):
        # The post of somebody else, shown once more.
        status = at(status, "reblog")
    if not shown_to_all(status):
        raise Forbidden(ref.url, "its author does not show it to everybody")
    if unlisted_by_author(status):
        raise Forbidden(ref.url, "its author asks that their posts are not indexed")
    gathered = Gathered(read=partial(post_of, ref=ref), above="in_reply_to_id", counted="replies_count")
    known = _Known(ref, ident(status, "id"), gathered)
    gathered.take([status, *statuses])
    if known.id not in gathered.posts:
        raise BadAnswer(ref.url, "the answer is not a post")
    return known


def _open(known: _Known, wish: Wish) -> list[str]:
    """The posts whose surroundings may hold more of the thread, and were not asked for."""
    if known.refused:
        return []
    posts = known.all.posts
    first = first_of(posts, known.id)
    chain = of_microblog(posts.values(), known.id, Wish())
    answered = {post.answers for post in chain}
    ends = [post for post in chain if post.id not in answered]
    wanted = of_microblog(posts.values(), known.id, wish) if wish.replies else [first, *ends]
    found = [post.id for post in wanted if post.id not in known.asked and known.all.missing(post.id)]
    return [first.id, *found] if _goes_up(known, first) else found


def _goes_up(known: _Known, first: Post) -> bool:
    """Whether the first known post answers an earlier one of its author that was not told yet."""
    status = known.all.told[first.id]
    answered = ident(status, "in_reply_to_account_id")
    own = bool(answered) and answered == ident(status, "account", "id")
    return own and bool(first.answers) and first.answers not in known.all.told and first.id not in known.asked


def _found(known: _Known, wish: Wish, endpoint: str) -> Found:
    kept = of_microblog(known.all.posts.values(), known.id, wish)
    replies = count(known.all.told[kept[0].id], "replies_count")
    people = people_of(known.all.told.values(), known.ref)
    note = _note(known, wish, kept)
    found = found_of(known.ref, kept, people, endpoint=endpoint, replies=replies, missing=note)
    remote = kept[0].author.partition("@")[2]
    if not note and remote != known.ref.host:
        return replace(found, note=f"as far as {known.ref.host} knows it; it was written on {remote}")
    return found


def _note(known: _Known, wish: Wish, kept: list[Post]) -> str:
    """What is missing, as far as the server tells; empty if nothing is."""
    if known.refused:
        return "the posts around it are not shown to everybody"
    if len(known.asked) >= _MOST_CONTEXTS and _open(known, wish):
        return f"the thread takes more than {_MOST_CONTEXTS} requests"
    if not known.asked:
        return "as far as the file holds the thread" if _open(known, wish) else ""
    full = [id_ for id_, below in known.asked.items() if below >= _BELOW]
    if wish.replies and any(known.all.missing(id_) for id_ in full if id_ in {post.id for post in kept}):
        return f"some answers are missing; without an account the server shows {_BELOW} at a time"
    return ""
