"""Posts that a page marks by classes, as microformats2 has them.

Format: https://microformats.org/wiki/h-entry; Mastodon before 4.0: ``app/views/statuses`` of its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lxml import etree

from thread_snapshots.pages.entry import FEDIVERSE, MOST_ENTRIES, Entry, Told, author_of, is_of
from thread_snapshots.pages.tree import attribute, first_of, first_tag, html_of, line_in, links_in
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich.tags import classes
from thread_snapshots.rich_text import read_html
from thread_snapshots.shape import language, line, when
from sphinx_thread_cards.thread import Author, Media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from sphinx_thread_cards.urls import ThreadRef

_POSTS = frozenset({"h-entry", "h-cite"})
_CONTENT = frozenset({"e-content", "p-content", "content"})
_CARDS = frozenset({"h-card", "p-author", "u-author"})


@dataclass(slots=True)
class _Marked:
    """A post on the page: the elements in it, apart from those of posts and persons in it."""

    element: _Element
    parts: list[_Element]
    content: _Element | None = None
    author: _Element | None = None

    def first(self, *names: str) -> _Element | None:
        """The first part with the first of these classes that there is."""
        return next((part for name in names for part in self.parts if name in classes(part)), None)


def read_marked(root: _Element, ref: ThreadRef, base_url: str) -> Told | None:
    """The thread that is marked on a page; None if there is none."""
    found = [post for post in _posts(root) if post.content is not None or _media_of(post, base_url)]
    entries = tuple(_entry(post, ref, base_url) for post in found)
    # Some sites mark each story in a list of many.
    main = any("entry-center" in classes(post.element) for post in found)
    of_it = main or any(is_of(entry.url, ref) for entry in entries)
    return Told(entries=entries) if entries and (of_it or len(entries) == 1) else None


def _posts(root: _Element) -> list[_Marked]:
    """The posts in the order of the page, whether beside or in each other."""
    done: list[_Marked] = []
    open_: list[_Marked] = []
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in cast("Iterator[tuple[str, _Element]]", walker):
        if event == "end":
            if open_ and open_[-1].element is element:
                open_.pop()
            continue
        own = classes(element)
        if not own.isdisjoint(_POSTS) and len(done) < MOST_ENTRIES:
            done.append(_Marked(element, [element]))
            open_.append(done[-1])
        elif open_ and _takes(open_[-1], element, own):
            walker.skip_subtree()
    return done


def _takes(post: _Marked, element: _Element, own: frozenset[str]) -> bool:
    """Note an element of a post; whether it is one that is read with all that it holds."""
    if not own.isdisjoint(_CONTENT):
        post.content = element if post.content is None else post.content
        return True
    if not own.isdisjoint(_CARDS):
        post.author = element if post.author is None else post.author
        return True
    post.parts.append(element)
    return False


def _entry(post: _Marked, ref: ThreadRef, base_url: str) -> Entry:
    rich = read_html(html_of(post.content), base_url)
    name, summary = post.first("p-name"), post.first("p-summary")
    timed = post.first("dt-published")
    posted = when(
        _time(timed if timed is not None else next((part for part in post.parts if part.tag == "time"), None))
    )
    edited = when(_time(post.first("dt-updated")))
    # The name of a note is its text; then what is in the name is the content, which is no part.
    named = name is not None and not any(inner is post.content for inner in name)
    return Entry(
        author=_author(post.author, ref, base_url),
        url=safe_link(attribute(post.first("u-url", "u-uid"), "href"), base_url),
        title=line(line_in(name)) if named and name is not post.element else None,
        posted=posted,
        edited=edited if edited and posted and edited > posted else None,
        blocks=rich.blocks,
        media=(*rich.media, *_media_of(post, base_url)),
        warning=line_in(summary) or None if ref.platform in FEDIVERSE else None,
        lang=language(attribute(post.content, "lang")),
    )


def _time(element: _Element | None) -> str:
    return attribute(element, "datetime", "value", "title") or line_in(element)


def _author(card: _Element | None, ref: ThreadRef, base_url: str) -> Author | None:
    if card is None:
        return None
    name = first_of(card, "p-name", "display-name__html")
    account = first_of(card, "display-name__account", "p-nickname")
    picture = first_tag(first_of(card, "u-photo", "avatar"), "img")
    return author_of(
        ref,
        line_in(name if name is not None else card),
        next(links_in(card, base_url), None),
        handle=line_in(account),
        picture=safe_link(attribute(picture, "src"), base_url),
    )


def _media_of(post: _Marked, base_url: str) -> list[Media]:
    """Pictures beside the text: ``u-photo``, galleries of Mastodon, and its lists without scripts."""
    found: list[tuple[str | None, str | None]] = []
    for part in post.parts:
        own = classes(part)
        if part.tag == "img" and "u-photo" in own:
            found.append((part.get("src"), part.get("alt")))
        elif "media-gallery__item-thumbnail" in own and part.tag == "a":
            picture = first_tag(part, "img")
            found.append((part.get("href"), part.get("title") if picture is None else picture.get("alt")))
        elif "attachment-list__list" in own:
            found += [(link.get("href"), link.get("title")) for link in part.iter("a")]
    media = [Media(url=safe_link(url, base_url), alt=(alt or "").strip() or None) for url, alt in found]
    return [medium for medium in media if medium.url or medium.alt]
