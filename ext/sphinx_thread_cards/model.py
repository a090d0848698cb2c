"""What travels between the stages: frozen data, no behaviour beyond small readings of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Kind(StrEnum):
    """What a thread is called on its platform; the card's words are chosen by it."""

    THREAD = "thread"
    ISSUE = "issue"
    PULL_REQUEST = "pull-request"
    MERGE_REQUEST = "merge-request"
    DISCUSSION = "discussion"
    EPIC = "epic"
    MESSAGE = "message"
    TOPIC = "topic"
    QUESTION = "question"
    ANSWER = "answer"
    POST = "post"
    STORY = "story"
    VIDEO = "video"
    PLAYLIST = "playlist"
    ARTICLE = "article"
    PAGE = "page"
    """An address that no platform knows, cited all the same."""


class Precision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadRef:
    """A thread as its URL alone describes it.

    ``(platform, host, id)`` (see :attr:`key`) is the same for every address of one thread.
    """

    platform: str
    """Name of the platform's file, ``x`` or ``github``."""
    id: str
    """What identifies the thread on its host."""
    url: str
    """Canonical address of the thread, or of the post meant inside it; without trackers."""
    given_url: str
    """The address as the author wrote it."""
    host: str
    """Lower-case host that the id belongs to; one fixed host for platforms with several names."""
    author: str | None = None
    """Handle without the leading ``@`` (``name@host`` for the fediverse)."""
    community: str | None = None
    """Subreddit, repository, list or site that the thread stands in."""
    number: str | None = None
    """The number that readers know it by in its community, with its sign: ``#57``, ``!12``."""
    title: str | None = None
    """What the slug says, as words."""
    posted: datetime | None = None
    """Aware UTC time decoded from the id or path; None where it could be wrong."""
    precision: Precision = Precision.DAY
    """How much of :attr:`posted` is known."""
    post: str | None = None
    """The one post meant inside the thread: a comment anchor, a post number, an answer."""
    mirror: str | None = None
    """The front end or copy that the given address leads to: ``threadreader``, ``nitter``, ..."""
    read_url: str | None = None
    """Clean address of a readable copy that was given (a Thread Reader page), beside :attr:`url`."""
    kind: Kind = Kind.THREAD

    @property
    def key(self) -> tuple[str, str, str]:
        """``(platform, host, id)``, what makes two addresses the same thread."""
        return self.platform, self.host, self.id
