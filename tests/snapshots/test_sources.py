"""Sources on recorded responses: the snapshot, and whether every response was needed (see ``support.source_cases``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.platforms import PLATFORMS, parse_thread_url
from support.source_cases import Case, load_cases
from thread_snapshots import source as module
from thread_snapshots.errors import BadResponse, FetchError, NotFound
from thread_snapshots.source import (
    MAX_REQUESTS,
    FetchOptions,
    FetchResult,
    Request,
    Response,
    run_requests,
)
from thread_snapshots.sources import SOURCES
from thread_snapshots.store import encode

CASES = load_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_thread_is_fetched(case: Case, regen: bool) -> None:
    if expected_error := case.data.get("error"):
        with pytest.raises(FetchError) as caught:
            case.fetch()
        assert type(caught.value).__name__ == expected_error
        return
    result = case.fetch()
    snapshot = encode(result.thread)
    expected = case.folder / "expected.json"
    if regen:
        expected.write_bytes(snapshot)
    assert snapshot.decode() == expected.read_text(encoding="utf-8")
    assert result.complete == case.data.get("complete", True)
    note = case.data.get("note", "")
    assert note in result.note if note else not result.note
    assert case.requested >= case.responses.keys()


def test_a_renamed_gitlab_project() -> None:
    """GraphQL finds only the current path, to which the REST API redirects."""
    case = next(case for case in CASES if case.folder.name == "gitlab-issue")
    moved = {"references": {"full": "new/lamp#57"}}

    def send(request: Request) -> Response:
        if request.json is None or request.json["variables"]["path"] != "new/lamp":
            found = moved if request.json is None else {"data": {"project": None}}
            return Response(url=request.url, body=json.dumps(found).encode())
        return case.send(request)

    fetch = SOURCES["gitlab"].fetch
    assert fetch
    result = run_requests(fetch(case.ref, FetchOptions(replies=True)), send)
    assert result.thread.posts == case.fetch().thread.posts


def test_sources_belong_to_platforms() -> None:
    assert SOURCES.keys() <= PLATFORMS.keys()
    for name, source in SOURCES.items():
        assert name in source.platforms
        assert source.fetch or source.unsupported, name


def test_every_source_has_a_case() -> None:
    platforms = {case.ref.platform for case in CASES}
    assert [
        source
        for source in SOURCES.values()
        if source.fetch and platforms.isdisjoint(source.platforms)
    ] == []


FIRST = 110446000000000000


def fetch(url: str, respond: Callable[[str], Any]) -> tuple[FetchResult, int]:
    """Fetch a thread from a function that returns JSON for a URL; also return the number of requests."""
    ref, requested = parse_thread_url(url), []
    assert ref is not None

    def send(request: Request) -> Response:
        requested.append(request.url)
        return Response(url=request.url, body=json.dumps(respond(request.url)).encode())

    fetch = SOURCES[ref.platform].fetch
    assert fetch is not None
    return run_requests(fetch(ref, FetchOptions()), send), len(requested)


def status(number: int, count: int) -> dict[str, Any]:
    return {
        "id": str(FIRST + number), "content": f"<p>{number}</p>", "visibility": "public", "replies_count": int(number < count - 1),
        "account": {"id": "1", "acct": "jo_example", "url": "https://mastodon.social/@jo_example"},
        "in_reply_to_id": str(FIRST + number - 1) if number else None, "in_reply_to_account_id": "1" if number else None,
    }  # fmt: skip


@pytest.mark.parametrize("cited", [0, 65, 129])
def test_long_thread_on_mastodon(cited: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an account, a context has 40 posts above and 20 levels below."""

    def respond(url: str) -> Any:
        number = int(url.split("/")[6]) - FIRST
        if not url.endswith("/context"):
            return status(number, 130)
        above, below = range(max(0, number - 40), number), range(number + 1, min(number + 21, 130))
        return {
            "ancestors": [status(n, 130) for n in above],
            "descendants": [status(n, 130) for n in below],
        }

    result, requests = fetch(f"https://mastodon.social/@jo_example/{FIRST + cited}", respond)
    assert [post.id for post in result.thread.posts] == [str(FIRST + n) for n in range(130)]
    assert result.complete
    assert requests <= 9
    monkeypatch.setattr(snapshot, "MAX_POSTS", 100)
    result, _ = fetch(f"https://mastodon.social/@jo_example/{FIRST + cited}", respond)
    assert (len(result.thread.posts), result.complete) == (100, False)


def test_endless_thread_on_mastodon(monkeypatch: pytest.MonkeyPatch) -> None:
    def respond(url: str) -> Any:
        number = int(url.split("/")[6]) - FIRST
        return (
            {"descendants": [status(number + 1, number + 3)]}
            if url.endswith("/context")
            else status(number, number + 2)
        )

    result, requests = fetch(f"https://mastodon.social/@jo_example/{FIRST}", respond)
    assert not result.complete
    assert len(result.thread.posts) == requests <= MAX_REQUESTS
    monkeypatch.setattr(module, "MAX_BYTES", 5_000)
    with pytest.raises(BadResponse, match="more than 200 requests"):
        fetch(f"https://mastodon.social/@jo_example/{FIRST}", respond)


@pytest.mark.parametrize(
    ("parent", "posts"),
    [(lambda id_: id_ - 1, MAX_REQUESTS - 10), (lambda id_: 2 * FIRST - id_ + 1, 2)],
)
def test_endless_thread_on_x(parent: Callable[[int], int], posts: int) -> None:
    """A chain without end, and posts that reply to each other."""

    def respond(url: str) -> Any:
        if "tweet-result" not in url:
            raise NotFound(url, "not found (404)")
        id_ = url.partition("id=")[2].partition("&")[0]
        user = {"id_str": "7001", "screen_name": "jo_example"}
        reply = {
            "in_reply_to_status_id_str": str(parent(int(id_))),
            "in_reply_to_user_id_str": "7001",
        }
        return {"id_str": id_, "text": "A lamp.", "user": user, **reply}

    result, _ = fetch(f"https://x.com/jo_example/status/{FIRST}", respond)
    assert len(result.thread.posts) == posts
    assert not result.complete
