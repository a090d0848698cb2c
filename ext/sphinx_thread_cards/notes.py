"""What the domain remembers of each page: its cards, citations and lists, and what it refers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from docutils.utils import get_source_line
from sphinx.domains import Domain

from sphinx_thread_cards.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from docutils import nodes
    from sphinx.builders import Builder

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.list_options import ListOptions

_BY_PAGE = "cards", "citations", "lists", "references"


@dataclass(frozen=True, slots=True)
class Entry:
    """One card of the site, as its author asked for it; :func:`describe` tells the rest again."""

    docname: str
    node_id: str
    names: tuple[str, ...]
    title: str
    url: str
    options: Options
    place: str
    """File and line where it is asked for, as :func:`place_of` has it."""
    kept: bool
    """Whether there was a snapshot when the page was read."""
    posts: tuple[int, ...] = ()
    """Numbers of the posts that it shows, each of which has an anchor: the card's, a hyphen, and the number."""


class Notes(Domain):
    """What is remembered while pages are read, and between builds."""

    initial_data: ClassVar[dict[str, Any]] = {
        name: {} for name in (*_BY_PAGE, "worded", "listed", "linked", "styled", "labels")
    }
    data_version = 2
    builder: Builder
    """Who builds; known from ``builder-inited`` on."""

    @property
    def cards(self) -> dict[str, list[Entry]]:
        """Docname to the cards on that page, from top to bottom."""
        return cast("dict[str, list[Entry]]", self.data["cards"])

    @property
    def citations(self) -> dict[str, dict[str, str]]:
        """Docname to the addresses that the page cites in running text, each with the place of the first time."""
        return cast("dict[str, dict[str, str]]", self.data["citations"])

    @property
    def lists(self) -> dict[str, list[ListOptions]]:
        """Docname to the lists of threads on that page."""
        return cast("dict[str, list[ListOptions]]", self.data["lists"])

    @property
    def references(self) -> dict[str, set[str]]:
        """Docname to the names that the page refers to, whatever they name."""
        return cast("dict[str, set[str]]", self.data["references"])

    @property
    def labels(self) -> dict[str, tuple[str, str, str]]:
        """The labels of Sphinx's own that stand for cards: name to docname, anchor and title."""
        return cast("dict[str, tuple[str, str, str]]", self.data["labels"])

    def note_card(self, card: Card, options: Options, node: nodes.Element, *, kept: bool) -> None:
        """Remember a card of the page that is being read; its anchor is the node's first id."""
        docname, url, place, anchor = self.env.docname, card.ref.given_url, place_of(node), node["ids"][0]
        posts = tuple(card.numbers)
        if node.document:
            # So that no later card of the thread takes the anchor of a post.
            node.document.ids.update({f"{anchor}-{number}": node for number in posts})
        entry = Entry(docname, anchor, tuple(node["names"]), card.title, url, options, place, kept, posts)
        self.cards.setdefault(docname, []).append(entry)

    def note_list(self, options: ListOptions) -> None:
        """Remember a list of the page that is being read."""
        self.lists.setdefault(self.env.docname, []).append(options)

    def changed(self, kind: str, now: dict[str, Any]) -> list[str]:
        """The pages of which something is another than it was when they were last built.

        :param now: docname to what it is now, which is remembered.
        """
        before, self.data[kind] = self.data[kind], now
        return [docname for docname, this in now.items() if before.get(docname, this) != this]

    def clear_doc(self, docname: str) -> None:
        """Forget a page."""
        for kind in _BY_PAGE:
            self.data[kind].pop(docname, None)

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over the pages that another process has read."""
        for kind in _BY_PAGE:
            self.data[kind].update({name: value for name, value in otherdata[kind].items() if name in docnames})

    def uses(self) -> Iterator[Entry]:
        """Every card and citation, in the order of docnames; a page's cards first, as one can go to them.

        A citation has neither an anchor nor options.
        """
        for docname in sorted({*self.cards, *self.citations}):
            yield from self.cards.get(docname, ())
            for url, place in self.citations.get(docname, {}).items():
                yield Entry(docname, "", (), "", url, Options(), place, kept=True)

    def entries(self) -> Iterator[Entry]:
        """Every card, in the order of docnames, so that serial and parallel builds agree."""
        for docname in sorted(self.cards):
            yield from self.cards[docname]


def place_of(node: nodes.Node) -> str:
    """``index.md:12``: the file, as its parser names it, and the line where a node begins, as far as they are known."""
    source, line = get_source_line(node)
    return ":".join(str(part) for part in (source, line) if part)
