"""QR codes on cards in LaTeX, for readers of paper; only where ``thread_cards_latex_qr`` is on."""

from __future__ import annotations

import string
from itertools import groupby
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_thread_cards.card import BLOCK

_BESIDE = frozenset({f"{BLOCK}-link", f"{BLOCK}-kept"})
_LONG = 900
"""Characters of a card of which only the addresses stand beside the code: what does cannot break over pages."""


class AddCodes(SphinxPostTransform):
    """Put a code beside what a card says, or beside its addresses where it says much."""

    default_priority = 470  # The cards are built at 450.
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401 - the signature of docutils
        """Put one on each card, where the site's settings let it."""
        if self.config.thread_cards_latex_qr:
            for box in [node for node in self.document.findall(nodes.container) if BLOCK in node["classes"]]:
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
    """What draws the code in LaTeX: its side in modules, and of each row the lengths of dark and light runs in turn.

    :returns: None for an address that is too long.
    """
    from sphinx_thread_cards.qr import encode  # noqa: PLC0415 - few sites print codes, and the others need not wait for this

    # A code says bytes, and scanners guess the encoding.
    matrix = encode(quote(url, safe=string.printable))
    if matrix is None:
        return None
    rows = ("".join(f"{run}." for run in _runs(row)) for row in matrix)
    drawn = "%\n".join(rf"\threadcardrow{{{row}}}" for row in rows)
    return rf"\threadcardcode{{{len(matrix)}}}{{{drawn}}}"


def _runs(row: list[bool]) -> list[int]:
    """Lengths of the runs of a row, the first of dark modules, perhaps none."""
    runs = [sum(1 for _ in run) for _, run in groupby(row)]
    return runs if row[0] else [0, *runs]
