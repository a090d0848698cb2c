"""One post of X as oEmbed gives it: a quotation in HTML, with the date in words.

https://developer.x.com/en/docs/x-for-websites/oembed-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thread_snapshots.errors import BadAnswer
from thread_snapshots.pages.tree import first_tag, html_of, line_in, parse_page
from thread_snapshots.rich.html import from_html
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import at, language, line, segments, text
from thread_snapshots.sources import _x_common as x
from sphinx_thread_cards.thread import Post

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef


def read_oembed(data: object, ref: ThreadRef) -> x.Told:
    """The post.

    :raises BadAnswer: if there is none, or another.
    """
    root = parse_page(text(data, "html"))
    links = [link for link in root.iter("a") if _is_of(ref, link.get("href") or "")]
    handle = next(iter(segments(safe_link(at(data, "author_url")) or "")), "")
    words = first_tag(root, "p")
    if words is None or not x.HANDLE.fullmatch(handle) or not (links or _is_of(ref, text(data, "url"))):
        raise BadAnswer(ref.url, f"the answer is not post {ref.id}")
    date = line_in(links[-1]) if links else ""
    return x.Told(
        post=Post(
            id=ref.id,
            url=x.address(handle, ref.id),
            author=handle,
            posted=x.time_of_id(ref.id) or x.time_of_words(date),
            blocks=from_html(html_of(words), x.SITE),
            lang=language(words.get("lang")),
        ),
        person=x.author_of(handle, line(data, "author_name")),
    )


def _is_of(ref: ThreadRef, url: str) -> bool:
    status = x.STATUS.match(url)
    return status is not None and status[2] == ref.id
