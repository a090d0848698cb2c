"""Sources of forges and forums, where recorded cases would be long: lists of many pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sphinx_thread_cards.platforms import parse_thread_url
from thread_snapshots import errors, source
from thread_snapshots.json_access import dig
from thread_snapshots.sources import SOURCES, github

HOSTS = {"forum.example": "discourse", "lemmy.example": "lemmy", "git.example": "github"}


def fetch(url: str, answer: Callable[[str], Any], *posts: str) -> tuple[Any, list[str]]:
    """Fetch a thread; return it and the URLs of the requests."""
    ref, requested = parse_thread_url(url, HOSTS), []

    def send(request: source.Request) -> source.Response:
        requested.append(request.url)
        return source.Response(url=request.url, body=json.dumps(answer(request.url)).encode())

    requests = SOURCES[ref.platform].fetch(ref, source.FetchOptions(posts=frozenset(posts)))
    return source.run_requests(requests, send), requested


def test_discourse_reads_400_posts_and_the_cited_ones() -> None:
    def post(number: int) -> dict[str, Any]:
        author = "jo_example" if number % 100 == 1 else "sam_example"
        return {"id": 8000 + number, "username": author, "post_type": 1, "post_number": number}

    def answer(url: str) -> Any:
        numbers: Any = range(431, 451) if "/440.json" in url else range(1, 21)
        if "/posts.json" in url:
            numbers = [int(id_) - 8000 for id_ in re.findall("=([0-9]+)", url)]
        stream = {"posts": list(map(post, numbers)), "stream": list(range(8001, 8451))}
        return {"id": 57, "title": "Lamps", "posts_count": 450, "post_stream": stream}

    result, requested = fetch("https://forum.example/t/57", answer, "5", "440")
    assert [post.id for post in result.thread.posts] == ["1", "5", "101", "201", "301", "440"]
    assert (result.complete, result.note) == (False, "49 of 450 posts are missing")
    assert len(requested) == 1 + 380 // 20 + 1


@pytest.mark.parametrize(("comments", "requests"), [(0, 2), (49, 2), (50, 3), (120, 4), (5000, 9)])
def test_lemmy_reads_comments_to_a_bound(comments: int, requests: int) -> None:
    def answer(url: str) -> Any:
        if "/list" not in url:
            return {"post_view": {"post": {"id": 12, "name": "Lamps"}, "creator": {"name": "jo"}}}
        first = 50 * (int(url.partition("&page=")[2] or 1) - 1)
        numbers = range(first + 1, min(first + 50, comments) + 1)
        comment = {"post_id": 12, "content": "Lamp"}
        return {"comments": [{"comment": comment | {"id": n, "path": f"0.{n}"}} for n in numbers]}

    result, requested = fetch("https://lemmy.example/post/12", answer)
    assert (len(requested), result.complete) == (requests, comments <= 400)


def test_github_enterprise_has_its_own_api() -> None:
    issue = {"id": 5, "title": "Lamps", "body": "Dark", "comments": 0}
    result, requested = fetch("https://git.example/lamps/Boot/issues/7", lambda _: issue)
    assert requested == ["https://git.example/api/v3/repos/lamps/boot/issues/7"]
    assert result.thread.posts[0].id == "issue-5"


def test_github_discussion_without_token_names_the_variable() -> None:
    def answer(url: str) -> Any:
        raise errors.error_for_status(url, 401)

    with pytest.raises(errors.FetchError, match="GITHUB_TOKEN"):
        fetch("https://github.com/lamps/boot/discussions/7", answer)


def test_github_summaries_of_a_batch_take_one_request() -> None:
    paths = ["boot/issues/1", "boot/pull/2", "boot/issues/3", "talk/discussions/7"]
    refs = [parse_thread_url(f"https://github.com/lamps/{path}") for path in paths]
    batch = github.summarize_batch(refs)
    request = next(batch)
    assert len(re.findall(r"\bt[0-9]: repository", str(dig(request.json, "query")))) == len(paths)
    closed = {"title": "Dark", "closed_at": "2020-10-07T17:00:00Z", "comments": {"totalCount": 2}}
    merged = closed | {"merged_at": "2020-10-08T17:00:00Z"}
    data = {"t0": {"item": closed}, "t1": {"item": merged}, "t2": None, "t3": {"item": closed}}
    reasons = [{"type": "NOT_FOUND", "path": ["t2"], "message": "no such repository"}]
    body = json.dumps({"data": data, "errors": reasons}).encode()
    with pytest.raises(StopIteration) as end:
        batch.send(source.Response(url=request.url, body=body))
    first, second, missing, fourth = end.value.value
    assert isinstance(missing, errors.NotFound)
    threads = [result.thread for result in (first, second, fourth)]
    assert [thread.state for thread in threads] == ["closed", "merged", "closed"]
    assert all(thread.is_summary and thread.replies == 2 for thread in threads)
