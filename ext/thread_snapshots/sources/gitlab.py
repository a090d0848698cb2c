"""GitLab: issues, merge requests, work items and epics, on any server.

Issues and merge requests: https://docs.gitlab.com/api/graphql/reference/, which shows the comments of public projects
without a token. Epics and summaries: https://docs.gitlab.com/api/rest/.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, urljoin

from sphinx_thread_cards.snapshot import Author, Post, State
from sphinx_thread_cards.urls import Kind, ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse, Forbidden
from thread_snapshots.html import parse_html, parse_markdown
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import Head, build_author, build_thread, depth_first

_MAX_PAGES = 10
# The aliases are the names of the REST API.
_AUTHOR = "author { username name web_url: webUrl avatar_url: avatarUrl }"
_QUERY = f"""\
query ($path: ID!, $iid: String!, $after: String) {{
  project(fullPath: $path) {{
    item: $FIELD(iid: $iid) {{
      iid title description_html: descriptionHtml created_at: createdAt state $EXTRA {_AUTHOR}
      user_notes_count: userNotesCount discussion_locked: discussionLocked
      notes(first: 100, after: $after) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{
          id body_html: bodyHtml created_at: createdAt edited_at: lastEditedAt system internal
          discussion {{ id }} {_AUTHOR}
        }}
      }}
    }}
  }}
}}"""
_ISSUE = _QUERY.replace("$FIELD", "issue").replace("$EXTRA", "confidential closed_at: closedAt")
_MERGE_REQUEST = _QUERY.replace("$FIELD", "mergeRequest").replace("$EXTRA", "merged_at: mergedAt")
_NUMBER = re.compile(r"[0-9]{1,20}$")
_IMAGE_SIZE = re.compile(r"(?<=\))\{(?:width|height)=[^{}\n]{1,40}\}")


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the description and the comments; of an epic, only the description."""
    parent = "groups" if ref.kind is Kind.EPIC else "projects"
    path = f"{quote(ref.community or '', safe='')}/{'/'.join(ref.id.split('/')[-2:])}"
    endpoint = urljoin(ref.url, f"/api/v4/{parent}/{path}")
    if ref.kind is Kind.EPIC or options.summary:
        issue = yield from get_json(endpoint)
        return _parse(ref, options, [issue], endpoint)
    url = urljoin(ref.url, "/api/graphql")
    query = _ISSUE if ref.kind is Kind.ISSUE else _MERGE_REQUEST
    variables = {"path": ref.community, "iid": _number(ref)}
    notes = []
    for _ in range(_MAX_PAGES):
        data = yield from get_json(url, {"query": query, "variables": variables})
        issue = js.dig(data, "data", "project", "item")
        if error := js.one_line(data, "errors", 0, "message"):
            raise BadResponse(url, error)
        if not issue:  # The project may have been renamed; only the REST API redirects.
            renamed = yield from get_json(endpoint)
            variables["path"] = re.split("[!#]", js.text(renamed, "references", "full"))[0]
            continue
        notes += js.objects(issue, "notes", "nodes")
        if not js.flag(issue, "notes", "pageInfo", "hasNextPage"):
            break
        variables["after"] = js.text(issue, "notes", "pageInfo", "endCursor")
    return _parse(ref, options, [issue, *notes], url)


def _number(ref: ThreadRef) -> str:
    return ref.id.rpartition("/")[2]


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read responses of the REST API: an issue, or a list of it and its notes."""
    items = [item for part in js.as_list(file.json()) for item in js.objects(js.as_list(part))]
    items.sort(key=lambda item: "title" not in item)
    return _parse(ref, options, items, "file")


def _parse(ref: ThreadRef, options: FetchOptions, items: list[Any], endpoint: str) -> FetchResult:
    """Build a thread from an issue, merge request or epic, then its comments."""
    if js.as_id(items, 0, "iid") != _number(ref):
        raise BadResponse(endpoint, f"the response does not contain {ref.number}")
    issue, *notes = items
    if js.flag(issue, "confidential"):
        raise Forbidden(ref.url, "the issue is confidential")
    comments = []
    starts: dict[str, str] = {}
    for note in notes:
        match = _NUMBER.search(str(js.dig(note, "id")))  # 901, or gid://gitlab/Note/901
        hidden = any(js.flag(note, name) for name in ("system", "internal", "confidential"))
        if match and not hidden:
            id_ = f"note_{match[0]}"
            start = starts.setdefault(js.text(note, "discussion", "id") or id_, id_)
            comments.append(_post(ref, note, "body", id_, start))
    replies = js.count(issue, "user_notes_count")
    complete = ref.kind is not Kind.EPIC and len(comments) >= (replies or 0)
    first = _post(ref, issue, "description", "description")
    missing = "" if complete else "some comments are missing"
    head = Head(js.one_line(issue, "title"), replies, *_state(issue))
    posts, people = [first, *depth_first(comments)], [_author(ref, item) for item in items]
    return build_thread(
        ref, posts, people, endpoint=endpoint, options=options, head=head, missing=missing
    )


def _state(issue: object) -> tuple[State | None, datetime | None]:
    match js.text(issue, "state"):
        case "merged":
            return "merged", js.time(issue, "merged_at")
        case "closed":
            return "closed", js.time(issue, "closed_at")
        case _:
            return "locked" if js.flag(issue, "discussion_locked") else "open", None


def _post(ref: ThreadRef, item: object, field: str, id_: str, reply_to: str | None = None) -> Post:
    page = ref.url.partition("#")[0]
    if html := js.text(item, f"{field}_html"):
        content = parse_html(html, page)
    else:
        # Links to uploaded files are relative to the project.
        markdown = js.text(item, field).replace("(/uploads/", f"(/{ref.community}/uploads/")
        content = parse_markdown(_IMAGE_SIZE.sub("", markdown), page)
    return Post(
        id=id_,
        url=f"{page}#{id_}" if reply_to else page,
        author=_author(ref, item).handle,
        reply_to=reply_to,
        posted=js.time(item, "created_at"),
        edited=js.time(item, "edited_at"),
        blocks=content.blocks,
        media=content.media,
    )


def _author(ref: ThreadRef, item: object) -> Author:
    user = js.dig(item, "author")
    handle = js.one_line(user, "username") or "ghost"
    url, avatar = (js.safe_url(js.dig(user, key), ref.url) for key in ("web_url", "avatar_url"))
    return build_author(handle, js.one_line(user, "name"), url, avatar)


SOURCE = Source(platforms=("gitlab",), fetch=fetch, read_file=read_file)
