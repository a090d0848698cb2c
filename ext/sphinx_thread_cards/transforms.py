"""From pages to cards, while they are read: find lone addresses, then build every card."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from sphinx_thread_cards import card as cards
from sphinx_thread_cards.options import Options, Settings
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.warnings import Warn, warn

if TYPE_CHECKING:
    from sphinx_thread_cards.domain import ThreadDomain
    from sphinx_thread_cards.model import ThreadRef

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
    """A card that is asked for, at its place in the doctree."""

    ref: ThreadRef
    options: Options


class card_request(nodes.container):  # noqa: N801 - docutils' way to name nodes
    """Where a card will be; holds the parsed summary. It lives only while a page is read."""


class FindLoneUrls(SphinxTransform):
    """Ask for a card wherever a paragraph is only the address of a thread."""

    # Before SmartQuotes (750), which would make an en dash of the -- in an address.
    default_priority = 740

    def apply(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401 - the signature of docutils
        """Ask, where the site's settings let it."""
        settings = Settings.of(self.config)
        if not settings.auto:
            return
        for paragraph in list(self.document.findall(nodes.paragraph)):
            url = _lone_url(paragraph)
            if url and (ref := parse_thread_url(url, settings.hosts)) and _may_hold_a_card(paragraph):
                request = card_request(request=Request(ref, _NO_OPTIONS))
                # sphinx-design marks paragraphs of its own cards; ours is none any more.
                request["classes"] = [name for name in paragraph["classes"] if name != "sd-card-text"]
                request["ids"], request["names"] = paragraph["ids"], paragraph["names"]
                request.source, request.line = paragraph.source, paragraph.line
                paragraph.parent.replace(paragraph, request)


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


class BuildCards(SphinxTransform):
    """Build the cards that were asked for, and tell the domain of them."""

    # After SmartQuotes (750), which must not change quoted text; before ImageCollector (880), which must see pictures.
    default_priority = 800

    def apply(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401
        """Put a card in the place of every request."""
        for place in list(self.document.findall(card_request)):
            place.parent.replace(place, self._build(place))

    def _build(self, place: card_request) -> nodes.container:
        request = cast("Request", place["request"])
        if request.options.show == "thread" or request.options.posts:
            warn(Warn.NOT_KEPT, f"no snapshot is kept of {request.ref.url}; the card shows its address alone", place)
        card = cards.describe(request.ref, request.options)
        box = cards.build(card, place.children, self.config.language)
        box["classes"] += [name for name in place["classes"] if name not in box["classes"]]
        box["names"] = place["names"]
        box["ids"] = [self._free_anchor(request.ref, box), *place["ids"]]
        box.source, box.line = place.source, place.line
        domain = cast("ThreadDomain", self.env.get_domain("thread"))
        domain.note_card(request.ref, request.options, box["ids"][0], place["names"])
        return box

    def _free_anchor(self, ref: ThreadRef, box: nodes.container) -> str:
        """The thread's anchor; numbered from the second card of a thread on one page."""
        wanted = anchor = cards.anchor(ref)
        number = 1
        while anchor in self.document.ids:
            number += 1
            anchor = f"{wanted}-{number}"
        self.document.ids[anchor] = box
        return anchor
