"""From pages to cards: find lone addresses, note every card that is asked for, build it when a page is written.

While a site is read, a card is one container that knows its address and options, and holds the author's summary.
Sphinx keeps all pages in memory until they are written, and every node of every card would be among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_thread_cards import card as cards
from sphinx_thread_cards.card_nodes import build
from sphinx_thread_cards.options import Options
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.store import SnapshotError
from sphinx_thread_cards.targets import word_links
from sphinx_thread_cards.warnings import Warn, warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sphinx_thread_cards.domain import ThreadDomain
    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Thread

# In these, an address is one item among others: it stays a link.
_NO_CARDS_IN = (
    nodes.list_item,
    nodes.definition,
    nodes.field_body,
    nodes.description,
    nodes.entry,
    nodes.footnote,
    nodes.citation,
    nodes.block_quote,
    nodes.legend,
    addnodes.glossary,
)
_NO_OPTIONS = Options()
_BARE_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Request:
    """A card that is asked for: its address as it was given, and what the author says of it."""

    url: str
    options: Options


def card_place(ref: ThreadRef, options: Options = _NO_OPTIONS, summary: Iterable[nodes.Node] = ()) -> nodes.container:
    """The place of a card in the doctree of its page: a plain container that every builder could write."""
    # Not a subclass: the Confluence and Word builders drop subclasses with all they hold.
    place = nodes.container("", *summary, classes=[cards.BLOCK, cards.class_of(ref)])
    place["card"] = Request(ref.given_url, options)
    return place


def card_places(document: nodes.document) -> Iterator[nodes.container]:
    """The places of cards on a page, from top to bottom."""
    for node in document.findall(nodes.container):
        if "card" in node.attributes:
            yield node


class FindLoneUrls(SphinxTransform):
    """Ask for a card wherever a paragraph is only the address of a thread."""

    # Before SmartQuotes (750), which would make an en dash of the -- in an address.
    default_priority = 740

    def apply(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401 - the signature of docutils
        """Ask, where the site's settings let it."""
        if not self.config.thread_cards_auto:
            return
        hosts = self.config.thread_cards_hosts
        for paragraph in list(self.document.findall(nodes.paragraph)):
            url = _lone_url(paragraph)
            if url and (ref := parse_thread_url(url, hosts)) and _may_hold_a_card(paragraph):
                place = card_place(ref)
                # sphinx-design marks paragraphs of its own cards; this is none any more.
                place["classes"] += [name for name in paragraph["classes"] if name != "sd-card-text"]
                place["ids"], place["names"] = paragraph["ids"], paragraph["names"]
                place.source, place.line = paragraph.source, paragraph.line
                paragraph.parent.replace(paragraph, place)


def _lone_url(paragraph: nodes.paragraph) -> str | None:
    """The address, if the paragraph is nothing else and shows it as it is."""
    if len(paragraph) != 1:
        return None
    child = paragraph[0]
    if isinstance(child, nodes.reference):
        # Text and address of one link may differ in encoding (ä, www.); words never look like an address.
        return child.get("refuri") if _looks_like_address(child.astext()) else None
    text = child.astext().strip() if isinstance(child, nodes.Text) else ""
    return text if _BARE_URL.fullmatch(text) else None


def _looks_like_address(text: str) -> bool:
    return text.startswith(("http://", "https://", "www.")) and " " not in text


def _may_hold_a_card(paragraph: nodes.paragraph) -> bool:
    node: nodes.Node | None = paragraph
    while node is not None:
        if isinstance(node, _NO_CARDS_IN) or "no-card" in getattr(node, "attributes", {}).get("classes", ()):
            return False
        node = node.parent
    return True


class NoteCards(SphinxTransform):
    """Give every card its anchor, and tell the domain of it."""

    # After FindLoneUrls, and before the collectors of Sphinx (880), for which the page is complete then.
    default_priority = 800

    def apply(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401
        """Go through the cards from top to bottom, so that their numbers do not hang on how they were asked for."""
        domain = cast("ThreadDomain", self.env.get_domain("thread"))
        for place in card_places(self.document):
            request: Request = place["card"]
            ref = domain.find(request.url)
            thread, kept = self._load(domain, ref, place)
            card = domain.describe_kept(ref, request.options, thread)
            place["ids"] = [self._free_anchor(ref, place), *place["ids"]]
            domain.note_card(card, request.options, place, kept=kept)
            if card.thread or card.avatar:
                from sphinx_thread_cards.figures import note  # noqa: PLC0415 - few sites keep threads, and the others need not wait for this

                note(card, self.env, place)
            if not kept and (request.options.show == "thread" or request.options.posts):
                warn(Warn.NOT_KEPT, f"no snapshot is kept of {ref.url}; the card shows what is known", place)
        word_links(self.document, domain.cards.get(self.env.docname, ()))

    def _load(self, domain: ThreadDomain, ref: ThreadRef, place: nodes.container) -> tuple[Thread | None, bool]:
        """The thread's snapshot, and whether there is a file; with a warning for one that cannot be used."""
        try:
            thread, problem = domain.load(ref), None
        except SnapshotError as error:
            thread, problem = None, error
        if thread is None and problem is None:
            return None, False
        path = domain.snapshot_of(ref)
        self.env.note_dependency(str(path))
        if problem:
            name = path.relative_to(self.env.srcdir).as_posix()
            warn(Warn.SNAPSHOT, f"{name}: {problem}; the card shows what its address and options tell", place)
        return thread, True

    def _free_anchor(self, ref: ThreadRef, place: nodes.container) -> str:
        """The thread's anchor; numbered from the second card of a thread on one page."""
        wanted = anchor = cards.anchor(ref)
        number = 1
        while anchor in self.document.ids:
            number += 1
            anchor = f"{wanted}-{number}"
        self.document.ids[anchor] = place
        return anchor


class BuildCards(SphinxPostTransform):
    """Build the cards of a page that is about to be written, for every format that has no shape of its own."""

    # After LaTeX's ShowUrlsTransform (400), which would put a footnote behind every title, though the card shows its
    # address; after the formats' own (450), which leave it nothing to do; before the collector of linkcheck (800).
    default_priority = 460
    shape = staticmethod(build)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401
        """Put a card in every place."""
        domain = cast("ThreadDomain", self.env.get_domain("thread"))
        pictured = False
        for place in list(card_places(self.document)):
            request: Request = place["card"]
            card = domain.describe(request.url, request.options)
            card = replace(card, quoted=None) if card.quoted and place.children else card
            place.parent.replace(place, self.shape(card, place, self.config.language))
            pictured = pictured or bool(card.thread or card.avatar)
        if pictured:
            from sphinx_thread_cards.figures import as_words  # noqa: PLC0415 - as above

            as_words(self.document, but=self.env.images)


def build_for(
    name: str, shape: Callable[..., nodes.Node | list[nodes.Node]], kind: Literal["formats", "builders"] = "formats"
) -> type[BuildCards]:
    """The transform that builds cards in the shape that is best for one ``Builder.format``, or for one builder."""
    priority = {"builders": 445, "formats": 450}[kind]  # the particular one first
    members = {"default_priority": priority, kind: (name,), "shape": staticmethod(shape), "__doc__": shape.__doc__}
    return type(f"Build{name.title()}Cards", (BuildCards,), members)
