"""What is kept of a thread that was found, and what tells it from the live one later."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sphinx_thread_cards import store
from thread_snapshots.compare import compare
from thread_snapshots.errors import Forbidden, NotFound
from thread_snapshots.finding import Finding, check_one
from thread_snapshots.keeping import WouldLose, is_by_hand, is_older, to_keep, with_status
from thread_snapshots.outcome import Plan
from thread_snapshots.steps import Found
from sphinx_thread_cards.platforms import parse_thread_url
from thread_snapshots.site import Cited
from sphinx_thread_cards.thread import (
    Author,
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

TIME = "2026-11-24T10:00:00Z"
URL = "https://social.example/@jo/1"


def thread(*texts: str, endpoint: str = "https://social.example/api", **provenance: object) -> Thread:
    """A thread whose posts say these, numbered from 1."""
    posts = tuple(Post(id=str(number), url=f"{URL}{number}", author="jo", blocks=(Paragraph(spans=(Span(text=text),)),)) for number, text in enumerate(texts, 1))
    return Thread(
        platform="mastodon", host="social.example", id="1", url=URL, participants=(Author(handle="jo"),), posts=posts,
        provenance=Provenance(endpoint=endpoint, **provenance),  # type: ignore[arg-type]
    )  # fmt: skip


def kept(found: Thread, **more: object) -> Thread:
    return to_keep(Found(thread=found, **more), None, TIME)  # type: ignore[arg-type]


def test_part_never_takes_the_place_of_the_whole() -> None:
    before = kept(thread("One.", "Two."))
    with pytest.raises(WouldLose, match="only a part is to be had now"):
        to_keep(Found(thread=thread("One …", "Two."), whole=False), before, TIME)


def test_whole_takes_the_place_of_the_part() -> None:
    before = kept(thread("One …"), whole=False)
    after = to_keep(Found(thread=thread("One.", "Two.")), before, TIME)
    assert (before.provenance.whole, after.provenance.whole, len(after.posts)) == (False, True, 2)


def test_kept_posts_are_not_lost() -> None:
    with pytest.raises(WouldLose, match="post 2 of the kept thread is no longer there"):
        to_keep(Found(thread=thread("One.")), kept(thread("One.", "Two.")), TIME)


def test_archived_copy_stays() -> None:
    before = replace(kept(thread("One.")), provenance=Provenance(archived="https://archive.example/1", retrieved=TIME, endpoint="https://social.example/api"))
    assert to_keep(Found(thread=thread("Two.")), before, TIME).provenance.archived == "https://archive.example/1"


def test_refresh_says_that_a_gone_thread_is_there_again() -> None:
    before = with_status(kept(thread("One.")), Status.GONE, TIME)
    assert to_keep(Found(thread=thread("One.")), before, "2026-12-01T00:00:00Z").provenance.status is Status.LIVE


def test_control_characters_make_no_other_digest() -> None:
    """As a post comes in, and as it is kept."""
    assert kept(thread("One\x00.")).provenance.digest == kept(thread("One.")).provenance.digest


@pytest.mark.parametrize(("retrieved", "checked", "older"), [("2026-08-01", None, True), ("2026-08-01", "2026-11-20", False), ("2026-11-20", None, False), (None, None, True)])
def test_age(retrieved: str | None, checked: str | None, older: bool) -> None:
    """The last time that somebody looked counts."""
    times = {name: day and f"{day}T00:00:00Z" for name, day in (("retrieved", retrieved), ("checked", checked))}
    assert is_older(thread("One.", **times), timedelta(days=90), TIME) is older


def test_by_hand() -> None:
    assert is_by_hand(thread("One.", endpoint="hand"))
    assert not is_by_hand(thread("One.", endpoint="file"))


def test_same_thread_has_no_changes() -> None:
    changes = compare(kept(thread("One.", "Two.")), Found(thread=thread("One.", "Two.")))
    assert not changes
    assert changes.new == 0


def test_edited_deleted_and_new_posts_are_told_by_number() -> None:
    live = thread("One.", "Two, changed.", "Three.", "Four.", "Five.")
    live = replace(live, posts=(*live.posts[:2], *live.posts[3:]))
    changes = compare(kept(thread("One.", "Two.", "Three.")), Found(thread=live))
    assert (changes.edited, changes.deleted, changes.new) == ((2,), (3,), 2)


def test_posts_that_were_not_to_be_had_are_not_deleted() -> None:
    changes = compare(kept(thread("One.", "Two.")), Found(thread=thread("One."), whole=False))
    assert not changes


def test_another_place_is_compared_by_its_words() -> None:
    """A saved page has links, lists and quotes where an interface has lines."""
    page = thread("", endpoint="file")
    blocks = (
        Paragraph(spans=(Span(text="See "), Span(text="https://lamp.example/very/long", href="https://lamp.example/very/long"))),
        List(items=((Paragraph(spans=(Span(text="First"),)),),)),
        Quote(blocks=(Code(text="lamp  --boot"),)),
    )
    page = kept(replace(page, posts=(replace(page.posts[0], blocks=blocks),)))
    assert not compare(page, Found(thread=thread("See lamp.example/very…\nfirst\nlamp --boot")))
    assert compare(page, Found(thread=thread("See lamp.example/very…\nsecond\nlamp --boot"))).edited == (1,)


@given(st.text(alphabet="ab …-\n", max_size=40), st.text(alphabet="ab …-\n", max_size=40))
def test_one_place_is_compared_to_the_letter(left: str, right: str) -> None:
    """But for what a snapshot never holds."""
    changes = compare(kept(thread(left)), Found(thread=thread(right)))
    assert bool(changes) == (left != right)


def test_alternative_text_written_by_hand_is_no_edit() -> None:
    """Nor are other addresses of a picture; another text of its own author is."""
    base = thread("One.")

    def shown(alt: str | None, url: str) -> Thread:
        return replace(base, posts=(replace(base.posts[0], media=(Media(url=url, alt=alt),)),))

    mine = kept(shown("A lamp", "https://files.example/1?token=a"))
    assert not compare(mine, Found(thread=shown(None, "https://files.example/1?token=b")))
    assert compare(mine, Found(thread=shown("A lantern", "https://files.example/1"))).edited == (1,)
    assert compare(mine, Found(thread=base)).edited == (1,)


class Server:
    """A microblog that shows a chain only as far as it reaches from the post that is asked for.

    The thread's own address means its first post.
    """

    def __init__(self, chain: list[str], *, gone: AbstractSet[int], hidden: AbstractSet[int] = frozenset()) -> None:
        self.chain, self.gone, self.hidden, self.asked = chain, gone | hidden, hidden, list[int]()

    def find(self, cited: Cited, _: Plan) -> Found:
        number = int(cited.ref.id.removeprefix("1") or 1)
        self.asked.append(number)
        if number in self.hidden:
            raise Forbidden(cited.ref.url, "hidden")
        if number in self.gone:
            raise NotFound(cited.ref.url, "gone")
        whole = thread(*self.chain)
        reached = [post for post in whole.posts if int(post.id) not in self.gone]
        ends = [number_gone for number_gone in sorted(self.gone) if number_gone > number]
        begins = [number_gone for number_gone in sorted(self.gone) if number_gone < number]
        reached = [post for post in reached if (begins or [0])[-1] < int(post.id) < (ends or [len(self.chain) + 1])[0]]
        return Found(thread=replace(whole, posts=tuple(reached)), whole=not begins)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(folder=tmp_path, send=lambda ask: pytest.fail(ask.url), own={"social.example"})


Check = Callable[..., tuple[Finding, str, Server]]


@pytest.fixture
def check(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks a kept thread of so many posts, some of which are no longer there."""

    def check(count: int, *, gone: AbstractSet[int] = frozenset(), hidden: AbstractSet[int] = frozenset()) -> tuple[Finding, str, Server]:
        chain = [f"Post {number}." for number in range(1, count + 1)]
        store.save(kept(thread(*chain)), plan.folder)
        server = Server(chain, gone=gone, hidden=hidden)
        monkeypatch.setattr("thread_snapshots.looking.find", server.find)
        ref = parse_thread_url(URL, {"social.example": "mastodon"})
        assert ref is not None
        result = check_one(Cited(ref=ref), plan)
        return result.finding, result.why, server

    return check


