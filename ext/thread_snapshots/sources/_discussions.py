"""What several forums need beside ``fetch.assemble``: the order of a discussion, a part of it, and names as handles."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sphinx_thread_cards.thread import Post


def depth_first(posts: Iterable[Post], above: Mapping[str, str]) -> list[Post]:
    """Posts by time, each one below the one that it belongs to; a post that comes twice is taken once.

    Where a time is missing, they stay in the order in which they came.

    :param above: by a post's id, the id of the one that it belongs to.
    """
    known = {post.id: post for post in posts}
    times = all(post.posted for post in known.values())
    below: dict[str | None, list[Post]] = defaultdict(list)
    for post in sorted(known.values(), key=lambda post: post.posted or "") if times else known.values():
        upper = above.get(post.id)
        below[upper if upper in known and upper != post.id else None].append(post)
    done: dict[str, Post] = {}
    waiting = below[None][::-1]
    while waiting:
        post = waiting.pop()
        done[post.id] = post
        waiting += below[post.id][::-1]
    # Those that belong to one another in a circle.
    return list({**done, **known}.values())


def below(posts: Iterable[Post], id_: str) -> list[Post]:
    """One post and the answers to it, direct or not.

    :param posts: in the order in which one reads them, each after what it answers.
    :returns: empty if there is no such post.
    """
    found: dict[str, Post] = {}
    for post in posts:
        if post.id == id_ or post.answers in found:
            found.setdefault(post.id, post)
    return list(found.values())


def as_handles(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Handles for people of platforms that know names only, which several may bear.

    :param names: id and name of each, as often as they occur.
    :returns: by id, the name; with the id behind it for those whose name another one bore first.
    """
    handles: dict[str, str] = {}
    taken: set[str] = set()
    for id_, name in names:
        if id_ not in handles:
            handles[id_] = f"{name} ({id_})" if name in taken else name
            taken.add(handles[id_])
    return handles
