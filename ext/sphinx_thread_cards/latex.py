"""Cards in LaTeX: lines that the style file can format, and characters that pdfLaTeX does not support.

``sphinx_thread_cards.sty`` defines the environments, in which Sphinx wraps containers according to their classes.
"""

import re
import string
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import texescape

from sphinx_thread_cards.config import warn
from sphinx_thread_cards.domain import thread_domain
from sphinx_thread_cards.i18n import is_rtl
from sphinx_thread_cards.nodes import TargetCardBuilder
from sphinx_thread_cards.snapshot import Post

_LONG_WORD = re.compile(r"\S{60,}")
# Characters for which pdfLaTeX has glyphs, with Sphinx's default settings or with a font encoding.
_GLYPHS = "\0-\u036f\u2000-\u25ff♪✓✔✕✖"
_GLYPHS_OF_ENCODINGS = {"LGR": "\u0370-\u03ff\u1f00-\u1fff", "T2": "\u0400-\u052f"}


class LatexCardBuilder(TargetCardBuilder):
    """Builds a card for LaTeX."""

    def build(self) -> list[nodes.Element]:
        box = _wrap_lines(*super().build())
        for part in box.children:
            if isinstance(part, nodes.container):
                if _other_direction(part.astext(), self.language) == "thread-card-rtl":
                    part["classes"] = [*part["classes"], "thread-card-rtl"]
                if "thread-card-summary" not in part["classes"]:
                    _break_long_words(part)
        return [box]

    def item(self) -> nodes.list_item:
        return _wrap_lines(super().item())  # type: ignore[no-any-return]

    def head(self) -> list[nodes.Element]:
        lines = super().head()
        if self.card.credit and self.is_shown(self.card.avatar):
            image = self.image(self.card.avatar, 0)
            lines[-1][:0] = [nodes.inline("", "", image, classes=image["classes"]), nodes.Text(" ")]
        return lines

    def post(self, number: int, post: Post) -> nodes.Element:
        """Return a post; blocks whose direction differs from the book's get a class."""
        box = super().post(number, post)
        head: Any = box[0]
        # The head begins with target, number, separator; LaTeX sets the number in the margin.
        head[1:3] = [nodes.inline("", "", head[1], classes=["thread-card-number"])]
        for block in box.children[1:]:
            if direction := _other_direction(block.astext(), self.language):
                box.replace(block, nodes.container("", block, classes=[direction]))
        return box


def _wrap_lines(box: Any) -> Any:
    """Put each line of a node in a container, because LaTeX ignores the classes of paragraphs."""
    for line in list(box.findall(nodes.Element)):
        is_line = isinstance(line, nodes.paragraph | nodes.block_quote)
        is_line = is_line and line["classes"] != line.parent["classes"]  # done in an inner card
        if is_line and any(name.startswith("thread-card") for name in line["classes"]):
            line.parent.replace(line, nodes.container("", line, classes=line["classes"]))
    return box


def _break_long_words(part: nodes.Element) -> None:
    """Allow line breaks in very long words; LaTeX breaks the URLs of links itself."""
    for text in [text for text in part.findall(nodes.Text) if _LONG_WORD.search(text)]:
        if text.parent.get("refuri") != text:
            marked = _LONG_WORD.sub(lambda it: "\0".join(re.findall(".{1,10}", it[0])), text)
            broken: list[nodes.Node] = []
            for piece in marked.split("\0"):
                broken += [nodes.raw("", r"\threadcardbreak{}", format="latex"), nodes.Text(piece)]
            text.parent.replace(text, broken[1:])


def _other_direction(text: str, language: str) -> str | None:
    """Return the class of text whose direction is not the book's, by its first strong character (UAX 9, P2 and P3)."""
    for kind in map(unicodedata.bidirectional, text):
        if kind in {"L", "R", "AL"}:
            direction = "thread-card-ltr" if kind == "L" else "thread-card-rtl"
            return direction if (kind != "L") != is_rtl(language) else None
    return None


class DeclareCharacters(SphinxPostTransform):
    """Declare characters that pdfLaTeX has no glyph for, because it stops at the first one; encode those in URLs."""

    default_priority = 530  # after cards and lists are built
    formats = ("latex",)

    def run(self, **_kwargs: Any) -> None:
        if self.config.latex_engine != "pdflatex":
            return
        context = thread_domain(self.env).builder.context  # type: ignore[attr-defined]
        more = (chars for name, chars in _GLYPHS_OF_ENCODINGS.items() if name in context["fontenc"])
        no_glyph = re.compile(f"[^{_GLYPHS}{''.join(more)}]")
        found: dict[str, nodes.Element] = {}
        for node in self.document.findall(nodes.Element):
            if any(name.startswith("thread-") for name in node["classes"]):
                found |= dict.fromkeys(no_glyph.findall(node.astext()), node)
                for link in node.findall(nodes.reference):
                    link["refuri"] = quote(link.get("refuri", ""), safe=string.printable)
        for character in sorted(found):
            declaration = f"\n\\threadcardcharacter{{{character}}}{{{_replacement(character)}}}"
            if declaration not in context["preamble"]:  # of another document, or an earlier build
                context["preamble"] += declaration
        if found:
            message = f"pdfLaTeX has no glyph for {' '.join([*found][:8])}; set latex_engine = 'lualatex' and choose fonts that contain them"
            warn("characters", message, next(iter(found.values())))


def _replacement(character: str) -> str:
    """Return similar ASCII characters, the name of a symbol, or a box."""
    parts = unicodedata.normalize("NFKD", character)
    similar = "".join(part for part in parts if unicodedata.category(part)[0] not in "MC")
    if similar.isascii():
        return texescape.escape(similar, "pdflatex")
    if unicodedata.category(character)[0] != "S":
        return r"\threadcardunknown{}"
    name = unicodedata.name(character).removeprefix("REGIONAL INDICATOR SYMBOL LETTER ").lower()
    return rf"[{name}]\threadcardbreak{{}}"


def add_files(_app: Sphinx, config: Config) -> None:
    """Add the style file to the output (``config-inited``)."""
    style = str(Path(__file__).parent / "latex" / "sphinx_thread_cards.sty")
    config.latex_additional_files = [*config.latex_additional_files, style]
