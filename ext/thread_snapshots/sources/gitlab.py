"""GitLab: issues, merge requests, work items and epics, on any server.

GraphQL (https://docs.gitlab.com/api/graphql/reference/) shows the comments of public projects without a token. Where
it is not available, the REST API (https://docs.gitlab.com/api/issues/) has the description.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sphinx_thread_cards.snapshot import Author, Post, State
from sphinx_thread_cards.urls import Kind, ThreadRef

from thread_snapshots.html import parse_html, parse_markdown
from thread_snapshots.json_access import (
    as_id,
    as_list,
    count,
    dig,
    flag,
    objects,
    one_line,
    text,
    time,
)
from thread_snapshots.source import (
    BadResponse,
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
    depth_first,
    filter_replies,
    summary_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from thread_snapshots.saved_file import SavedFile

_PAGE_SIZE = 100
_MAX_PAGES = 10
_AUTHOR = "author { username name webUrl avatarUrl }"
_QUERY = f"""\
query ($path: ID!, $iid: String!, $after: String) {{
  project(fullPath: $path) {{
    item: $FIELD(iid: $iid) {{
      iid title description descriptionHtml createdAt userNotesCount state discussionLocked $EXTRA {_AUTHOR}
      notes(first: {_PAGE_SIZE}, after: $after) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{ id body bodyHtml system internal createdAt lastEditedAt {_AUTHOR} discussion {{ id }} }}
      }}
    }}
  }}
}}"""
_FIELDS = {
    Kind.ISSUE: ("issue", "confidential closedAt"),
    Kind.MERGE_REQUEST: ("mergeRequest", "mergedAt"),
}
_NUMBER = re.compile(r"(?:gid://gitlab/[A-Za-z:]{1,40}/)?([0-9]{1,20})")
# In Markdown, the size of an image, and an uploaded file.
_SIZE = re.compile(r"(?<=\))\{(?:width|height)=[^{}\n]{1,40}\}")
_UPLOAD = re.compile(r"""(?<=[(<"'\s])/uploads/(?=[0-9a-f]{32}/)""")


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the description and the comments."""
    try:
        endpoint, items = yield from _get_graphql(ref)
    except (BadResponse, Forbidden, NotFound):
        endpoint = _rest_url(ref)
        items = [(yield from get_json(endpoint))]
        if count(items[0], "user_notes_count") != 0:
            with suppress(Forbidden, NotFound):  # most servers require a token for comments
                items += objects(
                    (yield from get_json(f"{endpoint}/notes?sort=asc&per_page=100&page=1"))
                )
    return _parse(ref, options, items, endpoint)


def _get_graphql(ref: ThreadRef) -> RequestGenerator[tuple[str, list[Any]]]:
    """Return the URL of the requests, and the issue as often as its comments have pages."""
    url = f"{_site(ref)}/api/graphql"
    if ref.kind not in _FIELDS:
        raise BadResponse(url, "epics are not supported")
    field, extra = _FIELDS[ref.kind]
    query = _QUERY.replace("$FIELD", field).replace("$EXTRA", extra)
    variables: dict[str, object] = {"path": ref.community, "iid": _number(ref)}
    items: list[Any] = []
    while len(items) < _MAX_PAGES:
        data = yield from get_json(url, {"query": query, "variables": variables})
        item = dig(data, "data", "project", "item")
        if not isinstance(item, dict):
            raise BadResponse(url, "the response contains no thread")
        items.append(item)
        page = dig(item, "notes", "pageInfo")
        if not flag(page, "hasNextPage"):
            break
        variables["after"] = text(page, "endCursor")
    return url, items


def summarize(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch title, author, date, number of comments and state."""
    endpoint = _rest_url(ref)
    issue = yield from get_json(endpoint)
    return summary_of(_parse(ref, FetchOptions(), [issue], endpoint))


def _rest_url(ref: ThreadRef) -> str:
    parent = "groups" if ref.kind is Kind.EPIC else "projects"
    return f"{_site(ref)}/api/v4/{parent}/{quote(ref.community or '', safe='')}/{'/'.join(ref.id.split('/')[-2:])}"


def _site(ref: ThreadRef) -> str:
    """Return the URL of the server, without a path."""
    return "/".join(ref.url.split("/")[:3])


def _number(ref: ThreadRef) -> str:
    """Return the number in the project (``iid``)."""
    return ref.id.rpartition("/")[2]


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read responses of the REST API: an issue, or a list of it and its notes or discussions."""
    items = [item for part in as_list(file.json()) for item in objects(as_list(part))]
    return _parse(ref, options, items, "file")


def _parse(ref: ThreadRef, options: FetchOptions, items: list[Any], endpoint: str) -> FetchResult:
    """Build a thread from an issue, the first item with a title, and its comments."""
    page, site = ref.url.partition("#")[0], _site(ref)
    issue = next((item for item in objects(items) if "title" in item), None)
    if issue is None or as_id(issue, "iid") != _number(ref):
        raise BadResponse(endpoint, f"the response does not contain {ref.number}")
    if flag(issue, "confidential"):
        raise Forbidden(ref.url, "confidential")
    authors: dict[str, Author] = {}
    project = as_id(issue, "project_id")
    uploads = f"/-/project/{project}/uploads/" if project else f"/{ref.community}/uploads/"

    def build_post(item: object, id_: str, url: str, reply_to: str | None, body: str) -> Post:
        author = _author(item, site)
        authors.setdefault(author.handle, author)
        html, markdown = text(item, f"{body}Html"), text(item, body)
        content = (
            parse_html(html, url)
            if html
            else parse_markdown(_SIZE.sub("", _UPLOAD.sub(uploads, markdown)), url)
        )
        return Post(
            id=id_,
            url=url,
            author=author.handle,
            reply_to=reply_to,
            posted=time(item, "created_at") or time(item, "createdAt"),
            edited=time(item, "lastEditedAt"),
            blocks=content.blocks,
            media=content.media,
        )

    first = build_post(issue, "description", page, None, "description")
    starts: dict[str, str] = {}
    comments: list[Post] = []
    for index, (note, discussion) in enumerate(_notes(items)):
        match = _NUMBER.fullmatch(text(note, "id") or as_id(note, "id"))
        id_ = f"note_{match[1] if match else index}"
        start = starts.setdefault(discussion or id_, id_)
        comments.append(
            build_post(note, id_, f"{page}#{id_}", start if start != id_ else None, "body")
        )
    replies = count(issue, "user_notes_count")
    if replies is None:
        replies = count(issue, "userNotesCount")
    return build_thread(
        ref,
        filter_replies([first, *depth_first(comments)], options),
        authors,
        endpoint=endpoint,
        title=one_line(issue, "title"),
        replies=replies,
        state=_state(issue),
        missing="some comments are missing" if len(comments) < (replies or 0) else "",
    )


def _state(issue: object) -> tuple[State | None, datetime | None]:
    """Return the state of an issue or merge request, and since when."""
    state = text(issue, "state").lower()
    if state == "merged":
        return "merged", time(issue, "merged_at") or time(issue, "mergedAt")
    if state == "closed":
        return "closed", time(issue, "closed_at") or time(issue, "closedAt")
    locked = flag(issue, "discussion_locked") or flag(issue, "discussionLocked")
    return ("locked" if locked else "open" if state else None), None


def _notes(items: list[Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the public comments in issues, discussions and lists of notes, with the id of their discussion."""
    for item in objects(items):
        for note in objects(item, "notes", "nodes") or objects(item, "notes") or [item]:
            hidden = any(flag(note, name) for name in ("system", "internal", "confidential"))
            if "body" in note and not hidden:
                yield (
                    note,
                    text(note, "discussion", "id") or (text(item, "id") if "notes" in item else ""),
                )


def _author(item: object, site: str) -> Author:
    user = dig(item, "author")
    handle = one_line(user, "username") or "ghost"
    url = text(user, "web_url") or text(user, "webUrl") or f"/{handle}"
    avatar = text(user, "avatar_url") or text(user, "avatarUrl")
    return build_author(handle, one_line(user, "name"), url, avatar, base_url=site)


SOURCE = Source(platforms=("gitlab",), fetch=fetch, read_file=read_file, summarize=summarize)
