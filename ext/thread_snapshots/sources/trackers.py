"""Summaries of Gerrit changes, Bugzilla bugs and Launchpad bugs.

Endpoints: https://gerrit-review.googlesource.com/Documentation/rest-api-changes.html#list-changes,
https://bugzilla.readthedocs.io/en/latest/api/core/v1/bug.html#get-bug, https://launchpad.net/+apidoc/1.0.html#bug.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
    FetchResult,
    Forbidden,
    NotFound,
    Request,
    RequestGenerator,
    Source,
    get_json,
)
from thread_snapshots.thread_builder import build_author, build_summary

if TYPE_CHECKING:
    from datetime import datetime

    from sphinx_thread_cards.snapshot import State
    from sphinx_thread_cards.urls import ThreadRef

_ONLY_SUMMARIES = "only summaries are available; use --summary"


def _number(ref: ThreadRef) -> str:
    return ref.id.rpartition("/")[2]


def _base(ref: ThreadRef, path: str) -> str:
    """Return the URL of the server, with the folder before ``path``."""
    before, found, _ = ref.url.partition(path)
    return before if found else f"https://{ref.host}"


# -- Gerrit --------------------------------------------------------------------


def summarize_change(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch subject, owner, date, number of comments and state of a change."""
    base = _base(ref, "/c/")
    endpoint = f"{base}/changes/?q=change:{_number(ref)}&n=1&o=DETAILED_ACCOUNTS"
    response = yield Request(url=endpoint)
    # The prefix keeps browsers from running the response as a script.
    data = replace(response, body=response.body.removeprefix(b")]}'")).json()
    change = next(iter(objects(data)), None)
    if change is None:
        raise NotFound(ref.url, "not found, or not public")
    owner = dig(change, "owner")
    handle = one_line(owner, "username") or one_line(owner, "name") or as_id(owner, "_account_id")
    state: dict[str, tuple[State, datetime | None]] = {
        "NEW": ("open", None),
        "MERGED": ("merged", time(change, "submitted")),
        "ABANDONED": ("closed", time(change, "updated")),
    }
    return build_summary(
        ref,
        build_author(handle, one_line(owner, "name")) if handle else None,
        endpoint=endpoint,
        title=one_line(change, "subject"),
        posted=time(change, "created"),
        replies=count(change, "total_comment_count"),
        state=state.get(text(change, "status"), (None, None)),
    )


# -- Bugzilla ------------------------------------------------------------------


def summarize_bugzilla(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch summary, reporter, date and state of a bug; its number of comments is not always available."""
    endpoint = f"{_base(ref, '/show_bug.cgi')}/rest/bug/{_number(ref)}"
    data = yield from get_json(endpoint)
    bug = next(iter(objects(data, "bugs")), None)
    if bug is None:
        raise NotFound(ref.url, one_line(data, "message") or "not found")
    # The login is an email address, whose first part is what Bugzilla itself shows to visitors.
    reporter = dig(bug, "creator_detail")
    login = one_line(reporter, "nick") or one_line(bug, "creator") or ""
    handle = login.partition("@")[0].strip()
    name = one_line(reporter, "real_name")
    comments = count(bug, "comment_count")
    is_open = dig(bug, "is_open")
    return build_summary(
        ref,
        build_author(handle, name if name and "@" not in name else None) if handle else None,
        endpoint=endpoint,
        title=one_line(bug, "summary"),
        posted=time(bug, "creation_time"),
        replies=comments - 1 if comments else None,
        state=("closed", time(bug, "cf_last_resolved"))
        if is_open is False
        else ("open" if is_open is True else None, None),
    )


# -- Launchpad -----------------------------------------------------------------


def summarize_launchpad(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch title, reporter, date, number of comments and state of a bug."""
    endpoint = f"https://api.launchpad.net/1.0/bugs/{_number(ref)}"
    bug = yield from get_json(endpoint)
    if flag(bug, "private"):
        raise Forbidden(ref.url, "a private bug")
    tasks = objects((yield from get_json(f"{endpoint}/bug_tasks")), "entries")
    # A bug is closed if it is for every project that it affects.
    closed = [date for task in tasks if (date := time(task, "date_closed"))]
    complete = [flag(task, "is_complete") for task in tasks]
    handle = (one_line(bug, "owner_link") or "").partition("/~")[2].strip()
    messages = count(bug, "message_count")
    return build_summary(
        ref,
        build_author(handle, None, safe_url(f"https://launchpad.net/~{handle}"))
        if handle
        else None,
        endpoint=endpoint,
        title=one_line(bug, "title"),
        posted=time(bug, "date_created"),
        replies=messages - 1 if messages else None,
        state=("closed", max(closed, default=None))
        if complete and all(complete)
        else ("open" if complete else None, None),
    )


SOURCES = (
    Source(platforms=("gerrit",), unsupported=_ONLY_SUMMARIES, summarize=summarize_change),
    Source(platforms=("bugzilla",), unsupported=_ONLY_SUMMARIES, summarize=summarize_bugzilla),
    Source(platforms=("launchpad",), unsupported=_ONLY_SUMMARIES, summarize=summarize_launchpad),
)
