"""Chromium, a server for it to ask, and questions about a page that only a browser can answer."""

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

# Below the width at which a page of 1280 CSS pixels at 200 % would be shown.
ZOOMED = 640
SMALL = 320
# Where every theme shows all of its side bars.
WIDE = 1440

# The colour that is seen where half-transparent ones lie upon one another, and WCAG's contrast of two such colours
# (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance). A canvas does the mixing and knows every notation.
_COLOURS = """
const ground = node => {
  const chain = [];
  for (let each = node; each; each = each.parentElement) chain.unshift(getComputedStyle(each).backgroundColor);
  return chain;
};
const seen = colours => {
  const canvas = new OffscreenCanvas(1, 1), pen = canvas.getContext("2d", {willReadFrequently: true});
  for (const colour of ["white", ...colours]) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
const luminance = colour => {
  const [r, g, b] = colour.map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
"""
_TEXTS = (
    "() => {"
    + _COLOURS
    + """
  const found = [];
  for (const card of document.querySelectorAll("article.thread-card")) {
    const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const box = walker.currentNode.parentElement, words = walker.currentNode.textContent.trim();
      if (!words || box.closest("pre, code") || !box.checkVisibility()) continue;
      const behind = ground(box);
      const colour = getComputedStyle(box).color, bare = ground(card.parentElement);
      const outside = contrast(seen(bare), seen([...bare, colour]));
      const least = box.closest("a") ? Math.min(4.5, 0.93 * outside) : 4.5;
      found.push([words, contrast(seen(behind), seen([...behind, colour])), least]);
    }
  }
  return found;
}"""
)
_EDGES = (
    "() => {"
    + _COLOURS
    + """
  return [...document.querySelectorAll("article.thread-card")].map(card => {
    const edge = getComputedStyle(card).borderInlineStartColor;
    const beside = behind => contrast(seen(behind), seen([...behind, edge]));
    return [card.className, Math.min(beside(ground(card)), beside(ground(card.parentElement)))];
  });
}"""
)
_SHIFT = """() => new Promise(done => {
  let sum = 0;
  const element = node => node instanceof Element ? node : node?.parentElement;
  const theirs = ".sidebar-drawer, .article-container > :not(article)";
  // The browser does not name what is inside of the side bar's search field.
  const side = document.querySelector(".sidebar-drawer")?.getBoundingClientRect().right ?? 0;
  const isTheirs = ({node, currentRect}) => node ? element(node)?.closest(theirs) : currentRect.right <= side;
  const ours = entry => !entry.sources.every(isTheirs);
  new PerformanceObserver(list => list.getEntries().filter(ours).forEach(entry => sum += entry.value))
    .observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)));
})"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser without a window; the test is left where there is none."""
    path = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine alone; gives the address of its top, with a slash at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def violations(page: Page, part: str | None = None) -> list[tuple[str, str]]:
    """What axe-core finds on a page or in a part of it: rules, each with the piece of HTML."""
    # WCAG 2.2's size of what is pressed (2.5.8) is the one rule of level AA that is off where nobody asks for it.
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    found = Axe().run(page, context=part, options=options).response["violations"]
    return [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]


def text_contrasts(page: Page) -> list[tuple[str, float, float]]:
    """Every text of the cards that can be seen, code aside, with its contrast and the least that it must have.

    That is WCAG's 4.5. The colour of links is the theme's; where a link outside of the card has less, the card's
    surface may cost a fourteenth of it.
    """
    return [(words, ratio, least) for words, ratio, least in page.evaluate(_TEXTS)]


def edge_contrasts(page: Page) -> list[tuple[str, float]]:
    """Every card's classes, with the contrast of its edge against what is inside and outside, whichever is less."""
    return [(classes, ratio) for classes, ratio in page.evaluate(_EDGES)]


def overflow(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def layout_shift(page: Page) -> float:
    """The sum of the layout shifts since the page was asked for, but for those of Furo's side bars and buttons."""
    return float(page.evaluate(_SHIFT))
