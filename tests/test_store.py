"""Where snapshots are kept, how they are written, and what is said of one that cannot be used."""

from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sphinx_thread_cards import parse_thread_url
from thread_snapshots.housekeeping import kept
from sphinx_thread_cards.urls import ThreadRef
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.snapshot import cleaned, digest, dumps, loads
from sphinx_thread_cards.store import SnapshotError, load, path_of, save, sweep
from sphinx_thread_cards.thread import Author, Paragraph, Post, Span, Thread
from support.platform_tables import TABLES

SNAPSHOTS = Path(__file__).parent / "snapshots"
FILES = sorted(SNAPSHOTS.rglob("*.json"))
FOLDER = Path("docs/_threads")


def a_ref(platform: str, id_: str, host: str = "x.com") -> ThreadRef:
    return ThreadRef(platform=platform, id=id_, url="https://x.com/", given_url="https://x.com/", host=host)


def a_thread(words: str = "Hello.", *, id_: str = "20") -> Thread:
    post = Post(id="1", url="https://x.com/jo/status/20", author="jo", blocks=(Paragraph(spans=(Span(text=words),)),))
    return Thread(platform="x", host="x.com", id=id_, url=post.url, participants=(Author(handle="jo"),), posts=(post,))


def written(change: Callable[[dict[str, Any]], object]) -> str:
    """A good snapshot after a change."""
    value = json.loads(dumps(a_thread()))
    change(value)
    return json.dumps(value)


# Places


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        (a_ref("x", "1313512835843055618"), "x/1313512835843055618.json"),
        (a_ref("mastodon", "110446983178245440", "social.example"), "mastodon/social.example/110446983178245440.json"),
        (a_ref("mastodon", "1", "localhost:8000"), "mastodon/localhost~3a8000/1.json"),
        (a_ref("github", "pftf/rpi4/57", "github.com"), "github/pftf/rpi4/57.json"),
        (a_ref("github", "a/b/1", "git.example"), "github/@git.example/a/b/1.json"),
        (a_ref("lobsters", "1xr8zc", "tilde.news"), "lobsters/@tilde.news/1xr8zc.json"),
        (a_ref("youtube", "dQw4w9WgXcQ", "youtube.com"), "youtube/d!qw4w9!wg!xc!q.json"),
        (a_ref("zulip", "12/na\u00efve%20plan", "chat.example"), "zulip/chat.example/12/na\u00efve%20plan.json"),
        (a_ref("public-inbox", "A.1@x.example", "l.example"), "public-inbox/l.example/!a.1@x.example.json"),
        (a_ref("x", "../../etc/passwd"), "x/~2e~2e/~2e~2e/etc/passwd.json"),
        (a_ref("x", "/etc/passwd"), "x/~/etc/passwd.json"),
        (a_ref("x", "a\\b:c\x00 *"), "x/a~5cb~3ac~00~20~2a.json"),
        (a_ref("x", "con"), "x/~63on.json"),
        (a_ref("x", "Aux.1/b."), "x/~41ux.1/b~2e.json"),
        (a_ref("x", "a.json/b"), "x/a~2ejson/b.json"),
        (a_ref("x", "@me/b"), "x/~40me/b.json"),
    ],
)
def test_the_file_is_named_after_the_thread(ref: ThreadRef, path: str) -> None:
    assert path_of(ref, FOLDER) == FOLDER / path


def known_refs() -> list[ThreadRef]:
    found = (parse_thread_url(url, table.hosts) for table in TABLES for url in table.known)
    return list({ref.key: ref for ref in found if ref}.values())


def test_no_two_known_threads_share_a_file_even_where_case_is_blind() -> None:
    places = {str(path_of(ref, FOLDER)).casefold(): ref for ref in known_refs()}
    assert len(places) == len(known_refs())
    assert not {path for path in places for parent in Path(path).parents if str(parent) in places}


def test_only_platforms_with_servers_of_their_own_name_a_host() -> None:
    """A fixed host of a platform is its home; the table of its hosts says which one it is."""
    servers = {"github", "groups-io", "lobsters"}
    for ref in known_refs():
        folder = path_of(ref, FOLDER).relative_to(FOLDER).parts[1]
        if PLATFORMS[ref.platform].many_servers:
            assert folder == ref.host.replace(":", "~3a")
        elif ref.platform not in servers:
            assert not folder.startswith("@"), ref


