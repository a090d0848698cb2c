"""Lemmy, and PieFed, whose API has the same shape: a post and its comments.

Endpoints: https://join-lemmy.org/api/v3 and https://join-lemmy.org/api/v4; PieFed has them under ``/api/alpha``.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from sphinx_thread_cards.snapshot import Author, Media, Post

from thread_snapshots.html import parse_markdown
from thread_snapshots.json_access import (
    as_id,
    count,
    dig,
    flag,
    objects,
    one_line,
    safe_url,
    text,
    time,
)
from thread_snapshots.source import (
    BadResponse,
    FetchError,
    FetchOptions,
    FetchResult,
    Forbidden,
    NotFound,
    RequestGenerator,
    Source,
    get_json,
)
from thread_snapshots.thread_builder import (
    build_author,
    build_thread,
    filter_replies,
    link_paragraph,
    subtree,
)

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef

_PAGE_SIZE = 50
_MAX_PAGES = 8
# Version 4 takes its values in lower case.
_VERSIONS = (
    ("v3", "type_=All&sort=Old"),
    ("v4", "type_=all&sort=old"),
    ("alpha", "type_=All&sort=Old"),
)
_PATH = re.compile(r"0(?:\.[0-9]{1,19}){1,500}")
_IMAGE = re.compile(r".*\.(?:avif|gif|jpe?g|png|webp)", re.IGNORECASE)


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the post, or the comment that is cited alone, and the comments under it."""
    endpoint, base, order, root = yield from _get_root(ref)
    parent = "parent_id" if _cited_comment(ref) else "post_id"
    url = f"{base}/comment/list?{parent}={_number(ref)}&{order}&limit={_PAGE_SIZE}"
    pages: list[Any] = []
    seen: set[str] = set()
    following = missing = ""
    while True:
        pages.append((yield from get_json(url + following)))
        ids = {as_id(view, "comment", "id") for view in _comments(pages[-1])}
        cursor = as_id(pages[-1], "next_page")
        if ids <= seen or (len(ids) < _PAGE_SIZE and not cursor):
            break
        seen |= ids
        if len(pages) == _MAX_PAGES:
            missing = f"the first {len(seen)} comments only"
            break
        # Version 4 has a cursor, PieFed the number of the next page.
        numbered = cursor.isdecimal() or not cursor
        following = (
            f"&page={len(pages) + 1}" if numbered else f"&page_cursor={quote(cursor, safe='')}"
        )
    return _parse(ref, options, root, pages, endpoint, missing)


def _get_root(ref: ThreadRef) -> RequestGenerator[tuple[str, str, str, Any]]:
    """Request the post or comment from the first API that has it.

    Returns:
        The URL of the request, the base URL of the API, the parameters of its lists, and the response.
    """
    kind = "comment" if _cited_comment(ref) else "post"
    failures: list[FetchError] = []
    for version, order in _VERSIONS:
        base = urljoin(ref.url, f"/api/{version}")
        url = f"{base}/{kind}?id={_number(ref)}"
        try:
            root = yield from get_json(url)
        except (NotFound, BadResponse) as error:
            # Older versions have no other status for a private server, or a post that does not exist.
            if error.status == HTTPStatus.BAD_REQUEST:
                unknown = text(error.body, "error").startswith("couldnt_find")
                refusal = NotFound if unknown else Forbidden
                raise refusal(
                    url, "not found" if unknown else "the server requires a login", status=400
                ) from None
            failures.append(error)
        else:
            if dig(root, f"{kind}_view"):
                return url, base, order, root
            failures.append(BadResponse(url, "the response contains no post"))
    raise next((error for error in failures if isinstance(error, NotFound)), failures[0])


def _number(ref: ThreadRef) -> str:
    return ref.id.rpartition("/")[2]


def _cited_comment(ref: ThreadRef) -> str:
    """Return the id of the comment that the thread begins with; empty if it begins with a post."""
    return ref.id.removeprefix("comment/") if ref.id.startswith("comment/") else ""


def _comments(data: object) -> list[dict[str, Any]]:
    """Return the comments in a response of any version."""
    return (
        objects(data, "comments") or objects(data, "items") or objects([dig(data, "comment_view")])
    )


