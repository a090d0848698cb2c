"""The time in an id, against dated posts: ``id_times.json``.

``computed`` is what the id says, to the millisecond, or less; ``source_date`` is what the post's own record says,
as the source wrote it. Where the two disagree by more than a second, no date may come from the address alone, or
it must be known why.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sphinx_thread_cards import parse_thread_url
from sphinx_thread_cards.platforms import bluesky, mastodon, pleroma, threads

VECTORS = json.loads((Path(__file__).parent / "id_times.json").read_text("utf-8"))
MILLISECOND = timedelta(milliseconds=1)
# A post's address for an id, by the platform's plainest form.
ADDRESS = {
    "x": "https://x.com/i/status/{}",
    "mastodon": "https://mastodon.social/@ann/{}",
    "bluesky": "https://bsky.app/profile/ann.example/post/{}",
    "discord": "https://discord.com/channels/@me/175928847299117000/{}",
    "linkedin": "https://www.linkedin.com/feed/update/urn:li:activity:{}",
    "tumblr": "https://www.tumblr.com/ann/{}",
}


def moment(text: str) -> datetime:
    """A date as the sources write them, in UTC; a day's name alone is its midnight."""
    for form in ("%B %d, %Y", "%Y-%m-%d %H:%M:%S.%f UTC"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def of(*platforms: str) -> list[object]:
    """The vectors of some platforms, as parameters named by id."""
    return [pytest.param(row, id=f"{row['platform']}-{row['id']}") for row in VECTORS if row["platform"] in platforms]


def test_every_vector_is_tested() -> None:
    """No kind of vector is left out below."""
    special = {"mastodon-remote-copy", "bluesky-rewritten", "instagram", "flakeid-integer"}
    assert {row["platform"] for row in VECTORS} == set(ADDRESS) | special


@pytest.mark.parametrize("row", of(*ADDRESS))
def test_the_address_tells_the_time(row: dict[str, str]) -> None:
    """To the millisecond what was computed, and what the post itself says as exactly as its source said it."""
    ref = parse_thread_url(ADDRESS[row["platform"]].format(row["id"]))
    assert ref is not None
    assert ref.posted is not None
    assert abs(ref.posted - moment(row["computed"])) < MILLISECOND
    source = moment(row["source_date"])
    if "," in row["source_date"]:
        slack = timedelta(days=1)  # the source names the day
    elif source.second == 0 and source.microsecond == 0:
        slack = timedelta(minutes=1)  # the source names the minute
    else:
        slack = timedelta(seconds=1)
    assert abs(ref.posted - source) < slack


@pytest.mark.parametrize("row", of("mastodon-remote-copy"))
def test_a_remote_copy_has_no_time(row: dict[str, str]) -> None:
    """Its id is of the moment when the copy came in, so no address of a copy, or of what may be one, gives a date."""
    arrival = mastodon.posted(row["id"])
    assert arrival is not None
    assert abs(arrival - moment(row["computed"])) < MILLISECOND
    assert arrival > moment(row["source_date"])
    for place in ("@ann@remote.example", "web/@ann@remote.example", "web/statuses"):
        ref = parse_thread_url(f"https://mastodon.social/{place}/{row['id']}")
        assert ref is not None
        assert ref.id == row["id"]
        assert ref.posted is None


@pytest.mark.parametrize("row", of("bluesky-rewritten"))
def test_a_key_is_older_than_a_record_written_anew(row: dict[str, str]) -> None:
    """The key cannot tell that; it gives the first writing's time, which is why a saved record's date wins."""
    first = bluesky.posted(row["id"])
    assert first is not None
    assert abs(first - moment(row["computed"])) < MILLISECOND
    assert moment(row["source_date"]) - first > timedelta(days=200)


@pytest.mark.parametrize("row", of("instagram"))
def test_a_code_of_instagram_proves_the_formula_of_threads(row: dict[str, str]) -> None:
    """Both use the same codes; but what is older than Threads is no post of it and gives no date."""
    ms = threads.code_to_ms(row["id"])
    found = datetime.fromtimestamp(ms / 1000, UTC)
    assert abs(found - moment(row["computed"])) < MILLISECOND
    assert abs(found - moment(row["source_date"])) < timedelta(seconds=1)
    assert threads.code_to_ms(row["id"] + "x" * 28) == ms, "a private account's code goes on"
    assert threads.posted(row["id"]) is None


@pytest.mark.parametrize("row", of("flakeid-integer"))
def test_a_flake_id_as_an_integer_and_as_it_is_written(row: dict[str, str]) -> None:
    """The same number in base 62 is the id in an address."""
    number, text = int(row["id"]), ""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    posted = pleroma.flake_time(number)
    assert posted is not None
    assert abs(posted - moment(row["computed"])) < MILLISECOND
    while number:
        number, digit = divmod(number, 62)
        text = alphabet[digit] + text
    ref = parse_thread_url(f"https://pleroma.example/notice/{text}")
    assert ref is not None
    assert ref.posted == posted


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://x.com/jack/status/20", id="x-counter"),
        pytest.param("https://x.com/jack/status/29999999999", id="x-last-counters"),
        pytest.param("https://x.com/jack/status/9223372036854775807", id="x-future"),
        pytest.param("https://mastodon.social/@ann/12345", id="mastodon-counter"),
        pytest.param("https://mastodon.social/@ann/93065733734399999", id="mastodon-before-snowflakes"),
        pytest.param("https://mastodon.social/@ann/9999999999999999999", id="mastodon-future"),
        pytest.param("https://gts.example/@ann/statuses/01000000000000000000000000", id="ulid-too-early"),
        pytest.param("https://bsky.app/profile/ann.example/post/3jui7kd54zh2", id="bluesky-too-short"),
        pytest.param("https://bsky.app/profile/ann.example/post/klwlunj3oqs22", id="bluesky-top-bit"),
        pytest.param("https://bsky.app/profile/ann.example/post/3lwlunj3oqs21", id="bluesky-digit-1"),
        pytest.param("https://bsky.app/profile/ann.example/post/3aaaaaaaaaaaa", id="bluesky-before-bluesky"),
        pytest.param("https://bsky.app/profile/ann.example/post/jzzzzzzzzzzzz", id="bluesky-future"),
        pytest.param("https://www.threads.com/@ann/post/BqvsDleB3lV", id="threads-before-threads"),
        pytest.param("https://www.threads.com/@ann/post/___________", id="threads-future"),
        pytest.param("https://discord.com/channels/@me/175928847299117000/100000000000000", id="discord-early"),
        pytest.param("https://www.linkedin.com/feed/update/urn:li:activity:6199999999999999999", id="linkedin-small"),
        pytest.param("https://www.linkedin.com/feed/update/urn:li:activity:9000000000000000000", id="linkedin-future"),
        pytest.param("https://www.tumblr.com/ann/156044133478", id="tumblr-counter"),
        pytest.param("https://www.tumblr.com/ann/100000000000000000", id="tumblr-before-its-time"),
        pytest.param("https://www.tumblr.com/ann/999999999999999999", id="tumblr-future"),
        pytest.param("https://misskey.io/notes/5f9f1b9b8b1e8c001f3e4b5a", id="misskey-other-ids"),
        pytest.param("https://misskey.io/notes/0000000000", id="misskey-before-misskey"),
        pytest.param("https://misskey.io/notes/zzzzzzzzzz", id="misskey-future"),
        pytest.param("https://social.kernel.org/notice/12345", id="pleroma-counter"),
        pytest.param("https://social.kernel.org/notice/zzzzzzzzzzzzzzzzzz", id="pleroma-future"),
        pytest.param("https://blob.cat/@ann@remote.example/posts/9n2ciuz1wdesFnrGJU", id="pleroma-remote-copy"),
    ],
)
def test_no_date_is_better_than_a_wrong_one(url: str) -> None:
    """A thread it is, but its id holds no time that could be trusted."""
    ref = parse_thread_url(url)
    assert ref is not None
    assert ref.posted is None
