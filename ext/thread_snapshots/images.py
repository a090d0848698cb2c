"""Images of threads: re-encoded, without metadata, in files that are named by a hash of their content."""

from __future__ import annotations

import hashlib
import threading
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace
from PIL import Image, ImageCms, ImageOps
from sphinx_thread_cards.snapshot import MEDIA_FOLDER, Author, Media, Post, Thread, write_atomic

from thread_snapshots.source import FetchError, Request, Response, printable_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_PIXELS = 50_000_000
"""Size of an image that is decoded in memory."""
_MAX_ROWS = 65_535  # Pillow allocates memory for each row
MAX_SIDE = 1600
"""Longest side of a saved image, in pixels."""
AVATAR_SIDE = 96
MAX_IMAGES = 1_000
"""Requests for the images of one thread."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP")
_FEW_COLOURS = 256
# Decoded images take much memory, and catch_warnings is not thread-safe.
_lock = threading.Lock()


class InvalidImage(ValueError):  # noqa: N818 - as the errors of FetchError
    """The data is not an image, or too large; ``str()`` is a clause for the author."""


class EncodedImage(NamedTuple):
    """A re-encoded image."""

    content: bytes
    extension: str
    width: int
    height: int


def encode_image(data: bytes, *, avatar: bool = False) -> EncodedImage:
    """Return an image upright, in sRGB, without metadata, and not larger than needed; only the first frame.

    SVG is refused, because it may contain scripts.

    Args:
        avatar: whether to crop it to a small square.

    Raises:
        InvalidImage: it is broken, too large or of another format.
    """
    try:
        with (
            _lock,
            warnings.catch_warnings(action="ignore"),
            Image.open(BytesIO(data), formats=_FORMATS) as image,
        ):
            return _encode(_resize(_to_srgb(_load(image, avatar=avatar)), avatar=avatar))
    except (InvalidImage, Image.DecompressionBombError):
        raise InvalidImage("too many pixels") from None
    except Exception as error:  # Pillow raises errors of many kinds for broken files
        raise InvalidImage("not a valid PNG, JPEG, GIF, WebP, AVIF or BMP image") from error


def _load(image: Image.Image, *, avatar: bool) -> Image.Image:
    """Decode an image and apply its EXIF orientation."""
    if image.width * image.height > MAX_PIXELS or max(image.size) > _MAX_ROWS:
        raise InvalidImage
    # A JPEG can be decoded at a lower resolution.
    scale = 2 * AVATAR_SIDE / min(image.size) if avatar else 2 * MAX_SIDE / max(image.size)
    if scale < 1:
        image.draft(None, (int(image.width * scale) or 1, int(image.height * scale) or 1))
    image.load()
    with suppress(Exception):  # broken EXIF data is no reason to lose the image
        return ImageOps.exif_transpose(image)
    return image


def _to_srgb(source: Image.Image) -> Image.Image:
    """Convert an image to RGB, or to RGBA if it has transparent parts."""
    image = source
    if image.mode.startswith("I"):  # 16 bits; convert() would clip them
        image = image.point(lambda value: value * (1 / 257)).convert("L")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode not in {"L", "CMYK"}:
        image = image.convert("RGB")
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile := source.info.get("icc_profile"):
        with suppress(OSError, TypeError, ValueError, ImageCms.PyCMSError):
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, given, srgb, outputMode=mode) or image
    return image.convert(mode)


def _resize(image: Image.Image, *, avatar: bool) -> Image.Image:
    if avatar:
        side = min(AVATAR_SIDE, *image.size)
        return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    return image


def _encode(image: Image.Image) -> EncodedImage:
    """Return a PNG if the image has transparent parts or few colours, else a PNG or JPEG, the smaller one."""
    image.info = {}  # Pillow writes some of it
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    png = _save(image, "png", format="PNG")
    if image.mode == "RGBA" or image.getcolors(_FEW_COLOURS):
        return png
    jpeg = _save(image, "jpg", format="JPEG", quality=85, progressive=True)
    return min(png, jpeg, key=lambda encoded: len(encoded.content))


def _save(image: Image.Image, extension: str, **options: Any) -> EncodedImage:
    out = BytesIO()
    image.save(out, optimize=True, **options)
    return EncodedImage(out.getvalue(), extension, image.width, image.height)


@dataclass
class ImageSaver:
    """Saves the avatars, images and video stills of one thread; each is requested once.

    Images of the earlier snapshot are not requested again. Alternative texts that the site's author added to it stay
    where the platform has none.
    """

    folder: Path
    """The folder of snapshots."""
    send: Callable[[Request], Response]
    before: Thread | None = None
    """The earlier snapshot."""
    errors: list[str] = field(default_factory=list)
    """A message for each image that was not saved."""
    _saved: dict[tuple[str, bool], Media | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = list(_all_media(self.before)) if self.before else []
        self._before = {(_image_url(media), avatar): media for media, avatar in known}
        # The URL of an image may change while the image does not.
        self._texts = {media.file: media.alt for media, _ in known if media.file and media.alt}

    def save(self, thread: Thread) -> Thread:
        """Return the thread with the names and sizes of its image files.

        An image that is not available stays in the thread without a file.

        Raises:
            OSError: a file cannot be written.
        """
        return replace(
            thread,
            posts=tuple(map(self._post, thread.posts)),
            participants=tuple(map(self._author, thread.participants)),
        )

    def _author(self, author: Author) -> Author:
        avatar = self._media(author.avatar, avatar=True) if author.avatar else None
        return replace(author, avatar=avatar)

    def _post(self, post: Post) -> Post:
        quoted = self._post(post.quoted) if post.quoted else None
        return replace(post, media=tuple(map(self._media, post.media)), quoted=quoted)

    def _media(self, media: Media, *, avatar: bool = False) -> Media:
        if (url := _image_url(media)) is None:
            return media
        before = self._before.get((url, avatar))
        if (url, avatar) not in self._saved:
            usable = before and before.file and (self.folder / MEDIA_FOLDER / before.file).is_file()
            self._saved[url, avatar] = before if usable else self._fetch(media, url, avatar=avatar)
        if saved := self._saved[url, avatar]:
            media = replace(media, file=saved.file, width=saved.width, height=saved.height)
        alt = media.alt or (before and before.alt) or self._texts.get(media.file or "")
        return replace(media, alt=alt)

    def _fetch(self, media: Media, url: str, *, avatar: bool) -> Media | None:
        if len(self._saved) >= MAX_IMAGES:
            self.errors.append(f"{printable_url(url)}: more than {MAX_IMAGES:,} images")
            return None
        try:
            # Servers may call an image application/octet-stream.
            response = self.send(Request(url=url, accept="image/*, */*;q=0.1"))
            image = encode_image(response.body, avatar=avatar)
        except (FetchError, InvalidImage) as error:
            message = (
                str(error) if isinstance(error, FetchError) else f"{printable_url(url)}: {error}"
            )
            self.errors.append(message)
            return None
        name = f"{hashlib.sha256(image.content).hexdigest()}.{image.extension}"
        write_atomic(self.folder / MEDIA_FOLDER / name, image.content)
        return replace(media, file=name, width=image.width, height=image.height)


def _image_url(media: Media) -> str | None:
    return media.still if media.kind == "video" else media.url


def _all_media(thread: Thread) -> Iterator[tuple[Media, bool]]:
    """Yield all media of a thread, each with whether it is an avatar."""
    yield from ((author.avatar, True) for author in thread.participants if author.avatar)
    for post in thread.posts:
        part: Post | None = post
        while part:
            yield from ((media, False) for media in part.media)
            part = part.quoted
