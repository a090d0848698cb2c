"""Lemmy, PieFed and Mbin: a post, and its comments page by page; else the post as other servers get it (ActivityPub).

Endpoints: https://join-lemmy.org/api/v3 and ``/api/v4``, PieFed's likeness of them under ``/api/alpha``, and Mbin's own
(https://github.com/MbinOrg/mbin/tree/main/config/mbin_routes). The fields of ActivityPub:
https://join-lemmy.org/docs/contributors/05-federation.html (Page, Note), and of polls on PieFed, Question:
https://www.w3.org/TR/activitystreams-vocabulary/#dfn-question.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from thread_snapshots.assemble import found_of, link_paragraph, list_of, person
from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import read_html, read_markdown
from thread_snapshots.shape import at, flag, ident, language, line, listed, objects, text, when
from thread_snapshots.sources._lemmy_parts import NSFW, thread_url
from thread_snapshots.sources._lemmy_posts import comment_id, comments_in, read
from thread_snapshots.steps import Asking, Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.thread import Author, Media, Post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_PAGE = 50
_MOST_PAGES = 8
_ACTIVITY = "application/activity+json"
_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_KINDS = frozenset({"Page", "Note", "Article", "Question"})


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
        return _read_activity(ref, page, url)
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
    if _is_activity(data):
        return _read_activity(ref, data, "file")
    return read(ref, wish, listed(data), "file")


def _is_activity(data: object) -> bool:
    """Whether it is a post as servers of the fediverse hand it to one another."""
    return at(data, "attributedTo") is not None or at(data, "type") == "Tombstone"


def _read_activity(ref: ThreadRef, page: object, endpoint: str) -> Found:
    """One post, as a thread of its own.

    :raises NotFound: if the server keeps its place only.
    """
    if at(page, "type") == "Tombstone":
        raise NotFound(ref.url, "it was deleted")
    author = _author(page)
    if text(page, "type") not in _KINDS or author is None:
        raise BadAnswer(ref.url, "the answer is no post")
    if not _PUBLIC & {value for name in ("to", "cc") for value in _texts(at(page, name))}:
        raise Forbidden(ref.url, "it is not public")
    url, source = thread_url(ref), text(page, "source", "content")
    rich = read_markdown(source, url) if source else read_html(text(page, "content"), url)
    blocks, media = rich.blocks, rich.media
    for item in objects(page, "attachment"):
        link = safe_link(at(item, "href")) or safe_link(at(item, "url"))
        if link and text(item, "type") in {"Image", "Document"}:
            media = (*media, Media(url=link, alt=line(item, "name")))
        elif link:
            blocks = (link_paragraph(None, link), *blocks)
    choices = list_of(line(choice, "name") for name in ("oneOf", "anyOf") for choice in objects(page, name))
    cited = ref.id.removeprefix("comment/")
    post = Post(
        id=cited if ref.id.startswith("comment/") else f"post/{cited.removeprefix('p/')}",
        url=ref.url if ref.id.startswith("comment/") else url,
        author=author.handle,
        posted=when(at(page, "published")),
        edited=when(at(page, "updated")),
        blocks=(*blocks, *choices),
        media=media,
        warning=NSFW if flag(page, "sensitive") else None,
        lang=language(at(page, "language", "identifier")),
    )
    people, missing = {author.handle: author}, "the first post only; the server shows programs no more"
    return found_of(ref, [post], people, endpoint=endpoint, title=line(page, "name"), missing=missing)


def _author(page: object) -> Author | None:
    """Who wrote it, as the address of the account tells: ``https://host/u/name``."""
    for value in _texts(at(page, "attributedTo")):
        url = safe_link(value)
        name = urlsplit(url).path.rstrip("/").rpartition("/")[2].lstrip("@") if url else ""
        if url and (name := line(name) or ""):
            return person(f"{name}@{urlsplit(url).netloc}", None, url)
    return None


def _texts(value: object) -> list[str]:
    """A text, or the texts in a list, or the ids of the objects in it."""
    found = [at(item, "id") or item for item in listed(value)]
    return [item for item in found if isinstance(item, str)]


SOURCE = Source(name="lemmy", steps=steps, saved=saved)
