"""What a page says of itself in its head: for previews in other places, and which address it is of.

Formats: https://ogp.me (Open Graph), https://developer.x.com/en/docs/x-for-websites/cards; the address: what browsers
write when they save a page, SingleFile's comment, https://html.spec.whatwg.org/#link-type-canonical.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from thread_snapshots.pages.entry import FEDIVERSE, Entry, Told, author_of, rich_of
from thread_snapshots.pages.tree import metas, parse_page
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import language, line, when
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.thread import Author, Media

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

    from sphinx_thread_cards.urls import ThreadRef

_ONLY_PREVIEW = "only what the page says for previews; save it from the browser once it shows the whole post"
# Both stand in front of the page's own first element, within what browsers add.
_SAVED = re.compile(r"saved from url=\([0-9]{1,6}\)(\S{1,2000})")
_SINGLE_FILE = re.compile(r"(?:saved with|processed by) SingleFile\b[^\n]*(?:\n[^\n]*){0,3}?\n\s*url:\s*(\S{1,2000})")
_START = 20_000
# "Jo Example (@jo@site.example)", as Mastodon, Threads and others write it; X: "Jo Example (@jo) on X".
_PERSON = re.compile(r"(.{0,200}?)\s*\(@([^\s()@]{1,100}(?:@[^\s()@]{1,200})?)\)")
# "Jo Example on X": what X called its pages before it named handles, with the words of the post in quotation marks.
_ON_X = re.compile(r"(.{1,200}) on (?:X|Twitter)()")
_IN_QUOTES = re.compile("^\N{LEFT DOUBLE QUOTATION MARK}(.*)\N{RIGHT DOUBLE QUOTATION MARK}$", re.DOTALL)
# Where a post of Reddit has no words, or where Reddit tells none of them.
_VOTES = re.compile(r"(?:[^-]{0,100} - )?[0-9][0-9.,]*[KMkm]? votes? and [0-9][0-9.,]*[KMkm]? comments?\b.{0,50}")
_NUMBERS = re.compile(r"[0-9][0-9.,]*[KM]? (?:likes?|replies|reply|Mal)\b[^.]{0,80}\. ")


def address_of_page(html: str) -> str | None:
    """Which address a page is of, as far as it tells; None if it does not.

    What the browser noted when the page was saved comes first, then what the site says. Only http and https.
    """
    return _noted(html) or next(addresses_in(parse_page(html)), None)


def address_in(html: str, root: _Element) -> str | None:
    """As :func:`address_of_page`, where the page is parsed already."""
    return _noted(html) or next(addresses_in(root), None)


def _noted(html: str) -> str | None:
    start = html[:_START]
    for pattern in (_SAVED, _SINGLE_FILE):
        match = pattern.search(start)
        if match and (link := safe_link(match[1].removesuffix("-->"))):
            return link
    return None


def addresses_in(root: _Element) -> Iterator[str]:
    """The addresses by which the site knows the page."""
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and (href := safe_link(link.get("href"))):
            yield href
    said = metas(root)
    if href := safe_link(_first(said, "og:url", "twitter:url")):
        yield href


def _first(said: Mapping[str, str], *names: str) -> str | None:
    """What the first of these names says; None if none says anything."""
    return next((said[name] for name in names if name in said), None)


def read_preview(root: _Element, ref: ThreadRef, base_url: str) -> Told | None:
    """The post as the page describes it for previews; None if it describes none, or another page."""
    said = metas(root)
    text = _first(said, "og:description", "twitter:description", "description")
    known = list(addresses_in(root))
    if not text or _VOTES.fullmatch(text):
        return None
    if known and not any(parse_thread_url(url, {ref.host: ref.platform}) for url in known):
        return None
    heading = line(_first(said, "og:title", "twitter:title"))
    person = _PERSON.search(heading or "")
    if ref.platform == "x" and (name := _ON_X.fullmatch(heading or "")):
        person, text = name, _IN_QUOTES.sub(r"\1", text)
    text = _NUMBERS.sub("", text, count=1) if ref.platform == "threads" else text
    entry = Entry(
        author=_author(said, person, ref),
        title=None if person or ref.platform in FEDIVERSE else heading,
        posted=when(_first(said, "article:published_time", "og:published_time", "og:article:published_time")),
        blocks=rich_of(text, ref, base_url).blocks,
        media=_pictures(said, base_url) if ref.platform != "threads" else (),
        lang=language(_first(said, "og:locale")),
        cut=True,
    )
    return Told(entries=(entry,), note=_ONLY_PREVIEW)


def _author(said: Mapping[str, str], person: re.Match[str] | None, ref: ThreadRef) -> Author | None:
    name = person[1] if person else _first(said, "author", "twitter:creator")
    handle = _first(said, "profile:username", "og:profile:username") or (person[2] if person else "")
    handle = handle or (ref.author or "" if ref.platform == "x" else "")
    return author_of(ref, name, safe_link(_first(said, "article:author")), handle=handle)


def _pictures(said: Mapping[str, str], base_url: str) -> tuple[Media, ...]:
    """The picture, if it is one of the post: most sites put a face or their own sign where there is none."""
    alt = _first(said, "og:image:alt", "twitter:image:alt")
    if _first(said, "twitter:card") not in {"summary_large_image", "player"} and not alt:
        return ()
    link = safe_link(_first(said, "og:image", "twitter:image"), base_url)
    return (Media(url=link, alt=alt),) if link else ()


def is_hidden(root: _Element) -> bool:
    """Whether the page asks machines to keep nothing of it: on sites where its author decides that."""
    words = metas(root).get("robots", "").lower().replace(",", " ").split()
    return "noindex" in words or "none" in words
