"""What cards cost a reader: pages of this site in Chromium, with their cards and without them, beside published figures.

The site is built with its own settings and served from this machine, compressed as web hosts do it. Each page is opened
several times in a browser that has seen nothing before; the numbers are of one visit, times are medians. "Without" is the
same HTML with every card cut out, and the style sheet of the cards with them. The table is for docs/cards/weight.md.

    .venv/bin/python benchmarks/page_weight.py [--rounds 9]
"""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PAGES = (("Home", "index.html"), ("Threads", "story/threads.html"))
CARD = re.compile(r'<article [^>]*class="thread-card\b.*?</article>\n?', re.DOTALL)
SHEET = re.compile(r"<link [^>]*thread-cards\.css[^>]*>")
PACKED = {"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"}
UNTOLD = "not told"
# One embedded post each; not measured here, and not today.
PUBLISHED = (
    ("One post on X, embedded", "about 27", "600 KB", "https://www.builder.io/blog/how-to-embed-tweets-without-a-performance-penalty", "2023"),
    ("The same, another author", UNTOLD, "about 460 kB", "https://blog.kevmo314.com/faster-twitter.html", "2022"),
    ("The same, scripts alone", UNTOLD, "560 KB", "https://timber-mdx-example.vercel.app/blog/twitter-embeds-without-javascript-pt1-codewithswiz-29", UNTOLD),
    ("A Mastodon post, in its frame", UNTOLD, "over 1 MB", "https://github.com/mastodon/mastodon/issues/27626", UNTOLD),
)
# All that the browser knows of one visit. Nothing here comes from another host, so all sizes are told.
LOOK = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => shift += entry.value))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => {
    const asked = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    done({
      paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      requests: asked.length,
      sent: asked.reduce((sum, each) => sum + each.transferSize, 0),
      foreign: asked.filter(each => !each.name.startsWith(location.origin)).length,
      shift,
    });
  }, 200);
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a page: milliseconds to the first paint, requests, bytes on the wire, layout shift."""

    paint: float
    requests: int
    sent: int
    shift: float
    foreign: int


def bare(html: str) -> str:
    """Cut every card out of a page."""
    if any("<article" in card[0][1:] for card in CARD.finditer(html)):
        sys.exit("A card holds an <article>: it cannot be cut out.")
    return SHEET.sub("", CARD.sub("", html))


def build(folder: Path) -> Path:
    """Build the site; returns its folder."""
    command = [sys.executable, "-m", "sphinx", "-q", "-c", ROOT, ROOT / "docs", folder / "html"]
    subprocess.run(command, check=True)  # noqa: S603 - our own
    return folder / "html"


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve the site, and under /bare/ the same pages without cards; gives the address of its top."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """Answer with a file, compressed where that is worth it."""
            path = unquote(urlsplit(self.path).path).lstrip("/")
            file = site / path.removeprefix("bare/")
            found = file.is_file()
            body = file.read_bytes() if found else b""
            if found and path.startswith("bare/") and file.suffix == ".html":
                body = bare(body.decode()).encode()
            kind = guess_type(file.name)[0] or "application/octet-stream"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            if kind in PACKED:
                body = gzip.compress(body, 6)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def visit(browser: Browser, address: str) -> Visit:
    """Open a page in a browser that has seen nothing before."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(address, wait_until="networkidle")
    seen = Visit(**tab.evaluate(LOOK))
    context.close()
    return seen


def row(name: str, visits: list[Visit]) -> str:
    """Return a line of the table; sizes and counts are those of any visit, as they are the same."""
    (first, *_), paint = visits, statistics.median(each.paint for each in visits)
    if any(each.foreign for each in visits):
        sys.exit(f"{name}: something was asked of another host.")
    shift = max(each.shift for each in visits)
    return f"| {name} | {first.requests} | {first.sent / 1000:.1f} kB | {paint:.0f} ms | {shift:.3f} |"


def published() -> str:
    """Return the table of the published figures."""
    rows = [f"| {name} | {asked} | {sent} | <{source}> | {year} |" for name, asked, sent, source, year in PUBLISHED]
    return "\n".join(["| Embed | Requests | On the wire | Source | Year |", "|---|---|---|---|---|", *rows])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        sys.exit("Chromium is missing: run `make system`.")
    with tempfile.TemporaryDirectory() as folder, served(site := build(Path(folder))) as base, sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-background-networking"])
        print(f"{datetime.now(UTC):%-d %B %Y}, Chromium {browser.version}, {rounds} visits each\n")
        print("| Page | Requests | On the wire | First paint | Layout shift |\n|---|---|---|---|---|")
        for name, page in PAGES:
            cards = len(CARD.findall((site / page).read_text("utf-8")))
            seen: dict[str, list[Visit]] = {page: [], f"bare/{page}": []}
            for _ in range(rounds):
                for each, visits in seen.items():
                    visits.append(visit(browser, base + each))
            print(row(f"{name}, with its {cards} cards", seen[page]))
            print(row(f"{name}, without them", seen[f"bare/{page}"]))
        browser.close()
    print(f"\n{published()}")


if __name__ == "__main__":
    main()
