"""What a snapshot keeps of mails: names and no addresses, times that are sure, text as it was meant."""

from __future__ import annotations

import time

import pytest
from thread_snapshots.errors import BadAnswer
from thread_snapshots.mail.body import blocks_of
from thread_snapshots.mail.headers import sender, shown_name, time_of, words
from thread_snapshots.mail.mails import read_mails, title_of
from thread_snapshots.mail.text import shorten, unflowed, unsigned
from support.mails import said, thread_of


def body_of(*lines: str, headers: str = "Content-Type: text/plain") -> str:
    """What a mail says that has these headers and lines."""
    return said(blocks_of("\n".join([headers, "", *lines]).encode(), "https://lists.example/1"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Jo Example <jo@mail.example>", "Jo Example"),
        ('"Example, Jo" <jo@mail.example>', "Example, Jo"),
        ("'Jo Example' via Lamps <lamps@lists.example>", "Jo Example"),
        ('"Jo Example via Lamps" <lamps@lists.example>', "Jo Example"),
        ("jo@mail.example", "jo"),
        ("<jo@mail.example>", "jo"),
        ('"jo@mail.example" <jo@mail.example>', "jo"),
        ("jo@mail.example (Jo Example)", "Jo Example"),
        ("jo at mail.example (Jo Example)", "Jo Example"),
        ("jo at mail.example (jo at mail.example)", "jo"),
        ("jo(a)mail.example (Jo Example)", "Jo Example"),
        ("jo (a) mail.example", "jo"),
        ("jo [at] mail.example", "jo"),
        ("Jo (jo@mail.example) <jo@mail.example>", "Jo"),
        ("Jo at Home <jo@mail.example>", "Jo at Home"),
        ("=?utf-8?q?J=C3=B6?= =?utf-8?q?_Ex?= <jo@mail.example>", "Jö Ex"),
        ("=?utf-8?b?am9AbWFpbC5leGFtcGxl?= <jo@mail.example>", "jo"),
        ("=?iso-8859-1?Q?J=F6_Ex?= <jo@mail.example>", "Jö Ex"),
        (". <jo@mail.example>", "jo"),
        ("Jo\u202e Example <jo@mail.example>", "Jo Example"),
        ("@mail.example", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_name_is_shown_and_never_an_address(written: str, shown: str) -> None:
    """In all the ways in which programs and archives write senders."""
    assert shown_name(*sender(written)) == shown


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Tue, 05 Jan 2021 10:00:00 +0100", "2021-01-05T09:00:00Z"),
        ("Tue, 5 Jan 2021 10:00:00 +0000 (UTC)", "2021-01-05T10:00:00Z"),
        ("5 Jan 2021 10:00 GMT", "2021-01-05T10:00:00Z"),
        ("Tue, 05 Jan 2021 10:00:00 -0000", "2021-01-05T10:00:00Z"),
        ("Tue, 05 Jan 2021 10:00:00 EST", "2021-01-05T15:00:00Z"),
        ("Tue, 05 Jan 2021 10:00:00", None),
        ("Tue, 05 Jan 2021 10:00:00 XYZ", None),
        ("Tue, 05 Jan 2021 10:00:00 -3000", None),
        ("Tue, 05 Jan 2921 10:00:00 +0100", None),
        ("Tue, 05 Jan 1921 10:00:00 +0100", None),
        ("yesterday", None),
        ("32 Jan 2021 10:00:00 +0100", None),
        ("", None),
    ],
)
def test_a_time_is_kept_where_it_is_sure(written: str, kept: str | None) -> None:
    """A wrong time is worse than none."""
    assert time_of(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("On Tue, Jo <jo@mail.example> wrote:", "On Tue, Jo <jo@...> wrote:"),
        ("jo.ex+lamp@sub.mail.example-", "jo.ex+lamp@...-"),
        ("<jo at mail.example>", "<jo@...>"),
        ("jo(a)mail.example", "jo@..."),
        ("look at mail.example", "look at mail.example"),
        ("https://lists.example/r/2021-jo@mail.example is a mail", "https://lists.example/r/2021-jo@mail.example is a mail"),
        ("git@git.example:lamp.git and lamp@1.2.3", "git@git.example:lamp.git and lamp@1.2.3"),
        ("@@ -1,2 +1,2 @@", "@@ -1,2 +1,2 @@"),
    ],
)
def test_addresses_in_text_are_cut(written: str, kept: str) -> None:
    """As archives do; what only looks like one stays."""
    assert shorten(written) == kept


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Re: [PATCH v2 1/3] lamp", "[PATCH v2 1/3] lamp"),
        ("[lamps] Re: AW: Lamps", "[lamps] Lamps"),
        ("RE: Re[2]: Lamps", "Lamps"),
        ("Fwd: Lamps", "Fwd: Lamps"),
        ("Red: a lamp", "Red: a lamp"),
        ("Re:", None),
        (None, None),
    ],
)
def test_a_title_says_not_that_it_is_an_answer(subject: str | None, title: str | None) -> None:
    """But all else stays."""
    assert title_of(subject) == title


