"""The domain ``thread``: which threads the site cites, where, and what its authors say of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast

from docutils import nodes
from docutils.utils import get_source_line
from sphinx.domains import Domain, ObjType

from sphinx_thread_cards import store
from sphinx_thread_cards.card import describe
from sphinx_thread_cards.citations import citation_text, told
from sphinx_thread_cards.index import ThreadIndex
from sphinx_thread_cards.options import Options
from sphinx_thread_cards.platforms import find_thread
from sphinx_thread_cards.store import SnapshotError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from sphinx import addnodes
    from sphinx.builders import Builder
    from sphinx.domains import Index
    from sphinx.environment import BuildEnvironment

    from sphinx_thread_cards.card import Card, Subject
    from sphinx_thread_cards.model import ThreadRef
    from sphinx_thread_cards.thread import Thread

_NO_OPTIONS = Options()


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


class ThreadDomain(Domain):
    """The cards of a site, by thread."""

    name = "thread"
    label = "Thread"
    object_types: ClassVar[dict[str, ObjType]] = {"card": ObjType("thread", "cite")}
    initial_data: ClassVar[dict[str, Any]] = {"cards": {}, "citations": {}, "worded": {}}
    data_version = 1
    indices: ClassVar[list[type[Index]]] = [ThreadIndex]

    @property
    def cards(self) -> dict[str, list[Entry]]:
        """Docname to the cards on that page, from top to bottom."""
        return cast("dict[str, list[Entry]]", self.data["cards"])

    @property
    def citations(self) -> dict[str, dict[str, str]]:
        """Docname to the addresses that the page cites in running text, each with the place of the first time."""
        return cast("dict[str, dict[str, str]]", self.data["citations"])

    def note_card(self, card: Card, options: Options, node: nodes.Element, *, kept: bool) -> None:
        """Remember a card of the page that is being read; its anchor is the node's first id."""
        docname, url, place = self.env.docname, card.ref.given_url, place_of(node)
        entry = Entry(docname, node["ids"][0], tuple(node["names"]), card.title, url, options, place, kept)
        self.cards.setdefault(docname, []).append(entry)

    def clear_doc(self, docname: str) -> None:
        """Forget a page."""
        self.cards.pop(docname, None)
        self.citations.pop(docname, None)

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over the pages that another process has read."""
        for kind in ("cards", "citations"):
            self.data[kind].update({name: value for name, value in otherdata[kind].items() if name in docnames})

    def entries(self) -> Iterator[Entry]:
        """Every card, in the order of docnames, so that serial and parallel builds agree."""
        for docname in sorted(self.cards):
            yield from self.cards[docname]

    def find(self, url: str) -> ThreadRef:
        """The thread at an address that was let in when its page was read."""
        return cast("ThreadRef", find_thread(url, self.env.config.thread_cards_hosts))

    def describe(self, url: str, options: Options = _NO_OPTIONS) -> Card:
        """What a card says; as if nothing were kept where the snapshot cannot be used."""
        ref = self.find(url)
        try:
            thread = self.load(ref)
        except SnapshotError:
            thread = None
        return self.describe_kept(ref, options, thread)

    def describe_kept(self, ref: ThreadRef, options: Options, thread: Thread | None) -> Card:
        """What a card says of a thread and its snapshot, as the site's settings have it."""
        show, excerpt = self.env.config.thread_cards_show, self.env.config.thread_cards_excerpt
        return describe(ref, options, thread, unrolled=show == "thread", excerpt=excerpt)

    def load(self, ref: ThreadRef) -> Thread | None:
        """The thread's snapshot, if one is kept.

        Raises:
            SnapshotError: it cannot be used, and why.
        """
        return store.load(ref, self.env.srcdir / store.FOLDER) if self._keeps_threads else None

    @cached_property
    def _keeps_threads(self) -> bool:
        """Whether there is a store at all: a site without one need not look for a file for each card."""
        return (self.env.srcdir / store.FOLDER).is_dir()

    def snapshot_of(self, ref: ThreadRef) -> Path:
        """Where the thread's snapshot is, or would be."""
        return store.path_of(ref, self.env.srcdir / store.FOLDER)

    def best_cards(self) -> dict[Subject, Card]:
        """For each subject the card that says most of who and when; the first one of equals."""
        best: dict[Subject, Card] = {}
        for entry in self.entries():
            card = self.describe(entry.url, entry.options)
            if card.subject not in best or told(card) > told(best[card.subject]):
                best[card.subject] = card
        return best

    def cited(self, url: str, best: Mapping[Subject, Card]) -> Card:
        """What a citation goes by: the best card of what it cites, or what is known without one."""
        card = self.describe(url)
        return best.get(card.subject, card)

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """For ``objects.inv`` and the search: each card once, under its anchor."""
        seen = set()
        for entry in self.entries():
            if entry.node_id not in seen:
                seen.add(entry.node_id)
                yield entry.node_id, entry.title, "card", entry.docname, entry.node_id, 1

    def resolve_xref(  # noqa: PLR0913, PLR0917 - the signature of Sphinx
        self,
        env: BuildEnvironment,
        fromdocname: str,  # noqa: ARG002
        builder: Builder,
        typ: str,  # noqa: ARG002
        target: str,
        node: addnodes.pending_xref,  # noqa: ARG002
        contnode: nodes.Element,
    ) -> nodes.reference:
        """Word a citation, and link it."""
        card = self.cited(target, self._cited_cards)
        text = citation_text(card, env.config.language)
        if builder.format == "text":
            # The only writer that leaves the addresses of links out.
            text = f"{text} <{card.href}>"
        contnode.children = []
        contnode += nodes.Text(text)
        return nodes.reference("", "", contnode, refuri=card.href, internal=False)

    @cached_property
    def _cited_cards(self) -> dict[Subject, Card]:
        """The best cards, found once; asked for only when all pages have been read."""
        return self.best_cards()

    def resolve_any_xref(self, *args: object) -> list[tuple[str, nodes.reference]]:  # noqa: ARG002
        """Addresses are not names that ``{any}`` could mean."""
        return []


def place_of(node: nodes.Node) -> str:
    """``index.md:12``: the file, as its parser names it, and the line where a node begins, as far as they are known."""
    source, line = get_source_line(node)
    return ":".join(str(part) for part in (source, line) if part)
