"""How a check compares snapshots with live threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sphinx_thread_cards.snapshot import (
    Author,
    Code,
    List,
    Media,
    Paragraph,
    Post,
    Quote,
    Span,
    Status,
    Thread,
    load,
    save,
    snapshot_path,
)
from support.snapshots import API, URL, cited, make_thread, ref_of, source_of, without
from thread_snapshots.source import FetchResult, Forbidden, NotFound, Response, Unreachable
from thread_snapshots.update import CheckResult, CheckStatus, FetchConfig, check, compare


def compared(saved: Thread, live: Thread, *, complete: bool = True) -> tuple[CheckStatus, str]:
    return compare(saved, FetchResult(thread=live, complete=complete))


def test_same_thread() -> None:
    assert compared(make_thread("One.", "Two."), make_thread("One.", "Two.")) == (
        CheckStatus.SAME,
        "",
    )


def test_edited_and_deleted_posts_are_numbered() -> None:
    live = without(make_thread("One.", "Two, changed.", "Three.", "Four."), "3")
    assert compared(make_thread("One.", "Two.", "Three."), live) == (
        CheckStatus.EDITED,
        "post 2 edited; post 3 deleted",
    )


def test_missing_posts_of_an_incomplete_result_are_not_deleted() -> None:
    status, message = compared(make_thread("One.", "Two."), make_thread("One."), complete=False)
    assert (status, message) == (CheckStatus.UNCHECKED, "post 2 not in the response")


def test_new_posts_are_mentioned() -> None:
    status, message = compared(make_thread("One."), make_thread("One.", "Two.", "Three."))
    assert status is CheckStatus.SAME
    assert message.startswith("2 new posts")


@given(st.text(alphabet="ab …-\n", max_size=40), st.text(alphabet="ab …-\n", max_size=40))
def test_texts_from_the_same_endpoint_are_compared_exactly(left: str, right: str) -> None:
    assert (compared(make_thread(left), make_thread(right))[0] is CheckStatus.SAME) == (
        left == right
    )


def test_another_endpoint_is_compared_by_letters_and_digits() -> None:
    page = make_thread("", endpoint="file")
    link = Span(text="https://lamp.example/very/long", href="https://lamp.example/very/long")
    blocks = (
        Paragraph(spans=(Span(text="See "), link)),
        List(items=((Paragraph(spans=(Span(text="First"),)),),)),
        Quote(blocks=(Code(text="lamp  --boot"),)),
    )
    page = replace(page, posts=(replace(page.posts[0], blocks=blocks),))
    assert (
        compared(page, make_thread("See lamp.example/very…\nfirst\nlamp --boot"))[0]
        is CheckStatus.SAME
    )
    assert (
        compared(page, make_thread("See lamp.example/very…\nsecond\nlamp --boot"))[0]
        is CheckStatus.EDITED
    )
    assert (
        compared(page, make_thread("See lamp.example"), complete=False)[0] is CheckStatus.UNCHECKED
    )


def test_changes_that_are_no_edits() -> None:
    """Alternative texts by the site's author, other URLs of an image, a new handle or id, another quoted post."""
    live = make_thread("One.")
    image = Media(url="https://files.example/1?token=a", alt="A lamp")
    saved = replace(live, posts=(replace(live.posts[0], media=(image,)),))
    quoted = Post(id="q", url="https://social.example/@max/9", author="max")
    post = replace(
        live.posts[0],
        id="did:plc:example/1",
        author="lamps",
        media=(Media(url="https://files.example/1"),),
        quoted=quoted,
    )
    assert (
        compared(saved, replace(live, participants=(Author(handle="lamps"),), posts=(post,)))[0]
        is CheckStatus.SAME
    )
    edited = replace(post, media=(Media(url="https://files.example/1", alt="A lantern"),))
    assert compared(saved, replace(live, posts=(edited,)))[0] is CheckStatus.EDITED


# -- Status --------------------------------------------------------------------


def run(store: Path, result: FetchResult | Exception, **options: Any) -> CheckResult:
    config = FetchConfig(
        store=store, sources={"mastodon": source_of(lambda _: result)}, endpoints=["social.example"],
        send=lambda request: Response(url=request.url, body=b"{}"), **options,
    )  # fmt: skip
    return check(cited(), config)


def status_of(store: Path) -> Status:
    thread = load(ref_of(), store)
    assert thread is not None
    return thread.provenance.status


SAME, EDITED, DELETED = (
    FetchResult(thread=make_thread("One.")),
    FetchResult(thread=make_thread("Other.")),
    NotFound(URL, "not found (404)"),
)


@pytest.mark.parametrize(
    ("result", "status", "mark"),
    [
        (SAME, CheckStatus.SAME, Status.LIVE),
        (EDITED, CheckStatus.EDITED, Status.EDITED),
        (DELETED, CheckStatus.DELETED, Status.DELETED),
        (Forbidden(URL, "access denied (403)"), CheckStatus.PRIVATE, Status.LIVE),
        (Unreachable(API, "server error (500)"), CheckStatus.UNREACHABLE, Status.LIVE),
    ],
)
def test_status_is_marked_once(
    tmp_path: Path, result: FetchResult | Exception, status: CheckStatus, mark: Status
) -> None:
    save(make_thread("One."), tmp_path)
    before = snapshot_path(ref_of(), tmp_path).read_bytes()
    first = run(tmp_path, result, dry_run=True)
    assert (first.status, first.marked) == (status, False)
    assert snapshot_path(ref_of(), tmp_path).read_bytes() == before
    second = run(tmp_path, result)
    assert (second.status, second.marked, status_of(tmp_path)) == (
        status,
        mark is not Status.LIVE,
        mark,
    )
    third = run(tmp_path, result)
    assert (third.known, third.marked) == (
        status not in {CheckStatus.PRIVATE, CheckStatus.UNREACHABLE},
        False,
    )
    run(tmp_path, SAME)
    assert status_of(tmp_path) is Status.LIVE


def test_snapshots_that_are_not_checked(tmp_path: Path) -> None:
    assert run(tmp_path, SAME).status is CheckStatus.UNCHECKED
    save(make_thread(status=Status.WITHDRAWN), tmp_path)
    assert run(tmp_path, DELETED).status is CheckStatus.UNCHECKED
    assert status_of(tmp_path) is Status.WITHDRAWN
    snapshot_path(ref_of(), tmp_path).write_text("{")
    assert "invalid JSON" in run(tmp_path, SAME).message
