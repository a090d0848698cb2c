"""GitHub, and Forgejo and Gitea, whose API has the same shape: issues, pull requests, discussions.

Endpoints: https://docs.github.com/en/rest/issues, https://docs.github.com/en/rest/pulls and
https://docs.github.com/en/graphql/reference/objects#discussion; https://codeberg.org/api/swagger for Forgejo.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sphinx_thread_cards.snapshot import Author, Post, State
from sphinx_thread_cards.urls import Kind, ThreadRef

from thread_snapshots.html import RichText, parse_html, parse_markdown
from thread_snapshots.json_access import (
    as_id,
    as_list,
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
    BadResponse,
    FetchError,
    FetchOptions,
    FetchResult,
    Forbidden,
    Key,
    NotFound,
    RateLimited,
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
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from thread_snapshots.saved_file import SavedFile

_FULL = "application/vnd.github.full+json"  # text as Markdown and as HTML, with references resolved
_PAGE_SIZE = 100
_MAX_PAGES = 10
_CUT = "the first 1,000 comments only"
_ANCHOR = re.compile(
    r"#((?:issuecomment-|discussion_r|pullrequestreview-|discussioncomment-)[0-9]{1,20})"
)
_COMMENT = re.compile(r"(issuecomment|discussion_r|pullrequestreview)-?([0-9]{1,20})")
_COMMENT_PATHS = {
    "issuecomment": "issues/comments/{}",
    "discussion_r": "pulls/comments/{}",
    "pullrequestreview": "pulls/{number}/reviews/{}",
}
_USER = "author { __typename login avatarUrl ... on User { name } }"
_POST = f"url body bodyHTML createdAt lastEditedAt {_USER}"
_DISCUSSION = f"""\
query ($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussion(number: $number) {{
      databaseId number title isAnswered answerChosenAt closed closedAt locked {_POST}
      comments(first: {_PAGE_SIZE}, after: $after) {{
        totalCount pageInfo {{ hasNextPage endCursor }}
        nodes {{ isMinimized {_POST} replies(first: {_PAGE_SIZE}) {{ nodes {{ isMinimized {_POST} }} }} }}
      }}
    }}
  }}
}}"""
_SUMMARY = f"title createdAt closed closedAt locked {_USER} comments {{ totalCount }}"
_FRAGMENTS = {
    "I": f"fragment I on Issue {{ {_SUMMARY} }}",
    "P": f"fragment P on PullRequest {{ mergedAt {_SUMMARY} }}",
    "D": f"fragment D on Discussion {{ isAnswered answerChosenAt {_SUMMARY} }}",
}


# -- Requests ------------------------------------------------------------------


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the first post and the comments."""
    if ref.kind is Kind.DISCUSSION:
        return (yield from _fetch_discussion(ref, options))
    base = f"{_api(ref)}/repos/{_repository(ref)}"
    number = _number(ref)
    endpoint = f"{base}/issues/{number}"
    issue = yield from get_json(endpoint, accept=_FULL)
    items, missing = [issue], ""
    lists = [f"{endpoint}/comments"] if count(issue, "comments") != 0 else []
    if options.replies and dig(issue, "pull_request"):
        lists.append(f"{base}/pulls/{number}/reviews")
        if ref.platform == "github":
            lists.append(f"{base}/pulls/{number}/comments")
    while lists:
        url = lists.pop(0)
        for page in range(1, _MAX_PAGES + 1):
            found = objects(
                (yield from get_json(f"{url}?per_page={_PAGE_SIZE}&page={page}", accept=_FULL))
            )
            items += found
            # Forgejo ignores the page, and lists the comments on lines review by review.
            lists += [
                f"{url}/{as_id(item, 'id')}/comments"
                for item in found
                if count(item, "comments_count")
            ]
            if len(found) < _PAGE_SIZE or ref.platform == "forgejo":
                break
        else:
            missing = _CUT
    known = {_post_id(item) for item in items}
    for post in sorted(options.posts - known):
        if match := _COMMENT.fullmatch(post):
            path = _COMMENT_PATHS[match[1]].format(match[2], number=number)
            with suppress(NotFound, Forbidden, BadResponse):
                items.append((yield from get_json(f"{base}/{path}", accept=_FULL)))
    return _parse(ref, options, items, endpoint, missing)


