"""From what a platform's answers hold to a thread that a snapshot can keep."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from thread_snapshots.errors import BadAnswer
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.steps import Found, Wish
from sphinx_thread_cards.snapshot import MOST_POSTS
from sphinx_thread_cards.thread import Author, Block, List, Media, Paragraph, Post, Provenance, Quote, Span, Thread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Code


def of_discussion(posts: Iterable[Post], wish: Wish) -> list[Post]:
    """Of all posts of a discussion those that are wished for: the first one, its author's follow-ups, the cited ones.

    :param posts: the first one begins the discussion.
    """
    found = list(posts)
    if wish.replies or not found:
        return found
    return [post for post in found if post.author == found[0].author or post.id in wish.posts]


def person(
    handle: str, name: str | None = None, url: object = None, picture: object = None, *, base_url: str = ""
) -> Author:
    """Somebody who takes part; what is no address is left out.

    :param name: as it is shown; the handle once more counts as none.
    :param url: of the page about them, and ``picture`` that of their face; relative ones are resolved.
    """
    face = safe_link(picture, base_url)
    return Author(
        handle=handle,
        name=name if name != handle else None,
        url=safe_link(url, base_url),
        avatar=Media(url=face) if face else None,
    )


def link_paragraph(title: str | None, url: str) -> Paragraph:
    """A paragraph that is a link: what a story links to, the preview that a post shows of a page."""
    return Paragraph(spans=(Span(text=title or url, href=url),))


def list_of(items: Iterable[str | None]) -> tuple[Block, ...]:
    """Lines of text as a list, for the options of a poll; nothing if there are none."""
    paragraphs = [(Paragraph(spans=(Span(text=item),)),) for item in items if item]
    return (List(items=tuple(paragraphs)),) if paragraphs else ()


def leaves(blocks: Iterable[Block]) -> Iterator[Paragraph | Code]:
    """The paragraphs and the code in rich text, out of all quotes and lists."""
    for block in blocks:
        match block:
            case Quote():
                yield from leaves(block.blocks)
            case List():
                yield from leaves(inner for item in block.items for inner in item)
            case _:
                yield block


def links_to(blocks: Iterable[Block], url: str) -> bool:
    """Whether the text holds a link to an address, however its scheme, its ``www.`` and a last slash are written."""
    spans = (span for block in leaves(blocks) if isinstance(block, Paragraph) for span in block.spans)
    return any(span.href and _bare(span.href) == _bare(url) for span in spans)


def _bare(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


def found_of(  # noqa: PLR0913 - the parts of a thread
    ref: ThreadRef,
    posts: Iterable[Post],
    people: Mapping[str, Author],
    *,
    endpoint: str,
    title: str | None = None,
    replies: int | None = None,
    missing: str = "",
) -> Found:
    """Put a thread together.

    A post that comes twice is taken once. What a post answers stays only where it is among the posts, and not the one
    right before. The language of most posts is the thread's.

    :param people: by handle, those who may take part; only those who do are kept, in the order of their posts.
    :param endpoint: the address that was asked, or ``file``.
    :param replies: how many answers the platform counted.
    :param missing: what is not there of what was wished for, as a clause; empty if nothing is.
    :raises BadAnswer: if there is no post.
    """
    once = list({post.id: post for post in posts}.values())[:MOST_POSTS]
    if not once:
        raise BadAnswer(ref.url, "there is no post in the answer")
    lang = _common_language(once)
    places = {post.id: place for place, post in enumerate(once)}
    done = []
    for place, post in enumerate(once):
        answers = post.answers if places.get(post.answers or "", place) < place - 1 else None
        done.append(replace(post, lang=None if post.lang == lang else post.lang, answers=answers))
    handles = dict.fromkeys(handle for post in done for handle in _handles(post))
    thread = Thread(
        platform=ref.platform,
        host=ref.host,
        id=ref.id,
        url=ref.url if ref.post is None else done[0].url,
        title=title,
        lang=lang,
        participants=tuple(people.get(handle) or Author(handle=handle) for handle in handles),
        posts=tuple(done),
        replies=replies,
        provenance=Provenance(endpoint=endpoint),
    )
    return Found(thread=thread, whole=not missing, note=missing)


def _common_language(posts: list[Post]) -> str | None:
    tags = Counter(post.lang for post in posts if post.lang)
    # Of equals the one that came first.
    return tags.most_common(1)[0][0] if tags else None


def _handles(post: Post) -> Iterator[str]:
    yield post.author
    if post.quoted:
        yield from _handles(post.quoted)
