"""Bluesky: a thread from its AppView; the author's own posts from a repository, where there is no AppView.

Endpoints: https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread, and those of
https://atproto.com/specs/xrpc that every server has: com.atproto.repo.getRecord and listRecords.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from thread_snapshots.assemble import found_of
from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound, RateLimited
from thread_snapshots.shape import at, count, text
from thread_snapshots.sources import _bluesky_posts as bluesky
from thread_snapshots.sources import _bluesky_records as bluesky_records
from thread_snapshots.sources._chains import first_of, of_microblog
from thread_snapshots.steps import Asking, Found, Source, Steps, Wish, ask_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Post

HOST = "public.api.bsky.app"
_MOST_ASKS = 50
_LEVELS = 1000  # The most that may be asked for, of answers and of posts above.
# A server that is no AppView: it knows no such method, or has nobody to ask for people without an account.
_NO_APP_VIEW = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED}
)


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the thread around the post, then for that below the first post of its author's own thread."""
    who, _, key = ref.id.partition("/")
    uri = f"at://{who}/app.bsky.feed.post/{key}"
    endpoint = _endpoint(uri)
    try:
        answer = yield from ask_json(endpoint)
    except FetchError as error:
        if at(error.told, "error") == "NotFound":
            raise (yield from _why_not(ref, who, error.status)) from None
        if error.status not in _NO_APP_VIEW or isinstance(error, RateLimited):
            raise
        return (yield from bluesky_records.steps(ref, HOST, _found, wish))
    if at(answer, "thread", "notFound"):
        raise (yield from _why_not(ref, who))
    _check(ref, at(answer, "thread"))
    views = {view.uri: view for view in bluesky.views_in(answer)}
    cited = _cited(ref, views.values())
    asked = {cited.uri}
    # Only the post's own answer holds all that is below it.
    while (waiting := _waiting(ref, cited, views, asked)) and len(asked) < _MOST_ASKS:
        asked.add(waiting)
        answer = yield from ask_json(_endpoint(waiting))
        views |= {view.uri: view for view in bluesky.views_in(answer) if view.uri not in views or not view.cut}
    note = "" if len(asked) < _MOST_ASKS else f"the thread takes more than {_MOST_ASKS} requests"
    return _found(ref, wish, views, endpoint, note)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read a downloaded thread, posts, or the records of a repository."""
    data = file.json()
    views = {view.uri: view for view in (*bluesky_records.views_in(ref, data), *bluesky.views_in(data))}
    did = _cited(ref, views.values()).did
    cut = any(view.cut for view in views.values() if view.did == did)
    return _found(ref, wish, views, "file", "as far as the file holds the thread" if cut else "")


def _endpoint(uri: str) -> str:
    return bluesky.xrpc(HOST, "app.bsky.feed.getPostThread", uri=uri, depth=_LEVELS, parentHeight=_LEVELS)


def _why_not(ref: ThreadRef, who: str, status: int | None = None) -> Asking[FetchError]:
    """Why a post is not there: the AppView says of all posts of a shut account that there are none."""
    try:
        yield from ask_json(bluesky.xrpc(HOST, "app.bsky.actor.getProfile", actor=who))
    except (BadAnswer, NotFound) as error:
        if shut := bluesky_records.why_shut(ref.url, error):
            return shut
        if error.status == HTTPStatus.BAD_REQUEST:
            why = "there is no such account" if who.startswith("did:") else f"nobody has the handle {who} now"
            return NotFound(ref.url, why, status=status)
    return NotFound(ref.url, "there is no such post", status=status)


def _check(ref: ThreadRef, thread: object) -> None:
    if at(thread, "blocked"):
        raise Forbidden(ref.url, "its author does not show it to everybody")
    if bluesky.view_of(at(thread, "post")) is None:
        raise BadAnswer(ref.url, "the answer is not a post")


def _cited(ref: ThreadRef, views: Iterable[bluesky.View]) -> bluesky.View:
    """The post that the address names, by its author's handle or DID.

    :raises FetchError: if it is not there, or not for everybody.
    """
    who, _, key = ref.id.partition("/")
    found = [view for view in views if view.key == key and (view.did == who or not who.startswith("did:"))]
    view = next((view for view in found if who in {view.did, text(view.author, "handle").lower()}), None)
    # Somebody who changed their handle is found by the old one, and named by the new.
    view = view or (found[0] if found else None)
    if view is None:
        raise BadAnswer(ref.url, f"the answer does not hold post {key}")
    if bluesky.NOT_FOR_ALL in bluesky.labels_of(view):
        raise Forbidden(ref.url, "its author asks that it is not shown without an account")
    return view


def _posts(ref: ThreadRef, cited: bluesky.View, views: Iterable[bluesky.View]) -> dict[str, Post]:
    """Those posts that may be kept, by AT URI."""
    kept = [view for view in views if bluesky.NOT_FOR_ALL not in bluesky.labels_of(view)]
    names = {view.did: bluesky.author_of(view).handle for view in kept} | {cited.did: ref.id.partition("/")[0]}
    return {view.uri: bluesky.post_of(view, names, HOST) for view in kept}


def _waiting(ref: ThreadRef, cited: bluesky.View, views: dict[str, bluesky.View], asked: set[str]) -> str | None:
    """The post below which there may be more of the author's thread: its first one, or one where an answer was cut."""
    posts = _posts(ref, cited, views.values())
    uris = {post.id: uri for uri, post in posts.items()}
    known = {post.id: post for post in posts.values()}
    first = first_of(known, posts[cited.uri].id)
    chain = of_microblog(known.values(), first.id, Wish())
    ends = [uris[post.id] for post in chain if views[uris[post.id]].cut]
    return next((uri for uri in (uris[first.id], *ends) if uri not in asked), None)


def _found(ref: ThreadRef, wish: Wish, views: dict[str, bluesky.View], endpoint: str, note: str) -> Found:
    cited = _cited(ref, views.values())
    posts = _posts(ref, cited, views.values())
    kept = of_microblog(posts.values(), posts[cited.uri].id, wish)
    uris = {post.id: uri for uri, post in posts.items()}
    first = views[uris[kept[0].id]]
    above = bluesky.split_uri(bluesky.parent_of(first))
    if above and above[0] == first.did:
        note = "; ".join(filter(None, ("an earlier post of the thread is not there", note)))
    people = {author.handle: author for author in map(bluesky.author_of, _with_quoted(views.values()))}
    return found_of(ref, kept, people, endpoint=endpoint, replies=count(first.counted), missing=note)


def _with_quoted(views: Iterable[bluesky.View]) -> list[bluesky.View]:
    both = []
    for view in views:
        record = at(view.embed, "record")
        quoted = bluesky.view_of(at(record, "record") or record)
        both += [quoted, view] if quoted else [view]
    return both


SOURCE = Source(name="bluesky", steps=steps, saved=saved)
