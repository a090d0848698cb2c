"""What a fetch saves: which threads are due, how they are merged, and that no post is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sphinx_thread_cards.snapshot import (
    Provenance,
    Status,
    Thread,
    decode,
    encode,
    load,
    save,
    snapshot_path,
)
from support.snapshots import URL, cited, make_thread, ref_of, source_of, without
from thread_snapshots.source import (
    BadResponse,
    FetchOptions,
    FetchResult,
    NotFound,
    Request,
    Response,
    Source,
    run_requests,
)
from thread_snapshots.update import (
    FetchConfig,
    FetchStatus,
    UpdateResult,
    fetch,
    find_archived,
    merge,
)

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


def merged(
    result: Thread, before: Thread | None = None, *, complete: bool = True, time: datetime = NOW
) -> Thread:
    return merge(FetchResult(thread=result, complete=complete), before, time)[0]


def ids(thread: Thread) -> list[str]:
    return [post.id for post in thread.posts]


def text(thread: Thread, number: int) -> str:
    return thread.posts[number - 1].blocks[0].spans[0].text  # type: ignore[union-attr]


# -- Merge ---------------------------------------------------------------------


def test_new_posts_and_edits_are_taken_over() -> None:
    after = merged(make_thread("One, edited.", "Two."), merged(make_thread("One.")), time=LATER)
    assert (text(after, 1), ids(after), after.provenance.retrieved) == (
        "One, edited.",
        ["1", "2"],
        LATER,
    )


def test_missing_posts_stay_in_their_place() -> None:
    before = merged(make_thread("One.", "Two.", "Three.", "Four."))
    result = FetchResult(
        thread=without(make_thread("One.", "Two.", "Three.", "Four.", "Five."), "1", "3")
    )
    after, note = merge(result, before, LATER)
    assert ids(after) == ["1", "2", "3", "4", "5"]
    assert after.posts[3].reply_to == "2"
    assert after.provenance.status is Status.EDITED
    assert "posts 1, 3 not in the response" in note


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)))
def test_no_post_is_ever_lost(order: list[int], kept: set[int]) -> None:
    whole = make_thread(*"abcdef")
    before = replace(whole, posts=tuple(whole.posts[index] for index in order))
    after = merged(
        replace(whole, posts=tuple(whole.posts[index] for index in sorted(kept))), before
    )
    assert sorted(ids(after)) == sorted(ids(whole))
    decode(encode(after))


def test_part_does_not_replace_a_complete_thread() -> None:
    before = merged(make_thread("One.", "Two."))
    after = merged(make_thread("One …"), before, complete=False)
    assert (text(after, 1), ids(after), after.provenance.complete) == ("One.", ["1", "2"], True)
    assert after.provenance.status is Status.LIVE


def test_complete_thread_replaces_a_part() -> None:
    before = merged(make_thread("One …"), complete=False)
    after = merged(make_thread("One.", "Two."), before)
    assert (before.provenance.complete, after.provenance.complete, text(after, 1)) == (
        False,
        True,
        "One.",
    )


def test_unchanged_posts_keep_their_date() -> None:
    before = merged(make_thread("One."))
    after = merged(make_thread("One."), before, time=LATER)
    assert (after.provenance.retrieved, after.provenance.checked) == (NOW, LATER)


def test_archived_copy_and_title_stay_and_status_is_reset() -> None:
    before = replace(
        make_thread("One.", archived="https://archive.example/1", status=Status.DELETED),
        title="Lamps",
    )
    after = merged(make_thread("One."), before)
    assert (after.provenance.archived, after.title, after.provenance.status) == (
        "https://archive.example/1",
        "Lamps",
        Status.LIVE,
    )


def test_same_post_with_another_id() -> None:
    """Bluesky names an account by its handle or its key."""
    live = make_thread("One.")
    live = replace(live, posts=(replace(live.posts[0], id="did:plc:example/1"),))
    assert ids(merged(live, make_thread("One."))) == ["did:plc:example/1"]


# -- Fetch ---------------------------------------------------------------------


class Platform:
    """A platform with one thread; counts requests."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.result: FetchResult | Exception = FetchResult(thread=make_thread("One.", "Two."))
        self.requests = 0
        self.options = FetchOptions()

    def send(self, request: Request) -> Response:
        self.requests += 1
        return Response(url=request.url, body=b"{}")

    def answer(self, options: FetchOptions) -> FetchResult | Exception:
        self.options = options
        return self.result

    def fetch(self, *, posts: frozenset[str] = frozenset(), **options: Any) -> UpdateResult:
        options = {
            "endpoints": ["social.example"],
            "sources": {"mastodon": source_of(self.answer)},
            **options,
        }
        return fetch(
            cited(posts=posts),
            FetchConfig(store=self.store, send=self.send, media=False, **options),
        )

    def saved(self) -> Thread:
        thread = load(ref_of(), self.store)
        assert thread is not None
        return thread


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


def test_thread_is_saved_once(platform: Platform) -> None:
    result = platform.fetch()
    assert (result.status, result.posts, platform.requests) == (FetchStatus.SAVED, 2, 1)
    assert platform.saved().provenance.retrieved
    assert platform.fetch().status is FetchStatus.UNCHANGED
    assert platform.requests == 1


