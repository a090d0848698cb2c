"""Parts of posts on Lemmy, PieFed and Mbin: who wrote them, the picture they are, where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from thread_snapshots.assemble import person
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import at, line, text
from sphinx_thread_cards.thread import Author, Media

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef

NSFW = "NSFW"
"""What these platforms write over a post that is not for every eye."""
_PICTURE = re.compile(r".*\.(?:avif|gif|jpe?g|png|webp)", re.IGNORECASE)


def author_of(ref: ThreadRef, user: object) -> Author | None:
    """The author, under the name that other servers know: ``name@host``."""
    name = (line(user, "name") or line(user, "user_name") or line(user, "username") or "").lstrip("@")
    url = safe_link(at(user, "actor_id") or at(user, "ap_id") or at(user, "apProfileId"))
    if not name:
        return None
    handle = name if "@" in name else f"{name}@{urlsplit(url).netloc if url else ref.host}"
    shown = line(user, "display_name") or line(user, "title")
    picture = at(user, "avatar", "storageUrl") or at(user, "avatar")
    return person(handle, shown if shown != name else None, url or f"/u/{name}", picture, base_url=ref.url)


def picture_of(raw: object) -> Media | None:
    """The picture that a post is, or that Mbin shows with it."""
    own = safe_link(at(raw, "image", "sourceUrl")) or safe_link(at(raw, "image", "storageUrl"))
    if own:
        return Media(url=own, alt=text(raw, "image", "altText").strip() or None)
    link, kind = safe_link(at(raw, "url")), at(raw, "url_content_type")
    drawn = kind.startswith("image/") if isinstance(kind, str) else link and _PICTURE.fullmatch(urlsplit(link).path)
    if not link or not (drawn or at(raw, "post_type") == "Image"):
        return None
    return Media(url=link, alt=text(raw, "alt_text").strip() or None)


def thread_url(ref: ThreadRef) -> str:
    """The address of the post that begins the thread, on the server that is cited."""
    path = urlsplit(ref.url).path
    place = "/".join(path.split("/")[:5]) if path.startswith("/m/") else f"/post/{ref.id}"
    return urljoin(ref.url, place)
