"""Every warning of the extension: its subtype, what it means, and the one function that emits it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from sphinx.util import logging

if TYPE_CHECKING:
    from docutils.nodes import Node

logger = logging.getLogger(__name__)


class Warn(Enum):
    """The closed set of warnings; each member holds its subtype and what the documentation says of it."""

    CONFIG = "config", "A value in `conf.py` cannot be used. The default stands in for it."
    EMPTY = "empty", "A `thread` directive or role has no URL. Its text is kept, without a card."
    UNSAFE_URL = "unsafe_url", "An address is not an `http` or `https` URL. It is shown as text and is not a link."
    UNKNOWN_URL = (
        "unknown_url",
        "No platform knows the address. The card shows the address and what the page says of it.",
    )
    OPTION = (
        "option",
        "An option of a directive has an unknown name or a value of no use. The card or the list is built without it.",
    )
    NOT_KEPT = (
        "not_kept",
        "A page asks for posts of a thread that no snapshot is kept of. The card shows what the URL and options tell.",
    )
    EMPTY_LIST = "empty_list", "A `thread-list` finds no thread. A line on the page says so."
    SAME_NAME = (
        "same_name",
        "Two cards, or a card and another thing, have one `name`. `ref` leads to the other thing, or the first card.",
    )
    SNAPSHOT = "snapshot", "A kept snapshot cannot be used. The card is built from the URL and the options."
    PICTURE = "picture", "A snapshot names a picture that is not in the media folder. There are words in its place."
    ALT = "alt", "A picture is shown without alternative text. It comes only if `thread_cards_alt` asks for it."
    SIGNS = (
        "signs",
        "pdfLaTeX has no letters for a sign on a card. The PDF names emoji and has boxes for other signs.",
    )

    def __init__(self, subtype: str, help: str) -> None:  # noqa: A002 - the word that options use too
        self.subtype = subtype
        self.help = help


def warn(kind: Warn, message: str, location: Node | tuple[str, int] | str | None = None) -> None:
    """Log a Sphinx warning of type ``thread_cards`` and the kind's subtype.

    :param message: what is wrong and what to type instead, in plain words.
    :param location: a node, a docname, or (docname, line); None for ``conf.py``.
    """
    logger.warning("%s", message, type="thread_cards", subtype=kind.subtype, location=location)
