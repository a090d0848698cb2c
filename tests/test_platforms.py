"""Addresses and what must be read from them, one table a platform: ``tests/platforms/<name>.toml``.

A table has these sections, all but ``threads`` optional::

    # Addresses that give None: near misses, odd forms. Stands first, as TOML wants it.
    not_threads = ["https://host.example/about"]

    [defaults]                  # fields that all rows of [[threads]] share
    platform = "example"
    host = "host.example"
    kind = "post"               # a value of Kind

    [hosts]                     # what a site's `thread_cards_hosts` says; holds for the whole file
    "forum.example" = "example"

    [[threads]]                 # one address and every field of its ThreadRef
    given = "https://host.example/12?utm_source=x"
    id = "12"
    url = "https://host.example/12"
    posted = 2020-10-06T16:19:57.123Z

    [[same]]                    # addresses of one thread: equal keys
    urls = ["https://host.example/12", "http://www.host.example/12/"]

    [[different]]               # addresses of as many threads: all keys differ
    urls = ["https://host.example/12", "https://host.example/13"]

A field that neither the row nor ``defaults`` names must be None (``precision``: ``day``).
"""

from __future__ import annotations

import copy
import pickle
from dataclasses import MISSING, FrozenInstanceError, fields, replace

import pytest
from sphinx_thread_cards import ThreadRef, parse_thread_url
from sphinx_thread_cards.platforms import PLATFORMS
from support.platform_tables import SAFE_ID, TABLES, Table


def rows(name: str) -> list[object]:
    """All rows of one section, with their table, as parameters named by platform and place."""
    return [
        pytest.param(table, row, id=f"{table.name}-{place}")
        for table in TABLES
        for place, row in enumerate(getattr(table, name), 1)
    ]


@pytest.mark.parametrize(("table", "expected"), rows("threads"))
def test_an_address_gives_all_fields(table: Table, expected: ThreadRef) -> None:
    """Every field is as the table says, and the fields that it does not name are empty."""
    assert parse_thread_url(expected.given_url, table.hosts) == expected


@pytest.mark.parametrize(("table", "expected"), rows("threads"))
def test_the_canonical_address_is_the_same_thread(table: Table, expected: ThreadRef) -> None:
    """What a reader copies from a card leads to the same card, and changes no more."""
    again = parse_thread_url(expected.url, table.hosts)
    assert again is not None
    assert (again.key, again.url, again.post) == (expected.key, expected.url, expected.post)


@pytest.mark.parametrize(("table", "urls"), rows("same"))
def test_addresses_of_one_thread_have_one_key(table: Table, urls: tuple[str, ...]) -> None:
    """However the address is written, the thread is one."""
    refs = [parse_thread_url(url, table.hosts) for url in urls]
    assert None not in refs, urls[refs.index(None)]
    assert len({ref.key for ref in refs if ref}) == 1
    assert len(refs) > 1


@pytest.mark.parametrize(("table", "urls"), rows("different"))
def test_addresses_of_several_threads_have_several_keys(table: Table, urls: tuple[str, ...]) -> None:
    """Threads that only look alike stay apart."""
    refs = [parse_thread_url(url, table.hosts) for url in urls]
    assert None not in refs, urls[refs.index(None)]
    assert len({ref.key for ref in refs if ref}) == len(urls) > 1


@pytest.mark.parametrize(("table", "url"), rows("not_threads"))
def test_what_only_looks_like_a_thread_gives_none(table: Table, url: str) -> None:
    """A page that is no thread stays a plain link."""
    assert parse_thread_url(url, table.hosts) is None


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_speaks_of_its_own_platform(table: Table) -> None:
    """The file's name is its platform's; every thread in it belongs there, with an id that is safe as a path."""
    assert table.threads
    for url in table.known:
        ref = parse_thread_url(url, table.hosts)
        assert ref is not None, url
        assert ref.platform == table.name, url
        assert SAFE_ID.fullmatch(ref.id), url
        assert not {".", ".."} & set(ref.id.split("/")), url


def test_every_platform_has_a_table() -> None:
    """A platform cannot be added without its addresses."""
    assert {table.name for table in TABLES} == set(PLATFORMS)


def test_a_thread_is_a_frozen_dataclass() -> None:
    """Each value lands in its own field, with the defaults of the fields; nothing changes it; copies are equal."""
    required = {field.name: field.name for field in fields(ThreadRef) if field.default is MISSING}
    plain = ThreadRef(**required)
    assert {field.name: getattr(plain, field.name) for field in fields(plain)} == required | {
        field.name: field.default for field in fields(plain) if field.default is not MISSING
    }
    full = replace(plain, **{field.name: f"its {field.name}" for field in fields(plain)})
    assert all(getattr(full, field.name) == f"its {field.name}" for field in fields(full))
    unpickled = pickle.loads(pickle.dumps(full))  # noqa: S301 - our own bytes
    for other in (copy.copy(full), copy.deepcopy(full), unpickled):
        assert (other, hash(other), repr(other)) == (full, hash(full), repr(full))
    assert full != plain
    with pytest.raises(FrozenInstanceError):
        full.title = "another"  # type: ignore[misc]
    with pytest.raises(TypeError):
        ThreadRef(**required, name="no such field")
    with pytest.raises(TypeError):
        ThreadRef(platform="x")  # type: ignore[call-arg]
