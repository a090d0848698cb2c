"""Pictures in the store: which are asked for, what is written, what is taken over, what is no longer shown by anything."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from thread_snapshots import pictures
from thread_snapshots.errors import NotFound
from thread_snapshots.http import Client, Limits
from thread_snapshots.pictures import ACCEPT, MOST_BYTES, keep_pictures
from thread_snapshots.housekeeping import pictures_of
from sphinx_thread_cards.snapshot import digest, loads
from sphinx_thread_cards.store import path_of, save, sweep
from sphinx_thread_cards.thread import Author, Media, Post, Thread
from support.server import Reply, serve
from test_pictures import a_file, a_photo

URL = "https://social.example/@jo/110446983178245440"


class Web:
    """Pictures at addresses, and what was asked for."""

    def __init__(self) -> None:
        self.pictures = {name: a_file(a_photo(90 + number, 70)) for number, name in enumerate(("jo", "sam", "lamp", "desk", "still"))}
        self.asked: list[str] = []

    def __call__(self, url: str) -> bytes:
        self.asked.append(url.rpartition("/")[2])
        name = self.asked[-1].partition("?")[0]
        if name not in self.pictures:
            raise NotFound(url, "there is no such page (404)")
        return self.pictures[name]


@pytest.fixture
def web() -> Web:
    return Web()


def at(name: str) -> str:
    return f"https://pictures.example/{name}"


def pic(name: str, alt: str | None = None) -> Media:
    return Media(url=at(name), alt=alt)


def a_thread(*media: Media, quoted: Media | None = None) -> Thread:
    inner = Post(id="2", url=f"{URL}2", author="sam", media=(quoted,)) if quoted else None
    people = Author(handle="jo", avatar=pic("jo")), Author(handle="sam", avatar=pic("sam")), Author(handle="kim")
    post = Post(id="1", url=URL, author="jo", media=media, quoted=inner)
    return Thread(platform="mastodon", host="social.example", id="110446983178245440", url=URL, participants=people, posts=(post,))


def media_of(thread: Thread) -> tuple[Media, ...]:
    return thread.posts[0].media


def test_everything_that_is_seen_is_kept(web: Web, tmp_path: Path) -> None:
    """Avatars, pictures, stills, those of quoted posts; each asked for once, each file named by its content."""
    video = Media(kind="video", url=at("watch"), still=at("still"), alt="It boots")
    kept, notes = keep_pictures(a_thread(pic("lamp", "A lamp"), pic("lamp"), video, quoted=pic("desk")), None, tmp_path, web)

    assert notes == []
    assert sorted(web.asked) == ["desk", "jo", "lamp", "sam", "still"]
    first, second, still = media_of(kept)
    quoted = kept.posts[0].quoted
    assert quoted is not None
    avatars = [person.avatar for person in kept.participants]
    assert first == Media(url=at("lamp"), alt="A lamp", file=first.file, width=92, height=70)
    assert (second.file, second.alt) == (first.file, None)
    assert (still.kind, still.url, still.still, still.alt, still.width) == ("video", at("watch"), at("still"), "It boots", 94)
    assert [(person.width, person.height) for person in avatars if person] == [(70, 70), (70, 70)]
    files = {media.file for media in (first, still, quoted.media[0], *filter(None, avatars)) if media.file}
    assert {path.name for path in (tmp_path / "media").iterdir()} == files
    for name in files:
        assert hashlib.sha256((tmp_path / "media" / name).read_bytes()).hexdigest() == name.partition(".")[0]
    assert save(kept, tmp_path)


def test_one_file_for_one_picture(web: Web, tmp_path: Path) -> None:
    """Whatever its address; and a file that is there is not touched."""
    kept, _ = keep_pictures(a_thread(pic("lamp?size=1"), pic("lamp?size=2")), None, tmp_path, web)
    assert len({media.file for media in media_of(kept)}) == 1
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "media").iterdir()}
    assert keep_pictures(a_thread(pic("lamp")), None, tmp_path, web)[0].posts[0].media[0].file == media_of(kept)[0].file
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "media").iterdir()} == before


def test_what_cannot_be_had_is_told(web: Web, tmp_path: Path) -> None:
    """It stays in the thread as it was, and the others are kept."""
    web.pictures["page"] = b"<!DOCTYPE html><p>Not for you"
    thread = a_thread(pic("gone", "A lamp"), pic("page"), pic("lamp"), pic("gone"), Media(kind="video", url=at("watch")), Media(alt="none"))
    kept, notes = keep_pictures(thread, None, tmp_path, web)

    assert notes == [
        "https://pictures.example/gone: there is no such page (404)",
        "https://pictures.example/page: it is broken, or no picture of a common kind",
    ]
    assert web.asked.count("gone") == 1
    assert "watch" not in web.asked
    assert [media.file is not None for media in media_of(kept)] == [False, False, True, False, False, False]
    assert replace(media_of(kept)[2], file=None, width=None, height=None) == pic("lamp")
    assert media_of(kept)[:2] == media_of(thread)[:2]


def test_kept_pictures_are_not_asked_for_again(web: Web, tmp_path: Path) -> None:
    """Unless their file is gone; an avatar is not taken for the picture at the same address."""
    before, _ = keep_pictures(a_thread(pic("lamp"), pic("desk")), None, tmp_path, web)
    web.asked.clear()
    again, notes = keep_pictures(a_thread(pic("desk"), pic("lamp"), pic("jo")), before, tmp_path, web)

    assert (web.asked, notes) == (["jo"], [])
    assert media_of(again)[:2] == media_of(before)[::-1]
    assert media_of(again)[2].file != (again.participants[0].avatar or Media()).file

    (tmp_path / "media" / str(media_of(before)[0].file)).unlink()
    web.asked.clear()
    assert keep_pictures(a_thread(pic("lamp"), pic("desk")), before, tmp_path, web)[0] == before
    assert web.asked == ["lamp"]


def test_a_file_kept_by_hand_is_taken_over(web: Web, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "lamp.png").write_bytes(web.pictures["lamp"])
    before = a_thread(replace(pic("lamp"), file="lamp.png"))

    assert media_of(keep_pictures(a_thread(pic("lamp")), before, tmp_path, web)[0])[0].file == "lamp.png"
    assert "lamp" not in web.asked


def test_alternative_text_by_hand_stays(web: Web, tmp_path: Path) -> None:
    """Where the platform has none; also where only the address of the picture changed, or the picture cannot be had."""
    first, _ = keep_pictures(a_thread(pic("lamp?token=1"), pic("desk"), pic("gone")), None, tmp_path, web)
    said = tuple(replace(media, alt=alt) for media, alt in zip(media_of(first), ("The lamp", "The desk", "What was there"), strict=True))
    by_hand = replace(first, posts=(replace(first.posts[0], media=said),))

    kept, _ = keep_pictures(a_thread(pic("lamp?token=2"), pic("desk", "Its own words"), pic("gone")), by_hand, tmp_path, web)
    assert [media.alt for media in media_of(kept)] == ["The lamp", "Its own words", "What was there"]
    assert digest(kept) != digest(first)


def test_a_digest_knows_nothing_of_files(web: Web, tmp_path: Path) -> None:
    thread = a_thread(pic("lamp", "A lamp"), quoted=pic("desk"))
    assert digest(keep_pictures(thread, None, tmp_path, web)[0]) == digest(thread)


def test_too_many_pictures(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PICTURES", 2)
    kept, notes = keep_pictures(a_thread(pic("lamp"), pic("desk"), pic("still"), pic("lamp")), None, tmp_path, web)

    assert [media.file is not None for media in media_of(kept)] == [True, True, False, True]
    assert notes[0] == "https://pictures.example/still: there are more than 2 pictures"


def test_a_folder_that_cannot_be_written(web: Web, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file")
    with pytest.raises(OSError, match="media"):
        keep_pictures(a_thread(pic("lamp")), None, tmp_path, web)


def test_with_the_client(tmp_path: Path) -> None:
    """What a server sends is kept, also where it calls it bytes, and not where there is too much of it."""
    large = a_file(a_photo()) + bytes(MOST_BYTES)
    answers = {"/lamp": Reply(body=a_file(a_photo()), type="binary/octet-stream"), "/large": Reply(body=large, type="image/png")}
    with serve(answers) as server, Client(allowed=[server.origin], limits=Limits(pause=0)) as client:
        media = Media(url=server.url("/lamp")), Media(url=server.url("/large"))
        thread = replace(a_thread(*media), participants=(Author(handle="jo"),))
        kept, notes = keep_pictures(thread, None, tmp_path, lambda url: client.get_bytes(url, MOST_BYTES, accept=ACCEPT))
        assert server.asked[0].headers["Accept"].startswith("image/*")

    assert [media.width for media in media_of(kept)] == [64, None]
    assert len(notes) == 1
    assert "/large: the answer is larger than 16,777,216 bytes" in notes[0]


def test_sweep_takes_what_killed_writers_left(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    old, new = tmp_path / "media" / "~unfinished-1", tmp_path / "media" / "~unfinished-2"
    for path in (old, new):
        path.write_bytes(b"\x89PNG")
    os.utime(old, (time.time() - 7200,) * 2)
    sweep(tmp_path)

    assert list((tmp_path / "media").iterdir()) == [new]


# What nothing shows


@pytest.fixture
def kept(web: Web, tmp_path: Path) -> Thread:
    """A kept thread with its pictures, and beside them one that nothing shows, and a file that is no picture."""
    thread, _ = keep_pictures(a_thread(pic("lamp"), quoted=pic("desk")), None, tmp_path, web)
    save(thread, tmp_path)
    (tmp_path / "media" / "old.png").write_bytes(web.pictures["still"])
    (tmp_path / "media" / "README.md").write_text("Pictures of threads.")
    return thread


def unused(folder: Path) -> list[Path]:
    """The kept pictures that no snapshot names."""
    return sorted({*(folder / "media").glob("*.*g")} - pictures_of(folder.rglob("*.json"), folder))


def test_unused(kept: Thread, tmp_path: Path) -> None:
    """What no snapshot names; the avatars, the pictures and those of quoted posts are named."""
    assert unused(tmp_path) == [tmp_path / "media" / "old.png"]
    path_of(kept, tmp_path).unlink()
    assert len(unused(tmp_path)) == 5
    assert unused(tmp_path / "missing") == []


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: b"<<<<<<< HEAD\n" + text,
        lambda text: text.replace(b'"format": 1', b'"format": 99'),
        lambda text: text.decode().encode("utf-16"),
        lambda text: text[:-40],
        lambda text: text.replace(b'"handle"', b'"\xff"'),
    ],
)
def test_files_of_a_broken_snapshot_are_not_unused(broken: Callable[[bytes], bytes], kept: Thread, tmp_path: Path) -> None:
    path = path_of(kept, tmp_path)
    path.write_bytes(broken(path.read_bytes()))

    assert unused(tmp_path) == [tmp_path / "media" / "old.png"]


def test_names_written_in_another_way(kept: Thread, tmp_path: Path) -> None:
    """JSON may write any letter by its number."""
    path = path_of(kept, tmp_path)
    path.write_text(path.read_text().replace(".png", r"\u002epng"))

    assert loads(path.read_bytes()) == kept
    assert unused(tmp_path) == [tmp_path / "media" / "old.png"]


@pytest.mark.usefixtures("kept")
def test_a_snapshot_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be said then."""

    def refuse(_: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(PermissionError):
        unused(tmp_path)
