"""The HTTP client against a real server: politeness, limits, and what it refuses."""

from __future__ import annotations

import gzip
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from sphinx_thread_cards import __version__
from support.programs import require
from support.server import Canned, Endless, Server, json_response, page, redirect, serve
from thread_snapshots import client as module
from thread_snapshots.client import Client
from thread_snapshots.source import (
    BadResponse,
    FetchError,
    Forbidden,
    NotFound,
    RateLimited,
    Request,
    Response,
    Unreachable,
)

PUBLIC = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def make_client(*servers: Server, **options: Any) -> Client:
    """Return a fast client that may send requests to loopback servers."""
    endpoints = {f"server{number}.example": server.origin for number, server in enumerate(servers)}
    options = {"pause": 0, "backoff": 0.01, "endpoints": endpoints, **options}
    return Client(**options)


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with make_client(server, contact="https://docs.example/") as made:
        yield made


def get(client: Client, url: str, **options: Any) -> Response:
    return client.send(Request(url=url, **options))


def test_request_identifies_the_client(server: Server, client: Client) -> None:
    server.responses["/thread"] = json_response({"posts": [1, "é"]}, Set_Cookie="a=b; Path=/")
    assert get(client, server.url("/thread?id=1")).json() == {"posts": [1, "é"]}
    get(client, server.url("/thread"))
    first, second = server.requests
    assert first.path == "/thread?id=1"
    assert (
        first.headers["User-Agent"] == f"sphinx-thread-cards/{__version__} (+https://docs.example/)"
    )
    assert first.headers["Accept"] == "application/json"
    assert not {"Referer", "Cookie", "Authorization"} & set(second.headers)
    assert first.port == second.port


def test_json_is_posted(server: Server, client: Client) -> None:
    server.responses["/graphql"] = json_response({"data": None})
    assert get(client, server.url("/graphql"), json={"query": "q"}).json() == {"data": None}
    (received,) = server.requests
    assert (received.method, received.body) == ("POST", b'{"query": "q"}')


def test_endpoint_replaces_host_and_gets_no_token(server: Server) -> None:
    host = server.origin.partition("://")[2]
    server.responses |= {"/own": json_response(1), "/mirror/thread": json_response(1)}
    endpoints = {"api.example": f"{server.origin}/mirror/"}
    with make_client(endpoints=endpoints, tokens={host: "x", "api.example": "y"}) as client:
        get(client, server.url("/own"))
        get(client, "https://api.example/thread")
    assert [received.headers.get("Authorization") for received in server.requests] == [
        "Bearer x",
        None,
    ]


def test_credentials_of_netrc_are_not_sent(
    server: Server, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login jo password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.responses |= {"/": redirect("/end"), "/end": json_response(1)}
    get(client, server.url("/"))
    assert all("Authorization" not in received.headers for received in server.requests)


# -- Errors --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error", "requests"),
    [
        (400, BadResponse, 1), (401, Forbidden, 1), (403, Forbidden, 1), (404, NotFound, 1), (410, NotFound, 1),
        (302, BadResponse, 1), (429, RateLimited, 4), (500, Unreachable, 4), (501, Unreachable, 1), (503, Unreachable, 4),
    ],
)  # fmt: skip
def test_status_becomes_error(
    server: Server, client: Client, status: int, error: type[FetchError], requests: int
) -> None:
    server.responses["/"] = Canned(status=status, body=b'{"error": "x"}')
    with pytest.raises(error) as caught:
        get(client, server.url("/"))
    assert type(caught.value) is error
    assert caught.value.status == status
    assert len(server.requests) == requests
    assert caught.value.body == ({"error": "x"} if requests == 1 else None)


def test_retry_succeeds(server: Server, client: Client) -> None:
    server.responses["/"] = [
        Canned(status=502),
        Canned(status=429, headers={"Retry-After": "soon"}),
        json_response("now"),
    ]
    assert get(client, server.url("/")).json() == "now"


def test_body_of_an_error_is_not_awaited(server: Server, client: Client) -> None:
    server.responses["/"] = [Canned(status=500, body=Endless(b" " * 1000)), json_response("now")]
    assert get(client, server.url("/")).json() == "now"


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_respected(server: Server, client: Client, status: int) -> None:
    server.responses["/"] = [
        Canned(status=status, headers={"Retry-After": "1"}),
        json_response("now"),
    ]
    assert get(client, server.url("/")).json() == "now"
    assert server.requests[1].time - server.requests[0].time >= 1


def test_long_retry_after_blocks_the_host(server: Server, client: Client) -> None:
    server.responses["/"] = Canned(status=429, headers={"Retry-After": "3600"})
    for path in ("/", "/other"):
        with pytest.raises(RateLimited, match="retry after 60 min") as caught:
            get(client, server.url(path))
        assert 3590 < (caught.value.retry_after or 0) <= 3600
    assert server.paths() == ["/"]


