"""What all readers of posts on X share: who wrote a post, when, and the thread that many of them make."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thread_snapshots.assemble import found_of, person
from thread_snapshots.errors import BadAnswer
from thread_snapshots.shape import when
from thread_snapshots.sources._chains import of_microblog
from thread_snapshots.steps import Found, Wish
from sphinx_thread_cards.platforms import x

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Author, Post

SITE = "https://x.com"
ID = re.compile("[0-9]{1,19}")
HANDLE = re.compile("[A-Za-z0-9_]{1,20}")
STATUS = re.compile(r"(?:https?:)?//[^/?#]+/(?:#!/)?@?([A-Za-z0-9_]{1,20})/status(?:es)?/([0-9]{1,19})(?![0-9])")
"""A post's address, on X or a front end: the handle and the id."""
_CUT = "X gives programs only the beginning of a long post"
_MIDDLE = "it begins in the middle of the thread"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
# "Wed Oct 10 20:19:24 +0000 2018", as the old API writes it.
_OLD = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) ([+-][0-9]{4}) ([0-9]{4})")
# "March 21, 2006", as oEmbed writes it; "Mar 21, 2006 · 8:50 PM UTC", as Nitter does.
_WORDS = re.compile(r"([A-Z][a-z]{2})[a-z]* ([0-9]{1,2}), ([0-9]{4})(?: · ([0-9]{1,2}):([0-9]{2}) ([AP])M UTC)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A post, and what is told beside it."""

    post: Post
    person: Author
    others: tuple[Author, ...] = ()
    """Those whom it quotes, where more than their handle is told."""
    to_self: bool = False
    """Whether it is known to answer its own author."""
    replies: int | None = None
    cut: bool = False
    """Whether the source gave only the beginning of its text."""


def time_of_id(id_: str) -> str | None:
    """The time in a post's id, as a snapshot holds it; None for ids of before 2010."""
    return when(x.posted(id_)) if ID.fullmatch(id_) else None


def time_of_words(text: str) -> str | None:
    """The time in one of the ways that X and Nitter write it in English, without a zone in UTC; None for others."""
    if old := _OLD.fullmatch(text):
        month, day, clock, zone, year = old.groups()
        return when(f"{year}-{_number(month)}-{day}T{clock}{zone}")
    if words := _WORDS.search(text):
        month, day, year, hour, minute, half = words.groups()
        hour = f"{int(hour) % 12 + 12 * (half == 'P'):02}" if hour else "00"
        return when(f"{year}-{_number(month)}-{int(day):02}T{hour}:{minute or '00'}:00Z")
    return None


def _number(month: str) -> str:
    """``03`` for ``Mar``; for no month ``00``, which makes no date."""
    name = month.lower()
    return f"{_MONTHS.index(name) + 1 if name in _MONTHS else 0:02}"


def author_of(handle: str, name: str | None = None, picture: object = None) -> Author:
    """Somebody on X."""
    return person(handle, name, f"{SITE}/{handle}", picture)


def address(handle: str, id_: str) -> str:
    """A post's permalink."""
    return f"{SITE}/{handle or 'i'}/status/{id_}"


def full_size(picture: str) -> str:
    """The address of a picture in the size in which it was sent in; X shows a smaller one at the bare address."""
    parts = urlsplit(picture)
    if parts.netloc != "pbs.twimg.com" or not parts.path.startswith("/media/"):
        return picture
    # A browser is given another format than what was sent in.
    kept = [part.replace("webp", "jpg") for part in parts.query.split("&") if part.startswith("format=")]
    query = "&".join([*kept, "name=orig"])
    return f"https://pbs.twimg.com{parts.path.partition(':')[0]}?{query}"


def chain_of(told: Iterable[Told], id_: str, wish: Wish) -> list[Told]:
    """The author's chain that a post stands in, as far as it is there, in the order of time; with wished answers.

    :param id_: of the post; without it there is no chain.
    """
    known = {item.post.id: item for item in told}
    chain = of_microblog((item.post for item in known.values()), id_, wish) if id_ in known else []
    return [known[post.id] for post in sorted(chain, key=lambda post: int(post.id))]


def found_chain(
    ref: ThreadRef, chain: list[Told], endpoint: str, notes: Iterable[str] = (), *, whole: bool = True
) -> Found:
    """A chain as what a fetch finds. Long posts that were cut, and a chain without its beginning, are noted.

    :raises BadAnswer: if there is none.
    """
    if not chain:
        raise BadAnswer(ref.url, f"post {ref.id} is not in the answer")
    cut, middle = any(item.cut for item in chain), chain[0].to_self
    notes = [note for note, true in ((_MIDDLE, middle), (_CUT, cut)) if true] + list(notes)
    quoted = (item.post.quoted for item in chain)
    people = {post.author: author_of(post.author) for post in quoted if post}
    people |= {other.handle: other for item in chain for other in item.others}
    people |= {item.person.handle: item.person for item in reversed(chain)}
    found = found_of(ref, [item.post for item in chain], people, endpoint=endpoint, replies=chain[0].replies)
    thread = found.thread
    if ref.author is None:
        # Its address without a name works too, but tells readers on paper less.
        thread = replace(thread, url=address(thread.posts[0].author, ref.id))
    return Found(thread=thread, whole=whole and not (cut or middle), note="; ".join(notes))
