"""How many URLs a second `parse_thread_url` parses: threads, other pages, and both mixed.

Usage: ``.venv/bin/python benchmarks/recognise.py``. Threads are the URLs of ``tests/platforms/``;
other pages are their near misses and pages of the kind that documentation cites. For each hundred
URLs the fastest of many rounds counts, in processor time: other programs only slow a round down.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from time import process_time

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "ext"), str(ROOT / "tests")]

from sphinx_thread_cards.platforms import parse_thread_url  # noqa: E402 - see sys.path
from support.platform_tables import HOSTS, TABLES  # noqa: E402

ROUNDS = 100
PAGES = [
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
    """Return URLs a second."""
    urls = random.Random(0).sample(urls, len(urls))  # noqa: S311 - a fixed order
    total = 0.0
    for start in range(0, len(urls), 100):
        best = float("inf")
        for _ in range(ROUNDS):
            begin = process_time()
            for url in urls[start : start + 100]:
                parse_thread_url(url, HOSTS)
            best = min(best, process_time() - begin)
        total += best
    return len(urls) / total


def main() -> None:
    """Print the three rates."""
    known = [url for table in TABLES for url in (*table.known, *table.not_threads)]
    threads = [url for url in known if parse_thread_url(url, HOSTS)]
    near = [url for url in known if not parse_thread_url(url, HOSTS)]
    others = near + PAGES * (len(near) // len(PAGES))
    mixed = threads + random.Random(0).sample(others, min(len(threads), len(others)))  # noqa: S311 - a fixed choice
    for name, urls in (("threads", threads), ("others", others), ("mixed", mixed)):
        print(f"{name:8} {rate(urls):>10,.0f} URLs a second ({len(urls)} URLs)")


if __name__ == "__main__":
    main()
