"""Words of others in HTML: the beginning of a kept post, and the head of a post, each in its own direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator


class card_excerpt(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes and their visitors alike
    """The beginning of a kept post, in a card that does not show its posts."""


class card_head(nodes.General, nodes.TextElement):  # noqa: N801
    """The head of a post. With a direction of its own it does not count for that of the post."""


class card_content(nodes.General, nodes.Element):  # noqa: N801
    """What a post says, without its head."""


class card_fold(nodes.General, nodes.Element):  # noqa: N801
    """What is shown when it is asked for."""


def for_html(part: nodes.Element) -> nodes.Element:
    """A quotation with its source, a head with its direction; anything else as it is."""
    if isinstance(part, nodes.block_quote) and part.get("cite"):
        quote = card_excerpt("", *part.children, **part.attributes)
        # What the card says for machines; a quoted post is another one's.
        quote["classes"] = [*part["classes"], *["e-content"] * ("thread-card-excerpt" in part["classes"])]
        return quote
    if isinstance(part, nodes.paragraph) and "thread-card-post-head" in part["classes"]:
        return card_head("", "", *part.children, classes=part["classes"])
    return part


def visit_excerpt(self: HTML5Translator, node: card_excerpt) -> None:
    """Open the quotation, which says where its words come from."""
    said = {name: node[name] for name in ("cite", "lang") if node[name]}
    self.body.append(self.starttag(node, "blockquote", dir="auto", **said))


def depart_excerpt(self: HTML5Translator, node: card_excerpt) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</blockquote>\n")


def visit_head(self: HTML5Translator, node: card_head) -> None:
    """Open the line."""
    self.body.append(self.starttag(node, "p", "", dir="auto"))


def depart_head(self: HTML5Translator, node: card_head) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</p>\n")


def visit_content(self: HTML5Translator, node: card_content) -> None:  # noqa: ARG001
    """Open it, as the content for machines."""
    self.body.append('<div class="e-content">\n')


def visit_fold(self: HTML5Translator, node: card_fold) -> None:
    """Open a fold; the browser opens it, without a script."""
    self.body.append(f'<details class="thread-card-fold"><summary>{self.encode(node["label"])}</summary>\n')


def depart_fold(self: HTML5Translator, node: card_fold) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</details>\n")


def close_box(self: HTML5Translator, node: nodes.Element) -> None:  # noqa: ARG001
    """Close a ``<div>``."""
    self.body.append("</div>\n")
