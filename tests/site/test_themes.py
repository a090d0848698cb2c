"""Cards in other themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from support import browser, sites

# Themes use what newer versions of Sphinx deprecate.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning"),
]
THEMES = ["furo", "alabaster", "sphinx_rtd_theme", "pydata_sphinx_theme", "sphinx_book_theme"]
# Cards themselves, and what is in them, that a small screen cuts off.
_TOO_WIDE = """() => [...document.querySelectorAll("article.thread-card")].filter(card => {
  const box = card.getBoundingClientRect();
  return card.checkVisibility() && (box.right > innerWidth || card.scrollWidth > card.clientWidth);
}).map(card => card.id)"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as running:
        yield running


@pytest.mark.parametrize("theme", THEMES)
def test_theme(theme: str, sink: Callable[..., sites.Site], chromium: Browser) -> None:
    # Alabaster's colors of code have too little contrast.
    site = sink(html_theme=theme, pygments_style="xcode")
    with (
        browser.served(site.out) as url,
        chromium.new_page(viewport={"width": browser.WIDE, "height": 900}) as tab,
    ):
        tab.goto(url)
        assert tab.locator("article.thread-card").count() > 20
        assert browser.violations(tab, "article.thread-card") == []
        tab.set_viewport_size({"width": browser.SMALL, "height": 600})
        assert tab.evaluate(_TOO_WIDE) == []


def test_printed_threads(sink: Callable[..., sites.Site], chromium: Browser) -> None:
    """Collapsed posts are printed."""
    site = sink(html_theme="furo")
    with browser.served(site.out) as url, chromium.new_page() as tab:
        tab.goto(url)
        tab.emulate_media(media="print")
        folds = tab.locator("details.thread-card-fold")
        hidden = folds.locator(".thread-card-post").evaluate_all(
            "posts => posts.filter(post => !post.checkVisibility()).length"
        )
        assert folds.count() > 0
        assert hidden == 0


def test_forced_colors(page: Callable[..., sites.Site], chromium: Browser) -> None:
    """Border and edge have the color of the text."""
    site = page("# T\n\n<https://github.com/pftf/RPi4/issues/57>\n", html_theme="furo")
    with browser.served(site.out) as url, chromium.new_page(forced_colors="active") as tab:
        tab.goto(url)
        border, edge, text, back = tab.locator("article.thread-card").evaluate(
            """card => { const style = getComputedStyle(card);
              return [style.borderTopColor, style.borderInlineStartColor, style.color,
                      style.backgroundColor]; }"""
        )
    assert border == edge == text != back