@pytest.mark.parametrize(
    ("reset", "expected"), [("300", 300), (lambda: str(int(time.time()) + 900), 900), ("", 3600)]
)
def test_no_requests_left_is_rate_limited(
    server: Server, client: Client, reset: Any, expected: float
) -> None:
    value = reset() if callable(reset) else reset
    server.responses["/"] = Canned(
        status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": value}
    )
    with pytest.raises(RateLimited) as caught:
        get(client, server.url("/"))
    assert caught.value.retry_after == pytest.approx(expected, abs=5)


@pytest.mark.parametrize(
    ("canned", "message"),
    [
        (Canned(body=b"x" * 100_001), "larger than 100,000 bytes"),
        (Canned(body=Endless(b" " * 1000)), "larger than 100,000 bytes"),
        (
            Canned(body=gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}),
            "larger than 100,000 bytes",
        ),
        (
            Canned(body=b"x", headers={"Content-Encoding": "gzip, gzip"}),
            "compressed more than once",
        ),
        (Canned(body=b"not gzip", headers={"Content-Encoding": "gzip"}), "cannot be decompressed"),
    ],
)
def test_size_is_limited(
    server: Server, client: Client, canned: Canned, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    server.responses["/"] = canned
    with pytest.raises(BadResponse, match=message):
        get(client, server.url("/"))


def test_compressed_response(server: Server, client: Client) -> None:
    server.responses["/"] = Canned(
        body=gzip.compress(b'"small"'), headers={"Content-Encoding": "gzip"}
    )
    assert get(client, server.url("/")).json() == "small"


def test_slow_response_ends_at_the_deadline(server: Server) -> None:
    server.responses["/"] = Canned(body=Endless(b" "), pause=0.05)
    started = time.monotonic()
    with (
        make_client(server, timeout=0.4) as client,
        pytest.raises(Unreachable, match=r"timed out after 0\.4 s"),
    ):
        get(client, server.url("/"))
    assert time.monotonic() - started < 3


def test_incomplete_response(server: Server, client: Client) -> None:
    server.responses["/"] = Canned(body=[b'{"id": '], headers={"Content-Length": "2000"})
    with pytest.raises(Unreachable, match="closed before the response was complete"):
        get(client, server.url("/"))


def test_no_server() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with (
            make_client(endpoints={"a.example": origin}) as client,
            pytest.raises(Unreachable, match="Connection refused"),
        ):
            get(client, f"{origin}/")


def test_unknown_host_name(client: Client) -> None:
    with (
        mock.patch("socket.getaddrinfo", side_effect=socket.gaierror(socket.EAI_NONAME, "x")),
        pytest.raises(Unreachable, match="host name"),
    ):
        get(client, "https://forum.example/")


# -- Redirects and addresses ---------------------------------------------------


def test_redirects_are_followed_up_to_a_limit(server: Server, client: Client) -> None:
    server.responses |= {f"/{n}": redirect(f"/{n + 1}") for n in range(6)} | {
        "/6": json_response("end")
    }
    assert get(client, server.url("/1")).url == server.url("/6")
    with pytest.raises(BadResponse, match="more than 5 redirects"):
        get(client, server.url("/0"))


def test_endless_redirect_body(server: Server, client: Client) -> None:
    endless = Canned(status=302, headers={"Location": "/end"}, body=Endless(b" " * 1000))
    server.responses |= {"/": endless, "/end": json_response("end")}
    assert get(client, server.url("/")).json() == "end"


def test_token_stays_with_its_host(server: Server) -> None:
    host = server.origin.partition("://")[2]
    with (
        serve({"/there": json_response(1)}) as other,
        make_client(other, tokens={host: "x"}) as client,
    ):
        client._allowed.add(host)  # noqa: SLF001 - as if the host were public
        server.responses |= {
            "/away": redirect(other.url("/there")),
            "/home": redirect("/here"),
            "/here": json_response(1),
        }
        get(client, server.url("/away"))
        get(client, server.url("/home"))
    assert server.requests[-1].headers["Authorization"] == "Bearer x"
    assert "Authorization" not in other.requests[0].headers


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/",
        "http://0x7f.1/", "//0/", "http://localhost/", "http://100.64.0.1/", "http://224.0.0.1/", "file:///etc/passwd",
        "gopher://host.example/", "https:///nowhere", "http://[", "http://jo:secret@host.example/", "http://127.0.0.1\\.host.example/",
    ],
)  # fmt: skip
def test_unsafe_redirect_is_refused(server: Server, client: Client, location: str) -> None:
    server.responses["/"] = redirect(location)
    with pytest.raises((BadResponse, Unreachable)) as caught:
        get(client, server.url("/"))
    assert "secret" not in str(caught.value)
    assert len(server.requests) == 1


