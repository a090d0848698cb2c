"""What Reddit's feeds and its JSON have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.rich.spans import safe_link
from sphinx_thread_cards.thread import Author

if TYPE_CHECKING:
    from sphinx_thread_cards.thread import Post

SITE = "https://www.reddit.com"
NOBODY = "[deleted]"
"""Stands for an author who left Reddit."""
WITHDRAWN = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]"})
"""Stand for words that their author or a moderator took back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A post and comments on it."""

    posts: tuple[Post, ...]
    title: str
    replies: int | None = None
    missing: str = ""
    """What is known to lack, as a clause."""


def person(handle: str) -> Author:
    """Somebody on Reddit."""
    return Author(handle=handle, url=None if handle == NOBODY else safe_link(f"{SITE}/user/{handle}"))
