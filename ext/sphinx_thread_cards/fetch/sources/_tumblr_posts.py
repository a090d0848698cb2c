"""Posts of Tumblr as its API gives them: those that a post reblogs first, each with what its author added.

https://www.tumblr.com/docs/npf for posts made of blocks; https://www.tumblr.com/docs/en/api/v2 for the older kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.assemble import link_paragraph, person
from sphinx_thread_cards.fetch.rich.spans import safe_link
from sphinx_thread_cards.fetch.rich_text import Rich, read_html
from sphinx_thread_cards.fetch.shape import at, ident, line, objects, text, when
from sphinx_thread_cards.fetch.sources._npf import read_blocks
from sphinx_thread_cards.platforms import tumblr
from sphinx_thread_cards.thread import Author, Block, Media, Paragraph, Post, Quote, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx_thread_cards.model import ThreadRef

_SITE = "https://www.tumblr.com"
# Where the older kinds have their HTML.
_TEXTS = ("body", "caption", "text", "description", "answer", "source")


def read_posts(item: object, ref: ThreadRef) -> tuple[list[Post], dict[str, Author]]:
    """What was reblogged, if anything, and the post; and those who wrote them."""
    own = _author(at(item, "blog"), line(item, "blog_name") or ref.author or "Tumblr")
    people = {own.handle: own}
    posts: list[Post] = []
    for number, part in enumerate(objects(item, "trail"), 1):
        id_, blog = ident(part, "post", "id"), at(part, "blog")
        author = _author(blog, line(blog, "name") or line(part, "broken_blog_name") or "")
        if not author.handle or id_ == ref.id:
            continue
        people.setdefault(author.handle, author)
        # What was deleted since has no number, but stays in what was made of it.
        url = (safe_link(f"{_SITE}/{author.handle}/{id_}") if id_ else None) or ref.url
        time = when(at(part, "post", "timestamp"))
        posts.append(_post(id_ or f"{ref.id}-{number}", url, author, time, _content(part, url)))
    # In the older kinds, what the author added to others' words stands apart from all of it.
    comment = text(item, "reblog", "comment") if posts else ""
    rich = read_html(comment, ref.url) if comment else _content(item, ref.url)
    posts.append(_post(ref.id, safe_link(at(item, "post_url")) or ref.url, own, when(at(item, "timestamp")), rich))
    return posts, people


def _author(blog: object, handle: str) -> Author:
    url = safe_link(at(blog, "url")) or f"{_SITE}/{handle}"
    return person(handle, line(blog, "title"), url, at(blog, "avatar", 0, "url"))


def _post(id_: str, url: str, author: Author, posted: str | None, rich: Rich) -> Post:
    time = tumblr.posted(id_) if id_.isdecimal() else None
    posted = posted or (when(time.isoformat()) if time else None)
    return Post(id=id_, url=url, author=author.handle, posted=posted, blocks=rich.blocks, media=rich.media)


def _content(item: object, permalink: str) -> Rich:
    if isinstance(at(item, "content"), list):
        return read_blocks(item, permalink)
    if isinstance(at(item, "content_raw"), str) or isinstance(at(item, "content"), str):
        return read_html(text(item, "content_raw") or text(item, "content"), permalink)
    parts = [read_html(text(item, key), permalink) for key in _TEXTS]
    return Rich(
        blocks=(*_before(item), *(block for part in parts for block in part.blocks)),
        media=(*_media(item, permalink), *(medium for part in parts for medium in part.media)),
    )


def _before(item: object) -> Iterator[Block]:
    """What stands above the text: an asked question, a link, the turns of a chat."""
    question, asking = read_html(text(item, "question"), _SITE).blocks, line(item, "asking_name")
    if question:
        named = (Paragraph(spans=(Span(text=asking, strong=True),)),) if asking else ()
        yield Quote(blocks=(*named, *question))
    if url := safe_link(at(item, "url")) if text(item, "type") == "link" else None:
        yield link_paragraph(line(item, "title"), url)
    for turn in objects(item, "dialogue") if not text(item, "body") else ():
        name, phrase = line(turn, "label"), line(turn, "phrase")
        said = [Span(text=f"{name} ", strong=True)] if name else []
        if phrase:
            yield Paragraph(spans=(*said, Span(text=phrase)))


def _media(item: object, permalink: str) -> Iterator[Media]:
    for photo in objects(item, "photos"):
        url = safe_link(at(photo, "original_size", "url"))
        if url:
            yield Media(url=url, alt=text(photo, "caption").strip() or None)
    still = safe_link(at(item, "thumbnail_url"))
    if text(item, "type") == "video" and still:
        yield Media(kind="video", url=safe_link(at(item, "permalink_url")) or permalink, still=still)
