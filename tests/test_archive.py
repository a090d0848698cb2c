"""The Wayback Machine: what is asked, and which answers give the address of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sphinx_thread_cards import parse_thread_url
from thread_snapshots.archive import find_copy, read
from thread_snapshots.asking import Asker
from thread_snapshots.errors import BadAnswer, FetchError, RateLimited
from thread_snapshots.http import Client, Limits
from thread_snapshots.steps import drive
from support.server import Reply, Server, json_reply, serve

MASTODON = "https://social.example/@jo/110446983178245440"
PATH = "/wayback/available"
COPY = "https://web.archive.org/web/20130919044612/https://social.example/@jo/110446983178245440"
NONE = {"archived_snapshots": {}}
ASK = "https://archive.org/wayback/available?url=x"


def told(url: object = COPY, **more: object) -> dict[str, Any]:
    """An answer as the interface gives it."""
    closest = {"status": "200", "available": True, "url": url, "timestamp": "20130919044612", **more}
    return {"url": MASTODON, "archived_snapshots": {"closest": closest}}


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def asked(server: Server) -> list[str]:
    return [parse_qs(urlsplit(path).query)["url"][0] for path in server.paths()]


def copy_of(url: str, server: Server) -> str | None:
    ref = parse_thread_url(url)
    assert ref is not None
    with Client(allowed=[server.origin], limits=Limits(pause=0)) as client:
        return drive(find_copy(ref), Asker(client, {"archive.org": server.origin}))


def test_a_copy(server: Server) -> None:
    """One request; the address comes with http and leaves with https."""
    server.answers[PATH] = json_reply(told(COPY.replace("https:", "http:", 1)))

    assert copy_of(MASTODON, server) == COPY
    assert asked(server) == [MASTODON]


def test_none(server: Server) -> None:
    server.answers[PATH] = json_reply(NONE)

    assert copy_of(MASTODON, server) is None
    assert asked(server) == [MASTODON]


def test_addresses_of_a_thread_on_x(server: Server) -> None:
    """Its own, the one it had before, and the readable copy; no further one once there is a copy."""
    server.answers[PATH] = json_reply(NONE)
    assert copy_of("https://twitter.com/jo_example/status/1313512835843055618", server) is None
    assert asked(server) == [f"https://{host}/jo_example/status/1313512835843055618" for host in ("x.com", "twitter.com")]

    server.asked.clear()
    readable = "https://threadreaderapp.com/thread/1313512835843055618.html"
    copy = f"https://web.archive.org/web/20201006171500/{readable}"
    server.answers[PATH] = [json_reply(NONE), json_reply(NONE), json_reply(told(copy))]
    server._served.clear()  # noqa: SLF001 - the row begins anew
    assert copy_of(readable, server) == copy
    assert asked(server)[2] == readable

    server.asked.clear()
    server.answers[PATH] = json_reply(told())
    assert copy_of(readable, server) == COPY
    assert len(server.asked) == 1


def test_what_goes_wrong_is_an_error(server: Server) -> None:
    server.answers[PATH] = Reply(body=b"<html>busy", type="text/html")
    with pytest.raises(BadAnswer, match="a web page, where JSON was due"):
        copy_of(MASTODON, server)
    server.answers[PATH] = Reply(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(RateLimited):
        copy_of(MASTODON, server)


@pytest.mark.parametrize(
    "url",
    [
        COPY,
        "https://web.archive.org/web/20111008092403/http://docs.example:80/",
        "https://web.archive.org/web/20111008092403id_/https://docs.example/?a=b&c=d#e",
        "https://web.archive.org/web/2011/https://docs.example/é",
    ],
)
def test_addresses_of_copies(url: str) -> None:
    assert read(told(url), ASK) == url
    assert read(told(url.replace("https", "http", 1)), ASK) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://web.archive.org.evil.example/web/20130919044612/https://docs.example/",
        "https://web.archive.org@evil.example/web/20130919044612/https://docs.example/",
        "https://web.archive.org:81/web/20130919044612/https://docs.example/",
        "https://evil.example/https://web.archive.org/web/20130919044612/https://docs.example/",
        "//web.archive.org/web/20130919044612/https://docs.example/",
        "javascript:alert(1)//web.archive.org/web/20130919044612/x",
        "https://archive.org/web/20130919044612/https://docs.example/",
        "https://web.archive.org/save/https://docs.example/",
        "https://web.archive.org/web/20130919044612/",
        'https://web.archive.org/web/20130919044612/"><script>',
        "https://web.archive.org/web/20130919044612/a b",
        "https://web.archive.org/web/20130919044612/a\nb",
        "", None, 7, [COPY],
    ],
)  # fmt: skip
def test_addresses_of_something_else(url: object) -> None:
    assert read(told(url), ASK) is None


@pytest.mark.parametrize("more", [{"available": False}, {"available": "true"}, {"status": "404"}, {"status": "301"}, {"status": None}])
def test_copies_of_no_use(more: dict[str, object]) -> None:
    assert read(told(**more), ASK) is None


@pytest.mark.parametrize("data", [None, [], {}, "", {"archived_snapshots": []}, {"archived_snapshots": None}, {"error": "busy"}])
def test_answers_of_another_shape(data: object) -> None:
    with pytest.raises(BadAnswer, match="does not tell of archived copies"):
        read(data, ASK)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda part: st.lists(part) | st.dictionaries(st.text(), part))


@given(JSON, JSON)
def test_whatever_is_answered(closest: object, url: object) -> None:
    """An address on web.archive.org, or none, or a FetchError."""
    for data in (closest, {"archived_snapshots": closest}, {"archived_snapshots": {"closest": closest}}, told(url)):
        try:
            found = read(data, ASK)
        except FetchError:
            continue
        assert found is None or found.startswith("https://web.archive.org/web/")
