"""Builds a thread from the posts that a source has parsed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.snapshot import Author, Block, Media, Paragraph, Post, Span
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots.errors import BadResponse
from thread_snapshots.json_access import safe_url
from thread_snapshots.source import FetchOptions, FetchResult


class Head(NamedTuple):
    """What a summary contains of a thread, apart from its first post."""

    title: str | None = None
    replies: int | None = None
    state: snapshot.State | None = None
    since: datetime | None = None


_UNKNOWN = Head()


def build_author(
    handle: str, name: str | None = None, url: object = None, avatar: object = None
) -> Author:
    """Return a participant; a name equal to the handle, and values that are not URLs, are left out."""
    image = safe_url(avatar)
    return Author(
        handle=handle,
        name=name if name != handle else None,
        url=safe_url(url),
        avatar=Media(url=image) if image else None,
    )


def link_paragraph(title: str | None, url: str) -> Paragraph:
    """Return a paragraph that is a link: what a story links to, the preview of a page in a post."""
    return Paragraph(spans=(Span(text=title or url, href=url),))


def leaf_blocks(blocks: Iterable[Block]) -> Iterator[Paragraph | snapshot.Code]:
    """Yield the paragraphs and code blocks, including those in quotes and lists."""
    for block in blocks:
        match block:
            case snapshot.Quote():
                yield from leaf_blocks(block.blocks)
            case snapshot.List():
                yield from leaf_blocks(inner for item in block.items for inner in item)
            case _:
                yield block


def add_link(blocks: tuple[Block, ...], title: str | None, url: str) -> tuple[Block, ...]:
    """Add a paragraph that is a link, unless the text links to the URL, whatever its scheme and trailing slash."""

    def bare(url: str) -> str:
        return url.partition("://")[2].removeprefix("www.").rstrip("/")

    paragraphs = (block for block in leaf_blocks(blocks) if isinstance(block, Paragraph))
    links = (span.href for paragraph in paragraphs for span in paragraph.spans if span.href)
    return blocks if bare(url) in map(bare, links) else (*blocks, link_paragraph(title, url))


def self_thread(posts: Iterable[Post], cited: str, options: FetchOptions) -> list[Post]:
    """Return the author's own thread around a cited post of a microblog, then the requested replies of others.

    The posts are in any order; :attr:`Post.reply_to` names the parent, known or not.
    """
    known = {post.id: post for post in posts}
    in_order = depth_first(known.values())
    # By the id of a post, the id of the first post of its author's thread.
    first: dict[str, str] = {}
    for post in in_order:
        parent = known.get(post.reply_to or "")
        to_self = parent and parent.author == post.author
        first[post.id] = first.get(post.reply_to or "", post.id) if to_self else post.id
    root = first[cited]
    thread = _by_time(post for post in in_order if first[post.id] == root)
    others = (post for post in subtree(in_order, root) if first[post.id] != root)
    return [*thread, *(post for post in others if options.replies or post.id in options.posts)]


def _by_time(posts: Iterable[Post]) -> list[Post]:
    """Return posts by time, or in the given order where a time is missing."""
    found = list(posts)
    if all(post.posted for post in found):
        found.sort(key=lambda post: str(post.posted))
    return found


def depth_first(posts: Iterable[Post]) -> list[Post]:
    """Return posts by time, each under its parent, without duplicates."""
    known = {post.id: post for post in posts}
    children: dict[str | None, list[Post]] = defaultdict(list)
    for post in _by_time(known.values()):
        has_parent = post.reply_to in known and post.reply_to != post.id
        children[post.reply_to if has_parent else None].append(post)
    done: dict[str, Post] = {}
    stack = children[None][::-1]
    while stack:
        post = stack.pop()
        done[post.id] = post
        stack += children[post.id][::-1]
    # Last, posts that reply to one another in a circle.
    return list({**done, **known}.values())


def subtree(posts: Iterable[Post], root: str) -> list[Post]:
    """Return the post with the id ``root``, if known, and all replies under it; parents come first in ``posts``."""
    found: dict[str, Post] = {}
    for post in posts:
        if root in {post.id, post.reply_to} or post.reply_to in found:
            found.setdefault(post.id, post)
    return list(found.values())


def build_thread(
    ref: ThreadRef,
    posts: Iterable[Post],
    authors: Iterable[Author],
    *,
    endpoint: str,
    options: FetchOptions | None = None,
    head: Head = _UNKNOWN,
    missing: str = "",
) -> FetchResult:
    """Return the thread of these posts; raise BadResponse if there are none.

    Duplicate posts are dropped. The most frequent language becomes the thread's.

    Args:
        authors: only those who wrote a post become participants.
        endpoint: the URL of the request, or ``file``.
        options: which posts to include in addition to those by the author of the first; by default, all.
        missing: what is missing, as a clause; empty if the thread is complete.
    """
    unique = list({post.id: post for post in posts}.values())
    if not unique:
        raise BadResponse(ref.url, "the response contains no post")
    if options and not options.replies:
        author = unique[0].author
        unique = [post for post in unique if post.author == author or post.id in options.posts]
    if len(unique) > snapshot.MAX_POSTS:
        missing = missing or f"the first {snapshot.MAX_POSTS:,} posts only"
    languages = Counter(post.lang for post in unique if post.lang)
    lang = languages.most_common(1)[0][0] if languages else None
    built = _without_defaults(unique[: snapshot.MAX_POSTS], lang)
    by_handle = {author.handle: author for author in authors}
    used = dict.fromkeys(part.author for post in built for part in snapshot.with_quoted(post))
    thread = snapshot.Thread(
        platform=ref.platform,
        host=ref.host,
        id=ref.id,
        url=ref.url if ref.post is None else built[0].url,
        title=head.title,
        lang=lang,
        participants=tuple(by_handle.get(handle) or Author(handle=handle) for handle in used),
        posts=built,
        replies=head.replies,
        state=head.state,
        state_since=head.since,
        provenance=snapshot.Provenance(endpoint=endpoint),
    )
    return FetchResult(thread=thread, complete=not missing, note=missing)


def _without_defaults(posts: list[Post], lang: str | None) -> tuple[Post, ...]:
    """Return posts without ``lang`` of the thread, and without ``reply_to`` of the previous post or a missing one."""
    positions = {post.id: position for position, post in enumerate(posts)}
    built = []
    for position, post in enumerate(posts):
        own_lang = None if post.lang == lang else post.lang
        is_default = positions.get(post.reply_to or "", position) >= position - 1  # or is missing
        built.append(replace(post, lang=own_lang, reply_to=None if is_default else post.reply_to))
    return tuple(built)


def summary_of(result: FetchResult) -> FetchResult:
    """Return the part of a thread that a citation needs: no posts, and only the author as participant."""
    thread, first = result.thread, result.thread.posts[0]
    if not thread.title and not first.posted:
        raise BadResponse(thread.provenance.endpoint or thread.url, "the response has no title")
    people = (replace(it, avatar=None) for it in thread.participants if it.handle == first.author)
    summary = replace(thread, participants=tuple(people), posts=(), posted=first.posted)
    return FetchResult(thread=summary)
