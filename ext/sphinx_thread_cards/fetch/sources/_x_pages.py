"""Pages of X that a browser saved, as its scripts had built them, and those of Nitter, a front end.

Nothing documents either; X marks its parts with ``data-testid`` for its own tests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sphinx_thread_cards.fetch import markup
from sphinx_thread_cards.fetch.errors import BadAnswer
from sphinx_thread_cards.fetch.rich_html import from_html
from sphinx_thread_cards.fetch.rich_spans import clean, safe_link
from sphinx_thread_cards.fetch.shape import language, line, when
from sphinx_thread_cards.fetch.sources._nitter import read_nitter
from sphinx_thread_cards.fetch.sources._x_common import Told, address, full_size, time_of_id
from sphinx_thread_cards.thread import Author, Media, Post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from sphinx_thread_cards.fetch.steps import Wish
    from sphinx_thread_cards.model import ThreadRef
    from sphinx_thread_cards.thread import Block

_SITE = "https://x.com"
_PATH = re.compile(r"(?:https?://(?:www\.|mobile\.)?(?:x|twitter)\.com)?/([A-Za-z0-9_]{1,20})/status/([0-9]{1,19})")
# A browser names the file of a picture after the picture.
_PICTURE = re.compile(r"(?:^|/)([A-Za-z0-9_-]{15})(?:\.jpe?g|\.png|\.webp)?$")
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


def _marked(root: _Element, *marks: str) -> list[_Element]:
    return [element for element in root.iter() if element.get("data-testid") in marks]


def _articles(root: _Element) -> Iterator[Told]:
    for article in _marked(root, "tweet"):
        # The time of a quoted post is no link; advertisements have no time.
        times = (time for time in article.iter("time") if (above := time.getparent()) is not None and above.tag == "a")
        time = next(times, None)
        link = time.getparent() if time is not None else None
        status = _PATH.match(link.get("href") or "") if link is not None else None
        if status and time is not None:
            yield _told(article, status[1], status[2], when(time.get("datetime")))


def _told(article: _Element, handle: str, id_: str, posted: str | None) -> Told:
    boxes = [element for element in article.iter("div") if element.get("role") == "link"]
    box = next((box for box in boxes if _marked(box, "User-Name")), None)
    quoted = _quoted(box) if box is not None else None
    if box is not None:
        markup.remove(box)
    text = next(iter(_marked(article, "tweetText")), None)
    portrait = next(iter(_marked(article, "Tweet-User-Avatar")), None)
    picture = next(portrait.iter("img"), None) if portrait is not None else None
    avatar = safe_link(markup.attribute(picture, "src"))
    return Told(
        post=Post(
            id=id_,
            url=address(handle, id_),
            author=handle,
            posted=posted or time_of_id(id_),
            blocks=_words(text),
            media=tuple(_media(article, address(handle, id_))),
            lang=language(text.get("lang")) if text is not None else None,
            quoted=quoted,
        ),
        others=(Author(handle=quoted.author, url=f"{_SITE}/{quoted.author}"),) if quoted else (),
        person=Author(
            handle=handle, name=_name(article), url=f"{_SITE}/{handle}", avatar=Media(url=avatar) if avatar else None
        ),
    )


def _name(article: _Element) -> str | None:
    """The name shown; its emoji are pictures."""
    names = next(iter(_marked(article, "User-Name")), None)
    link = next(names.iter("a"), names) if names is not None else None
    _write_emoji(link)
    shown = markup.line_in(link).partition("@")[0]
    return line(shown)


def _quoted(box: _Element) -> Post | None:
    """The post in the box; without an address where X gives none, it cannot be cited, and is left out."""
    names = next(iter(_marked(box, "User-Name")), None)
    handle = next(iter(re.findall(r"(?<!\S)@([A-Za-z0-9_]{1,20})(?!\S)", markup.line_in(names))), "")
    status = next(filter(None, (_PATH.match(link.get("href") or "") for link in box.iter("a"))), None)
    text = next(iter(_marked(box, "tweetText")), None)
    if not status or not handle:
        return None
    time = next(box.iter("time"), None)
    return Post(
        id=status[2],
        url=address(handle, status[2]),
        author=handle,
        posted=(when(time.get("datetime")) if time is not None else None) or time_of_id(status[2]),
        blocks=_words(text),
        media=tuple(_media(box, address(handle, status[2]))),
    )


def _words(text: _Element | None) -> tuple[Block, ...]:
    """A post's text, in which line breaks are plain ones, emoji are pictures, and addresses stand behind short ones."""
    if text is None:
        return ()
    _write_emoji(text)
    for link in text.iter("a"):
        shown = markup.line_in(link)
        if any(part.get("aria-hidden") for part in link.iter("span")):
            # All of the address is there, but for eyes only a part of it.
            link.set("href", safe_link(shown.rstrip("…")) or link.get("href") or "")
    return from_html(markup.source_of(text).replace("\n", "<br>"), _SITE)


def _write_emoji(element: _Element | None) -> None:
    for image in element.iter("img") if element is not None else ():
        image.set("class", "emoji")


def _media(article: _Element, permalink: str) -> Iterator[Media]:
    for part in _marked(article, "tweetPhoto", "videoPlayer", "videoComponent"):
        video = next(part.iter("video"), None)
        if video is not None:
            yield Media(kind="video", url=permalink, still=safe_link(video.get("poster")))
        for image in part.iter("img") if video is None else ():
            alt, url = clean(image.get("alt")).strip(), _picture(image.get("src") or "")
            if url:
                yield Media(url=full_size(url), alt=None if alt in _NO_ALT else alt)


def _picture(source: str) -> str | None:
    if url := safe_link(source):
        return url if urlsplit(url).netloc == "pbs.twimg.com" else None
    name = _PICTURE.search(source)
    return f"https://pbs.twimg.com/media/{name[1]}?format=jpg" if name else None
