"""What cards cost a reader: pages of this site in Chromium, with their cards and without them.

The site is built with its own settings and served from this machine, compressed as web hosts do it. Each page is opened
several times in a browser with an empty cache. "Without" is the same HTML with all cards and their style sheet removed.

    python benchmarks/page_weight.py [--rounds 9] [story/threads.html ...]
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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
CARD = re.compile(r'<article [^>]*class="thread-card\b.*?</article>\n?', re.DOTALL)
STYLE_SHEET = re.compile(r"<link [^>]*thread-cards\.css[^>]*>")
COMPRESSED = {"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"}
# What the browser reports about one visit.
MEASURE = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => shift += entry.value))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => {
    const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    done({
      paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      requests: loaded.length,
      size: loaded.reduce((sum, each) => sum + each.transferSize, 0),
      foreign: loaded.filter(each => !each.name.startsWith(location.origin)).length,
      shift,
    });
  }, 200);
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: milliseconds to the first paint, requests, bytes on the wire, layout shift, requests to other hosts."""

    paint: float
    requests: int
    size: int
    shift: float
    foreign: int


@contextmanager
def serve(site: Path) -> Iterator[str]:
    """Serve the site, and under ``/bare/`` the same pages without cards; yields the URL of its root."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Log nothing."""

        def do_GET(self) -> None:
            """Respond with a file."""
            path = unquote(urlsplit(self.path).path).lstrip("/")
            file = site / path.removeprefix("bare/")
            body = file.read_bytes() if file.is_file() else b""
            if path.startswith("bare/") and file.suffix == ".html":
                body = STYLE_SHEET.sub("", CARD.sub("", body.decode())).encode()
            content_type = guess_type(file.name)[0] or "application/octet-stream"
            self.send_response(200 if file.is_file() else 404)
            self.send_header("Content-Type", content_type)
            if content_type in COMPRESSED:
                body = gzip.compress(body, 6)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def visit(browser: Browser, url: str) -> Visit:
    """Open a page with an empty cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(url, wait_until="networkidle")
    result = Visit(**tab.evaluate(MEASURE))
    context.close()
    return result


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="*", default=["index.html", "story/threads.html"])
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("Chromium is missing: run `make system`.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder)
        command = [sys.executable, "-m", "sphinx", "-q", "-c", ROOT, ROOT / "docs", site]
        subprocess.run(command, check=True)  # noqa: S603 - our own
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        print(f"Chromium {browser.version}, medians of {options.rounds} visits\n")
        print(
            "| Page | Requests | To other hosts | On the wire | First paint | Layout shift |\n|---|---|---|---|---|---|"
        )
        with serve(site) as root:
            for page in options.pages:
                cards = len(CARD.findall((site / page).read_text("utf-8")))
                for name, path in (
                    (f"{page}, {cards} cards", page),
                    (f"{page}, without them", f"bare/{page}"),
                ):
                    visits = [visit(browser, root + path) for _ in range(options.rounds)]
                    paint, first = statistics.median(each.paint for each in visits), visits[0]
                    shift = max(each.shift for each in visits)
                    print(
                        f"| {name} | {first.requests} | {first.foreign} | {first.size / 1000:.1f} kB"
                        f" | {paint:.0f} ms | {shift:.3f} |"
                    )
        browser.close()


if __name__ == "__main__":
    main()
