"""What one card says, and the lines that say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sphinx_thread_cards import words
from sphinx_thread_cards.dates import show_when
from sphinx_thread_cards.languages import is_another
from sphinx_thread_cards.words import _

if TYPE_CHECKING:
    from sphinx_thread_cards.dates import When
    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Media, Post, Thread

BLOCK = "thread-card"
SEPARATOR = " · "
# Platform, host and id of a thread, and the id of the one post in it that is meant.
Subject = tuple[str, str, str, str | None]
_NOT_IN_ANCHOR = re.compile(r"[^A-Za-z0-9._]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What one card says: the author's options laid over what the URL tells."""

    ref: ThreadRef
    title: str
    titled: bool
    """Whether the title says more than what kind of thread it is."""
    author: str | None
    handle: str | None
    when: When | None
    lang: str | None
    title_lang: str | None
    """Language of the title, where it is known."""
    archive: str | None
    avatar: Media | None = None
    """The author's, if its picture is kept."""
    kept: When | None = None
    """When the snapshot was taken, if one is kept and it says so."""
    status: str = "live"
    """What became of the thread since (see :class:`thread.Status`)."""
    whole: bool = True
    """Whether all posts of the thread were to be had when it was kept."""
    post: str | None = None
    """Id of the one post that the address means, where that is not the first."""
    quoted: Post | None = None
    """The kept post whose beginning the card quotes."""
    excerpt: int = 0
    """About how many characters of it."""
    thread: Thread | None = None
    """The kept thread, where its posts are to be shown."""
    posts: tuple[tuple[int, int], ...] | None = None
    """Which posts to show, as inclusive ranges in any order; None for all."""

    @property
    def who(self) -> str | None:
        """The author's name, or else handle with ``@``."""
        return self.author or (self.handle and f"@{self.handle}")

    @property
    def numbers(self) -> list[int]:
        """Numbers of the posts that it shows, in their order, from 1."""
        total = len(self.thread.posts) if self.thread else 0
        ranges = ((1, total),) if self.posts is None else self.posts
        return sorted({number for first, last in ranges for number in range(first, min(last, total) + 1)})

    @property
    def place(self) -> str:
        """Where on its platform it stands, as far as the title does not say it: ``pftf/RPi4 #57``."""
        return " ".join(filter(None, (self.ref.community if self.titled else None, self.ref.number)))

    @property
    def href(self) -> str:
        """The address that the title leads to."""
        if self.archive and self.status == "gone":
            return self.archive
        return self.ref.read_url or self.ref.url

    @property
    def subject(self) -> Subject:
        """What tells it from cards of other threads, and of other posts of its thread."""
        return (*self.ref.key, self.post)


def anchor(ref: ThreadRef) -> str:
    """The card's id on its page, ``thread-x-1313512835843055618``."""
    return f"thread-{ref.platform}-{_NOT_IN_ANCHOR.sub('-', ref.id).strip('-')}"


def class_of(ref: ThreadRef) -> str:
    """The class of all cards of a platform, ``thread-card-x``."""
    return f"{BLOCK}-{ref.platform}"


def header(card: Card, language: str) -> list[str]:
    """The parts of the first line: platform, place in it, date, language; those that are known."""
    date = show_when(card.when, language) if card.when else None
    foreign = card.lang and is_another(card.lang, language)
    tongue = words.language_name(card.lang, language) if card.lang and foreign else None
    return [part for part in (words.platform_label(card.ref), card.place, date, tongue) if part]


def kept_note(card: Card, language: str) -> str | None:
    """When the thread was kept and how much of it, where posts of it are shown; what became of it since."""
    shown = card.thread or (card.status == "edited" and card.quoted)
    if not shown and card.status != "gone":
        return None
    note = words.kept(show_when(card.kept, language) if card.kept else None, card.status)
    part = _("Only a part of the thread was to be had.") if card.thread and not card.whole else None
    return SEPARATOR.join(filter(None, (note, part))) or None


def addresses(card: Card) -> list[tuple[str, str]]:
    """The addresses that a card offers, best first, as (label, URL)."""
    read = words.original_on if card.status == "gone" and not card.ref.read_url else words.read_on
    links = [(read(card.ref), card.ref.read_url or card.ref.url)]
    if card.ref.read_url:
        links.append((words.original_on(card.ref), card.ref.url))
    if card.archive:
        links.insert(0 if card.status == "gone" else len(links), (_("Archived copy"), card.archive))
    return links
