"""Sources on hostile responses: only FetchError is raised, and a snapshot is always valid and has no unsafe link."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sphinx_thread_cards.snapshot import Thread
from support.source_cases import Case, load_cases
from thread_snapshots.errors import BadResponse, FetchError, Forbidden, NotFound, Unreachable
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, Request, Response, run_requests
from thread_snapshots.sources import SOURCES
from thread_snapshots.store import encode
from thread_snapshots.webpage import read_file

# What a server may return instead of any value.
HOSTILE: list[Any] = [
    None, True, -1, 1e308, 10**30, 2**63, "", "x" * 5000, [], {}, [[]], [None], {"a": {}}, "javascript:alert(1)",
    "<script>alert(1)</script>", "../../etc/passwd", "\x00\u202e\ud800", "2020-99-99", "data:text/html,x", "https://a@b/",
    "<p>" * 300, "&#0;&lt;script&gt;", "2020-01-01T00:00:00+14:00", 0, 99999999999, "file:///etc/passwd", " ", "..", "a/../b",
]  # fmt: skip


def damaged(data: Any, chance: random.Random) -> Any:
    """Return a copy of JSON in which some values are replaced."""
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> Any:
        if not isinstance(value, (dict, list)):
            return value
        copy = (
            {key: walk(part) for key, part in value.items()}
            if isinstance(value, dict)
            else [walk(part) for part in value]
        )
        places.extend((copy, key) for key in (copy if isinstance(copy, dict) else range(len(copy))))
        return copy

    copy = walk(data)
    for holder, key in chance.sample(places, min(len(places), chance.randint(1, 4))):
        holder[key] = chance.choice(HOSTILE)
    return copy


def damaged_body(body: bytes, chance: random.Random) -> bytes:
    """Return a response that is nearly the recorded one, or unlike it."""
    kind = chance.randrange(6)
    if kind == 0:
        return json.dumps(chance.choice(HOSTILE)).encode("utf-8", "surrogatepass")
    if kind == 1:
        return body[: chance.randrange(len(body) + 1)]
    try:
        return json.dumps(damaged(json.loads(body), chance)).encode("utf-8", "surrogatepass")
    except ValueError:
        copy = bytearray(body)
        for _ in range(chance.randint(1, 30)):
            start, end = chance.randrange(len(copy) or 1), chance.randrange(len(copy) or 1)
            copy[start:end] = chance.choice([b"<", b">", b'"', b"\x00", b"\xff", b"", b"&#x0;"])
        return bytes(copy)


def assert_safe(thread: Thread) -> None:
    for name, value in strings(json.loads(encode(thread))):
        if name in {"href", "url", "still"}:
            assert value.lower().startswith(("http://", "https://"))


def strings(data: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(data, dict):
        return [found for key, part in data.items() for found in strings(part, key)]
    if isinstance(data, list):
        return [found for part in data for found in strings(part, name)]
    return [(name, data)] if isinstance(data, str) else []


@pytest.mark.parametrize("case", load_cases(errors=False), ids=lambda case: case.folder.name)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), replies=st.booleans())
def test_hostile_responses_are_harmless(case: Case, seed: int, replies: bool) -> None:
    chance = random.Random(seed)
    names = [response["file"] for response in case.responses.values() if "file" in response]
    bodies = [(case.folder / name).read_bytes() for name in names] or [b"{}"]
    queue = list(bodies)

    def send(request: Request) -> Response:
        if chance.random() < 0.05:
            raise chance.choice([NotFound, Forbidden, BadResponse])(request.url, "damaged")
        body = queue.pop(0) if queue else chance.choice(bodies)
        body = damaged_body(body, chance) if chance.random() < 0.7 else body
        media_type = "text/html" if request.robots else "application/json"
        return Response(url=request.url, headers={"Content-Type": media_type}, body=body)

    summary = case.data.get("summary", False)
    options = FetchOptions(summary=summary, replies=replies, posts=frozenset(["1"]))
    source = SOURCES.get(case.ref.platform)
    try:
        if file := case.file:
            file = SavedFile(name=file.name, body=damaged_body(file.body, chance))
            result = read_file(source, case.ref, options, file)
        else:
            assert source
            assert source.fetch
            result = run_requests(source.fetch(case.ref, options), send)
    except FetchError:
        return
    assert_safe(result.thread)


@pytest.mark.parametrize(
    "case",
    [case for case in load_cases(errors=False) if not case.file],
    ids=lambda case: case.folder.name,
)
@pytest.mark.parametrize("body", [b"null", b"7", b"[[[1]]]", b'{"a": {}}', b"<html><p>Hello"])
def test_no_thread_is_deleted_by_an_odd_response(case: Case, body: bytes) -> None:
    """Only a status, or an empty list of results, says that a thread no longer exists."""
    source = SOURCES[case.ref.platform]
    assert source.fetch

    def send(request: Request) -> Response:
        headers = {"Content-Type": "text/html" if request.robots else "application/json"}
        return Response(url=request.url, headers=headers, body=body)

    with suppress(BadResponse, Forbidden, Unreachable):
        run_requests(source.fetch(case.ref, FetchOptions()), send)
