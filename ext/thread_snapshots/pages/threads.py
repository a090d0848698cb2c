"""The data that a page of Threads (Meta) holds for its own scripts.

Meta documents none of it; the shape (``thread_items`` with ``post``) is that of its pages since 2023. Where it is not
found, the page's description for previews is left.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import link_paragraph
from thread_snapshots.pages.entry import MOST_ENTRIES, Entry, Told, author_of, rich_of
from thread_snapshots.pages.jsonld import values_in
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import all_in, at, count, ident, line, objects, text, when
from sphinx_thread_cards.thread import Media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from sphinx_thread_cards.urls import ThreadRef

_SITE = "https://www.threads.com"
_MOST_OBJECTS = 300_000
_MOST_SCRIPTS = 200


def read_data(root: _Element, ref: ThreadRef, base_url: str) -> Told | None:
    """The post, what it answers, and the answers that the page has loaded; None if the post is not among them.

    The posts of an item answer each other in turn; the first of an item below answers the post.
    """
    rows = list(_rows(root))
    start = next((place for place, row in enumerate(rows) if any(ident(post, "code") == ref.id for post in row)), None)
    if start is None:
        return None
    entries: list[Entry] = []
    codes: set[str] = set()
    asked: int | None = None
    for row in rows[start:]:
        above = asked
        for post in row:
            code = ident(post, "code")
            if not code or code in codes or len(entries) >= MOST_ENTRIES:
                continue
            codes.add(code)
            entries.append(_entry(post, ref, base_url, above))
            above = len(entries) - 1
            asked = above if code == ref.id else asked
    main = next(post for post in rows[start] if ident(post, "code") == ref.id)
    return Told(entries=tuple(entries), counted=count(main, "text_post_app_info", "direct_reply_count"))


def _rows(root: _Element) -> Iterator[list[dict[str, Any]]]:
    """The posts of each ``thread_items`` in the page's data, in order."""
    scripts = (script.text for script in root.iter("script") if "thread_items" in (script.text or ""))
    values = [value for script in islice(scripts, _MOST_SCRIPTS) for value in values_in(script or "")]
    found = all_in(values, lambda value: () if _row(value) else value.values())
    yield from filter(None, map(_row, islice(found, _MOST_OBJECTS)))


def _row(value: dict[str, Any]) -> list[dict[str, Any]]:
    return [at(item, "post") for item in objects(value, "thread_items") if isinstance(at(item, "post"), dict)]


def _entry(post: dict[str, Any], ref: ThreadRef, base_url: str, above: int | None) -> Entry:
    name, code = text(post, "user", "username"), ident(post, "code")
    said = text(post, "caption", "text")
    info = at(post, "text_post_app_info")
    link = safe_link(at(info, "link_preview_attachment", "url"))
    card = (link_paragraph(line(info, "link_preview_attachment", "title"), link),) if link and link not in said else ()
    quoted = at(info, "share_info", "quoted_post")
    return Entry(
        author=author_of(
            ref,
            at(post, "user", "full_name"),
            f"{_SITE}/@{name}" if name else None,
            handle=name,
            picture=at(post, "user", "profile_pic_url"),
        ),
        url=safe_link(f"{_SITE}/@{name}/post/{code}"),
        id=code,
        above=above,
        posted=when(at(post, "taken_at")),
        blocks=(*rich_of(said, ref, base_url).blocks, *card),
        media=tuple(_media(post)),
        quoted=_entry({**quoted, "text_post_app_info": None}, ref, base_url, None) if ident(quoted, "code") else None,
    )


def _media(post: dict[str, Any]) -> Iterator[Media]:
    for item in objects(post, "carousel_media")[:20] or [post]:
        pictures = [safe_link(at(one, "url")) for one in objects(item, "image_versions2", "candidates")]
        videos = [safe_link(at(one, "url")) for one in objects(item, "video_versions")]
        picture, video = next(filter(None, pictures), None), next(filter(None, videos), None)
        alt = line(item, "accessibility_caption")
        if video:
            yield Media(kind="video", url=video, still=picture, alt=alt)
        elif picture:
            yield Media(url=picture, alt=alt)
