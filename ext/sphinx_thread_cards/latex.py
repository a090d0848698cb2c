"""Cards in LaTeX: lines that the style file can format, and characters that pdfLaTeX does not know.

``sphinx_thread_cards.sty`` defines the environments, in which Sphinx puts containers by their classes.
"""

from __future__ import annotations

import re
import string
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import texescape

from sphinx_thread_cards.config import warn
from sphinx_thread_cards.i18n import SEPARATOR, is_rtl
from sphinx_thread_cards.nodes import TargetCardBuilder

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

    from sphinx_thread_cards.snapshot import Post

_LONG_WORD = re.compile(r"\S{60,}")
_PACKAGE = "sphinx_thread_cards"


class LatexCardBuilder(TargetCardBuilder):
    """Builds a card for LaTeX."""

    def build(self) -> list[nodes.Node]:
        """Return the card; each line is in a container, because LaTeX ignores the classes of paragraphs."""
        (box,) = super().build()
        assert isinstance(box, nodes.container)  # noqa: S101 - what the base class returns
        for line in [node for node in box.findall(nodes.Element) if _is_line(node)]:
            line.parent.replace(line, nodes.container("", line, classes=line["classes"]))
        for part in box.children:
            if isinstance(part, nodes.container):
                if _other_direction(part.astext(), self.language) == "thread-card-rtl":
                    part["classes"] = [*part["classes"], "thread-card-rtl"]
                if "thread-card-summary" not in part["classes"]:
                    _break_long_words(part)
        return [box]

    def author(self) -> list[nodes.Element]:
        """Return name and handle, with the avatar."""
        lines, avatar = super().author(), self.card.avatar
        if lines and self.is_shown(avatar):
            image = nodes.inline("", "", self.avatar(avatar, 0), classes=["thread-card-avatar"])
            lines[0][:0] = [image, nodes.Text(" ")]
        return lines

    def permalink(self, number: int, post: Post) -> nodes.Element:
        """Return the number, which LaTeX sets in the margin."""
        return nodes.inline("", "", super().permalink(number, post), classes=["thread-card-number"])

    def post_head(self, number: int, post: Post, *, repeats_date: bool) -> list[nodes.Node]:
        """Return the first line of a post, without a separator after the number in the margin."""
        head = super().post_head(number, post, repeats_date=repeats_date)
        return [part for index, part in enumerate(head) if index != 1 or part.astext() != SEPARATOR]

    def post(self, number: int, post: Post, *, repeats_date: bool) -> nodes.Element:
        """Return a post; blocks in the other direction than the book's get a class."""
        box = super().post(number, post, repeats_date=repeats_date)
        for block in box.children[1:]:
            if direction := _other_direction(block.astext(), self.language):
                box.replace(block, nodes.container("", block, classes=[direction]))
        return box


def _is_line(node: nodes.Element) -> bool:
    is_block = isinstance(node, nodes.paragraph | nodes.block_quote)
    return is_block and any(name.startswith("thread-card") for name in node["classes"])


def _break_long_words(part: nodes.Element) -> None:
    """Allow line breaks in very long words; LaTeX breaks the URLs of links itself."""
    for text in [text for text in part.findall(nodes.Text) if _LONG_WORD.search(text)]:
        if text.parent.get("refuri") == text or isinstance(text.parent, nodes.raw):
            continue
        broken: list[nodes.Node] = []
        for word in re.split(f"({_LONG_WORD.pattern})", text):
            pieces = re.findall(".{1,10}", word) if _LONG_WORD.match(word) else [word]
            for piece in pieces:
                broken += [nodes.Text(piece), nodes.raw("", r"\threadcardbreak{}", format="latex")]
            broken.pop()
        text.parent.replace(text, broken)


def _other_direction(text: str, language: str) -> str | None:
    """Return the class of text in the other direction than the book's, by its first letter (UAX 9, P2 and P3)."""
    first = next(
        (kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), ""
    )
    if first and (first != "L") != is_rtl(language):
        return "thread-card-ltr" if first == "L" else "thread-card-rtl"
    return None


