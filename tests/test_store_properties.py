"""What must hold for every snapshot, however it was made or broken."""
# ruff: noqa: ANN401 - what JSON holds, and the validator of a package without types

from __future__ import annotations

import copy
import json
import os
import pickle
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from site_schema import schema
from sphinx_thread_cards.urls import ThreadRef
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.snapshot import digest, dumps, loads
from sphinx_thread_cards.store import SnapshotError, path_of
from sphinx_thread_cards.texts import clean_line, clean_text
from sphinx_thread_cards.thread import (
    Author,
    Block,
    Code,
    List,
    Media,
    Paragraph,
    Post,
    Provenance,
    Quote,
    Span,
    Status,
    Thread,
)

# The suite tries the same examples each time; `EXAMPLES=20000 pytest ...` looks for new ones.
EXAMPLES = os.environ.get("EXAMPLES")
SEARCH = settings(max_examples=int(EXAMPLES or 200), derandomize=EXAMPLES is None, deadline=None)
GOOD = [path.read_text("utf-8") for path in sorted((Path(__file__).parent / "snapshots").rglob("*.json"))]
# Controls but tab and line feed, lone surrogates, overrides and isolates of direction, what XML cannot hold.
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
ONE_VALUE = re.compile(r' *(?:"[a-z]+": )?(?:[\[{]|[\]}],?|(?:"(?:[^"\\]|\\.)*"|true|[0-9]+|\[\]|\{\}),?)')
# Characters that Unicode treats in some way of its own.
ODD = (
    "\x00\x07\n\r\t\x1b\x85\u00a0\u00e9e\u0301\u00df\u0130\u0131\u03c2\u05d0\u0645"
    "\u200b\u200d\u200e\u202e\u2028\u2066\u3042\ud800\ufeff\uffff\U0001f389<>&\"'\\{}"
)

# Threads that a platform could have given

any_text = st.text(max_size=20) | st.text(alphabet=st.sampled_from(ODD), max_size=8)
texts = any_text.map(clean_text)
lines = any_text.map(clean_line)
optional_lines = lines.map(lambda line: line or None)
optional_texts = texts.map(lambda text: text or None)
links = st.sampled_from(
    ["https://a.example", "http://b.example:8000/a?b=c#d", "HTTPS://\u00e9.example/\u3042(b)", "https://[2001:db8::1]/"]
)
ids = st.text(alphabet=st.sampled_from("aZ09-_.@%:\u00e9\u3042"), min_size=1, max_size=6).filter(
    lambda text: text not in {".", ".."}
)
times = st.datetimes(min_value=datetime(1985, 1, 1), max_value=datetime(2100, 1, 1)).map(  # noqa: DTZ001 - Hypothesis wants it so
    lambda when: when.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
)
tags = st.sampled_from(["de", "pt-BR", "zh-Hant-TW", "und"])
numbers = st.integers(0, 2**53 - 1)
handles = lines.filter(bool)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


spans = st.builds(Span, text=texts, href=maybe(links), emphasis=st.booleans(), strong=st.booleans(), code=st.booleans())
media = st.builds(
    Media,
    kind=st.sampled_from(["picture", "video"]),
    url=maybe(links),
    file=maybe(st.sampled_from(["0a.png", "b-c_d.small.jpg", "e.jpeg"])),
    width=maybe(numbers),
    height=maybe(numbers),
    alt=optional_texts,
)


