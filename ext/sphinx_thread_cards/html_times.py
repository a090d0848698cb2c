"""Dates in HTML: ``<time>``, with the date as machines read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator


class card_time(nodes.Inline, nodes.TextElement):  # noqa: N801 - docutils names nodes and their visitors alike
    """A date."""


def date_node(machine: str, shown: str) -> nodes.inline:
    """A date for every format; :func:`as_times` makes it a ``<time>`` of HTML.

    :param machine: ISO 8601, as far as the date is known.
    """
    node = nodes.inline("", shown)
    node["datetime"] = machine
    return node


def as_times(box: nodes.Element) -> None:
    """Make the dates in a part of a page a ``<time>``, and the ``role`` of a node, for machines, its class."""
    for node in list(box.findall(nodes.inline)):
        if role := node.attributes.pop("role", None):
            node["classes"] = [role]
        if "datetime" in node.attributes:
            node.parent.replace(node, card_time("", "", *node.children, **node.attributes))


def visit_time(self: HTML5Translator, node: card_time) -> None:
    """Open it."""
    self.body.append(self.starttag(node, "time", "", datetime=node["datetime"]))


def depart_time(self: HTML5Translator, node: card_time) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</time>")
