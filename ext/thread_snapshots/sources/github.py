"""GitHub, and Forgejo and Gitea, whose API has the same shape: issues, pull requests, discussions.

Endpoints: https://docs.github.com/en/rest/issues, https://docs.github.com/en/rest/pulls and
https://docs.github.com/en/graphql/reference/objects#discussion; https://codeberg.org/api/swagger for Forgejo.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sphinx_thread_cards.snapshot import Author, Post, State
from sphinx_thread_cards.urls import Kind, ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots import source
from thread_snapshots.errors import BadResponse, FetchError, Forbidden, NotFound, RateLimited
from thread_snapshots.html import RichText, parse_html, parse_markdown
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import (
    Head,
    build_author,
    build_thread,
    depth_first,
    summary_of,
)

_FULL = "application/vnd.github.full+json"  # text as Markdown and as HTML, with references resolved
_PAGE_SIZE = 100
_MAX_PAGES = 10
_CUT = "only the first 1,000 comments"
_ANCHOR = re.compile(r"#((?:[a-z]+-|discussion_r)[0-9]{1,20})$")
_COMMENT = re.compile(r"(issuecomment-|discussion_r|pullrequestreview-)([0-9]{1,20})")
# The aliases are the names of the REST API.
_HEAD = """created_at: createdAt
user: author { login avatar_url: avatarUrl html_url: url ... on User { name } }"""
_POST = f"html_url: url body body_html: bodyHTML edited_at: lastEditedAt {_HEAD}"
_COMMENT_FIELDS = f"minimized: isMinimized reply_to: replyTo {{ html_url: url }} {_POST}"
_DISCUSSION = f"""\
query ($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussion(number: $number) {{
      id: databaseId title answered_at: answerChosenAt closed_at: closedAt locked {_POST}
      comments(first: {_PAGE_SIZE}, after: $after) {{
        totalCount pageInfo {{ hasNextPage endCursor }}
        nodes {{ {_COMMENT_FIELDS} replies(first: {_PAGE_SIZE}) {{ nodes {{ {_COMMENT_FIELDS} }} }} }}
      }}
    }}
  }}
}}"""
_SUMMARY = f"title closed_at: closedAt locked comments {{ totalCount }} {_HEAD}"
_FRAGMENTS = {
    "...I": f"fragment I on Issue {{ {_SUMMARY} }}",
    "...P": f"fragment P on PullRequest {{ merged_at: mergedAt {_SUMMARY} }}",
    "...D": f"fragment D on Discussion {{ answered_at: answerChosenAt {_SUMMARY} }}",
}


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the first post and the comments."""
    if ref.kind is Kind.DISCUSSION:
        return (yield from _fetch_discussion(ref, options))
    owner, name, number = _path(ref)
    endpoint = f"{_api(ref)}/repos/{owner}/{name}/issues/{number}"
    response = yield source.Request(url=endpoint, accept=_FULL)
    issue = response.json()
    # GitHub redirects the URL of a transferred issue, but not those of its comments.
    base, _, number = response.url.rpartition("/issues/")
    if options.summary:
        return _parse(ref, options, [issue], endpoint)
    items, missing, reviews = [issue], "", f"pulls/{number}/reviews"
    lists = [f"{base}/issues/{number}/comments"] if js.count(issue, "comments") != 0 else []
    if options.replies and js.dig(issue, "pull_request"):
        lists.append(f"{base}/{reviews}")
        if ref.platform == "github":
            lists.append(f"{base}/pulls/{number}/comments")
    while lists:
        url = lists.pop(0)
        for page in range(1, _MAX_PAGES + 1):
            page_url = f"{url}?per_page={_PAGE_SIZE}&page={page}"
            found = js.objects((yield from get_json(page_url, accept=_FULL)))
            items += found
            # Forgejo ignores the page, and lists the comments on lines review by review.
            ids = (js.as_id(item, "id") for item in found if js.count(item, "comments_count"))
            lists += [f"{url}/{id_}/comments" for id_ in ids]
            if len(found) < _PAGE_SIZE or ref.platform == "forgejo":
                break
        else:
            missing = _CUT
    paths = {"issuecomment-": "issues/comments", "discussion_r": "pulls/comments"}
    for post in sorted(options.posts - set(map(_post_id, items))):
        if match := _COMMENT.fullmatch(post):
            url = f"{base}/{paths.get(match[1], reviews)}/{match[2]}"
            with suppress(NotFound, Forbidden, BadResponse):
                items.append((yield from get_json(url, accept=_FULL)))
    return _parse(ref, options, items, endpoint, missing)


