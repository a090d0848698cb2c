"""What cards cost a build: 60 pages of 20 thread addresses, built three ways in alternation.

The three: our cards, the same addresses as plain links, and hand-written cards of sphinx-design. Each build is a fresh process
that writes HTML from nothing. Printed are the medians of time and peak memory, and the ratios within this run; nothing is asserted.

    python benchmarks/build_cost.py [--rounds 7] [--pages 60] [--theme furo]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CARDS_A_PAGE = 20
# Runs in the child: builds, then prints its own seconds and peak memory (KiB on Linux). Seconds of the processor, from the
# start of the process: a build is one busy process, and other work on the machine does not count in them.
CHILD = """
import resource, sys, time
from sphinx.cmd.build import main
code = main(["-q", "-W", "-E", "-b", "html", sys.argv[1], sys.argv[2]])
print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to cite a thread on a page."""

    name: str
    extensions: tuple[str, ...]
    markup: str


WAYS = (
    Way("cards", ("sphinx_thread_cards",), "<{url}>\n\n"),
    Way("links", (), "<{url}>\n\n"),
    Way("sphinx-design", ("sphinx_design",), ":::{{card}} Thread on {host}\n:link: {url}\n\n20 August 2020\n\n[Read it there]({url})\n:::\n\n"),
)


def addresses(page: int) -> list[tuple[str, str]]:
    """Twenty addresses (host, URL) of several platforms, different on every page."""
    forms = (
        "https://x.com/jo_example/status/{x}",
        "https://github.com/example-org/board/issues/{n}",
        "https://mastodon.social/@jo_example/{m}",
        "https://meta.discourse.org/t/a-board-with-a-name/{n}",
        "https://news.ycombinator.com/item?id={n}",
    )
    numbers = [page * CARDS_A_PAGE + index for index in range(CARDS_A_PAGE)]
    urls = [
        forms[number % len(forms)].format(n=number + 1, x=1296304589591810048 + (number << 30), m=110446983178245440 + (number << 20))
        for number in numbers
    ]
    return [(url.split("/")[2], url) for url in urls]


def write_site(folder: Path, way: Way, pages: int, theme: str) -> None:
    """Write the sources of one site."""
    folder.mkdir(parents=True)
    extensions = ["myst_parser", *way.extensions]
    (folder / "conf.py").write_text(
        f"extensions = {extensions!r}\nhtml_theme = {theme!r}\nmyst_enable_extensions = ['colon_fence']\n", encoding="utf-8"
    )
    names = [f"page{number:03}" for number in range(pages)]
    (folder / "index.md").write_text("# Index\n\n```{toctree}\n" + "\n".join(names) + "\n```\n", encoding="utf-8")
    for number, name in enumerate(names):
        body = "".join(way.markup.format(host=host, url=url) for host, url in addresses(number))
        (folder / f"{name}.md").write_text(f"# Page {number}\n\n{body}", encoding="utf-8")


def measure(source: Path, out: Path) -> tuple[float, float]:
    """Build once in a fresh process, with compiled code as installed packages have it; (seconds, MiB at the peak)."""
    command = [sys.executable, "-c", CHILD, str(source), str(out)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(source.parent / "compiled")
    printed = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.split()  # noqa: S603 - our own
    return float(printed[-2]), float(printed[-1]) / 1024


def main() -> None:
    """Build in alternation and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--theme", default="furo")
    options = parser.parse_args()
    results: dict[str, list[tuple[float, float]]] = {way.name: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            write_site(Path(folder, way.name), way, options.pages, options.theme)
            measure(Path(folder, way.name), Path(folder, f"{way.name}-compiled"))
        for number in range(options.rounds):
            # Begin with another way each round, so that none always comes after the same one.
            for way in WAYS[number % 3 :] + WAYS[: number % 3]:
                results[way.name].append(measure(Path(folder, way.name), Path(folder, f"{way.name}-{number}")))
    print(f"{options.pages} pages of {CARDS_A_PAGE}, {options.rounds} rounds, theme {options.theme}; medians")
    medians = {name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in results.items()}
    for name, (seconds, memory) in medians.items():
        ratio = [mine / plain for mine, plain in zip((seconds, memory), medians["links"], strict=True)]
        print(f"{name:14} {seconds:6.2f} s  {memory:6.1f} MiB   {ratio[0]:.3f} x time  {ratio[1]:.3f} x memory")


if __name__ == "__main__":
    main()
