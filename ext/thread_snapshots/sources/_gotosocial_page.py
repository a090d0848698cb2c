"""GoToSocial's public page of a thread, for its API answers nobody without an account.

Format: the templates of GoToSocial (``web/template/thread.tmpl``, ``status.tmpl``), whose posts are marked up as
https://microformats.org/wiki/h-card and h-entry; those before version 0.18 had other classes, and no times.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import dropwhile
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thread_snapshots.assemble import found_of, link_paragraph, list_of, person
from thread_snapshots.errors import BadAnswer
from thread_snapshots.pages.tree import (
    all_of,
    attribute,
    first_of,
    first_tag,
    html_of,
    line_in,
    links_in,
    parse_page,
)
from thread_snapshots.rich.spans import clean, safe_link
from thread_snapshots.rich.tags import text_in
from thread_snapshots.rich_text import from_html
from thread_snapshots.shape import language, line, when
from thread_snapshots.sources._mastodon_posts import SENSITIVE
from sphinx_thread_cards.platforms.mastodon import posted
from sphinx_thread_cards.thread import Author, Block, Media, Post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from thread_snapshots.steps import Found, Wish
    from sphinx_thread_cards.urls import ThreadRef

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_HANDLE = re.compile(r"[^\s@/]{1,200}(?:@[^\s@/]{1,300})?")
_FROM_PAGE = "from its public page, as the server's API wants an account"
_ALONE = "only the post itself"


def read(ref: ThreadRef, wish: Wish, html: str, endpoint: str) -> Found:
    """The author's thread as the page shows it, and with it all that is below, if that is wished for.

    :raises BadAnswer: if the page does not hold the cited post.
    """
    root = parse_page(html)
    main, below = _sections(root)
    people = {author.handle: author for article in (*main, *below) if (author := _author(article, ref))}
    posts = {post.id: post for article in (*main, *below) if (post := _post(article, ref))}
    cited = posts.get(ref.id)
    if cited is None:
        raise BadAnswer(ref.url, f"the page does not hold post {ref.id}")
    # Older pages do not tell the author's thread from the answers.
    told = first_of(root, "thread-main") is not None
    own = {article.get("id") for article in main} if told else {ref.id}
    kept = [
        post
        for post in posts.values()
        if wish.replies or post.id in wish.posts or (post.id in own and post.author == cited.author)
    ]
    # What the author answers is no answer to them.
    kept = list(dropwhile(lambda post: post.author != cited.author, kept))
    note = _FROM_PAGE if told else f"{_FROM_PAGE}; {_ALONE}"
    if endpoint == "file":
        note = "" if told else _ALONE
    return replace(found_of(ref, kept, people, endpoint=endpoint), whole=told or wish.replies, note=note)


def _sections(root: _Element) -> tuple[list[_Element], list[_Element]]:
    """The posts of the thread, and those of the part with the answers."""
    found: tuple[list[_Element], list[_Element]] = ([], [])
    for article in root.iter("article"):
        if ULID.fullmatch(article.get("id") or ""):
            answers = any("thread-replies" in (part.get("class") or "") for part in article.iterancestors("section"))
            found[answers].append(article)
    return found


def _link(element: _Element | None, name: str, ref: ThreadRef) -> str | None:
    return safe_link(attribute(element, name), ref.url)


def _author(article: _Element, ref: ThreadRef) -> Author | None:
    handle = line_in(first_of(article, "username")).removeprefix("@")
    if not _HANDLE.fullmatch(handle):
        return None
    url = next(links_in(first_of(article, "p-author"), ref.url), _link(first_of(article, "username"), "href", ref))
    host = urlsplit(url or ref.url).netloc.lower().removeprefix("www.")
    handle, name = handle if "@" in handle else f"{handle}@{host}", line(line_in(first_of(article, "displayname")))
    picture = attribute(first_of(article, "u-photo", "avatar"), "src")
    return person(handle, name, url, picture, base_url=ref.url)


def _post(article: _Element, ref: ThreadRef) -> Post | None:
    author, id_ = _author(article, ref), article.get("id") or ""
    if author is None:
        return None
    content, time = first_of(article, "e-content", "content"), attribute(first_of(article, "dt-published"), "datetime")
    old = _link(first_of(article, "toot-link", "status-link"), "href", ref)
    url = next(links_in(first_of(article, "status-info"), ref.url), old) or ref.url
    media, others = _attachments(article, ref)
    return Post(
        id=id_,
        url=url,
        author=author.handle,
        posted=when(time or posted(id_)),
        # Of the times at which it was changed the newest stands first.
        edited=when(attribute(first_tag(first_of(article, "edit-timeline"), "time"), "datetime")),
        blocks=(*from_html(html_of(content), url), *list_of(_options(article)), *others),
        media=media,
        warning=_warning(article, media),
        lang=language(attribute(content, "lang")),
    )


def _options(article: _Element) -> Iterator[str | None]:
    for option in all_of(article, "poll-option"):
        yield next((line(text_in(span)) for span in option.iter("span") if span.get("lang") is not None), None)


def _warning(article: _Element, media: tuple[Media, ...]) -> str | None:
    written = line_in(first_of(article, "spoiler-content", "p-summary"))
    hidden = any(inner.get("data-sensitive") == "true" for inner in article.iter("img"))
    return written or (SENSITIVE if media and hidden else None)


def _attachments(article: _Element, ref: ThreadRef) -> tuple[tuple[Media, ...], tuple[Block, ...]]:
    media: list[Media] = []
    others: list[Block] = []
    for box in all_of(article, "media"):
        for item in box.iter("a", "video"):
            source = next(item.iter("source"), item)
            url = _link(item, "href", ref) if item.tag == "a" else _link(source, "src", ref)
            title = clean(item.get("title")).strip()
            alt = next((clean(img.get("alt")).strip() for img in item.iter("img") if img.get("alt")), title) or None
            if not url:
                continue
            if item.tag == "video":
                media.append(Media(kind="video", url=url, still=_link(item, "poster", ref), alt=alt))
            elif "unknown-attachment" in (item.get("class") or ""):
                others.append(link_paragraph(None, url))
            else:
                media.append(Media(url=url, alt=alt))
    return tuple(media), tuple(others)
