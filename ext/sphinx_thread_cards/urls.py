"""Thread URLs: splitting them, and what a URL says of its thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Kind(StrEnum):
    """What a thread is called on its platform; labels depend on it."""

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
    """A URL that no platform recognises."""


class Precision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadRef:
    """A thread, as far as its URL describes it.

    ``(platform, host, id)`` (see :attr:`key`) is the same for all URLs of a thread.
    """

    platform: str
    """Name of an entry in :data:`~sphinx_thread_cards.platforms.PLATFORMS`, such as ``x`` or ``github``."""
    id: str
    """Identifies the thread on its host."""
    url: str
    """Canonical URL of the thread, or of the cited post in it; without tracking parameters."""
    given_url: str
    """The URL as the author wrote it."""
    host: str
    """Lower-case host that the id belongs to; one fixed host for platforms with several names."""
    author: str | None = None
    """Handle without the leading ``@`` (``name@host`` in the fediverse)."""
    community: str | None = None
    """Subreddit, repository, mailing list or site that the thread belongs to."""
    number: str | None = None
    """The number that readers know it by, with its sign: ``#57``, ``!12``."""
    title: str | None = None
    """The slug of the URL, as words."""
    posted: datetime | None = None
    """Aware UTC time decoded from the id or path; None where it could be wrong."""
    precision: Precision = Precision.DAY
    """How much of :attr:`posted` is known."""
    post: str | None = None
    """Id of the cited post in the thread: a comment, a post number, an answer."""
    mirror: str | None = None
    """The front end or copy that the given URL leads to: ``threadreader``, ``nitter``, ..."""
    read_url: str | None = None
    """Clean URL of a readable copy that was given, such as a Thread Reader page; next to :attr:`url`."""
    archive: str | None = None
    """The given URL, if it is an archived copy (Wayback Machine, archive.today)."""
    kind: Kind = Kind.THREAD

    @property
    def key(self) -> tuple[str, str, str]:
        """``(platform, host, id)``; two URLs with the same key lead to the same thread."""
        return self.platform, self.host, self.id