@pytest.mark.parametrize(
    ("count", "gone", "why", "most_asked"),
    [
        (9, {4}, "post 4 deleted", 3),
        (9, {9}, "post 9 deleted", 2),
        (9, {3, 6}, "posts 3, 6 deleted", 5),
        (9, {8, 9}, "posts 8, 9 deleted", 3),
        (9, {2, 3, 4, 5, 6, 7, 8}, "posts 2, 3, 4, 5, 6, 7, 8 deleted", 9),
        (26, {4, 6, 7, 9, 11, 13, 14, 15, 20, 26}, "posts 4, 6, 7, 9, 11, 13, 14, 15, 20, 26 deleted", 19),
    ],
)
def test_chain_that_is_broken_in_the_middle_loses_only_what_is_gone(count: int, gone: set[int], why: str, most_asked: int, check: Check) -> None:
    """What comes after a deleted post is asked for by itself, in few requests."""
    finding, told, server = check(count, gone=gone)
    assert (finding, told) == (Finding.EDITED, why)
    assert len(server.asked) <= most_asked


def test_cited_post_that_is_gone_does_not_take_the_others_with_it(check: Check) -> None:
    finding, told, _ = check(9, gone={1, 5})
    assert (finding, told) == (Finding.GONE, "gone, but others of its thread are there; posts 1, 5 deleted")


def test_thread_that_is_gone_is_not_asked_for_post_by_post(check: Check) -> None:
    finding, told, server = check(26, gone=set(range(1, 27)))
    assert (finding, told) == (Finding.GONE, "gone")
    assert len(server.asked) <= 4


