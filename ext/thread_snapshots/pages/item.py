"""Reading the objects of schema.org, whose properties may have no value, one, or a list of several.

Types: https://schema.org/ImageObject, https://schema.org/VideoObject
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import at, count, listed, text
from sphinx_thread_cards.thread import Media

if TYPE_CHECKING:
    from collections.abc import Iterable

Item = dict[str, Any]
"""An object of schema.org as JSON-LD has it."""

_ARTICLES = ("Article", "BlogPosting", "NewsArticle", "TechArticle", "VideoObject", "Clip")
TITLED = frozenset({"DiscussionForumPosting", "Question", *_ARTICLES})
"""Types of posts that have a title of their own."""
TYPES = ("SocialMediaPosting", "DiscussionForumPosting", "Question", "Comment", "Answer", *_ARTICLES)
"""Types of posts; best first, as the page of a question may also call itself an article."""
MEDIA = frozenset({"ImageObject", "VideoObject", "AudioObject", "MediaObject"})
"""Types of what a post holds beside its text."""


def type_of(item: object) -> str:
    """The type, without the vocabulary's address; of several the first that is known here."""
    given = at(item, "@type") or at(item, "type")
    names = [str(name).replace("#", "/").rpartition("/")[2].rpartition(":")[2] for name in listed(given)[:10]]
    return next((name for name in names if name in TYPES or name in MEDIA), names[0] if names else "")


def one(item: object, name: str) -> Any:  # noqa: ANN401 - what JSON holds
    """The first value of a property, which may have several."""
    return next(iter(listed(item, name)), None)


def number(value: object) -> int | None:
    """A count, which may be written as text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12:  # noqa: PLR2004 - digits
        value = int(value)
    return count(value)


def address(value: object) -> str | None:
    """Where a picture is: its address itself, or in an object."""
    if isinstance(value, dict):
        value = one(value, "contentUrl") or one(value, "url") or one(value, "@id")
    return value if isinstance(value, str) else None


def media_of(
    item: Item, shared: Iterable[Item], inside: tuple[Media, ...], base_url: str, page: str
) -> tuple[Media, ...]:
    """Pictures and videos of a post.

    :param shared: what it shares from elsewhere.
    :param inside: those found in its text, which come first.
    :param page: where a video is to be seen that names no place.
    """
    own = [item] if type_of(item) == "VideoObject" else []
    videos = [part for part in (*listed(item.get("video")), *shared, *own) if type_of(part) == "VideoObject"]
    # Sites of questions put their own sign there.
    shown = [] if type_of(item) in {"Question", "Answer"} else listed(item.get("image"))
    pictures = [*shown, *(part for part in shared if type_of(part) == "ImageObject")]
    face = address(one(one(item, "author"), "image"))
    found = list(inside)
    for part in pictures[:20]:
        link = safe_link(address(part), base_url)
        if link and link != safe_link(face, base_url) and not own:
            found.append(Media(url=link, alt=_alt(part)))
    for part in videos[:5]:
        seen = page if part is item else None
        link = seen or safe_link(one(part, "url") or one(part, "embedUrl") or one(part, "contentUrl"), base_url)
        still = safe_link(address(one(part, "thumbnailUrl") or one(part, "thumbnail")), base_url)
        if link or still:
            alt = None if part is item else _alt(part)
            found.append(Media(kind="video", url=link or page, still=still, alt=alt))
    return tuple(
        {(media.url, media.still, media.alt if not media.url else None): media for media in reversed(found)}.values()
    )[::-1]


def _alt(part: object) -> str | None:
    return text(one(part, "caption")).strip() or text(one(part, "description")).strip() or None
