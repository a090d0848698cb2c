"""Pages of Nitter, a front end of X that needs no scripts: https://github.com/zedeus/nitter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from thread_snapshots.assemble import link_paragraph, list_of
from thread_snapshots.pages.tree import (
    all_of,
    attribute,
    first_of,
    first_tag,
    html_of,
    line_in,
    links_in,
    remove,
)
from thread_snapshots.rich.html import from_html
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import line
from thread_snapshots.sources import _x_common as x
from sphinx_thread_cards.thread import Block, Media, Post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element


# Nitter hands pictures on: /pic/orig/media%2FName.jpg, /pic/media%2FName.jpg%3Fname%3Dsmall
_PICTURE = re.compile(
    r"/(media|ext_tw_video_thumb|amplify_video_thumb|tweet_video_thumb|profile_images)/([A-Za-z0-9_./-]{5,200})"
)


def read_nitter(root: _Element) -> Iterator[x.Told]:
    """The posts of a conversation, those above the given one first, then the answers."""
    for item in all_of(root, "timeline-item"):
        status = _status(item, "tweet-link") or _status(item, "tweet-date")
        if status:
            yield _told(item, *status)


def _status(item: _Element, name: str) -> tuple[str, str] | None:
    found = next(filter(None, map(x.STATUS.match, links_in(first_of(item, name), x.SITE))), None)
    return (found[1], found[2]) if found else None


def _told(item: _Element, handle: str, id_: str) -> x.Told:
    box = first_of(item, "quote")
    quoted = _quoted(box) if box is not None else None
    if box is not None:
        remove(box)
    username = line_in(first_of(item, "username")).removeprefix("@")
    handle = username if x.HANDLE.fullmatch(username) else handle
    portrait = first_of(item, "tweet-avatar", "avatar")
    avatar = _picture(attribute(first_tag(portrait, "img"), "src"))
    return x.Told(
        post=Post(
            id=id_,
            url=x.address(handle, id_),
            author=handle,
            posted=_time(item, id_),
            blocks=(*_words(first_of(item, "tweet-content")), *_card(item)),
            media=tuple(_media(item, x.address(handle, id_))),
            quoted=quoted,
        ),
        person=x.author_of(handle, line(line_in(first_of(item, "fullname"))), avatar),
    )


def _time(item: _Element, id_: str) -> str | None:
    link = first_tag(first_of(item, "tweet-date"), "a")
    return x.time_of_id(id_) or x.time_of_words(attribute(link, "title"))


def _quoted(box: _Element) -> Post | None:
    status = _status(box, "quote-link")
    if status is None:
        return None
    handle, id_ = status
    return Post(
        id=id_,
        url=x.address(handle, id_),
        author=handle,
        posted=_time(box, id_),
        blocks=_words(first_of(box, "quote-text")),
        media=tuple(_media(box, x.address(handle, id_))),
    )


def _words(part: _Element | None) -> tuple[Block, ...]:
    """A post's text, in which line breaks are plain ones; names and tags lead to X."""
    if part is None:
        return ()
    for link in part.iter("a"):
        shown = line_in(link)
        if shown.startswith("@"):
            link.set("href", f"/{shown[1:]}")
        elif shown.startswith("#"):
            link.set("href", f"/hashtag/{shown[1:]}")
    return from_html(html_of(part).replace("\n", "<br>"), x.SITE)


def _card(item: _Element) -> Iterator[Block]:
    """The title of a linked page, linked; the choices of a poll."""
    card = first_of(item, "card-container")
    title = line(line_in(first_of(card, "card-title")))
    url = next(links_in(card, x.SITE), None)
    if title and url:
        yield link_paragraph(title, url)
    choices = (line(line_in(part)) for part in all_of(item, "poll-choice-option"))
    yield from list_of(choices)


def _media(item: _Element, permalink: str) -> Iterator[Media]:
    for part in all_of(item, "attachment"):
        video = first_tag(part, "video")
        if video is not None or "video-container" in (part.get("class") or ""):
            still = _picture(attribute(video, "poster") or attribute(first_tag(part, "img"), "src"))
            yield Media(kind="video", url=permalink, still=still)
            continue
        for image in part.iter("img"):
            link = image.getparent()
            href = attribute(link, "href") if link is not None and link.tag == "a" else ""
            if url := _picture(href) or _picture(image.get("src") or ""):
                yield Media(url=f"{url}?name=orig", alt=attribute(image, "alt") or None)


def _picture(path: str) -> str | None:
    """Where X has a picture that Nitter hands on; one whose x.address is written in code cannot be told."""
    found = _PICTURE.search(unquote(path))
    return safe_link(f"https://pbs.twimg.com/{found[1]}/{found[2]}") if found else None
