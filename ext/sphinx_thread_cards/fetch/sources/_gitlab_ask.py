"""What is asked of GitLab for a thread, and the answers as they came; ``_gitlab_items.py`` reads them.

GraphQL (https://docs.gitlab.com/api/graphql/) shows the comments of public projects to everybody, as GitLab's own pages
ask it for them. Without it: https://docs.gitlab.com/api/issues/ and the like for the description, and for the comments
what older pages ask for, then https://docs.gitlab.com/api/notes/, which many servers show only to those who log in.
"""

from __future__ import annotations

from urllib.parse import quote

from sphinx_thread_cards.fetch.errors import BadAnswer, FetchError, Forbidden, NotFound, RateLimited, Unreachable
from sphinx_thread_cards.fetch.shape import at, count, flag, objects, text
from sphinx_thread_cards.fetch.sources._forge import MOST_PAGES, PER_PAGE, Got, ask_list
from sphinx_thread_cards.fetch.steps import Asking, ask_json
from sphinx_thread_cards.model import Kind, ThreadRef

_FIRST_ONLY = "the first post only; the server shows comments to those who are logged in"
_CUT = "the first 1,000 comments only"
_AUTHOR = "author { username name webUrl avatarUrl }"
_NOTE = f"id body bodyHtml system internal createdAt lastEditedAt {_AUTHOR}"
_HEAD = f"iid title createdAt {_AUTHOR}"
_PAGED = "pageInfo { hasNextPage endCursor }"
_NOTES = f"notes(first: {PER_PAGE}, after: $after) {{ {_PAGED} nodes {{ {_NOTE} discussion {{ id }} }} }}"
_TEXT = "description descriptionHtml"
_QUERIES = {
    Kind.ISSUE: f"project(fullPath: $path) {{ item: issue(iid: $iid) {{ {_HEAD} {_TEXT} confidential userNotesCount"
    f" {_NOTES} }} }}",
    Kind.MERGE_REQUEST: f"project(fullPath: $path) {{ item: mergeRequest(iid: $iid) {{ {_HEAD} {_TEXT} userNotesCount"
    f" {_NOTES} }} }}",
    # Epics have become work items of groups.
    Kind.EPIC: f"project: namespace(fullPath: $path) {{ item: workItem(iid: $iid) {{ {_HEAD} confidential widgets {{"
    f" ... on WorkItemWidgetDescription {{ {_TEXT} lastEditedAt }}"
    f" ... on WorkItemWidgetNotes {{ discussions(first: {PER_PAGE}, after: $after, filter: ONLY_COMMENTS) {{ {_PAGED}"
    f" nodes {{ id notes {{ nodes {{ {_NOTE} }} }} }} }} }} }} }} }}",
}


def site_of(ref: ThreadRef) -> str:
    """The server, as an address without a path."""
    return ref.url[: ref.url.index("/", len("https://"))]


def number_of(ref: ThreadRef) -> str:
    """The number by which the project knows it (``iid``)."""
    return ref.id.rpartition("/")[2]


def ask_thread(ref: ThreadRef) -> Asking[Got]:
    """Ask GraphQL, and where it does not answer, the other interfaces."""
    try:
        return (yield from _ask_graphql(ref))
    except (BadAnswer, Forbidden, NotFound):
        return (yield from _ask_rest(ref))


def _ask_graphql(ref: ThreadRef) -> Asking[Got]:
    url = f"{site_of(ref)}/api/graphql"
    query = f"query ($path: ID!, $iid: String!, $after: String) {{ {_QUERIES[ref.kind]} }}"
    variables: dict[str, object] = {"path": ref.community, "iid": number_of(ref)}
    parts: list[object] = []
    for _ in range(MOST_PAGES):
        answer = yield from ask_json(url, data={"query": query, "variables": variables})
        item = at(answer, "data", "project", "item")
        if not isinstance(item, dict):
            raise BadAnswer(url, "the server does not tell of it")
        parts.append(item)
        lists = [at(item, "notes"), *(at(widget, "discussions") for widget in objects(item, "widgets"))]
        page = next((at(part, "pageInfo") for part in lists if flag(part, "pageInfo", "hasNextPage")), None)
        if page is None:
            return Got(parts=parts, endpoint=url)
        variables["after"] = text(page, "endCursor")
    return Got(parts=parts, endpoint=url, note=_CUT)


def _ask_rest(ref: ThreadRef) -> Asking[Got]:
    segment = ref.id.rsplit("/", 2)[1]
    of = "groups" if ref.kind is Kind.EPIC else "projects"
    url = f"{site_of(ref)}/api/v4/{of}/{quote(ref.community or '', safe='')}/{segment}/{number_of(ref)}"
    item = yield from ask_json(url)
    if count(item, "user_notes_count") == 0:
        return Got(parts=[item], endpoint=url)
    notes, note = yield from _ask_notes(ref, url)
    return Got(parts=[item, *notes], endpoint=url, note=note)


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
    notes, missing = yield from ask_list(f"{url}/notes?sort=asc&")
    return notes, missing if notes else missing and _FIRST_ONLY
