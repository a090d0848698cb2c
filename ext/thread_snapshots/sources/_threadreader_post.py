"""One post on a page of Thread Reader App: its words, its pictures, and what it shows of other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thread_snapshots.assemble import link_paragraph
from thread_snapshots.pages.tree import all_of, first_tag, html_of, line_in, links_in, remove
from thread_snapshots.rich.html import from_html
from thread_snapshots.rich.spans import clean, safe_link
from thread_snapshots.shape import line, segments
from thread_snapshots.sources._x_common import ID, STATUS, address, full_size, time_of_id
from sphinx_thread_cards.thread import Block, Media, Paragraph, Post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element


SITE = "https://threadreaderapp.com"
# What stands beside the words: pictures and previews are read by themselves, the last is a button.
_MEDIA = ("entity-image", "entity-video", "entity-video-gif")
_APART = (*_MEDIA, "entity-embed", "entity-url-preview", "tw-permalink")
# Stands in for an alternative text that there is not.
_NO_ALT = frozenset({"", "Image"})


def content(element: _Element, permalink: str) -> tuple[tuple[Block, ...], tuple[Media, ...], Post | None]:
    """Words, pictures and the quoted post, of which the page has only the address. The element is used up.

    :param permalink: of the post, where its videos are to be seen.
    """
    media = tuple(item for part in all_of(element, *_MEDIA) for item in _media(part, permalink))
    quoted = list(_quoted(element))
    seen = quoted[0] if quoted and isinstance(quoted[0], Post) else None
    links = [link_paragraph(None, item.url) if isinstance(item, Post) else item for item in quoted[bool(seen) :]]
    links += [link for part in all_of(element, "entity-url-preview") if (link := _preview(part))]
    for part in [*_hidden(element), *all_of(element, *_APART)]:
        remove(part)
    _lead_to_x(element)
    return (*from_html(html_of(element), SITE), *links), media, seen


def _media(part: _Element, permalink: str) -> Iterator[Media]:
    videos = list(part.iter("video"))
    for video in videos:
        stills = [video.get("poster"), *(image.get("src") for image in video.iter("img"))]
        yield Media(kind="video", url=permalink, still=next(filter(None, map(_absolute, stills)), None))
    for image in part.iter("img") if not videos else ():
        link = image.getparent()
        around = link.get("href") if link is not None and link.tag == "a" else None
        urls = map(_absolute, (around, image.get("data-src"), image.get("src")))
        if url := next(filter(None, urls), None):
            alt = clean(image.get("alt")).strip()
            yield Media(url=full_size(url), alt=None if alt in _NO_ALT else alt)


def _absolute(url: str | None) -> str | None:
    """An address, but for those that a browser changed when it saved the page, and the blank picture."""
    found = safe_link(url)
    return None if found and found.endswith("/1px.png") else found


def _quoted(element: _Element) -> Iterator[Post | Paragraph]:
    """Posts whose address and author are there, and links to what else the post embeds."""
    for part in all_of(element, "entity-embed"):
        status = next(filter(None, map(STATUS.match, links_in(part, SITE))), None)
        if status:
            handle, id_ = status.groups()
            yield Post(id=id_, url=address(handle, id_), author=handle, posted=time_of_id(id_))
            continue
        for frame in part.iter("iframe"):
            id_, url = frame.get("data-tweet-id") or "", _page_of(safe_link(frame.get("src"), SITE))
            if ID.fullmatch(id_):
                yield link_paragraph(None, address("i", id_))
            elif url:
                yield link_paragraph(None, url)


def _page_of(player: str | None) -> str | None:
    """The page of a video that a player shows."""
    if player and urlsplit(player).path.startswith("/embed/") and "youtube" in urlsplit(player).netloc:
        return f"https://www.youtube.com/watch?v={urlsplit(player).path.split('/')[2]}"
    return player


def _preview(part: _Element) -> Paragraph | None:
    """The title of a linked page, linked; the page's own words about itself are left out."""
    title = line(line_in(first_tag(part, "strong")))
    url = next(links_in(part, SITE), None)
    return link_paragraph(title, url) if title and url else None


def _hidden(element: _Element) -> list[_Element]:
    """Links that a preview below stands for."""
    shown = {url for part in all_of(element, "entity-url-preview") for url in links_in(part, SITE)}
    links = [link for link in all_of(element, "entity-url") if "display: none" in (link.get("style") or "")]
    return [link for link in links if safe_link(link.get("href"), SITE) in shown]


def _lead_to_x(element: _Element) -> None:
    """Tags and names lead to X instead of Thread Reader's own pages."""
    for link in element.iter("a"):
        url = safe_link(link.get("href"), SITE) or ""
        match segments(url) if url.startswith(f"{SITE}/") else []:
            case ["hashtag", tag]:
                link.set("href", f"https://x.com/hashtag/{tag}")
            case ["user", name]:
                link.set("href", f"https://x.com/{name}")
