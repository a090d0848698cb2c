"""A post on LinkedIn as the browser of somebody who is logged in saves it.

LinkedIn documents none of it; the classes are those that its pages had from 2022 to 2026, and the attributes that they
have since. Its public pages describe themselves (JSON-LD).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.assemble import link_paragraph
from sphinx_thread_cards.fetch.page_entry import MOST_ENTRIES, Entry, Told, author_of
from sphinx_thread_cards.fetch.page_tree import all_of, first_of, html_of, line_in
from sphinx_thread_cards.fetch.rich_html import read_html
from sphinx_thread_cards.fetch.rich_spans import safe_link
from sphinx_thread_cards.fetch.rich_tags import classes
from sphinx_thread_cards.fetch.shape import when
from sphinx_thread_cards.platforms.linkedin import posted
from sphinx_thread_cards.thread import Media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from sphinx_thread_cards.model import ThreadRef
    from sphinx_thread_cards.thread import Author, Block

_SITE = "https://www.linkedin.com/"
_NUMBER = re.compile(r"[0-9]{15,19}")
_URN = re.compile(r"urn:li:(activity|share|ugcPost):([0-9]{15,19})")
_TEXTS = (
    "update-components-text",
    "feed-shared-text",
    "feed-shared-inline-show-more-text",
    "attributed-text-segment-list__content",
)
_NAMES = ("update-components-actor__title", "update-components-actor__name", "feed-shared-actor__name")
_LINKS = ("update-components-actor__meta-link", "update-components-actor__image", "feed-shared-actor__container-link")
_PICTURES = ("update-components-image", "feed-shared-image", "update-components-image__image")
_COMMENTS = ("comments-comment-entity", "comments-comment-item", "comments-reply-item")
_COMMENT_TEXTS = ("comments-comment-item__main-content", "comments-comment-item-content-body", "update-components-text")
_COMMENT_NAMES = ("comments-comment-meta__description-title", "comments-post-meta__name-text")
_COMMENT_LINKS = (
    "comments-comment-meta__description-container",
    "comments-comment-meta__image-link",
    "comments-post-meta__actor-link",
)
_REPLIES = frozenset({"comments-comment-entity--reply", "comments-reply-item"})
_QUOTES = ("feed-shared-update-v2__update-content-wrapper", "update-components-mini-update-v2")


def read_feed(root: _Element, ref: ThreadRef, base_url: str) -> Told | None:
    """The post and the comments that were unfolded; None if there is no post in the page."""
    posts = list(all_of(root, "feed-shared-update-v2"))
    number = _NUMBER.search(ref.id)
    asked = [post for post in posts if number and number[0] in (post.get("data-urn") or "")]
    post = next(iter(asked or posts[:1]), None)
    if post is None or (len(posts) > 1 and not asked):
        return None
    entries = [_entry(post, ref, base_url), *_comments(post, ref, base_url)][:MOST_ENTRIES]
    return Told(entries=tuple(entries)) if entries[0].blocks or entries[0].media or entries[0].quoted else None


def _entry(post: _Element, ref: ThreadRef, base_url: str) -> Entry:
    outside = _outside(post, _COMMENTS, _QUOTES)
    content = _first(outside, _TEXTS)
    rich = read_html(html_of(content), base_url) if content is not None else None
    quote = first_of(post, *_QUOTES)
    urn = _URN.search(post.get("data-urn") or "")
    time = posted(urn[2]) if urn else None
    return Entry(
        author=_author(_first(outside, _NAMES), _first(outside, _LINKS), ref),
        posted=when(time.isoformat()) if time else None,
        blocks=(*(rich.blocks if rich else ()), *_preview(outside)),
        media=tuple(_media(outside)),
        quoted=_quoted(quote, ref, base_url) if quote is not None else None,
    )


def _outside(post: _Element, *apart: tuple[str, ...]) -> list[_Element]:
    """What is in the post, without what is in comments and quoted posts."""
    left_out = {inner for names in apart for part in all_of(post, *names) for inner in (part, *part.iterdescendants())}
    return [element for element in post.iterdescendants() if element not in left_out]


def _first(elements: list[_Element], names: tuple[str, ...]) -> _Element | None:
    return next((element for name in names for element in elements if name in classes(element)), None)


def _author(name: _Element | None, link: _Element | None, ref: ThreadRef, handle: str = "") -> Author | None:
    # The name stands there twice, once for screen readers; badges follow in elements of their own.
    shown = (
        next((part for part in name.iter("span") if part.get("aria-hidden") == "true"), name)
        if name is not None
        else None
    )
    href = next((part.get("href") for part in link.iter("a") if part.get("href")), None) if link is not None else None
    profile = (safe_link(href, _SITE) or "").partition("?")[0]
    return author_of(ref, line_in(shown), profile or None, handle=handle)


def _preview(outside: list[_Element]) -> Iterator[Block]:
    card = _first(outside, ("update-components-article", "feed-shared-article"))
    link = (
        next((safe_link(part.get("href")) for part in card.iter("a") if part.get("href")), None)
        if card is not None
        else None
    )
    if card is not None and link:
        yield link_paragraph(
            line_in(first_of(card, "update-components-article__title", "feed-shared-article__title")) or None, link
        )


def _media(outside: list[_Element]) -> Iterator[Media]:
    seen = set()
    for element in outside:
        if classes(element).isdisjoint(_PICTURES):
            continue
        for image in element.iter("img"):
            link, alt = safe_link(image.get("src")), (image.get("alt") or "").strip()
            if image not in seen and (link or alt):
                seen.add(image)
                yield Media(url=link, alt=alt or None)


def _quoted(quote: _Element, ref: ThreadRef, base_url: str) -> Entry | None:
    content = first_of(quote, *_TEXTS)
    author = _author(first_of(quote, *_NAMES), first_of(quote, *_LINKS), ref)
    if content is None or author is None:
        return None
    links = [link.get("href") for link in all_of(quote, "update-components-mini-update-v2__link-to-details-page")]
    urn = _URN.search(" ".join([quote.get("data-urn") or "", *(href or "" for href in links)]))
    url = f"{_SITE}feed/update/urn:li:{urn[1]}:{urn[2]}" if urn else None
    time = posted(urn[2]) if urn else None
    blocks = read_html(html_of(content), base_url).blocks
    return Entry(author=author, url=url, blocks=blocks, posted=when(time.isoformat()) if time else None)


def _comments(post: _Element, ref: ThreadRef, base_url: str) -> Iterator[Entry]:
    last = 0
    for place, comment in enumerate(all_of(post, *_COMMENTS), 1):
        numbers = _NUMBER.findall(comment.get("data-id") or "")
        outside = _outside(comment, _COMMENTS)
        content = _first(outside, _COMMENT_TEXTS)
        reply = not _REPLIES.isdisjoint(classes(comment))
        time = posted(numbers[-1]) if numbers else None
        yield Entry(
            author=_author(_first(outside, _COMMENT_NAMES), _first(outside, _COMMENT_LINKS), ref),
            id=numbers[-1] if numbers else "",
            above=last if reply else 0,
            posted=when(time.isoformat()) if time else None,
            blocks=read_html(html_of(content), base_url).blocks if content is not None else (),
        )
        last = last if reply else place
