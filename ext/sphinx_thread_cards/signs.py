"""Emoji and letters of other scripts for pdfLaTeX, which stops at a sign that nobody has declared."""

from __future__ import annotations

import string
import unicodedata
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import texescape

from sphinx_thread_cards.card import BLOCK
from sphinx_thread_cards.warnings import Warn, warn

if TYPE_CHECKING:
    from sphinx.builders.latex import LaTeXBuilder

    from sphinx_thread_cards.domain import ThreadDomain

_OURS = frozenset({BLOCK, "thread-list", "thread-citation"})
_UNSEEN = frozenset({"Mn", "Mc", "Me", "Cf", "Cc", "Sk"})
"""Marks upon other signs, joiners and controls: without a declaration they are left out."""
_DECLARED = frozenset("♪✓✔✕✖")
"""Of the symbols from U+2600, those that LaTeX or Sphinx knows."""
_ENCODINGS = {"GREEK": ("LGR",), "CYRILLIC": ("T2", "X2")}
"""Scripts that pdfLaTeX has letters of where ``latex_elements``, or the language, loads one of these encodings."""
_NAMED = 8
"""Signs that the warning names; a post in Chinese has hundreds."""


class DeclareSigns(SphinxPostTransform):
    """Tell pdfLaTeX what to set for the signs of what others wrote, where it has no declaration of them."""

    default_priority = 480  # Cards and lists are built by then, and citations worded.
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401 - the signature of docutils
        """Declare them in the preamble, after the author's own declarations, which win; warn once."""
        if self.config.latex_engine != "pdflatex":
            return
        domain = cast("ThreadDomain", self.env.get_domain("thread"))
        context = cast("LaTeXBuilder", domain.builder).context
        found: dict[str, nodes.Element] = {}
        for node in self.document.findall(nodes.Element):
            if _OURS.intersection(node.get("classes", ())):
                _encode_addresses(node)
                for sign in _signs(node.astext()):
                    found.setdefault(sign, node)
        # A reference may show the title of a card that is in another book.
        signs = found.keys() | _signs("".join(entry.title for entry in domain.entries()))
        context["preamble"] += "".join(f"\n\\threadcardsign{{{sign}}}{{{stand_in(sign)}}}" for sign in sorted(signs))
        unknown = [sign for sign in found if _is_unknown(sign, context["fontenc"])]
        if unknown:
            some = " ".join(unknown[:_NAMED]) + (" ..." if len(unknown) > _NAMED else "")
            what = f"pdfLaTeX has no letters for {some}: emoji are named, for others there is a box"
            remedy = "to print them, write latex_engine = 'lualatex' and choose fonts that have them"
            warn(Warn.SIGNS, f"{what}; {remedy}", found[unknown[0]])


def _encode_addresses(node: nodes.Element) -> None:
    """Write addresses in ASCII: the package for them would set the bytes of other signs as letters."""
    for link in node.findall(nodes.reference):
        address = link.get("refuri", "")
        if not address.isascii():
            link["refuri"] = quote(address, safe=string.printable)
            if link.astext() == address:
                link[:] = [nodes.Text(link["refuri"])]


def stand_in(sign: str) -> str:
    """What LaTeX sets for a sign: plain letters that mean the same, the name of a symbol in brackets, or a box."""
    plain = "".join(part for part in unicodedata.normalize("NFKD", sign) if unicodedata.category(part) not in _UNSEEN)
    if plain.isascii():
        return texescape.escape(plain, "pdflatex")
    if unicodedata.category(sign).startswith("S"):
        name = unicodedata.name(sign, "?").removeprefix("REGIONAL INDICATOR SYMBOL LETTER ").lower()
        return rf"[{name}]\threadcardbreak{{}}"
    return r"\threadcardunknown{}"


def _signs(text: str) -> dict[str, None]:
    """The signs outside of ASCII, in the order in which they come."""
    return dict.fromkeys(sign for sign in text if not sign.isascii())


def _is_unknown(sign: str, encodings: str) -> bool:
    """Whether no LaTeX declares it by itself, for certain; TeX knows of each, and says so in its log."""
    kind = unicodedata.category(sign)[0]
    if kind == "S":
        return sign >= "\u2600" and sign not in _DECLARED
    if kind != "L" or sign < "\u0370" or stand_in(sign).isalnum():
        return False
    loaded = _ENCODINGS.get(unicodedata.name(sign, "?").split()[0], ())
    return not any(encoding in encodings for encoding in loaded)
