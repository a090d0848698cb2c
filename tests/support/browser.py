"""Chromium, and a web server for it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from support.programs import require

WIDE, ZOOMED, SMALL = 1440, 640, 320
"""Widths of windows: with both side bars, 1280 pixels at 200 % zoom, and the least of WCAG 1.4.10."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser of the system without a window."""
    path = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; yield its URL, with a slash at the end."""
    handler = functools.partial(_Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def violations(page: Page, selector: str | None = None) -> list[tuple[str, str]]:
    """Return the rules of axe-core that a page or a part of it violates, each with the HTML."""
    options: dict[str, Any] = {
        "resultTypes": ["violations"],
        "rules": {"target-size": {"enabled": True}},
    }
    rules = Axe().run(page, context=selector, options=options).response["violations"]
    return [(rule["id"], node["html"]) for rule in rules for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """Return by how many pixels a page can be scrolled sideways."""
    script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(script))
