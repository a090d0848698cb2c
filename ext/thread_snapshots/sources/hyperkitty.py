"""HyperKitty: the thread's list of mails, and each mail by itself; where that is closed, the thread as a packed mbox.

Endpoints: https://gitlab.com/mailman/hyperkitty/-/blob/master/hyperkitty/urls.py (``api_patterns``, ``export``)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import found_of, of_discussion
from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound
from thread_snapshots.mail.mails import read_mails, title_of
from thread_snapshots.mail.text import shorten
from thread_snapshots.mail.threads import Archive, thread_of_mails
from thread_snapshots.saved import Saved, unpacked
from thread_snapshots.shape import at, count, ident, line, objects, text
from thread_snapshots.sources._hyperkitty import Place, hash_in, hash_of, people_of, place_of, post_of
from thread_snapshots.steps import Ask, Asking, Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.urls import Kind, ThreadRef

if TYPE_CHECKING:
    from sphinx_thread_cards.thread import Post

_PAGE = 100
_MOST_PAGES = 20
_MOST_MAILS = 150
"""Mails that are asked for one by one."""
_CLOSED = (BadAnswer, Forbidden, NotFound)


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask the interface for programs, and where it is closed for the mails in a file."""
    place = place_of(ref)
    try:
        found = yield from _by_interface(ref, wish, place)
    except _CLOSED as error:
        found = yield from _by_export(ref, wish, place, error)
    return found


def _by_interface(ref: ThreadRef, wish: Wish, place: Place) -> Steps:
    thread_id, known = place.hash, None
    try:
        if ref.kind is Kind.MESSAGE:
            thread_id, known = yield from _thread_of(place)
        thread = yield from ask_json(place.api(f"thread/{thread_id}/"))
    except NotFound:
        if known:
            raise
        # It may be the first mail of a thread that was joined to another.
        thread_id, known = yield from _thread_of(place)
        thread = yield from ask_json(place.api(f"thread/{thread_id}/"))
    mails = yield from _list(place.api(f"thread/{thread_id}/emails/"))
    posts = [post for mail in mails if (post := post_of(mail, place))]
    kept = of_discussion(posts, Wish(replies=wish.replies, posts=wish.posts | {place.hash}))
    done: list[Post] = []
    for post in kept[:_MOST_MAILS]:
        whole = known if known and ident(known, "message_id_hash") == post.id else None
        whole = whole or (yield from ask_json(place.api(f"email/{post.id}/")))
        done.append(post_of(whole, place) or post)
    title = title_of(line(shorten(text(thread, "subject"))))
    endpoint = place.api(f"thread/{thread_id}/")
    replies, missing = _replies(thread, posts), f"the first {_MOST_MAILS} mails only" if kept[_MOST_MAILS:] else ""
    people = people_of(mails, place)
    return found_of(ref, done, people, endpoint=endpoint, title=title, replies=replies, missing=missing)


def _thread_of(place: Place) -> Asking[tuple[str, object]]:
    """The hash of the thread that the cited mail stands in, and the mail."""
    mail = yield from ask_json(place.api(f"email/{place.hash}/"))
    thread_id = hash_in(at(mail, "thread"))
    if not thread_id:
        raise BadAnswer(place.api(f"email/{place.hash}/"), "the answer is no mail")
    return thread_id, mail


def _replies(thread: object, posts: list[Post]) -> int | None:
    return count(thread, "replies_count") if at(thread, "replies_count") is not None else max(len(posts) - 1, 0)


def _list(url: str) -> Asking[list[dict[str, Any]]]:
    """The mails of a thread, without what they say, in the order in which the archive shows them."""
    mails: list[dict[str, Any]] = []
    for _ in range(_MOST_PAGES):
        page = yield from ask_json(f"{url}?limit={_PAGE}&offset={len(mails)}")
        # Version 1.0 had no pages.
        more = objects(page) or objects(page, "results")
        mails += more
        if not more or not at(page, "next"):
            break
    return mails


def _by_export(ref: ThreadRef, wish: Wish, place: Place, closed: FetchError) -> Steps:
    for choice in ("thread", "message"):
        url = place.export(choice)
        try:
            answer = yield Ask(url=url, accept="application/gzip")
            found = _of_mails(ref, wish, unpacked(answer.body, url), (url, url))
        except _CLOSED:
            continue
        if choice == "thread":
            return found
        thread = replace(found.thread, replies=None)
        return Found(thread=thread, whole=False, note="the cited mail only; the archive does not give its thread")
    raise closed


def _of_mails(ref: ThreadRef, wish: Wish, body: bytes, names: tuple[str, str]) -> Found:
    place = place_of(ref)
    mails = read_mails(body, names[1])
    # A thread whose first mail was deleted is still named by it.
    cited = place.hash if any(hash_of(mail) == place.hash for mail in mails) else None
    archive = Archive(
        ident=hash_of, url=lambda mail: place.mail(hash_of(mail)), cited=cited, endpoint=names[0], name=names[1]
    )
    return thread_of_mails(ref, wish, mails, archive)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read mails that were downloaded: an mbox, or the JSON of a mail or of several."""
    if file.body.lstrip()[:1] not in {b"{", b"["}:
        return _of_mails(ref, wish, file.body, ("file", file.name))
    data = file.json()
    place = place_of(ref)
    mails = objects(data) or objects(data, "results") or objects([data])
    posts = [post for mail in mails if (post := post_of(mail, place))]
    kept = of_discussion(posts, Wish(replies=wish.replies, posts=wish.posts | {place.hash}))
    if not any(post.blocks for post in kept):
        raise BadAnswer(file.name, "there is no mail with its text in the file")
    title = title_of(line(shorten(text(mails[0], "subject"))))
    return found_of(ref, kept, people_of(mails, place), endpoint="file", title=title)


SOURCE = Source(name="hyperkitty", steps=steps, saved=saved)
