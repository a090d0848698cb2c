"""The client of `thread-cards fetch` among servers that are broken or mean harm."""

from __future__ import annotations

import itertools
import socket
import subprocess
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thread_snapshots.errors import (
    BadAnswer,
    FetchError,
    Forbidden,
    NotFound,
    RateLimited,
    Unreachable,
)
from thread_snapshots.http import Limits
from thread_snapshots.net.watch import Watcher
from support.client import Client
from support.programs import require
from support.server import Reply, Server, bomb, json_reply, page_reply, redirect, repeat, serve

QUICK = Limits(connect=0.5, read=0.3, whole=0.8, size=100_000, retries=2, backoff=0.01, pause=0, wait=2)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(allowed=[server.origin], limits=QUICK) as quick:
        yield quick


@pytest.mark.parametrize(
    ("status", "error", "asked", "message"),
    [
        (401, Forbidden, 1, "does not show it to everybody (401)"),
        (403, Forbidden, 1, "does not show it to everybody (403)"),
        (451, Forbidden, 1, "does not show it to everybody (451)"),
        (404, NotFound, 1, "no such page (404)"),
        (410, NotFound, 1, "no such page (410)"),
        (400, BadAnswer, 1, "status 400"),
        (501, Unreachable, 1, "the server is in trouble (501)"),
        (999, BadAnswer, 1, "status 999"),
        (204, BadAnswer, 1, "status 204"),
        (206, BadAnswer, 1, "status 206"),
        (304, BadAnswer, 1, "status 304"),
        (302, BadAnswer, 1, "status 302"),
        (429, RateLimited, 3, "asked too often"),
        (500, Unreachable, 3, "in trouble (500)"),
        (503, Unreachable, 3, "in trouble (503)"),
    ],
)
def test_status(
    server: Server, client: Client, status: int, error: type[FetchError], asked: int, message: str
) -> None:
    server.answers["/"] = Reply(status=status, type="text/html")
    with pytest.raises(FetchError) as caught:
        client.get_json(server.url("/"))
    assert type(caught.value) is error
    assert str(caught.value) == f"{server.url('/')}: {caught.value.why}"
    assert message in caught.value.why
    assert caught.value.status == status
    assert len(server.asked) == asked


def test_what_a_server_says_is_wrong_is_kept(server: Server, client: Client) -> None:
    """Some tell only in the body what an error means; a body that is no JSON, or long, tells nothing."""
    server.answers["/json"] = Reply(status=400, body=b'{"error": "NotFound"}')
    server.answers["/html"] = Reply(status=400, body=b"{}", type="text/html")
    server.answers["/broken"] = Reply(status=400, body=b'{"error":')
    server.answers["/long"] = Reply(status=400, body=b'"' + 70_000 * b"x" + b'"')

    told = []
    for path in ("/json", "/html", "/broken", "/long"):
        with pytest.raises(BadAnswer) as caught:
            client.get(server.url(path))
        told.append(caught.value.told)

    assert told == [{"error": "NotFound"}, None, None, None]


def test_429_to_the_end_tells_the_time_to_wait(server: Server, client: Client) -> None:
    server.answers["/"] = Reply(status=429, headers={"Retry-After": "1"})
    with pytest.raises(RateLimited, match="asked again in 1 s") as caught:
        client.get_json(server.url("/"))
    assert caught.value.wait == 1
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(body=b""), "the answer is empty"),
        (Reply(body=b'{"posts": [1, 2'), "broken or no JSON, where JSON was due"),
        (Reply(body=b"\xff\xfe\x00"), "broken or no JSON"),
        (Reply(body=b"NaN"), "broken or no JSON"),
        (Reply(body=b"[" * 90_000), "broken or no JSON"),
        (Reply(body=b"9" * 90_000), "broken or no JSON"),
        (page_reply("<!DOCTYPE html><title>Log in</title>"), "a web page, where JSON was due"),
        (Reply(body=b"x" * 100_001), "larger than 100,000 bytes"),
        (Reply(body=repeat(b" " * 1000)), "larger than 100,000 bytes"),
        (bomb(100_001), "larger than 100,000 bytes"),
        (bomb(50_000_000), "larger than 100,000 bytes"),
        (bomb(50_000_000, layers=2), "packed in a way that was not asked for"),
        (Reply(body=b"x", headers={"Content-Encoding": "br"}), "packed in a way that was not asked for"),
        (Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}), "cannot be unpacked"),
    ],
)
def test_answers_of_no_use(server: Server, client: Client, reply: Reply, message: str) -> None:
    server.answers["/"] = reply
    with pytest.raises(BadAnswer, match=message):
        client.get_json(server.url("/"))
    assert len(server.asked) == 1


