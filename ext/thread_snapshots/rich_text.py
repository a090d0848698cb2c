"""Rich text of all platforms as data: HTML, Markdown, facets, entities, plain text.

What comes in is somebody else's, and may be anything; what goes out is blocks whose links are http or https, whose
depth and size are bounded, and which hold no markup. None of the functions raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from thread_snapshots.rich.html import from_html, read_html
from thread_snapshots.rich.media import Rich
from thread_snapshots.rich.offsets import from_entities, from_facets
from thread_snapshots.rich.plain import from_plain
from thread_snapshots.rich.spans import clean
from thread_snapshots.rich.tags import KNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

    from sphinx_thread_cards.thread import Block

__all__ = [
    "Rich",
    "from_entities",
    "from_facets",
    "from_html",
    "from_markdown",
    "from_plain",
    "read_html",
    "read_markdown",
]

MAX_MARKDOWN = 70_000
"""Characters of Markdown that are parsed, a little over GitHub's limit of 65,536; more is read as plain text."""

# As GitHub Flavored Markdown does with some tags (section 6.11), here with all that are not known.
_TAG = re.compile(r"<(?=/?([A-Za-z][A-Za-z0-9-]*))")


def from_markdown(text: str, base_url: str, *, breaks: bool = False) -> tuple[Block, ...]:
    """Markdown with tables, struck-out text and HTML in it as blocks; a picture is its alternative text, linked.

    :param breaks: whether a line's end is a line break, as in the comments of GitHub.
    """
    return read_markdown(text, base_url, breaks=breaks, apart=False).blocks


def read_markdown(text: str, base_url: str, *, breaks: bool = False, apart: bool = True) -> Rich:
    """Markdown as blocks, with pictures and videos apart; else as :func:`from_markdown`."""
    if len(text) > MAX_MARKDOWN:
        return Rich(blocks=from_plain(text))
    parser = MarkdownIt("commonmark", {"html": True, "breaks": breaks, "maxNesting": 100})
    parser.enable(["table", "strikethrough"])
    for kind in ("html_block", "html_inline"):
        parser.add_render_rule(kind, _html)
    try:
        rendered = parser.render(clean(text))
    except RecursionError:
        return Rich(blocks=from_plain(text))
    return read_html(rendered, base_url, apart=apart, bare=True)


def _html(_: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    return _TAG.sub(lambda found: "<" if found[1].lower() in KNOWN else "&lt;", tokens[index].content)
