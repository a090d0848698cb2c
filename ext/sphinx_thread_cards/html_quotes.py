"""Words of others in HTML: the beginning of a kept post, and the head of a post, each in its own direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards.languages import is_another, runs_to_the_left, separator

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator


class card_excerpt(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes and their visitors alike
    """The beginning of a kept post, in a card that does not show its posts."""


class card_head(nodes.General, nodes.TextElement):  # noqa: N801
    """The head of a post. With a direction of its own it does not count for that of the post."""


def for_html(part: nodes.Element) -> nodes.Element:
    """A quotation with its source, a head with its direction; anything else as it is."""
    if isinstance(part, nodes.block_quote) and part.get("cite"):
        return card_excerpt("", *part.children, **part.attributes)
    if isinstance(part, nodes.paragraph) and "thread-card-post-head" in part["classes"]:
        return card_head("", "", *part.children, classes=part["classes"])
    return part


def in_language(head: nodes.Element, language: str, theirs: str | None) -> nodes.Element:
    """The head of a post in the language of the page, as what stands there, but for names, are our words.

    :param theirs: tag of the post's language, where it is known.
    """
    if theirs and is_another(theirs, language):
        head["lang"] = language.replace("_", "-")
    if runs_to_the_left(language):
        head["dir"] = "rtl"
        for text in list(head.findall(nodes.Text)):
            text.parent.replace(text, nodes.Text(text.replace(" · ", separator(language))))
    return head


def visit_excerpt(self: HTML5Translator, node: card_excerpt) -> None:
    """Open the quotation, which says where its words come from."""
    said = {name: node[name] for name in ("cite", "lang") if node[name]}
    self.body.append(self.starttag(node, "blockquote", dir="auto", **said))


def depart_excerpt(self: HTML5Translator, node: card_excerpt) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</blockquote>\n")


def visit_head(self: HTML5Translator, node: card_head) -> None:
    """Open the line, in the language of the page inside a post of another."""
    language = {"lang": node["lang"]} if "lang" in node else {}
    self.body.append(self.starttag(node, "p", "", dir=node.get("dir", "auto"), **language))


def depart_head(self: HTML5Translator, node: card_head) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</p>\n")
