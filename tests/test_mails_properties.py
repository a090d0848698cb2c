"""Mails of any bytes: no exception but FetchError, no address of a person in a name, nothing that runs."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thread_snapshots.errors import FetchError
from thread_snapshots.mail.headers import sender, shown_name, time_of, words
from thread_snapshots.mail.mails import read_mails
from thread_snapshots.mail.text import shorten, unflowed, unsigned
from sphinx_thread_cards.snapshot import cleaned, dumps
from sphinx_thread_cards.thread import Thread
from support.mails import thread_of

REAL = (Path(__file__).parent / "fetched" / "public-inbox-series" / "thread.txt").read_bytes()
NAMES = st.sampled_from(
    [
        *("From", "Subject", "Message-ID", "Date", "References", "In-Reply-To", "Content-Type", "Content-Transfer-Encoding"),
        *("Content-Disposition", "Content-Language", "MIME-Version", "X-No-Archive", "from", "CONTENT-TYPE"),
    ]
)
PIECES = st.sampled_from(
    [
        *(b"Jo Example ", b"<jo@mail.example>", b"jo@mail.example", b" via x", b" at ", b"(a)", b"(", b")", b'"', b"'", b"\\", b"<", b">", b"@"),
        *(b"=?utf-8?q?=C3?=", b"=?utf-8?b?am9AeC5l?=", b"=?x?q?", b"?=", b"\xff", b"\xc3\xb6", b"\x00", b"\xef\xbc\xa0", b"\xe2\x80\xae", b"\t", b" ", b"\r"),
        *(b"<1@x>", b"<2@x>", b"<3@x>", b"Tue, 5 Jan 2021 10:00:00 +0100", b"-0000", b"99999999999999999999", b"Re: ", b"[x] "),
        *(b"text/plain", b"text/html", b"multipart/mixed", b"multipart/alternative", b"multipart/signed", b"message/rfc822", b"message/delivery-status"),
        *(b"; boundary=b", b'; boundary="', b"; charset=utf-7", b"; charset=koi8-r", b"; charset*0*=utf-8''%00", b"; charset=\x00", b"; format=flowed", b"; delsp=yes"),
        *(b"; filename*=x%00'%FF'%FF.png", b"; name=\xff.exe", b"attachment", b"inline", b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"yes"),
    ]
)
VALUES = st.lists(PIECES | st.binary(max_size=6), max_size=6).map(b"".join)
HEADER = st.builds(lambda name, value: name.encode() + b": " + value, NAMES, VALUES)
LINES = st.sampled_from(
    [
        *(b"--b", b"--b--", b"", b"> quoted", b">> deep", b"-- ", b"a ", b"begin 644 x", b"M" + b"0" * 60, b"end", b"=C3=", b"w7Y=", b"_" * 50),
        *(b"From x Tue Jan 10:00 2021", b">From x", b"<script>alert(1)</script>", b'<a href="javascript:x">x</a>', b"<p", b"diff --git a b", b"@@ -1 +1 @@"),
        *(b"-----BEGIN PGP SIGNED MESSAGE-----", b"-----BEGIN PGP SIGNATURE-----", b"jo@mail.example", b"Content-Type: text/html", b"\xff\xfe"),
    ]
)
BODY = st.lists(LINES | HEADER | st.binary(max_size=20), max_size=14).map(b"\n".join)
MAIL = st.builds(lambda headers, body: b"\n".join([b"X-A: b", *headers, b"", body]), st.lists(HEADER, max_size=9), BODY)
MBOX = st.lists(MAIL, max_size=6).map(lambda mails: b"".join(b"From x Tue Jan 10:00:00 2021\n" + mail + b"\n\n" for mail in mails))
SOME = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(body: bytes) -> None:
    """The mails can be kept, all or none."""
    try:
        mails = read_mails(body, "file")
    except FetchError:
        return
    assert len({mail.id for mail in mails}) == len(mails)
    for mail in mails[:3]:
        try:
            thread = thread_of([*mails], cited=None if mail is mails[0] else "1@x")
        except FetchError:
            continue
        check_thread(thread)


def check_thread(thread: Thread) -> None:
    """It can be read again as it was, and nothing in it runs or names an address."""
    kept = cleaned(thread)
    assert len({post.id for post in kept.posts}) == len(kept.posts)
    for person in kept.participants:
        for name in (person.handle, person.name or ""):
            assert not {"@", "\uff20"} & set(name)
    text = dumps(kept)
    assert "javascript:" not in "".join(_links(json.loads(text)))
    assert all(link.startswith(("https://", "http://")) for link in _links(json.loads(text)))


def _links(data: object) -> list[str]:
    if isinstance(data, dict):
        own = [value.lower() for key, value in data.items() if key in {"href", "url", "still"}]
        return own + [link for value in data.values() for link in _links(value)]
    return [link for value in data for link in _links(value)] if isinstance(data, list) else []


@SOME
@given(st.binary(max_size=400))
def test_any_bytes(body: bytes) -> None:
    """No mails at all."""
    check(body)


@SOME
@given(MBOX | MAIL)
def test_mails_that_are_nearly_right(body: bytes) -> None:
    """Headers and parts that are broken, nested, unknown, or lie."""
    check(body)


@SOME
@given(st.lists(st.tuples(st.integers(0, len(REAL)), st.integers(0, 40), st.binary(max_size=8)), min_size=1, max_size=8))
def test_a_thread_with_holes(changes: list[tuple[int, int, bytes]]) -> None:
    """A good file in which some places are something else."""
    body = bytearray(REAL)
    for at, length, new in changes:
        body[at : at + length] = new
    check(bytes(body))


@given(st.text(max_size=80) | st.lists(st.sampled_from(["jo", "@", "\uff20", "mail.example", " at ", "(a)", " ", "<", ">", '"', " via ", "(", ")"]), max_size=8).map("".join))
def test_no_name_holds_an_address(text: str) -> None:
    """However it is written."""
    assert not {"@", "\uff20"} & set(shown_name(*sender(text)) + shown_name(text) + shown_name("", text))


@given(st.text())
def test_small_readers_take_any_text(text: str) -> None:
    """And what they give stays as it is when it is read once more."""
    words(text)
    time_of(text)
    unsigned(text)
    assert shorten(shorten(text)) == shorten(text)
    assert unflowed(text, delete_space=False).count("\n") <= text.count("\n")


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=9))
def test_every_mail_is_in_one_thread(above: list[list[int]]) -> None:
    """Whatever refers to what, also in circles and to mails that are not there."""
    lines = [
        f"From x Tue Jan 10:00:00 2021\nMessage-ID: <{number}@x>\nReferences: {' '.join(f'<{other}@x>' for other in others)}\n\nx\n\n"
        for number, others in enumerate(above)
    ]
    mails = read_mails("".join(lines).encode(), "file")
    threads = {number: [post.id for post in thread_of(mails, cited=f"{number}@x").posts] for number in range(len(above))}
    for number, ids in threads.items():
        assert f"{number}@x" in ids
        assert all(set(threads[int(id_[0])]) == set(ids) for id_ in ids)
