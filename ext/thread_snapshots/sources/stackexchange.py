"""Stack Exchange: a question with its answers and comments, from the network's API.

Endpoints and fields: https://api.stackexchange.com/docs (questions, answers, comments; errors and ``backoff`` under
"throttle"). Without a key, it accepts 300 requests a day.
"""

import re
from datetime import datetime
from typing import Any

from sphinx_thread_cards.snapshot import Author, Post, State
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse, Forbidden, NotFound, RateLimited, Unreachable
from thread_snapshots.html import parse_html
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import Head, build_author, build_thread

_API = "https://api.stackexchange.com/2.3"
_NETWORK = ".stackexchange.com"
_PAGE_SIZE = 100  # also the most ids in a request
_MAX_PAGES = 5
_COMMENT = re.compile(r"comment([0-9]{1,12})_([0-9]{1,10})")
# By error_id, see https://api.stackexchange.com/docs/error-handling; they come with status 400.
_ERRORS = {401: Forbidden, 403: Forbidden, 404: NotFound, 502: RateLimited, 503: Unreachable}


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the question, its answers, and the requested comments."""
    site = f"site={_site(ref.host)}" + ("" if options.summary else "&filter=withbody")
    answer = ref.id.removeprefix("a/")
    path = f"questions/{ref.id}" if answer == ref.id else f"answers/{answer}/questions"
    endpoint = f"{_API}/{path}?{site}"
    items = js.dig((yield from _get(endpoint)), "items")
    question = js.dig(items, 0)
    if not (question_id := js.as_id(question, "question_id")):
        raise (NotFound if items == [] else BadResponse)(ref.url, "the response has no question")
    if options.summary:
        return _parse(ref, options, [question], endpoint)
    answers, missing = yield from _get_list(f"questions/{question_id}/answers?{site}&sort=votes")
    comments: list[Any] = []
    cited = [match[1] for post in sorted(options.posts) if (match := _COMMENT.fullmatch(post))]
    if options.replies or cited:
        posts = [question_id, *filter(None, map(_id, answers))]
        ids = ";".join((posts if options.replies else cited)[:_PAGE_SIZE])
        path = f"posts/{ids}/comments" if options.replies else f"comments/{ids}"
        comments, cut = yield from _get_list(f"{path}?{site}&sort=creation&order=asc")
        missing = cut or missing
    return _parse(ref, options, [question, *answers, *comments], endpoint, missing)


def _get_list(path: str) -> RequestGenerator[tuple[list[Any], str]]:
    """Request the pages of a list; also return why it is incomplete, as a clause."""
    items: list[Any] = []
    for page in range(1, _MAX_PAGES + 1):
        data = yield from _get(f"{_API}/{path}&pagesize={_PAGE_SIZE}&page={page}")
        items += js.objects(data, "items")
        if not js.flag(data, "has_more"):
            return items, ""
        if js.count(data, "backoff"):
            return items, "Stack Exchange limits the rate; fetch again later for more"
    return items, f"the first {_MAX_PAGES * _PAGE_SIZE} only"


def _get(url: str) -> RequestGenerator[Any]:
    """Request JSON; raise the error that the body of a response with status 400 describes."""
    try:
        return (yield from get_json(url))
    except BadResponse as error:
        number = js.count(error.body, "error_id")
        if not number:
            raise
        reason = js.one_line(error.body, "error_message") or "no reason given"
        raise _ERRORS.get(number, BadResponse)(url, f"{reason} ({number})") from None


def _site(host: str) -> str:
    """Return ``api_site_parameter``: ``stackoverflow``, ``unix``, ``meta.unix``."""
    if not host.endswith(_NETWORK):
        return host.removesuffix(".com")
    name = host.removesuffix(_NETWORK)
    return f"meta.{name.removesuffix('.meta')}" if name.endswith(".meta") else name


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a response of the API, or a list of several."""
    items = [item for page in js.as_list(file.json()) for item in js.objects(page, "items")]
    items.sort(key=lambda item: "title" not in item)
    if ref.id.removeprefix("a/") not in map(_id, items):
        raise BadResponse(file.name, f"the file does not contain {ref.url}")
    return _parse(ref, options, items, "file")


def _parse(
    ref: ThreadRef, options: FetchOptions, items: list[Any], endpoint: str, missing: str = ""
) -> FetchResult:
    """Build a thread from a question, then its answers and comments."""
    question = items[0]
    if not js.as_id(question, "question_id"):
        raise BadResponse(endpoint, "the response does not contain the question")
    answers = [item for item in items if js.as_id(item, "answer_id")]
    answers.sort(key=lambda item: not js.flag(item, "is_accepted"))
    ordered = []
    for post in (question, *answers):
        comments = (item for item in items if js.as_id(item, "comment_id"))
        ordered += [post, *(item for item in comments if js.as_id(item, "post_id") == _id(post))]
    handles: dict[str, str] = {}  # by person; several may have the same name
    for person, name in map(_person, ordered):
        if person not in handles:
            handles[person] = f"{name} ({person})" if name in handles.values() else name
    posts = [_post(ref.host, item, question, handles[_person(item)[0]]) for item in ordered]
    # The accepted answer belongs to the question, a cited comment to the post above it.
    wanted = {ref.id.removeprefix("a/"), js.as_id(question, "accepted_answer_id"), *options.posts}
    wanted |= {match[2] for post in options.posts if (match := _COMMENT.fullmatch(post))}
    options = FetchOptions(replies=options.replies, posts=frozenset(wanted))
    title, replies = js.html_line(question, "title"), js.count(question, "answer_count")
    head, people = Head(title, replies, *_state(question)), [_author(it, handles) for it in ordered]
    return build_thread(
        ref, posts, people, endpoint=endpoint, options=options, head=head, missing=missing
    )


def _state(question: object) -> tuple[State | None, datetime | None]:
    if closed := js.time(question, "closed_date"):
        return "closed", closed
    if js.flag(question, "is_answered"):
        return "answered", None
    locked = js.time(question, "locked_date")
    return "locked" if locked else "open", locked


def _id(item: object) -> str:
    """Return the id of a post in the form that URLs use."""
    if comment := js.as_id(item, "comment_id"):
        return f"comment{comment}_{js.as_id(item, 'post_id')}"
    return js.as_id(item, "answer_id") or js.as_id(item, "question_id")


def _post(host: str, item: object, question: object, author: str) -> Post:
    id_, question_id, parent = _id(item), _id(question), js.as_id(item, "post_id")
    if parent:
        path = f"/{'q' if parent == question_id else 'a'}/{parent}#{id_}"
    else:
        path = f"/questions/{id_}" if item is question else f"/a/{id_}"
    url = js.safe_url(path, f"https://{host}") or f"https://{host}/"
    content = parse_html(js.text(item, "body"), url)
    return Post(
        id=id_,
        url=url,
        author=author,
        reply_to=parent or question_id,
        posted=js.time(item, "creation_date"),
        edited=js.time(item, "last_edit_date"),
        blocks=content.blocks,
        media=content.media,
    )


def _person(item: object) -> tuple[str, str]:
    """Return what identifies a person, and the name; deleted accounts have only a name."""
    name = js.html_line(item, "owner", "display_name") or "unknown"
    return js.as_id(item, "owner", "user_id") or name, name


def _author(item: object, handles: dict[str, str]) -> Author:
    owner = js.dig(item, "owner")
    handle = handles[_person(item)[0]]
    return build_author(handle, None, js.dig(owner, "link"), js.dig(owner, "profile_image"))


SOURCE = Source(platforms=("stackexchange",), fetch=fetch, read_file=read_file)
