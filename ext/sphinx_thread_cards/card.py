"""From what is known of a thread to its card: standard docutils nodes, the same for every builder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.dates import show_when, when_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinx_thread_cards.dates import When
    from sphinx_thread_cards.model import ThreadRef
    from sphinx_thread_cards.options import Options

BLOCK = "thread-card"
# Named once, so that all cards share these strings.
_HEADER, _TITLE, _AUTHOR, _SUMMARY, _LINK = (
    f"{BLOCK}-{part}" for part in ("header", "title", "author", "summary", "link")
)
SEPARATOR = " · "
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
    archive: str | None

    @property
    def href(self) -> str:
        """The address that the title leads to."""
        return self.ref.read_url or self.ref.url


def describe(ref: ThreadRef, options: Options) -> Card:
    """Lay what the author wrote over what the address says."""
    title = options.title or ref.title
    return Card(
        ref=ref,
        title=title or words.what_it_is(ref),
        titled=title is not None,
        author=options.author,
        handle=options.handle or ref.author,
        when=options.date or when_of(ref),
        lang=options.lang,
        archive=options.archive,
    )


def anchor(ref: ThreadRef) -> str:
    """The card's id on its page, ``thread-x-1313512835843055618``."""
    return f"thread-{ref.platform}-{_NOT_IN_ANCHOR.sub('-', ref.id).strip('-')}"


def build(card: Card, summary: Sequence[nodes.Node], language: str) -> nodes.container:
    """The card as a plain container; every builder knows what is in it.

    :param summary: the parsed body of the directive; it moves into the card.
    :param language: Sphinx's ``language``, for dates.
    """
    # A plain container, not a subclass: the Confluence and Word builders drop subclasses with all they hold.
    box = nodes.container(classes=[BLOCK, f"{BLOCK}-{card.ref.platform}"])
    box += _header(card, language)
    box += _title(card)
    if who := _who(card):
        box += nodes.paragraph("", "", *who, classes=[_AUTHOR])
    if summary:
        box += nodes.container("", *summary, classes=[_SUMMARY])
    box += list(_links(card))
    return box


def _header(card: Card, language: str) -> nodes.paragraph:
    """One line of text: every node of a card costs memory for as long as the site is read.

    Where there is a date, attributes say which part of the line it is, and what it is for machines.
    """
    ref = card.ref
    parts = [words.platform_label(ref), " ".join(filter(None, (ref.community if card.titled else None, ref.number)))]
    paragraph = nodes.paragraph(classes=[_HEADER])
    if card.when:
        paragraph["date"], paragraph["datetime"] = show_when(card.when, language), card.when.isoformat()
        parts.append(paragraph["date"])
    if card.lang and card.lang.partition("-")[0] != language.partition("_")[0]:
        parts.append(words.language_name(card.lang, language))
    paragraph += nodes.Text(SEPARATOR.join(filter(None, parts)))
    return paragraph


def _title(card: Card) -> nodes.paragraph:
    link = nodes.reference("", card.title, refuri=card.href)
    return nodes.paragraph("", "", link, classes=[_TITLE])


def _who(card: Card) -> list[nodes.Node]:
    handle = f"@{card.handle}" if card.handle else None
    if card.author and handle:
        return [nodes.Text(f"{card.author} "), nodes.inline("", handle, classes=[f"{BLOCK}-handle"])]
    name = card.author or handle
    return [nodes.Text(name)] if name else []


def addresses(card: Card) -> list[tuple[str, str]]:
    """The addresses that a card offers, best first, as (label, URL)."""
    links = [(words.read_on(card.ref), card.href)]
    if card.ref.read_url:
        links.append((words.original_on(card.ref), card.ref.url))
    if card.archive:
        links.append((words.archived_copy(), card.archive))
    return links


def _links(card: Card) -> Iterator[nodes.paragraph]:
    """Labels with whole addresses, readable where nobody can click; HTML makes links of the labels alone."""
    for label, url in addresses(card):
        link = nodes.reference("", url, refuri=url)
        yield nodes.paragraph("", f"{label}: ", link, classes=[_LINK])
