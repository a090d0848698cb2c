"""What is asked of GitHub for a thread, and the answers as they came; ``_github_items.py`` reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound, RateLimited
from thread_snapshots.shape import at, count, flag, ident, objects, text
from thread_snapshots.sources._forge import MOST_PAGES, Got, ask_list
from thread_snapshots.steps import Asking, Wish, ask_json, ask_page

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef

# With the text as Markdown and as HTML, in which mentions, references and emoji are resolved.
_FULL = "application/vnd.github.full+json"
_NAMES = {"issuecomment": "issues/comments/{}", "discussion_r": "pulls/comments/{}"}
_POST = re.compile(r"(issuecomment|discussion_r|pullrequestreview)-?([0-9]{1,20})")
_NEEDS_TOKEN = "GitHub shows this discussion only to programs with a token; set GITHUB_TOKEN"  # noqa: S105 - a message
_POST_FIELDS = (
    "databaseId url body bodyHTML createdAt lastEditedAt author { __typename login avatarUrl ... on User { name } }"
)
_DISCUSSION = (
    "query ($owner: String!, $name: String!, $number: Int!, $after: String) {"
    " repository(owner: $owner, name: $name) { discussion(number: $number) {"
    f" __typename number title {_POST_FIELDS}"
    " comments(first: 50, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {"
    f" __typename isMinimized {_POST_FIELDS}"
    " replies(first: 100) { pageInfo { hasNextPage } nodes {"
    f" __typename isMinimized {_POST_FIELDS}"
    " } } } } } } }"
)


def api(host: str) -> str:
    """Address of the interface of github.com, of a tenant of ghe.com, or of a company's own server."""
    if host == "github.com" or host.endswith(".ghe.com"):
        return f"https://api.{host}"
    return f"https://{host}/api/v3"


def _place(ref: ThreadRef) -> tuple[str, str]:
    """Owner and repository, as they were written, and the number; the id has them in lower case."""
    place, number = ref.id.rsplit("/", 1)
    written = ref.community or ""
    return written if written.lower() == place else place, number


def ask_issue(ref: ThreadRef, wish: Wish) -> Asking[Got]:
    """An issue or a pull request, with its comments."""
    place, number = _place(ref)
    base = f"{api(ref.host)}/repos/{place}"
    endpoint = f"{base}/issues/{number}"
    issue = yield from ask_json(endpoint, accept=_FULL)
    parts, note = [issue], ""
    if count(issue, "comments") != 0:
        comments, note = yield from ask_list(f"{endpoint}/comments?", count(issue, "comments"), _FULL)
        parts += comments
    if wish.replies and at(issue, "pull_request"):
        for part in ("reviews", "comments"):
            said, missing = yield from ask_list(f"{base}/pulls/{number}/{part}?", accept=_FULL)
            parts += said
            note = note or missing
    have = {text(part, "html_url").partition("#")[2] for part in parts}
    for post in sorted(wish.posts - have):
        parts += yield from _ask_one(base, number, post)
    return Got(parts=parts, endpoint=endpoint, note=note)


def _ask_one(base: str, number: str, post: str) -> Asking[list[object]]:
    """A cited post that the lists did not hold; none, if it is gone."""
    match = _POST.fullmatch(post)
    if match is None:
        return []
    path = _NAMES.get(match[1], f"pulls/{number}/reviews/{{}}").format(match[2])
    try:
        answer = yield from ask_json(f"{base}/{path}", accept=_FULL)
    except (NotFound, Forbidden, BadAnswer):
        return []
    return [answer]


def ask_discussion(ref: ThreadRef, wish: Wish) -> Asking[Got]:
    """A discussion: by the interface that needs no token, else by the one that does."""
    place, number = _place(ref)
    if place.startswith("orgs/"):
        place = yield from _ask_repository(ref)
    endpoint = f"{api(ref.host)}/repos/{place}/discussions/{number}"
    try:
        first = yield from ask_json(endpoint, accept=_FULL)
        said, note = yield from ask_list(f"{endpoint}/comments?", count(first, "comments"), _FULL)
    except (Forbidden, NotFound, BadAnswer) as error:
        return (yield from _instead(ref, place, error))
    answers = sum(ident(part, "parent_id") != "" for part in said)
    due = sum(count(part, "child_comment_count") or 0 for part in said)
    missing = note or ("the answers to comments are missing" if answers < due else "")
    got = Got(parts=[first, *said], endpoint=endpoint, note=missing)
    have = {text(part, "html_url").partition("#")[2] for part in said}
    if missing and (wish.replies or wish.posts - have):
        try:
            return (yield from _ask_graphql(ref, place))
        except FetchError:
            return got
    return got


def _instead(ref: ThreadRef, place: str, error: FetchError) -> Asking[Got]:
    try:
        return (yield from _ask_graphql(ref, place))
    except (Forbidden, RateLimited) as refused:
        # Without a token, this says nothing of the discussion; the first answer does.
        if isinstance(error, NotFound):
            raise error from None
        raise Forbidden(refused.url, _NEEDS_TOKEN, status=refused.status) from None


def _ask_graphql(ref: ThreadRef, place: str) -> Asking[Got]:
    base = api(ref.host)
    url = f"{base.removesuffix('/v3')}/graphql"
    owner, _, name = place.partition("/")
    variables: dict[str, object] = {"owner": owner, "name": name, "number": int(ref.id.rsplit("/", 1)[1])}
    parts: list[object] = []
    for _ in range(2 * MOST_PAGES):
        answer = yield from ask_json(url, data={"query": _DISCUSSION, "variables": variables})
        discussion = at(answer, "data", "repository", "discussion")
        if not isinstance(discussion, dict):
            raise _refusal(url, answer)
        parts.append(discussion)
        if not flag(discussion, "comments", "pageInfo", "hasNextPage"):
            return Got(parts=parts, endpoint=url, note=_cut(parts))
        variables["after"] = text(discussion, "comments", "pageInfo", "endCursor")
    return Got(parts=parts, endpoint=url, note="the first 1,000 comments only")


def _cut(parts: list[object]) -> str:
    comments = [comment for part in parts for comment in objects(part, "comments", "nodes")]
    long = any(flag(comment, "replies", "pageInfo", "hasNextPage") for comment in comments)
    return "the first 100 answers to each comment only" if long else ""


def _refusal(url: str, answer: Any) -> FetchError:  # noqa: ANN401 - what JSON holds
    kinds = {text(error, "type") for error in objects(answer, "errors")}
    if "NOT_FOUND" in kinds:
        return NotFound(url, "there is no such discussion")
    if "FORBIDDEN" in kinds:
        return Forbidden(url, "the server does not show it to everybody")
    return BadAnswer(url, "there is no discussion in the answer")


def _ask_repository(ref: ThreadRef) -> Asking[str]:
    """Which repository holds an organisation's discussion; only its page tells."""
    organisation, number = ref.id.split("/")[1:]
    page = yield from ask_page(ref.url.partition("#")[0])
    name = rf"({re.escape(organisation)}/(?!\.{{1,2}}[\"/])[A-Za-z0-9._-]{{1,100}})"
    for pattern in (rf'repository_nwo"? content="{name}"', rf"[\"/=]{name}/discussions/{number}\b"):
        if found := re.search(pattern, f'"{page.url}"\n{page.text}', re.IGNORECASE):
            return found[1].lower()
    raise BadAnswer(ref.url, "the page does not tell which repository holds the discussion")
