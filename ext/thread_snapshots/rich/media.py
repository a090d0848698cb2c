"""Pictures, videos and previews in HTML: kept apart as media, or as text that leads to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thread_snapshots.rich.spans import clean, safe_link
from thread_snapshots.rich.tags import classes_above, text_in
from sphinx_thread_cards.thread import Block, Media, Span

if TYPE_CHECKING:
    from lxml.etree import _Element


_PICTURE = re.compile(r".*\.(?:avif|gif|jpe?g|png|svg|webp)", re.IGNORECASE)
# The heading's link comes first in the preview of a page; other previews have just a link.
_TITLES = (".//h3//a", ".//h4//a", ".//a")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rich:
    """What a post holds: blocks, and its pictures and videos apart from them, in order."""

    blocks: tuple[Block, ...]
    media: tuple[Media, ...] = ()


def picture(element: _Element, base_url: str, style: Span, *, apart: bool) -> Media | Span:
    """A picture; as text where it is the text of a link to something else.

    :param style: of the text around; its link may lead to the picture in full size, as GitHub and Discourse write it.
    """
    src, around = safe_link(element.get("src"), base_url), style.href
    alt = clean(element.get("alt")).strip()
    larger = around and (
        around == src or "lightbox" in classes_above(element) or _PICTURE.fullmatch(urlsplit(around).path)
    )
    if apart and (larger or (src and not around)):
        return Media(url=around if larger else src, alt=alt or None)
    title = clean(element.get("title")).strip()
    return replace(style, text=alt or title or around or src or "", href=around or src)


def video(element: _Element, base_url: str, style: Span, *, apart: bool) -> Media | Span:
    """A video, or a recording, which is text always; Discourse names a video in an attribute of its own."""
    sources = (
        element.get("data-video-src"),
        element.get("src"),
        *(inner.get("src") for inner in element.iter("source")),
    )
    url = next(filter(None, (safe_link(src, base_url) for src in sources)), None)
    if url and apart and element.tag != "audio":
        return Media(kind="video", url=url, alt=clean(element.get("title")).strip() or None)
    return replace(style, text=url or "", href=url)


def preview(element: _Element, base_url: str, style: Span) -> Span:
    """Discourse's preview of another page: its title, linked; the rest was not written by the post's author."""
    links = (element.find(path) for path in _TITLES)
    link = next((link for link in links if link is not None), None)
    title = " ".join(text_in(link).split()) if link is not None else ""
    href = safe_link(element.get("data-onebox-src"), base_url)
    if link is not None and not href:
        href = safe_link(link.get("href"), base_url)
    return replace(style, text=title or href or "", href=href)