def test_posts_that_are_hidden_are_not_deleted(check: Check) -> None:
    assert check(9, hidden={4})[:2] == (Finding.PRIVATE, "post 4 not to be seen")
    assert check(9, gone={7}, hidden={4})[:2] == (Finding.EDITED, "post 7 deleted; post 4 not to be seen")


def test_posts_that_nobody_asked_for_are_neither_deleted_nor_the_same(check: Check) -> None:
    """Where very many are missing, a server is not asked for each."""
    finding, told, server = check(90, gone=set(range(2, 91)))
    assert finding is Finding.EDITED
    assert told.startswith("posts 61, 62, 63,")
    assert "90 deleted; posts 2, 3," in told
    assert told.endswith("60 not to be seen")
    assert len(server.asked) == 31


def test_posts_are_asked_for_by_the_key_of_the_account(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the thread is cited by it: its author may have taken another handle."""
    account, asked = "did:plc:jojojojojojojojojojojojo", list[str]()
    base = thread("One.", "Two.", "Three.")
    posts = tuple(replace(post, id=f"{account}/3kalampalam2{post.id}", url=f"https://bsky.app/profile/old.example/post/3kalampalam2{post.id}") for post in base.posts)
    ref = parse_thread_url(f"https://bsky.app/profile/{account}/post/3kalampalam21")
    assert ref is not None
    whole = replace(base, platform=ref.platform, host=ref.host, id=ref.id, url=ref.url, posts=posts)
    store.save(kept(whole), plan.folder)

    def find(cited: Cited, _: Plan) -> Found:
        asked.append(cited.ref.id)
        if cited.ref.id == posts[1].id:
            raise NotFound(cited.ref.url, "gone")
        return Found(thread=replace(whole, posts=tuple(post for post in posts if post.id == cited.ref.id)))

    monkeypatch.setattr("thread_snapshots.looking.find", find)
    assert check_one(Cited(ref=ref), plan).why == "post 2 deleted"
    assert asked == [posts[0].id, posts[2].id, posts[1].id]


def test_part_of_what_is_kept_is_not_the_same(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a place shows less than is kept, and its posts have no addresses of their own."""
    whole = thread("One.", "Two.")
    whole = replace(whole, posts=tuple(replace(post, url=f"{URL}#{post.id}") for post in whole.posts))
    store.save(kept(whole), plan.folder)
    part = Found(thread=replace(whole, posts=whole.posts[:1]), whole=False)
    monkeypatch.setattr("thread_snapshots.looking.find", lambda *_: part)
    ref = parse_thread_url(URL, {"social.example": "mastodon"})
    assert ref is not None
    result = check_one(Cited(ref=ref), plan)
    assert (result.finding, result.why) == (Finding.UNCHECKED, "post 2 not to be seen")


def test_quote_that_is_gone_is_no_edit_of_the_post() -> None:
    live = thread("One.", "Two.")
    quoting = replace(live.posts[1], quoted=Post(id="q", url="https://social.example/@max/9", author="max"))
    before = kept(replace(live, posts=(live.posts[0], quoting), participants=(Author(handle="jo"), Author(handle="max"))))
    changes = compare(before, Found(thread=live))
    assert (changes.edited, changes.quotes) == ((), (2,))
    assert changes


def test_another_method_of_a_server_is_another_place() -> None:
    """A repository of Bluesky gives a link where the AppView gives the quoted post."""
    link = (Paragraph(spans=(Span(text="https://bsky.app/profile/max", href="https://bsky.app/profile/max"),)),)
    view = thread("One.", endpoint="https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri=1")
    record = thread("One.", endpoint="https://public.api.bsky.app/xrpc/com.atproto.repo.getRecord?repo=1")
    record = replace(record, posts=(replace(record.posts[0], blocks=record.posts[0].blocks + link),))
    assert not compare(kept(view), Found(thread=record))
    assert compare(kept(replace(view, provenance=record.provenance)), Found(thread=record)).edited == (1,)


def test_another_handle_is_no_edit() -> None:
    live = thread("One.")
    renamed = replace(live, participants=(Author(handle="lamps"),), posts=(replace(live.posts[0], author="lamps"),))
    assert not compare(kept(live), Found(thread=renamed))


def test_posts_of_a_part_that_are_known_to_be_gone_are_deleted() -> None:
    part = Found(thread=thread("One."), whole=False)
    assert compare(kept(thread("One.", "Two.", "Three.")), part, {"3"}).deleted == (3,)


def test_posts_are_the_same_by_their_address_too() -> None:
    """Bluesky names an account by its handle or its key."""
    live = thread("One.")
    live = replace(live, posts=(replace(live.posts[0], id="did:plc:example/1"),))
    changes = compare(kept(thread("One.")), Found(thread=live))
    assert not changes
    assert changes.new == 0