def test_only_the_named_port_is_allowed(server: Server, client: Client) -> None:
    with serve({"/": json_response("hidden")}) as other:
        server.responses["/"] = redirect(other.url("/"))
        with pytest.raises(BadResponse, match="name the server in thread_cards_endpoints"):
            get(client, server.url("/"))
        assert other.requests == []


def test_one_private_address_among_others(client: Client) -> None:
    found = [*PUBLIC, (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fd00::1", 80, 0, 0))]
    with (
        mock.patch("socket.getaddrinfo", return_value=found),
        pytest.raises(BadResponse, match="private address"),
    ):
        get(client, "http://forum.example/")


def test_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy resolves names; numeric private addresses are refused all the same."""
    with serve(
        {
            "http://forum.example/t/1": json_response("by proxy"),
            "http://forum.example/up": redirect("http://10.0.0.1/"),
        }
    ) as proxy:
        monkeypatch.setenv("http_proxy", proxy.origin)
        with make_client() as client:
            assert get(client, "http://forum.example/t/1").json() == "by proxy"
            for url in ("http://forum.example/up", "http://127.0.0.1:9/", "http://0x7f.1/"):
                with pytest.raises(BadResponse, match="private address"):
                    get(client, url)
        assert len(proxy.requests) == 2


# -- Pace and robots.txt -------------------------------------------------------


def test_requests_to_one_host_are_spaced(server: Server) -> None:
    server.responses["/"] = json_response(1)
    with make_client(server, pause=0.2) as client:
        for _ in range(3):
            get(client, server.url("/"))
    times = [received.time for received in server.requests]
    assert times[-1] - times[0] >= 0.38


def test_robots_txt_is_read_once_and_for_pages_only(server: Server, client: Client) -> None:
    rules = (
        "User-agent: *\nDisallow: /private\nDisallow: /*.cgi$\n\nUser-agent: other\nDisallow: /\n"
    )
    server.responses |= {
        "/robots.txt": page(rules, "text/plain"), "/open": page("x"), "/moved": redirect("/private"), "/private": json_response(1),
    }  # fmt: skip
    get(client, server.url("/open"), robots=True)
    for path in ("/private/page", "/a.cgi", "/moved"):
        with pytest.raises(Forbidden, match=r"robots\.txt does not allow"):
            get(client, server.url(path), robots=True)
    assert get(client, server.url("/private")).json() == 1
    assert server.paths() == ["/robots.txt", "/open", "/moved", "/private"]


def test_crawl_delay(server: Server, client: Client) -> None:
    rules = "User-agent: Sphinx-Thread-Cards\nCrawl-delay: 0.3\n"
    server.responses |= {"/robots.txt": page(rules, "text/plain"), "/": page("x")}
    for _ in range(2):
        get(client, server.url("/"), robots=True)
    assert server.requests[2].time - server.requests[1].time >= 0.28


def test_crawl_delay_of_a_day_is_an_error(server: Server, client: Client) -> None:
    server.responses |= {
        "/robots.txt": page("User-agent: *\nCrawl-delay: 90000\n", "text/plain"),
        "/": page("x"),
    }
    with pytest.raises(RateLimited, match=r"robots\.txt asks for a delay of 25 h between requests"):
        get(client, server.url("/"), robots=True)
    assert server.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    "robots",
    [
        Canned(status=404),
        Canned(status=403),
        Canned(body=b"\xff\x00junk"),
        page("Disallow: //[\nCrawl-delay: ²\n"),
    ],
)
def test_unusable_robots_txt_allows_all(server: Server, client: Client, robots: Canned) -> None:
    server.responses |= {"/robots.txt": robots, "/page": page("x")}
    assert get(client, server.url("/page"), robots=True).body == b"x"


def test_unreachable_robots_txt_allows_nothing(server: Server, client: Client) -> None:
    server.responses |= {"/robots.txt": Canned(status=500), "/page": page("x")}
    with pytest.raises(Unreachable, match=r"/robots\.txt"):
        get(client, server.url("/page"), robots=True)
    assert "/page" not in server.paths()


# -- TLS -----------------------------------------------------------------------


def test_certificates(tmp_path: Path) -> None:
    """The CA bundle of the site is used; other certificates are refused."""
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        str(files[1]),
    ]
    name = [
        "-subj",
        "/CN=test",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-days",
        "2",
        "-out",
        str(files[0]),
    ]
    subprocess.run(
        [require("openssl"), "req", "-x509", *key, *name], check=True, capture_output=True
    )
    with serve({"/": json_response("safe")}, files) as server:
        with make_client(server, ca_bundle=str(files[0])) as client:
            assert get(client, server.url("/")).json() == "safe"
        with (
            make_client(server) as client,
            pytest.raises(Unreachable, match=r"self[- ]signed certificate"),
        ):
            get(client, server.url("/"))