def test_two_lengths_are_no_answer(server: Server, client: Client) -> None:
    server.answers["/"] = Reply(body=[HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n[]"], raw=True)
    with pytest.raises(BadAnswer, match="contradicts itself in its headers"):
        client.get_json(server.url("/"))


def test_a_bomb_takes_no_memory(server: Server, client: Client) -> None:
    server.answers["/"] = bomb(200_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(BadAnswer, match="larger"):
            client.get_json(server.url("/"))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5_000_000


@pytest.mark.parametrize(
    "body",
    [
        [HEAD + b"Content-Length: 10\r\n\r\n[1"],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1, 2"],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[1, 2"],
        [b"HTTP/1.1 2"],
        [b"\x16\x03\x01 this is not HTTP\r\n\r\n"],
        [HEAD + b"X: " + b"y" * 70_000 + b"\r\n\r\n[]"],
        [HEAD + b"X: y\r\n" * 200 + b"\r\n[]"],
        [],
    ],
)
def test_broken_connections_are_tried_again(server: Server, client: Client, body: list[bytes]) -> None:
    server.answers["/"] = Reply(body=body, raw=True)
    with pytest.raises(Unreachable, match="the connection broke"):
        client.get_json(server.url("/"))
    assert len(server.asked) == 3
    server.answers["/"] = [Reply(body=body, raw=True), json_reply("whole")]
    assert client.get_json(server.url("/")) == "whole"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (itertools.chain([HEAD, b"\r\n"], repeat(b" ")), "not there within 0.8 s"),
        (itertools.chain([HEAD, b"X: "], repeat(b"y")), "not there within 0.8 s"),
        (itertools.chain([b"H"], repeat(b"T")), "not there within 0.8 s"),
        (itertools.chain([HEAD, b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"0")), "not there within 0.8 s"),
        (itertools.chain([], repeat(b"HTTP/1.1 100 Continue\r\n\r\n")), "not there within 0.8 s"),
    ],
)
def test_slow_bytes(server: Server, client: Client, body: Iterator[bytes], message: str) -> None:
    """Each byte comes in time; all of them never do."""
    server.answers["/"] = Reply(body=body, raw=True, pause=0.05)
    begin = monotonic()
    with pytest.raises(Unreachable, match=message):
        client.get_json(server.url("/"))
    assert monotonic() - begin < 2
    assert len(server.asked) == 1


@pytest.mark.parametrize("begin", [[], [HEAD], [HEAD + b"Content-Length: 9\r\n\r\n[1"]])
def test_a_stalled_connection(server: Server, client: Client, begin: list[bytes]) -> None:
    stall = Reply(body=_then_wait(begin, server), raw=True)
    server.answers["/"] = stall
    started = monotonic()
    with pytest.raises(Unreachable, match=r"silent for 0\.3 s"):
        client.get_json(server.url("/"))
    assert monotonic() - started < 1.5


def _then_wait(pieces: list[bytes], server: Server) -> Iterator[bytes]:
    yield from pieces
    server.stopping.wait(5)


def test_a_connection_is_sound_after_one_was_cut(server: Server, client: Client) -> None:
    server.answers |= {"/slow": Reply(body=repeat(b" "), pause=0.05), "/": json_reply("fine")}
    with pytest.raises(Unreachable):
        client.get_json(server.url("/slow"))
    assert client.get_json(server.url("/")) == "fine"


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with (
            Client(allowed=[origin], limits=QUICK) as client,
            pytest.raises(Unreachable, match=r"no connection \(connection refused\)"),
        ):
            client.get_json(f"{origin}/")


def test_nobody_answers_the_call(client: Client) -> None:
    with (
        mock.patch("socket.socket.connect", side_effect=TimeoutError),
        mock.patch("socket.getaddrinfo", return_value=[(2, 1, 6, "", ("93.184.215.14", 80))]),
        pytest.raises(Unreachable, match=r"no connection within 0\.5 s"),
    ):
        client.get_json("http://forum.example/")


