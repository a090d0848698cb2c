"""Where the client of `thread-cards fetch` may go: redirects, names, numeric addresses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thread_snapshots.errors import BadAnswer, FetchError, Unreachable
from thread_snapshots.http import Limits
from thread_snapshots.net.addresses import Origin, is_public, origin_of
from support.client import Client
from support.server import Reply, Server, json_reply, redirect, repeat, serve

QUICK = Limits(connect=0.5, read=0.3, whole=0.8, retries=2, backoff=0.01, pause=0)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(allowed=[server.origin], limits=QUICK) as quick:
        yield quick


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
        with pytest.raises(BadAnswer, match=r"127\.0\.0\.1 is not public; name the origin in thread_cards_"):
            client.get_json(server.url("/"))
        with pytest.raises(BadAnswer, match="is not public"):
            client.get_json(server.url("/").replace("127.0.0.1", "localhost"))
        assert other.asked == []


# Addresses


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["2606:2800:21f::1", "fd00::1"]])
def test_a_name_that_resolves_to_a_private_address(addresses: list[str]) -> None:
    """Among others as well: whose name it is might choose which one is taken."""
    with serve({"/": json_reply("hidden")}) as server, Client(limits=QUICK) as client:
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        pairs = zip(families, addresses, strict=True)
        found = [(family, 1, 6, "", (address, server.port)) for family, address in pairs]
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
        "0.0.0.0",  # noqa: S104 - nobody listens there
        "10.1.2.3", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1",
        "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "203.0.113.5", "224.0.0.251", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "4000::1",
        "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "localhost", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "100.63.0.1", "2606:2800:21f::1", "64:ff9b::5db8:d70e"]
)
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
