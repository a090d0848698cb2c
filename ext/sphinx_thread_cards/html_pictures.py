"""Kept pictures in HTML formats: their sizes are known before they have come, so that nothing jumps."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import quote

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator


class card_picture(nodes.image):  # noqa: N801 - docutils names nodes and their visitors alike
    """A kept picture."""


class card_avatar(card_picture):  # noqa: N801
    """The avatar of a card's author; the visitor of the article writes it."""


def picture_tag(self: HTML5Translator, node: nodes.image) -> str:
    """Write a kept picture, from the folder to which Sphinx copied it."""
    source = posixpath.join(self.builder.imgpath, quote(self.builder.images[node["uri"]]))
    said = {"width": str(node["size"][0]), "height": str(node["size"][1])} if "size" in node else {}
    if node.get("lang"):
        said["lang"] = node["lang"]
    return self.emptytag(node, "img", "", src=source, alt=node["alt"], loading="lazy", **said)


def visit_picture(self: HTML5Translator, node: card_picture) -> None:
    """Write a picture of a post, or an avatar at its head."""
    self.body.append(picture_tag(self, node))
    raise nodes.SkipNode


def skip_avatar(self: HTML5Translator, node: card_avatar) -> None:  # noqa: ARG001
    """Write nothing: the article's visitor has written it."""
    raise nodes.SkipNode
