"""GitHub's texts and order: what a case of ``test_sources.py`` would show less clearly."""

from __future__ import annotations

import pytest
from thread_snapshots.sources._discussions import depth_first
from thread_snapshots.sources._github_items import answered, first_id, lasting, post_id, without_tail
from sphinx_thread_cards.thread import Post

UUID = "0f1e2d3c-4b5a-4978-8a6b-7c8d9e0f1a2b"
PRIVATE = f"https://private-user-images.githubusercontent.com/101/4501-{UUID}.png?jwt=eyJh.bGci.Oi-_x"
CAMO = "https://camo.githubusercontent.com/0a1b/6874"
QUOTE = "\r\n> You are receiving this.\r\n> Reply to this email directly, view it on GitHub\r\n> <https://github.com/x>.\r\n"


@pytest.mark.parametrize(
    ("html", "markdown", "expected"),
    [
        (f'<a href="{PRIVATE}"><img src="{PRIVATE}"></a>', "", f'<a href="https://github.com/user-attachments/assets/{UUID}"><img src="https://github.com/user-attachments/assets/{UUID}"></a>'),
        (f'<img src="{PRIVATE}">', f"![](https://github.com/example-org/lamp/assets/101/{UUID})", f'<img src="https://github.com/example-org/lamp/assets/101/{UUID}">'),
        (f'<a href="{CAMO}"><img src="{CAMO}" data-canonical-src="https://a.example/b.png"></a>', "", '<a href="https://a.example/b.png"><img src="https://a.example/b.png" data-canonical-src="https://a.example/b.png"></a>'),
        (f'<img src="{CAMO}">', "", f'<img src="{CAMO}">'),
        ("<p>no picture</p>", "", "<p>no picture</p>"),
    ],
)  # fmt: skip
def test_addresses_of_pictures_last(html: str, markdown: str, expected: str) -> None:
    assert lasting(html, markdown) == expected


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        (f"Yes.\r\n\r\nOn Tue, Jo wrote:\r\n{QUOTE}", "Yes.\n"),
        (f"Yes.\n\nOn Tue, 6 Oct 2020, Jo Example <jo@mail.example>\nwrote:\n{QUOTE}", "Yes.\n"),
        (f"On Tue, Jo wrote:\n> First?\nYes.\n\nOn Tue, Jo wrote:\n{QUOTE}", "On Tue, Jo wrote:\n> First?\nYes.\n"),
        ("Quoted by hand.\n\nOn Tue, Jo wrote:\n> First?", "Quoted by hand.\n\nOn Tue, Jo wrote:\n> First?"),
        (f"On Tue, Jo wrote:\n{QUOTE}\nBelow.".replace("\r", ""), f"On Tue, Jo wrote:\n{QUOTE}\nBelow.".replace("\r", "")),
    ],
)
def test_the_quoted_mail_below_is_cut(mail: str, expected: str) -> None:
    """What was said stays, wherever it stands; only a tail of nothing but quotes goes, and only from a mail."""
    assert without_tail(mail) == expected


def test_ids_are_anchors() -> None:
    """The anchor of the address counts; without one, the number of the database by the kind of the node."""
    assert post_id({"id": 1, "html_url": "https://github.com/o/r/pull/1#discussion_r46"}) == "discussion_r46"
    assert post_id({"id": "IC_x", "__typename": "IssueComment", "databaseId": 7}) == "issuecomment-7"
    assert post_id({"id": "IC_x"}) == "IC_x"
    assert answered({"in_reply_to_id": 46}) == "discussion_r46"
    assert answered({"replyTo": {"url": "https://github.com/o/r/discussions/1#discussioncomment-5"}}) == "discussioncomment-5"
    assert answered({"in_reply_to_id": None, "parent_id": None, "replyTo": None}) == ""


def test_a_pull_request_has_the_anchor_of_its_issue() -> None:
    """Its own number in the database is another one, and no anchor."""
    assert first_id({"id": 5, "issue_url": None}, "issue") == "issue-5"
    assert first_id({"id": 5, "issue_url": "https://api.github.com/repos/o/r/issues/1"}, "issue") == ""
    assert first_id({"databaseId": 5, "__typename": "PullRequest"}, "issue") == ""
    assert first_id({"id": "I_kwDO"}, "issue") == ""


def _posts(*times: str) -> list[Post]:
    return [Post(id=f"{number}", url="https://a.example/", author="jo", posted=time or None) for number, time in enumerate(times)]


def test_answers_stand_below_what_they_answer() -> None:
    posts = _posts("2020-01-03", "2020-01-01", "2020-01-02", "2020-01-04")
    assert [post.id for post in depth_first(posts, {"3": "1", "2": "gone"})] == ["1", "3", "2", "0"]


def test_without_times_the_given_order_stays() -> None:
    assert [post.id for post in depth_first(_posts("2020-01-03", "", "2020-01-02"), {})] == ["0", "1", "2"]


def test_no_post_is_lost_in_a_circle() -> None:
    posts = _posts("2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04")
    assert sorted(post.id for post in depth_first(posts, {"0": "1", "1": "0", "2": "2"})) == ["0", "1", "2", "3"]
