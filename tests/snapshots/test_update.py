"""What a fetch saves and a check reports: merged threads, no lost post, summaries and states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.snapshot import (
    Code,
    List,
    Media,
    Paragraph,
    Post,
    Provenance,
    Quote,
    Span,
    Status,
    Thread,
)
from support.snapshots import API, URL, make_thread, ref_of
from thread_snapshots import errors, source, store, update
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.site import CitedThread
from thread_snapshots.source import FetchOptions, FetchResult, Response, Source

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
HOSTS = ("social.example",)


def merged(result: Thread, before: Thread | None = None, *, complete: bool = True) -> Thread:
    now = LATER if before else NOW
    return update.merge(FetchResult(thread=result, complete=complete), before, now)[0]


def ids(thread: Thread) -> list[str]:
    return [post.id for post in thread.posts]


def some(thread: Thread, *ids: str) -> Thread:
    return replace(thread, posts=tuple(post for post in thread.posts if post.id in ids))


def with_post(thread: Thread, **changes: Any) -> Thread:
    return replace(thread, posts=(replace(thread.posts[0], **changes), *thread.posts[1:]))


# -- Merge ---------------------------------------------------------------------


def test_new_posts_and_edits_are_taken_over() -> None:
    live, copy = make_thread("One, edited.", "Two."), "https://archive.example/1"
    before = replace(make_thread("One.", archived=copy, status=Status.DELETED), title="Lamps")
    after = merged(live, before)
    assert (after.posts, after.title) == (live.posts, "Lamps")
    assert (after.provenance.retrieved, after.provenance.archived) == (LATER, copy)
    assert after.provenance.status is Status.LIVE
    again = merged(live, merged(live))
    assert (again.provenance.retrieved, again.provenance.checked) == (NOW, LATER)


def test_missing_posts_stay_in_their_place() -> None:
    live = make_thread("One.", "Two.", "Three.", "Four.", "Five.")
    before = merged(some(live, "1", "2", "3", "4"))
    result = FetchResult(thread=some(live, "2", "4", "5"))
    after, note = update.merge(result, before, LATER)
    assert (ids(after), after.posts[3].reply_to) == (["1", "2", "3", "4", "5"], "2")
    assert after.provenance.status is Status.EDITED
    assert "posts 1, 3 not in the response" in note


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)), st.booleans(), st.booleans())
def test_no_post_is_ever_lost(
    order: list[int], found: set[int], complete: bool, one_url: bool
) -> None:
    """Even if all posts have the URL of the thread, as in an mbox file."""
    thread = make_thread(*"abcdefg")
    posts = [replace(post, url=URL) if one_url else post for post in thread.posts]
    before = replace(thread, posts=tuple(posts[index] for index in order))
    live = replace(thread, posts=tuple(posts[index] for index in [*sorted(found), 6]))
    after = merged(live, before, complete=complete)
    assert sorted(ids(after)) == ["1", "2", "3", "4", "5", "6", "7"]
    snapshot.decode(store.encode(after))


def test_part_of_a_thread() -> None:
    """It does not replace a complete thread, and is replaced by one."""
    complete, part = make_thread("One.", "Two."), make_thread("One …")
    after = merged(part, merged(complete), complete=False)
    assert (after.posts, after.provenance.complete) == (complete.posts, True)
    assert after.provenance.status is Status.LIVE
    first = merged(part, complete=False)
    assert not first.provenance.complete
    assert merged(complete, first).posts == complete.posts


def test_same_post_with_another_id() -> None:
    """Bluesky names an account by its handle or its key."""
    live = with_post(make_thread("One."), id="did:plc:example/1")
    assert ids(merged(live, make_thread("One."))) == ["did:plc:example/1"]


SUMMARY = replace(make_thread("One."), posts=(), title="Lamp", state="open", replies=3)
CLOSED = replace(SUMMARY, title="Lamp 2", state="closed", state_since=datetime(2026, 3, 3, tzinfo=UTC))  # fmt: skip


def test_summary() -> None:
    """It is replaced by a thread; of a thread, it updates the title, the replies and the state."""
    first = merged(SUMMARY)
    assert (first.participants, first.provenance.digest) == (SUMMARY.participants, None)
    assert merged(SUMMARY, first).provenance.retrieved == NOW
    assert merged(CLOSED, first).provenance.retrieved == LATER
    full = merged(make_thread("One."), first)
    assert (len(full.posts), full.title, full.provenance.retrieved) == (1, "Lamp", LATER)
    after = merged(CLOSED, full)
    assert (after.posts, after.provenance) == (full.posts, full.provenance)
    assert (after.title, after.state, after.state_since) == ("Lamp 2", "closed", CLOSED.state_since)


# -- Fetch ---------------------------------------------------------------------


class Platform:
    """A platform with one thread."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.result: FetchResult | Exception = FetchResult(thread=make_thread("One.", "Two."))
        self.requests = 0
        self.options = FetchOptions()
        self.body = b"{}"
        self.meanwhile: Thread | None = None
        """What another run saves while this one waits for the response."""

    def send(self, request: source.Request) -> Response:
        self.requests += 1
        if self.meanwhile:
            store.save(self.meanwhile, self.store)
        return Response(url=request.url, body=self.body)

    def _requests(self, _ref: Any, options: FetchOptions) -> Any:
        self.options = options
        yield from source.get_json(API)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def run(self, work: Any = update.fetch, posts: Any = (), **options: Any) -> update.Result:
        known = Source(platforms=("mastodon",), fetch=self._requests)
        source_, options = options.pop("source", known), {"endpoints": HOSTS, **options}
        config = update.FetchConfig(store=self.store, send=self.send, media=False, **options)
        with mock.patch.object(update, "SOURCES", {"mastodon": source_}):
            result: update.Result = work(CitedThread(ref=ref_of(), posts=frozenset(posts)), config)
        return result

    def check(self, live: Thread | Exception | None = None, **options: Any) -> tuple[str, str]:
        """Return status and message of a check of the live thread."""
        if live:
            self.result = FetchResult(thread=live) if isinstance(live, Thread) else live
        result = self.run(update.check, **options)
        return f"{result.status}{' (known)' if result.known else ''}", result.message

    def saved(self) -> Thread:
        thread = snapshot.load(ref_of(), self.store)
        assert thread is not None
        return thread


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


