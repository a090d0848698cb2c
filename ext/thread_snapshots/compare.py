"""What became of a kept thread: the live one beside it, post by post."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thread_snapshots.assemble import leaves
from sphinx_thread_cards.snapshot import cleaned, written
from sphinx_thread_cards.thread import Paragraph, Post, Thread

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from thread_snapshots.steps import Found

_NOT_WORD = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"https?://\S+|\S+…")


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """Numbers of posts of the kept thread, beginning with 1."""

    edited: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()
    quotes: tuple[int, ...] = ()
    """Posts that are as they were, but for what is shown of the post that they quote."""
    unseen: tuple[int, ...] = ()
    """Posts that were not found, and may be there all the same."""
    new: int = 0
    """How many posts there are that are not kept."""

    def __bool__(self) -> bool:
        """Whether the kept posts are known to be no longer as they were kept."""
        return bool(self.edited or self.deleted or self.quotes)


def by_name(posts: Iterable[Post]) -> Mapping[str, Post]:
    """Posts by id and by address: some platforms have two ids for a post, one of which its address tells."""
    found = tuple(posts)
    return {post.url: post for post in found} | {post.id: post for post in found}


def compare(kept: Thread, found: Found, gone: Container[str] = ()) -> Changes:
    """Compare a kept thread with what was found of it now.

    Where both came from one place, all that was written counts. Where they did not, such as a saved page and an
    interface, only the words do: the one may have links or lists that the other has as plain text.
    Posts that are not there count as deleted where the whole thread was found, else as unseen.

    :param gone: ids of posts that are known to be deleted.
    :raises SnapshotError: what was found could not be kept.
    """
    posts = cleaned(found.thread).posts
    live = by_name(posts)
    same = written if _place(kept) == _place(found.thread) else _words
    edited, deleted, quotes, unseen, seen = list[int](), list[int](), list[int](), list[int](), set[str]()
    for number, post in enumerate(kept.posts, 1):
        now = live.get(post.id) or live.get(post.url)
        if now is None:
            (deleted if found.whole or post.id in gone else unseen).append(number)
            continue
        seen.add(now.id)
        now = _as_kept(now, post)
        if same(replace(post, quoted=None)) != same(replace(now, quoted=None)):
            edited.append(number)
        elif same(post) != same(now):
            quotes.append(number)
    return Changes(
        edited=tuple(edited),
        deleted=tuple(deleted),
        quotes=tuple(quotes),
        unseen=tuple(unseen),
        new=sum(post.id not in seen for post in posts),
    )


def _as_kept(now: Post, kept: Post) -> Post:
    """The post by the names of the kept one, with the alternative texts that the site's author wrote.

    Who takes another handle has edited no post.
    """
    now = replace(now, id=kept.id, author=kept.author)
    if len(now.media) != len(kept.media):
        return now
    pairs = zip(now.media, kept.media, strict=True)
    return replace(now, media=tuple(media if media.alt else replace(media, alt=own.alt) for media, own in pairs))


def _place(thread: Thread) -> str:
    """Where the thread is from: server and method, as an AppView and a repository differ in the latter."""
    endpoint = thread.provenance.endpoint or ""
    parts = urlsplit(endpoint)
    return parts.netloc + parts.path if parts.netloc else endpoint


def _words(post: Post) -> str:
    """What a post says, without what its forms differ in."""
    parts = leaves(post.blocks)
    texts = ("".join(span.text for span in part.spans) if isinstance(part, Paragraph) else part.text for part in parts)
    text = " ".join([*texts, post.warning or ""])
    return _NOT_WORD.sub("", _ADDRESS.sub("", text)).casefold()
