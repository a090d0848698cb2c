"""Lists of threads: what the site cites, each thread once, with the places; which of them a list shows, in what order.

Asked for when all pages have been read, and by sites that have a list or an export alone.
"""

from __future__ import annotations

import hashlib
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sphinx_thread_cards import words
from sphinx_thread_cards.citations import told
from sphinx_thread_cards.list_options import FILTERS, ListOptions
from sphinx_thread_cards.urls import Precision
from sphinx_thread_cards.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.dates import When
    from sphinx_thread_cards.domain import ThreadDomain
    from sphinx_thread_cards.list_options import Order

_DECEMBER = 12


# What a use says, its options, and whether it stands on one of the pages that a list is of.
_Use = tuple["Card", Options, bool]


@dataclass(frozen=True, slots=True)
class Place:
    """A page that cites a thread."""

    docname: str
    node_id: str
    """Anchor of the first card of the thread there; empty where the page only cites it in its text."""
    title: str
    """The page's."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A thread that the site cites."""

    card: Card
    """The one that says most of it, never with its posts."""
    options: Options
    """What that one is described with."""
    places: tuple[Place, ...]
    """In the order of docnames, each page once."""


def gather(domain: ThreadDomain, docs: tuple[str, ...] | None = None) -> list[Listed]:
    """Every thread that the site cites, in the order in which its pages first do so, by docname.

    :param docs: globs of pages whose cards go before equally good ones.
    """
    found: dict[tuple[str, str, str], list[_Use]] = {}
    places: dict[tuple[str, str, str], dict[str, Place]] = {}
    titles = domain.env.titles
    for use in domain.uses():
        docname, options = use.docname, replace(use.options, show="card", posts=None)
        card = domain.describe(use.url, options)
        found.setdefault(card.ref.key, []).append((card, options, docs is not None and _is_in(docname, docs)))
        title = titles[docname].astext() if docname in titles else docname
        places.setdefault(card.ref.key, {}).setdefault(docname, Place(docname, use.node_id, title))
    best = {key: max(uses, key=_worth) for key, uses in found.items()}
    return [Listed(card, options, tuple(places[key].values())) for key, (card, options, _) in best.items()]


def _worth(use: _Use) -> tuple[bool, bool, bool, int]:
    """The whole thread before one post of it; then, who says most."""
    card, _, near = use
    return card.post is None, card.titled, near, told(card)


def choose(domain: ThreadDomain, wish: ListOptions) -> list[Listed]:
    """The threads that a list asks for, in its order."""
    threads = gather(domain, wish.docs) if wish.docs else domain.threads
    found = [thread for thread in threads if _is_wanted(thread.card, wish)]
    if wish.docs:
        in_pages = (replace(thread, places=_in_pages(thread.places, wish.docs)) for thread in found)
        found = [thread for thread in in_pages if thread.places]
    order = wish.order or "oldest"
    # Years and months are in their own order.
    return sort(found, "oldest" if wish.style == "timeline" and order != "newest" else order)


def why_none(domain: ThreadDomain, wish: ListOptions) -> str:
    """What the author of a list without threads can do about it."""
    if not domain.threads:
        return "no page of the site cites a thread"
    given = {name: value for name in FILTERS if (value := getattr(wish, name)) is not None}
    alone = [name for name, value in given.items() if not choose(domain, ListOptions(**{name: value}))]
    if alone:
        return f"no thread fits its option {alone[0]!r}; change it or leave it out"
    return "no thread fits all its options at once; leave one out"


def _in_pages(places: tuple[Place, ...], globs: tuple[str, ...]) -> tuple[Place, ...]:
    return tuple(place for place in places if _is_in(place.docname, globs))


def _is_in(docname: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(docname, glob) for glob in globs)


def _is_wanted(card: Card, wish: ListOptions) -> bool:
    if wish.platform and card.ref.platform not in wish.platform:
        return False
    if wish.author:
        people = {name.casefold() for name in (card.author, card.handle) if name}
        if not people & {name.casefold() for name in wish.author}:
            return False
    when = card.when
    # A date of which only a part is known is within, if it may be.
    after = wish.since is None or (when is not None and last_day(when) >= wish.since.day)
    return after and (wish.until is None or (when is not None and when.day <= last_day(wish.until)))


def last_day(when: When) -> date:
    """The last day that a date as far as it is known may mean."""
    if when.precision is Precision.DAY:
        return when.day
    month = when.day.month if when.precision is Precision.MONTH else _DECEMBER
    return when.day.replace(month=month, day=monthrange(when.day.year, month)[1])


def sort(threads: Iterable[Listed], order: Order) -> list[Listed]:
    """In an order; equals in that of their dates, and what has no date, author or title last."""
    by_date = sorted(threads, key=lambda thread: _time(thread.card))
    dated = [thread for thread in by_date if thread.card.when]
    undated = [thread for thread in by_date if not thread.card.when]
    if order == "newest":
        return [*reversed(dated), *undated]
    oldest = [*dated, *undated]
    if order == "oldest":
        return oldest
    return sorted(oldest, key=lambda thread: _key(thread.card, order))


def _key(card: Card, order: Order) -> tuple[bool, str]:
    if order == "title":
        return not card.titled, card.title.casefold()
    if order == "author":
        who = card.author or card.handle
        return who is None, (who or "").casefold()
    return False, words.platform_label(card.ref).casefold()


def _time(card: Card) -> datetime:
    """The time in UTC by which threads of one day are in order, as far as the address tells it."""
    if card.when is None:
        return datetime.max.replace(tzinfo=UTC)
    posted = card.ref.posted
    if posted and card.post is None and posted.date() == card.when.day:
        return posted
    return datetime(card.when.day.year, card.when.day.month, card.when.day.day, tzinfo=UTC)


def print_of(threads: Iterable[Listed]) -> str:
    """A hash of all that a list shows: where it is another than before, the page is written again."""
    return hashlib.sha256(repr(list(threads)).encode()).hexdigest()
