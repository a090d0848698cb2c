"""What several forums need beside ``fetch.assemble``: the part of a discussion below one post, and names as handles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx_thread_cards.thread import Post


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
