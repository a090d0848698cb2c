"""Inline citations: left as pending references while pages are read, worded when every card of the site is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from docutils import nodes
from sphinx import addnodes

from sphinx_thread_cards import words
from sphinx_thread_cards.card import class_of
from sphinx_thread_cards.dates import show_when
from sphinx_thread_cards.languages import directed

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.domain import ThreadDomain
    from sphinx_thread_cards.urls import ThreadRef


def thread_citation(env: BuildEnvironment, ref: ThreadRef, place: str) -> addnodes.pending_xref:
    """An inline citation, worded when all pages have been read and every card of the site is known.

    :param place: file and line of it.
    """
    domain = cast("ThreadDomain", env.get_domain("thread"))
    domain.citations.setdefault(env.docname, {}).setdefault(ref.given_url, place)
    text = nodes.inline("", ref.url, classes=["thread-citation", class_of(ref)])
    return addnodes.pending_xref(
        "", text, refdomain="thread", reftype="cite", reftarget=ref.given_url, refexplicit=False, refwarn=False
    )


def citation_text(card: Card, language: str) -> str:
    """``Andrei Warkentin on X, 6 October 2020``; without an author, what it is and where."""
    where = words.place_of(card.ref) if card.who else words.what_it_is(card.ref)
    who = card.who and directed(card.who, language)
    return words.citation(who, where, show_when(card.when, language) if card.when else None)


def told(card: Card) -> int:
    """How much a card tells a citation: of author, handle and date, how many are known."""
    return sum(1 for said in (card.author, card.handle, card.when) if said)
