"""Images of threads: how they are re-encoded, and which are requested and written."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageOps, ImageStat, PngImagePlugin
from sphinx_thread_cards.snapshot import Author, Media, Post, Thread, digest
from thread_snapshots import images as module
from thread_snapshots.images import ImageSaver, InvalidImage, encode_image
from thread_snapshots.source import NotFound, Request, Response

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP")
SECRET = b"51.4778 -0.0014 Jo's camera"


def photo(width: int = 64, height: int = 48) -> Image.Image:
    red = Image.linear_gradient("L").resize((width, height))
    return Image.merge(
        "RGB", (red, red.rotate(180), Image.radial_gradient("L").resize((width, height)))
    )


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def decoded(data: bytes, **options: bool) -> Image.Image:
    return Image.open(BytesIO(encode_image(data, **options).content))


def difference(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


@pytest.mark.parametrize("kind", FORMATS)
def test_formats(kind: str) -> None:
    encoded = encode_image(file_of(photo(), kind))
    image = Image.open(BytesIO(encoded.content))
    assert (encoded.width, encoded.height) == image.size == (64, 48)
    assert image.format == {"png": "PNG", "jpg": "JPEG"}[encoded.extension]
    assert difference(image, photo()) < 6


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_pixel_modes(mode: str) -> None:
    grey = Image.new("L", (40, 20), 64)
    grey.paste(192, (0, 0, 20, 20))
    if mode == "I;16":
        expected, stored = (
            grey,
            Image.frombytes(
                "I;16", grey.size, b"".join(struct.pack("<H", v * 257) for v in grey.tobytes())
            ),
        )
    else:
        stored = grey.convert(mode)
        expected = stored.convert("RGB")
    assert difference(decoded(file_of(stored, "JPEG" if mode == "CMYK" else "PNG")), expected) < 3


def test_transparency_is_preserved() -> None:
    image = photo().convert("RGBA")
    assert decoded(file_of(image)).mode == "RGB"
    image.putpixel((3, 3), (0, 0, 0, 0))
    result = decoded(file_of(image))
    assert (result.format, result.getpixel((3, 3))[3]) == ("PNG", 0)  # type: ignore[index]


def test_drawings_become_png_and_photos_jpeg() -> None:
    drawing = Image.effect_mandelbrot((200, 200), (-2, -1.5, 1, 1.5), 20).convert("RGB")
    assert difference(decoded(file_of(drawing)), drawing) == 0
    noise = Image.merge("RGB", [Image.effect_noise((300, 300), 80)] * 3)
    assert decoded(file_of(ImageChops.add(photo(300, 300), noise, 2))).format == "JPEG"


@pytest.mark.parametrize(
    ("size", "expected"), [((3200, 1000), (1600, 500)), ((30, 1700), (28, 1600)), ((7, 5), (7, 5))]
)
def test_size_is_limited(size: tuple[int, int], expected: tuple[int, int]) -> None:
    for kind in ("PNG", "JPEG"):
        assert decoded(file_of(Image.new("RGB", size, "teal"), kind)).size == expected


@pytest.mark.parametrize(("size", "side"), [((400, 300), 96), ((50, 60), 50), ((1, 500), 1)])
def test_avatars_are_square(size: tuple[int, int], side: int) -> None:
    assert decoded(file_of(photo(*size), "JPEG"), avatar=True).size == (side, side)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8, 9])
def test_exif_orientation(orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = file_of(photo(), "JPEG", exif=exif)
    assert difference(decoded(data), ImageOps.exif_transpose(Image.open(BytesIO(data)))) < 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_is_removed(kind: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = SECRET.decode()
    options: dict[str, Any] = {
        "exif": exif,
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET,
    }
    if kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", SECRET.decode())
    elif kind == "JPEG":
        options |= {"comment": SECRET, "xmp": SECRET}
    data = file_of(photo(), kind, **options)
    assert SECRET in data
    assert SECRET not in encode_image(data).content


def test_colour_profile_is_applied() -> None:
    """An image whose profile swaps red and green."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ", 128), profile.index(b"gXYZ", 128)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    pixel = (
        decoded(file_of(Image.new("RGB", (8, 8), (250, 10, 10)), icc_profile=bytes(profile)))
        .convert("RGB")
        .getpixel((4, 4))
    )
    assert isinstance(pixel, tuple)
    assert pixel[1] - pixel[0] > 150


def png_header(width: int, height: int) -> bytes:
    data = bytearray(file_of(Image.new("L", (1, 1))))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


@pytest.mark.parametrize(
    "size", [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (12_000, 9_000), (1, 65_536)]
)
def test_decompression_bombs_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(InvalidImage, match="too many pixels"):
        encode_image(png_header(*size))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE html><p>Not found",
        b"<svg/>",
        file_of(photo(), "TIFF"),
        file_of(photo(200, 200))[:-3000],
    ],
    ids=len,
)
def test_invalid_images_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidImage, match="not a valid"):
        encode_image(data)


FILES = [
    *(file_of(photo(), kind) for kind in FORMATS),
    file_of(photo().convert("CMYK"), "JPEG"),
    file_of(photo().convert("P"), "PNG", transparency=3),
]


