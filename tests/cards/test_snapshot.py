"""Snapshots: files are read and written byte for byte, and an invalid one has one reason, with its JSON path."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from sphinx_thread_cards import parse_thread_url, snapshot
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.snapshot import SnapshotError, Thread, decode, load, snapshot_path
from sphinx_thread_cards.urls import ThreadRef
from support.platform_tables import TABLES
from support.snapshots import make_thread, ref_of
from thread_snapshots.store import digest, encode, save

ROOT = Path(__file__).parents[2]
# Without hostile-snapshot.
FOLDERS = [ROOT / "docs/_threads", *ROOT.glob("tests/cases/[!h]*/_threads")]
FILES = sorted(path for folder in FOLDERS for path in folder.rglob("*.json"))
GOOD = [path.read_bytes() for path in FILES]
EXAMPLES = settings(max_examples=100, derandomize=True, deadline=None)
# Controls, lone surrogates, direction overrides, and what XML cannot hold.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
any_text = st.text(max_size=20) | st.text(
    "\x00\n\r\t\x85é\u200b\u202e\u2028\ud800\ufeff<>&", max_size=8
)


# -- Reading and writing -------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_of_the_repository(path: Path) -> None:
    thread = decode(path.read_bytes())
    folder = next(parent for parent in path.parents if parent.name == snapshot.FOLDER)

    assert encode(thread) == path.read_bytes()
    assert snapshot_path(thread, folder) == path
    assert thread.provenance.digest in {None, digest(thread.posts)}
    Draft202012Validator(msgspec.json.schema(Thread)).validate(json.loads(path.read_bytes()))


def test_the_file_has_sorted_keys_one_value_a_line_and_no_defaults() -> None:
    text = encode(replace(make_thread("ä"), lang="de")).decode()

    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert not [
        name for name in ("title", "null", "replies", "emphasis", "media") if f'"{name}"' in text
    ]


def test_a_manually_written_snapshot_needs_little() -> None:
    text = b'{"platform": "x", "host": "x.com", "id": "20", "url": "https://x.com/jack/status/20"}'
    assert decode(b"\xef\xbb\xbf" + text) == decode(text)


def test_the_digest_is_of_what_the_authors_wrote() -> None:
    (path,) = (path for path in FILES if "snapshot-thread" in path.parts)
    posts = decode(path.read_bytes()).posts
    files = [tuple(replace(media, file=None, width=None) for media in post.media) for post in posts]
    as_fetched = map(lambda post, media: replace(post, media=media), posts, files)

    assert digest(as_fetched) == digest(posts)
    assert digest(posts[1:]) != digest(posts)


@given(any_text)
@EXAMPLES
def test_cleaned_text_is_safe(text: str) -> None:
    for clean in (snapshot.clean_text, snapshot.clean_line):
        assert clean(clean(text)) == clean(text)
        assert not UNSAFE.search(clean(text))


# -- Invalid snapshots ---------------------------------------------------------


def changed(path: str, value: Any) -> bytes:
    """Return a good snapshot with another value at a path such as ``posts.0.url``."""
    whole = json.loads(encode(make_thread("Hello.")))
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    part: Any = whole
    for step in steps:
        part = part.setdefault(step, {}) if isinstance(part, dict) else part[step]
    part[last] = value
    return json.dumps(whole).encode()


POST = {"id": "1", "url": "https://x.com/", "author": "jo"}
DEEP: dict[str, Any] = {"type": "code", "text": "deep"}
for _ in range(9):
    DEEP = {"type": "quote", "blocks": [DEEP]}


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("format", 2, "format 2 is not supported by this version"),
        ("format", "1", "$.format: expected `int`"),
        ("tittle", "a", "unknown field `tittle`"),
        ("url", "javascript:alert(1)", "$.url: expected an http or https URL"),
        ("url", "https://bank.example@evil.example/", "$.url: expected"),
        ("url", "https://a.example/\u202e", "$.url: expected"),
        ("url", "https://a.example\\.b.example/", "$.url: expected"),
        ("url", "https://a.example/\n", "$.url: expected"),
        ("id", "a/../b", "$.id: expected an id"),
        ("title", "two\nlines", "$.title: expected one line"),
        ("title", " \u200b", "$.title: expected one line of visible text"),
        ("title", "a" * 1001, "$.title: expected `str` of length <= 1000"),
        ("provenance.archived", "//x", "$.provenance.archived: expected"),
        ("provenance.status", "lost", "$.provenance.status: "),
        ("posts.0.media", [{"file": "../a.png"}], "file: expected the name of a .png or .jpg"),
        ("posts.0.media", [{"file": "a.html"}], "file: expected the name"),
        ("posts.0.media", [{"width": -1}], "width: expected `int` >= 0"),
        ("posts.0.posted", "2020-02-31T00:00:00Z", "posted: invalid RFC3339"),
        ("posts.0.lang", "Deutsch!", "lang: expected a language tag"),
        ("posts.0.author", "sam", "$.posts[0].author: add 'sam' to $.participants"),
        ("posts.0.quoted", POST | {"author": "sam"}, "$.posts[0].author: add 'sam' to"),
        ("posts.0.blocks.0.type", "video", "'video'"),
        ("posts.0.blocks", [DEEP], "$.posts[0]: quotes or lists are nested too deeply"),
        ("posts", [POST, POST], "$.posts[1].id: an earlier post has the id '1'"),
        ("posts", [{}], "object missing required field"),
        ("posts", {}, "$.posts: expected `array`"),
    ],
)
def test_the_reason_names_the_json_path(path: str, value: Any, reason: str) -> None:
    with pytest.raises(SnapshotError, match=re.escape(reason)):
        decode(changed(path, value))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "invalid JSON"),
        (encode(make_thread("Hello."))[:-20], "invalid JSON"),
        (b"\xff", "invalid JSON"),
        (b'{"posts": [' + b'{"quoted":' * 100_000, "nested too deeply|invalid JSON"),
        (b"[]", "expected `object`"),
        (b'{"format": 1e400}', "format"),
        (b'{"format": ' + b"9" * 5000 + b"}", "format"),
        (
            b'{"' + b"\\u202e\\n" * 300 + b'": 1}',
            "^object contains unknown field `[^\n\u202e]{0,300}$",
        ),
        (b" " * 8 * 1024 * 1024 + b"{}", "larger than 8 MB"),
    ],
    ids="empty cut latin deep list infinite number name large".split(),
)
def test_files_that_are_no_snapshot(content: bytes, reason: str) -> None:
    with pytest.raises(SnapshotError, match=reason):
        decode(content)


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every field of a thread and of all in it, with its name."""
    fields = value.__struct_fields__ if isinstance(value, msgspec.Struct) else ()
    for name, part in [(name, getattr(value, name)) for name in fields]:
        yield name, part
        for inner in part if isinstance(part, tuple) else (part,):
            yield from parts(inner)


