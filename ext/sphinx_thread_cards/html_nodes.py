"""Nodes of HTML formats: the elements for which docutils has none, with their visitors."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import quote

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.writers.html5 import HTML5Translator

    # What Sphinx.add_node takes for each node.
    Visitors = tuple[Callable[..., None], Callable[..., None] | None]

_WRITTEN = "cite", "datetime", "dir", "lang"
"""Attributes of nodes that are those of their elements."""


class card_part(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes and their visitors alike
    """An element with blocks in it, of the name ``tag``."""


class card_text(nodes.General, nodes.Inline, nodes.TextElement):  # noqa: N801
    """An element with text in it, of the name ``tag``."""


class card_fold(nodes.General, nodes.Element):  # noqa: N801
    """What is shown when its ``label``, a list of nodes, is chosen."""


class card_permalink(nodes.reference):  # noqa: N801
    """The number of a post, which leads to the post; read aloud, it is what is ``said``."""


class card_picture(nodes.image):  # noqa: N801
    """A kept picture; its size is known before it has come, so that nothing jumps."""


class card_avatar(card_picture):  # noqa: N801
    """The avatar of a card's author; the visitor of the article writes it."""


class card_words(nodes.Invisible, nodes.TextElement):  # noqa: N801
    """What the lines of an article say, for the search and whatever else reads the text of a page."""


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
            node.parent.replace(node, card_text("", "", *node.children, tag="time", **node.attributes))


def visit_part(self: HTML5Translator, node: card_part | card_text) -> None:
    """Open the element."""
    said = {name: node[name] for name in _WRITTEN if node.get(name)}
    end = "" if isinstance(node, card_text) else "\n"
    self.body.append(self.starttag(node, node["tag"], end, **said))


def depart_part(self: HTML5Translator, node: card_part | card_text) -> None:
    """Close it."""
    inside_a_line = node["tag"] in {"span", "time"}
    self.body.append(f"</{node['tag']}>" + "\n" * (not inside_a_line))


def visit_fold(self: HTML5Translator, node: card_fold) -> None:
    """Open a fold; the browser opens it, without a script."""
    self.body.append('<details class="thread-card-fold"><summary dir="auto">')
    for part in node["label"]:
        part.walkabout(self)
    self.body.append("</summary>\n")


def depart_fold(self: HTML5Translator, node: card_fold) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</details>\n")


def visit_permalink(self: HTML5Translator, node: card_permalink) -> None:
    """Write the link with its name."""
    said, url = self.attval(node["said"]), self.attval(node["refuri"])
    classes = " ".join(["reference", "external", *node["classes"]])
    self.body.append(f'<a class="{classes}" aria-label="{said}" href="{url}">{self.encode(node.astext())}</a>')
    raise nodes.SkipNode


def picture_tag(self: HTML5Translator, node: nodes.image) -> str:
    """A kept picture as HTML, from the folder to which Sphinx copied it."""
    source = posixpath.join(self.builder.imgpath, quote(self.builder.images[node["uri"]]))
    said = {"width": str(node["size"][0]), "height": str(node["size"][1])} if "size" in node else {}
    if node.get("lang"):
        said["lang"] = node["lang"]
    return self.emptytag(node, "img", "", src=source, alt=node["alt"], loading="lazy", **said)


def visit_picture(self: HTML5Translator, node: card_picture) -> None:
    """Write a picture of a post, or an avatar at its head."""
    self.body.append(picture_tag(self, node))
    raise nodes.SkipNode


def skip(self: HTML5Translator, node: card_avatar | card_words) -> None:  # noqa: ARG001
    """Write nothing: the article's visitor has written it."""
    raise nodes.SkipNode


PARTS: dict[type[nodes.Element], Visitors] = {
    card_part: (visit_part, depart_part),
    card_text: (visit_part, depart_part),
    card_fold: (visit_fold, depart_fold),
    card_permalink: (visit_permalink, None),
    card_picture: (visit_picture, None),
    card_avatar: (skip, None),
    card_words: (skip, None),
}
