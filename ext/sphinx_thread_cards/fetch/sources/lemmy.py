"""Lemmy, PieFed and Mbin: a post, and its comments page by page; else the post as other servers get it (ActivityPub).

Endpoints: https://join-lemmy.org/api/v3 and ``/api/v4``, PieFed's likeness of them under ``/api/alpha``, and Mbin's own
(https://github.com/MbinOrg/mbin/tree/main/config/mbin_routes).
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from sphinx_thread_cards.fetch.errors import BadAnswer, FetchError, Forbidden, NotFound
from sphinx_thread_cards.fetch.shape import at, ident, listed
from sphinx_thread_cards.fetch.sources._lemmy_activity import is_activity, read_activity
from sphinx_thread_cards.fetch.sources._lemmy_parts import thread_url
from sphinx_thread_cards.fetch.sources._lemmy_posts import comment_id, comments_in, read
from sphinx_thread_cards.fetch.steps import Asking, Found, Source, Steps, Wish, ask_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx_thread_cards.fetch.saved import Saved
    from sphinx_thread_cards.model import ThreadRef

_PAGE = 50
_MOST_PAGES = 8
_ACTIVITY = "application/activity+json"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Interface:
    """What a server may be asked for one thread."""

    root: str
    """Where the post stands, or the comment that is cited alone."""
    comments: str
    """Where lists of comments stand."""
    page: str = "page"
    """The parameter that numbers them."""


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask the interfaces that programs with such an address have; the first that knows the post tells the rest."""
    failures: list[FetchError] = []
    for interface in _interfaces(ref):
        try:
            root = yield from ask_json(interface.root)
        except (NotFound, BadAnswer) as error:
            failures.append(error)
            continue
        if at(root, "post_view") or at(root, "comment_view") or at(root, "user"):
            pages, note = yield from _ask_pages(interface)
            found = read(ref, wish, [root, *pages], interface.root)
            return Found(thread=found.thread, whole=not note, note=note)
        failures.append(BadAnswer(interface.root, "the answer holds no post"))
    url = ref.url if ref.id.startswith("comment/") else thread_url(ref)
    try:
        page = yield from ask_json(url, accept=_ACTIVITY)
        return read_activity(ref, page, url)
    except FetchError as error:
        failures.append(error)
    raise _worst(ref, failures)


def _interfaces(ref: ThreadRef) -> Iterator[_Interface]:
    number = ref.id.rpartition("/")[2]
    if urlsplit(ref.url).path.startswith("/m/"):
        one, many = ("post", "posts") if ref.id.startswith("p/") else ("entry", "entry")
        tail = f"/api/{many}/{number}/comments?sort=oldest&sortBy=oldest&perPage={_PAGE}"
        yield _Interface(root=urljoin(ref.url, f"/api/{one}/{number}"), comments=urljoin(ref.url, tail), page="p")
        return
    kind, below = ("comment", "parent_id") if ref.id.startswith("comment/") else ("post", "post_id")
    # Version 4 writes the values of its parameters in small letters.
    for version, order in (("v3", "type_=All&sort=Old"), ("v4", "type_=all&sort=old"), ("alpha", "type_=All&sort=Old")):
        base = urljoin(ref.url, f"/api/{version}")
        comments = f"{base}/comment/list?{below}={number}&{order}&limit={_PAGE}"
        yield _Interface(root=f"{base}/{kind}?id={number}", comments=comments)


def _worst(ref: ThreadRef, failures: list[FetchError]) -> FetchError:
    """What to say of several failures: that the post is gone, that it is private, or else the first of them."""
    gone = next((error for error in failures if isinstance(error, NotFound)), None)
    refused = next((error for error in failures if error.status == HTTPStatus.BAD_REQUEST), None)
    if refused:
        # Lemmy answers so where the instance is private; the reason is in words that differ between versions.
        return Forbidden(ref.url, "the server refuses to show it without a login", status=refused.status)
    return gone or failures[0]


def _ask_pages(interface: _Interface) -> Asking[tuple[list[Any], str]]:
    """Lists of comments, until one is short or brings nothing new; a clause says where these are not all."""
    pages: list[Any] = []
    seen: set[str] = set()
    place = ""
    while len(pages) < _MOST_PAGES:
        try:
            page = yield from ask_json(interface.comments + place)
        except (NotFound, BadAnswer):
            return pages, "the server did not show all comments"
        ids = {comment_id(comment) for comment in comments_in(page)}
        pages.append(page)
        cursor = ident(page, "next_page")
        if ids <= seen or (len(ids) < _PAGE and not cursor):
            return pages, ""
        seen |= ids
        # Version 4 gives a mark for the next page, PieFed its number.
        numbered = cursor.isdecimal() or not cursor
        place = f"&{interface.page}={len(pages) + 1}" if numbered else f"&page_cursor={quote(cursor, safe='')}"
    return pages, f"the first {len(seen)} comments only"


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read what was downloaded: a post, comments, or a list of both; or a post as other servers get it."""
    data = file.json()
    if is_activity(data):
        return read_activity(ref, data, "file")
    return read(ref, wish, listed(data), "file")


SOURCE = Source(name="lemmy", steps=steps, saved=saved)
