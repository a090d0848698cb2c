"""Threads of microblogs: what is the author's own thread, and how many requests a long one takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from thread_snapshots.answers import Answer
from thread_snapshots.errors import BadAnswer, FetchError, NotFound, RateLimited, Unreachable
from thread_snapshots.sources import SOURCES
from thread_snapshots.sources._chains import of_microblog
from thread_snapshots.steps import Ask, Found, Wish, drive
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.thread import Post


def post(id_: str, answers: str | None = None, author: str = "jo_example", posted: str | None = None) -> Post:
    return Post(id=id_, url=f"https://social.example/{id_}", author=author, answers=answers, posted=posted)


def ids(posts: list[Post]) -> str:
    return " ".join(post.id for post in posts)


@pytest.mark.parametrize("cited", ["a", "b", "c", "d"])
def test_the_thread_is_the_same_wherever_it_is_cited(cited: str) -> None:
    """All that the author wrote below their own posts, with every branch, and not what they answered to others."""
    posts = [
        post("0", author="max_example"), post("a", "0"), post("b", "a"), post("x", "b", "max_example"), post("y", "x"),
        post("c", "b"), post("d", "a"),
    ]  # fmt: skip

    assert ids(of_microblog(posts, cited, Wish())) == "a b d c"


def test_time_puts_branches_in_order_but_no_answer_before_its_question() -> None:
    """A clock that goes wrong does not turn the thread round."""
    posts = [
        post("a", posted="2020-01-01T00:00:03Z"), post("b", "a", posted="2020-01-01T00:00:01Z"),
        post("c", "b", posted="2020-01-01T00:00:02Z"), post("d", "a", posted="2020-01-01T00:00:01Z"),
    ]  # fmt: skip

    assert ids(of_microblog(posts, "c", Wish())) == "a b d c"


def test_answers_stand_below_what_they_answer() -> None:
    """With answers the author's thread comes first, then each answer with those to it."""
    posts = [post("a"), post("x", "a", "max"), post("b", "a"), post("y", "a", "sam"), post("z", "x", "jo_example")]

    assert ids(of_microblog(posts, "b", Wish(replies=True))) == "a b x z y"
    assert ids(of_microblog(posts, "b", Wish(posts=frozenset("y")))) == "a b y"


def test_a_circle_comes_to_an_end() -> None:
    """Whatever a server says, each post is there once."""
    posts = [post("a", "c"), post("b", "a"), post("c", "b"), post("d", "d")]

    assert ids(of_microblog(posts, "b", Wish())) == "c a b"
    assert ids(of_microblog(posts, "d", Wish(replies=True))) == "d"


def fetched(url: str, answer: Any, *, replies: bool = False) -> tuple[Found, list[Ask]]:  # noqa: ANN401 - a function
    """Fetch from a function that answers with JSON."""
    ref, asked = parse_thread_url(url), []
    assert ref is not None

    def send(ask: Ask) -> Answer:
        asked.append(ask)
        return Answer(url=ask.url, headers={}, body=json.dumps(answer(ask)).encode())

    steps = SOURCES[ref.platform].steps
    assert steps is not None
    return drive(steps(ref, Wish(replies=replies)), send), asked


LONG = 130


def status(number: int) -> dict[str, Any]:
    account = {"id": "1", "acct": "jo_example", "display_name": "Jo Example", "url": "https://mastodon.social/@jo_example"}
    return {
        "id": str(110446000000000000 + number), "content": f"<p>{number}</p>", "account": account, "visibility": "public",
        "in_reply_to_id": str(110446000000000000 + number - 1) if number else None,
        "in_reply_to_account_id": "1" if number else None, "created_at": "2023-05-28T15:20:18.907Z",
        "replies_count": int(number < LONG - 1),
    }  # fmt: skip


def mastodon(ask: Ask) -> Any:  # noqa: ANN401
    """A server with the limits for people without an account: 40 posts above, 60 below, 20 deep."""
    parts = urlsplit(ask.url).path.split("/")
    number = int(parts[4]) - 110446000000000000
    if parts[-1] != "context":
        return status(number)
    below = range(number + 1, min(number + 21, LONG))
    return {"ancestors": [status(n) for n in range(max(0, number - 40), number)], "descendants": [status(n) for n in below]}


@pytest.mark.parametrize("number", [0, 65, 129])
def test_a_long_thread_on_mastodon_is_asked_for_piece_by_piece(number: int) -> None:
    """All 130 posts, whichever of them is cited, with few requests."""
    found, asked = fetched(f"https://mastodon.social/@jo_example/{110446000000000000 + number}", mastodon)

    assert [post.id for post in found.thread.posts] == [status(n)["id"] for n in range(LONG)]
    assert (found.whole, found.note) == (True, "")
    assert len(asked) <= 9


def test_a_server_that_leads_on_for_ever_is_left() -> None:
    """More posts with each answer: what came is kept, and it is said that there is more."""

    def endless(ask: Ask) -> Any:  # noqa: ANN401
        number = int(urlsplit(ask.url).path.split("/")[4]) - 110446000000000000
        one, after = status(number), {**status(number + 1), "replies_count": 1}
        return {"ancestors": [], "descendants": [after]} if ask.url.endswith("context") else one

    found, asked = fetched("https://mastodon.social/@jo_example/110446000000000000", endless)

    assert (found.whole, found.note) == (False, "the thread takes more than 100 requests")
    assert len(found.thread.posts) == len(asked) == 101


