"""Sources of forges and forums, where recorded cases would be long: pages of lists, and errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sphinx_thread_cards.platforms import parse_thread_url
from thread_snapshots.json_access import dig
from thread_snapshots.source import (
    FetchError,
    FetchOptions,
    FetchResult,
    Forbidden,
    NotFound,
    RateLimited,
    Request,
    Response,
    error_for_status,
    run_requests,
)
from thread_snapshots.sources import SOURCES, oembed

HOSTS = {"forum.example": "discourse", "lemmy.example": "lemmy", "git.example": "github"}


def fetch(
    url: str, answer: Callable[[Request], Any], **options: Any
) -> tuple[FetchResult, list[str]]:
    """Fetch a thread; return it and the URLs of the requests."""
    requested: list[str] = []

    def send(request: Request) -> Response:
        requested.append(request.url)
        return Response(url=request.url, body=json.dumps(answer(request)).encode())

    ref = parse_thread_url(url, HOSTS)
    assert ref is not None
    source = SOURCES[ref.platform].fetch
    assert source is not None
    return run_requests(source(ref, FetchOptions(**options)), send), requested


def long_topic(request: Request) -> Any:
    """Return the parts of a Discourse topic of 450 posts."""

    def post(number: int) -> dict[str, Any]:
        author = "jo_example" if number % 100 == 1 else "sam_example"
        return {
            "id": 8000 + number,
            "username": author,
            "cooked": "<p>Lamp</p>",
            "post_number": number,
        }

    parts = urlsplit(request.url)
    name = parts.path.rpartition("/")[2].removesuffix(".json")
    if name == "posts":
        numbers: Any = [int(id_) - 8000 for id_ in parse_qs(parts.query)["post_ids[]"]]
    else:
        numbers = range(1, 21) if name == "57" else range(int(name) - 5, int(name) + 15)
    stream = {"posts": list(map(post, numbers)), "stream": list(range(8001, 8451))}
    return {"id": 57, "title": "Lamps", "posts_count": 450, "post_stream": stream}


def test_discourse_reads_400_posts_and_the_cited_ones() -> None:
    result, requested = fetch(
        "https://forum.example/t/57", long_topic, posts=frozenset({"5", "440"})
    )
    assert [post.id for post in result.thread.posts] == ["1", "5", "101", "201", "301", "440"]
    assert (result.complete, result.note) == (False, "49 of 450 posts are missing")
    assert len(requested) == 1 + 380 // 20 + 1


@pytest.mark.parametrize(("comments", "requests"), [(0, 2), (49, 2), (50, 3), (120, 4), (5000, 9)])
def test_lemmy_reads_comments_to_a_bound(comments: int, requests: int) -> None:
    user, post = {"name": "jo"}, {"id": 12, "name": "Lamps", "body": "Which one?"}

    def answer(request: Request) -> Any:
        if "/list" not in request.url:
            return {"post_view": {"post": post, "creator": user}}
        first = 50 * (int(request.url.partition("&page=")[2] or 1) - 1)
        numbers = range(first + 1, min(first + 50, comments) + 1)
        return {
            "comments": [
                {
                    "comment": {"id": n, "post_id": 12, "content": "Lamp", "path": f"0.{n}"},
                    "creator": user,
                }
                for n in numbers
            ]
        }

    result, requested = fetch("https://lemmy.example/post/12", answer)
    assert (len(requested), len(result.thread.posts)) == (requests, 1 + min(comments, 400))
    assert result.complete == (comments <= 400)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, None, NotFound),
        (400, {"error": "couldnt_find_post"}, NotFound),
        (400, {"error": "instance_is_private"}, Forbidden),
    ],
)
def test_lemmy_status_400_has_a_meaning(status: int, body: Any, error: type[FetchError]) -> None:
    def answer(request: Request) -> Any:
        raise error_for_status(request.url, status, body=body)

    with pytest.raises(error):
        fetch("https://lemmy.example/post/12", answer)


def test_github_enterprise_has_its_own_api() -> None:
    issue = {"id": 5, "number": 7, "title": "Lamps", "body": "Dark", "comments": 0}
    result, requested = fetch("https://git.example/lamps/Boot/issues/7", lambda _: issue)
    assert requested == ["https://git.example/api/v3/repos/lamps/Boot/issues/7"]
    assert result.thread.posts[0].id == "issue-5"


@pytest.mark.parametrize(("status", "error"), [(401, Forbidden), (429, RateLimited)])
def test_github_discussion_without_token_names_the_variable(
    status: int, error: type[FetchError]
) -> None:
    def answer(request: Request) -> Any:
        raise error_for_status(request.url, status)

    with pytest.raises(error, match="GITHUB_TOKEN"):
        fetch("https://github.com/lamps/boot/discussions/7", answer)


def test_github_summaries_of_a_batch_take_one_request() -> None:
    urls = [f"https://github.com/lamps/boot/issues/{number}" for number in range(1, 100)]
    refs = [parse_thread_url(url) for url in (*urls, "https://github.com/lamps/talk/discussions/7")]
    head = {
        "title": "Dark",
        "author": {"login": "jo"},
        "createdAt": "2020-10-06T17:00:00Z",
        "closed": True,
    }
    requested: list[Request] = []

    def send(request: Request) -> Response:
        requested.append(request)
        query = str(dig(request.json, "query"))
        data: dict[str, Any] = {
            alias: {"item": head} for alias in re.findall(r"\b(t\d+): repository", query)
        }
        data["t1"] = None
        data["t2"] = {
            "item": head | {"mergedAt": "2020-10-08T17:00:00Z", "comments": {"totalCount": 2}}
        }
        data["t99"] = {"item": head | {"isAnswered": True}}
        errors = [{"type": "NOT_FOUND", "path": ["t1"], "message": "no such repository"}]
        return Response(url=request.url, body=json.dumps({"data": data, "errors": errors}).encode())

    batch = SOURCES["github"].summarize_batch
    assert batch
    results = run_requests(batch([ref for ref in refs if ref]), send)
    assert len(requested) == 1
    assert len(results) == 100
    assert isinstance(results["github", "github.com", "lamps/boot/2"], NotFound)
    threads = [result.thread for result in results.values() if isinstance(result, FetchResult)]
    assert [thread.state for thread in threads] == [
        "closed",
        "merged",
        *96 * ["closed"],
        "answered",
    ]
    assert all(thread.is_summary and thread.title == "Dark" for thread in threads)
    assert threads[1].replies == 2


def test_oembed_endpoint_depends_on_the_host() -> None:
    assert (
        oembed.endpoint_for("https://vimeo.com/1")
        == "https://vimeo.com/api/oembed.json?url=https%3A%2F%2Fvimeo.com%2F1"
    )
    assert oembed.endpoint_for("https://jo.tumblr.com/post/1")
    assert oembed.endpoint_for("https://vimeo.com.example/1") is None