def test_refresh(platform: Platform) -> None:
    platform.fetch()
    assert platform.fetch(refresh=True).status is FetchStatus.UNCHANGED
    platform.result = FetchResult(thread=make_thread("One.", "Two.", "Three."))
    assert platform.fetch(refresh=True).status is FetchStatus.UPDATED
    assert platform.requests == 3


@pytest.mark.parametrize(("days", "requests"), [(91, 1), (89, 0)])
def test_older_than(platform: Platform, days: int, requests: int) -> None:
    save(merged(make_thread("One."), time=datetime.now(UTC) - timedelta(days=days)), platform.store)
    platform.fetch(older_than=timedelta(days=90))
    assert platform.requests == requests


@pytest.mark.parametrize(
    "error", [NotFound(URL, "not found (404)"), BadResponse("https://a.example/", "no")]
)
def test_failed_fetch_changes_nothing(platform: Platform, error: Exception) -> None:
    platform.fetch()
    path = snapshot_path(ref_of(), platform.store)
    before, platform.result = path.read_bytes(), error
    result = platform.fetch(refresh=True)
    assert (result.status, result.posts) == (FetchStatus.FAILED, 2)
    assert result.message in {"not found (404)", "https://a.example/: no"}
    assert path.read_bytes() == before


def test_unsafe_thread_is_not_saved(platform: Platform) -> None:
    thread = make_thread("One.")
    platform.result = FetchResult(
        thread=replace(thread, posts=(replace(thread.posts[0], url="javascript:alert(1)"),))
    )
    result = platform.fetch()
    assert result.status is FetchStatus.FAILED
    assert "$.posts[0].url" in result.message
    assert not list(platform.store.rglob("*.json"))


def test_manual_and_withdrawn_snapshots_are_left_alone(platform: Platform) -> None:
    for provenance, status in (
        (Provenance(endpoint="hand"), FetchStatus.UNCHANGED),
        (Provenance(status=Status.WITHDRAWN), FetchStatus.SKIPPED),
    ):
        save(replace(make_thread("Mine."), provenance=provenance), platform.store)
        assert platform.fetch(refresh=True).status is status
    assert platform.requests == 0


def test_invalid_snapshot_is_reported_and_replaced_by_refresh(platform: Platform) -> None:
    path = snapshot_path(ref_of(), platform.store)
    path.parent.mkdir(parents=True)
    path.write_text("{")
    result = platform.fetch()
    assert (result.status, platform.requests) == (FetchStatus.FAILED, 0)
    assert "invalid JSON" in result.message
    assert platform.fetch(refresh=True).status is FetchStatus.SAVED


def test_dry_run_sends_nothing(platform: Platform) -> None:
    assert platform.fetch(dry_run=True).status is FetchStatus.DUE
    assert (platform.requests, list(platform.store.iterdir())) == (0, [])


@pytest.mark.parametrize(
    "options",
    [
        {"endpoints": []},
        {"sources": {}},
        {"sources": {"mastodon": Source(platforms=("mastodon",), unsupported="closed")}},
    ],
)
def test_thread_that_cannot_be_fetched_is_skipped(
    platform: Platform, options: dict[str, Any]
) -> None:
    result = platform.fetch(**options)
    assert result.status is FetchStatus.SKIPPED
    assert result.message


def test_cited_posts_and_saved_replies_are_requested(platform: Platform) -> None:
    thread = make_thread("One.", "Two.")
    others = replace(thread, posts=(thread.posts[0], replace(thread.posts[1], author="sam")))
    platform.result = FetchResult(
        thread=replace(
            others,
            participants=(*thread.participants, replace(thread.participants[0], handle="sam")),
        )
    )
    platform.fetch(posts=frozenset({"9"}), replies=True)
    assert platform.options == FetchOptions(replies=True, posts=frozenset({"9"}))
    platform.fetch(refresh=True)
    assert platform.options == FetchOptions(posts=frozenset({"2"}))


# -- Archived copies -----------------------------------------------------------

COPY = "http://web.archive.org/web/20230529/https://social.example/@jo/1"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"archived_snapshots": {"closest": {"status": "200", "available": True, "url": COPY}}},
            COPY.replace("http:", "https:", 1),
        ),
        (
            {"archived_snapshots": {"closest": {"status": "301", "available": True, "url": COPY}}},
            None,
        ),
        (
            {
                "archived_snapshots": {
                    "closest": {
                        "status": "200",
                        "available": True,
                        "url": "https://evil.example/web/1",
                    }
                }
            },
            None,
        ),
        ({"archived_snapshots": {}}, None),
        ([], None),
    ],
)
def test_archived_copy(data: object, expected: str | None) -> None:
    sent: list[str] = []

    def send(request: Request) -> Response:
        sent.append(request.url)
        return Response(url=request.url, body=msgspec.json.encode(data))

    ref = ref_of("https://threadreaderapp.com/thread/1313512835843055618.html")
    assert run_requests(find_archived(ref), send) == expected
    assert len(sent) == (1 if expected else 3)


def test_archived_copy_is_added_to_a_saved_thread(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.fetch()
    body = f'{{"archived_snapshots": {{"closest": {{"status": "200", "available": true, "url": "{COPY}"}}}}}}'
    monkeypatch.setattr(
        platform, "send", lambda request: Response(url=request.url, body=body.encode())
    )
    assert platform.fetch(archive=True).status is FetchStatus.UPDATED
    assert platform.saved().provenance.archived == COPY.replace("http:", "https:", 1)
    assert platform.fetch(archive=True).status is FetchStatus.UNCHANGED
