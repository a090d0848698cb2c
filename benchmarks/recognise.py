"""How many addresses a second `parse_thread_url` reads: hits, misses, and both mixed.

Run it with the project's Python: ``.venv/bin/python benchmarks/recognise.py``. The hits are the addresses of all
platforms in ``tests/platforms/``; the misses are their near misses, and addresses of plain pages as documentation
cites them. The best of many short rounds counts, as other work on the machine only ever slows a round down.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "ext"), str(ROOT / "tests")]

from sphinx_thread_cards import parse_thread_url  # noqa: E402 - found by the line above
from support.platform_tables import TABLES  # noqa: E402

ROUNDS = 100
PLAIN_PAGES = [
    "https://example.org/",
    "https://docs.example.org/en/latest/usage/extensions/autodoc.html#directive-automodule",
    "https://blog.example.com/2020/10/12/some-title/",
    "https://en.wiki.example/wiki/Advanced_Configuration_and_Power_Interface",
    "https://developer.example.com/documentation/102456/0100/?lang=en",
    "https://git.example.org/project/repository/blob/main/README.md?plain=1#L12",
    "http://www.example.net/index.php?option=com_content&view=article&id=12",
    "https://packages.example/project/name/1.2.3/",
]


def rate(urls: list[str]) -> float:
    """Addresses a second, in the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        begin = perf_counter()
        for url in urls:
            parse_thread_url(url)
        best = min(best, perf_counter() - begin)
    return len(urls) / best


def main() -> None:
    """Print the three figures."""
    known = [url for table in TABLES for url in (*table.known, *table.not_threads)]
    hits = [url for url in known if parse_thread_url(url)]
    near = [url for url in known if not parse_thread_url(url)]
    misses = near + PLAIN_PAGES * (len(near) // len(PLAIN_PAGES))
    mixed = hits + random.Random(0).sample(misses, min(len(hits), len(misses)))  # noqa: S311 - a fixed choice
    for name, urls in (("hits", hits), ("misses", misses), ("mixed", mixed)):
        print(f"{name:7} {rate(urls):>10,.0f} addresses a second  ({len(urls)} different ones)")


if __name__ == "__main__":
    main()
