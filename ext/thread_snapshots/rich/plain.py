"""Plain text as people mail it: quotes, signatures, patches, addresses written out."""

from __future__ import annotations

import re
from itertools import groupby
from textwrap import dedent

from thread_snapshots.rich.spans import CUT, MAX_DEPTH, MAX_TEXT, bare_links, clean, paragraphs
from sphinx_thread_cards.thread import Block, Code, Quote, Span

# RFC 3676, section 4.3. A patch may hold such a line too, so only one near the end counts.
_SIGNATURE = "-- "
_LONGEST_SIGNATURE = 12
# Its own, from which some servers take the space.
_GIT = re.compile(r"--\n[0-9]+(?:\.[0-9A-Za-z]+){1,4}(?: \([A-Za-z0-9 .-]{1,30}\))?")
# The line that Mailman puts above its footer.
_FOOTER = re.compile("_{40,}")
_LONGEST_FOOTER = 6
_PATCH = re.compile(
    r"^(?:diff --git |Index: \S+$|--- \S+.*\n\+\+\+ \S).*"
    r"(?:\n(?:[ +\-@\\]|$|diff --git |index [0-9a-f]|Index: |===|(?:new|old|deleted) (?:file )?mode |similarity index "
    r"|(?:rename|copy) (?:from|to) |Binary files |GIT binary patch).*)*",
    re.MULTILINE,
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_INDENTED = re.compile(r"(?:(?: {4}|\t).*(?:\n|$))+")


def from_plain(text: str) -> tuple[Block, ...]:
    """Plain text as blocks: quoted lines, code and patches, paragraphs whose addresses are links.

    Lines stay as they are broken. The signature and the footer of the list are left out.
    """
    lines = clean(text[:MAX_TEXT]).split("\n")
    blocks = _blocks(_without_end(lines))
    return (*blocks, CUT) if len(text) > MAX_TEXT else blocks


def _without_end(lines: list[str]) -> list[str]:
    lines = _without_blanks(lines)
    for number in range(len(lines) - 1, max(len(lines) - _LONGEST_FOOTER, 0), -1):
        if _FOOTER.fullmatch(lines[number]):
            lines = lines[:number]
            break
    # Some lists sign below the author, or below git.
    return _unsigned(_unsigned(lines))


def _without_blanks(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def _unsigned(lines: list[str]) -> list[str]:
    lines = _without_blanks(lines)
    for number in range(len(lines) - 1, max(len(lines) - _LONGEST_SIGNATURE, 0), -1):
        if lines[number] == _SIGNATURE or _GIT.fullmatch("\n".join(lines[number:])):
            return lines[:number]
    return lines


def _blocks(lines: list[str], depth: int = 0) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for quoted, group in groupby(lines, key=lambda line: line.startswith(">") and depth < MAX_DEPTH):
        if not quoted:
            blocks += _own("\n".join(group))
        elif inner := _blocks([line[1:].removeprefix(" ") for line in group], depth + 1):
            blocks.append(Quote(blocks=inner))
    return tuple(blocks)


def _own(text: str) -> list[Block]:
    """Text without quotes: paragraphs, indented code, patches."""
    blocks: list[Block] = []
    done = 0
    for patch in _PATCH.finditer(text):
        blocks += _prose(text[done : patch.start()])
        blocks.append(Code(text=patch[0].rstrip(), language="diff"))
        done = patch.end()
    return [*blocks, *_prose(text[done:])]


def _prose(text: str) -> list[Block]:
    blocks: list[Block] = []
    for part in _BLANK_LINES.split(text.strip("\n")):
        if _INDENTED.fullmatch(part) and part.strip():
            blocks.append(Code(text=dedent(part).rstrip()))
        else:
            blocks += paragraphs(bare_links(Span(text=part)))
    return blocks
