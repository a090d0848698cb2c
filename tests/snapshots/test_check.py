"""How a check compares snapshots with live threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sphinx_thread_cards.snapshot import (
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
from support.snapshots import API, URL, cited, make_thread, ref_of, source_of
from thread_snapshots.source import FetchResult, Forbidden, NotFound, Response, Unreachable
from thread_snapshots.update import FetchConfig, Result, check, compare


def compared(saved: Thread, live: Thread, *, complete: bool = True) -> tuple[str, str]:
    return compare(saved, FetchResult(thread=live, complete=complete))


def with_post(thread: Thread, **changes: Any) -> Thread:
    return replace(thread, posts=(replace(thread.posts[0], **changes), *thread.posts[1:]))


def test_posts_are_compared_by_number() -> None:
    saved, live = make_thread("One.", "Two.", "Three."), make_thread("One.", "Two, changed.")
    assert compared(saved, saved) == ("same", "")
    assert compared(saved, live) == ("edited", "post 2 edited; post 3 deleted")
    status, message = compared(saved, make_thread("One.", "Two."), complete=False)
    assert (status, message) == ("unchecked", "post 3 not in the response")
    status, message = compared(make_thread("One."), saved)
    assert (status, message[:11]) == ("same", "2 new posts")


@given(st.text("ab …-\n", max_size=40), st.text("ab …-\n", max_size=40))
def test_texts_from_the_same_endpoint_are_compared_exactly(left: str, right: str) -> None:
    status, _ = compared(make_thread(left), make_thread(right))
    assert (status == "same") == (left == right)


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
    live = with_post(
        make_thread("One."),
        id="did:plc:example/1",
        author="lamps",
        media=(Media(url="https://files.example/1"),),
        quoted=Post(id="q", url="https://social.example/@max/9", author="max"),
    )
    assert compared(saved, live)[0] == "same"
    assert compared(saved, with_post(live, media=(replace(image, alt="B"),)))[0] == "edited"


# -- Status --------------------------------------------------------------------

SAME = FetchResult(thread=make_thread("One."))
EDITED = FetchResult(thread=make_thread("Other."))
DELETED = NotFound(URL, "not found (404)")


def run(store: Path, result: FetchResult | Exception, **options: Any) -> Result:
    config = FetchConfig(
        store=store,
        sources={"mastodon": source_of(lambda _: result)},
        endpoints=["social.example"],
        send=lambda request: Response(url=request.url, body=b"{}"),
        **options,
    )
    return check(cited(), config)


def mark(store: Path) -> Status:
    thread = load(ref_of(), store)
    assert thread is not None
    return thread.provenance.status


@pytest.mark.parametrize(
    ("result", "status", "expected"),
    [
        (SAME, "same", Status.LIVE),
        (EDITED, "edited", Status.EDITED),
        (DELETED, "deleted", Status.DELETED),
        (Forbidden(URL, "access denied (403)"), "private", Status.LIVE),
        (Unreachable(API, "server error (500)"), "unreachable", Status.LIVE),
    ],
)
def test_status_is_marked_once(
    tmp_path: Path, result: FetchResult | Exception, status: str, expected: Status
) -> None:
    save(make_thread("One."), tmp_path)
    before = snapshot_path(ref_of(), tmp_path).read_bytes()
    first = run(tmp_path, result, dry_run=True)
    assert first.status == status
    assert snapshot_path(ref_of(), tmp_path).read_bytes() == before
    run(tmp_path, result)
    assert mark(tmp_path) is expected
    third = run(tmp_path, result)
    assert third.known == (status not in {"private", "unreachable"})
    run(tmp_path, SAME)
    assert mark(tmp_path) is Status.LIVE


def test_snapshots_that_are_not_checked(tmp_path: Path) -> None:
    assert run(tmp_path, SAME).status == "unchecked"
    save(make_thread(status=Status.WITHDRAWN), tmp_path)
    assert run(tmp_path, DELETED).status == "unchecked"
    assert mark(tmp_path) is Status.WITHDRAWN
    snapshot_path(ref_of(), tmp_path).write_text("{")
    assert "invalid JSON" in run(tmp_path, SAME).message
