# noqa: INP001 - part of a script
"""The threads of the gallery, all invented: with pictures that are drawn here."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from sphinx_thread_cards.store import save
from sphinx_thread_cards.thread import Author, Media, Paragraph, Post, Span, Thread

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ID = "112345678901234"
URL = f"https://social.example/@jo_example/{ID}"
WORDS = (
    "The lamp did not boot today. It turned out that the fuse had an opinion of its own.",
    "So I read the manual of the socket from the first page to the last, and then from the last to the first.",
    "There are four ways to wire it. Three of them are in the manual; the fourth one works.",
    "A friend asked whether a lamp needs to boot at all. I said that everything does, sooner or later.",
)


def _drawn(folder: Path, width: int, height: int, colour: str, alt: str | None = None) -> Media:
    """Draw a lamp on a ground of one colour into the media folder."""
    picture = Image.new("RGB", (width, height), colour)
    pen, unit = ImageDraw.Draw(picture), min(width, height) / 10
    middle = width / 2
    pen.polygon(
        [
            (middle - 2.5 * unit, 5 * unit),
            (middle + 2.5 * unit, 5 * unit),
            (middle + unit, 2 * unit),
            (middle - unit, 2 * unit),
        ],
        "#f4e3a1",
    )
    pen.line([(middle, 5 * unit), (middle, 8 * unit)], "#2b2b2b", round(unit / 3))
    pen.line([(middle - 2 * unit, 8 * unit), (middle + 2 * unit, 8 * unit)], "#2b2b2b", round(unit / 3))
    file = io.BytesIO()
    picture.save(file, "PNG")
    name = f"{hashlib.sha256(file.getvalue()).hexdigest()}.png"
    (folder / "media").mkdir(parents=True, exist_ok=True)
    (folder / "media" / name).write_bytes(file.getvalue())
    return Media(file=name, width=width, height=height, alt=alt)


def _post(
    number: int,
    words: str,
    *media: Media,
    quoted: Post | None = None,
    warning: str | None = None,
    author: str = "jo_example",
) -> Post:
    posted = f"2024-05-{1 + number // 10:02}T1{number % 10}:20:00Z"
    blocks = (Paragraph(spans=(Span(text=words),)),)
    return Post(
        id=f"{ID}9{number:02}",
        url=f"{URL}9{number:02}",
        author=author,
        posted=posted,
        blocks=blocks,
        media=media,
        quoted=quoted,
        warning=warning,
    )


def _many(count: int) -> list[Post]:
    return [_post(number, WORDS[number % len(WORDS)]) for number in range(count)]


def write(folder: Path) -> None:
    """Write the snapshots and their pictures into a site's folder of threads."""
    face = _drawn(folder, 96, 96, "#3f6f8f")
    video = _drawn(folder, 640, 360, "#39424e", "The lamp, booting")
    still = Media(
        kind="video", url="https://videos.example/lamp", file=video.file, width=640, height=360, alt=video.alt
    )
    grounds = ("#7a9e87", "#b5776b", "#6f7fae", "#c2a35b")
    four = [
        _drawn(folder, *size, colour, "A lamp")
        for size, colour in zip(((800, 600), (600, 800), (800, 450), (400, 400)), grounds, strict=True)
    ]
    quoted = _post(8, "Does a lamp need to boot?", author="kim_example")
    threads: dict[int, Iterable[Post]] = {
        1: [_post(1, WORDS[0], _drawn(folder, 1200, 675, "#7a9e87", "A lamp on a green ground"))],
        2: [_post(2, WORDS[1], *four)],
        3: [_post(3, WORDS[2], still)],
        4: [_post(4, WORDS[3], quoted=quoted)],
        5: [_post(5, WORDS[2], warning="Loose wires")],
        103: _many(3),
        126: _many(26),
        160: _many(60),
    }
    people = (
        Author(handle="jo_example", name="Jo Example", avatar=face),
        Author(handle="kim_example", name="Kim Example"),
    )
    for number, posts in threads.items():
        save(
            Thread(
                platform="mastodon",
                host="social.example",
                id=f"{ID}{number:03}",
                url=f"{URL}{number:03}",
                title="A lamp that boots",
                participants=people,
                posts=tuple(posts),
            ),
            folder,
        )