def test_long_ids_get_names_that_every_file_system_takes() -> None:
    one, other = ("12/" + "plan " * 300 + end for end in "ab")
    paths = [path_of(a_ref("zulip", id_, "chat.example"), FOLDER) for id_ in (one, other)]
    assert paths[0] != paths[1]
    assert paths[0].name.startswith("plan~20plan")
    assert all(len(part.encode()) <= 210 for path in paths for part in path.parts)
    deep = path_of(a_ref("web", "a/bc" * 2000, "example.org"), FOLDER)
    assert len(str(deep)) < 300


def test_one_letter_written_in_two_ways_is_two_names() -> None:
    composed, decomposed = (path_of(a_ref("x", id_), FOLDER) for id_ in ("caf\u00e9", "cafe\u0301"))
    assert composed.name == "caf\u00e9.json"
    assert decomposed.name == "cafe~cc~81.json"
    # Two Korean letters that are one when they are composed.
    assert path_of(a_ref("x", "\u1100\u1161"), FOLDER) != path_of(a_ref("x", "\uac00"), FOLDER)
    assert path_of(a_ref("x", "\u1100\u1161"), FOLDER).name.isascii()
    assert path_of(a_ref("x", "stra\u00dfe"), FOLDER).name == "stra~c3~9fe.json"  # some take it for ss


# Text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_snapshots_are_as_they_would_be_written(path: Path) -> None:
    text = path.read_text("utf-8")
    thread = loads(text)
    assert dumps(thread) == text
    assert path_of(thread, SNAPSHOTS) == path
    assert thread.provenance.digest == (digest(thread) if thread.posts else None)


def test_text_has_sorted_keys_one_value_a_line_and_no_empty_field() -> None:
    text = dumps(replace(a_thread("\u00e4"), title="", lang="de"))
    assert text.splitlines()[:6] == [
        "{", '  "format": 1,', '  "host": "x.com",', '  "id": "20",', '  "lang": "de",', '  "participants": [',
    ]  # fmt: skip
    assert '"text": "\u00e4"' in text
    assert text.endswith("}\n")
    for absent in ("title", "null", "replies", "emphasis", "media", "provenance"):
        assert f'"{absent}"' not in text


def test_a_snapshot_by_hand_needs_little() -> None:
    text = '{"platform": "x", "host": "x.com", "id": "20", "url": "https://x.com/jack/status/20"}'
    assert loads(text).posts == ()
    assert loads(b"\xef\xbb\xbf" + text.encode()) == loads(text)


def test_markup_in_text_is_text_and_what_turns_or_hides_text_goes() -> None:
    def change(value: dict[str, Any]) -> None:
        value["title"] = "  one\r\n\u202etwo\x07 "
        value["posts"][0]["blocks"][0]["spans"][0]["text"] = (
            "<script>\u2066a\u2069\r\n\x1b[31m\ud800\tb\u2028c\u200d\ufffe"
        )

    thread = loads(written(change))
    assert thread.title == "one two"
    block = thread.posts[0].blocks[0]
    assert isinstance(block, Paragraph)
    assert block.spans[0].text == "<script>a\n[31m\tb\nc\u200d"


def at(*place: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    """A change of one value."""

    def change(whole: Any) -> None:  # noqa: ANN401 - lists and dictionaries in turn
        for step in place[:-1]:
            whole = whole[step]
        whole[place[-1]] = value

    return change


def nested(depth: int) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "code", "text": "deep"}
    for _ in range(depth):
        block = {"type": "quote", "blocks": [block]}
    return block