def _fetch_discussion(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    owner, _, name = _repository(ref).partition("/")
    if owner == "orgs":
        raise BadResponse(ref.url, "the URL does not name the repository; use the one that does")
    variables: dict[str, object] = {"owner": owner, "name": name, "number": int(_number(ref))}
    pages: list[Any] = []
    missing = ""
    for _ in range(_MAX_PAGES):
        data = yield from _query(ref, _DISCUSSION, variables)
        pages.append(dig(data, "data", "repository", "discussion"))
        if not pages[-1]:
            error = NotFound if text(data, "errors", 0, "type") == "NOT_FOUND" else BadResponse
            raise error(
                ref.url, one_line(data, "errors", 0, "message") or "the response has no discussion"
            )
        comments = dig(pages[-1], "comments")
        if not flag(comments, "pageInfo", "hasNextPage"):
            break
        variables["after"] = text(comments, "pageInfo", "endCursor")
    else:
        missing = _CUT
    return _parse(ref, options, pages, _graphql_url(ref), missing)


def summarize(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch title, author, date, number of comments and state."""
    if ref.kind is Kind.DISCUSSION:
        result = (yield from summarize_batch([ref]))[ref.key]
        if isinstance(result, FetchError):
            raise result
        return result
    endpoint = f"{_api(ref)}/repos/{_repository(ref)}/issues/{_number(ref)}"
    issue = yield from get_json(endpoint)
    return summary_of(_parse(ref, FetchOptions(), [issue], endpoint, ""))


def summarize_batch(
    refs: Sequence[ThreadRef],
) -> RequestGenerator[Mapping[Key, FetchResult | FetchError]]:
    """Fetch summaries with one GraphQL request, in which each thread has an alias."""
    url, query = _graphql_url(refs[0]), ""
    for index, ref in enumerate(refs):
        owner, _, name = _repository(ref).partition("/")
        discussion = ref.kind is Kind.DISCUSSION
        field, content = (
            ("discussion", "...D") if discussion else ("issueOrPullRequest", "...I ...P")
        )
        item = f"item: {field}(number: {_number(ref)}) {{ {content} }}"
        query += f't{index}: repository(owner: "{owner}", name: "{name}") {{ {item} }} '
    fragments = [fragment for name, fragment in _FRAGMENTS.items() if f"...{name}" in query]
    data = yield from _query(refs[0], f"{{ {query}}} {' '.join(fragments)}")
    errors = {text(error, "path", 0): error for error in objects(data, "errors")}
    results: dict[Key, FetchResult | FetchError] = {}
    for index, ref in enumerate(refs):
        item, error = dig(data, "data", f"t{index}", "item"), errors.get(f"t{index}")
        try:
            if not item:
                # The repository of an organization's discussion is not known.
                unknown = text(error, "type") == "NOT_FOUND" and not ref.id.startswith("orgs/")
                reason = one_line(error, "message") or "the response has no thread"
                raise (NotFound if unknown else BadResponse)(ref.url, reason)
            results[ref.key] = summary_of(_parse(ref, FetchOptions(), [item], url, ""))
        except FetchError as failure:
            results[ref.key] = failure
    return results


def _query(ref: ThreadRef, query: str, variables: object = None) -> RequestGenerator[Any]:
    """Send a GraphQL query, which requires a token."""
    url = _graphql_url(ref)
    try:
        data = yield from get_json(url, {"query": query, "variables": variables})
    except (Forbidden, RateLimited) as error:  # GitHub reports a missing token as a rate limit of 0
        reason = f"{error.reason}; GitHub requires a token here, set GITHUB_TOKEN"
        raise type(error)(url, reason, status=error.status, retry_after=error.retry_after) from None
    if text(data, "errors", 0, "type") == "RATE_LIMITED":
        raise RateLimited(url, "rate limited")
    return data


def _site(ref: ThreadRef) -> str:
    """Return the URL of the server, with the folder that it may be in."""
    return (
        ref.url.partition(f"/{ref.community}/")[0]
        if ref.platform == "forgejo"
        else f"https://{ref.host}"
    )


def _api(ref: ThreadRef) -> str:
    if ref.platform == "forgejo":
        return f"{_site(ref)}/api/v1"
    hosted = ref.host == "github.com" or ref.host.endswith(".ghe.com")
    return f"https://api.{ref.host}" if hosted else f"https://{ref.host}/api/v3"


def _graphql_url(ref: ThreadRef) -> str:
    return f"{_api(ref).removesuffix('/v3')}/graphql"


def _repository(ref: ThreadRef) -> str:
    """Return ``owner/name`` as in the URL; the id has it in lower case."""
    path, community = ref.id.rpartition("/")[0], ref.community or ""
    return community if community.lower() == path else path


def _number(ref: ThreadRef) -> str:
    return ref.id.rpartition("/")[2]


# -- Responses -----------------------------------------------------------------

_PRIVATE_IMAGE = re.compile(
    r"https://private-user-images\.githubusercontent\.com/[^\s\"'<>]{0,200}?"
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[^\s\"'<>]*"
)
_PROXIED_IMAGE = re.compile(
    r'src="(https://camo\.githubusercontent\.com/[^"<>]+)"[^<>]{0,3000}? data-canonical-src="([^"<>]+)"'
)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a response of the API, a list of several, or the output of ``gh issue view --json ...``."""
    items = [item for part in as_list(file.json()) for item in objects(as_list(part))]
    issue = next((item for item in items if "title" in item), None)
    if issue is None or dig(issue, "number") not in (int(_number(ref)), None):
        raise BadResponse(file.name, f"the file does not contain {ref.number}")
    cut = len(list(_comments(items))) < (_comment_count(issue) or 0)
    return _parse(ref, options, items, "file", "some comments are not in the file" if cut else "")


def _parse(
    ref: ThreadRef, options: FetchOptions, items: list[Any], endpoint: str, missing: str
) -> FetchResult:
    """Build a thread from issues, discussions, comments and reviews; the first with a title opens it."""
    page, site = ref.url.partition("#")[0], _site(ref)
    issue = next((item for item in objects(items) if "title" in item), None)
    if issue is None:
        raise BadResponse(endpoint, f"the response is not {ref.number}")
    authors: dict[str, Author] = {}
    parents: dict[str, str] = {}
    comments: list[Post] = []

    def build_post(item: object, id_: str, url: str, reply_to: str) -> Post:
        author = _author(item, site)
        authors.setdefault(author.handle, author)
        content = _rich_text(item, url)
        times = (
            time(item, name) for name in ("created_at", "createdAt", "submitted_at", "submittedAt")
        )
        return Post(
            id=id_,
            url=url,
            author=author.handle,
            reply_to=reply_to or None,
            posted=next(filter(None, times), None),
            edited=time(item, "lastEditedAt"),
            blocks=content.blocks,
            media=content.media,
        )

    first = build_post(issue, _first_id(ref, options, issue), page, "")
    for index, (item, parent) in enumerate(_comments(items)):
        id_ = _post_id(item) or f"comment-{index}"
        answered, review = as_id(item, "in_reply_to_id"), as_id(item, "pull_request_review_id")
        reply_to = f"discussion_r{answered}" if answered else parent
        parents[id_] = reply_to or (f"pullrequestreview-{review}" if review else "")
        post = build_post(item, id_, safe_url(f"{page}#{id_}") or page, reply_to)
        hidden = flag(item, "isMinimized") or bool(dig(item, "minimized"))
        # A review may be an approval without text.
        if id_ in options.posts or ((post.blocks or post.media) and not hidden):
            comments.append(post)
    return build_thread(
        ref,
        filter_replies([first, *depth_first(comments, parents)], options),
        authors,
        endpoint=endpoint,
        title=one_line(issue, "title"),
        replies=_comment_count(issue),
        state=_state(issue),
        missing=missing,
    )


def _state(item: object) -> tuple[State | None, datetime | None]:
    """Return the state of an issue, pull request or discussion, and since when."""
    if merged := time(item, "pull_request", "merged_at") or time(item, "mergedAt"):
        return "merged", merged
    if flag(item, "isAnswered"):
        return "answered", time(item, "answerChosenAt")
    closed = time(item, "closed_at") or time(item, "closedAt")
    if closed or text(item, "state").lower() == "closed" or flag(item, "closed"):
        return "closed", closed
    if flag(item, "locked") or flag(item, "is_locked"):
        return "locked", None
    known = dig(item, "state") is not None or dig(item, "closed") is not None
    return ("open" if known else None), None


def _comments(items: list[Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield comments and reviews, and those in issues and discussions, with the id of the comment around them."""
    for item in objects(items):
        if "title" not in item:
            yield item, ""
        for name in ("comments", "reviews"):
            for comment in objects(item, name) or objects(item, name, "nodes"):
                yield comment, ""
                for reply in objects(comment, "replies", "nodes"):
                    yield reply, _post_id(comment)


def _comment_count(issue: object) -> int | None:
    """Return the number of comments: a number, a number in an object, or the length of a list."""
    comments = dig(issue, "comments")
    if isinstance(comments, list):
        return len(comments)
    return count(comments, "totalCount") if isinstance(comments, dict) else count(comments)


def _post_id(item: object) -> str:
    """Return the anchor of a comment or review; without one, its id."""
    match = _ANCHOR.search(text(item, "html_url") or text(item, "url"))
    return match[1] if match else as_id(item, "id")


def _first_id(ref: ThreadRef, options: FetchOptions, issue: object) -> str:
    """Return the anchor of the first post: from the response, else from a URL that cites it; else the number."""
    kind = "discussion" if ref.kind is Kind.DISCUSSION else "issue"
    number = as_id(issue, "databaseId") or as_id(issue, "id")
    # A pull request has two ids; the anchor is the one as an issue.
    if number.isdecimal() and dig(issue, "issue_url") is None:
        return f"{kind}-{number}"
    return next(
        (post for post in sorted(options.posts) if post.startswith(f"{kind}-")), _number(ref)
    )


def _author(item: object, site: str) -> Author:
    user = dig(item, "user") or dig(item, "author")
    login = one_line(user, "login") or "ghost"  # what GitHub shows for deleted accounts
    avatar = text(user, "avatar_url") or text(user, "avatarUrl")
    bot = login.removeprefix("app/").removesuffix("[bot]")
    if bot != login or text(user, "__typename") == "Bot":
        return build_author(f"{bot}[bot]", None, f"{site}/apps/{bot}", avatar)
    name = one_line(user, "name") or one_line(user, "full_name")
    return build_author(login, name, f"{site}/{login}", avatar)


def _rich_text(item: object, url: str) -> RichText:
    html, markdown = text(item, "body_html") or text(item, "bodyHTML"), text(item, "body")
    if "email-fragment" in html:  # plain text with line breaks; the quoted message is hidden
        html = html.partition('<span class="email-hidden-toggle">')[0].replace("\n", "<br>")
    if not html or "js-suggested-changes" in html:  # a suggested change is a table of lines there
        return parse_markdown(markdown, url, breaks=True)

    def original(match: re.Match[str]) -> str:
        given = re.search(
            rf"https://github\.com/[\w./-]{{1,200}}/assets/(?:\d+/)?{match[1]}", markdown
        )
        return given[0] if given else f"https://github.com/user-attachments/assets/{match[1]}"

    # The URLs of GitHub's copies of images expire.
    for proxied, given in _PROXIED_IMAGE.findall(html):
        html = html.replace(proxied, given)
    return parse_html(_PRIVATE_IMAGE.sub(original, html), url)


SOURCE = Source(
    platforms=("github",),
    fetch=fetch,
    read_file=read_file,
    summarize=summarize,
    summarize_batch=summarize_batch,
)
FORGEJO = Source(platforms=("forgejo",), fetch=fetch, read_file=read_file, summarize=summarize)
