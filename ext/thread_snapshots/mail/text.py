"""Text of mails: lines that flow, inline signatures, and the addresses of people, which are not kept.

Flowed text: https://www.rfc-editor.org/rfc/rfc3676 - signed text: https://www.rfc-editor.org/rfc/rfc9580 (section 7)
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sphinx_thread_cards.thread import Block, Code, List, Paragraph, Quote

if TYPE_CHECKING:
    from collections.abc import Iterable


_LOCAL, _HOST = r"([\w.+%=-]{1,64})", r"(?:[\w-]{1,63}\.){1,9}[^\W\d_]{2,24}(?!\w)"
# Message-IDs in links to archives look like addresses, and must stay. So does what clones a repository. Archives write
# "jo(a)example.org" and, in angle brackets, where it can be told from words, "<jo at example.org>".
_MAIL = re.compile(rf"https?://\S+|(?<![\w.+%=-])(?!git@){_LOCAL}(?:@| ?\(a\) ?){_HOST}|(?<=<){_LOCAL} at {_HOST}(?=>)")
_SIGNED, _SIGNATURE, _END = (
    f"-----{mark}-----" for mark in ("BEGIN PGP SIGNED MESSAGE", "BEGIN PGP SIGNATURE", "END PGP SIGNATURE")
)
_DASHES = re.compile("^- ", re.MULTILINE)
_SEPARATOR = "-- "


def shorten(text: str) -> str:
    """Text with its mail addresses cut as archives do: ``jo@...``; web addresses stay whole."""
    return _MAIL.sub(lambda found: f"{found[1] or found[2]}@..." if found.lastindex else found[0], text)


def without_addresses(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Rich text as :func:`shorten` has it."""
    return tuple(_shortened(block) for block in blocks)


def _shortened(block: Block) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, spans=tuple(replace(span, text=shorten(span.text)) for span in block.spans))
    if isinstance(block, Code):
        return replace(block, text=shorten(block.text))
    if isinstance(block, Quote):
        return replace(block, blocks=without_addresses(block.blocks))
    return List(items=tuple(without_addresses(item) for item in block.items), ordered=block.ordered, start=block.start)


def unsigned(text: str) -> str:
    """Text without the lines that sign it."""
    before, begin, rest = text.partition(_SIGNED)
    signed, mark, rest = rest.partition(_SIGNATURE)
    if not begin or not mark:
        return text
    # Above the text stand the names of hashes, and a blank line.
    return before + _DASHES.sub("", signed.partition("\n\n")[2]) + rest.partition(_END)[2]


def unflowed(text: str, *, delete_space: bool) -> str:
    """Text with the lines of each paragraph in one.

    :param delete_space: whether the space that makes a line flow is no part of the text (``DelSp=yes``).
    """
    done: list[list[str]] = []
    last = -1  # quote depth of a line that flows into the next one
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        content = bare.removeprefix(" ")
        flows = content.endswith(" ") and content != _SEPARATOR
        kept = content[:-1] if flows and delete_space else content
        # Some write "> > " for two levels, against the rules; such lines stay apart.
        if last == depth and content != _SEPARATOR and not content.startswith(">"):
            done[-1].append(kept)
        else:
            done.append([">" * depth + " " * bool(depth), kept])
        last = depth if flows else -1
    return "\n".join("".join(parts) for parts in done)
