"""Stack Exchange: a question with its answers and comments, by the API of the network.

Endpoints and fields: https://api.stackexchange.com/docs (questions, answers, comments; errors and ``backoff`` under
"throttle"). Without a key, it accepts 300 requests a day.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

from sphinx_thread_cards.snapshot import Author, Post, State

from thread_snapshots.html import parse_html, parse_markdown
from thread_snapshots.json_access import (
    as_id,
    as_list,
    count,
    dig,
    flag,
    html_line,
    objects,
    one_line,
    safe_url,
    text,
    time,
)
from thread_snapshots.source import (
    BadResponse,
    FetchOptions,
    FetchResult,
    Forbidden,
    NotFound,
    RateLimited,
    RequestGenerator,
    Source,
    Unreachable,
    get_json,
)
from thread_snapshots.thread_builder import (
    build_author,
    build_thread,
    filter_replies,
    summary_of,
    unique_handles,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.saved_file import SavedFile

_API = "https://api.stackexchange.com/2.3"
_NETWORK = ".stackexchange.com"
_PAGE_SIZE = 100  # also the most ids in a request
_MAX_PAGES = 5
_COMMENT = re.compile(r"comment([0-9]{1,12})_([0-9]{1,10})")
# By error_id, see https://api.stackexchange.com/docs/error-handling; they come with status 400.
_ERRORS = {401: Forbidden, 403: Forbidden, 404: NotFound, 502: RateLimited, 503: Unreachable}


# -- Requests ------------------------------------------------------------------


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the question, its answers, and the requested comments."""
    site = f"site={_site(ref.host)}"
    endpoint, pages = yield from _get_question(ref, f"{site}&filter=withbody")
    question_id, missing = as_id(pages[-1], "items", 0, "question_id"), ""
    if dig(pages[-1], "items", 0, "answer_count") != 0:
        missing = yield from _get_pages(f"questions/{question_id}/answers?{site}&sort=votes", pages)
    answers = [as_id(item, "answer_id") for page in pages[1:] for item in objects(page, "items")]
    comments = [match[1] for post in sorted(options.posts) if (match := _COMMENT.fullmatch(post))]
    if options.replies:
        ids = ";".join([question_id, *filter(None, answers)][:_PAGE_SIZE])
        path = f"posts/{ids}/comments?{site}&sort=creation&order=asc"
        missing = (yield from _get_pages(path, pages)) or missing
    elif comments:
        ids = ";".join(comments[:_PAGE_SIZE])
        yield from _get_pages(f"comments/{ids}?{site}&sort=creation&order=asc", pages)
    return _parse(ref, options, pages, endpoint, missing)


