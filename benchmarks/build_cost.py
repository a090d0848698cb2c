"""What the extension costs a build, as ratios of sites that are built in alternation.

Each build is a fresh process; its time is processor time. The mean of the faster half of all rounds counts, because other
programs only slow a build down. Printed are time and peak memory, and the ratios to the site with plain links, or without the
extension.

    python benchmarks/build_cost.py [cards] [plain] [one-thread] [rebuild] [--rounds 7] [--theme furo]

- ``cards``: 60 pages of 20 thread URLs, as cards, as plain links, and as cards of sphinx-design.
- ``plain``: 60 pages without a thread, with and without the extension.
- ``one-thread``: 50 cards of one saved thread of 2,000 posts, and the same page with plain links.
- ``rebuild``: 1,000 pages with 10,000 cards or plain links, of which one page has changed. The first builds take more than
  ten minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "ext"))

from sphinx_thread_cards.snapshot import Author, Paragraph, Post, Span, Thread  # noqa: E402 - see the line above
from thread_snapshots.store import save  # noqa: E402

# Builds, then prints seconds of the processor and peak memory (KiB on Linux).
CHILD = """
import resource, sys, time
from sphinx.cmd.build import main
code = main(["-q", "-W", "-b", "html", *sys.argv[1:]])
print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""
URLS = (
    "https://x.com/jo_example/status/{x}",
    "https://github.com/example-org/board/issues/{n}",
    "https://mastodon.social/@jo_example/{m}",
    "https://meta.discourse.org/t/a-board-with-a-name/{n}",
    "https://news.ycombinator.com/item?id={n}",
)
THREAD_URL = "https://social.example/@jo/110446983178245440"
PART = 100  # pages of a toctree; a larger site has parts
PROSE = "A paragraph of a documentation with a [link](https://docs.example/{n}) and `code`.\n\n- An item\n- Another one\n\n"


@dataclass
class Site:
    """One way to write a site."""

    name: str
    extensions: tuple[str, ...]
    markup: str
    """Markup of one item of a page, with ``{url}`` and ``{host}``."""
    results: list[tuple[float, float]] = field(default_factory=list)
    """Seconds, and MiB at the peak."""


def thread_url(number: int) -> str:
    """Return one of many URLs, of several platforms."""
    x, m = 1296304589591810048 + (number << 30), 110446983178245440 + (number << 20)
    return URLS[number % len(URLS)].format(n=number + 1, x=x, m=m)


def write_site(folder: Path, site: Site, pages: int, items: int, theme: str, url: str = "") -> None:
    """Write the sources of a site."""
    folder.mkdir(parents=True)
    settings = {
        "extensions": ["myst_parser", *site.extensions],
        "html_theme": theme,
        "myst_enable_extensions": ["colon_fence"],
    }
    conf = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    (folder / "conf.py").write_text(conf, encoding="utf-8")
    names = [f"page{page:04}" for page in range(pages)]
    parts = {"index": names}
    if pages > PART:
        parts = {f"part{part}": names[part : part + PART] for part in range(0, pages, PART)}
        parts["index"] = list(parts)
    for name, children in parts.items():
        toctree = "\n".join(["```{toctree}", *children, "```"])
        (folder / f"{name}.md").write_text(f"# {name.title()}\n\n{toctree}\n", encoding="utf-8")
    for page in range(pages):
        body = ""
        for number in range(page * items, (page + 1) * items):
            item_url = url or thread_url(number)
            body += site.markup.format(url=item_url, host=item_url.split("/")[2], n=number)
        (folder / f"page{page:04}.md").write_text(f"# Page {page}\n\n{body}", encoding="utf-8")


def save_long_thread(folder: Path, posts: int) -> None:
    """Write the snapshot of a long thread."""
    posted = datetime(2024, 1, 1, tzinfo=UTC)
    text = Paragraph(spans=(Span(text="The board boots, and this is how it was done. " * 5),))
    thread = Thread(
        platform="mastodon",
        host="social.example",
        id="110446983178245440",
        url=THREAD_URL,
        participants=(Author(handle="jo", name="Jo Example"),),
        posts=tuple(
            Post(
                id=str(number),
                url=f"{THREAD_URL}/{number}",
                author="jo",
                posted=posted,
                blocks=(text,),
            )
            for number in range(posts)
        ),
    )
    save(thread, folder / "_threads")