def try_decode(content: bytes) -> None:
    """Read a file: nothing but SnapshotError may be raised, and what is read must be safe."""
    try:
        thread = decode(content)
    except SnapshotError as error:
        reason = str(error)
        assert re.fullmatch("[^\n]{1,1000}", reason)
        assert not UNSAFE.search(reason)
        return
    for name, part in parts(thread):
        if isinstance(part, str):
            assert not UNSAFE.search(part), (name, ascii(part))
        if name in {"href", "url", "still", "archived"} and part is not None:
            url = urlsplit(part)
            assert url.scheme in {"http", "https"}
            assert url.netloc
            assert not re.search(r"[\s<>\"]", part)
            assert "@" not in url.netloc
        if name == "file" and part is not None:
            assert re.fullmatch(r"\w[\w.-]*\.(png|jpe?g)", part)
    assert decode(encode(thread)) == thread


HOSTILE = st.sampled_from(
    ["JaVaScRiPt:alert(1)", "java\nscript:x", "data:text/html,x", "https://a@b.example/", "https://", "https:\\\\a.example",
     "https://a.example\\@b.example/", "../../../etc/passwd", "..", "a/b.png", "a.png\n", "\u202egnp.exe", "<script>",
     "2020-01-01T00:00:00Z\n", "quote", "list", "paragraph", "x" * 5000]
)  # fmt: skip
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=8,
)


