"""Archives of mailing lists that have too much, pack too much, or want to be left alone for a while."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest
from thread_snapshots.answers import Answer
from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound, RateLimited
from thread_snapshots.saved import MOST_BYTES
from thread_snapshots.sources import SOURCES
from thread_snapshots.steps import Ask, Found, Wish, drive
from sphinx_thread_cards.platforms import parse_thread_url

HASHES = ["".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[number // 32**place % 32] for place in range(32)) for number in range(400)]
PERMALINK = "https://lists.example/lamps/a@mail.example/"


def fetch(url: str, platform: str, send: Callable[[Ask], Answer]) -> tuple[Found, list[str]]:
    """All of a thread, and what was asked for."""
    ref, steps, asked = parse_thread_url(url, {"lists.example": platform}), SOURCES[platform].steps, []
    assert ref is not None
    assert steps is not None

    def note(ask: Ask) -> Answer:
        asked.append(ask.url)
        return send(ask)

    return drive(steps(ref, Wish(replies=True)), note), asked


def answer(ask: Ask, body: str | bytes) -> Answer:
    """Of the type that was asked for."""
    return Answer(url=ask.url, headers={"Content-Type": ask.accept}, body=body.encode() if isinstance(body, str) else body)


def test_pipermail_stops_at_a_bound() -> None:
    """The first mails of a long thread, and the word that some are not there."""
    lines = [
        f'<!--{min(number, 1)} 01609800000.1-{f"0{1609800000 + number}.{number}-" if number else ""} -->\n'
        f'<LI><A HREF="{number:06}.html">Lamp</A><A NAME="{number}">&nbsp;</A>\n<I>Jo Example\n</I>\n'
        for number in range(400)
    ]

    def send(ask: Ask) -> Answer:
        if ask.url.endswith("thread.html"):
            return answer(ask, "".join(lines))
        return answer(ask, "<H1>Lamp</H1><B>Jo</B><I>x</I><!--beginarticle--><PRE>It glows.</PRE><!--endarticle-->")

    found, asked = fetch("https://lists.example/pipermail/lamps/2021-January/000399.html", "pipermail", send)
    assert (len(asked), len(set(asked))) == (152, 152)
    assert [post.id for post in found.thread.posts] == [f"{number:06}" for number in [*range(150), 399]]
    assert (found.whole, found.note) == (False, "some of its mails cannot be read")


def test_hyperkitty_stops_at_a_bound() -> None:
    """Pages of the list, then the first mails; the count is the archive's."""

    def send(ask: Ask) -> Answer:
        if "/emails/" in ask.url:
            start = int(ask.url.rpartition("=")[2])
            some = [{"message_id_hash": hash_, "sender_name": "Jo"} for hash_ in HASHES[start : start + 100]]
            return answer(ask, json.dumps({"count": 400, "next": "https://x.example/" if start < 300 else None, "results": some}))
        if "/thread/" in ask.url:
            return answer(ask, json.dumps({"subject": "Lamp", "replies_count": 399}))
        return answer(ask, json.dumps({"message_id_hash": ask.url.split("/")[-2], "sender_name": "Jo", "content": "It glows."}))

    found, asked = fetch(f"https://lists.example/list/lamps@lists.example/thread/{HASHES[0]}/", "hyperkitty", send)
    assert len(asked) == 1 + 4 + 150
    assert [post.id for post in found.thread.posts] == HASHES[:150]
    assert (found.whole, found.note, found.thread.replies) == (False, "the first 150 mails only", 399)


def test_a_list_that_goes_on_for_ever_ends() -> None:
    """A server may lead round in a circle."""

    def send(ask: Ask) -> Answer:
        some = [{"message_id_hash": HASHES[0], "sender_name": "Jo"}]
        return answer(ask, json.dumps({"message_id_hash": HASHES[0], "content": "x", "sender_name": "Jo", "next": "x", "results": some}))

    found, asked = fetch(f"https://lists.example/list/lamps@lists.example/thread/{HASHES[0]}/", "hyperkitty", send)
    assert len(found.thread.posts) == 1
    assert len(asked) < 60


def test_a_thread_that_unpacks_to_too_much_is_refused() -> None:
    """Few bytes, and no memory for what they would be."""
    bomb = gzip.compress(b"From: x\n\n" + b" " * (MOST_BYTES + 1))
    with pytest.raises(BadAnswer, match="larger than 64 MB"):
        fetch(PERMALINK, "public-inbox", lambda ask: answer(ask, bomb if ask.url.endswith("gz") else b""))


def test_a_thread_that_is_cut_off_is_refused() -> None:
    """Half a thread is none; the mail alone is asked for."""
    whole = gzip.compress(b"From: Jo\nMessage-ID: <a@mail.example>\n\nIt glows.\n")
    mail = b"From: Jo\nMessage-ID: <a@mail.example>\n\nIt glows.\n"
    found, asked = fetch(PERMALINK, "public-inbox", lambda ask: answer(ask, whole[:-9] if ask.url.endswith("gz") else mail))
    assert (found.whole, found.thread.replies) == (False, None)
    assert asked == [f"{PERMALINK}t.mbox.gz", f"{PERMALINK}raw"]


@pytest.mark.parametrize("platform", ["public-inbox", "hyperkitty", "pipermail"])
def test_who_was_asked_too_often_is_not_asked_for_something_else(platform: str) -> None:
    """No fallback is for this."""
    urls = {
        "public-inbox": PERMALINK,
        "hyperkitty": f"https://lists.example/list/lamps@lists.example/thread/{HASHES[0]}/",
        "pipermail": "https://lists.example/pipermail/lamps/2021-January/000001.html",
    }
    asked: list[str] = []

    def send(ask: Ask) -> Answer:
        asked.append(ask.url)
        raise RateLimited(ask.url, "the server was asked too often")

    with pytest.raises(RateLimited):
        fetch(urls[platform], platform, send)
    assert len(asked) == 1


@pytest.mark.parametrize("kind", [NotFound, Forbidden])
def test_what_is_gone_or_private_is_told_apart(kind: type[FetchError]) -> None:
    """After all that could be asked."""

    def send(ask: Ask) -> Answer:
        raise kind(ask.url, "no")

    for url, platform in ((PERMALINK, "public-inbox"), (f"https://lists.example/list/l@lists.example/message/{HASHES[0]}/", "hyperkitty")):
        with pytest.raises(kind):
            fetch(url, platform, send)
