"""Pages of X that a browser saved, as its scripts had built them, and those of Nitter, a front end.

Nothing documents either. Until 2026 X marked its parts with ``data-testid``, for its own tests; the pages that it shows
since then to those who are not logged in have no marks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thread_snapshots.errors import BadAnswer
from thread_snapshots.pages.tree import attribute, first_tag, html_of, line_in, remove, spell_pictures
from thread_snapshots.rich.html import from_html
from thread_snapshots.rich.spans import clean, safe_link
from thread_snapshots.shape import language, line, segments, when
from thread_snapshots.sources._nitter import read_nitter
from thread_snapshots.sources._x_common import SITE, Told, address, author_of, full_size, time_of_id
from sphinx_thread_cards.thread import Block, Media, Paragraph, Post, Quote, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from thread_snapshots.steps import Wish
    from sphinx_thread_cards.urls import ThreadRef

_PATH = re.compile(
    r"(?:https?://(?:www\.|mobile\.)?(?:x|twitter)\.com)?/([A-Za-z0-9_]{1,20})/status/([0-9]{1,19})(/(?:photo|video)/.*)?"
)
# A browser names the file of a picture after the picture.
_PICTURE = re.compile(r"(?:^|/)([A-Za-z0-9_-]{15})(?:\.jpe?g|\.png|\.webp)?$")
_THUMB = re.compile(r"https://pbs\.twimg\.com/[a-z_]*video_thumb/")
_NO_ALT = frozenset({"", "Image"})


def read_page(root: _Element, ref: ThreadRef, wish: Wish) -> list[Told]:
    """The posts on a page: those of the given post's author, or all, in the page's order.

    :raises BadAnswer: if the given post is not among them.
    """
    told = {item.post.id: item for item in [*_articles(root), *read_nitter(root)]}
    if ref.id not in told:
        raise BadAnswer(ref.url, f"post {ref.id} is not on the page")
    author = told[ref.id].post.author
    return [item for item in told.values() if wish.replies or item.post.author == author]


def _marked(root: _Element, mark: str) -> _Element | None:
    return next((element for element in root.iter() if element.get("data-testid") == mark), None)


def _articles(root: _Element) -> Iterator[Told]:
    for article in list(root.iter("article")):
        box = next(
            (part for part in article.iter("div") if part.get("role") == "link" and _words_of(part) is not None), None
        )
        quoted = _quoted(box) if box is not None else None
        if box is not None:
            remove(box)
        status, time = _status(article)
        # Advertisements have no time, and no address of their own.
        if status:
            yield _told(article, status[1], status[2], when(attribute(time, "datetime")), quoted)


def _status(article: _Element) -> tuple[re.Match[str] | None, _Element | None]:
    """The post's own address, and its time: the link around the time, or else the first that leads to a post."""
    links = [(link, status) for link in article.iter("a") if (status := _PATH.fullmatch(link.get("href") or ""))]
    dated = next(((status, time) for link, status in links for time in link.iter("time")), None)
    plain = next((status for _, status in links if not status[3]), None)
    return dated or (plain, None)


def _words_of(article: _Element) -> _Element | None:
    """The element that holds a post's words."""
    found = _marked(article, "tweetText")
    if found is not None or _marked(article, "User-Name") is not None:
        return found
    return next((part for part in article.iter("div") if part.get("dir") == "auto"), None)


def _told(article: _Element, handle: str, id_: str, posted: str | None, quoted: Post | Quote | None) -> Told:
    words, post = _words_of(article), quoted if isinstance(quoted, Post) else None
    avatar = next(filter(None, (safe_link(image.get("src")) for image in article.iter("img"))), "")
    return Told(
        post=Post(
            id=id_,
            url=address(handle, id_),
            author=handle,
            posted=posted or time_of_id(id_),
            blocks=(*_words(words), *([quoted] if isinstance(quoted, Quote) else [])),
            media=tuple(dict.fromkeys(_media(article, address(handle, id_)))),
            lang=language(attribute(words, "lang")),
            quoted=post,
        ),
        person=author_of(handle, _name(article, handle), avatar if "/profile_images/" in avatar else None),
    )


def _name(article: _Element, handle: str) -> str | None:
    """The name shown, in which emoji are pictures; it links to the author, as does the handle behind it."""
    for link in article.iter("a"):
        if segments(safe_link(link.get("href"), SITE) or "") == [handle]:
            spell_pictures(link)
            shown = line_in(link)
            if shown and not shown.startswith("@"):
                return line(shown)
    return None


def _quoted(box: _Element) -> Post | Quote | None:
    """The post in the box, or its words alone where X gives no address of it."""
    links = [status for link in box.iter("a") if (status := _PATH.fullmatch(link.get("href") or ""))]
    words, name = _words(_words_of(box)), line_in(_marked(box, "User-Name")).partition("@")[0].strip()
    if not links:
        said_by = (Paragraph(spans=(Span(text=name, strong=True),)),) if name else ()
        return Quote(blocks=(*said_by, *words)) if words else None
    handle, id_ = links[0][1], links[0][2]
    return Post(
        id=id_,
        url=address(handle, id_),
        author=handle,
        posted=when(attribute(first_tag(box, "time"), "datetime")) or time_of_id(id_),
        blocks=words,
        media=tuple(dict.fromkeys(_media(box, address(handle, id_)))),
    )


def _words(element: _Element | None) -> tuple[Block, ...]:
    """A post's text, in which line breaks are plain ones, emoji are pictures, and addresses stand behind short ones."""
    if element is None:
        return ()
    spell_pictures(element)
    for inner in list(element.iter("div"))[1:]:
        inner.tag = "span"  # a name stands in one, shown in line
    for button in list(element.iter("button")):
        remove(button)
    for link in element.iter("a"):
        if any(part.get("aria-hidden") for part in link.iter("span")):
            # All of the address is there, but for eyes only a part of it.
            link.set("href", safe_link(line_in(link).rstrip("…")) or link.get("href") or "")
    return from_html(html_of(element).replace("\n", "<br>"), SITE)


def _media(article: _Element, permalink: str) -> Iterator[Media]:
    card = _marked(article, "card.wrapper")
    inside = set(card.iter("img")) if card is not None else set()
    for part in article.iter("img", "video"):
        source = part.get("src") or ""
        if part.tag == "video" or _THUMB.match(source):
            still = safe_link(part.get("poster")) if part.tag == "video" else safe_link(source)
            if still or not any(_THUMB.match(image.get("src") or "") for image in article.iter("img")):
                yield Media(kind="video", url=permalink, still=still)
        elif part not in inside and (url := _picture(source)):
            alt = clean(part.get("alt")).strip()
            yield Media(url=full_size(url), alt=None if alt in _NO_ALT else alt)


def _picture(source: str) -> str | None:
    """Where X has a picture of a post; None for faces, emoji and icons."""
    if url := safe_link(source):
        parts = urlsplit(url)
        return url if parts.netloc == "pbs.twimg.com" and parts.path.startswith("/media/") else None
    name = _PICTURE.search(source)
    return f"https://pbs.twimg.com/media/{name[1]}?format=jpg" if name else None
