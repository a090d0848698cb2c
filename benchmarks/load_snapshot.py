"""How long a snapshot of normal size takes to load: from its text, and from its file, as a build does.

Run it with the project's Python: ``.venv/bin/python benchmarks/load_snapshot.py``. The snapshot is the one of twelve
posts in ``tests/snapshots/``. The best of many short rounds counts, as other work on the machine only ever slows a
round down.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from timeit import repeat
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "ext"))

from sphinx_thread_cards.urls import ThreadRef  # noqa: E402 - found by the line above
from sphinx_thread_cards.snapshot import loads  # noqa: E402
from sphinx_thread_cards.store import load, path_of  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

SNAPSHOTS = ROOT / "tests" / "snapshots"
TWELVE = ThreadRef(platform="mastodon", id="105987654321000001", url="", given_url="", host="social.example")
ROUNDS, LOADS = 60, 50


def microseconds(work: Callable[[], object]) -> float:
    """The time of one call, in the best round."""
    return min(repeat(work, number=LOADS, repeat=ROUNDS)) / LOADS * 1e6


def main() -> None:
    """Print the figures, with what ``json`` alone takes of them."""
    path = path_of(TWELVE, SNAPSHOTS)
    text = path.read_text("utf-8")
    thread = loads(text)
    print(f"{len(thread.posts)} posts, {len(thread.participants)} participants, {len(text.encode()):,} bytes")
    print(f"json.loads alone    {microseconds(lambda: json.loads(text)):6.1f} microseconds")
    print(f"loads, from memory  {microseconds(lambda: loads(text)):6.1f} microseconds")
    print(f"load, from the file {microseconds(lambda: load(TWELVE, SNAPSHOTS)):6.1f} microseconds")


if __name__ == "__main__":
    main()
