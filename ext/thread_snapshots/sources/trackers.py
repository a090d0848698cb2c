"""Summaries of Gerrit changes, Bugzilla bugs and Launchpad bugs.

Endpoints: https://gerrit-review.googlesource.com/Documentation/rest-api-changes.html#list-changes,
https://bugzilla.readthedocs.io/en/latest/api/core/v1/bug.html#get-bug, https://launchpad.net/+apidoc/1.0.html#bug.
"""

import re
from dataclasses import replace
from datetime import datetime

from sphinx_thread_cards.snapshot import Author, Post, State
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse, Forbidden, NotFound
from thread_snapshots.source import FetchResult, Request, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import Head, build_author, build_thread, summary_of

# The part of a URL that leads to a comment.
_COMMENT = re.compile(r"#|(?<=[0-9])/comments?/")


def fetch_gerrit(ref: ThreadRef, _options: object) -> RequestGenerator[FetchResult]:
    """Fetch subject, owner, date, number of comments and state of a change."""
    query = f"q=change:{_number(ref)}&n=1&o=DETAILED_ACCOUNTS"
    response = yield Request(url=f"{ref.url.partition('/c/')[0]}/changes/?{query}")
    # The prefix keeps browsers from running the response as a script.
    data = replace(response, body=response.body.removeprefix(b")]}'")).json()
    change = js.dig(data, 0)
    if not js.text(change, "subject"):
        raise (NotFound if data == [] else BadResponse)(ref.url, "the response has no change")
    name = js.one_line(change, "owner", "name")
    states: dict[str, tuple[State, datetime | None]] = {
        "NEW": ("open", None),
        "MERGED": ("merged", js.time(change, "submitted")),
        "ABANDONED": ("closed", js.time(change, "updated")),
    }
    author = build_author(js.one_line(change, "owner", "username") or name or "unknown", name)
    title, replies = js.one_line(change, "subject"), js.count(change, "total_comment_count")
    head = Head(title, replies, *states.get(js.text(change, "status"), ()))
    return _summary(ref, author, js.time(change, "created"), head, response.url)


def fetch_bugzilla(ref: ThreadRef, _options: object) -> RequestGenerator[FetchResult]:
    """Fetch summary, reporter, date and state of a bug."""
    endpoint = f"{ref.url.partition('/show_bug.cgi')[0]}/rest/bug/{_number(ref)}"
    data = yield from get_json(endpoint)
    bug = js.dig(data, "bugs", 0)
    if not js.text(bug, "summary"):
        errors = {101: NotFound, 102: Forbidden}  # from old versions with status 200
        reason = js.one_line(data, "message") or "the response contains no bug"
        raise errors.get(js.count(data, "code") or 0, BadResponse)(ref.url, reason)
    # Logins and some names are email addresses; Bugzilla shows visitors only the first part.
    reporter = js.dig(bug, "creator_detail")
    names = (js.dig(reporter, "nick"), js.dig(bug, "creator"), js.dig(reporter, "real_name"))
    nick, login, name = (js.one_line(js.text(name).partition("@")[0]) for name in names)
    author = build_author(nick or login or "unknown", name)
    comments = js.count(bug, "comment_count")
    head = Head(js.one_line(bug, "summary"), comments - 1 if comments else None, "open")
    if js.dig(bug, "is_open") is False:
        head = head._replace(state="closed", since=js.time(bug, "cf_last_resolved"))
    return _summary(ref, author, js.time(bug, "creation_time"), head, endpoint)


def fetch_launchpad(ref: ThreadRef, _options: object) -> RequestGenerator[FetchResult]:
    """Fetch title, reporter, date, number of comments and state of a bug."""
    endpoint = f"https://api.launchpad.net/1.0/bugs/{_number(ref)}"
    bug = yield from get_json(endpoint)
    if js.flag(bug, "private"):
        raise Forbidden(ref.url, "a private bug")
    tasks = js.objects((yield from get_json(f"{endpoint}/bug_tasks")), "entries")
    # A bug is closed if it is for every project that it affects.
    is_closed = tasks and all(js.flag(task, "is_complete") for task in tasks)
    dates = [date for task in tasks if (date := js.time(task, "date_closed"))]
    handle = js.one_line(js.text(bug, "owner_link").partition("/~")[2])
    author = build_author(handle or "unknown", None, handle and f"https://launchpad.net/~{handle}")
    head = Head(js.one_line(bug, "title"), (js.count(bug, "message_count") or 1) - 1, "open")
    if is_closed:
        head = head._replace(state="closed", since=max(dates, default=None))
    return _summary(ref, author, js.time(bug, "date_created"), head, endpoint)


def _number(ref: ThreadRef) -> str:
    return ref.id.rpartition("/")[2]


def _summary(
    ref: ThreadRef, author: Author, posted: datetime | None, head: Head, endpoint: str
) -> FetchResult:
    url = _COMMENT.split(ref.url)[0]
    post = Post(id=ref.id, url=url, author=author.handle, posted=posted)
    return summary_of(build_thread(ref, [post], [author], endpoint=endpoint, head=head))


_FETCH = {"gerrit": fetch_gerrit, "bugzilla": fetch_bugzilla, "launchpad": fetch_launchpad}
SOURCES = [Source(platforms=(it,), fetch=_FETCH[it], only_summaries=True) for it in _FETCH]
