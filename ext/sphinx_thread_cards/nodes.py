"""What is special to a format: nodes and post-transforms that exist for that format only.

Nothing here is registered for ``epub``: one such registration, by any extension, would switch off everybody's
``html`` visitors in EPUB (sphinx/registry.py, ``add_translation_handlers``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard, cast

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_thread_cards.card import BLOCK, SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.writers.html5 import HTML5Translator


class card_article(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes and their visitors alike
    """A card, in HTML formats only."""


class card_date(nodes.Inline, nodes.TextElement):  # noqa: N801
    """A card's date, in HTML formats only."""


def visit_article(self: HTML5Translator, node: card_article) -> None:
    """Open an ``<article>`` that is named by the card's title."""
    attributes = {"aria-labelledby": node["labelledby"]} if "labelledby" in node else {}
    self.body.append(self.starttag(node, "article", **attributes))


def depart_article(self: HTML5Translator, node: card_article) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</article>\n")


def visit_date(self: HTML5Translator, node: card_date) -> None:
    """Open a ``<time>`` that machines can read."""
    self.body.append(self.starttag(node, "time", "", datetime=node["datetime"]))


def depart_date(self: HTML5Translator, node: card_date) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</time>")


class HtmlCards(SphinxPostTransform):
    """Turn cards into articles, with short labels where other formats print whole addresses."""

    # After the resolver of references (10), which may still move what is in a summary.
    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401 - the signature of Sphinx
        """Change every card of the page."""
        for box in list(find_cards(self.document)):
            article = card_article("", *box.children, **box.attributes)
            for part in article.children:
                self._dress(part, article)
            _join_links(article)
            box.parent.replace(box, article)

    @staticmethod
    def _dress(part: nodes.Node, article: card_article) -> None:
        if has_class(part, "header"):
            part[:] = _marked_up(part)
        elif has_class(part, "title") and article["ids"]:
            article["labelledby"] = f"{article['ids'][0]}-title"
            part["ids"] = [article["labelledby"]]


def _marked_up(header: nodes.Element) -> list[nodes.Node]:
    """The line of platform, place and date, with what style sheets and machines look for."""
    text = header.astext()
    platform, gap, rest = text.partition(SEPARATOR)
    marked: list[nodes.Node] = [nodes.strong("", platform), nodes.Text(gap)]
    if "date" in header:
        before, date, after = rest.rpartition(header["date"])
        rest = after
        marked += [nodes.Text(before), card_date("", date, datetime=header["datetime"])]
        # Written on the <time> alone.
        del header["date"], header["datetime"]
    return [*marked, nodes.Text(rest)]


def _join_links(box: nodes.Element) -> None:
    """Of paragraphs ``label: address`` make one line of links that read ``label``."""
    lines = [node for node in box.children if has_class(node, "link")]
    paragraph = nodes.paragraph(classes=[f"{BLOCK}-links"])
    for line in lines:
        label, link = line[0].astext().removesuffix(": "), cast("nodes.reference", line[1])
        if len(paragraph):
            paragraph += nodes.Text(SEPARATOR)
        paragraph += nodes.reference("", label, refuri=link["refuri"])
    box[:] = [*(node for node in box.children if node not in lines), paragraph]


class TargetedCards(SphinxPostTransform):
    """Give cards a target where the writer of a container leaves its ids out."""

    default_priority = 400
    formats = ("latex", "texinfo")

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401
        """Change every card of the page."""
        for box in list(find_cards(self.document)):
            # Inside the first paragraph: before it, Texinfo would join it to the paragraph above the card.
            header = next(node for node in box.children if has_class(node, "header"))
            header.insert(0, nodes.target("", "", ids=box["ids"]))
            box["ids"] = []


class LatexCards(SphinxPostTransform):
    """Wrap a card's lines in containers, whose classes LaTeX can style; it passes over the classes of paragraphs."""

    default_priority = 401
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401
        """Change every card of the page."""
        for box in list(find_cards(self.document)):
            for line in [node for node in box.children if isinstance(node, nodes.paragraph)]:
                box.replace(line, nodes.container("", line, classes=line["classes"]))


class ManCards(SphinxPostTransform):
    """Take cards out of their containers, in which the manual page's writer joins paragraphs to those before."""

    default_priority = 400
    formats = ("man",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401
        """Change every card of the page."""
        for box in list(find_cards(self.document)):
            for inner in [node for node in box.children if isinstance(node, nodes.container)]:
                box.replace(inner, inner.children)
            box.parent.replace(box, box.children)


class TextCards(SphinxPostTransform):
    """Keep each address of a card on one line in plain text, however long it is."""

    default_priority = 400
    formats = ("text",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401
        """Change every card of the page."""
        for box in list(find_cards(self.document)):
            # The text writer wraps paragraphs, in the middle of an address if need be, but not lines of a block.
            links = [node for node in box.children if has_class(node, "link")]
            block = nodes.line_block("", *(nodes.line("", "", *link.children) for link in links))
            box[:] = [*(node for node in box.children if node not in links), block]


def has_class(node: nodes.Node, part: str) -> TypeGuard[nodes.Element]:
    """Whether a node is this part of a card: ``header``, ``title``, ``author``, ``summary``, ``link``."""
    return isinstance(node, nodes.Element) and f"{BLOCK}-{part}" in node["classes"]


def find_cards(document: nodes.Node) -> Iterator[nodes.container]:
    """The cards of a doctree."""
    for node in document.findall(nodes.container):
        if BLOCK in node["classes"]:
            yield node