POST = {"id": "1", "url": "https://x.com/", "author": "jo"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (at("format", value=2), "it is in format 2, and this version reads 1; update sphinx-thread-cards"),
        (at("format", value=0), "format: there is no format 0; write 1"),
        (at("format", value="1"), "format: '1' is not a count"),
        (at("tittle", value="a"), "there is no field 'tittle' here; known are format, "),
        (at("url", value="javascript:alert(1)"), "url: 'javascript:alert(1)' is not a web address; write one that"),
        (at("url", value="https://bank.example@evil.example/"), "is not a web address"),
        (at("url", value="https://a.example/\u202e"), "is not a web address"),
        (at("url", value="https://a.example\\.b.example/"), "is not a web address"),
        (at("url", value="https://a.example/\ud800"), "is not a web address"),
        (at("id", value="a\ud800"), "is not an id"),
        (at("url", value=" https://a.example/"), "is not a web address"),
        (at("posts", 0, "blocks", 0, "spans", 0, "href", value="data:,"), "posts[0].blocks[0].spans[0].href: 'data:,'"),
        (at("provenance", value={"archived": "//x"}), "provenance.archived: '//x' is not a web address"),
        (at("provenance", value={"status": "lost"}), "provenance.status: 'lost' is not known; write live or edited"),
        (at("posts", 0, "media", value=[{"file": "../a.png"}]), "posts[0].media[0].file: '../a.png' is not the name"),
        (at("posts", 0, "media", value=[{"file": "a/b.png"}]), "file: 'a/b.png' is not the name of a picture"),
        (at("posts", 0, "media", value=[{"file": "a.html"}]), "file: 'a.html' is not the name of a picture"),
        (at("posts", 0, "media", value=[{"width": True}]), "width: True is not a count"),
        (at("posts", 0, "media", value=[{"width": -1}]), "width: -1 is not a count"),
        (at("posts", 0, "media", value=[{"width": 1.5}]), "width: 1.5 is not a count"),
        (at("posts", 0, "posted", value="2020-02-31T00:00:00Z"), "is not a time that there is"),
        (at("posts", 0, "posted", value="yesterday"), "'yesterday' is not a time in UTC; write it as 2020-10-06T16"),
        (at("posts", 0, "lang", value="Deutsch!"), "posts[0].lang: 'Deutsch!' is not a language tag"),
        (at("posts", 0, "author", value="sam"), "posts[0].author: 'sam' is not among the participants"),
        (at("posts", 0, "quoted", value=POST | {"author": "sam"}), "posts[0].quoted.author: 'sam' is not among"),
        (at("posts", 0, "blocks", 0, "type", value="video"), "is not an object with a type; write paragraph or code"),
        (at("posts", 0, "blocks", 0, value=nested(9)), "it stands too deep in others"),
        (at("posts", value=[POST, POST]), "posts[1].id: an earlier post has '1' too; keep each once"),
        (at("posts", value=[POST] * 5001), "posts: there are 5001; keep at most 5000"),
        (at("posts", value=[{}]), "posts[0]: id is missing"),
        (at("posts", value={}), "posts: an object is not a list"),
        (at("posts", value=["a"]), "posts[0]: 'a' is not an object"),
        (at("participants", 0, "handle", value="\u202e"), r"participants[0].handle: '\u202e' is not a name"),
        (at("title", value=None), "title: None is not a text"),
        (at("id", value="a/../b"), "id: 'a/../b' is not an id"),
    ],
)
def test_the_reason_says_where_and_what(change: Callable[[dict[str, Any]], object], reason: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        loads(written(change))
    assert reason in str(caught.value)


def test_what_is_nested_no_deeper_than_allowed_is_read() -> None:
    assert loads(written(at("posts", 0, "blocks", 0, value=nested(8))))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is no JSON, or cut off: Expecting value in line 1, column 1"),
        (dumps(a_thread())[:-20], "it is no JSON, or cut off"),
        (b"\xff", "it is not UTF-8 from byte 0 on"),
        ("[" * 100_000, "a nesting that is too much to read"),
        ("1" * 5000, "a number or a nesting"),
        ("[]", "a list is not an object"),
        (" " * 8 * 1024 * 1024 + "{}", "it is larger than 8 MB"),
    ],
    ids=["empty", "cut", "latin", "deep", "number", "list", "huge"],
)
def test_what_is_no_snapshot_at_all(text: str | bytes, reason: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        loads(text)
    assert reason in str(caught.value)


def test_the_digest_tells_what_was_said_from_what_was_kept() -> None:
    thread = loads((SNAPSHOTS / "mastodon/social.example/105987654321000001.json").read_bytes())
    pictures = tuple(
        replace(post, media=tuple(replace(media, file=None, width=None, height=None) for media in post.media))
        for post in thread.posts
    )
    assert digest(replace(thread, posts=pictures, title="Other", replies=7)) == digest(thread)
    assert digest(replace(thread, posts=thread.posts[1:])) != digest(thread)
    assert digest(cleaned(a_thread("a\x00b"))) == digest(a_thread("ab"))  # as it comes in, and as it is kept


# Files


def test_load_reads_what_save_wrote(tmp_path: Path) -> None:
    ref = a_ref("x", "20")
    assert load(ref, tmp_path / "missing") is None
    assert save(a_thread(), tmp_path)
    assert load(ref, tmp_path) == a_thread()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["20.json"]


def test_save_touches_only_what_changes(tmp_path: Path) -> None:
    save(a_thread(), tmp_path)
    path = path_of(a_thread(), tmp_path)
    os.utime(path, (1, 1))
    assert not save(a_thread(), tmp_path)
    assert path.stat().st_mtime == 1
    assert save(a_thread("Goodbye."), tmp_path)
    assert "Goodbye." in path.read_text("utf-8")


def test_save_keeps_nothing_that_could_not_be_read(tmp_path: Path) -> None:
    save(a_thread(), tmp_path)
    with pytest.raises(SnapshotError, match=r"^url: 'javascript:1' is not a web address"):
        save(replace(a_thread(), url="javascript:1"), tmp_path)
    assert load(a_ref("x", "20"), tmp_path) == a_thread()
    save(replace(a_thread("a\ud800\x00b"), title="\u202e"), tmp_path)
    assert load(a_ref("x", "20"), tmp_path) == a_thread("ab")


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(a_thread(), tmp_path)

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(a_thread("Goodbye."), tmp_path)
    assert load(a_ref("x", "20"), tmp_path) == a_thread()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["20.json"]


def test_the_file_is_as_open_as_other_new_files(tmp_path: Path) -> None:
    save(a_thread(), tmp_path)
    other = tmp_path / "other"
    other.touch()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (other, path_of(a_thread(), tmp_path))}
    assert len(modes) == 1