def several(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


def blocks(depth: int) -> st.SearchStrategy[Block]:
    plain = st.builds(Paragraph, spans=several(spans)) | st.builds(
        Code, text=texts, language=maybe(st.sampled_from(["c++", "objective-c", "text/x-python"]))
    )
    if depth == 0:
        return plain
    inner = several(blocks(depth - 1), 2)
    lists = st.builds(List, items=several(inner, 2), ordered=st.booleans(), start=st.integers(0, 9999))
    return plain | st.builds(Quote, blocks=inner) | lists


def posts(authors: list[str], depth: int) -> st.SearchStrategy[Post]:
    return st.builds(
        Post,
        id=ids,
        url=links,
        author=st.sampled_from(authors),
        posted=maybe(times),
        edited=maybe(times),
        blocks=several(blocks(min(depth, 2))),
        media=several(media, 2),
        warning=optional_texts,
        lang=maybe(tags),
        quoted=maybe(posts(authors, depth - 1)) if depth else st.none(),
    )


@st.composite
def threads(draw: st.DrawFn) -> Thread:
    people = draw(
        several(st.builds(Author, handle=handles, name=optional_lines, url=maybe(links), avatar=maybe(media)))
    )
    kept = st.lists(posts([author.handle for author in people], 2), max_size=4, unique_by=lambda post: post.id)
    return Thread(
        platform=draw(st.sampled_from(sorted(PLATFORMS))),
        host=draw(st.sampled_from(["x.com", "localhost:8000", "xn--e-0ga.example"])),
        id="/".join(draw(st.lists(ids, min_size=1, max_size=3))),
        url=draw(links),
        title=draw(optional_lines),
        lang=draw(maybe(tags)),
        participants=people,
        posts=tuple(draw(kept)) if people else (),
        replies=draw(maybe(numbers)),
        provenance=Provenance(
            retrieved=draw(maybe(times)),
            endpoint=draw(st.sampled_from([None, "file", "hand", "https://api.example/"])),
            digest=draw(st.sampled_from([None, "sha256:" + "0f" * 32])),
            archived=draw(maybe(links)),
            status=draw(st.sampled_from(Status)),
            checked=draw(maybe(times)),
        ),
    )


# What any thread that was read must be


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Every field of a thread and of all in it, with its name."""
    if isinstance(value, tuple):
        for part in value:
            yield from parts(part)
    elif is_dataclass(value):
        for field in fields(value):
            part = getattr(value, field.name)
            yield field.name, part
            yield from parts(part)


def depth_of(value: Any) -> int:
    if isinstance(value, tuple):
        return max(map(depth_of, value), default=0)
    if not is_dataclass(value):
        return 0
    return isinstance(value, (Post, Quote, List)) + max(depth_of(getattr(value, field.name)) for field in fields(value))


def check(thread: Thread) -> None:
    """Nothing unsafe is in it, its parts fit, and it is the same when it is written and read again."""
    for name, part in parts(thread):
        assert part is None or isinstance(part, (str, bool, int, tuple, Enum)) or is_dataclass(part)
        if not isinstance(part, str):
            continue
        assert not UNFIT.search(part), (name, ascii(part))
        if name in {"href", "url", "archived"} or (name == "endpoint" and part not in {"file", "hand"}):
            address = urlsplit(part)
            assert address.scheme in {"http", "https"}
            assert address.netloc
            assert "@" not in address.netloc
            assert not re.search(r"[\s<>\"]", part)
        if name == "file":
            assert re.fullmatch(r"\w[\w.-]*\.(png|jpe?g)", part)
            assert ".." not in part
    assert depth_of(thread.posts) <= 9
    assert len({post.id for post in thread.posts}) == len(thread.posts)
    handles = {author.handle for author in thread.participants}
    assert {part.author for part in every_post(thread)} <= handles
    assert loads(dumps(thread)) == thread


def every_post(thread: Thread) -> Iterator[Post]:
    for post in thread.posts:
        yield post
        while post.quoted:
            post = post.quoted  # noqa: PLW2901 - down to the last
            yield post


def try_out(text: str | bytes) -> Thread | None:
    """Read a text; whatever it is, only one error may leave, with a message that fits into one line."""
    try:
        thread = loads(text)
    except SnapshotError as error:
        message = str(error)
        assert message
        assert "\n" not in message
        assert not UNFIT.search(message), ascii(message)
        assert len(message) < 1000
        return None
    check(thread)
    return thread


# The properties


@given(threads())
@SEARCH
def test_what_is_written_is_read_again(thread: Thread) -> None:
    text = dumps(thread)
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    again = loads(text)
    check(again)
    assert again == thread
    assert hash(again) == hash(thread)
    assert repr(again) == repr(thread)
    assert dumps(again) == text
    assert digest(again) == digest(thread)
    assert pickle.loads(pickle.dumps(again)) == copy.deepcopy(again) == replace(again) == again  # noqa: S301 - our own
    for line in text.splitlines():
        assert ONE_VALUE.fullmatch(line), line


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=8,
)


@given(any_json.map(json.dumps) | st.text() | st.binary())
@SEARCH
@example('{"posts": [' + '{"quoted":' * 400)
@example('"\\ud800"')
@example("NaN")
@example('{"format": 1e400}')
@example(b"\xff\xfe{\x00}\x00")
@example('{"format": ' + "9" * 4000 + "}")
@example('{"platform": "x", "host": "x.com", "id": "1", "url": "https://a.example", "replies": ' + "9" * 4000 + "}")
@example('{"' + "\\u202e\\n" * 300 + '": 1}')
def test_any_text(text: str | bytes) -> None:
    """No string, no bytes and no JSON raise anything else."""
    try_out(text)


HOSTILE = st.sampled_from(
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:x",
        "data:text/html,x",
        "https://a@b.example/",
        "https://",
        "https:\\\\a.example",
        "//a.example",
        "https://a.example\\@b.example/",
        "https://a.example/\n<script>",
        "../../../etc/passwd",
        "..",
        "a/b.png",
        "a.png\n",
        "\u202egnp.exe",
        "<script>alert(1)</script>",
        "2020-13-01T00:00:00Z",
        "2020-01-01T00:00:00Z\n",
        "quote",
        "list",
        "paragraph",
        "x" * 5000,
    ]
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in a value of JSON."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(part, (dict, list)):
            yield from places(part)


@given(st.sampled_from(GOOD), st.data())
@SEARCH
def test_a_good_snapshot_with_other_values(text: str, data: st.DataObject) -> None:
    """Values replaced by any others, taken out, doubled, moved and put into each other."""
    value = json.loads(text)
    for _ in range(data.draw(st.integers(1, 3))):
        found = list(places(value))
        box, key = found[data.draw(st.integers(0, len(found) - 1))] if found else (value, "url")
        what = data.draw(st.sampled_from(["hostile", "any", "delete", "move", "double", "name"]))
        if what == "delete" and found:
            del box[key]
        elif what == "move" and found:
            other, there = found[data.draw(st.integers(0, len(found) - 1))]
            box[key] = copy.deepcopy(other.get(there) if isinstance(other, dict) else other[there])
        elif what == "double" and isinstance(box, list):
            box.append(copy.deepcopy(box[key]))
        elif what == "name" and isinstance(box, dict):
            box[data.draw(any_text)] = box.get(key)
        else:
            box[key] = data.draw(HOSTILE if what == "hostile" else any_json)
    try_out(json.dumps(value))


@given(st.sampled_from(GOOD), st.data())
@SEARCH
def test_a_good_snapshot_with_other_bytes(text: str, data: st.DataObject) -> None:
    """Cut off, or with bytes put in, taken out or changed."""
    content = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        end = place + data.draw(st.integers(0, 3))
        content[place : len(content) if data.draw(st.integers(0, 9)) == 0 else end] = data.draw(st.binary(max_size=3))
    try_out(bytes(content))


@given(st.sampled_from(["text", "title", "alt", "handle"]), any_text)
@SEARCH
def test_cleaning_once_is_enough(name: str, text: str) -> None:
    clean = clean_text if name in {"text", "alt"} else clean_line
    assert clean(clean(text)) == clean(text)
    assert not UNFIT.search(clean(text))


# The schema


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is missing: pip install -r requirements/test.txt")
    whole = schema()
    jsonschema.Draft202012Validator.check_schema(whole)
    return jsonschema.Draft202012Validator(json.loads(json.dumps(whole)))


@given(threads())
@SEARCH
def test_what_is_written_fits_the_schema(validator: Any, thread: Thread) -> None:
    validator.validate(json.loads(dumps(thread)))


@pytest.mark.parametrize("text", GOOD)
def test_the_snapshots_fit_the_schema(validator: Any, text: str) -> None:
    validator.validate(json.loads(text))


@given(st.sampled_from(GOOD), HOSTILE | any_json, st.data())
@SEARCH
def test_what_the_schema_refuses_is_refused_and_what_is_read_fits(
    validator: Any, text: str, other: object, data: st.DataObject
) -> None:
    """One value exchanged: the schema and the reader agree on its type and form."""
    value = json.loads(text)
    found = list(places(value))
    box, key = found[data.draw(st.integers(0, len(found) - 1))]
    box[key] = other
    thread = try_out(json.dumps(value))
    if thread is not None:
        validator.validate(json.loads(dumps(thread)))
        # A text may hold what is taken out of it; all else must fit as it stands.
        assert validator.is_valid(value)


def test_the_schema_tells_what_the_fields_are() -> None:
    whole = schema()
    assert whole["properties"]["replies"]["description"] == "How many answers the platform counted, kept or not."
    assert whole["$defs"]["Post"]["properties"]["url"]["description"] == "Permalink."
    names = "Author Block Code List Media Paragraph Post Provenance Quote Span"
    assert sorted(whole["$defs"]) == names.split()
    assert whole["$defs"]["Provenance"]["properties"]["status"]["enum"] == [status.value for status in Status]


# Places


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*sorted(PLATFORMS), "web", "..", "X"]),
            st.sampled_from(["x.com", "a.example", "localhost:8000", "c", "..", "lobste.rs", "A.example"]),
            st.text(alphabet=st.sampled_from("aA.bB/c!~@%2e\u00e9e\u0301\u00df\u3042\x00 :\\"), max_size=8)
            | st.sampled_from(["con", "CON", "Con.txt", "a.json/b", "a", "../..", "/a", "a//b", "a" * 300, "A" * 300])
            | st.text(max_size=400),
        ),
        min_size=2,
        max_size=12,
        unique=True,
    )
)
@SEARCH
def test_no_two_threads_share_a_file_and_none_leaves_the_folder(keys: list[tuple[str, str, str]]) -> None:
    folder = Path("/docs/_threads")
    seen: dict[str, tuple[str, str, str]] = {}
    for platform, host, id_ in keys:
        ref = ThreadRef(platform=platform, id=id_, url="", given_url="", host=host)
        path = path_of(ref, folder)
        assert path.resolve().is_relative_to(folder)
        assert Path(os.path.normpath(path)) == path
        for part in path.relative_to(folder).parts:
            assert len(part.encode()) <= 210
            assert not re.search(r"[\x00-\x20\x7f<>:\"|?*\\A-Z]", part), part
            assert not part.endswith((".", " "))
            assert not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", part)
        place = str(path).casefold()
        assert seen.setdefault(place, ref.key) == ref.key