def _parse(
    ref: ThreadRef,
    options: FetchOptions,
    root: object,
    pages: list[Any],
    endpoint: str,
    missing: str,
) -> FetchResult:
    view, cited = dig(root, "post_view"), _cited_comment(ref)
    authors: dict[str, Author] = {}
    posts: list[Post] = []
    if not cited:
        if as_id(view, "post", "id") != ref.id:
            raise BadResponse(endpoint, f"the response does not contain post {ref.id}")
        if _is_deleted(view["post"]):
            raise NotFound(ref.url, "deleted")
        url = urljoin(ref.url, f"/post/{ref.id}")
        posts.append(_post(ref, view, view["post"], f"post/{ref.id}", url, "", authors))
    comments = {
        path: part for page in (root, *pages) for part in _comments(page) if (path := _path(part))
    }
    shown: set[int] = set()
    # Ids grow with time, so paths in numeric order list the replies to a comment by time.
    for ids, part in sorted(comments.items()):
        comment, id_ = part["comment"], str(ids[-1])
        if _is_deleted(comment):
            if id_ == cited:
                raise NotFound(ref.url, "deleted")
            continue
        post_id = as_id(comment, "post_id")
        # A reply to a deleted comment moves up to the one above it.
        parent = next(
            (str(above) for above in reversed(ids[:-1]) if above in shown), f"post/{post_id}"
        )
        shown.add(ids[-1])
        # PieFed calls the text "body", and has no short URL.
        tail = f"/comment/{id_}" if "content" in comment else f"/post/{post_id}/comment/{id_}"
        url = safe_url(tail, ref.url) or ref.url
        posts.append(_post(ref, part, comment, id_, url, parent, authors))
    if cited:
        posts = subtree(posts, cited)
    post = dig(view, "post") or next((dig(part, "post") for part in comments.values()), None)
    replies = count(view, "counts", "comments")
    return build_thread(
        ref,
        filter_replies(posts, options),
        authors,
        endpoint=endpoint,
        title=one_line(post, "name") or one_line(post, "title"),
        replies=count(view, "post", "comments") if replies is None else replies,
        state=("locked" if flag(post, "locked") else None, None),
        missing=missing,
    )


def _path(view: object) -> tuple[int, ...]:
    """Return the ids of the comments above a comment, and its own; empty if they are not known."""
    path = text(view, "comment", "path")
    return tuple(map(int, path.split(".")[1:])) if _PATH.fullmatch(path) else ()


def _is_deleted(raw: object) -> bool:
    return flag(raw, "deleted") or flag(raw, "removed")


def _post(
    ref: ThreadRef,
    view: object,
    raw: object,
    id_: str,
    url: str,
    reply_to: str,
    authors: dict[str, Author],
) -> Post:
    author = _author(ref, dig(view, "creator"))
    authors.setdefault(author.handle, author)
    content = parse_markdown(text(raw, "content") or text(raw, "body"), url)
    blocks, media = content.blocks, content.media
    if link := safe_url(dig(raw, "url")):
        type_ = text(raw, "url_content_type")
        is_image = type_.startswith("image/") if type_ else _IMAGE.fullmatch(urlsplit(link).path)
        if is_image or text(raw, "post_type") == "Image":
            media = (Media(url=link, alt=text(raw, "alt_text").strip() or None), *media)
        else:
            blocks = (link_paragraph(one_line(raw, "embed_title"), link), *blocks)
    return Post(
        id=id_,
        url=url,
        author=author.handle,
        reply_to=reply_to or None,
        posted=time(raw, "published") or time(raw, "published_at"),
        edited=time(raw, "updated") or time(raw, "updated_at") or time(raw, "edited_at"),
        blocks=blocks,
        media=media,
        warning="NSFW" if flag(raw, "nsfw") else None,
    )


def _author(ref: ThreadRef, user: object) -> Author:
    """Return an author, with the handle that other servers use: ``name@host``."""
    name = one_line(user, "name") or one_line(user, "user_name") or "unknown"
    url = safe_url(dig(user, "actor_id") or dig(user, "ap_id"))
    shown = one_line(user, "display_name") or one_line(user, "title")
    handle = name if "@" in name else f"{name}@{urlsplit(url or ref.url).netloc}"
    return build_author(
        handle, shown if shown != name else None, url, dig(user, "avatar"), base_url=ref.url
    )


SOURCE = Source(platforms=("lemmy",), fetch=fetch)