def test_many_answers_are_not_all_shown() -> None:
    """Where 60 answers came and more are counted, the author is told."""
    other = {"id": "2", "acct": "max_example", "display_name": "Max Example", "url": "https://mastodon.social/@max_example"}

    def popular(ask: Ask) -> Any:  # noqa: ANN401
        first = {**status(0), "replies_count": 500}
        answers = [{**status(1), "id": str(110446000000000100 + n), "account": other, "replies_count": 0} for n in range(60)]
        return {"ancestors": [], "descendants": answers} if ask.url.endswith("context") else first

    found, asked = fetched("https://mastodon.social/@jo_example/110446000000000000", popular, replies=True)

    assert (found.whole, len(found.thread.posts), len(asked)) == (False, 61, 2)
    assert found.note == "some answers are missing; without an account the server shows 60 at a time"
    assert fetched("https://mastodon.social/@jo_example/110446000000000000", popular)[0].whole


def note(number: int) -> dict[str, Any]:
    return {
        "id": note_id(number), "createdAt": "2024-03-10T23:27:19.123Z", "text": str(number), "visibility": "public",
        "user": {"username": "jo_example", "host": None, "name": "Jo Example"}, "files": [],
        "replyId": note_id(number - 1) if number else None, "repliesCount": int(number < LONG - 1),
    }  # fmt: skip


def note_id(number: int) -> str:
    return f"9qppkxzyd1ee{number:04}"


def test_a_long_thread_on_misskey_is_asked_for_note_by_note() -> None:
    """Up in one request, down in one for each note."""

    def misskey(ask: Ask) -> Any:  # noqa: ANN401
        assert isinstance(ask.data, Mapping)
        number = int(str(ask.data["noteId"])[-4:])
        if ask.url.endswith("show"):
            return note(number)
        if ask.url.endswith("conversation"):
            return [note(n) for n in reversed(range(max(0, number - 100), number))]
        return [note(number + 1)]

    found, asked = fetched(f"https://misskey.io/notes/{note_id(50)}", misskey)

    assert [post.id for post in found.thread.posts] == [note_id(n) for n in range(LONG)]
    assert found.whole
    assert len(asked) == 2 + 79


def test_answers_on_misskey_come_in_pages() -> None:
    """A full page leads to the next one, from the oldest note on it."""

    def misskey(ask: Ask) -> Any:  # noqa: ANN401
        assert isinstance(ask.data, Mapping)
        if ask.url.endswith("show"):
            return {**note(0), "repliesCount": 120}
        last = int(str(ask.data.get("untilId", note_id(121)))[-4:])
        return [{**note(n), "replyId": note_id(0), "repliesCount": 0} for n in range(last - 1, max(0, last - 101), -1)]

    found, asked = fetched(f"https://misskey.io/notes/{note_id(0)}", misskey)

    assert len(found.thread.posts) == 121
    assert [ask.data.get("untilId") for ask in asked[1:] if isinstance(ask.data, Mapping)] == [None, note_id(21)]


DID = "did:plc:jojojojojojojojojojojojo"


def key(number: int) -> str:
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    return f"3kalampala{letters[number // 32]}{letters[number % 32]}2"


def record(number: int) -> dict[str, Any]:
    above = {"uri": f"at://{DID}/app.bsky.feed.post/{key(number - 1)}", "cid": "b"}
    reply = {"reply": {"root": {"uri": f"at://{DID}/app.bsky.feed.post/{key(0)}", "cid": "b"}, "parent": above}}
    value = {"$type": "app.bsky.feed.post", "text": str(number), "createdAt": "2023-09-28T12:49:30.250Z", **(reply if number else {})}
    return {"uri": f"at://{DID}/app.bsky.feed.post/{key(number)}", "cid": "b", "value": value}


def test_a_long_thread_in_a_repository_comes_in_pages() -> None:
    """The records from the first post on, a hundred at a time."""

    def repository(ask: Ask) -> Any:  # noqa: ANN401
        parts = urlsplit(ask.url)
        query = {name: value[0] for name, value in parse_qs(parts.query).items()}
        if "getPostThread" in parts.path:
            raise NotFound(ask.url, "there is no such page (404)", status=404)
        if query.get("rkey") == "self":
            raise BadAnswer(ask.url, "the server answered with status 400", status=400)
        numbers = {key(n): n for n in range(LONG)}
        if "getRecord" in parts.path:
            return record(numbers[query["rkey"]])
        start = numbers[query["cursor"]] + 1
        records = [record(n) for n in range(start, min(start + 100, LONG))]
        return {"records": records, "cursor": key(start + len(records) - 1)}

    found, asked = fetched(f"https://bsky.app/profile/jo.example/post/{key(77)}", repository)

    assert [post.id for post in found.thread.posts] == [f"jo.example/{key(n)}" for n in range(LONG)]
    assert found.whole
    assert len(asked) == 6


@pytest.mark.parametrize("error", [Unreachable, RateLimited])
def test_a_passing_fault_is_no_reason_to_ask_elsewhere(error: type[FetchError]) -> None:
    """Only a server that is no AppView is asked for records."""

    def fails(ask: Ask) -> Any:  # noqa: ANN401
        raise error(ask.url, "for a moment", status=429)

    with pytest.raises(error):
        fetched("https://bsky.app/profile/jo.example/post/3kalampalam22", fails)
