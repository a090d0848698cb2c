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
    Author,
    Post,
    Provenance,
    Status,
    Thread,
    decode,
    encode,
    load,
    save,
    snapshot_path,
)
from support.snapshots import URL, cited, make_thread, ref_of, source_of
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
from thread_snapshots.update import FetchConfig, Result, fetch, find_archived, merge

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


def merged(
    result: Thread, before: Thread | None = None, *, complete: bool = True, time: datetime = NOW
) -> Thread:
    return merge(FetchResult(thread=result, complete=complete), before, time)[0]


def ids(thread: Thread) -> list[str]:
    return [post.id for post in thread.posts]


def text(thread: Thread) -> str:
    return thread.posts[0].blocks[0].spans[0].text  # type: ignore[union-attr]


def some(thread: Thread, *ids: str) -> Thread:
    return replace(thread, posts=tuple(post for post in thread.posts if post.id in ids))


# -- Merge ---------------------------------------------------------------------


def test_new_posts_and_edits_are_taken_over() -> None:
    after = merged(make_thread("One, edited.", "Two."), merged(make_thread("One.")), time=LATER)
    assert (text(after), ids(after)) == ("One, edited.", ["1", "2"])
    assert after.provenance.retrieved == LATER


def test_unchanged_posts_keep_their_date() -> None:
    after = merged(make_thread("One."), merged(make_thread("One.")), time=LATER)
    assert (after.provenance.retrieved, after.provenance.checked) == (NOW, LATER)


def test_missing_posts_stay_in_their_place() -> None:
    live = make_thread("One.", "Two.", "Three.", "Four.", "Five.")
    before = merged(some(live, "1", "2", "3", "4"))
    after, note = merge(FetchResult(thread=some(live, "2", "4", "5")), before, LATER)
    assert ids(after) == ["1", "2", "3", "4", "5"]
    assert after.posts[3].reply_to == "2"
    assert after.provenance.status is Status.EDITED
    assert "posts 1, 3 not in the response" in note


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)), st.booleans(), st.booleans())
def test_no_post_is_ever_lost(
    order: list[int], found: set[int], complete: bool, one_url: bool
) -> None:
    """Even if all posts have the URL of the thread, as in an mbox file."""
    posts: tuple[Post, ...] = make_thread(*"abcdef").posts
    if one_url:
        posts = tuple(replace(post, url=URL) for post in posts)
    before = replace(make_thread(), participants=(Author(handle="jo"),))
    before = replace(before, posts=tuple(posts[index] for index in order))
    live = replace(before, posts=tuple(posts[index] for index in sorted(found)))
    after = merged(live, before, complete=complete)
    assert sorted(ids(after)) == ["1", "2", "3", "4", "5", "6"]
    decode(encode(after))


def test_part_of_a_thread() -> None:
    """It does not replace a complete thread, and is replaced by one."""
    before = merged(make_thread("One.", "Two."))
    part = make_thread("One …")
    after = merged(part, before, complete=False)
    assert (text(after), ids(after), after.provenance.complete) == ("One.", ["1", "2"], True)
    assert after.provenance.status is Status.LIVE
    first = merged(part, complete=False)
    assert not first.provenance.complete
    assert text(merged(make_thread("One."), first)) == "One."


def test_what_else_stays() -> None:
    copy = "https://archive.example/1"
    before = replace(make_thread("One.", archived=copy, status=Status.DELETED), title="Lamps")
    after = merged(make_thread("One."), before)
    assert (after.provenance.archived, after.title) == (copy, "Lamps")
    assert after.provenance.status is Status.LIVE


def test_same_post_with_another_id() -> None:
    """Bluesky names an account by its handle or its key."""
    live = make_thread("One.")
    live = replace(live, posts=(replace(live.posts[0], id="did:plc:example/1"),))
    assert ids(merged(live, make_thread("One."))) == ["did:plc:example/1"]


# -- Fetch ---------------------------------------------------------------------