def test_what_stands_in_the_file_s_place_but_is_none(tmp_path: Path) -> None:
    path = path_of(a_thread(), tmp_path)
    path.parent.mkdir()
    os.mkfifo(path)
    with pytest.raises(SnapshotError, match="it is not a file"):
        load(a_ref("x", "20"), tmp_path)
    assert list(kept(tmp_path)) == []
    save(a_thread(), tmp_path)
    assert load(a_ref("x", "20"), tmp_path) == a_thread()
    path.unlink()
    save(a_thread(id_="21"), tmp_path)
    path_of(a_thread(id_="21"), tmp_path).rename(path)
    with pytest.raises(SnapshotError, match=r"it keeps another thread, 'x x\.com 21'"):
        load(a_ref("x", "20"), tmp_path)
    path.write_bytes(b" " * (8 * 1024 * 1024 + 1))
    with pytest.raises(SnapshotError, match="larger than 8 MB"):
        load(a_ref("x", "20"), tmp_path)


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="larger than 8 MB"):
        save(a_thread("é" * 5 * 1024 * 1024), tmp_path)
    assert not list(tmp_path.rglob("*.json"))


def test_sweep_takes_what_killed_writers_left(tmp_path: Path) -> None:
    save(a_thread(), tmp_path)
    old, new = (tmp_path / "x" / f"~unfinished-{name}" for name in ("old", "new"))
    old.touch()
    new.touch()
    os.utime(old, (1, 1))
    sweep(tmp_path)
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["20.json", new.name]
    sweep(tmp_path / "missing")


WRITER = """
import sys
from itertools import count
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_store import a_thread
from sphinx_thread_cards.store import save
for number in count():
    save(a_thread(f"{sys.argv[3]} {number} " * 4000), Path(sys.argv[1]))
    if number == 0:
        print("ready", flush=True)
"""


def writers(folder: Path, names: str) -> Iterator[subprocess.Popen[str]]:
    """Programs that save one thread, changed each time, until they are killed."""
    for name in names:
        command = [sys.executable, "-c", WRITER, str(folder), str(Path(__file__).parent), name]
        yield subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def whole(folder: Path) -> bool:
    """Whether a thread is kept; it is whole, or this raises."""
    thread = load(a_ref("x", "20"), folder)
    if thread is None:
        return False
    block = thread.posts[0].blocks[0]
    assert isinstance(block, Paragraph)
    return len(set(block.spans[0].text.split())) == 2


def test_killed_at_any_moment_writers_leave_whole_files(tmp_path: Path) -> None:
    chance = random.Random(1)
    for _ in range(8):
        (writer,) = writers(tmp_path, "a")
        with writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(0.02 + chance.random() / 20)
            writer.kill()
        assert whole(tmp_path)


def test_two_writers_at_once_do_no_harm(tmp_path: Path) -> None:
    both = list(writers(tmp_path, "ab"))
    for writer in both:
        assert writer.stdout
        writer.stdout.readline()
    end = time.monotonic() + 1
    seen = 0
    while time.monotonic() < end:
        seen += whole(tmp_path)
    for writer in both:
        with writer:
            assert writer.poll() is None
            writer.kill()
    assert seen
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".json" and path.name != "20.json"]