def measure(source: Path, out: Path, *options: str) -> tuple[float, float]:
    """Build once in a fresh process, with compiled code as installed packages have it."""
    command = [sys.executable, "-c", CHILD, *options, str(source), str(out)]
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    environment["PYTHONPYCACHEPREFIX"] = str(source.parent / "compiled")
    environment["PYTHONHASHSEED"] = "0"  # else the order of sets, and with it the time, differs
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)  # noqa: S603 - our own
    seconds, memory = result.stdout.split()[-2:]
    return float(seconds), float(memory) / 1024


def compare(folder: Path, sites: list[Site], rounds: int) -> None:
    """Build sites from nothing, in alternation."""
    for number in range(rounds + 1):
        for site in sites[number % len(sites) :] + sites[: number % len(sites)]:
            out = folder / f"{site.name}-out"
            result = measure(folder / site.name, out, "-E")
            shutil.rmtree(out)
            if number:  # the first round compiles
                site.results.append(result)


def compare_rebuilds(folder: Path, sites: list[Site], rounds: int) -> None:
    """Rebuild sites in alternation after one page has changed."""
    for number in range(rounds + 1):
        for site in sites[number % len(sites) :] + sites[: number % len(sites)]:
            source = folder / site.name
            page = source / "page0007.md"
            page.write_text(f"{page.read_text('utf-8')}\nChange {number}.\n", encoding="utf-8")
            options = [] if number else ["-j", "2"]
            result = measure(source, folder / f"{site.name}-out", *options)
            if number:  # the first round builds everything
                site.results.append(result)


def report(title: str, sites: list[Site], base: str) -> None:
    """Print time and memory, and their ratios to one of the sites."""
    best = {
        site.name: [
            statistics.mean(sorted(column)[: (len(column) + 1) // 2])
            for column in zip(*site.results, strict=True)
        ]
        for site in sites
    }
    print(f"{title}; the faster half of {len(sites[0].results)} rounds")
    for name, (seconds, memory) in best.items():
        time_ratio, memory_ratio = seconds / best[base][0], memory / best[base][1]
        print(
            f"  {name:17} {seconds:6.2f} s {time_ratio:6.3f} x  {memory:6.1f} MiB {memory_ratio:6.3f} x"
            f"  {seconds - best[base][0]:+.2f} s"
        )


def main() -> None:
    """Run the comparisons that the command line names, by default all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", help="cards, plain, one-thread, rebuild")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--theme", default="furo")
    options = parser.parse_args()
    wanted = options.what or ["cards", "plain", "one-thread", "rebuild"]
    cards = Site("cards", ("sphinx_thread_cards",), "<{url}>\n\n")
    links = Site("links", (), "<{url}>\n\n")
    design = Site(
        "sphinx-design",
        ("sphinx_design",),
        ":::{{card}} Thread on {host}\n:link: {url}\n\n20 August 2020\n\n[Read it there]({url})\n:::\n\n",
    )
    scenarios = {
        "cards": ("60 pages of 20 cards", [cards, links, design], 60, 20, ""),
        "plain": (
            "60 pages without a thread",
            [Site("with", ("sphinx_thread_cards",), PROSE), Site("without", (), PROSE)],
            60,
            20,
            "",
        ),
        "one-thread": ("50 cards of one thread of 2,000 posts", [cards, links], 1, 50, THREAD_URL),
        "rebuild": (
            "1,000 pages with 10,000 cards, one page changed",
            [cards, links],
            1000,
            10,
            "",
        ),
    }
    for name in wanted:
        title, sites, pages, items, url = scenarios[name]
        with tempfile.TemporaryDirectory() as folder:
            for site in sites:
                site.results.clear()
                write_site(Path(folder, site.name), site, pages, items, options.theme, url)
                if name == "one-thread":
                    save_long_thread(Path(folder, site.name), 2000)
            (compare_rebuilds if name == "rebuild" else compare)(
                Path(folder), sites, options.rounds
            )
        report(title, sites, "without" if name == "plain" else "links")


if __name__ == "__main__":
    main()
