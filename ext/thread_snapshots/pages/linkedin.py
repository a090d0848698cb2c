"""A post on LinkedIn as a browser saves it, of somebody who is logged in or not.

LinkedIn documents none of it; the classes are those that its pages had from 2022 to 2026. Its public pages describe
themselves in JSON-LD, which some ways of saving leave out; their classes are read too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from thread_snapshots.assemble import link_paragraph
from thread_snapshots.pages.entry import MOST_ENTRIES, Entry, Told, author_of
from thread_snapshots.pages.tree import all_of, first_of, html_of, line_in, links_in, outermost, outside
from thread_snapshots.rich.html import read_html
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich.tags import classes
from thread_snapshots.shape import when
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.platforms.linkedin import posted
from sphinx_thread_cards.thread import Author, Block, Media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from sphinx_thread_cards.urls import ThreadRef

_SITE = "https://www.linkedin.com/"
_NUMBER = re.compile(r"[0-9]{15,19}")
_URN = re.compile(r"urn:li:(activity|share|ugcPost):([0-9]{15,19})")
_POSTS = ("feed-shared-update-v2", "main-feed-activity-card")
_URNS = ("data-urn", "data-activity-urn", "data-attributed-urn", "data-featured-activity-urn")
# How public pages name the parts of a post: public_post_feed-actor-name, public_post_comment_actor-name.
_TRACKED = "data-tracking-control-name"
_TEXTS = (
    "update-components-text",
    "feed-shared-text",
    "feed-shared-inline-show-more-text",
    "attributed-text-segment-list__content",
)
_NAMES = ("update-components-actor__title", "update-components-actor__name", "feed-shared-actor__name")
_LINKS = ("update-components-actor__meta-link", "update-components-actor__image", "feed-shared-actor__container-link")
_PICTURES = ("update-components-image", "feed-shared-image", "feed-images-content")
_COMMENTS = ("comments-comment-entity", "comments-comment-item", "comments-reply-item", "comment")
_COMMENT_TEXTS = (
    "comments-comment-item__main-content",
    "comments-comment-item-content-body",
    "update-components-text",
    "comment__text",
    "attributed-text-segment-list__content",
)
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
    posts = list(outermost(root, _POSTS))
    number = _NUMBER.search(ref.id)
    asked = [post for post in posts if number and number[0] in _urns(post)]
    # A post has two numbers, and an address may have either.
    of_post = parse_thread_url(base_url) is not None
    post = next(iter(asked or (posts if of_post or len(posts) == 1 else [])), None)
    if post is None:
        return None
    entries = [_entry(post, ref, base_url), *_comments(post, ref, base_url)][:MOST_ENTRIES]
    return Told(entries=tuple(entries)) if entries[0].blocks or entries[0].media or entries[0].quoted else None


def _entry(post: _Element, ref: ThreadRef, base_url: str) -> Entry:
    parts = outside(post, (*_COMMENTS, *_QUOTES))
    quote = first_of(post, *_QUOTES)
    urn = _URN.search(_urns(post))
    return Entry(
        author=_author(parts, _NAMES, _LINKS, ref),
        posted=when(posted(urn[2])) if urn else None,
        blocks=(*_text(_first(parts, _TEXTS), base_url), *_preview(parts)),
        media=tuple(_media(parts)),
        quoted=_quoted(quote, ref, base_url) if quote is not None else None,
    )


def _urns(post: _Element) -> str:
    """What the post is called: by its activity first."""
    return " ".join(post.get(name) or "" for name in _URNS)


def _first(elements: list[_Element], names: tuple[str, ...]) -> _Element | None:
    return next((element for name in names for element in elements if name in classes(element)), None)


def _text(content: _Element | None, base_url: str) -> tuple[Block, ...]:
    if content is None:
        return ()
    for said_twice in all_of(content, "visually-hidden"):
        del said_twice[:]
        said_twice.text = None
    html = html_of(content)
    # Public pages leave the breaking of lines to a style.
    html = html.replace("\n", "<br>") if "whitespace-pre-wrap" in classes(content) else html
    return read_html(html, base_url).blocks


def _author(parts: list[_Element], names: tuple[str, ...], links: tuple[str, ...], ref: ThreadRef) -> Author | None:
    public = next((part for part in parts if (part.get(_TRACKED) or "").endswith("actor-name")), None)
    name, link = (public, public) if public is not None else (_first(parts, names), _first(parts, links))
    if name is None:
        return None
    # The name stands there twice, once for screen readers; badges follow in elements of their own.
    shown = next((part for part in name.iter("span") if part.get("aria-hidden") == "true"), name)
    return author_of(ref, line_in(shown), next(links_in(link, _SITE), "").partition("?")[0])


def _preview(parts: list[_Element]) -> Iterator[Block]:
    card = _first(parts, ("update-components-article", "feed-shared-article"))
    if link := next(links_in(card, _SITE), None):
        title = line_in(first_of(card, "update-components-article__title", "feed-shared-article__title"))
        yield link_paragraph(title or None, link)


def _media(parts: list[_Element]) -> Iterator[Media]:
    seen = set()
    for element in parts:
        if classes(element).isdisjoint(_PICTURES):
            continue
        for image in element.iter("img"):
            link, alt = safe_link(image.get("src")), (image.get("alt") or "").strip()
            if image not in seen and (link or alt):
                seen.add(image)
                yield Media(url=link, alt=alt or None)


def _quoted(quote: _Element, ref: ThreadRef, base_url: str) -> Entry | None:
    content = first_of(quote, *_TEXTS)
    author = _author(outside(quote, ()), _NAMES, _LINKS, ref)
    if content is None or author is None:
        return None
    links = [link.get("href") for link in all_of(quote, "update-components-mini-update-v2__link-to-details-page")]
    urn = _URN.search(" ".join([quote.get("data-urn") or "", *(href or "" for href in links)]))
    url = f"{_SITE}feed/update/urn:li:{urn[1]}:{urn[2]}" if urn else None
    time = when(posted(urn[2])) if urn else None
    return Entry(author=author, url=url, blocks=_text(content, base_url), posted=time)


def _comments(post: _Element, ref: ThreadRef, base_url: str) -> Iterator[Entry]:
    last = 0
    for place, comment in enumerate(all_of(post, *_COMMENTS), 1):
        numbers = _NUMBER.findall(comment.get("data-id") or "")
        parts = outside(comment, _COMMENTS)
        reply = not _REPLIES.isdisjoint(classes(comment))
        yield Entry(
            author=_author(parts, _COMMENT_NAMES, _COMMENT_LINKS, ref),
            id=numbers[-1] if numbers else "",
            above=last if reply else 0,
            posted=when(posted(numbers[-1])) if numbers else None,
            blocks=_text(_first(parts, _COMMENT_TEXTS), base_url),
        )
        last = last if reply else place
