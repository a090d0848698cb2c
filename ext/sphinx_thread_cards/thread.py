"""A thread as it was kept: frozen data between the network, the snapshot's file and the card.

Rich text is data, not markup. What came from the network is taken apart when it is fetched, and put together again as
docutils nodes; no markup of others reaches an output.

The classes have no slots: a snapshot is read into their ``__dict__`` (see ``readers.py``), in two thirds of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

FORMAT = 1
"""Version of the snapshot's file; raised whenever an older reader would misread a newer file."""


class Status(StrEnum):
    """What is known of the live thread."""

    LIVE = "live"
    """As it was kept, when it was last looked at."""
    EDITED = "edited"
    """Changed since it was kept."""
    GONE = "gone"
    """Deleted, or no longer public."""
    WITHDRAWN = "withdrawn"
    """Taken out of the site on request; nothing of it is kept, and it is not fetched again."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A run of text of one kind."""

    text: str
    href: str | None = None
    """An http or https address; None for text that is no link."""
    emphasis: bool = False
    strong: bool = False
    code: bool = False


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    r"""Spans in a row; a line break is ``\n`` in a span's text."""

    spans: tuple[Span, ...]
    type: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, kw_only=True)
class Code:
    """Text whose spaces and line breaks count."""

    text: str
    language: str | None = None
    type: Literal["code"] = "code"


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Blocks that the post's author quotes."""

    blocks: tuple[Block, ...]
    type: Literal["quote"] = "quote"


@dataclass(frozen=True, kw_only=True)
class List:
    """Items, each of blocks."""

    items: tuple[tuple[Block, ...], ...]
    ordered: bool = False
    start: int = 1
    """The first number, where it is ordered."""
    type: Literal["list"] = "list"


Block = Paragraph | Code | Quote | List


@dataclass(frozen=True, kw_only=True)
class Media:
    """A picture, or the still of a video."""

    kind: Literal["picture", "video"] = "picture"
    url: str | None = None
    """Where it was found; where a video is to be seen."""
    still: str | None = None
    """Where the still picture of a video was found."""
    file: str | None = None
    """Name in the media folder, its content's hash with an ending; None where it is not kept."""
    width: int | None = None
    """Pixels of the kept file."""
    height: int | None = None
    alt: str | None = None
    """Alternative text: that of its author, or yours where there was none."""


@dataclass(frozen=True, kw_only=True)
class Author:
    """Somebody who takes part in a thread."""

    handle: str
    """Without the leading ``@``; ``name@host`` for the fediverse."""
    name: str | None = None
    url: str | None = None
    avatar: Media | None = None


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post of a thread."""

    id: str
    url: str
    """Permalink."""
    author: str
    """Handle of one of :attr:`Thread.participants`."""
    answers: str | None = None
    """Id of the earlier post that it answers, where that is not the one right before."""
    posted: str | None = None
    """ISO 8601 with zone, in UTC: ``2020-10-06T16:13:58Z``."""
    edited: str | None = None
    blocks: tuple[Block, ...] = ()
    media: tuple[Media, ...] = ()
    warning: str | None = None
    """Content warning that its author set."""
    lang: str | None = None
    """BCP 47 tag, where it is not the thread's."""
    quoted: Post | None = None


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a snapshot comes from, and what became of the thread."""

    retrieved: str | None = None
    """ISO 8601 time in UTC; None for a snapshot written by hand."""
    endpoint: str | None = None
    """Address that was asked, or ``file`` for a page that the author saved, or ``hand``."""
    digest: str | None = None
    """``sha256:`` and the hash of what the posts said when they were fetched."""
    archived: str | None = None
    """Address of an archived copy."""
    status: Status = Status.LIVE
    checked: str | None = None
    """ISO 8601 time in UTC at which the status was found."""
    whole: bool = True
    """Whether all posts of the thread were to be had when it was kept."""


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A whole thread as it was kept."""

    platform: str
    host: str
    id: str
    """The three make :attr:`ThreadRef.key`."""
    url: str
    title: str | None = None
    lang: str | None = None
    participants: tuple[Author, ...] = ()
    posts: tuple[Post, ...] = ()
    replies: int | None = None
    """How many answers the platform counted, kept or not."""
    provenance: Provenance = Provenance()
    format: int = FORMAT
