"""Summaries of Gerrit changes, Bugzilla bugs and Launchpad bugs.

Endpoints: https://gerrit-review.googlesource.com/Documentation/rest-api-changes.html#list-changes,
https://bugzilla.readthedocs.io/en/latest/api/core/v1/bug.html#get-bug, https://launchpad.net/+apidoc/1.0.html#bug.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sphinx_thread_cards.snapshot import Author, Post, State

from thread_snapshots.json_access import count, dig, flag, objects, one_line, text, time
from thread_snapshots.source import (
    FetchResult,
    Forbidden,
    NotFound,
    Request,
    RequestGenerator,
    Source,
    get_json,
)
from thread_snapshots.thread_builder import build_author, build_thread, summary_of

if TYPE_CHECKING:
    from datetime import datetime

    from sphinx_thread_cards.urls import ThreadRef


def _summary(
    ref: ThreadRef, author: Author, posted: datetime | None, **details: Any
) -> FetchResult:
    """Return a summary; for the other arguments, see :func:`build_thread`."""
    post = Post(id=ref.id, url=ref.url.partition("#")[0], author=author.handle, posted=posted)
    return summary_of(build_thread(ref, [post], {author.handle: author}, **details))


def _number(ref: ThreadRef) -> str:
    return ref.id.rpartition("/")[2]


def _base(ref: ThreadRef, path: str) -> str:
    """Return the URL of the server, with the folder before ``path``."""
    before, found, _ = ref.url.partition(path)
    return before if found else f"https://{ref.host}"


def summarize_gerrit(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch subject, owner, date, number of comments and state of a change."""
    endpoint = f"{_base(ref, '/c/')}/changes/?q=change:{_number(ref)}&n=1&o=DETAILED_ACCOUNTS"
    response = yield Request(url=endpoint)
    # The prefix keeps browsers from running the response as a script.
    data = replace(response, body=response.body.removeprefix(b")]}'")).json()
    change = next(iter(objects(data)), None)
    if change is None:
        raise NotFound(ref.url, "not found, or not public")
    owner = dig(change, "owner")
    name = one_line(owner, "name")
    state: dict[str, tuple[State, datetime | None]] = {
        "NEW": ("open", None),
        "MERGED": ("merged", time(change, "submitted")),
        "ABANDONED": ("closed", time(change, "updated")),
    }
    return _summary(
        ref,
        build_author(one_line(owner, "username") or name or "unknown", name),
        time(change, "created"),
        endpoint=endpoint,
        title=one_line(change, "subject"),
        replies=count(change, "total_comment_count"),
        state=state.get(text(change, "status"), (None, None)),
    )


def summarize_bugzilla(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch summary, reporter, date and state of a bug."""
    endpoint = f"{_base(ref, '/show_bug.cgi')}/rest/bug/{_number(ref)}"
    data = yield from get_json(endpoint)
    bug = next(iter(objects(data, "bugs")), None)
    if bug is None:
        raise NotFound(ref.url, one_line(data, "message") or "not found")
    # Logins and some names are email addresses; Bugzilla shows visitors only the first part.
    reporter = dig(bug, "creator_detail")
    names = (one_line(reporter, "nick"), one_line(bug, "creator"), one_line(reporter, "real_name"))
    nick, login, name = ((part or "").partition("@")[0].strip() for part in names)
    comments = count(bug, "comment_count")
    return _summary(
        ref,
        build_author(nick or login or "unknown", name or None),
        time(bug, "creation_time"),
        endpoint=endpoint,
        title=one_line(bug, "summary"),
        replies=comments - 1 if comments else None,
        state=_open_or_closed(dig(bug, "is_open"), time(bug, "cf_last_resolved")),
    )


def summarize_launchpad(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch title, reporter, date, number of comments and state of a bug."""
    endpoint = f"https://api.launchpad.net/1.0/bugs/{_number(ref)}"
    bug = yield from get_json(endpoint)
    if flag(bug, "private"):
        raise Forbidden(ref.url, "a private bug")
    tasks = objects((yield from get_json(f"{endpoint}/bug_tasks")), "entries")
    # A bug is closed if it is for every project that it affects.
    closed = [date for task in tasks if (date := time(task, "date_closed"))]
    is_open = not all(flag(task, "is_complete") for task in tasks) if tasks else None
    handle = (one_line(bug, "owner_link") or "").partition("/~")[2].strip()
    messages = count(bug, "message_count")
    return _summary(
        ref,
        build_author(handle or "unknown", None, handle and f"https://launchpad.net/~{handle}"),
        time(bug, "date_created"),
        endpoint=endpoint,
        title=one_line(bug, "title"),
        replies=messages - 1 if messages else None,
        state=_open_or_closed(is_open, max(closed, default=None)),
    )


def _open_or_closed(
    is_open: object, closed: datetime | None
) -> tuple[State | None, datetime | None]:
    if is_open is False:
        return "closed", closed
    return ("open" if is_open is True else None), None


SOURCES = (
    Source(platforms=("gerrit",), summarize=summarize_gerrit),
    Source(platforms=("bugzilla",), summarize=summarize_bugzilla),
    Source(platforms=("launchpad",), summarize=summarize_launchpad),
)