# -- Characters for pdfLaTeX ---------------------------------------------------

_ENCODINGS = {"GREEK": ("LGR",), "CYRILLIC": ("T2", "X2")}
"""Scripts for which pdfLaTeX has glyphs if ``latex_elements`` loads one of these font encodings."""
_DECLARED_SYMBOLS = frozenset("♪✓✔✕✖")
_FIRST_UNDECLARED_SYMBOL = "\u2600"
_FIRST_UNDECLARED_LETTER = "\u0370"
_MAX_NAMED = 8


class DeclareCharacters(SphinxPostTransform):
    """Declare characters that pdfLaTeX may not know; it stops at the first undeclared one."""

    default_priority = 480  # after cards and lists are built
    formats = ("latex",)

    def run(self, **_kwargs: Any) -> None:
        """Add declarations to the preamble; those of the author win."""
        if self.config.latex_engine != "pdflatex":
            return
        context = self.env.get_domain("thread").builder.context  # type: ignore[attr-defined]
        found: dict[str, nodes.Element] = {}
        for node in self.document.findall(nodes.Element):
            if any(name.startswith("thread-") for name in node["classes"]):
                _encode_urls(node)
                for character in node.astext():
                    if not character.isascii():
                        found.setdefault(character, node)
        context["preamble"] += "".join(
            f"\n\\threadcardsign{{{character}}}{{{_replacement(character)}}}"
            for character in sorted(found)
        )
        unknown = [character for character in found if _is_unknown(character, context["fontenc"])]
        if unknown:
            some = " ".join(unknown[:_MAX_NAMED]) + (" ..." if len(unknown) > _MAX_NAMED else "")
            message = f"pdfLaTeX has no glyph for {some}; set latex_engine = 'lualatex' and choose fonts that have them"
            warn("characters", message, found[unknown[0]])


def _encode_urls(node: nodes.Element) -> None:
    """Percent-encode URLs, whose other characters LaTeX would write as bytes."""
    for link in node.findall(nodes.reference):
        url = link.get("refuri", "")
        if not url.isascii():
            link["refuri"] = quote(url, safe=string.printable)
            if link.astext() == url:
                link[:] = [nodes.Text(link["refuri"])]


def _replacement(character: str) -> str:
    """Return what LaTeX sets for a character: similar ASCII characters, the name of a symbol, or a box."""
    parts = unicodedata.normalize("NFKD", character)
    ascii_ = "".join(
        part for part in parts if unicodedata.category(part)[0] not in "MC" or part.isascii()
    )
    if ascii_.isascii():
        return texescape.escape(ascii_, "pdflatex")
    if unicodedata.category(character)[0] == "S":
        name = unicodedata.name(character, "?").removeprefix("REGIONAL INDICATOR SYMBOL LETTER ")
        return rf"[{name.lower()}]\threadcardbreak{{}}"
    return r"\threadcardunknown{}"


def _is_unknown(character: str, encodings: str) -> bool:
    """Return whether pdfLaTeX certainly has no glyph for a character."""
    kind = unicodedata.category(character)[0]
    if kind == "S":
        return character >= _FIRST_UNDECLARED_SYMBOL and character not in _DECLARED_SYMBOLS
    if kind != "L" or character < _FIRST_UNDECLARED_LETTER or _replacement(character).isalnum():
        return False
    script = unicodedata.name(character, "?").split()[0]
    return not any(encoding in encodings for encoding in _ENCODINGS.get(script, ()))


def add_files(_app: Sphinx, config: Config) -> None:
    """Add the style file to the output (``config-inited``)."""
    style = str(Path(__file__).parent / "latex" / f"{_PACKAGE}.sty")
    config.latex_additional_files = [*config.latex_additional_files, style]


def setup(app: Sphinx) -> None:
    """Register the style file and the transform."""
    app.add_latex_package(_PACKAGE)
    app.add_post_transform(DeclareCharacters)
    app.connect("config-inited", add_files)