class Platform:
    """A platform with one thread."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.result: FetchResult | Exception = FetchResult(thread=make_thread("One.", "Two."))
        self.requests = 0
        self.options = FetchOptions()
        self.body = b"{}"

    def send(self, request: Request) -> Response:
        self.requests += 1
        return Response(url=request.url, body=self.body)

    def respond(self, options: FetchOptions) -> FetchResult | Exception:
        self.options = options
        return self.result

    def fetch(self, *, posts: frozenset[str] = frozenset(), **options: Any) -> Result:
        sources = {"mastodon": source_of(self.respond)}
        options = {"endpoints": ["social.example"], "sources": sources, **options}
        config = FetchConfig(store=self.store, send=self.send, media=False, **options)
        return fetch(cited(posts=posts), config)

    def saved(self) -> Thread:
        thread = load(ref_of(), self.store)
        assert thread is not None
        return thread


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


def test_thread_is_saved_once_and_refreshed(platform: Platform) -> None:
    result = platform.fetch()
    assert (result.status, result.message, platform.requests) == ("saved", "2 posts", 1)
    assert platform.fetch().status == "unchanged"
    assert platform.requests == 1
    assert platform.fetch(refresh=True).status == "unchanged"
    platform.result = FetchResult(thread=make_thread("One.", "Two.", "Three."))
    assert platform.fetch(refresh=True).status == "updated"
    assert platform.requests == 3


@pytest.mark.parametrize(("days", "requests"), [(91, 1), (89, 0)])
def test_older_than(platform: Platform, days: int, requests: int) -> None:
    before = merged(make_thread("One."), time=datetime.now(UTC) - timedelta(days=days))
    save(before, platform.store)
    platform.fetch(older_than=90)
    assert platform.requests == requests


def test_failed_fetch_changes_nothing(platform: Platform) -> None:
    platform.fetch()
    path = snapshot_path(ref_of(), platform.store)
    before = path.read_bytes()
    unsafe = replace(make_thread("One."), url="javascript:alert(1)")
    for failure, message in (
        (NotFound(URL, "not found (404)"), "not found (404)"),
        (BadResponse("https://a.example/", "no"), "https://a.example/: no"),
        (FetchResult(thread=unsafe), "cannot save the thread: $.url: expected an http or https"),
    ):
        platform.result = failure
        result = platform.fetch(refresh=True)
        assert result.status == "failed"
        assert result.message.startswith(message)
        assert path.read_bytes() == before


def test_manual_and_withdrawn_snapshots_are_left_alone(platform: Platform) -> None:
    for provenance, status in (
        (Provenance(endpoint="hand"), "unchanged"),
        (Provenance(status=Status.WITHDRAWN), "skipped"),
    ):
        save(replace(make_thread("Mine."), provenance=provenance), platform.store)
        assert platform.fetch(refresh=True).status == status
    assert platform.requests == 0


def test_invalid_snapshot_is_replaced_by_refresh_only(platform: Platform) -> None:
    path = snapshot_path(ref_of(), platform.store)
    path.parent.mkdir(parents=True)
    path.write_text("{")
    result = platform.fetch()
    assert (result.status, platform.requests) == ("failed", 0)
    assert "invalid JSON" in result.message
    assert platform.fetch(refresh=True).status == "saved"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"dry_run": True}, "due"),
        ({"endpoints": []}, "skipped"),
        ({"sources": {"mastodon": Source(platforms=(), unsupported="no")}}, "skipped"),
    ],
)
def test_nothing_is_sent(platform: Platform, options: dict[str, Any], status: str) -> None:
    assert platform.fetch(**options).status == status
    assert (platform.requests, list(platform.store.iterdir())) == (0, [])


def test_cited_posts_and_saved_replies_are_requested(platform: Platform) -> None:
    thread = make_thread("One.", "Two.")
    posts = (thread.posts[0], replace(thread.posts[1], author="sam"))
    people = (*thread.participants, Author(handle="sam"))
    platform.result = FetchResult(thread=replace(thread, posts=posts, participants=people))
    platform.fetch(posts=frozenset({"9"}), replies=True)
    assert platform.options == FetchOptions(replies=True, posts=frozenset({"9"}))
    platform.fetch(refresh=True)
    assert platform.options == FetchOptions(posts=frozenset({"2"}))


# -- Archived copies -----------------------------------------------------------

COPY = "web.archive.org/web/20230529/https://social.example/@jo/1"
CLOSEST = {"status": "200", "available": True, "url": f"http://{COPY}"}


@pytest.mark.parametrize(
    ("closest", "expected"),
    [
        (CLOSEST, f"https://{COPY}"),
        ({**CLOSEST, "status": "301"}, None),
        ({**CLOSEST, "url": "https://other.example/web/1"}, None),
        (None, None),
    ],
)
def test_archived_copy(closest: object, expected: str | None) -> None:
    sent: list[str] = []

    def send(request: Request) -> Response:
        sent.append(request.url)
        body = msgspec.json.encode({"archived_snapshots": {"closest": closest}})
        return Response(url=request.url, body=body)

    ref = ref_of("https://threadreaderapp.com/thread/1313512835843055618.html")
    assert run_requests(find_archived(ref), send) == expected
    assert len(sent) == (1 if expected else 3)


def test_archived_copy_is_added_to_a_saved_thread(platform: Platform) -> None:
    platform.fetch()
    platform.body = msgspec.json.encode({"archived_snapshots": {"closest": CLOSEST}})
    assert platform.fetch(archive=True).status == "updated"
    assert platform.saved().provenance.archived == f"https://{COPY}"
    assert platform.fetch(archive=True).status == "unchanged"
