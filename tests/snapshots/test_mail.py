"""Emails as posts: names and no addresses, times that are certain, text as it was written."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import Thread
from support.rich_text import check, sketch
from thread_snapshots import mail
from thread_snapshots.errors import BadResponse, FetchError, Forbidden
from thread_snapshots.mail import Email, read_emails
from thread_snapshots.source import FetchOptions
from thread_snapshots.store import encode

ANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def thread_of(emails: list[Email], cited: str | None = None) -> Thread:
    """Return the thread around an email, with all replies; ids are Message-IDs without white space."""
    ref = parse_thread_url("https://lkml.org/lkml/2021/1/5/12")
    assert ref is not None
    return mail.email_thread(
        ref,
        FetchOptions(replies=True),
        emails,
        post_id=lambda id_: "".join(char for char in id_ if char.isalnum()) or "x",
        permalink=lambda _: "https://lists.example/1",
        cited=cited,
        endpoint="file",
    ).thread


def text_of(*lines: str, headers: str = "Content-Type: text/plain") -> str:
    """Return the text of an email with these headers and lines."""
    emails = read_emails("\n".join([headers, "", *lines]).encode(), "file")
    return sketch(thread_of(emails).posts[0].blocks)


def mbox(*emails: str) -> bytes:
    return "".join(f"From x Tue Jan  5 10:00:00 2021\n{email}\n\n" for email in emails).encode()


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("Jo Example", ["Jo Example <jo@mail.example>", "'Jo Example' via Lamps <lamps@lists.example>", '"Jo Example via Lamps" <lamps@lists.example>']),
        ("Jo Example", ["jo@mail.example (Jo Example)", "jo at mail.example (Jo Example)", "jo(a)mail.example (Jo Example)", "Jo\u202e Example <jo@x>"]),
        ("jo", ["jo@mail.example", "<jo@mail.example>", '"jo@mail.example" <jo@mail.example>', "jo at mail.example (jo at mail.example)"]),
        ("jo", ["jo [at] mail.example", ". <jo@mail.example>", "=?utf-8?b?am9AbWFpbC5leGFtcGxl?= <jo@mail.example>"]),
        ("Jö Ex", ["=?utf-8?q?J=C3=B6?= =?utf-8?q?_Ex?= <jo@x>", "=?utf-8?b?SsM=?= =?utf-8?b?tiBFeA==?= <jo@x>", "Jö Ex (jo@mail.example) <jo@mail.example>"]),
        ("Example, Jo", ['"Example, Jo" <jo@mail.example>']),
        ("Jo at Home", ["Jo at Home <jo@mail.example>"]),
        ("unknown", ["@mail.example", ""]),
    ],
)  # fmt: skip
def test_names_of_senders(name: str, headers: list[str]) -> None:
    assert {mail.sender_name(header) for header in headers} == {name}


def test_only_certain_times() -> None:
    dates = {"10:00:00 +0100": "2021-01-05 09:00:00+00:00", "10:00:00 -0000": "2021-01-05 10:00:00+00:00"}  # fmt: skip
    for date in ("10:00:00 +0100", "10:00:00 -0000", "10:00:00", "10:00:00 XYZ", "now"):
        (email,) = read_emails(f"Date: Tue, 05 Jan 2021 {date}\n\nx".encode(), "file")
        assert str(email.posted) == dates.get(date, "None")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("On Tue, Jo <jo@mail.example> wrote:", "On Tue, Jo <jo@...> wrote:"),
        ("jo.ex+lamp@sub.mail.example-", "jo.ex+lamp@...-"),
        ("<jo at mail.example>", "<jo@...>"),
        ("jo(a)mail.example", "jo@..."),
        ("look at mail.example", "look at mail.example"),
        ("https://lists.example/r/2021-jo@mail.example is", "https://lists.example/r/2021-jo@mail.example is"),
        ("git@git.example:lamp.git and lamp@1.2.3", "git@git.example:lamp.git and lamp@1.2.3"),
    ],
)  # fmt: skip
def test_addresses_are_masked(text: str, masked: str) -> None:
    assert mail.mask_addresses(text) == masked


def test_titles_of_threads() -> None:
    for subject in ("Re: Lamps", "RE: Re[2]: Lamps", "AW: Lamps"):
        assert mail.thread_title(subject) == "Lamps"
    for subject in ("[PATCH v2 1/3] lamp", "Fwd: Lamps", "Red: a lamp"):
        assert mail.thread_title(subject) == subject
    assert mail.thread_title("[lamps] Re: AW: Lamps") == "[lamps] Lamps"
    assert mail.thread_title("Re:") is None


TEXTS = {
    "quotes": ("Hi,\n\nJo wrote:\n> one\n>> two\n> three https://a.example/x.\n\nme <https://b.example/y>\nno break", "Hi,\nJo wrote:\n> one\n> > two\n> three [https://a.example/x](https://a.example/x).\nme <[https://b.example/y](https://b.example/y)>/no break"),
    "deep-quotes": (">>>>>>>>> x", "> > > > > > >>> x"),
    "signature": ("text\n\n-- \nJo\n+49 000\n", "text"),
    "signature-of-git": ("a\n--\n2.39.2 (Apple Git-143)\n\n-- \nMailing list info: https://lists.example/\n", "a"),
    "no-signature": ("a\n--\nb\n", "a/--/b"),
    "footer": ("text\n_______________________________________________\nboard mailing list\nboard@lists.example\n", "text"),
    "indented": ("see\n\n    if x:\n        y\n\nend", "see\ncode None: 'if x:\\n    y'\nend"),
    "patch": ("msg\n---\n f | 2 +-\n\ndiff --git a/f b/f\nindex 12..34 100644\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+y\n \n\nNext.\n-- \n2.39", "msg/---/ f | 2 +-\ncode diff: 'diff --git a/f b/f\\nindex 12..34 100644\\n--- a/f\\n+++ b/f\\n@@ -1 +1 @@\\n-x\\n+y'\nNext."),
    "quoted-patch": ("> --- a/f\n> +++ b/f\n> -x\nwhy?", "> code diff: '--- a/f\\n+++ b/f\\n-x'\nwhy?"),
    "pgp": ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nYes.\n\n- -- \nJo\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----", "Yes."),
    "removed-attachment": ("Here.\n-------------- next part --------------\nA non-text attachment was scrubbed...\nName: lamp.png\nType: image/png\nURL: <https://x.example/>\n", "Here."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_text(text: str, expected: str) -> None:
    assert sketch(mail.parse_email_text(text)) == expected


def parts_of(*parts: str, subtype: str = "mixed") -> str:
    """Return the text of an email with these parts, each a header and a text."""
    lines = [line for part in parts for line in ("--b", part)]
    return text_of(*lines, "--b--", headers=f"Content-Type: multipart/{subtype}; boundary=b")


def test_html_mails() -> None:
    """HTML is shown if there is no plain text; an empty plain part does not count."""
    html = "Content-Type: text/html\n\n<p>Red <b>lamp</b> jo@mail.example<script>x</script></p>"
    assert parts_of(html) == "Red *lamp* jo@..."
    for plain, expected in ((" ", "Red *lamp* jo@..."), ("Plain", "Plain")):
        text = f"Content-Type: text/plain\n\n{plain}"
        assert parts_of(text, html, subtype="alternative") == expected


def test_flowed_text() -> None:
    headers = "Content-Type: text/plain; format=flowed"
    assert text_of("a ", "b ", "c", "> d ", "> e", headers=headers) == "a b c\n> d/e"


def test_attachments_are_left_out() -> None:
    parts = [
        "Content-Type: text/plain\n\nHere.",
        "Content-Type: text/plain; name=lamp.patch\n\n--- a",
        "Content-Type: image/png\nContent-Disposition: attachment; filename*=UTF-8''l%C3%A4mp.png\n\n",
        "Content-Type: text/plain\n\nThere.",
        f"Content-Type: text/plain\n\n{'_' * 47}\nMailing list",
    ]
    assert parts_of(*parts) == "Here.\nThere."


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_mbox(ending: str) -> None:
    """Lines of a text that begin with "From " do not separate emails."""
    email = "From jo at x  Tue Jan  5 10:00:00 2021\nMessage-ID: <%s@x>\n\n>From above\n>>From %s\nFrom: x\nFrom here at 10:00\nit glows\n\n"
    body = "".join(email % (number, number) for number in range(3)).replace("\n", ending)
    emails = read_emails(body.encode(), "file")
    assert [email.id for email in emails] == ["0@x", "1@x", "2@x"]
    text = sketch(thread_of(emails, "1x").posts[0].blocks)
    assert text == "From above\n> From 1\nFrom: x/From here at 10:00/it glows"


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"\x1f\x8b", b"From x 10:00\n"])
def test_files_without_mails(body: bytes) -> None:
    with pytest.raises(BadResponse, match="file: "):
        read_emails(body, "file")


def _mail(number: int, references: str, text: str = "x") -> str:
    return f"Message-ID: <{number}@x>\nReferences: {references}\n\n{text}"


def test_threads() -> None:
    """Circles end; replies to a missing email are one thread."""
    circle = mbox(_mail(1, "<2@x>"), _mail(2, "<1@x>"), _mail(3, "<3@x>"), _mail(1, "<3@x>"))
    emails = read_emails(circle, "file")
    assert {post.id for post in thread_of(emails, "1x").posts} == {"1x", "2x"}
    assert [post.id for post in thread_of(emails, "3x").posts] == ["3x"]
    siblings = mbox(_mail(1, "<a@x> <b@x>"), _mail(2, "<a@x> <c@x>"), _mail(3, "<z@x>"))
    thread = thread_of(read_emails(siblings, "file"), cited="2x")
    assert [post.id for post in thread.posts] == ["1x", "2x"]
    assert thread.replies is None
    with pytest.raises(BadResponse, match="not in the mbox"):
        thread_of(emails, cited="9x")
    private = mbox(_mail(1, ""), "X-No-Archive: yes\n" + _mail(2, "<1@x>"), _mail(3, "<2@x>"))
    emails = read_emails(private, "file")
    assert [post.id for post in thread_of(emails, "3x").posts] == ["1x", "3x"]
    with pytest.raises(Forbidden):
        thread_of(emails, "2x")


@pytest.mark.parametrize(
    "source",
    [
        mbox(*(_mail(number, f"<{number - 1}@x>") for number in range(4000))),
        b"From: " + b"(" * 100_000,
        b"Subject: " + b"=?utf-8?q?" * 50_000,
        b"Content-Type: text/plain; " + b'a="b"; ' * 20_000,
        b"A: b\n\n" + b"a." * 300_000 + b"@",
        b"A: b\n\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n-----BEGIN PGP SIGNATURE-----\n" * 9_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
    ],
    ids=range(7),
)  # fmt: skip
def test_no_mail_takes_long(source: bytes) -> None:
    start = time.process_time()
    check(thread_of(read_emails(source, "file")).posts[0].blocks)
    assert time.process_time() - start < 5


# -- Anything ------------------------------------------------------------------

PIECES = [
    *(b"\nFrom: ", b"\nSubject: ", b"\nMessage-ID: ", b"\nDate: ", b"\nReferences: ", b"\nContent-Type: ", b"\nContent-Disposition: "),
    *(b"Jo Example ", b"<jo@mail.example>", b" via x", b" at ", b"(a)", b"(", b'"', b"\\", b"<", b"@", b"\xef\xbc\xa0", b"\xff", b"\x00", b"\r"),
    *(b"=?utf-8?q?=C3=?", b"=?utf-8?b?am9AeC5l?=", b"=?x?q?", b"<1@x>", b"<2@x>", b"Tue, 5 Jan 2021 10:00:00 +0100", b"-0000", b"9" * 20),
    *(b"text/plain", b"text/html", b"multipart/mixed; boundary=b", b"message/rfc822", b"; charset=utf-7", b"; charset*0*=utf-8''%00"),
    *(b"; format=flowed", b"; filename*=x%00'%FF'%FF.png", b"attachment", b"base64", b"\n--b", b"\n--b--", b"\n\n", b"\n> quoted", b"\n-- "),
    *(b"\n\nFrom x Tue Jan 10:00 2021\nX-A: b", b"\n>From x", b'<a href="javascript:x">x</a>', b"\ndiff --git a b", b"\n@@ -1 +1 @@"),
]  # fmt: skip


@ANY
@given(st.binary(max_size=400) | st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
def test_any_mails(body: bytes) -> None:
    try:
        thread = thread_of(read_emails(b"From x 10:00\nX-A: b" + body, "file"))
    except FetchError:
        return
    encode(thread)
    for author in thread.participants:
        assert not {"@", "\uff20"} & set(author.handle)
    for post in thread.posts:
        check(post.blocks)


@ANY
@given(st.text(max_size=80) | st.lists(st.sampled_from(["jo", "@", "\uff20", "mail.example", " at ", "(a)", " ", "<", ">", '"', " via "]), max_size=8).map("".join))  # fmt: skip
def test_no_name_contains_an_address(header: str) -> None:
    assert not {"@", "\uff20"} & set(mail.sender_name(header))
    check(mail.parse_email_text(header))