def test_thread_is_saved_once_and_refreshed(platform: Platform) -> None:
    result = platform.run()
    assert (result.status, result.message, platform.requests) == ("saved", "2 posts", 1)
    assert platform.run().status == "unchanged"
    assert platform.requests == 1
    assert platform.run(refresh=True).status == "unchanged"
    platform.result = FetchResult(thread=make_thread("One.", "Two.", "Three."))
    assert platform.run(refresh=True).status == "updated"
    assert platform.requests == 3


def test_summary_is_fetched_once_and_then_the_thread(platform: Platform) -> None:
    platform.result = FetchResult(thread=SUMMARY)
    assert [platform.run(summary=True).status for _ in "ab"] == ["saved", "unchanged"]
    platform.result = FetchResult(thread=make_thread("One."))
    assert platform.run().message == "1 post"
    assert platform.run(summary=True).status == "unchanged"
    platform.result = FetchResult(thread=CLOSED)
    assert platform.run(summary=True, refresh=True).message == "1 post"
    assert platform.saved().state == "closed"


@pytest.mark.parametrize(("days", "requests"), [(91, 1), (89, 0)])
def test_older_than(platform: Platform, days: int, requests: int) -> None:
    old = make_thread("One.", retrieved=datetime.now(UTC) - timedelta(days=days))
    store.save(old, platform.store)
    for limit in (10**10, 90):
        platform.run(older_than=limit)
    assert platform.requests == requests


