"""What commands print: a line for each thread, a bar while they work, tables, JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from thread_snapshots.site import Cited

OK = 0
"""Exit code: all is well."""
TROUBLE = 1
"""Exit code: some threads were not got, or are not as they were kept."""
MISUSE = 2
"""Exit code: the command cannot be understood, or the site cannot be read or written."""
UNREACHED = 3
"""Exit code: all that could be looked at is as it was kept, but some could not be reached."""
INTERRUPTED = 130
"""Exit code: the command was interrupted; what it had done is done."""
_BAR = 24


class Progress:
    """A bar on a terminal; nothing where the output goes to a file."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._done = 0
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty() and total > 1
        self._draw()

    def line(self, text: str) -> None:
        """Count one more as done, and print a line above the bar."""
        self._done += 1
        self._clear()
        if text:
            say(text)
        self._draw()

    def close(self) -> None:
        """Take the bar away."""
        self._clear()
        self._shown = False

    def _draw(self) -> None:
        if self._shown:
            full = _BAR * self._done // self._total
            self._stream.write(f"\r[{'#' * full}{'.' * (_BAR - full)}] {self._done}/{self._total}")
            self._stream.flush()

    def _clear(self) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def located(cited: Cited, text: str) -> str:
    """A line in the form of Sphinx's own messages, ``docs/index.md:12: ...``, so that editors find the place."""
    return f"{cited.places[0]}: {text}" if cited.places else text


def as_data(cited: Cited) -> dict[str, Any]:
    """A thread and its places, for other programs."""
    ref = cited.ref
    return {"url": ref.url, "platform": ref.platform, "host": ref.host, "id": ref.id, "places": list(cited.places)}


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)


def print_json(data: dict[str, Any]) -> None:
    """Print data for other programs."""
    print(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print columns that stand below each other; the last one may be of any width."""
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head) - 1)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        print("  ".join(cells).rstrip())


def several(number: int, one: str) -> str:
    """``1 post``, ``26 posts``."""
    return f"{number} {one if number == 1 else f'{one}s'}"


def size_of(count: int) -> str:
    """Bytes in words that people read: ``512 B``, ``3.4 kB``, ``1.2 MB``."""
    size, units = float(count), ["B", "kB", "MB"]
    while size >= 1000 and len(units) > 1:  # noqa: PLR2004 - SI prefixes
        size, units = size / 1000, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "B" else f"{size:.1f} {units[0]}"


def complain(text: str) -> None:
    """Say why the command cannot do what it was asked."""
    print(f"thread-cards: {text}", file=sys.stderr)
