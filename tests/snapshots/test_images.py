"""Images of threads: how they are re-encoded, and which are requested and written."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageOps, ImageStat
from sphinx_thread_cards.snapshot import Author, Media, Post, Thread
from support.snapshots import KEY, URL
from thread_snapshots.errors import NotFound
from thread_snapshots.images import ImageSaver, InvalidImage, encode_image
from thread_snapshots.source import Request, Response
from thread_snapshots.store import digest

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP")


def photo(width: int = 64, height: int = 48) -> Image.Image:
    red = Image.linear_gradient("L").resize((width, height))
    blue = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (red, red.rotate(180), blue))


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def decoded(data: bytes, **options: bool) -> Image.Image:
    encoded = encode_image(data, **options)
    image = Image.open(BytesIO(encoded.content))
    assert image.format == {"png": "PNG", "jpg": "JPEG"}[encoded.extension]
    assert image.size == (encoded.width, encoded.height)
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


@pytest.mark.parametrize("kind", FORMATS)
def test_formats(kind: str) -> None:
    assert difference(decoded(file_of(photo(), kind)), photo()) < 6


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
def test_pixel_modes(mode: str) -> None:
    stored = photo().convert(mode)
    assert difference(decoded(file_of(stored, "JPEG" if mode == "CMYK" else "PNG")), stored) < 6


def test_choice_of_format() -> None:
    """PNG for transparent parts and drawings, JPEG for photos."""
    image = photo().convert("RGBA")
    assert decoded(file_of(image)).mode == "RGB"
    image.putpixel((3, 3), (0, 0, 0, 0))
    assert decoded(file_of(image)).getpixel((3, 3))[3] == 0  # type: ignore[index]
    drawing = Image.effect_mandelbrot((200, 200), (-2, -1.5, 1, 1.5), 20).convert("RGB")
    assert difference(decoded(file_of(drawing)), drawing) == 0
    noise = Image.merge("RGB", [Image.effect_noise((300, 300), 80)] * 3)
    assert decoded(file_of(ImageChops.add(photo(300, 300), noise, 2))).format == "JPEG"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_size_is_limited(kind: str) -> None:
    for size, expected in (((3200, 1000), (1600, 500)), ((30, 1700), (28, 1600)), ((7, 5), (7, 5))):
        assert decoded(file_of(photo(*size), kind)).size == expected
    for size, side in (((400, 300), 96), ((50, 60), 50), ((1, 500), 1)):
        assert decoded(file_of(photo(*size), kind), avatar=True).size == (side, side)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_is_applied_and_removed(kind: str) -> None:
    """EXIF orientation, and a colour profile that swaps red and green."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation], exif[ExifTags.Base.Make] = 6, "Jo's camera"
    data = file_of(photo(), kind, exif=exif)
    assert b"Jo's camera" in data
    assert b"Jo's camera" not in encode_image(data).content
    assert difference(decoded(data), ImageOps.exif_transpose(Image.open(BytesIO(data)))) < 3
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    red = file_of(Image.new("RGB", (8, 8), (250, 10, 10)), kind, icc_profile=swapped)
    pixel: Any = decoded(red).convert("RGB").getpixel((4, 4))
    assert pixel[1] - pixel[0] > 150


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2), (12_000, 9_000), (1, 65_536)])
def test_decompression_bombs_are_refused(size: tuple[int, int]) -> None:
    data = bytearray(file_of(Image.new("L", (1, 1))))
    data[16:24] = struct.pack(">II", *size)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    with pytest.raises(InvalidImage, match="too many pixels"):
        encode_image(bytes(data))


@given(st.sampled_from(FORMATS), st.randoms())
@settings(max_examples=60, deadline=None)
def test_damaged_images(kind: str, chance: Random) -> None:
    """A damaged file is refused, or gives an image within the limits."""
    data = bytearray(file_of(photo(), kind))
    for _ in range(3):
        data[chance.randrange(min(len(data), 200))] = chance.randrange(256)
    for damaged in (data, data[: chance.randrange(len(data))], b"<svg/>"):
        with suppress(InvalidImage):
            assert max(decoded(bytes(damaged)).size) <= 1600


# -- Which images are saved ----------------------------------------------------


class Web:
    """Images by the last segment of their URL, and what was requested."""

    def __init__(self) -> None:
        names = ("jo", "lamp", "desk", "still")
        self.images = {name: file_of(photo(90 + n, 70)) for n, name in enumerate(names)}
        self.images["page"] = b"<!DOCTYPE html><p>Not for you"
        self.requests: list[str] = []

    def send(self, request: Request) -> Response:
        name = request.url.rpartition("/")[2]
        self.requests.append(name)
        if body := self.images.get(name.partition("?")[0]):
            return Response(url=request.url, body=body)
        raise NotFound(request.url, "not found (404)")


def image(name: str, alt: str | None = None) -> Media:
    return Media(url=f"https://images.example/{name}", alt=alt)


def thread(*media: Media, quoted: Media | None = None) -> Thread:
    inner = Post(id="2", url=f"{URL}2", author="jo", media=(quoted,)) if quoted else None
    posts = (Post(id="1", url=URL, author="jo", media=media, quoted=inner),)
    people = (Author(handle="jo", avatar=image("jo")),)
    return Thread(url=URL, participants=people, posts=posts, **KEY)  # type: ignore[arg-type]


def test_each_image_is_saved_once(tmp_path: Path) -> None:
    """A missing one is reported."""
    web, video = Web(), Media(kind="video", url="https://a.example/", still=image("still").url)
    media = (image("lamp", "A lamp"), image("lamp"), video, image("gone"), image("page"))
    original = thread(*media, quoted=image("desk"))
    saver = ImageSaver(tmp_path, web.send)
    saved = saver.save(original)
    assert sorted(web.requests) == ["desk", "gone", "jo", "lamp", "page", "still"]
    first, second, still, *missing = saved.posts[0].media
    assert (first.alt, first.width, second.file, second.alt) == ("A lamp", 91, first.file, None)
    assert (still.kind, still.url, still.width) == ("video", video.url, 93)
    assert [author.avatar.width for author in saved.participants if author.avatar] == [70]
    assert [it.file for it in missing] == [None, None]
    assert [error.partition(": ")[2][:11] for error in saver.errors] == [
        "not found (",
        "not a valid",
    ]
    assert len(list((tmp_path / "media").iterdir())) == 4
    assert digest(saved.posts) == digest(original.posts)


def test_earlier_snapshot(tmp_path: Path) -> None:
    """Its images are not requested again; alternative texts that its author added stay."""
    web = Web()
    before = ImageSaver(tmp_path, web.send).save(thread(image("lamp"), image("desk")))
    lamp, desk = (replace(it, alt="Mine") for it in before.posts[0].media)
    before = replace(before, posts=(replace(before.posts[0], media=(lamp, desk)),))
    web.requests.clear()
    # An avatar is not used in place of the image with the same URL.
    live = thread(image("desk", "Own text"), image("lamp"), image("jo"))
    media = ImageSaver(tmp_path, web.send, before).save(live).posts[0].media
    assert (media[0], media[1], web.requests) == (replace(desk, alt="Own text"), lamp, ["jo"])
    (tmp_path / "media" / str(lamp.file)).unlink()
    again = ImageSaver(tmp_path, web.send, before).save(thread(image("lamp?new"), image("lamp")))
    assert [(it.file, it.alt) for it in again.posts[0].media] == [(lamp.file, "Mine")] * 2
    assert web.requests == ["jo", "lamp?new"]
