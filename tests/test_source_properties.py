"""Platforms among hostile servers: whatever is answered, no exception but FetchError leaves, and the thread is safe."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thread_snapshots.answers import Answer
from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound
from thread_snapshots.saved import Saved, open_saved
from thread_snapshots.sources import SOURCES
from thread_snapshots.steps import Ask, Wish, drive
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import cleaned, dumps
from sphinx_thread_cards.thread import Thread

FETCHED = Path(__file__).parent / "fetched"
CASES = [path for path in sorted(FETCHED.glob("*/case.toml")) if "error" not in tomllib.loads(path.read_text(encoding="utf-8"))]
# What a server may put in the place of anything.
BAD: list[Any] = [
    None, True, -1, 1e308, 10**30, 2**63, "", "x" * 5000, [], {}, [[]], [None], {"a": {}}, "javascript:alert(1)",
    "<script>alert(1)</script>", "../../etc/passwd", "\x00\u202e\ud800", "2020-99-99", "data:text/html,x", "https://a@b/",
    "<p>" * 300, "&#0;&lt;script&gt;", "2020-01-01T00:00:00+14:00", 0, 99999999999, "file:///etc/passwd", " ", "..", "a/../b",
]  # fmt: skip


def _changed(data: Any, chance: random.Random) -> Any:  # noqa: ANN401
    """A copy of JSON in which a few things are something else."""
    spots: list[tuple[Any, Any]] = []

    def walk(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            copy: Any = {key: walk(part) for key, part in value.items()}
            spots.extend((copy, key) for key in copy)
        elif isinstance(value, list):
            copy = [walk(part) for part in value]
            spots.extend((copy, index) for index in range(len(copy)))
        else:
            return value
        return copy

    copy = walk(data)
    for holder, key in chance.sample(spots, min(len(spots), chance.randint(1, 4))):
        holder[key] = chance.choice(BAD)
    return copy


def _worse(body: bytes, chance: random.Random) -> bytes:
    """An answer that is nearly the recorded one, or nothing like it."""
    kind = chance.randrange(6)
    if kind == 0:
        return json.dumps(chance.choice(BAD)).encode("utf-8", "surrogatepass")
    if kind == 1:
        return body[: chance.randrange(len(body) + 1)]
    try:
        data = json.loads(body)
    except ValueError:
        spoilt = bytearray(body)
        for _ in range(chance.randint(1, 30)):
            spoilt[chance.randrange(len(spoilt) or 1) : chance.randrange(len(spoilt) or 1)] = chance.choice([b"<", b">", b'"', b"\x00", b"\xff", b"", b"&#x0;"])
        return bytes(spoilt)
    return json.dumps(_changed(data, chance)).encode("utf-8", "surrogatepass")


def assert_safe(thread: Thread) -> None:
    """It can be kept, and holds no link that is not http or https, and no path."""
    kept = cleaned(thread)
    for name, value in _strings(json.loads(dumps(kept))):
        if name in {"href", "url", "still"}:
            assert value.lower().startswith(("http://", "https://"))
        if name == "file":
            assert "/" not in value


def _strings(data: Any, name: str = "") -> list[tuple[str, str]]:  # noqa: ANN401
    if isinstance(data, dict):
        return [found for key, part in data.items() for found in _strings(part, key)]
    if isinstance(data, list):
        return [found for part in data for found in _strings(part, name)]
    return [(name, data)] if isinstance(data, str) else []


def _bodies(case: Mapping[str, Any], folder: Path) -> list[bytes]:
    answers = case.get("answers", {}).values()
    names = [answer if isinstance(answer, str) else answer.get("file") for answer in answers] + [case.get("saved")]
    return [open_saved(folder / name).body for name in names if name] or [b"{}"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), replies=st.booleans())
def test_nothing_but_fetch_errors_leaves_and_nothing_unsafe_is_kept(path: Path, seed: int, replies: bool) -> None:
    """Answers that are spoilt in every way, at any of the requests."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    ref = parse_thread_url(case["url"], case.get("hosts"))
    assert ref is not None
    source, chance, bodies = SOURCES[ref.platform], random.Random(seed), _bodies(case, path.parent)
    queue = list(bodies)

    def send(ask: Ask) -> Answer:
        if chance.random() < 0.05:
            raise chance.choice([NotFound, Forbidden, BadAnswer])(ask.url, "spoilt")
        body = queue.pop(0) if queue else chance.choice(bodies)
        body = _worse(body, chance) if chance.random() < 0.7 else body
        return Answer(url=ask.url, headers={"Content-Type": "text/html" if ask.page else "application/json"}, body=body)

    wish = Wish(replies=replies, posts=frozenset(["1"]))
    try:
        if "saved" in case:
            assert source.saved is not None
            found = source.saved(ref, wish, Saved(name="saved", body=_worse(bodies[0], chance)))
        else:
            assert source.steps is not None
            found = drive(source.steps(ref, wish), send)
    except FetchError:
        return
    assert_safe(found.thread)
