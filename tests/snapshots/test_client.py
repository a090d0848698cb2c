"""The HTTP client against a real server: politeness, limits, and what it refuses."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sphinx_thread_cards import __version__
from support.server import Canned, Server, endless, json_response, page, redirect, serve
from thread_snapshots import client as module
from thread_snapshots import errors
from thread_snapshots.client import Client
from thread_snapshots.source import Request, Response


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serve() as running:
        yield running


def make_client(*servers: Server, **options: Any) -> Client:
    """Return a fast client that may send requests to these servers."""
    endpoints = {f"server{number}.example": server.origin for number, server in enumerate(servers)}
    return Client(**{"pause": 0, "backoff": 0.01, "endpoints": endpoints, **options})


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with make_client(server, contact="https://docs.example/") as made:
        yield made


def get(client: Client, url: str, **options: Any) -> Response:
    return client.send(Request(url=url, **options))


def test_request(server: Server, client: Client) -> None:
    """It names the client and reuses the connection; cookies are not sent back."""
    server.responses["/thread"] = json_response({"posts": [1, "é"]}, Set_Cookie="a=b; Path=/")
    assert get(client, server.url("/thread?id=1")).json() == {"posts": [1, "é"]}
    get(client, server.url("/thread"), json={"query": "q"})
    first, second = server.requests
    agent = f"sphinx-thread-cards/{__version__} (+https://docs.example/)"
    assert (first.path, first.headers["User-Agent"]) == ("/thread?id=1", agent)
    assert (second.method, second.body, second.port) == ("POST", b'{"query": "q"}', first.port)
    assert not {"Referer", "Cookie", "Authorization"} & set(second.headers)


def test_tokens(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are sent neither to an endpoint nor to the target of a redirect; .netrc is not read."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login jo password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    tokens = {server.origin.partition("://")[2]: "x", "server0.example": "y"}
    with serve({"/": json_response(1)}) as other:
        server.responses |= {"/away": redirect(other.url("/")), "/here": json_response(1)}
        with make_client(server, other, tokens=tokens, contact="https://灯.example/") as client:
            get(client, server.url("/away"))
            get(client, "https://server0.example/here")
            server.responses["/"] = Canned(status=401)
            with pytest.raises(errors.BadResponse, match="token"):
                get(client, server.url("/"))
    sent = [it.headers.get("Authorization") for it in (*server.requests, *other.requests)]
    assert sent == ["Bearer x", None, "Bearer x", None]


# -- Errors --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error", "requests"),
    [
        (400, errors.BadResponse, 1), (401, errors.Forbidden, 1), (403, errors.Forbidden, 1), (404, errors.NotFound, 1),
        (302, errors.BadResponse, 1), (429, errors.RateLimited, 4), (500, errors.Unreachable, 4), (501, errors.Unreachable, 1),
    ],
)  # fmt: skip
def test_status_becomes_error(
    server: Server, client: Client, status: int, error: type[errors.FetchError], requests: int
) -> None:
    server.responses["/"] = Canned(status=status, body=b'{"error": "x"}')
    with pytest.raises(errors.FetchError) as caught:
        get(client, server.url("/"))
    assert (type(caught.value), caught.value.status) == (error, status)
    assert len(server.requests) == requests
    assert caught.value.body == ({"error": "x"} if requests == 1 else None)


def test_refusals_of_apis(server: Server, client: Client) -> None:
    """A limit may be reported as 403; a page instead of JSON is that of a firewall."""
    server.responses["/"] = [Canned(status=403, headers={"Retry-After": "1"}), json_response("now")]
    assert get(client, server.url("/")).json() == "now"
    limit = json_response({"message": "You have exceeded a secondary rate limit."})
    server.responses["/"] = replace(limit, status=403)
    with pytest.raises(errors.RateLimited, match="retry after 60 s"):
        get(client, server.url("/"))
    server.responses["/"] = Canned(status=403, type="text/html")
    with pytest.raises(errors.Refused):
        get(client, server.url("/"))


def test_retries(server: Server, client: Client) -> None:
    """An invalid header or an endless body of an error does no harm."""
    soon = endless(b" " * 1000, status=429, headers={"Retry-After": "soon"})
    later = Canned(status=503, headers={"Retry-After": "1"})
    server.responses["/"] = [soon, later, json_response("now")]
    assert get(client, server.url("/")).json() == "now"
    assert server.requests[1].time - server.requests[0].time >= 0.01
    assert server.requests[2].time - server.requests[1].time >= 1
    server.responses["/"] = Canned(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(errors.RateLimited, match="retry after 60 min"):
        get(client, server.url("/"))
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("limit", "reset", "wait"),
    [
        ("0", "300", 300),
        ("60", "2e9", 86_400),
        ("60", "inf", 86_400),
        ("60", "-1", 1),
        ("60", "", 3600),
    ],
)
def test_no_requests_left(
    server: Server, client: Client, limit: str, reset: str, wait: float
) -> None:
    """The host is blocked, except for short delays; a limit of 0 is that of another API on it."""
    left = {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    server.responses["/"] = Canned(status=403, headers=left)
    with pytest.raises(errors.RateLimited, match="retry after") as caught:
        get(client, server.url("/"))
    assert caught.value.retry_after >= wait
    with pytest.raises(errors.NotFound if limit == "0" or wait == 1 else errors.RateLimited):
        get(client, server.url("/other"))


BOMB = gzip.compress(b" " * 50_000_000)


@pytest.mark.parametrize(
    ("canned", "message"),
    [
        (endless(b" " * 1000), "larger than 100,000 bytes"),
        (Canned(body=BOMB, headers={"Content-Encoding": "gzip"}), "larger than 100,000 bytes"),
        (Canned(body=b"x", headers={"Content-Encoding": "gzip, gzip"}), "more than once"),
        (Canned(body=b"not gzip", headers={"Content-Encoding": "gzip"}), "be decompressed"),
        (endless(b" ", pause=0.05), r"timed out after 0\.4 s"),
        (Canned(body=[b"{"], headers={"Content-Length": "9"}), "closed before the response"),
    ],
)
def test_unusable_body(
    server: Server, canned: Canned, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    server.responses["/"] = canned
    with (
        make_client(server, timeout=0.4) as client,
        pytest.raises(errors.FetchError, match=message),
    ):
        get(client, server.url("/"))


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        [b""],
        repeat(b"H"),
        chain([b"HTTP/1.1 200 OK\r\nX: "], repeat(b"x")),
        repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
        chain([CHUNKED], repeat(b"1")),
        chain([CHUNKED], repeat(b"1\r\nx\r\n")),
    ],
    ids=["silence", "status", "header", "continue", "chunk-size", "chunks"],
)
def test_response_that_does_not_end(server: Server, pieces: Iterable[bytes]) -> None:
    """There is one deadline for all of it, and no retry."""
    server.responses["/"] = Canned(status=0, body=chain(pieces, repeat(b"")), pause=0.05)
    start = monotonic()
    with (
        make_client(server, timeout=0.4) as client,
        pytest.raises(errors.Unreachable, match=r"timed out after 0\.4 s"),
    ):
        get(client, server.url("/"))
    assert len(server.requests) == 1
    assert monotonic() - start < 5  # far more than it takes, far less than forever


def test_each_response_has_its_own_deadline(server: Server) -> None:
    server.responses["/"] = Canned(body=b"1", pause=0.3)
    with make_client(server, timeout=0.5) as client:
        assert [get(client, server.url("/")).json() for _ in range(3)] == [1] * 3
    assert len({request.port for request in server.requests}) == 1


def test_no_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with (
            make_client(endpoints={"a.example": origin}) as client,
            pytest.raises(errors.Unreachable, match="Connection refused"),
        ):
            get(client, f"{origin}/")


# -- Redirects and addresses ---------------------------------------------------


def test_redirects(server: Server, client: Client) -> None:
    """They are followed up to a limit; an endless body is not read."""
    server.responses |= {f"/{n}": redirect(f"/{n + 1}") for n in range(6)}
    last = endless(b" " * 1000, status=302, headers={"Location": "/6"})
    server.responses |= {"/5": last, "/6": json_response("end")}
    assert get(client, server.url("/1")).url == server.url("/6")
    with pytest.raises(errors.BadResponse, match="more than 5 redirects"):
        get(client, server.url("/0"))


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/", "http://169.254.169.254/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://2130706433/", "//0/", "http://localhost/", "http://100.64.0.1/", "http://224.0.0.1/",
        "file:///etc/passwd", "https:///nowhere", "http://[", "http://jo:secret@host.example/",
        "http://127.0.0.1\\.host.example/", "http://127.0.0.1:9/",
    ],
)  # fmt: skip
def test_unsafe_redirect_is_refused(server: Server, client: Client, location: str) -> None:
    server.responses["/"] = redirect(location)
    with pytest.raises((errors.BadResponse, errors.Unreachable)) as caught:
        get(client, server.url("/"))
    assert "secret" not in str(caught.value)
    assert len(server.requests) == 1


def test_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy resolves names; numeric private addresses are refused all the same."""
    forum = "http://forum.example"
    responses = {f"{forum}/1": json_response("proxy"), f"{forum}/2": redirect("http://10.0.0.1/")}
    with serve(responses) as proxy, make_client() as client:
        monkeypatch.setenv("http_proxy", proxy.origin)
        assert get(client, f"{forum}/1").json() == "proxy"
        for url in (f"{forum}/2", "http://127.0.0.1:9/", "http://0x7f.1/"):
            with pytest.raises(errors.BadResponse, match="private address"):
                get(client, url)
        assert len(proxy.requests) == 2