@pytest.mark.parametrize(("code", "tries"), [(socket.EAI_NONAME, 1), (socket.EAI_AGAIN, 3)])
def test_a_name_that_is_not_known(client: Client, code: int, tries: int) -> None:
    with (
        mock.patch("socket.getaddrinfo", side_effect=socket.gaierror(code, "x")) as resolver,
        pytest.raises(Unreachable, match="name of the server is not known"),
    ):
        client.get_json("https://forum.example/")
    assert resolver.call_count == tries


def test_any_bytes_as_answer_fail_in_order(server: Server, client: Client) -> None:
    heads = [b"", HEAD, HEAD + b"\r\n", HEAD + b"Content-Encoding: gzip\r\n\r\n"]

    @settings(deadline=None)  # It is the time of a network.
    @given(st.binary(max_size=60), st.sampled_from(heads))
    def run(body: bytes, head: bytes) -> None:
        server.answers["/"] = Reply(body=[head + body], raw=True)
        with suppress(Unreachable, BadAnswer):
            client.get_json(server.url("/"))

    run()


# Encryption


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody but the test trusts."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "certificate.pem", folder / "key.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(files[1])]
    name = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-out", str(files[0])]
    subprocess.run([require("openssl"), "req", "-x509", *key, *name], check=True, capture_output=True)
    return files


def test_a_trusted_certificate(certificate: tuple[Path, Path]) -> None:
    with (
        serve({"/": json_reply("safe")}, certificate) as server,
        Client(allowed=[server.origin], ca_bundle=str(certificate[0]), limits=QUICK) as client,
    ):
        assert client.get_json(server.url("/")) == "safe"
        server.answers["/slow"] = Reply(body=repeat(b" "), pause=0.05)
        with pytest.raises(Unreachable, match="not there within"):
            client.get_json(server.url("/slow"))
        server.answers["/down"] = redirect(server.url("/").replace("https", "http"))
        with pytest.raises(BadAnswer, match="is not public"):
            client.get_json(server.url("/down"))


def test_a_certificate_that_nobody_knows(certificate: tuple[Path, Path]) -> None:
    with serve({"/": json_reply("?")}, certificate) as server, Client(allowed=[server.origin], limits=QUICK) as client:
        with pytest.raises(Unreachable, match=r"no trusted connection \(self[- ]signed certificate\)"):
            client.get_json(server.url("/"))
        assert server.asked == []


def test_a_certificate_for_another_name(certificate: tuple[Path, Path]) -> None:
    with serve({"/": json_reply("?")}, certificate) as server:
        name = f"https://forum.example:{server.port}"
        found = [(2, 1, 6, "", ("127.0.0.1", server.port))]
        with (
            Client(allowed=[name], ca_bundle=str(certificate[0]), limits=QUICK) as client,
            mock.patch("socket.getaddrinfo", return_value=found),
            pytest.raises(Unreachable, match=r"no trusted connection \(hostname mismatch"),
        ):
            client.get_json(f"{name}/")


def test_no_encryption_where_it_was_due(server: Server) -> None:
    origin = server.origin.replace("http", "https")
    with Client(allowed=[origin], limits=QUICK) as client, pytest.raises(Unreachable, match="no trusted connection"):
        client.get_json(f"{origin}/")


def test_a_handshake_that_stalls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"https://127.0.0.1:{silent.getsockname()[1]}"
        limits = replace(QUICK, retries=0)
        with Client(allowed=[origin], limits=limits) as client, pytest.raises(Unreachable):
            client.get_json(f"{origin}/")


def test_one_thread_watches_over_all_requests_and_ends() -> None:
    watcher, others = Watcher(0.2), set(threading.enumerate())
    with watcher.watching() as first, watcher.watching() as second:
        (thread,) = set(threading.enumerate()) - others
        thread.join(5)
        assert first.expired
        assert second.expired
        assert not thread.is_alive()
    with watcher.watching() as third:
        (thread,) = set(threading.enumerate()) - others
    thread.join(5)
    assert not thread.is_alive()
    assert not third.expired
