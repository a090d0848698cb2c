"""What hangs on a post of Bluesky: pictures, a video, the preview of a page, a quoted post.

Formats: the lexicons app.bsky.embed.images, gallery, video, external, record and recordWithMedia
(https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/embed), as the AppView shows them (``#view``) and
as repositories keep them, where pictures are blobs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from thread_snapshots.assemble import link_paragraph, links_to
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import at, line, objects, text
from sphinx_thread_cards.thread import Block, Media

if TYPE_CHECKING:
    from collections.abc import Iterator


_RECORD = re.compile(r"at://(did:[a-z]{1,10}:[A-Za-z0-9._:%-]{1,256})/([A-Za-z0-9.]{1,200})/([A-Za-z0-9._:~-]{1,512})")
_PLACES = {
    "app.bsky.feed.post": "profile/{}/post/{}",
    "app.bsky.feed.generator": "profile/{}/feed/{}",
    "app.bsky.graph.list": "profile/{}/lists/{}",
    "app.bsky.graph.starterpack": "starter-pack/{}/{}",
    "app.bsky.labeler.service": "profile/{}",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedded:
    """What was embedded."""

    media: tuple[Media, ...] = ()
    blocks: tuple[Block, ...] = ()
    """Links that the text does not hold."""
    quoted: Any = None
    """The ``viewRecord`` of a quoted post."""


def read_embed(embed: object, base: str, did: str, url: str, blocks: tuple[Block, ...]) -> Embedded:
    """Read an embed, in either form.

    :param base: address of the server that keeps the blobs of a repository.
    :param did: whose repository that is.
    :param url: of the post, where its video is to be seen.
    :param blocks: its text; a link in it is not shown once more.
    """
    # With a quoted post beside pictures: record holds an embed of its own.
    media = at(embed, "media") or embed
    record = at(embed, "record")
    record = at(record, "record") or record
    found = Embedded(
        media=(*_pictures(media, base, did), *_videos(media, base, did, url)),
        blocks=_preview(media, blocks),
    )
    if not record:
        return found
    if at(record, "value"):
        return Embedded(media=found.media, blocks=found.blocks, quoted=record)
    return Embedded(media=found.media, blocks=(*found.blocks, *_link_to(record, blocks)))


def _pictures(embed: object, base: str, did: str) -> Iterator[Media]:
    for image in (*objects(embed, "images"), *objects(embed, "items")):
        url = safe_link(at(image, "fullsize")) or safe_link(at(image, "thumb")) or _blob(at(image, "image"), base, did)
        if url:
            yield Media(url=url, alt=text(image, "alt").strip() or None)


def _videos(embed: object, base: str, did: str, url: str) -> Iterator[Media]:
    if safe_link(at(embed, "playlist")) or _blob(at(embed, "video"), base, did):
        # The list of pieces is for players; people see the video on the post's page.
        still = safe_link(at(embed, "thumbnail"))
        yield Media(kind="video", url=url, still=still, alt=text(embed, "alt").strip() or None)


def _blob(blob: object, base: str, did: str) -> str | None:
    """Where a blob is kept; those of the first months have their ``cid`` beside them."""
    cid = text(blob, "ref", "$link") or text(blob, "cid")
    if not re.fullmatch(r"[A-Za-z0-9]{20,200}", cid):
        return None
    return f"{base}/xrpc/com.atproto.sync.getBlob?did={quote(did, safe=':')}&cid={cid}"


def _preview(embed: object, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    link = safe_link(at(embed, "external", "uri"))
    if not link or links_to(blocks, link):
        return ()
    return (link_paragraph(line(embed, "external", "title"), link),)


def _link_to(record: object, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """A link to a feed, a list or the like, or to a quoted post of which nothing is told.

    What was deleted, or taken back by the quoted author, is not named.
    """
    if any(at(record, name) for name in ("notFound", "blocked", "detached")):
        return ()
    found = _RECORD.fullmatch(text(record, "uri"))
    place = _PLACES.get(found[2]) if found else None
    if not found or not place:
        return ()
    link = f"https://bsky.app/{place.format(found[1], found[3])}"
    title = line(record, "displayName") or line(record, "name") or line(record, "record", "name")
    return () if links_to(blocks, link) else (link_paragraph(title, link),)
