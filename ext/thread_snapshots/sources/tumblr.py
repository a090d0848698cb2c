"""Tumblr: what oEmbed says of a post; whole posts only from files, as the API wants a key.

A post is read with those that it reblogs before it, each with what its author added. The API's two kinds of posts:
https://www.tumblr.com/docs/npf for those made of blocks; https://www.tumblr.com/docs/en/api/v2 for the older kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from thread_snapshots.assemble import found_of, link_paragraph, person
from thread_snapshots.errors import BadAnswer
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import Rich, read_html
from thread_snapshots.shape import at, ident, line, objects, segments, text, when
from thread_snapshots.sources._npf import read_blocks
from thread_snapshots.steps import Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.platforms import tumblr
from sphinx_thread_cards.thread import Author, Block, Media, Paragraph, Post, Quote, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_SITE = "https://www.tumblr.com"
# Where the older kinds have their HTML.
_TEXTS = ("body", "caption", "text", "description", "answer", "source")
_TITLE_ONLY = "author and title only; Tumblr shows programs no text without a key"


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask oEmbed, which knows posts by their address on the blog."""
    del wish
    page = f"https://{ref.author}.tumblr.com/post/{ref.id}" if ref.author else ref.url
    endpoint = f"https://www.tumblr.com/oembed/1.0?url={quote(page, safe='')}"
    data = yield from ask_json(endpoint)
    return _of_oembed(ref, data, endpoint)


def _of_oembed(ref: ThreadRef, data: object, endpoint: str) -> Found:
    if ref.id not in text(data, "html") + text(data, "url"):
        raise BadAnswer(ref.url, f"the answer does not tell of post {ref.id}")
    url = safe_link(at(data, "author_url"))
    host = urlsplit(url).netloc if url else ""
    blog = host.removesuffix(".tumblr.com") if host.endswith(".tumblr.com") and host != "www.tumblr.com" else ""
    name = line(data, "author_name")
    handle = ref.author or blog or next(iter(segments(url or "")), "") or name or "Tumblr"
    post = Post(id=ref.id, url=ref.url, author=handle, posted=when(tumblr.posted(ref.id)))
    people = {handle: person(handle, name, url)}
    return found_of(ref, [post], people, endpoint=endpoint, title=line(data, "title"), missing=_TITLE_ONLY)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read an answer of the API with the post, or one of oEmbed."""
    del wish
    data = file.json()
    if text(data, "provider_name"):
        return _of_oembed(ref, data, "file")
    inner = at(data, "response") or data
    found = next((item for item in [*objects(inner, "posts"), *objects(inner), inner] if _id(item) == ref.id), None)
    if found is None:
        raise BadAnswer(ref.url, f"post {ref.id} is not in the file")
    posts, people = _posts(found, ref)
    return found_of(ref, posts, people, endpoint="file", title=line(found, "title"))


def _id(item: object) -> str:
    id_ = at(item, "id_string") or at(item, "id")
    return str(id_) if isinstance(id_, str) or (type(id_) is int and 0 <= id_ < 10**20) else ""


def _posts(item: object, ref: ThreadRef) -> tuple[list[Post], dict[str, Author]]:
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
    posted = posted or when(tumblr.posted(id_) if id_.isdecimal() else None)
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


SOURCE = Source(name="tumblr", steps=steps, saved=saved)
