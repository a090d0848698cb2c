"""Marks in the head of a post: which one it answers, and whether it is the one that the page cites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.words import _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sphinx_thread_cards.thread import Post, Thread

MEANT = "thread-card-post-meant"


@dataclass(frozen=True, slots=True)
class Places:
    """Where posts of a thread stand on a page."""

    numbers: Mapping[str, int]
    """By id, from 1."""
    shown: Collection[int]
    """Numbers of those that are not left out."""
    anchor: str
    """The card's; a post's is that and its number."""
    meant: str | None
    """Id of the post that the page cites."""


def places_of(thread: Thread, shown: Collection[int], anchor: str, meant: str | None) -> Places:
    """Number the posts of a thread."""
    return Places({post.id: number for number, post in enumerate(thread.posts, start=1)}, shown, anchor, meant)


def marks(post: Post, places: Places) -> list[nodes.Node]:
    """The marks at the end of a post's head, each after a dot; what is shown can be gone to."""
    found: list[nodes.Node] = []
    number = places.numbers.get(post.answers) if post.answers else None
    if number:
        said = words.answers(number)
        link = nodes.reference("", said, refid=f"{places.anchor}-{number}", internal=True)
        found += [nodes.Text(" · "), link if number in places.shown else nodes.Text(said)]
    if post.id == places.meant:
        found += [nodes.Text(" · "), nodes.strong("", _("cited here"))]
    return found
