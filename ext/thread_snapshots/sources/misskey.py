"""Misskey and its relatives: a note, those above it, and those below it.

Endpoints: https://misskey-hub.net/en/docs/for-developers/api/ (notes/show, notes/conversation, notes/children)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from thread_snapshots.assemble import found_of
from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound
from thread_snapshots.shape import at, count, ident, objects, text
from thread_snapshots.sources._chains import Gathered, of_microblog
from thread_snapshots.sources._misskey_notes import author_of, handle_of, post_of, says_something, shown_to_all
from thread_snapshots.steps import Asking, Found, Source, Steps, Wish, ask_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_PAGE = 100
_MOST_ASKS = 180
_MOST_PAGES = 5
_GONE = frozenset({"NO_SUCH_NOTE"})
_CLOSED = frozenset({"SIGNIN_REQUIRED", "CREDENTIAL_REQUIRED", "ACCESS_DENIED"})


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the note, for what it answers, and for the answers below, note by note."""
    base = f"https://{urlsplit(ref.url).netloc}/api/notes"
    note = yield from _ask(ref, f"{base}/show", {"noteId": ref.id})
    cited, known = _start(ref, [note])
    if ident(known.told[cited], "replyId"):
        known.take((yield from _ask(ref, f"{base}/conversation", {"noteId": cited, "limit": _PAGE})))
    asked: set[str] = set()
    left = _MOST_ASKS
    while left > 0 and (waiting := _open(known, cited, wish, asked)):
        asked.add(waiting)
        pages = yield from _children(ref, base, waiting)
        left -= len(pages)
        for page in pages:
            known.take(page)
    note = f"the thread takes more than {_MOST_ASKS} requests" if _open(known, cited, wish, asked) else ""
    return _found(ref, wish, (cited, known), f"{base}/show", note)


def _ask(ref: ThreadRef, url: str, data: Mapping[str, object]) -> Asking[Any]:
    """Ask, and tell errors by their codes: Misskey answers most with status 400."""
    try:
        return (yield from ask_json(url, dict(data)))
    except FetchError as error:
        code = text(error.told, "error", "code")
        if code in _GONE:
            raise NotFound(ref.url, "there is no such note", status=error.status) from None
        if code in _CLOSED:
            raise Forbidden(ref.url, "the server does not show it to everybody", status=error.status) from None
        raise


def _children(ref: ThreadRef, base: str, id_: str) -> Asking[list[Any]]:
    """The pages of answers to a note, the newest first."""
    pages: list[Any] = []
    until: dict[str, str] = {}
    while len(pages) < _MOST_PAGES:
        pages.append((yield from _ask(ref, f"{base}/children", {"noteId": id_, "limit": _PAGE, **until})))
        last = ident(pages[-1], -1, "id")
        if len(objects(pages[-1])) < _PAGE or not last:
            break
        until = {"untilId": last}
    return pages


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read a downloaded note, or a list of notes."""
    data = file.json()
    cited, known = _start(ref, objects(data) or objects([data]))
    note = "as far as the file holds the thread" if _open(known, cited, wish, frozenset()) else ""
    return _found(ref, wish, (cited, known), "file", note)


def _start(ref: ThreadRef, notes: list[Any]) -> tuple[str, Gathered]:
    """The id of the cited note, and all notes that came.

    :raises FetchError: if it is not there, or not for everybody.
    """
    note = next((note for note in notes if ident(note, "id") == ref.id), None)
    if note is None:
        raise BadAnswer(ref.url, f"the answer is not note {ref.id}")
    if at(note, "renote") and not says_something(note):
        # The note of somebody else, shown once more.
        note = at(note, "renote")
    if not shown_to_all(note):
        raise Forbidden(ref.url, "its author does not show it to everybody")
    known = Gathered(read=partial(post_of, ref=ref), above="replyId", counted="repliesCount")
    known.take([note, *notes])
    id_ = ident(note, "id")
    if id_ not in known.posts:
        raise BadAnswer(ref.url, "the answer is not a note")
    return id_, known


def _open(known: Gathered, cited: str, wish: Wish, asked: Collection[str]) -> str:
    """A note of the thread with answers that were not asked for; empty if there is none."""
    kept = of_microblog(known.posts.values(), cited, wish)
    return next((post.id for post in kept if post.id not in asked and known.missing(post.id)), "")


def _found(ref: ThreadRef, wish: Wish, start: tuple[str, Gathered], endpoint: str, note: str) -> Found:
    cited, known = start
    kept = of_microblog(known.posts.values(), cited, wish)
    notes = [inner for one in known.told.values() for inner in (one, at(one, "renote"))]
    people = {handle: author_of(handle, one, ref) for one in notes if (handle := handle_of(one, ref))}
    replies = count(known.told[kept[0].id], "repliesCount")
    return found_of(ref, kept, people, endpoint=endpoint, replies=replies, missing=note)


SOURCE = Source(name="misskey", steps=steps, saved=saved)
