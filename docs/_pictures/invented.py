# noqa: INP001 - part of a script
"""The invented saved threads in the images of the gallery, and their own images."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from sphinx_thread_cards.snapshot import Author, Media, Paragraph, Post, Provenance, Span, Thread
from thread_snapshots.store import save

if TYPE_CHECKING:
    from pathlib import Path

ID = "112345678901234"
URL = f"https://social.example/@jo_example/{ID}"
START = datetime(2024, 5, 1, 10, tzinfo=UTC)
TEXTS = (
    "The lamp did not boot today. It turned out that the fuse had an opinion of its own.",
    "So I read the manual of the socket from the first page to the last, and then from the last to the first.",
    "There are four ways to wire it. Three of them are in the manual; the fourth one works.",
    "A friend asked whether a lamp needs to boot at all. I said that everything does, sooner or later.",
)


def _image(folder: Path, size: tuple[int, int], colour: str, alt: str | None = None) -> Media:
    """Draw a lamp into the media folder."""
    image = Image.new("RGB", size, colour)
    pen, unit, x = ImageDraw.Draw(image), min(size) / 10, size[0] / 2
    shade = [(x - 2.5 * unit, 5 * unit), (x + 2.5 * unit, 5 * unit), (x + unit, 2 * unit), (x - unit, 2 * unit)]  # fmt: skip
    pen.polygon(shade, "#f4e3a1")
    pen.line([(x, 5 * unit), (x, 8 * unit)], "#2b2b2b", round(unit / 3))
    pen.line([(x - 2 * unit, 8 * unit), (x + 2 * unit, 8 * unit)], "#2b2b2b", round(unit / 3))
    file = io.BytesIO()
    image.save(file, "PNG")
    name = f"{hashlib.sha256(file.getvalue()).hexdigest()}.png"
    (folder / "media").mkdir(parents=True, exist_ok=True)
    (folder / "media" / name).write_bytes(file.getvalue())
    return Media(file=name, width=size[0], height=size[1], alt=alt)


def _post(
    number: int,
    *media: Media,
    text: str = "",
    author: str = "jo_example",
    quoted: Post | None = None,
    warning: str | None = None,
) -> Post:
    blocks = (Paragraph(spans=(Span(text=text or TEXTS[number % len(TEXTS)]),)),)
    return Post(
        id=f"{ID}9{number:02}",
        url=f"{URL}9{number:02}",
        author=author,
        posted=START + timedelta(hours=2 * number),
        blocks=blocks,
        media=media,
        quoted=quoted,
        warning=warning,
    )


def write(folder: Path) -> None:
    """Write the snapshots and their images into a folder of snapshots."""
    colours = ("#7a9e87", "#b5776b", "#6f7fae", "#c2a35b")
    sizes = ((800, 600), (600, 800), (800, 450), (400, 400))
    images = [_image(folder, size, colour, "A lamp") for size, colour in zip(sizes, colours, strict=True)]  # fmt: skip
    quoted = _post(0, text="Does a lamp need to boot?", author="kim_example")
    threads = {
        1: [_post(0)],
        2: [_post(1, images[2]), _post(2, *images)],
        4: [_post(3, quoted=quoted)],
        5: [_post(2, warning="Loose wires")],
        103: [_post(number) for number in range(3)],
        126: [_post(number) for number in range(26)],
    }
    people = (
        Author(handle="jo_example", name="Jo Example", avatar=_image(folder, (96, 96), "#3f6f8f")),
        Author(handle="kim_example", name="Kim Example"),
    )
    for number, posts in threads.items():
        thread = Thread(
            platform="mastodon",
            host="social.example",
            id=f"{ID}{number:03}",
            url=f"{URL}{number:03}",
            title="A lamp that boots",
            participants=people,
            posts=tuple(posts),
            provenance=Provenance(retrieved=START + timedelta(days=30)),
        )
        save(thread, folder)
