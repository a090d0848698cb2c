"""The client of `thread-cards fetch` among servers that mean well."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from time import time
from unittest import mock

import pytest
from sphinx_thread_cards import __version__
from thread_snapshots.asking import Asker
from thread_snapshots.errors import BadAnswer, Forbidden, RateLimited, Unreachable, duration, shown
from thread_snapshots.http import Limits
from thread_snapshots.steps import Ask
from support.client import Client
from support.server import Reply, Server, json_reply, page_reply, redirect, serve


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


@pytest.fixture
def client(server: Server, clock: Clock) -> Iterator[Client]:
    with Client(contact="https://docs.example/", allowed=[server.origin], clock=clock, sleep=clock.sleep) as polite:
        yield polite


def test_json_comes_back_and_the_client_says_who_it_is(server: Server, client: Client) -> None:
    server.answers["/thread"] = json_reply({"posts": [1, "é"]})
    assert client.get_json(server.url("/thread?id=1")) == {"posts": [1, "é"]}
    (asked,) = server.asked
    assert asked.path == "/thread?id=1"
    assert asked.headers["User-Agent"] == f"sphinx-thread-cards/{__version__} (+https://docs.example/)"
    assert asked.headers["Accept"] == "application/json"
    assert not {"Referer", "Cookie", "Authorization"} & set(asked.headers)


def test_a_question_in_json_is_posted(server: Server, client: Client) -> None:
    server.answers["/graphql"] = json_reply({"data": None})
    assert client.post_json(server.url("/graphql"), {"query": "q"}) == {"data": None}
    (asked,) = server.asked
    assert (asked.method, asked.body, asked.headers["Content-Type"]) == ("POST", b'{"query": "q"}', "application/json")


def test_a_packed_answer_is_unpacked(server: Server, client: Client) -> None:
    server.answers["/packed"] = Reply(body=gzip.compress(b'"small"'), headers={"Content-Encoding": "gzip"})
    assert client.get_json(server.url("/packed")) == "small"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("naïve".encode(), "text/html; charset=UTF-8", "naïve"),
        ("naïve".encode(), "text/html", "naïve"),
        ("naïve".encode("latin-1"), "text/html", "naïve"),
        ("тема".encode("koi8-r"), 'text/html; charset="KOI8-R"', "тема"),
        ("<meta charset=koi8-r>тема".encode("koi8-r"), "text/html", "<meta charset=koi8-r>тема"),
        ("件".encode("iso-2022-jp"), "text/html; charset=ISO-2022-JP", "件"),
        (b"\xef\xbb\xbfmark", "text/html; charset=latin-1", "mark"),
        (b"plain", "text/html; charset=idna", "plain"),
        (b"plain", "text/html; charset=unicode_escape", "plain"),
        (b"plain", "text/html; charset=iso-8859-99", "plain"),
        (b"\xff\xfe\x81", "text/html; charset=utf-8", "ÿþ\ufffd"),
    ],
)
def test_text_in_any_character_set(server: Server, client: Client, body: bytes, content_type: str, text: str) -> None:
    server.answers["/page"] = Reply(body=body, type=content_type)
    assert client.get_text(server.url("/page")).text == text


def test_a_page_keeps_its_last_address_and_headers(server: Server, client: Client) -> None:
    server.answers |= {"/old": redirect("/new?q=ö", 301), "/new": page_reply("<p>here")}
    page = client.get_text(server.url("/old"))
    assert (page.url, page.text) == (server.url("/new?q=ö"), "<p>here")
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_types_of_a_page(server: Server, client: Client) -> None:
    server.answers |= {"/mbox": page_reply("From ", "application/mbox"), "/untold": Reply(body=b"x", type=None)}
    assert client.get_text(server.url("/mbox"), "text/plain, application/*;q=0.5").text == "From "
    assert client.get_text(server.url("/untold")).text == "x"
    with pytest.raises(BadAnswer, match="the answer is application/mbox, not text/html"):
        client.get_text(server.url("/mbox"))


def test_bytes_up_to_a_limit(server: Server, client: Client) -> None:
    server.answers["/picture"] = Reply(body=b"\x89PNG" * 10, type="image/png")
    assert client.get_bytes(server.url("/picture"), 40, accept="image/*") == b"\x89PNG" * 10
    with pytest.raises(BadAnswer, match="larger than 39 bytes"):
        client.get_bytes(server.url("/picture"), 39)


def test_requests_to_one_host_are_kept_apart(server: Server, client: Client, clock: Clock) -> None:
    server.answers["/"] = json_reply(1)
    for _ in range(3):
        client.get_json(server.url("/"))
    assert clock.slept == [1, 1]
    clock.now += 0.75
    client.get_json(server.url("/"))
    assert clock.slept == [1, 1, 0.25]


def test_threads_share_the_pauses() -> None:
    with serve({"/": json_reply(1)}) as server, Client(allowed=[server.origin], limits=Limits(pause=0.1)) as client:
        threads = [threading.Thread(target=client.get_json, args=(server.url("/"),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    times = sorted(asked.at for asked in server.asked)
    # Requests are apart when they begin; on a busy machine one may come in late, and the next then early.
    assert len(times) == 4
    assert times[-1] - times[0] > 0.25


def test_a_connection_is_used_again(server: Server, client: Client) -> None:
    server.answers["/"] = json_reply(1)
    for _ in range(3):
        client.get_json(server.url("/"))
    assert len({asked.port for asked in server.asked}) == 1


def test_robots_are_asked_once_and_for_pages_only(server: Server, client: Client) -> None:
    rules = "User-agent: *\nDisallow: /private\n\nUser-agent: other\nDisallow: /\n"
    server.answers |= {
        "/robots.txt": page_reply(rules, "text/plain"),
        "/open": page_reply("x"),
        "/private": json_reply(1),
    }
    client.get_text(server.url("/open"))
    client.get_text(server.url("/open"))
    with pytest.raises(Forbidden, match=r"robots\.txt asks programs not to"):
        client.get_text(server.url("/private/page"))
    assert client.get_json(server.url("/private")) == 1
    assert server.paths() == ["/robots.txt", "/open", "/open", "/private"]


def test_robots_may_name_the_client_and_its_pause(server: Server, client: Client, clock: Clock) -> None:
    rules = "User-agent: Sphinx-Thread-Cards\nCrawl-delay: 7\nDisallow: /no\n"
    server.answers |= {"/robots.txt": page_reply(rules, "text/plain"), "/yes": page_reply("x"), "/no": page_reply("x")}
    client.get_text(server.url("/yes"))
    client.get_text(server.url("/yes"))
    assert clock.slept == [1, 7]
    with pytest.raises(Forbidden):
        client.get_text(server.url("/no"))


def test_a_redirect_asks_the_robots_of_where_it_leads(server: Server, client: Client) -> None:
    server.answers |= {
        "/robots.txt": page_reply("User-agent: *\nDisallow: /private\n", "text/plain"),
        "/open": redirect("/private"),
        "/private": page_reply("x"),
    }
    with pytest.raises(Forbidden):
        client.get_text(server.url("/open"))
    assert "/private" not in server.paths()


@pytest.mark.parametrize(
    "robots",
    [
        Reply(status=404),
        Reply(status=403),
        Reply(body=b""),
        Reply(body=b"\xff\x00junk", type="text/plain"),
        page_reply("User-agent: *\nDisallow: //[\nCrawl-delay: ²\n"),
    ],
)
def test_robots_of_no_use_allow_all(server: Server, client: Client, robots: Reply) -> None:
    server.answers |= {"/robots.txt": robots, "/page": page_reply("x")}
    assert client.get_text(server.url("/page")).text == "x"


def test_robots_that_cannot_be_read_allow_nothing(server: Server, client: Client) -> None:
    server.answers |= {"/robots.txt": Reply(status=500), "/page": page_reply("x")}
    with pytest.raises(Unreachable, match=r"/robots\.txt: the server is in trouble \(500\)"):
        client.get_text(server.url("/page"))
    assert "/page" not in server.paths()


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_seconds_is_waited_for(server: Server, client: Client, clock: Clock, status: int) -> None:
    server.answers["/"] = [Reply(status=status, headers={"Retry-After": "30"}), json_reply("now")]
    assert client.get_json(server.url("/")) == "now"
    assert sum(clock.slept) == 30


def test_retry_after_a_date_is_waited_for(server: Server, client: Client, clock: Clock) -> None:
    date = formatdate(time() + 50, usegmt=True)
    server.answers["/"] = [Reply(status=429, headers={"Retry-After": date}), json_reply("now")]
    assert client.get_json(server.url("/")) == "now"
    assert 40 < sum(clock.slept) <= 50


@pytest.mark.parametrize("value", ["soon", "-1", "9" * 5000, "Fri, 99 Foo 99999 99:99:99 GMT", "²"])
def test_retry_after_of_no_use_is_as_none(server: Server, client: Client, clock: Clock, value: str) -> None:
    server.answers["/"] = [Reply(status=429, headers={"Retry-After": value}), json_reply("now")]
    assert client.get_json(server.url("/")) == "now"
    assert sum(clock.slept) == 1


def test_who_wants_more_time_than_we_have_is_left_alone(server: Server, client: Client, clock: Clock) -> None:
    server.answers["/"] = [Reply(status=429, headers={"Retry-After": "3600"}), json_reply("now")]
    with pytest.raises(RateLimited, match="asked again in 60 min") as caught:
        client.get_json(server.url("/"))
    assert (caught.value.wait, caught.value.status) == (3600, 429)
    clock.now += 1000
    with pytest.raises(RateLimited, match="asked again in 43 min") as caught:
        client.get_json(server.url("/other"))
    assert caught.value.wait == 2600
    assert server.paths() == ["/"]
    clock.now += 2600
    assert client.get_json(server.url("/")) == "now"


@pytest.mark.parametrize(("reset", "least", "most"), [("in 900", 890, 900), ("300", 300, 300)])
def test_some_tell_with_403_that_no_requests_are_left(
    server: Server, client: Client, reset: str, least: int, most: int
) -> None:
    value = reset if reset.isdecimal() else str(int(time()) + 900)
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": value}
    server.answers["/"] = Reply(status=403, headers=spent)
    with pytest.raises(RateLimited) as caught:
        client.get_json(server.url("/"))
    assert caught.value.wait is not None
    assert least <= caught.value.wait <= most
    assert len(server.asked) == 1


def test_pauses_between_tries_grow(server: Server, client: Client, clock: Clock) -> None:
    server.answers["/"] = [Reply(status=500), Reply(status=502), Reply(status=504), json_reply("at last")]
    assert client.get_json(server.url("/")) == "at last"
    assert clock.slept == [1, 2, 4]


def test_headers_and_posts_stay_with_their_origin(server: Server, clock: Clock) -> None:
    with (
        serve({"/there": json_reply(1)}) as other,
        Client(allowed=[server.origin, other.origin], clock=clock, sleep=clock.sleep) as client,
    ):
        server.answers |= {
            "/away": redirect(other.url("/there")),
            "/home": redirect("/here", 307),
            "/here": json_reply(1),
        }
        secret = {"Authorization": "Bearer x", "X-Key": "y"}
        client.get_json(server.url("/away"), headers=secret)
        client.post_json(server.url("/away"), 1, headers=secret)
        client.post_json(server.url("/home"), 1, headers=secret)
    assert {"Authorization": "Bearer x", "X-Key": "y"}.items() <= server.asked[0].headers.items()
    assert [(asked.method, asked.body) for asked in other.asked] == [("GET", b""), ("GET", b"")]
    for asked in other.asked:
        assert not {"Authorization", "X-Key", "Referer", "Content-Type"} & set(asked.headers)
    assert (server.asked[-1].method, server.asked[-1].body) == ("POST", b"1")
    assert server.asked[-1].headers["Authorization"] == "Bearer x"


def test_a_token_goes_to_its_host_and_not_to_who_stands_in_for_it(server: Server) -> None:
    host = server.origin.partition("://")[2]
    server.answers |= {"/here": json_reply(1), "/mirror/there": json_reply(1)}
    with Client(allowed=[server.origin], limits=Limits(pause=0)) as client:
        asker = Asker(client, {"api.example": f"{server.origin}/mirror"}, {host: "x", "api.example": "y"})
        asker(Ask(url=server.url("/here")))
        asker(Ask(url="https://api.example/there"))
    assert [asked.headers.get("Authorization") for asked in server.asked] == ["Bearer x", None]


def test_no_cookies_no_proxies_no_netrc(
    server: Server, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.answers["/"] = json_reply(1, Set_Cookie="a=b; Path=/")
    for _ in range(2):
        client.get_json(server.url("/"))
    for asked in server.asked:
        assert not {"Cookie", "Authorization"} & set(asked.headers)


def test_the_name_in_the_url_may_be_resolved_once_only(server: Server, clock: Clock) -> None:
    """No second look-up between check and connection, which a name server could answer differently."""
    server.answers["/"] = json_reply(1)
    name = f"http://forum.example:{server.port}"
    found = [(2, 1, 6, "", ("127.0.0.1", server.port))]
    with (
        Client(allowed=[name], clock=clock, sleep=clock.sleep) as client,
        mock.patch("socket.getaddrinfo", return_value=found) as resolver,
    ):
        assert client.get_json(f"{name}/") == 1
    assert resolver.call_count == 1
    assert server.asked[0].headers["Host"] == f"forum.example:{server.port}"


def test_messages_are_fit_for_a_terminal() -> None:
    assert shown("https://me:secret@host.example/\x1b[31m\n") == "https://host.example/\ufffd[31m\ufffd"
    assert len(shown("https://host.example/" + "x" * 1000)) == 203
    assert [duration(seconds) for seconds in (0.4, 119, 120, 7199, 7200, 172_800)] == ["0 s", "119 s", "2 min", "120 min", "2 h", "2 days"]
    assert {duration(seconds) for seconds in (1e12, 9e99, float("inf"))} == {"more than a year"}
    assert re.fullmatch(r"http://a\.example/: no", str(BadAnswer("http://a.example/", "no")))
