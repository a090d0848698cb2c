"""Pictures as they are drawn anew: what comes in is of every kind and may mean ill, what is kept is small and silent."""

from __future__ import annotations

import random
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageOps, ImageStat, PngImagePlugin
from thread_snapshots.redraw import NoPicture, redraw

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP")
SECRET = b"51.4778 -0.0014 Jo's camera"


def a_photo(width: int = 64, height: int = 48) -> Image.Image:
    """Something with many colours, and no two corners alike."""
    red = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (red, red.rotate(180), Image.radial_gradient("L").resize((width, height))))


def a_file(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:  # noqa: ANN401
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def seen(data: bytes, **options: bool) -> Image.Image:
    """What is kept of a file, as it is seen."""
    return Image.open(BytesIO(redraw(data, **options).content))


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart on average, of 255."""
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_common_format(kind: str) -> None:
    drawn = redraw(a_file(a_photo(), kind))
    image = Image.open(BytesIO(drawn.content))

    assert (drawn.width, drawn.height) == image.size == (64, 48)
    assert image.format == {"png": "PNG", "jpg": "JPEG"}[drawn.ending]
    assert difference(image, a_photo()) < 6


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("P", "GIF"), ("RGBA", "PNG"), ("RGBA", "WEBP"),
     ("RGBA", "AVIF"), ("CMYK", "JPEG"), ("L", "JPEG"), ("I;16", "PNG")],
)  # fmt: skip
def test_every_kind_of_pixel(mode: str, kind: str) -> None:
    """A picture half light, half dark is that in the end, however it was stored."""
    grey = Image.new("L", (40, 20), 64)
    grey.paste(192, (0, 0, 20, 20))
    wanted = grey.convert(mode).convert("RGB") if mode != "I;16" else grey.convert("RGB")
    stored = grey.convert(mode) if mode != "I;16" else Image.frombytes("I;16", grey.size, b"".join(struct.pack("<H", v * 257) for v in grey.tobytes()))

    assert difference(seen(a_file(stored, kind)), wanted) < 3


def test_see_through_stays_and_opaque_alpha_goes() -> None:
    """Where nothing shows through, there is no need for it."""
    image = a_photo().convert("RGBA")
    assert seen(a_file(image)).mode == "RGB"
    image.putpixel((3, 3), (0, 0, 0, 0))
    kept = seen(a_file(image))
    assert (kept.format, kept.mode, kept.getpixel((3, 3))[3]) == ("PNG", "RGBA", 0)  # type: ignore[index]
    few = Image.new("P", (4, 4), 0)
    few.putpixel((1, 1), 1)
    assert seen(a_file(few, "GIF", transparency=1)).getpixel((1, 1))[3] == 0  # type: ignore[index]


def test_png_for_drawings_and_jpeg_for_photos() -> None:
    """A drawing of few colours loses nothing; a photo is small."""
    drawing = Image.effect_mandelbrot((200, 200), (-2, -1.5, 1, 1.5), 20).convert("RGB")
    kept = seen(a_file(drawing))
    assert (kept.format, kept.mode, difference(kept, drawing)) == ("PNG", "P", 0)

    noise = Image.merge("RGB", [Image.effect_noise((300, 300), 80)] * 3)
    photo = ImageChops.add(a_photo(300, 300), noise, 2)
    drawn = redraw(a_file(photo))
    kept = Image.open(BytesIO(drawn.content))
    assert drawn.ending == "jpg"
    assert kept.info["progressive"]
    assert len(drawn.content) < len(a_file(photo)) / 2


@pytest.mark.parametrize(("size", "kept"), [((1600, 1600), (1600, 1600)), ((3200, 1000), (1600, 500)), ((30, 1700), (28, 1600)), ((20_000, 1), (1600, 1)), ((7, 5), (7, 5))])
def test_large_becomes_smaller_and_small_stays(size: tuple[int, int], kept: tuple[int, int]) -> None:
    for kind in ("PNG", "JPEG"):
        assert seen(a_file(Image.new("RGB", size, "teal"), kind)).size == kept


@pytest.mark.parametrize(("size", "side"), [((400, 300), 96), ((1000, 96), 96), ((50, 60), 50), ((1, 500), 1)])
def test_avatars_are_small_squares(size: tuple[int, int], side: int) -> None:
    for kind in ("PNG", "JPEG"):
        drawn = redraw(a_file(a_photo(*size), kind), avatar=True)
        assert (drawn.width, drawn.height) == (side, side)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(10))
def test_pictures_stand_upright(orientation: int, kind: str) -> None:
    """As the camera says; what it cannot mean turns nothing."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = a_file(a_photo(), kind, exif=exif)

    assert difference(seen(data), ImageOps.exif_transpose(Image.open(BytesIO(data)))) < 3


def _with_words(kind: str) -> bytes:
    """A file that says where it was taken, in every way that its format knows."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = SECRET.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET
    options: dict[str, Any] = {"exif": exif, "icc_profile": profile}
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", SECRET.decode())
        words.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        options["pnginfo"] = words
    elif kind == "JPEG":
        options |= {"comment": SECRET, "xmp": SECRET}
    elif kind == "WEBP":
        options["xmp"] = SECRET
    return a_file(a_photo(), kind, **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("avatar", [False, True])
def test_nothing_is_said_beside_the_picture(kind: str, avatar: bool) -> None:
    data = _with_words(kind)
    assert SECRET in data
    kept = redraw(data, avatar=avatar).content
    said = set(Image.open(BytesIO(kept)).info)

    assert SECRET not in kept
    assert said <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


def test_colours_of_a_profile() -> None:
    """A picture whose profile calls red what screens call green is green on screens."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ", 128), profile.index(b"gXYZ", 128)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    for mode in ("RGB", "RGBA", "P"):
        image = Image.new("RGB", (8, 8), (250, 10, 10)).convert(mode)
        pixel = seen(a_file(image, icc_profile=bytes(profile))).convert("RGB").getpixel((4, 4))
        assert isinstance(pixel, tuple)
        assert pixel[0] < 60
        assert pixel[1] > 200