def test_words_of_one_letter_in_two_parts() -> None:
    """Programs split encoded words anywhere; a set that is unknown, or broken base64, does no harm."""
    assert words("=?utf-8?b?w4==?= =?utf-8?b?tg==?=") == "ö"
    assert words("a =?x-none?q?b=FF?= c") == "a bÿ c"
    assert "=" not in words("=?utf-8?q?a=?= b")


def test_text_that_flows_is_joined() -> None:
    """By depth of quotes; the signature's line is no such line; spaces that were put in are taken out."""
    assert unflowed("a \nb\n>> c \n>> d\n> e \n-- \nf", delete_space=False) == "a b\n>> c d\n> e \n-- \nf"
    assert unflowed("a \nb", delete_space=True) == "ab"
    assert unflowed(" From here\n  two", delete_space=False) == "From here\n two"


def test_signed_text_is_as_it_was() -> None:
    """Without the marks of the signature, and with its own dashes."""
    armour = "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----"
    assert unsigned(f"a\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -- b\n{armour}\nc").split() == ["a", "--", "b", "c"]
    assert unsigned("-----BEGIN PGP SIGNED MESSAGE-----\nx") == "-----BEGIN PGP SIGNED MESSAGE-----\nx"


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "x-none", "rot13", "us-ascii", "zip", "utf-8\\0", "idna", "unicode_escape"])
def test_character_sets_that_lie(charset: str) -> None:
    """What is UTF-8 is read as that, whatever it is called; codecs that are no character sets are not used."""
    assert body_of("Grün", headers=f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit") == "Grün"


def test_html_is_read_where_there_is_no_plain_text() -> None:
    """Without scripts; an empty plain part is none."""
    html = "<p>Red <b>lamp</b><script>alert(1)</script> <a href='javascript:alert(2)'>x</a></p>"
    assert body_of(html, headers="Content-Type: text/html") == "Red lamp x"
    both = ["--b", "Content-Type: text/plain", "", " ", "--b", "Content-Type: text/html", "", html, "--b--"]
    assert body_of(*both, headers='Content-Type: multipart/alternative; boundary="b"') == "Red lamp x"


def test_attachments_are_named() -> None:
    """Also those that are text, that are encrypted, or that have no name; names may be encoded in two ways."""
    parts = [
        *("--b", "Content-Type: text/plain", "", "Here."),
        *("--b", "Content-Type: text/x-patch; name=lamp.patch", "Content-Disposition: inline; filename=lamp.patch", "", "--- a"),
        *("--b", "Content-Type: image/png", "Content-Disposition: attachment; filename*=UTF-8''l%C3%A4mp.png", "", ""),
        *("--b", "Content-Type: message/rfc822", "", "Subject: inner", "", "inner"),
        *("--b", "Content-Type: application/pgp-signature; name=signature.asc", "", "x", "--b--"),
    ]
    assert body_of(*parts, headers="Content-Type: multipart/mixed; boundary=b") == "Here.\nAttached: lamp.patch, lämp.png, message/rfc822"


@pytest.mark.parametrize("separator", ["From jo@mail.example Tue Jan  5 10:00:00 2021", "From jo at mail.example  Tue Jan  5 10:00:00 2021"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_mails_of_a_file(separator: str, ending: str) -> None:
    """What begins like the line between mails, but is none, is text."""
    mail = f"{separator}\nFrom: Jo <jo@mail.example>\nMessage-ID: <%s@mail.example>\n\n>From above\n>>From %s\nFrom: x\nFrom here at 10:00\nit glows\n\n"
    mails = read_mails("".join(mail % (number, number) for number in range(3)).replace("\n", ending).encode(), "file")
    assert [mail.id for mail in mails] == ["0@mail.example", "1@mail.example", "2@mail.example"]
    assert said(blocks_of(mails[1].source, "https://lists.example/")) == "From above\n> From 1\nFrom: x\nFrom here at 10:00\nit glows"


def test_one_mail_alone_needs_no_line_before_it() -> None:
    """As it is saved from a program; one without a Message-ID gets an id that stays the same."""
    source = b"\xef\xbb\xbfSubject: Lamp\nFrom: jo@mail.example\n\nIt glows.\n"
    (mail,), (again,) = read_mails(source, "file"), read_mails(source, "file")
    assert (mail.subject, mail.author, mail.id) == ("Lamp", "jo", again.id)
    assert thread_of([mail]).posts[0].id == mail.id


@pytest.mark.parametrize(("body", "why"), [(b"", "no mail"), (b"<html>", "a web page"), (b"{}", "something else"), (b"\x1f\x8b", "something else")])
def test_what_holds_no_mail_says_so(body: bytes, why: str) -> None:
    """The message names the file."""
    with pytest.raises(BadAnswer, match=f"file: .*{why}"):
        read_mails(body, "file")


def test_raw_letters_in_headers_are_read() -> None:
    """UTF-8 as many write it against the rules, else what the mail says of its text."""
    for charset, name in (("utf-8", "Jö"), ("koi8-r", "Жо")):
        source = f"From: {name} <jo@mail.example>\nContent-Type: text/plain; charset={charset}\n\nx".encode(charset)
        assert read_mails(source, "file")[0].author == name


def test_an_address_without_a_name_gets_the_name_it_had_before() -> None:
    """So follow-ups from a telephone are the author's; an address of the list is nobody's."""
    mails = "".join(
        f"From x Tue Jan  5 10:00:0{number} 2021\nFrom: {sender}\nMessage-ID: <{number}@x>\n\nx\n"
        for number, sender in enumerate(["Jo Example <jo@mail.example>", "JO@mail.example", "Pat via Lamps <l@x.example>", "l@x.example"])
    )
    assert [mail.author for mail in read_mails(mails.encode(), "file")] == ["Jo Example", "Jo Example", "Pat", "l"]


def _line(number: int, above: str, text: str = "x") -> str:
    return f"From x Tue Jan  5 10:00:00 2021\nFrom: Jo <jo@mail.example>\nMessage-ID: <{number}@x>\nReferences: {above}\n\n{text}\n\n"


def test_mails_in_a_circle_and_of_one_name() -> None:
    """Each mail is there once, and nothing goes round for ever."""
    mails = read_mails("".join([_line(1, "<2@x>"), _line(2, "<1@x>"), _line(3, "<3@x>"), _line(1, "<3@x>")]).encode(), "file")
    assert {post.id for post in thread_of(mails, cited="1@x").posts} == {"1@x", "2@x"}
    assert [post.id for post in thread_of(mails, cited="3@x").posts] == ["3@x"]


def test_answers_to_a_mail_that_is_not_there_stand_together() -> None:
    """Under the first that all of them name."""
    mails = read_mails("".join([_line(1, "<a@x> <b@x>"), _line(2, "<a@x> <c@x>"), _line(3, "<z@x>")]).encode(), "file")
    assert [post.id for post in thread_of(mails, cited="2@x").posts] == ["1@x", "2@x"]


def test_thousands_of_mails_take_seconds() -> None:
    """A long chain, deeper than Python goes."""
    mails = read_mails("".join(_line(number, f"<{number - 1}@x>") for number in range(4000)).encode(), "file")
    begin = time.monotonic()
    assert len(thread_of(mails).posts) == 4000
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize(
    "source",
    [
        b"From: " + b"(" * 100_000,
        b"From: " + b"a <" * 50_000,
        b"Subject: " + b"=?utf-8?q?" * 50_000,
        b"From x 1:11" + b"1:11" * 300_000,
        b"Content-Type: text/html\n\n" + b"<a@" * 300_000,
        b"A: b\n\n" + b"a." * 300_000 + b"@",
        b"A: b\n\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n" * 20_000,
        b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 150_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * 30_000,
    ],
    ids=range(10),
)
def test_mails_made_to_be_slow_are_not(source: bytes) -> None:
    """Whatever repeats takes a time that grows no faster than it."""
    begin = time.process_time()
    for mail in read_mails(b"X: y\n" + source, "file"):
        blocks_of(mail.source, "https://lists.example/")
    assert time.process_time() - begin < 10
