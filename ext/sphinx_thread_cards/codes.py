"""QR codes on cards in LaTeX, for readers of paper; only where ``thread_cards_latex_qr`` is on."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_thread_cards.card import BLOCK
from sphinx_thread_cards.card_nodes import of_class

_BESIDE = frozenset({f"{BLOCK}-link", f"{BLOCK}-kept"})
_LONGEST = 600
"""Characters of an address whose code a scanner still reads from paper."""
_LONG = 900
"""Characters of a card of which only the addresses stand beside the code: what does cannot break over pages."""


class AddCodes(SphinxPostTransform):
    """Put a code beside what a card says, or beside its addresses where it says much."""

    default_priority = 470  # The cards are built at 450.
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401 - the signature of docutils
        """Put one on each card, where the site's settings let it."""
        if self.config.thread_cards_latex_qr:
            for box in of_class(self.document, nodes.container, BLOCK):
                _add_code(box)


def _add_code(box: nodes.container) -> None:
    """A code of the address that the card names first, which its title leads to."""
    parts = [node for node in box.children if isinstance(node, nodes.container)]
    links = [link for part in parts if f"{BLOCK}-link" in part["classes"] for link in part.findall(nodes.reference)]
    drawing = draw(links[0]["refuri"]) if links else None
    if drawing is None:
        return
    beside = parts
    if len(box.astext()) > _LONG or any(next(box.findall(kind), None) for kind in (nodes.image, nodes.literal_block)):
        beside = [part for part in parts if _BESIDE.intersection(part["classes"])]
    place = box.index(beside[0])
    for part in beside:
        box.remove(part)
    # Before the first part, so that a card's environment is never empty.
    code = nodes.raw("", drawing, format="latex")
    box.insert(place, nodes.container("", code, *beside, classes=[f"{BLOCK}-coded"]))


def draw(url: str) -> str | None:
    """What has LaTeX draw the code, with the package ``qrcode``; None for an address that is too long."""
    # A code says bytes, and scanners guess the encoding.
    said = quote(url, safe="%:/?#[]@!$&'()*+,;=~")
    if len(said) > _LONGEST:
        return None
    escaped = said.replace("%", r"\%").replace("#", r"\#")
    return rf"\threadcardcode{{{escaped}}}"