@pytest.mark.parametrize("options", [{"icc_profile": b"no profile"}, {"exif": b"Exif\0\0no words"}, {"exif": b"Exif\0\0II*\0\xff\xff\xff\xff"}])
def test_a_broken_profile_or_exif_costs_nothing(options: dict[str, bytes]) -> None:
    assert difference(seen(a_file(a_photo(), "JPEG", **options)), a_photo()) < 6


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_of_an_animation_the_first_picture(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "lime", "blue")]
    pixel = seen(a_file(frames[0], kind, save_all=True, append_images=frames[1:])).convert("RGB").getpixel((9, 9))

    assert isinstance(pixel, tuple)
    assert pixel[0] > 240
    assert max(pixel[1:]) < 15


def test_a_photo_with_a_second_picture_in_it() -> None:
    """As phones store them."""
    data = a_file(a_photo(), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))])

    assert difference(seen(data), a_photo()) < 6


def test_the_same_picture_gives_the_same_file() -> None:
    for kind in FORMATS:
        data = a_file(a_photo(700, 500), kind)
        assert redraw(data) == redraw(data)


def test_several_may_draw_at_once() -> None:
    """All get what one alone gets, and Python's warnings are as they were."""
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        drawn = set(pool.map(redraw, [a_file(a_photo(300, 200))] * 24))

    assert len(drawn) == 1
    assert list(warnings.filters) == before


def _png_head(width: int, height: int) -> bytes:
    """A PNG that says that it is large, and has nothing in it."""
    head = bytearray(a_file(Image.new("L", (1, 1))))
    head[16:24] = struct.pack(">II", width, height)
    head[29:33] = struct.pack(">I", zlib.crc32(head[12:29]))
    return bytes(head)


@pytest.mark.parametrize(
    "data",
    [_png_head(60_000, 60_000), _png_head(2**31 - 1, 2**31 - 1), _png_head(12_000, 9_000), _png_head(1, 65_536),
     a_file(Image.new("1", (10_000, 5_001))), a_file(Image.new("P", (8_000, 8_000)), "GIF")],
    ids=len,
)  # fmt: skip
def test_too_many_pixels_are_not_unpacked(data: bytes) -> None:
    with pytest.raises(NoPicture, match=r"too much|too many"):
        redraw(data)


def test_said_of_too_many_pixels() -> None:
    with pytest.raises(NoPicture, match="it has 12,000 by 9,000 pixels, which is too much"):
        redraw(_png_head(12_000, 9_000))


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"<!DOCTYPE html><p>Not found", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
     b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", a_file(a_photo(), "TIFF"), a_file(a_photo(), "ICO"),
     a_file(a_photo(), "PPM"), a_file(a_photo(200, 200))[:-3000], a_file(a_photo(200, 200), "JPEG")[:1500], _png_head(0, 5)],
    ids=lambda data: str(data[:8]),
)  # fmt: skip
def test_what_is_no_picture_or_not_whole(data: bytes) -> None:
    with pytest.raises(NoPicture, match="it is broken, or no picture of a common kind"):
        redraw(data)


FILES = [
    *(a_file(a_photo(), kind) for kind in FORMATS), *map(_with_words, ("JPEG", "PNG", "WEBP", "AVIF")),
    a_file(a_photo().convert("CMYK"), "JPEG"), a_file(a_photo().convert("RGBA"), "WEBP"), a_file(a_photo().convert("P"), "PNG", transparency=3),
    a_file(a_photo(), "GIF", save_all=True, append_images=[Image.new("RGB", (9, 9))]), a_file(a_photo(), "JPEG", progressive=True),
]  # fmt: skip
STARTS = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x20\0\0\0WEBPVP8X", b"\0\0\0\x20ftypavif", b"BM"]


def _check(data: bytes) -> None:
    """Either it is no picture, or what is kept of it is one within bounds."""
    for avatar in (False, True):
        try:
            drawn = redraw(data, avatar=avatar)
        except NoPicture:
            continue
        image = Image.open(BytesIO(drawn.content), formats=["PNG", "JPEG"])
        image.load()
        assert image.size == (drawn.width, drawn.height)
        assert max(image.size) <= (96 if avatar else 1600)
        assert drawn == redraw(data, avatar=avatar)


@given(st.sampled_from(STARTS), st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_random_bytes(start: bytes, rest: bytes) -> None:
    _check(start + rest)


@given(st.sampled_from(FILES), st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_broken_pictures(data: bytes, seed: int) -> None:
    """Bytes changed, taken out, doubled, cut off; mostly near the front, where the sizes stand."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        spot = min(int(chance.expovariate(1 / 60)), len(changed) - 1) if chance.random() < 0.7 else chance.randrange(len(changed))
        kind = chance.randrange(4)
        if kind == 0:
            changed[spot] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
        elif kind == 1:
            del changed[spot : spot + chance.randint(1, 8)]
        elif kind == 2:
            changed[spot:spot] = changed[spot : spot + chance.randint(1, 40)]
        else:
            del changed[max(20, len(changed) - chance.randint(1, 400)) :]
        if not changed:
            break
    _check(bytes(changed))
