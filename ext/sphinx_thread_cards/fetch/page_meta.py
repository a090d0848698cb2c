"""What a page says of itself in its head: for previews in other places, and which address it is of.

Formats: https://ogp.me (Open Graph), https://developer.x.com/en/docs/x-for-websites/cards; the address: what browsers
write when they save a page, SingleFile's comment, https://html.spec.whatwg.org/#link-type-canonical.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.page_entry import FEDIVERSE, Entry, Told, author_of, rich_of
from sphinx_thread_cards.fetch.page_tree import meta, parse_page
from sphinx_thread_cards.fetch.rich_spans import safe_link
from sphinx_thread_cards.fetch.shape import language, line, when
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.thread import Media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from sphinx_thread_cards.model import ThreadRef

_ONLY_PREVIEW = "only what the page says for previews; save it from the browser once it shows the whole post"
# Both stand in front of the page's own first element, within what browsers add.
_SAVED = re.compile(r"saved from url=\([0-9]{1,6}\)(\S{1,2000})")
_SINGLE_FILE = re.compile(r"(?:saved with|processed by) SingleFile\b[^\n]*(?:\n[^\n]*){0,3}?\n\s*url:\s*(\S{1,2000})")
_START = 20_000
# "Jo Example (@jo@site.example)", as Mastodon, Threads and others write it; X: "Jo Example (@jo) on X".
_PERSON = re.compile(r"(.{0,200}?)\s*\(@([^\s()@]{1,100}(?:@[^\s()@]{1,200})?)\)")
_NUMBERS = re.compile(r"[0-9][0-9.,]*[KM]? (?:likes?|replies|reply|Mal)\b[^.]{0,80}\. ")


def address_of_page(html: str) -> str | None:
    """Which address a page is of, as far as it tells; None if it does not.

    What the browser noted when the page was saved comes first, then what the site says. Only http and https.
    """
    start = html[:_START]
    for pattern in (_SAVED, _SINGLE_FILE):
        match = pattern.search(start)
        if match and (link := safe_link(match[1].removesuffix("-->"))):
            return link
    root = parse_page(html)
    return next(addresses_in(root), None) if root is not None else None


def addresses_in(root: _Element) -> Iterator[str]:
    """The addresses by which the site knows the page."""
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and (href := safe_link(link.get("href"))):
            yield href
    if link_ := safe_link(meta(root, "og:url", "twitter:url")):
        yield link_


def read_preview(root: _Element, ref: ThreadRef, base_url: str) -> Told | None:
    """The post as the page describes it for previews; None if it describes none, or another page."""
    said = meta(root, "og:description", "twitter:description", "description")
    known = list(addresses_in(root))
    if not said or (known and not any(parse_thread_url(url, {ref.host: ref.platform}) for url in known)):
        return None
    heading = line(meta(root, "og:title", "twitter:title"))
    person = _PERSON.search(heading or "")
    name, handle = (person[1], person[2]) if person else (meta(root, "author", "twitter:creator"), "")
    handle = meta(root, "profile:username", "og:profile:username") or handle
    link = safe_link(meta(root, "article:author"))
    text = _NUMBERS.sub("", said, count=1) if ref.platform == "threads" else said
    return Told(
        entries=(
            Entry(
                author=author_of(ref, name, link, handle=handle) if name or handle or link else None,
                title=None if person or ref.platform in FEDIVERSE else heading,
                posted=when(meta(root, "article:published_time", "og:published_time", "og:article:published_time")),
                blocks=rich_of(text, ref, base_url).blocks,
                media=_pictures(root, base_url) if ref.platform != "threads" else (),
                lang=language(meta(root, "og:locale")),
                cut=True,
            ),
        ),
        note=_ONLY_PREVIEW,
    )


def _pictures(root: _Element, base_url: str) -> tuple[Media, ...]:
    """The picture, if it is one of the post: most sites put a face or their own sign where there is none."""
    if meta(root, "twitter:card") not in {"summary_large_image", "player"} and not meta(root, "og:image:alt"):
        return ()
    link = safe_link(meta(root, "og:image", "twitter:image"), base_url)
    alt = meta(root, "og:image:alt", "twitter:image:alt")
    return (Media(url=link, alt=alt),) if link else ()


def is_hidden(root: _Element) -> bool:
    """Whether the page asks machines to keep nothing of it: on sites where its author decides that."""
    words = (meta(root, "robots") or "").lower().replace(",", " ").split()
    return "noindex" in words or "none" in words
