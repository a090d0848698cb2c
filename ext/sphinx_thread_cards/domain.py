"""The domain ``thread``: which threads the site cites, where, and what its authors say of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, cast

from docutils import nodes
from sphinx.domains import ObjType
from sphinx.roles import XRefRole

from sphinx_thread_cards import store, words
from sphinx_thread_cards.citations import citation_text, told
from sphinx_thread_cards.describe import describe
from sphinx_thread_cards.index import ThreadIndex
from sphinx_thread_cards.languages import runs_to_the_left
from sphinx_thread_cards.notes import Notes
from sphinx_thread_cards.options import Options
from sphinx_thread_cards.platforms import find_thread
from sphinx_thread_cards.store import SnapshotError
from sphinx_thread_cards.targets import link, objects, targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sphinx import addnodes
    from sphinx.builders import Builder
    from sphinx.domains import Index
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import RoleFunction

    from sphinx_thread_cards.card import Card, Subject
    from sphinx_thread_cards.lists import Listed
    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.notes import Entry
    from sphinx_thread_cards.thread import Thread

_NO_OPTIONS = Options()


class ThreadDomain(Notes):
    """The cards of a site, by thread."""

    name = "thread"
    label = "Thread"
    object_types: ClassVar[dict[str, ObjType]] = {"card": ObjType("thread", "ref")}
    indices: ClassVar[list[type[Index]]] = [ThreadIndex]
    # ``{thread:ref}`name```: a link to a card, worded by its title.
    roles: ClassVar[dict[str, RoleFunction | XRefRole]] = {
        "ref": XRefRole(lowercase=True, innernodeclass=nodes.inline, warn_dangling=True)
    }
    dangling_warnings: ClassVar[dict[str, str]] = {"ref": "no card has the anchor or the name %(target)r"}

    def find(self, url: str) -> ThreadRef:
        """The thread at an address that was let in when its page was read."""
        ref = self._found.get(url)
        if ref is None:
            ref = self._found[url] = cast("ThreadRef", find_thread(url, self.env.config.thread_cards_hosts))
        return ref

    @cached_property
    def _found(self) -> dict[str, ThreadRef]:
        """What was found already: a card is asked for when it is read and when it is written."""
        return {}

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

    @cached_property
    def best_cards(self) -> Mapping[Subject, Card]:
        """For each subject the card that says most of who and when; the first one of equals.

        Found once; asked for only when all pages have been read.
        """
        best: dict[Subject, Card] = {}
        for entry in self.entries():
            card = self.describe(entry.url, entry.options)
            if card.subject not in best or told(card) > told(best[card.subject]):
                best[card.subject] = card
        return best

    def cited(self, url: str) -> Card:
        """What a citation goes by: the best card of what it cites, or what is known without one."""
        card = self.describe(url)
        return self.best_cards.get(card.subject, card)

    def get_type_name(self, type: ObjType, primary: bool = False) -> str:  # noqa: A002, ARG002, FBT001, FBT002 - the signature of Sphinx
        """What the search calls a card: the one word, where Sphinx would say "Thread thread"."""
        return words.thread()

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """For ``objects.inv`` and the search."""
        return objects(self.entries())

    @cached_property
    def targets(self) -> Mapping[str, Entry]:
        """The cards by name, found once; asked for only when all pages have been read."""
        return targets(self.entries())

    def resolve_xref(  # noqa: PLR0913, PLR0917 - the signature of Sphinx
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Word a citation and link it, or link a card by its name."""
        if typ == "ref":
            entry = self.targets.get(target.lower())
            return link(entry, fromdocname, builder, node, contnode) if entry else None
        card = self.cited(target)
        text = citation_text(card, env.config.language)
        if builder.format == "text":
            # The only writer that leaves the addresses of links out.
            text = f"{text} <{card.href}>"
        elif builder.format == "html" and runs_to_the_left(env.config.language):
            # Few themes say so of the page: marks of Unicode set it apart from a line that may run the other way.
            text = f"\u2067{text}\u2069"
        contnode.children = []
        contnode += nodes.Text(text)
        return nodes.reference("", "", contnode, refuri=card.href, internal=False)

    @cached_property
    def threads(self) -> list[Listed]:
        """The threads that the site cites, found once; asked for only when all pages have been read."""
        from sphinx_thread_cards.lists import gather  # noqa: PLC0415 - few sites have lists, and the others need not wait for this

        return gather(self)

    def resolve_any_xref(self, *args: object) -> list[tuple[str, nodes.reference]]:  # noqa: ARG002
        """Addresses are not names that ``{any}`` could mean."""
        return []