# -- Pace and robots.txt -------------------------------------------------------


def test_requests_to_one_host_are_spaced(server: Server) -> None:
    server.responses["/"] = json_response(1)
    with make_client(server, pause=0.2) as client:
        assert [get(client, server.url("/")).json() for _ in range(3)] == [1, 1, 1]
    assert server.requests[2].time - server.requests[0].time >= 0.38


def test_robots_txt_is_read_once_and_for_pages_only(server: Server, client: Client) -> None:
    rules = "User-agent: *\nDisallow: /private\nDisallow: /*.cgi$\nCrawl-delay: 0.2\n"
    server.responses |= {
        "/robots.txt": page(rules, "text/plain"), "/open": page("x"), "/moved": redirect("/private"),
        "/private": json_response(1),
    }  # fmt: skip
    get(client, server.url("/open"), robots=True)
    for path in ("/private/page", "/a.cgi", "/moved"):
        with pytest.raises(errors.Forbidden, match=r"robots\.txt does not allow"):
            get(client, server.url(path), robots=True)
    assert get(client, server.url("/private")).json() == 1
    assert server.paths() == ["/robots.txt", "/open", "/moved", "/private"]
    assert server.requests[1].time - server.requests[0].time >= 0.18


@pytest.mark.parametrize(
    ("robots", "error"),
    [
        (Canned(status=404), None), (Canned(body=b"\xff\x00"), None),
        (Canned(status=500), "server error"),
        (page("User-agent: *\nCrawl-delay: 90000\n", "text/plain"), "a delay of 25 h between"),
    ],
)  # fmt: skip
def test_odd_robots_txt(server: Server, client: Client, robots: Canned, error: str | None) -> None:
    """It allows everything, unless the server fails (RFC 9309, section 2.3.1) or wants us to wait."""
    server.responses |= {"/robots.txt": robots, "/page": page("x")}
    if error is None:
        assert get(client, server.url("/page"), robots=True).body == b"x"
    else:
        with pytest.raises((errors.Unreachable, errors.RateLimited), match=error):
            get(client, server.url("/page"), robots=True)
        assert "/page" not in server.paths()
