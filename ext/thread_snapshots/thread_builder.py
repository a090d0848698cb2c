"""Builds a thread from the posts that a source has parsed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace
from sphinx_thread_cards.snapshot import (
    MAX_POSTS,
    Author,
    Block,
    Code,
    List,
    Media,
    Paragraph,
    Post,
    Provenance,
    Quote,
    Span,
    State,
    Thread,
)
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots.errors import BadResponse
from thread_snapshots.json_access import safe_url
from thread_snapshots.source import FetchOptions, FetchResult


def build_author(
    handle: str,
    name: str | None = None,
    url: object = None,
    avatar: object = None,
    base_url: str = "",
) -> Author:
    """Return a participant; values that are not URLs are left out.

    Args:
        name: display name; ignored if it is the handle.
        url: the profile page; relative URLs are resolved against ``base_url``, as for ``avatar``.
    """
    image = safe_url(avatar, base_url)
    return Author(
        handle=handle,
        name=name if name != handle else None,
        url=safe_url(url, base_url),
        avatar=Media(url=image) if image else None,
    )


def link_paragraph(title: str | None, url: str) -> Paragraph:
    """Return a paragraph that is a link: what a story links to, the preview of a page in a post."""
    return Paragraph(spans=(Span(text=title or url, href=url),))


def leaf_blocks(blocks: Iterable[Block]) -> Iterator[Paragraph | Code]:
    """Yield the paragraphs and code blocks, also those in quotes and lists."""
    for block in blocks:
        match block:
            case Quote():
                yield from leaf_blocks(block.blocks)
            case List():
                yield from leaf_blocks(inner for item in block.items for inner in item)
            case _:
                yield block


def links_to(blocks: Iterable[Block], url: str) -> bool:
    """Return whether the text links to a URL, whatever its scheme, ``www.`` and trailing slash."""

    def bare(url: str) -> str:
        return url.partition("://")[2].removeprefix("www.").rstrip("/")

    paragraphs = (block for block in leaf_blocks(blocks) if isinstance(block, Paragraph))
    spans = (span for paragraph in paragraphs for span in paragraph.spans)
    return any(span.href and bare(span.href) == bare(url) for span in spans)


def self_thread(posts: Iterable[Post], cited: str, options: FetchOptions) -> list[Post]:
    """Return the author's own thread around the cited post of a microblog, then the requested replies of others.

    Args:
        posts: all known posts, in any order; :attr:`Post.reply_to` names the parent, known or not.
        cited: id of one of them.
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
    """Return posts by time, each under its parent; a post that comes twice is taken once."""
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
    """Return a post, if it is known, and all replies under it.

    Args:
        posts: each after the one that it replies to.
        root: id of the post.
    """
    found: dict[str, Post] = {}
    for post in posts:
        if root in {post.id, post.reply_to} or post.reply_to in found:
            found.setdefault(post.id, post)
    return list(found.values())


def unique_handles(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return handles for people of platforms where several may have the same name.

    Args:
        names: id and name of each person, as often as they occur.

    Returns:
        By id, the name; with the id in parentheses if another person with this name came first.
    """
    handles: dict[str, str] = {}
    taken: set[str] = set()
    for id_, name in names:
        if id_ not in handles:
            handles[id_] = f"{name} ({id_})" if name in taken else name
            taken.add(handles[id_])
    return handles


def build_thread(
    ref: ThreadRef,
    posts: Iterable[Post],
    authors: Mapping[str, Author],
    *,
    endpoint: str,
    options: FetchOptions | None = None,
    title: str | None = None,
    replies: int | None = None,
    state: tuple[State | None, datetime | None] = (None, None),
    missing: str = "",
) -> FetchResult:
    """Return the thread of these posts.

    A post that comes twice is taken once. The most frequent language becomes the thread's.

    Args:
        authors: by handle; only those who wrote a post become participants.
        endpoint: the URL of the request, or ``file``.
        options: which posts of a discussion to include beside those by the author of the first; by default, all.
        replies: how many replies the platform counts.
        state: the thread's state, and since when.
        missing: what is missing, as a clause; empty if the thread is complete.

    Raises:
        BadResponse: there is no post.
    """
    unique = list({post.id: post for post in posts}.values())
    if not unique:
        raise BadResponse(ref.url, "the response contains no post")
    if options and not options.replies:
        author = unique[0].author
        unique = [post for post in unique if post.author == author or post.id in options.posts]
    unique = unique[:MAX_POSTS]
    languages = Counter(post.lang for post in unique if post.lang)
    lang = languages.most_common(1)[0][0] if languages else None
    built = _without_defaults(unique, lang)
    used = dict.fromkeys(handle for post in built for handle in handles(post))
    thread = Thread(
        platform=ref.platform,
        host=ref.host,
        id=ref.id,
        url=ref.url if ref.post is None else built[0].url,
        title=title,
        lang=lang,
        participants=tuple(authors.get(handle) or Author(handle=handle) for handle in used),
        posts=built,
        replies=replies,
        state=state[0],
        state_since=state[1],
        provenance=Provenance(endpoint=endpoint),
    )
    return FetchResult(thread=thread, complete=not missing, note=missing)


def _without_defaults(posts: list[Post], lang: str | None) -> tuple[Post, ...]:
    """Return posts without the language of the thread, and without replies to the post right before or a missing one."""
    positions = {post.id: position for position, post in enumerate(posts)}

    def is_default(post: Post) -> bool:
        position = positions[post.id]
        return positions.get(post.reply_to or "", position) >= position - 1

    return tuple(
        replace(
            post,
            lang=None if post.lang == lang else post.lang,
            reply_to=None if is_default(post) else post.reply_to,
        )
        for post in posts
    )


def summary_of(result: FetchResult) -> FetchResult:
    """Return what a citation needs of a thread: no posts, and of the participants only the author.

    Raises:
        BadResponse: there is neither a title nor a date.
    """
    thread, first = result.thread, result.thread.posts[0]
    if not thread.title and not first.posted:
        raise BadResponse(thread.provenance.endpoint or thread.url, "the response has no title")
    author = next(author for author in thread.participants if author.handle == first.author)
    return FetchResult(
        thread=replace(
            thread, participants=(replace(author, avatar=None),), posts=(), posted=first.posted
        )
    )


def handles(post: Post) -> Iterator[str]:
    """Yield the handles of a post's author and of the authors of the posts that it quotes."""
    yield post.author
    if post.quoted:
        yield from handles(post.quoted)
