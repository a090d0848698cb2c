"""Threads of microblogs: who answered whom, and what of it is the author's own thread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count as numbers_from
from typing import TYPE_CHECKING, Any

from thread_snapshots.shape import count, ident, objects
from thread_snapshots.sources._discussions import below, depth_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from thread_snapshots.steps import Wish
    from sphinx_thread_cards.thread import Post


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What a server told of a conversation so far."""

    read: Callable[[object], Post | None]
    """Makes a post of what the server told; None for what may not be kept."""
    above: str
    """The name of the field with the id of what a post answers."""
    counted: str
    """The name of the field with the number of answers."""
    told: dict[str, Any] = field(default_factory=dict)
    """By id, as it came."""
    posts: dict[str, Post] = field(default_factory=dict)
    """By id, those that may be kept."""
    answers: Counter[str] = field(default_factory=Counter)
    """How many answers to a post are known."""

    def take(self, items: object) -> None:
        """Add a list of what a server told; what is there already stays as it is."""
        for item in objects(items):
            id_ = ident(item, "id")
            if not id_ or id_ in self.told:
                continue
            self.told[id_] = item
            self.answers[ident(item, self.above)] += 1
            if post := self.read(item):
                self.posts[id_] = post

    def missing(self, id_: str) -> bool:
        """Whether the server counts more answers to a post than are known; where it does not count, if none is."""
        counted = count(self.told.get(id_), self.counted)
        return not self.answers[id_] if counted is None else counted > self.answers[id_]


def first_of(posts: Mapping[str, Post], cited: str) -> Post:
    """The post that begins the thread: up from the cited one, as long as its author answers their own posts.

    :param posts: by id; the cited one is among them. :attr:`Post.answers` is what each answers, known or not.
    """
    post, seen = posts[cited], {cited}
    while (above := posts.get(post.answers or "")) and above.id not in seen and above.author == post.author:
        seen.add(above.id)
        post = above
    return post


def of_microblog(posts: Iterable[Post], cited: str, wish: Wish) -> list[Post]:
    """The author's own thread around a post, and after it the answers of others, as far as they are wished for.

    The thread is in the order of time, with every branch of it; the answers stand each below what it answers.

    :param posts: all that are known, in any order; the cited one is among them.
    """
    known = {post.id: post for post in posts}
    first = first_of(known, cited)
    answers: dict[str, list[Post]] = {}
    for post in known.values():
        answers.setdefault(post.answers or "", []).append(post)
    chain = _own(first, answers)
    own = {post.id for post in chain}
    in_order = depth_first(known.values(), {post.id: post.answers or "" for post in known.values()})
    others = (post for post in below(in_order, first.id) if post.id not in own)
    return [*chain, *(post for post in others if wish.replies or post.id in wish.posts)]


def _own(first: Post, answers: Mapping[str, Sequence[Post]]) -> list[Post]:
    """What the author wrote below their own posts: no post before the one that it answers, else in order of time."""
    chain: list[Post] = []
    seen: set[str] = set()
    numbers = numbers_from()
    waiting = [("", next(numbers), first)]
    while waiting:
        post = heappop(waiting)[2]
        if post.id in seen:
            continue
        seen.add(post.id)
        chain.append(post)
        for answer in answers.get(post.id, ()):
            if answer.author == first.author:
                heappush(waiting, (answer.posted or "", next(numbers), answer))
    return chain
