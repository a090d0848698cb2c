"""The pictures of a thread, kept beside its snapshot: fetched, drawn anew, and named by what is in them.

So a page that shows a thread asks nobody for them, two threads with one picture share a file, and a file never changes.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from thread_snapshots.errors import FetchError, shown
from thread_snapshots.redraw import NoPicture, redraw
from sphinx_thread_cards.store import MEDIA, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sphinx_thread_cards.thread import Author, Media, Post, Thread

MOST_BYTES = 16 * 1024 * 1024
"""Of a picture as it comes, for whoever fetches it."""
ACCEPT = "image/*, */*;q=0.1"
"""Types to ask for. Stores of files often say that a picture is mere bytes; what it is shows when it is read."""
MOST_PICTURES = 1_000
"""Requests for one thread."""


def keep_pictures(
    thread: Thread, before: Thread | None, folder: Path, fetch: Callable[[str], bytes]
) -> tuple[Thread, list[str]]:
    """Keep the avatars and pictures of a thread, and the stills of its videos.

    One that was kept before is not fetched again. Alternative text that stands in the snapshot stays where the platform
    has none: somebody wrote it by hand. As the live thread does not have it, the digest is to be made before.

    :param before: the snapshot that is kept until now.
    :param folder: the store's; the files go to ``media`` in it.
    :param fetch: gives what is at an address, of at most :data:`MOST_BYTES`, or raises FetchError.
    :returns: the thread with names and sizes of the files, and for each picture that could not be kept a line that says
        why; it stays in the thread without a file.
    :raises OSError: nothing can be written.
    """
    keeper = _Keeper(before, folder / MEDIA, fetch)
    posts = tuple(map(keeper.post, thread.posts))
    people = tuple(map(keeper.author, thread.participants))
    return replace(thread, posts=posts, participants=people), keeper.notes


class _Keeper:
    """Keeps each picture once, and remembers what became of it."""

    def __init__(self, before: Thread | None, folder: Path, fetch: Callable[[str], bytes]) -> None:
        self.notes: list[str] = []
        self._asked = 0
        self._folder = folder
        self._fetch = fetch
        kept = list(_all_media(before)) if before else []
        self._kept = {(_address(media), avatar): media for media, avatar in kept}
        # An address may change from one fetch to the next, while the picture stays.
        self._texts = {media.file: media.alt for media, _ in kept if media.file and media.alt}
        self._done: dict[tuple[str, bool], Media | None] = {}

    def author(self, author: Author) -> Author:
        return replace(author, avatar=self._media(author.avatar, avatar=True)) if author.avatar else author

    def post(self, post: Post) -> Post:
        quoted = self.post(post.quoted) if post.quoted else None
        return replace(post, media=tuple(map(self._media, post.media)), quoted=quoted)

    def _media(self, media: Media, *, avatar: bool = False) -> Media:
        """The same with its file, if there is one, and with the text that was written for it."""
        url = _address(media)
        if url is None:
            return media
        key = url, avatar
        before = self._kept.get(key)
        if key not in self._done:
            there = before and before.file and (self._folder / before.file).is_file()
            self._done[key] = before if there else self._new(media, url, avatar=avatar)
        if copy := self._done[key]:
            media = replace(media, file=copy.file, width=copy.width, height=copy.height)
        return replace(media, alt=media.alt or (before and before.alt) or self._texts.get(media.file or ""))

    def _new(self, media: Media, url: str, *, avatar: bool) -> Media | None:
        """A picture that is not there yet; None, and a note, if it cannot be had."""
        self._asked += 1
        if self._asked > MOST_PICTURES:
            self.notes.append(f"{shown(url)}: there are more than {MOST_PICTURES:,} pictures")
            return None
        try:
            drawn = redraw(self._fetch(url), avatar=avatar)
        except FetchError as error:
            self.notes.append(str(error))
            return None
        except NoPicture as error:
            self.notes.append(f"{shown(url)}: {error}")
            return None
        name = f"{hashlib.sha256(drawn.content).hexdigest()}.{drawn.ending}"
        write_whole(self._folder / name, drawn.content)
        return replace(media, file=name, width=drawn.width, height=drawn.height)


def _address(media: Media) -> str | None:
    """Where the picture itself is to be had."""
    return media.still if media.kind == "video" else media.url


def _all_media(thread: Thread) -> Iterator[tuple[Media, bool]]:
    """All that a thread shows, each with whether it is an avatar."""
    yield from ((person.avatar, True) for person in thread.participants if person.avatar)
    for post in thread.posts:
        part: Post | None = post
        while part:
            yield from ((media, False) for media in part.media)
            part = part.quoted