def positions(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every (container, key) in a JSON value."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(part, (dict, list)):
            yield from positions(part)


@given(st.sampled_from(GOOD), st.data())
@EXAMPLES
def test_a_good_snapshot_with_other_values(content: bytes, data: st.DataObject) -> None:
    whole = json.loads(content)
    for _ in range(data.draw(st.integers(1, 3))):
        found = list(positions(whole)) or [(whole, "url")]
        (box, key), (other, there) = (
            found[data.draw(st.integers(0, len(found) - 1))] for _ in "ab"
        )
        change = data.draw(st.sampled_from(["hostile", "any", "delete", "move", "name"]))
        if change == "delete":
            box.pop(key)
        elif change == "move":
            box[key] = copy.deepcopy(other[there])
        elif change == "name" and isinstance(box, dict):
            box[data.draw(any_text)] = box[key]
        else:
            box[key] = data.draw(HOSTILE if change == "hostile" else any_json)
    try_decode(json.dumps(whole).encode())


@given(st.sampled_from([*GOOD, b"{}"]), st.data())
@EXAMPLES
def test_a_good_snapshot_with_other_bytes(content: bytes, data: st.DataObject) -> None:
    altered = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(altered)))
        altered[start : start + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try_decode(bytes(altered))


# -- File names ----------------------------------------------------------------


def ref(platform: str, id_: str, host: str = "x.com") -> ThreadRef:
    return ThreadRef(platform=platform, id=id_, url="https://x.com/", given_url="", host=host)


@pytest.mark.parametrize(
    ("thread", "path"),
    [
        (ref("x", "1313512835843055618"), "x/1313512835843055618.json"),
        (ref("mastodon", "1", "localhost:8000"), "mastodon/localhost~3a8000/1.json"),
        (ref("github", "pftf/rpi4/57", "github.com"), "github/pftf/rpi4/57.json"),
        (ref("github", "a/b/1", "git.example"), "github/@git.example/a/b/1.json"),
        (ref("youtube", "dQw4w9WgXcQ", "youtube.com"), "youtube/d!qw4w9!wg!xc!q.json"),
        (ref("public-inbox", "A.1@x", "l.example"), "public-inbox/l.example/!a.1@x.json"),
        (ref("x", "../../etc/passwd"), "x/~2e~2e/~2e~2e/etc/passwd.json"),
        (ref("x", "/etc/passwd"), "x/~/etc/passwd.json"),
        (ref("x", "a\\b:c\x00 *"), "x/a~5cb~3ac~00~20~2a.json"),
        (ref("x", "Aux.1/b."), "x/~41ux.1/b~2e.json"),
        (ref("x", "a.json/b"), "x/a~2ejson/b.json"),
        (ref("x", "caf\u00e9"), "x/caf~c3~a9.json"),
    ],
)
def test_file_name(thread: ThreadRef, path: str) -> None:
    assert snapshot_path(thread, Path("docs/_threads")).as_posix() == f"docs/_threads/{path}"


def test_known_threads_have_files_of_their_own_on_every_file_system() -> None:
    found = (parse_thread_url(url, table.hosts) for table in TABLES for url in table.known)
    refs = {ref.key: ref for ref in found if ref}
    paths = {str(snapshot_path(ref, Path())).casefold() for ref in refs.values()}

    assert len(paths) == len(refs)
    assert not {str(parent) for path in paths for parent in Path(path).parents} & paths


HOSTS = ["x.com", "a.example", "localhost:8000", "c", "..", "lobste.rs", "A.example"]
ids = (
    st.text("aA.bB/c!~@%2eée\u0301ß\u3042\x00 :\\", max_size=8)
    | st.sampled_from(
        ["con", "CON", "Con.txt", "a.json/b", "a", "/a", "a//b", "a" * 300, "A" * 300]
    )
    | st.text(max_size=400)
)
threads = st.tuples(
    st.sampled_from([*sorted(PLATFORMS), "web", "..", "X"]), ids, st.sampled_from(HOSTS)
)


@given(st.lists(threads, min_size=2, max_size=12, unique=True))
@EXAMPLES
def test_no_two_threads_share_a_file_and_none_leaves_the_folder(
    keys: list[tuple[str, str, str]],
) -> None:
    folder, seen = Path("/docs/_threads"), {}
    for key in keys:
        path = snapshot_path(ref(*key), folder)
        assert Path(os.path.normpath(path)) == path
        assert path.is_relative_to(folder)
        for part in path.relative_to(folder).parts:
            assert len(part.encode()) <= 210
            assert not re.search(r"[\x00-\x20\x7f<>:\"|?*\\A-Z]|[. ]$", part), part
            assert not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", part)
        assert seen.setdefault(str(path).casefold(), key) == key


# -- Files ---------------------------------------------------------------------

HELLO, GOODBYE = make_thread("Hello."), make_thread("Goodbye.")


def stored(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_save_writes_only_what_has_changed(tmp_path: Path) -> None:
    path = snapshot_path(HELLO, tmp_path)
    assert load(ref_of(), tmp_path) is None
    assert save(HELLO, tmp_path)
    assert load(ref_of(), tmp_path) == HELLO

    os.utime(path, (1, 1))
    assert not save(HELLO, tmp_path)
    assert path.stat().st_mtime == 1
    assert save(GOODBYE, tmp_path)
    assert load(ref_of(), tmp_path) == GOODBYE
    assert stored(tmp_path) == [path.name]


def test_an_unchanged_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    save(HELLO, tmp_path)
    monkeypatch.setattr(snapshot, "decode", lambda data: decoded.append(data) or decode(data))
    assert [load(ref_of(), tmp_path) for _ in range(3)] == [HELLO] * 3
    assert len(decoded) == 1


def test_a_failed_save_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    save(HELLO, tmp_path)
    with pytest.raises(SnapshotError, match=r"\$\.url"):
        save(replace(GOODBYE, url="javascript:1"), tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(GOODBYE, tmp_path)
    assert load(ref_of(), tmp_path) == HELLO
    assert stored(tmp_path) == [snapshot_path(HELLO, tmp_path).name]


def test_what_is_in_the_place_of_a_file(tmp_path: Path) -> None:
    path = snapshot_path(ref_of(), tmp_path)
    path.parent.mkdir(parents=True)
    os.mkfifo(path)  # reading it would not end
    assert load(ref_of(), tmp_path) is None
    path.unlink()
    path.write_bytes(encode(replace(HELLO, id="1")))
    with pytest.raises(SnapshotError, match="expected, got"):
        load(ref_of(), tmp_path)


RACE = """
import sys, threading
from sphinx_thread_cards.snapshot import decode
sys.setswitchinterval(1e-6)
barrier = threading.Barrier(16)
def run():
    barrier.wait()
    decode(b'{"platform": "x", "host": "x.com", "id": "1", "url": "https://x.com/"}')
threads = [threading.Thread(target=run) for _ in range(16)]
for thread in threads:
    thread.start()
"""


def test_threads_may_read_snapshots() -> None:
    for _ in range(5):
        subprocess.run([sys.executable, "-c", RACE], check=True)
