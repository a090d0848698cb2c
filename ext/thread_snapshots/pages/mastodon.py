"""Mastodon's web app (4.0 and later) as a browser saves it, and its page for embedding.

Classes: ``app/javascript/mastodon/components/status.jsx`` and ``features/status/components/detailed_status.tsx`` of
https://github.com/mastodon/mastodon. The post that the page is of bears no time but in its id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thread_snapshots.assemble import list_of
from thread_snapshots.errors import Forbidden
from thread_snapshots.pages.entry import MOST_ENTRIES, Entry, Told, author_of
from thread_snapshots.pages.tree import all_of, attribute, first_of, first_tag, html_of, line_in, outermost
from thread_snapshots.rich.html import read_html
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich.tags import classes
from thread_snapshots.shape import language, when
from sphinx_thread_cards.platforms.mastodon import posted
from sphinx_thread_cards.thread import Author, Block, Media, Paragraph, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from sphinx_thread_cards.urls import ThreadRef

_ID = re.compile(r"/([0-9]{1,20})(?:[/?#]|$)")
_FOLDED = "a post is folded in the saved page; unfold all, then save it again"
_TRANSLATED = "the saved page shows a translation; show the original, then save it again"
_PRIVATE = re.compile(r"(?:status|status__wrapper|detailed-status__wrapper)-(?:private|direct|limited)")


def read_app(root: _Element, ref: ThreadRef, base_url: str) -> Told | None:
    """The thread as the app shows it: what the post answers, itself, the answers; None if there is no post.

    :raises Forbidden: if the post that was asked for is not for everybody.
    """
    found = [element for element in _statuses(root) if _is_post(element)][:MOST_ENTRIES]
    main = next((number for number, element in enumerate(found) if "detailed-status" in classes(element)), None)
    if main is None and len(found) != 1:
        return None
    kept = [element for element in found if not _is_private(element)]
    if found[main or 0] not in kept:
        raise Forbidden(ref.url, "it is not public")
    main = kept.index(found[main or 0])
    parents = [_above(element, number, main) for number, element in enumerate(kept)]
    entries = tuple(_entry(element, ref, base_url, parents[number]) for number, element in enumerate(kept))
    shown = root if any(entry.cut for entry in entries) else None
    translated = shown is not None and first_of(shown, "translate-button__meta") is not None
    return Told(entries=entries, note=(_TRANSLATED if translated else _FOLDED) if shown is not None else "")


def _statuses(root: _Element) -> Iterator[_Element]:
    """Posts, but not those that they quote."""
    return outermost(root, ("detailed-status", "status"), without=("status__quote",))


def _is_post(element: _Element) -> bool:
    return first_of(element, "display-name", "display-name__account") is not None and _id_of(element) != ""


def _id_of(element: _Element) -> str:
    match = _ID.search(attribute(_link(element), "href"))
    return element.get("data-id") or (match[1] if match else "")


def _link(element: _Element) -> _Element | None:
    return first_of(
        element, "detailed-status__datetime" if "detailed-status" in classes(element) else "status__relative-time"
    )


def _is_private(element: _Element) -> bool:
    above = [element, *(outer for outer, _ in zip(element.iterancestors(), range(3), strict=False))]
    return any(_PRIVATE.fullmatch(name) for outer in above for name in classes(outer))


def _above(element: _Element, number: int, main: int) -> int | None:
    """Which one a post answers: the app draws lines between them, but says it nowhere."""
    if number <= main:
        return number - 1 if number else None
    line = first_of(element, "status__line")
    begins = "status--first-in-thread" in classes(element)
    if begins and line is None:
        return None
    return main if begins or number == main + 1 else number - 1


def _entry(element: _Element, ref: ThreadRef, base_url: str, above: int | None, *, inside: bool = False) -> Entry:
    quote = _taken_out(element)
    content, id_ = first_of(element, "status__content__text"), _id_of(element)
    time = attribute(first_tag(element, "time"), "datetime")
    # The app shows no quotes in quotes.
    quoted = first_of(quote, "status") if quote is not None and not inside else None
    author = _author(element, ref, base_url)
    # The id of a copy from elsewhere tells when it came in.
    local = author is not None and author.handle.endswith(f"@{urlsplit(base_url).netloc.lower()}")
    known = posted(id_) if local and id_.isdecimal() and not time else None
    warning = _warning(element)
    translated = first_of(element, "translate-button__meta") is not None
    return Entry(
        author=author,
        url=safe_link(attribute(_link(element), "href"), base_url),
        id=id_,
        above=above,
        posted=when(known or time),
        blocks=_blocks(element, content, base_url),
        media=tuple(_media(element, base_url)),
        warning=warning or None,
        lang=language(attribute(content, "lang")),
        quoted=_entry(quoted, ref, base_url, None, inside=True) if quoted is not None and _is_post(quoted) else None,
        cut=translated or (content is None and bool(warning)),
    )


def _taken_out(element: _Element) -> _Element | None:
    """The quoted post, which is no longer in the post then: it has the same classes."""
    quote = first_of(element, "status__quote")
    around = quote.getparent() if quote is not None else None
    if quote is not None and around is not None:
        around.remove(quote)
    return quote


def _author(element: _Element, ref: ThreadRef, base_url: str) -> Author | None:
    link = first_of(element, "detailed-status__display-name", "status__display-name")
    picture = first_tag(first_of(element, "account__avatar"), "img")
    return author_of(
        ref,
        line_in(first_of(element, "display-name__html")),
        safe_link(attribute(link, "href"), base_url),
        handle=line_in(first_of(element, "display-name__account")),
        picture=safe_link(attribute(picture, "src"), base_url),
    )


def _warning(element: _Element) -> str:
    if (banner := first_of(element, "content-warning")) is not None:
        return line_in(banner)
    # Before 4.3 it was the first paragraph, with the button in it.
    button = first_of(element, "status__content__spoiler-link")
    above = button.getparent() if button is not None else None
    return line_in(above)


def _blocks(element: _Element, content: _Element | None, base_url: str) -> tuple[Block, ...]:
    blocks = list(read_html(html_of(content), base_url).blocks)
    blocks += list_of(line_in(option) for option in all_of(element, "poll__option__text"))
    if (bar := first_of(element, "hashtag-bar")) is not None:
        links = [link for link in bar.iter("a") if line_in(link)]
        tags = [Span(text=line_in(link), href=safe_link(link.get("href"), base_url)) for link in links]
        spans = [span for tag in tags for span in (Span(text=" "), tag)][1:]
        blocks += [Paragraph(spans=tuple(spans))] if spans else []
    return tuple(blocks)


def _media(element: _Element, base_url: str) -> Iterator[Media]:
    for item in outermost(element, ("media-gallery__item", "video-player")):
        picture, video = first_tag(item, "img"), first_tag(item, "video")
        link = first_of(item, "media-gallery__item-thumbnail")
        shown = video if video is not None else picture if picture is not None else link
        if shown is None:
            continue
        alt = (shown.get("alt") or shown.get("aria-label") or shown.get("title") or "").strip()
        url = safe_link(shown.get("src"), base_url) if link is None else safe_link(link.get("href"), base_url)
        still = safe_link(shown.get("poster"), base_url)
        if url or alt or still:
            yield Media(kind="picture" if video is None else "video", url=url, still=still, alt=alt or None)