def test_failed_fetch_changes_nothing(platform: Platform) -> None:
    platform.run()
    before = platform.saved()
    unsafe = replace(make_thread("One."), url="javascript:alert(1)")
    for failure, message in (
        (errors.NotFound(URL, "not found (404)"), "not found (404)"),
        (errors.BadResponse("https://a.example/", "no"), "https://a.example/: no"),
        (FetchResult(thread=unsafe), "cannot save the thread: $.url: expected an http or https"),
    ):
        platform.result = failure
        result = platform.run(refresh=True)
        assert (result.status, result.message[: len(message)]) == ("failed", message)
        assert platform.saved() == before


def test_manual_withdrawn_and_invalid_snapshots(platform: Platform) -> None:
    for provenance, status in (
        (Provenance(endpoint="hand"), "unchanged"),
        (Provenance(status=Status.WITHDRAWN), "skipped"),
    ):
        store.save(replace(make_thread("Mine."), provenance=provenance), platform.store)
        assert platform.run(refresh=True).status == status
        assert platform.run(file=SavedFile(name="page.html", body=b"")).status == status
    assert platform.check() == ("unchecked", "withdrawn")
    snapshot.snapshot_path(ref_of(), platform.store).write_text("{")
    assert platform.run().status == "failed"
    assert "invalid JSON" in platform.check()[1]
    assert platform.requests == 0
    assert platform.run(refresh=True).status == "failed"  # an author may have made a mistake


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"dry_run": True}, "due"),
        ({"endpoints": []}, "skipped"),
        ({"source": Source(platforms=(), unsupported="no")}, "skipped"),
    ],
)
def test_nothing_is_sent(platform: Platform, options: dict[str, Any], status: str) -> None:
    assert platform.run(**options).status == status
    assert (platform.requests, list(platform.store.iterdir())) == (0, [])


def test_cited_posts_and_saved_replies_are_requested(platform: Platform) -> None:
    thread = make_thread("One.", "Two.")
    other = replace(thread.posts[1], id="2", author="sam")
    people = (*thread.participants, replace(thread.participants[0], handle="sam"))
    replies = replace(thread, posts=(thread.posts[0], other), participants=people)
    platform.result = FetchResult(thread=replies)
    platform.run(posts={"9"}, replies=True)
    assert platform.options == FetchOptions(replies=True, posts=frozenset({"9"}))
    platform.run(refresh=True)
    assert platform.options == FetchOptions(posts=frozenset({"2"}))


WITHDRAWN = replace(make_thread(), provenance=Provenance(status=Status.WITHDRAWN))


@pytest.mark.parametrize("work", [update.fetch, update.check])
def test_what_another_run_saves_in_the_meantime_stays(platform: Platform, work: Any) -> None:
    platform.run()
    live = FetchResult(thread=make_thread("Changed.", "Two."))
    platform.result, platform.meanwhile = live, make_thread("One.", "Two.", "Three.")
    platform.run(work, refresh=True)
    assert len(platform.saved().posts) == 3
    platform.meanwhile = WITHDRAWN
    platform.run(work, refresh=True)
    assert platform.saved() == WITHDRAWN


COPY = "web.archive.org/web/20230529/https://social.example/@jo/1?a=%20b"


@pytest.mark.parametrize("status", ["200", "301"])
def test_archived_copy_is_added_to_a_saved_thread(platform: Platform, status: str) -> None:
    platform.run()
    url = f"http://{COPY}".replace("%20", " ")
    closest = {"closest": {"status": status, "available": True, "url": url}}
    platform.body = msgspec.json.encode({"archived_snapshots": closest})
    found = status == "200"
    assert platform.run(archive=True).status == ("updated" if found else "unchanged")
    assert platform.saved().provenance.archived == (f"https://{COPY}" if found else None)


# -- Check ---------------------------------------------------------------------


def compared(saved: Thread, live: Thread, *, complete: bool = True) -> tuple[str, str]:
    return update.compare(saved, FetchResult(thread=live, complete=complete))