@given(st.sampled_from(FILES), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_damaged_images(data: bytes, seed: int) -> None:
    """A damaged file is refused, or gives an image within the limits."""
    chance, damaged = random.Random(seed), bytearray(data)
    for _ in range(chance.randint(1, 6)):
        position = min(int(chance.expovariate(1 / 60)), len(damaged) - 1)
        damaged[position] = chance.randrange(256)
    try:
        encoded = encode_image(bytes(damaged))
    except InvalidImage:
        return
    assert max(Image.open(BytesIO(encoded.content)).size) <= 1600


# -- Which images are saved ----------------------------------------------------

URL = "https://social.example/@jo/110446983178245440"


class Web:
    """Images by the last segment of their URL, and what was requested."""

    def __init__(self) -> None:
        self.images = {
            name: file_of(photo(90 + number, 70))
            for number, name in enumerate(("jo", "sam", "lamp", "desk", "still"))
        }
        self.requests: list[str] = []

    def send(self, request: Request) -> Response:
        name = request.url.rpartition("/")[2]
        self.requests.append(name)
        body = self.images.get(name.partition("?")[0])
        if body is None:
            raise NotFound(request.url, "not found (404)")
        return Response(url=request.url, body=body)


@pytest.fixture
def web() -> Web:
    return Web()


def image(name: str, alt: str | None = None) -> Media:
    return Media(url=f"https://images.example/{name}", alt=alt)


def thread(*media: Media, quoted: Media | None = None) -> Thread:
    inner = Post(id="2", url=f"{URL}2", author="sam", media=(quoted,)) if quoted else None
    people = (
        Author(handle="jo", avatar=image("jo")),
        Author(handle="sam", avatar=image("sam")),
        Author(handle="kim"),
    )
    post = Post(id="1", url=URL, author="jo", media=media, quoted=inner)
    return Thread(
        platform="mastodon",
        host="social.example",
        id="1",
        url=URL,
        participants=people,
        posts=(post,),
    )


def test_each_image_is_saved_once(web: Web, tmp_path: Path) -> None:
    video = Media(
        kind="video",
        url="https://images.example/watch",
        still="https://images.example/still",
        alt="It boots",
    )
    saved = ImageSaver(tmp_path, web.send).save(
        thread(image("lamp", "A lamp"), image("lamp"), video, quoted=image("desk"))
    )
    assert sorted(web.requests) == ["desk", "jo", "lamp", "sam", "still"]
    first, second, still = saved.posts[0].media
    assert (first.alt, first.width, first.height, second.file, second.alt) == (
        "A lamp",
        92,
        70,
        first.file,
        None,
    )
    assert (still.kind, still.url, still.alt, still.width) == ("video", video.url, "It boots", 94)
    assert [author.avatar.width for author in saved.participants if author.avatar] == [70, 70]
    assert len(list((tmp_path / "media").iterdir())) == 5
    assert digest(saved.posts) == digest(
        thread(image("lamp", "A lamp"), image("lamp"), video, quoted=image("desk")).posts
    )


def test_missing_images_are_reported(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_IMAGES", 3)
    web.images["page"] = b"<!DOCTYPE html><p>Not for you"
    saver = ImageSaver(tmp_path, web.send)
    saved = saver.save(
        thread(image("gone", "A lamp"), image("page"), image("lamp"), image("desk"), image("gone"))
    )
    assert [media.file is not None for media in saved.posts[0].media] == [
        False,
        False,
        True,
        False,
        False,
    ]
    assert saver.errors == [
        "https://images.example/gone: not found (404)",
        "https://images.example/page: not a valid PNG, JPEG, GIF, WebP, AVIF or BMP image",
        *(f"https://images.example/{name}: more than 3 images" for name in ("desk", "jo", "sam")),
    ]
    assert web.requests == ["gone", "page", "lamp"]


def test_saved_images_are_not_requested_again(web: Web, tmp_path: Path) -> None:
    """Unless the file is missing; an avatar is not used in place of the image with the same URL."""
    before = ImageSaver(tmp_path, web.send).save(thread(image("lamp"), image("desk")))
    web.requests.clear()
    again = ImageSaver(tmp_path, web.send, before).save(
        thread(image("desk"), image("lamp"), image("jo"))
    )
    assert web.requests == ["jo"]
    assert again.posts[0].media[:2] == before.posts[0].media[::-1]
    (tmp_path / "media" / str(before.posts[0].media[0].file)).unlink()
    assert (
        ImageSaver(tmp_path, web.send, before).save(thread(image("lamp"), image("desk"))) == before
    )
    assert web.requests == ["jo", "lamp"]


def test_alternative_texts_of_the_author_stay(web: Web, tmp_path: Path) -> None:
    """Where the platform has none, even if only the URL of the image has changed."""
    first = ImageSaver(tmp_path, web.send).save(
        thread(image("lamp?token=1"), image("desk"), image("gone"))
    )
    texts = zip(first.posts[0].media, ("The lamp", "The desk", "What was there"), strict=True)
    edited = replace(
        first,
        posts=(
            replace(first.posts[0], media=tuple(replace(media, alt=alt) for media, alt in texts)),
        ),
    )
    saved = ImageSaver(tmp_path, web.send, edited).save(
        thread(image("lamp?token=2"), image("desk", "Own text"), image("gone"))
    )
    assert [media.alt for media in saved.posts[0].media] == [
        "The lamp",
        "Own text",
        "What was there",
    ]
