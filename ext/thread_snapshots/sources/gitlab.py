"""GitLab: issues, merge requests, work items and epics, on any server. ``_gitlab_items.py`` reads the answers.

GraphQL (https://docs.gitlab.com/api/graphql/) shows the comments of public projects to everybody, as GitLab's own pages
ask it for them. Without it: https://docs.gitlab.com/api/issues/ and the like for the description, and for the comments
what older pages ask for, then https://docs.gitlab.com/api/notes/, which many servers show only to those who log in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from thread_snapshots.assemble import found_of, of_discussion
from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound, RateLimited, Unreachable
from thread_snapshots.shape import at, count, flag, line, objects, text
from thread_snapshots.sources import _forge as forge
from thread_snapshots.sources import _gitlab_items as gitlab
from thread_snapshots.sources._discussions import depth_first
from thread_snapshots.steps import Asking, Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.urls import Kind, ThreadRef

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.thread import Author, Post

_FIRST_ONLY = "the first post only; the server shows comments to those who are logged in"
_CUT = "the first 1,000 comments only"
_AUTHOR = "author { username name webUrl avatarUrl }"
_NOTE = f"id body bodyHtml system internal createdAt lastEditedAt {_AUTHOR}"
_HEAD = f"iid title createdAt {_AUTHOR}"
_PAGED = "pageInfo { hasNextPage endCursor }"
_NOTES = f"notes(first: {forge.PER_PAGE}, after: $after) {{ {_PAGED} nodes {{ {_NOTE} discussion {{ id }} }} }}"
_TEXT = "description descriptionHtml"
_QUERIES = {
    Kind.ISSUE: f"project(fullPath: $path) {{ item: issue(iid: $iid) {{ {_HEAD} {_TEXT} confidential userNotesCount"
    f" {_NOTES} }} }}",
    Kind.MERGE_REQUEST: f"project(fullPath: $path) {{ item: mergeRequest(iid: $iid) {{ {_HEAD} {_TEXT} userNotesCount"
    f" {_NOTES} }} }}",
    # Epics have become work items of groups.
    Kind.EPIC: f"project: namespace(fullPath: $path) {{ item: workItem(iid: $iid) {{ {_HEAD} confidential widgets {{"
    f" ... on WorkItemWidgetDescription {{ {_TEXT} lastEditedAt }}"
    f" ... on WorkItemWidgetNotes {{ discussions(first: {forge.PER_PAGE}, after: $after, filter: ONLY_COMMENTS) {{"
    f" nodes {{ id notes {{ nodes {{ {_NOTE} }} }} }} }} }} }} }} }}",
}


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the description and the comments."""
    got = yield from _ask_thread(ref)
    found = list(gitlab.items(got.parts, _number(ref)))
    if forge.first_in(found) is None:
        raise BadAnswer(got.endpoint, f"the answer is not {ref.number}")
    return read(ref, wish, found, got.endpoint, got.note)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read what one of the interfaces answered."""
    found = list(gitlab.items(file.json(), _number(ref)))
    missing = forge.missing_in(file, ref, found, len(_said(found)), _total(forge.first_in(found)))
    return read(ref, wish, found, "file", missing)


def _said(found: forge.Items) -> forge.Items:
    return [(item, thread) for item, thread in found if not forge.begins(item) and gitlab.is_said(item)]


def _total(first: object) -> int | None:
    found = count(first, "user_notes_count")
    return found if found is not None else count(first, "userNotesCount")


def _site(ref: ThreadRef) -> str:
    """The server, as an address without a path."""
    return ref.url[: ref.url.index("/", len("https://"))]


def _number(ref: ThreadRef) -> str:
    """The number by which the project knows it (``iid``)."""
    return ref.id.rpartition("/")[2]


def _ask_thread(ref: ThreadRef) -> Asking[forge.Got]:
    """Ask GraphQL, and where it does not answer, the other interfaces."""
    try:
        return (yield from _ask_graphql(ref))
    except (BadAnswer, Forbidden, NotFound):
        return (yield from _ask_rest(ref))


def _ask_graphql(ref: ThreadRef) -> Asking[forge.Got]:
    url = f"{_site(ref)}/api/graphql"
    query = f"query ($path: ID!, $iid: String!, $after: String) {{ {_QUERIES[ref.kind]} }}"
    variables: dict[str, object] = {"path": ref.community, "iid": _number(ref)}
    parts: list[object] = []
    for _ in range(forge.MOST_PAGES):
        answer = yield from ask_json(url, data={"query": query, "variables": variables})
        item = at(answer, "data", "project", "item")
        if not isinstance(item, dict):
            raise BadAnswer(url, "the server does not tell of it")
        parts.append(item)
        lists = [at(item, "notes"), *(at(widget, "discussions") for widget in objects(item, "widgets"))]
        page = next((at(part, "pageInfo") for part in lists if flag(part, "pageInfo", "hasNextPage")), None)
        if page is None:
            return forge.Got(parts=parts, endpoint=url)
        variables["after"] = text(page, "endCursor")
    return forge.Got(parts=parts, endpoint=url, note=_CUT)


def _ask_rest(ref: ThreadRef) -> Asking[forge.Got]:
    segment = ref.id.rsplit("/", 2)[1]
    of = "groups" if ref.kind is Kind.EPIC else "projects"
    url = f"{_site(ref)}/api/v4/{of}/{quote(ref.community or '', safe='')}/{segment}/{_number(ref)}"
    item = yield from ask_json(url)
    if count(item, "user_notes_count") == 0:
        return forge.Got(parts=[item], endpoint=url)
    notes, note = yield from _ask_notes(ref, url)
    return forge.Got(parts=[item, *notes], endpoint=url, note=note)


def _ask_notes(ref: ThreadRef, url: str) -> Asking[tuple[list[object], str]]:
    """The comments, first as the page asks for them: some servers show them to everybody only so."""
    try:
        discussions = yield from ask_json(f"{ref.url.partition('#')[0]}/discussions.json")
        if isinstance(discussions, list):
            return discussions, ""
    except (RateLimited, Unreachable):
        raise
    except FetchError:
        pass
    notes, missing = yield from forge.ask_list(f"{url}/notes?sort=asc&")
    return notes, missing if notes else missing and _FIRST_ONLY


def read(ref: ThreadRef, wish: Wish, found: forge.Items, endpoint: str, note: str = "") -> Found:
    """The description and the comments, as a thread.

    :param found: as :func:`_gitlab_items.items` gives it.
    :param note: what is known to be missing.
    """
    first, page, site = forge.first_in(found), ref.url.partition("#")[0], _site(ref)
    if flag(first, "confidential"):
        raise Forbidden(ref.url, "it is confidential")
    people: dict[str, Author] = {}
    posts: list[Post] = []
    if first is not None:
        posts.append(gitlab.first_post(first, page, _meet(first, site, people)))
    starts: dict[str, str] = {}
    said: list[Post] = []
    for index, (item, thread) in enumerate(_said(found)):
        id_ = gitlab.note_id(item) or f"note-{index}"
        post = gitlab.note_post(item, f"{page}#{id_}", _meet(item, site, people), gitlab.files_of(first))
        start = starts.setdefault(thread or id_, id_)
        said.append(replace(post, id=id_, answers=start if start != id_ else None))
    posts += depth_first(said, {post.id: post.answers or "" for post in said})
    kept = posts if first is None else of_discussion(posts, wish)
    title, replies = line(first, "title"), _total(first)
    return found_of(ref, kept, people, title=title, endpoint=endpoint, replies=replies, missing=note)


def _meet(item: object, site: str, people: dict[str, Author]) -> str:
    author = gitlab.author_of(item, site)
    people.setdefault(author.handle, author)
    return author.handle


SOURCE = Source(name="gitlab", steps=steps, saved=saved)
