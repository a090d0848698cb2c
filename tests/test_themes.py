"""The cards in the themes that most sites have, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Literal

import pytest
from playwright.sync_api import Page
from support import browser as look
from support import kitchen_sink, sites

# That themes use what Sphinx will take away is theirs to mend; of our own code every other test would tell.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
# Each with whether it has a dark form that follows the reader's system.
THEMES = {
    "furo": True,
    "alabaster": False,
    "sphinx_rtd_theme": False,
    "pydata_sphinx_theme": True,
    "sphinx_book_theme": True,
}
Scheme = Literal["light", "dark"]
LOOKS: list[tuple[str, Scheme]] = [
    *((theme, "light") for theme in THEMES),
    *((theme, "dark") for theme, dark in THEMES.items() if dark),
]
# Alabaster's own colours of code are too pale, wherever code stands.
CODE = "xcode"
Open = Callable[[str, Scheme], Page]
# The cards themselves, and what in them can be wider than they are without a bar to scroll it.
_TOO_WIDE = """() => [...document.querySelectorAll("article.thread-card")].filter(card => {
  if (!card.checkVisibility()) return false;
  const box = card.getBoundingClientRect();
  return box.left < 0 || box.right > innerWidth || card.scrollWidth > card.clientWidth;
}).map(card => card.id)"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], sites.Site]:
    """Build the kitchen sink with a theme, once."""
    folder = tmp_path_factory.mktemp("themes")
    source = folder / "source"
    kitchen_sink.write(source)

    @cache
    def build(theme: str) -> sites.Site:
        return sites.build(source, folder / theme, html_theme=theme, pygments_style=CODE, **kitchen_sink.SETTINGS)

    return build


@pytest.fixture(scope="module")
def opened(built: Callable[[str], sites.Site]) -> Iterator[Open]:
    """Open the kitchen sink in a theme, once; one browser for all."""
    with ExitStack() as stack:
        chromium = stack.enter_context(look.chromium())

        @cache
        def visit(theme: str, scheme: Scheme) -> Page:
            base = stack.enter_context(look.served(built(theme).out))
            tab = chromium.new_page(color_scheme=scheme)
            tab.goto(f"{base}index.html")
            return tab

        yield visit


@pytest.mark.parametrize("theme", THEMES)
def test_theme_builds_without_a_warning(theme: str, built: Callable[[str], sites.Site]) -> None:
    assert built(theme).warnings == ""


@pytest.mark.parametrize(("theme", "scheme"), LOOKS)
def test_texts_of_cards_are_readable(theme: str, scheme: Scheme, opened: Open) -> None:
    """Contrast is 4.5:1 or more, as WCAG 1.4.3 asks for (AA), if the theme's links have that; edges have 3:1."""
    tab = opened(theme, scheme)
    texts = look.text_contrasts(tab)

    assert len(texts) > 150
    assert [(words, ratio, least) for words, ratio, least in texts if ratio < least] == []
    assert {classes: ratio for classes, ratio in look.edge_contrasts(tab) if ratio < 3} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_cards_fit_a_small_screen(theme: str, opened: Open) -> None:
    """At 320 pixels no card is wider than the screen, and nothing in it wider than the card."""
    tab = opened(theme, "light")
    before = tab.viewport_size
    assert before
    tab.set_viewport_size({"width": look.SMALL, "height": 600})
    wide = tab.evaluate(_TOO_WIDE)
    tab.set_viewport_size(before)

    assert wide == []


@pytest.mark.parametrize(("theme", "scheme"), LOOKS)
def test_cards_are_accessible(theme: str, scheme: Scheme, opened: Open) -> None:
    """axe-core finds nothing inside of a card."""
    assert look.violations(opened(theme, scheme), "article.thread-card") == []


@pytest.mark.parametrize("theme", [theme for theme, dark in THEMES.items() if dark])
def test_dark_is_dark(theme: str, opened: Open) -> None:
    """The cards' text is lighter than what is behind it, or the tests above have looked at the same page twice."""
    colours = "() => getComputedStyle(document.querySelector('.thread-card')).color"

    assert opened(theme, "light").evaluate(colours) != opened(theme, "dark").evaluate(colours)
