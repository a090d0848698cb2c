"""The client of `thread-cards fetch` among servers that are broken or mean harm."""

from __future__ import annotations

import itertools
import socket
import subprocess
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_thread_cards.fetch.addresses import Origin, is_public, origin_of
from sphinx_thread_cards.fetch.errors import (
    BadAnswer,
    FetchError,
    Forbidden,
    NotFound,
    RateLimited,
    Unreachable,
)
from sphinx_thread_cards.fetch.http import Client, Limits
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
def test_status(server: Server, client: Client, status: int, error: type[FetchError], asked: int, message: str) -> None:
    server.answers["/"] = Reply(status=status, type="text/html")
    with pytest.raises(FetchError) as caught:
        client.get_json(server.url("/"))
    assert type(caught.value) is error
    assert str(caught.value) == f"{server.url('/')}: {caught.value.why}"
    assert message in caught.value.why
    assert caught.value.status == status
    assert len(server.asked) == asked


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


# Redirects


def test_five_redirects_are_followed_and_no_more(server: Server, client: Client) -> None:
    server.answers |= {f"/{n}": redirect(f"/{n + 1}") for n in range(6)} | {"/6": json_reply("end")}
    assert client.get_json(server.url("/1")) == "end"
    with pytest.raises(BadAnswer, match="redirected more than 5 times"):
        client.get_json(server.url("/0"))


def test_a_redirect_loop(server: Server, client: Client) -> None:
    server.answers["/"] = redirect("/")
    with pytest.raises(BadAnswer, match="redirected more than 5 times"):
        client.get_json(server.url("/"))
    assert len(server.asked) == 6


def test_a_redirect_with_an_endless_body(server: Server, client: Client) -> None:
    endless = Reply(status=302, headers={"Location": "/end"}, body=repeat(b" " * 1000))
    server.answers |= {"/": endless, "/end": json_reply("end")}
    assert client.get_json(server.url("/")) == "end"


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("http://10.0.0.1/", "its address 10.0.0.1 is not public"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is not public"),
        ("http://[::1]/", "its address ::1 is not public"),
        ("http://[::ffff:127.0.0.1]/", "is not public"),
        ("http://2130706433/", "its address 127.0.0.1 is not public"),
        ("http://0x7f.1/", "its address 127.0.0.1 is not public"),
        ("//0/", "its address 0.0.0.0 is not public"),
        ("http://localhost/", "is not public"),
        ("file:///etc/passwd", "not an http or https address"),
        ("gopher://host.example/", "not an http or https address"),
        ("https:///nowhere", "not an http or https address"),
        ("http://[", "not a web address"),
        ("http://host.example:99999/", "not a web address"),
        ("http://me:secret@host.example/", "user name"),
        ("http://host.example\\@127.0.0.1/", "not an http or https address"),
        ("http://127.0.0.1\\.host.example/", "not an http or https address"),
    ],
)
def test_redirects_to_where_nobody_may_go(server: Server, client: Client, to: str, message: str) -> None:
    server.answers["/"] = redirect(to)
    with pytest.raises(BadAnswer, match=message.replace(".", r"\.")) as caught:
        client.get_json(server.url("/"))
    assert "secret" not in str(caught.value)
    assert len(server.asked) == 1


def test_an_allowed_origin_is_that_port_only(server: Server, client: Client) -> None:
    with serve({"/": json_reply("hidden")}) as other:
        server.answers["/"] = redirect(other.url("/"))
        with pytest.raises(BadAnswer, match=r"its address 127\.0\.0\.1 is not public; name the origin in thread_cards_"):
            client.get_json(server.url("/"))
        with pytest.raises(BadAnswer, match="is not public"):
            client.get_json(server.url("/").replace("127.0.0.1", "localhost"))
        assert other.asked == []


# Addresses


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["2606:2800:21f::1", "fd00::1"]]
)
def test_a_name_that_resolves_to_a_private_address(addresses: list[str]) -> None:
    """Among others as well: whose name it is might choose which one is taken."""
    with serve({"/": json_reply("hidden")}) as server, Client(limits=QUICK) as client:
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        found = [(family, 1, 6, "", (address, server.port)) for family, address in zip(families, addresses, strict=True)]
        with (
            mock.patch("socket.getaddrinfo", return_value=found),
            pytest.raises(BadAnswer, match="is not public"),
        ):
            client.get_json(f"http://forum.example:{server.port}/")
        assert server.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(client: Client) -> None:
    """A name server that changes its mind after the first answer changes nothing."""
    answers = [[(2, 1, 6, "", ("93.184.215.14", 80))], [(2, 1, 6, "", ("127.0.0.1", 80))]]
    with (
        mock.patch("socket.getaddrinfo", side_effect=answers),
        mock.patch("socket.socket.connect", side_effect=TimeoutError) as connect,
        pytest.raises(Unreachable),
    ):
        client.get_json("http://forum.example/")
    connect.assert_called_once_with(("93.184.215.14", 80))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1",
        "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "203.0.113.5", "224.0.0.251", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "4000::1",
        "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "localhost", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "100.63.0.1", "2606:2800:21f::1", "64:ff9b::5db8:d70e"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_mapped_addresses_are_never_public(address: object) -> None:
    assert not is_public(f"::ffff:{address}")
    assert is_public(f"64:ff9b::{address}") == is_public(str(address))


@given(st.text() | st.from_regex(r"https?://[^/]*/?.*"))
def test_any_text_is_an_origin_or_a_bad_answer(text: str) -> None:
    try:
        origin = origin_of(text)
    except BadAnswer:
        return
    assert origin.scheme in {"http", "https"}
    assert origin.host or text
    assert 0 <= origin.port < 65536


def test_origins_are_exact() -> None:
    assert origin_of("HTTP://Host.Example./x") == Origin("http", "host.example", 80)
    assert origin_of("https://host.example:443") == origin_of("https://host.example")
    assert origin_of("http://[::1]:8080/") == Origin("http", "::1", 8080)
    with pytest.raises(BadAnswer, match="not an http or https address"):
        Client(allowed=["localhost:8080"])


@given(st.text(max_size=30))
def test_any_text_as_address_fails_in_order(text: str) -> None:
    with (
        Client(limits=QUICK) as client,
        mock.patch("socket.getaddrinfo", side_effect=socket.gaierror(socket.EAI_NONAME, "x")),
    ):
        for url in (text, f"http://{text}", f"http://forum.example/{text}"):
            with pytest.raises(FetchError):
                client.get_json(url)


def test_any_bytes_as_answer_fail_in_order(server: Server, client: Client) -> None:
    @given(st.binary(max_size=60), st.sampled_from([b"", HEAD, HEAD + b"\r\n", HEAD + b"Content-Encoding: gzip\r\n\r\n"]))
    def run(body: bytes, head: bytes) -> None:
        server.answers["/"] = Reply(body=[head + body], raw=True)
        try:
            client.get_json(server.url("/"))
        except FetchError as error:
            assert isinstance(error, Unreachable | BadAnswer)

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
