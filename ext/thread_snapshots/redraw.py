"""Pictures drawn anew, as what a server sent may mean ill: upright, in sRGB, and not large.

What a file said beside its picture (place, camera, comments) is not written again. The formats and their traps:
https://pillow.readthedocs.io/en/stable/handbook/image-file-formats.html
"""

from __future__ import annotations

import threading
import warnings
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from PIL import Image, ImageCms, ImageOps

MOST_PIXELS = 50_000_000
"""Of a picture as it came; it is unpacked in memory."""
_LONGEST_STORED = 65_535  # A JPEG ends there; and Pillow keeps an address for each row.
LONGEST_SIDE = 1600
"""Pixels of a kept picture."""
AVATAR_SIDE = 96
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP")
_FEW_COLOURS = 256
# Several at once would take much memory, and Python has one set of filters for warnings.
_ONE_AT_A_TIME = threading.Lock()


class NoPicture(ValueError):  # noqa: N818 - it says what is wrong
    """What came cannot be kept as a picture; ``str()`` of it is a clause for the author."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A picture as it is kept."""

    content: bytes
    ending: Literal["png", "jpg"]
    width: int
    """Pixels."""
    height: int


def redraw(data: bytes, *, avatar: bool = False) -> Drawn:
    """Draw a picture anew; of an animation, its first frame.

    The same bytes give the same picture with the same Pillow.

    :param data: a file of one of the common formats; SVG is none of them, as it is a program.
    :param avatar: whether it becomes a small square; else only what is too large becomes smaller.
    :raises NoPicture: it is broken, or too large, or no picture.
    """
    try:
        with (
            _ONE_AT_A_TIME,
            warnings.catch_warnings(action="ignore"),
            Image.open(BytesIO(data), formats=_FORMATS) as stored,
        ):
            return _encoded(_drawn(stored, avatar=avatar))
    except NoPicture:
        raise
    except Image.DecompressionBombError as error:
        reason = "it has far too many pixels"
        raise NoPicture(reason) from error
    except Exception as error:
        # Pillow's readers of broken files raise whatever comes to them.
        reason = "it is broken, or no picture of a common kind"
        raise NoPicture(reason) from error


def _drawn(stored: Image.Image, *, avatar: bool) -> Image.Image:
    """The picture as it is to be seen, in RGB or RGBA."""
    width, height = stored.size
    if width * height > MOST_PIXELS or max(stored.size) > _LONGEST_STORED:
        reason = f"it has {width:,} by {height:,} pixels, which is too much"
        raise NoPicture(reason)
    side = AVATAR_SIDE if avatar else LONGEST_SIDE
    # A JPEG is unpacked not much larger than is needed.
    scale = min(1, 2 * side / (min(stored.size) if avatar else max(stored.size)))
    stored.draft(None, (max(1, int(width * scale)), max(1, int(height * scale))))
    stored.load()
    image = _in_srgb(_upright(stored))
    if avatar:
        side = min(side, *image.size)
        return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return image


def _in_srgb(stored: Image.Image) -> Image.Image:
    """In RGB, or in RGBA where something may show through, with the colours of its profile."""
    image = stored
    if image.mode.startswith("I"):
        # 16 bits of grey, which a conversion would cut off at 255.
        image = image.point(lambda value: value * (1 / 257)).convert("L")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode not in {"L", "CMYK"}:
        image = image.convert("RGB")
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile := stored.info.get("icc_profile"):
        # One that is broken, or for other colours, is of no use to a browser either.
        with suppress(OSError, TypeError, ValueError, ImageCms.PyCMSError):
            given, wanted = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, given, wanted, outputMode=mode) or image
    return image.convert(mode)


def _upright(stored: Image.Image) -> Image.Image:
    """Turned as the camera says that it was held."""
    # Broken words of a camera are no reason to lose the picture.
    with suppress(Exception):
        return ImageOps.exif_transpose(stored)
    return stored


def _encoded(image: Image.Image) -> Drawn:
    """As PNG where something shows through or there are few colours, else as PNG or JPEG, whichever is smaller."""
    image.info = {}  # of which Pillow writes some again
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    if image.mode == "RGBA":
        return _written(image, "png")
    if colours := image.getcolors(_FEW_COLOURS):
        few = image.quantize(len(colours), Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        return _written(few if few.convert("RGB").tobytes() == image.tobytes() else image, "png")
    return min(_written(image, "jpg"), _written(image, "png"), key=lambda drawn: len(drawn.content))


def _written(image: Image.Image, ending: Literal["png", "jpg"]) -> Drawn:
    out = BytesIO()
    options: dict[str, Any] = {"format": "PNG"}
    if ending == "jpg":
        options = {"format": "JPEG", "quality": 85, "progressive": True}
    image.save(out, optimize=True, **options)
    return Drawn(content=out.getvalue(), ending=ending, width=image.width, height=image.height)