def test_posts_are_compared_by_number() -> None:
    saved, live = make_thread("One.", "Two.", "Three."), make_thread("One.", "Two, changed.")
    assert compared(saved, saved) == ("same", "")
    assert compared(saved, live) == ("edited", "post 2 edited; post 3 deleted")
    part = compared(saved, make_thread("One.", "Two."), complete=False)
    assert part == ("unchecked", "post 3 not in the response")
    assert compared(make_thread("One."), saved)[1][:11] == "2 new posts"
    assert compared(make_thread("One "), make_thread("One"))[0] == "edited"


def test_another_endpoint_is_compared_by_letters_and_digits() -> None:
    link = "https://lamp.example/very/long"
    blocks = (
        Paragraph(spans=(Span(text="See "), Span(text=link, href=link))),
        List(items=((Paragraph(spans=(Span(text="First"),)),),)),
        Quote(blocks=(Code(text="lamp  --boot"),)),
    )
    page = with_post(make_thread("", endpoint="file"), blocks=blocks)
    same, edited = (f"See lamp.example/very…\n{text}\nlamp --boot" for text in ("first", "second"))
    assert compared(page, make_thread(same))[0] == "same"
    assert compared(page, make_thread(edited))[0] == "edited"
    assert compared(page, make_thread(edited), complete=False)[0] == "unchecked"


def test_changes_that_are_no_edits() -> None:
    """An alternative text by the site's author, another URL of an image, handle, id or quoted post."""
    image = Media(url="https://files.example/1?token=a", alt="A lamp")
    saved = with_post(make_thread("One."), media=(image,))
    quoted = Post(id="q", url="https://social.example/@max/9", author="max")
    changes = {"id": "did:plc:example/1", "author": "lamps", "quoted": quoted}
    other = Media(url="https://files.example/1")
    live = with_post(make_thread("One."), media=(other,), **changes)
    assert compared(saved, live)[0] == "same"
    other = replace(other, alt="B")
    assert compared(saved, with_post(live, media=(other,)))[0] == "edited"


@pytest.mark.parametrize(
    ("live", "status", "mark"),
    [
        (make_thread("One."), "same", Status.LIVE),
        (make_thread("Other."), "edited", Status.EDITED),
        (errors.NotFound(URL, "not found (404)"), "deleted", Status.DELETED),
        (errors.Forbidden(URL, "access denied (403)"), "private", None),
        (errors.Refused(URL, "robots.txt does not allow programs"), "unchecked", None),
        (errors.Unreachable(API, "server error (500)"), "unreachable", None),
    ],
)
def test_status_is_marked_once(
    platform: Platform, live: Thread | Exception, status: str, mark: Status | None
) -> None:
    assert platform.check() == ("unchecked", "not saved")
    store.save(make_thread("One."), platform.store)
    known = f"{status} (known)" if mark else status
    first = known if mark is Status.LIVE else status
    for options, expected in (({"dry_run": True}, first), ({}, first), ({}, known)):
        assert platform.check(live, **options)[0] == expected
    assert platform.saved().provenance.status is (mark or Status.LIVE)


def test_state_is_reported_until_it_is_saved(platform: Platform) -> None:
    thread = replace(make_thread("One."), title="Lamp")
    for saved, closed in (
        (SUMMARY, replace(CLOSED, title="Lamp")),
        (replace(thread, state="open"), replace(thread, state="closed")),
    ):
        store.save(saved, platform.store)
        since = "closed since 3 March 2026" if saved is SUMMARY else "now closed"
        for _ in range(2):
            assert platform.check(closed) == ("state", f"cited as open, {since}")
        assert platform.run(refresh=True, summary=True).status == "updated"
        assert platform.check()[0] == "same (known)"
    store.save(SUMMARY, platform.store)
    text = "cited as open, closed since 3 March 2026; the title is now 'Lamp 2'"
    assert platform.check(CLOSED) == ("edited", text)
    assert platform.check(CLOSED) == ("state", text)  # only the edit is known
