"""A thread of one author from a repository of AT Protocol, which keeps records and knows no answers of others.

Endpoints: https://docs.bsky.app/docs/api/com-atproto-repo-get-record and com-atproto-repo-list-records; a server
that keeps repositories (PDS) gives them to everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sphinx_thread_cards.fetch.errors import BadAnswer, Forbidden, NotFound
from sphinx_thread_cards.fetch.shape import at, objects, text
from sphinx_thread_cards.fetch.sources._bluesky_posts import View, parent_of, split_uri
from sphinx_thread_cards.fetch.steps import ask_json

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from sphinx_thread_cards.fetch.answers import Answer
    from sphinx_thread_cards.fetch.steps import Ask, Found, Steps, Wish
    from sphinx_thread_cards.model import ThreadRef

_POSTS = "app.bsky.feed.post"
_PAGE = 100
_MOST_PAGES = 20
_MOST_ABOVE = 100
_ONE_AUTHOR = "its author's posts only; the server that was asked knows no others"


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
    endpoint = _record(host, who, _POSTS, key)
    try:
        record = yield from ask_json(endpoint)
    except (BadAnswer, NotFound) as error:
        if error.status is None:
            raise
        raise NotFound(ref.url, "there is no such post", status=error.status) from None
    did = (split_uri(at(record, "uri")) or ("", ""))[0]
    if not did:
        raise BadAnswer(ref.url, "the answer is not a record")
    author = yield from _author(host, who, did)
    views: dict[str, View] = {}
    _take(views, record, author)
    first = yield from _first(host, did, author, views)
    more = yield from _later(host, did, author, views, first)
    note = f"of its author's later posts only the next {_MOST_PAGES * _PAGE} were looked through" if more else ""
    note = _ONE_AUTHOR if wish.replies else note
    return found(ref, wish, views, endpoint, note)


def views_in(ref: ThreadRef, data: object) -> Iterator[View]:
    """The records of posts in a file: one, or a list. Their author is known by what the address says."""
    for record in (*objects([data]), *objects(data), *objects(data, "records")):
        place = split_uri(at(record, "uri"))
        if place and isinstance(at(record, "value"), dict):
            yield View(did=place[0], key=place[1], author={"handle": ref.author}, record=at(record, "value"))


def _take(views: dict[str, View], record: object, author: object) -> None:
    place = split_uri(at(record, "uri"))
    if place and isinstance(at(record, "value"), dict) and place[0] == at(author, "did"):
        view = View(did=place[0], key=place[1], author=author, record=at(record, "value"))
        views[view.uri] = view


def _record(host: str, repo: str, collection: str, key: str) -> str:
    query = urlencode({"repo": repo, "collection": collection, "rkey": key})
    return f"https://{host}/xrpc/com.atproto.repo.getRecord?{query}"


def _author(host: str, who: str, did: str) -> Generator[Ask, Answer, dict[str, Any]]:
    """Who keeps the repository, as the AppView would tell it. Nobody need have a profile."""
    handle = "" if who.startswith("did:") else who
    if not handle:
        try:
            told = yield from ask_json(f"https://{host}/xrpc/com.atproto.repo.describeRepo?{urlencode({'repo': did})}")
        except (BadAnswer, NotFound, Forbidden):
            told = None
        # Only what the account's domain confirms.
        handle = "" if at(told, "handleIsCorrect") is False else text(told, "handle")
    try:
        profile = yield from ask_json(_record(host, did, "app.bsky.actor.profile", "self"))
    except (BadAnswer, NotFound):
        profile = None
    value = at(profile, "value")
    picture = text(value, "avatar", "ref", "$link")
    blob = f"https://{host}/xrpc/com.atproto.sync.getBlob?{urlencode({'did': did, 'cid': picture})}"
    return {
        "did": did,
        "handle": handle,
        "displayName": at(value, "displayName"),
        "avatar": blob if picture else None,
        "labels": at(value, "labels", "values"),
    }


def _first(host: str, did: str, author: object, views: dict[str, View]) -> Generator[Ask, Answer, str]:
    """Ask upwards for what the author's post answers, as long as that is the author's too.

    :returns: the key of the first one of these. It may be one that was deleted: keys are in the order of time.
    """
    view = next(iter(views.values()))
    for _ in range(_MOST_ABOVE):
        root, above = split_uri(at(view.record, "reply", "root", "uri")), split_uri(parent_of(view))
        if not above or above[0] != did:
            break
        own = root is not None and root[0] == did
        # From the author's own root on, all are listed; only where somebody else began must each be asked for.
        key = root[1] if root and own else above[1]
        try:
            record = yield from ask_json(_record(host, did, _POSTS, key))
        except (BadAnswer, NotFound):
            record = None
        before = len(views)
        _take(views, record, author)
        if own:
            return key
        if len(views) == before:
            break
        view = list(views.values())[-1]
    return view.key


def _later(host: str, did: str, author: object, views: dict[str, View], first: str) -> Generator[Ask, Answer, bool]:
    """Ask for the records after the first one; whether there are more than were asked for."""
    cursor = first
    for _ in range(_MOST_PAGES):
        query = {"repo": did, "collection": _POSTS, "limit": _PAGE, "reverse": "true", "cursor": cursor}
        answer = yield from ask_json(f"https://{host}/xrpc/com.atproto.repo.listRecords?{urlencode(query)}")
        records = objects(answer, "records")
        for record in records:
            _take(views, record, author)
        cursor = text(answer, "cursor")
        if len(records) < _PAGE or not cursor:
            return False
    return True
