"""Images of threads: re-encoded, without metadata, in files named after a hash of their content."""

import hashlib
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace
from PIL import Image, ImageCms, ImageOps
from sphinx_thread_cards.snapshot import MEDIA_FOLDER, Author, Media, Post, Thread, with_quoted

from thread_snapshots.errors import BadResponse, FetchError
from thread_snapshots.source import Request, Response
from thread_snapshots.store import write_atomic

MAX_PIXELS = 50_000_000  # an image is decoded in memory
_MAX_ROWS = 65_535  # Pillow allocates memory for each row
MAX_SIDE = 1600  # of a saved image, in pixels
AVATAR_SIDE = 96
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
    """Return the first frame upright, in sRGB, without metadata and not too large; an avatar as a small square.

    SVG, which may contain scripts, raises InvalidImage, as do broken and too large files.
    """
    try:
        with (
            _lock,
            warnings.catch_warnings(action="ignore"),
            Image.open(BytesIO(data), formats=_FORMATS) as image,
        ):
            rgb = _to_srgb(_load(image, 2 * AVATAR_SIDE if avatar else 2 * MAX_SIDE))
            side = min(AVATAR_SIDE, *rgb.size)
            if avatar:
                return _encode(ImageOps.fit(rgb, (side, side), Image.Resampling.LANCZOS))
            rgb.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
            return _encode(rgb)
    except (InvalidImage, Image.DecompressionBombError):
        raise InvalidImage("too many pixels") from None
    except Exception as error:  # Pillow raises errors of many kinds for broken files
        raise InvalidImage("not a valid PNG, JPEG, GIF, WebP, AVIF or BMP image") from error


def _load(image: Image.Image, side: int) -> Image.Image:
    """Decode an image and apply its EXIF orientation."""
    if image.width * image.height > MAX_PIXELS or max(image.size) > _MAX_ROWS:
        raise InvalidImage
    image.draft(None, (side, side))  # a JPEG can be decoded at a lower resolution
    image.load()
    with suppress(Exception):  # broken EXIF data is no reason to lose the image
        return ImageOps.exif_transpose(image)
    return image


def _to_srgb(image: Image.Image) -> Image.Image:
    """Convert an image to RGB, or to RGBA if it has transparent parts."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if profile := image.info.get("icc_profile"):
        with suppress(OSError, TypeError, ValueError, ImageCms.PyCMSError):
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            source = image if image.mode in {"L", "CMYK"} else image.convert(mode)
            image = ImageCms.profileToProfile(source, given, srgb, outputMode=mode) or image
    return image.convert(mode)


def _encode(image: Image.Image) -> EncodedImage:
    """Return a PNG if the image has transparent parts or few colours, or else the smaller of a PNG and a JPEG."""
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


class ImageSaver:
    """Saves the avatars, images and video stills of one thread in the folder of snapshots.

    Images of the earlier snapshot are not requested again. Alternative texts that the site's author added to that
    snapshot are preserved where the platform has none.
    """

    def __init__(
        self, folder: Path, send: Callable[[Request], Response], before: Thread | None = None
    ) -> None:
        self.errors: list[str] = []
        self._folder, self._send = folder / MEDIA_FOLDER, send
        self._saved: dict[tuple[str, bool], Media | None] = {}
        people, posts = (before.participants, before.posts) if before else ((), ())
        known = [(it.avatar, True) for it in people if it.avatar]
        known += [(it, False) for post in posts for part in with_quoted(post) for it in part.media]
        self._before = {(_image_url(media), avatar): media for media, avatar in known}
        # The URL of an image may change while the image does not.
        self._texts = {media.file: media.alt for media, _ in known if media.file and media.alt}

    def save(self, thread: Thread) -> Thread:
        """Return the thread with the names and sizes of its image files; those not available have none."""
        posts, people = map(self._post, thread.posts), map(self._author, thread.participants)
        return replace(thread, posts=tuple(posts), participants=tuple(people))

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
            usable = before and before.file and (self._folder / before.file).is_file()
            self._saved[url, avatar] = before if usable else self._fetch(media, url, avatar=avatar)
        if saved := self._saved[url, avatar]:
            media = replace(media, file=saved.file, width=saved.width, height=saved.height)
        alt = media.alt or (before and before.alt) or self._texts.get(media.file or "")
        return replace(media, alt=alt)

    def _fetch(self, media: Media, url: str, *, avatar: bool) -> Media | None:
        try:
            # Servers may call an image application/octet-stream.
            response = self._send(Request(url=url, accept="image/*, */*;q=0.1"))
            image = encode_image(response.body, avatar=avatar)
        except (FetchError, InvalidImage) as error:
            failure = error if isinstance(error, FetchError) else BadResponse(url, str(error))
            self.errors.append(str(failure))
            return None
        name = f"{hashlib.sha256(image.content).hexdigest()}.{image.extension}"
        write_atomic(self._folder / name, image.content)
        return replace(media, file=name, width=image.width, height=image.height)


def _image_url(media: Media) -> str | None:
    return media.still if media.kind == "video" else media.url