def summarize(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch title, author, date, number of answers and state."""
    endpoint, pages = yield from _get_question(ref, f"site={_site(ref.host)}")
    return summary_of(_parse(ref, FetchOptions(), pages, endpoint, ""))


def _get_question(ref: ThreadRef, parameters: str) -> RequestGenerator[tuple[str, list[Any]]]:
    """Request the question; return the URL of the request and the responses.

    The URL of an answer does not name the question, but the answer does.
    """
    question_id, pages = ref.id, []
    if ref.id.startswith("a/"):
        pages.append((yield from _get(f"{_API}/answers/{ref.id.removeprefix('a/')}?{parameters}")))
        question_id = as_id(pages[0], "items", 0, "question_id")
    endpoint = f"{_API}/questions/{question_id}?{parameters}"
    if question_id:
        pages.append((yield from _get(endpoint)))
    if not pages or not objects(pages[-1], "items"):
        raise NotFound(ref.url, "not found")
    return endpoint, pages


def _get_pages(path: str, pages: list[Any]) -> RequestGenerator[str]:
    """Append the pages of a list; return why it is incomplete, as a clause."""
    for page in range(1, _MAX_PAGES + 1):
        data = yield from _get(f"{_API}/{path}&filter=withbody&pagesize={_PAGE_SIZE}&page={page}")
        pages.append(data)
        if not flag(data, "has_more"):
            return ""
        if count(data, "backoff"):
            return "Stack Exchange limits the rate; fetch again later for more"
    return f"the first {_MAX_PAGES * _PAGE_SIZE} only"


def _get(url: str) -> RequestGenerator[Any]:
    """Request JSON; an error is an object in the response."""
    try:
        data = yield from get_json(url)
    except BadResponse as error:
        data = error.body
        if not count(data, "error_id"):
            raise
    if number := count(data, "error_id"):
        reason = one_line(data, "error_message") or "no reason given"
        raise _ERRORS.get(number, BadResponse)(url, f"{reason} ({number})")
    return data


def _site(host: str) -> str:
    """Return ``api_site_parameter``: ``stackoverflow``, ``unix``, ``meta.unix``."""
    if not host.endswith(_NETWORK):
        return host.removesuffix(".com")
    name = host.removesuffix(_NETWORK)
    return f"meta.{name.removesuffix('.meta')}" if name.endswith(".meta") else name


# -- Responses -----------------------------------------------------------------


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a response of the API, or a list of several."""
    return _parse(ref, options, as_list(file.json()), "file", "")


def _parse(
    ref: ThreadRef, options: FetchOptions, pages: list[Any], endpoint: str, missing: str
) -> FetchResult:
    items = [item for page in pages for item in objects(page, "items")]
    for item in items:  # some filters put answers and comments inside
        items += [*objects(item, "answers"), *objects(item, "comments")]
    question = next((item for item in items if not {"answer_id", "comment_id"} & item.keys()), None)
    question_id = as_id(question, "question_id")
    answers = [item for item in items if as_id(item, "answer_id")]
    cited = ref.id.removeprefix("a/")
    known = {question_id, *(as_id(answer, "answer_id") for answer in answers)}
    if not question_id or question is None or cited not in known:
        raise BadResponse(endpoint, f"the response does not contain {ref.url}")
    answers.sort(key=lambda item: not flag(item, "is_accepted"))
    ordered = []
    for post in (question, *answers):
        comments = (
            item
            for item in items
            if as_id(item, "comment_id") and as_id(item, "post_id") == _id(post)
        )
        ordered += [post, *comments]
    handles = unique_handles(_person(item) for item in ordered)
    authors: dict[str, Author] = {}
    posts = []
    for item in ordered:
        handle = handles[_person(item)[0]]
        owner = dig(item, "owner")
        authors[handle] = build_author(
            handle, None, dig(owner, "link"), dig(owner, "profile_image")
        )
        posts.append(_post(ref.host, item, question_id, handle))
    # The accepted answer belongs to the question, a cited comment to the post above it.
    wanted = {match[2] for post in options.posts if (match := _COMMENT.fullmatch(post))}
    wanted |= options.posts | {as_id(question, "accepted_answer_id"), cited}
    result = build_thread(
        ref,
        filter_replies(posts, replace(options, posts=frozenset(wanted))),
        authors,
        endpoint=endpoint,
        title=html_line(question, "title"),
        replies=count(question, "answer_count"),
        state=_state(question),
        missing=missing,
    )
    saved = {post.id for post in result.thread.posts}
    licences = {
        name
        for item in ordered
        if _id(item) in saved and (name := one_line(item, "content_license"))
    }
    notes = [result.note, f"licence: {', '.join(sorted(licences))}" if licences else ""]
    return replace(result, note="; ".join(filter(None, notes)))


def _state(question: object) -> tuple[State | None, datetime | None]:
    """Return the state of a question, and since when."""
    if closed := time(question, "closed_date"):
        return "closed", closed
    if flag(question, "is_answered"):
        return "answered", None
    if locked := time(question, "locked_date"):
        return "locked", locked
    return ("open" if dig(question, "is_answered") is False else None), None


def _id(item: object) -> str:
    """Return the id of a post as in URLs."""
    if comment := as_id(item, "comment_id"):
        return f"comment{comment}_{as_id(item, 'post_id')}"
    return as_id(item, "answer_id") or as_id(item, "question_id")


def _post(host: str, item: object, question_id: str, author: str) -> Post:
    id_, answer, parent = _id(item), as_id(item, "answer_id"), as_id(item, "post_id")
    if as_id(item, "comment_id"):
        path, reply_to = f"/{'q' if parent == question_id else 'a'}/{parent}#{id_}", parent
    elif answer:
        path, reply_to = f"/a/{answer}", question_id
    else:
        path, reply_to = f"/questions/{question_id}", ""
    url = safe_url(path, f"https://{host}") or f"https://{host}/"
    if dig(item, "body") is None:  # some filters give Markdown, with character references
        content = parse_markdown(unescape(text(item, "body_markdown")), url)
    else:
        content = parse_html(text(item, "body"), url)
    return Post(
        id=id_,
        url=url,
        author=author,
        reply_to=reply_to or None,
        posted=time(item, "creation_date"),
        edited=time(item, "last_edit_date"),
        blocks=content.blocks,
        media=content.media,
    )


def _person(item: object) -> tuple[str, str]:
    """Return what identifies a person, and the name; deleted accounts have only a name."""
    name = html_line(item, "owner", "display_name") or "unknown"
    return as_id(item, "owner", "user_id") or name, name


SOURCE = Source(platforms=("stackexchange",), fetch=fetch, read_file=read_file, summarize=summarize)
