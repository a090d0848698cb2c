"""A thread of one author from a repository of AT Protocol, which keeps records and knows no answers of others.

Endpoints: https://docs.bsky.app/docs/api/com-atproto-repo-get-record and com-atproto-repo-list-records; a server
that keeps repositories (PDS) gives them to everybody.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound
from thread_snapshots.shape import at, objects, text
from thread_snapshots.sources._bluesky_posts import View, parent_of, root_of, split_uri, without_gaps, xrpc
from thread_snapshots.steps import Asking, Found, Steps, Wish, ask_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sphinx_thread_cards.urls import ThreadRef

_POSTS = "app.bsky.feed.post"
_RECORD, _DESCRIPTION = "com.atproto.repo.getRecord", "com.atproto.repo.describeRepo"
_PAGE = 100
_MOST_PAGES = 20
_MOST_ABOVE = 100
_ONE_AUTHOR = "its author's posts only; the server that was asked knows no others"
# How servers name accounts that are not shown, and may be again: repositories, and profiles of the AppView.
_SHUT = {
    "RepoDeactivated": "deactivated",
    "RepoSuspended": "suspended",
    "RepoTakendown": "suspended",
    "AccountDeactivated": "deactivated",
    "AccountTakedown": "suspended",
}


def steps(
    ref: ThreadRef,
    host: str,
    found: Callable[[ThreadRef, Wish, dict[str, View], str, str], Found],
    wish: Wish,
) -> Steps:
    """Ask for the record of the post, and for the later ones of its author until the thread is whole.

    :param found: puts the thread together from views by AT URI, the address that was asked, and a note.
    """
    who, _, key = ref.id.partition("/")
    endpoint = xrpc(host, _RECORD, repo=who, collection=_POSTS, rkey=key)
    try:
        record = yield from ask_json(endpoint)
    except (BadAnswer, NotFound) as error:
        if error.status is None:
            raise
        raise (yield from _why_not(ref, host, who, error.status)) from None
    did = (split_uri(at(record, "uri")) or ("", ""))[0]
    if not did:
        raise BadAnswer(ref.url, "the answer is not a record")
    author = yield from _author(host, who, did)
    views: dict[str, View] = {}
    _take(views, record, author)
    cited = next(iter(views.values()))
    after = yield from _above(host, did, author, views)
    more = yield from _later(host, did, author, views, after)
    views, gaps = without_gaps(views, cited)
    note = "a post in the middle of the thread is not there" if gaps else ""
    note = f"of its author's later posts only the next {_MOST_PAGES * _PAGE} were looked through" if more else note
    note = _ONE_AUTHOR if wish.replies else note
    return found(ref, wish, views, endpoint, note)


def why_shut(url: str, error: FetchError) -> Forbidden | None:
    """What is wrong with an account that a server does not show, and has not deleted; None for any other error."""
    how = _SHUT.get(text(error.told, "error"))
    return Forbidden(url, f"the account of its author is {how}", status=error.status) if how else None


def _why_not(ref: ThreadRef, host: str, who: str, status: int) -> Asking[FetchError]:
    """Why a record is not there: it was deleted, or its account is shut, or kept by another server."""
    try:
        yield from ask_json(xrpc(host, _DESCRIPTION, repo=who))
    except (BadAnswer, NotFound) as error:
        if shut := why_shut(ref.url, error):
            return shut
        # An AppView has no such method; it knows all accounts.
        if error.status == HTTPStatus.BAD_REQUEST:
            return BadAnswer(ref.url, f"the server that was asked does not keep the account {who}", status=error.status)
    return NotFound(ref.url, "there is no such post", status=status)


def views_in(ref: ThreadRef, data: object) -> Iterator[View]:
    """The records of posts in a file: one, or a list. Their author is known by what the address says."""
    for record in (*objects([data]), *objects(data), *objects(data, "records")):
        if view := _view(record, {"handle": ref.author}):
            yield view


def _view(record: object, author: object) -> View | None:
    place, value = split_uri(at(record, "uri")), at(record, "value")
    return View(did=place[0], key=place[1], author=author, record=value) if place and isinstance(value, dict) else None


def _take(views: dict[str, View], record: object, author: object) -> None:
    view = _view(record, author)
    if view and view.did == at(author, "did"):
        views[view.uri] = view


def _author(host: str, who: str, did: str) -> Asking[dict[str, Any]]:
    """Who keeps the repository, as the AppView would tell it. Nobody need have a profile."""
    handle = "" if who.startswith("did:") else who
    if not handle:
        try:
            told = yield from ask_json(xrpc(host, _DESCRIPTION, repo=did))
        except (BadAnswer, NotFound, Forbidden):
            told = None
        # Only what the account's domain confirms.
        handle = "" if at(told, "handleIsCorrect") is False else text(told, "handle")
    profile = yield from _if_there(xrpc(host, _RECORD, repo=did, collection="app.bsky.actor.profile", rkey="self"))
    value = at(profile, "value")
    picture = text(value, "avatar", "ref", "$link")
    return {
        "did": did,
        "handle": handle,
        "displayName": at(value, "displayName"),
        "avatar": xrpc(host, "com.atproto.sync.getBlob", did=did, cid=picture) if picture else None,
        "labels": at(value, "labels", "values"),
    }


def _above(host: str, did: str, author: object, views: dict[str, View]) -> Asking[str]:
    """Ask upwards for what the author's post answers, as long as that is the author's too.

    :returns: the key behind which the later posts are to be listed.
    """
    view = next(iter(views.values()))
    for _ in range(_MOST_ABOVE):
        root, above = split_uri(root_of(view)), split_uri(parent_of(view))
        if not above or above[0] != did:
            break
        if root and root[0] == did:
            # From the root on, all are listed, even where it is gone.
            _take(views, (yield from _if_there(xrpc(host, _RECORD, repo=did, collection=_POSTS, rkey=root[1]))), author)
            return root[1]
        # Where somebody else began, each must be asked for.
        before = len(views)
        _take(views, (yield from _if_there(xrpc(host, _RECORD, repo=did, collection=_POSTS, rkey=above[1]))), author)
        if len(views) == before:
            break
        view = list(views.values())[-1]
    return view.key


def _if_there(url: str) -> Asking[Any]:
    try:
        return (yield from ask_json(url))
    except (BadAnswer, NotFound):
        return None


def _later(host: str, did: str, author: object, views: dict[str, View], after: str) -> Asking[bool]:
    """Ask for the records after that key; whether there are more than were asked for."""
    cursor = after
    for _ in range(_MOST_PAGES):
        query = {"repo": did, "collection": _POSTS, "limit": _PAGE, "reverse": "true", "cursor": cursor}
        answer = yield from ask_json(xrpc(host, "com.atproto.repo.listRecords", **query))
        records = objects(answer, "records")
        for record in records:
            _take(views, record, author)
        cursor = text(answer, "cursor")
        if len(records) < _PAGE or not cursor:
            return False
    return True