def _fetch_discussion(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    owner, name, number = _path(ref)
    variables: dict[str, object] = {"owner": owner, "name": name, "number": int(number)}
    comments, missing = [], _CUT
    for _ in range(_MAX_PAGES):
        data = yield from _query(ref, _DISCUSSION, variables)
        discussion = js.dig(data, "data", "repository", "discussion")
        if not discussion:
            raise _graphql_error(ref, js.dig(data, "errors", 0))
        for comment in js.objects(discussion, "comments", "nodes"):
            comments += [comment, *js.objects(comment, "replies", "nodes")]
        page = js.dig(discussion, "comments", "pageInfo")
        if not js.flag(page, "hasNextPage"):
            missing = ""
            break
        variables["after"] = js.text(page, "endCursor")
    return _parse(ref, options, [discussion, *comments], _graphql_url(ref), missing)


def summarize_batch(refs: Sequence[ThreadRef]) -> RequestGenerator[list[FetchResult | FetchError]]:
    """Fetch summaries with one GraphQL request, in which each thread has an alias."""
    query = ""
    for index, ref in enumerate(refs):
        owner, name, number = _path(ref)
        if ref.kind is Kind.DISCUSSION:
            item = f"discussion(number: {number}) {{ ...D }}"
        else:
            item = f"issueOrPullRequest(number: {number}) {{ ...I ...P }}"
        query += f't{index}: repository(owner: "{owner}", name: "{name}") {{ item: {item} }} '
    fragments = " ".join(text for name, text in _FRAGMENTS.items() if name in query)
    data = yield from _query(refs[0], f"{{ {query}}} {fragments}")
    errors = {js.text(error, "path", 0): error for error in js.objects(data, "errors")}
    results: list[FetchResult | FetchError] = []
    for index, ref in enumerate(refs):
        try:
            item = js.dig(data, "data", f"t{index}", "item")
            if not item:
                raise _graphql_error(ref, errors.get(f"t{index}"))
            results.append(summary_of(_parse(ref, FetchOptions(), [item], _graphql_url(ref))))
        except FetchError as error:
            results.append(error)
    return results


def _query(ref: ThreadRef, query: str, variables: object = None) -> RequestGenerator[Any]:
    url = _graphql_url(ref)
    try:
        data = yield from get_json(url, {"query": query, "variables": variables})
    except (Forbidden, RateLimited) as error:  # GitHub reports a missing token as a rate limit of 0
        reason = f"{error.reason}; GitHub requires a token here: set GITHUB_TOKEN"
        raise type(error)(url, reason, status=error.status, retry_after=error.retry_after) from None
    if js.text(data, "errors", 0, "type") == "RATE_LIMITED":
        raise RateLimited(url, "rate limited")
    return data


def _graphql_error(ref: ThreadRef, error: object) -> FetchError:
    if ref.id.startswith("orgs/"):
        return BadResponse(ref.url, "the URL does not name the repository; use one that does")
    not_found = js.text(error, "type") == "NOT_FOUND"
    reason = js.one_line(error, "message") or "the response has no thread"
    return (NotFound if not_found else BadResponse)(ref.url, reason)


def _path(ref: ThreadRef) -> list[str]:
    """Return the owner, the name of the repository, and the number."""
    return ref.id.split("/")[-3:]


def _api(ref: ThreadRef) -> str:
    if ref.platform == "forgejo":  # may be in a folder of the server
        return f"{ref.url.partition(f'/{ref.community}/')[0]}/api/v1"
    hosted = ref.host == "github.com" or ref.host.endswith(".ghe.com")
    return f"https://api.{ref.host}" if hosted else f"https://{ref.host}/api/v3"


def _graphql_url(ref: ThreadRef) -> str:
    return f"{_api(ref).removesuffix('/v3')}/graphql"


_PRIVATE_IMAGE = re.compile(
    r"(https://private-user-images\.githubusercontent\.com/[^\s\"'<>]{0,200}?"
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[^\s\"'<>]*)"
)
_PROXIED_IMAGE = re.compile(
    r'src="(https://camo\.githubusercontent\.com/[^"<>]+)"[^<>]{0,3000}? data-canonical-src="([^"<>]+)"'
)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a response of the REST API, or a list of several."""
    items = [item for part in js.as_list(file.json()) for item in js.objects(js.as_list(part))]
    items.sort(key=lambda item: "title" not in item)
    if js.as_id(items, 0, "number") != _path(ref)[-1]:
        raise BadResponse(file.name, f"the file does not contain {ref.number}")
    cut = len(items) <= (js.count(items, 0, "comments") or 0)
    return _parse(ref, options, items, "file", "some comments are not in the file" if cut else "")


def _parse(
    ref: ThreadRef, options: FetchOptions, items: list[Any], endpoint: str, missing: str = ""
) -> FetchResult:
    """Build a thread from an issue, pull request or discussion, then its comments and reviews."""
    title, count = js.one_line(items, 0, "title"), js.dig(items, 0, "comments")
    if not title:
        raise BadResponse(endpoint, f"the response is not {ref.number}")
    first, *comments = (_post(ref, item) for item in items)
    shown = [
        post
        for post, item in zip(comments, items[1:], strict=True)
        # A review may be an approval without text.
        if ((post.blocks or post.media) and not js.dig(item, "minimized"))
        or post.id in options.posts
    ]
    replies = js.count(count, "totalCount") if isinstance(count, dict) else js.count(count)
    head, posts = Head(title, replies, *_state(items[0])), [first, *depth_first(shown)]
    people = map(_author, items)
    return build_thread(
        ref, posts, people, endpoint=endpoint, options=options, head=head, missing=missing
    )


def _state(item: object) -> tuple[State | None, datetime | None]:
    times: dict[State, datetime | None] = {
        "merged": js.time(item, "pull_request", "merged_at") or js.time(item, "merged_at"),
        "answered": js.time(item, "answered_at"),
        "closed": js.time(item, "closed_at"),
    }
    for state, since in times.items():
        if since:
            return state, since
    locked = js.flag(item, "locked") or js.flag(item, "is_locked")
    return "locked" if locked else "open", None


def _post_id(item: object) -> str:
    """Return the anchor of a comment or review, or an empty string."""
    match = _ANCHOR.search(js.text(item, "html_url"))
    return match[1] if match else ""


def _post(ref: ThreadRef, item: object) -> Post:
    anchor, page = _post_id(item), ref.url.partition("#")[0]
    kind = "discussion" if ref.kind is Kind.DISCUSSION else "issue"
    content = _rich_text(item, page)
    reply_to = _post_id(js.dig(item, "reply_to"))
    if review := js.as_id(item, "pull_request_review_id"):
        comment = js.as_id(item, "in_reply_to_id")
        reply_to = f"discussion_r{comment}" if comment else f"pullrequestreview-{review}"
    return Post(
        id=anchor or f"{kind}-{js.as_id(item, 'id')}",
        url=f"{page}#{anchor}" if anchor else page,
        author=_author(item).handle,
        reply_to=reply_to,
        posted=js.time(item, "created_at") or js.time(item, "submitted_at"),
        edited=js.time(item, "edited_at"),
        blocks=content.blocks,
        media=content.media,
    )


def _author(item: object) -> Author:
    # On Forgejo, the author on the server from which the post was imported.
    original = js.one_line(item, "original_author")
    user = {"login": original} if original else js.dig(item, "user")
    login = js.one_line(user, "login") or "ghost"  # what GitHub shows for deleted accounts
    name = js.one_line(user, "name") or js.one_line(user, "full_name")
    return build_author(login, name, js.dig(user, "html_url"), js.dig(user, "avatar_url"))


def _rich_text(item: object, url: str) -> RichText:
    html, markdown = js.text(item, "body_html"), js.text(item, "body")
    if "email-fragment" in html:  # plain text with line breaks; the quoted message is hidden
        html = html.partition('<span class="email-hidden-toggle">')[0].replace("\n", "<br>")
    if not html or "js-suggested-changes" in html:  # a suggested change is a table of lines there
        return parse_markdown(markdown, url, breaks=True)
    # The URLs of GitHub's copies of images expire.
    for copy, original in _PROXIED_IMAGE.findall(html):
        html = html.replace(copy, original)
    for copy, name in _PRIVATE_IMAGE.findall(html):
        given = re.search(rf"https://github\.com/[\w./-]{{1,200}}/{name}", markdown)
        original = given[0] if given else f"https://github.com/user-attachments/assets/{name}"
        html = html.replace(copy, original)
    return parse_html(html, url)


SOURCE = Source(
    platforms=("github",), fetch=fetch, read_file=read_file, summarize_batch=summarize_batch
)
FORGEJO = Source(platforms=("forgejo",), fetch=fetch, read_file=read_file)
