"""The cards in the themes that most sites have, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page
from support import browser as look
from support import kitchen_sink, sites
from support.commands import ROOT
from support.whole_site import pages

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
# A page below the kitchen sink makes a menu with a caption; its code is wider than a small screen.
CONTENTS = "\n```{toctree}\n:caption: Below\n\nbelow\n```\n"
BELOW = f"# Below\n\n## One\n\n### Two\n\n### Three\n\n```python\n{'words = words + 1  # ' * 4}\n```\n"
State = Literal["as it is", "mended"]
Build = Callable[[str, State], sites.Site]
Open = Callable[[str, Scheme], Page]
GUIDE = (ROOT / "docs" / "cards" / "accessible-themes.md").read_text("utf-8")
_FILE = re.compile(r"```\{code-block\} \S+\n:caption: (\S+)\n\n(.*?)```", re.DOTALL)


def _recipes() -> dict[str, dict[str, str]]:
    """By theme: the guide's files with their names; what is for all stands in each conf.py before the theme's own."""
    for_all, *own = [dict(_FILE.findall(part)) for part in GUIDE.split("\n## ")[1:]]
    by_theme = {theme: files for theme in THEMES for files in own if f'"{theme}"' in files.get("conf.py", "")}
    return {theme: files | {"conf.py": for_all["conf.py"] + files["conf.py"]} for theme, files in by_theme.items()}


RECIPES = _recipes()
# The cards themselves, and what in them can be wider than they are without a bar to scroll it.
_TOO_WIDE = """() => [...document.querySelectorAll("article.thread-card")].filter(card => {
  if (!card.checkVisibility()) return false;
  const box = card.getBoundingClientRect();
  return box.left < 0 || box.right > innerWidth || card.scrollWidth > card.clientWidth;
}).map(card => card.id)"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build the kitchen sink with a theme, as it is or with the guide's files for it, once."""
    folder = tmp_path_factory.mktemp("themes")
    source = folder / "source"
    kitchen_sink.write(source, kitchen_sink.TEXT + CONTENTS)
    (source / "below.md").write_text(BELOW, "utf-8")

    @cache
    def build(theme: str, state: State) -> sites.Site:
        settings = {**kitchen_sink.SETTINGS, "html_theme": theme}
        if state == "as it is":
            return sites.build(source, folder / theme, pygments_style=CODE, **settings)
        own = folder / f"{theme}-own"
        for name, text in RECIPES[theme].items():
            (own / name).parent.mkdir(parents=True, exist_ok=True)
            (own / name).write_text(text, "utf-8")
        return sites.build(source, folder / f"{theme}-mended", confdir=own, **{**sites.SETTINGS, **settings})

    return build


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all."""
    with look.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def opened(built: Build, chromium: Browser) -> Iterator[Open]:
    """Open the kitchen sink in a theme as it is, once."""
    with ExitStack() as stack:

        @cache
        def visit(theme: str, scheme: Scheme) -> Page:
            base = stack.enter_context(look.served(built(theme, "as it is").out))
            tab = chromium.new_page(color_scheme=scheme)
            tab.goto(f"{base}index.html")
            return tab

        yield visit


@pytest.mark.parametrize("theme", THEMES)
def test_theme_builds_without_a_warning(theme: str, built: Build) -> None:
    assert built(theme, "as it is").warnings == ""


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
    """axe-core finds nothing inside of a card, in the theme as it is."""
    assert look.violations(opened(theme, scheme), "article.thread-card") == []


@pytest.mark.parametrize("theme", THEMES)
def test_guide_has_files_for_the_themes_that_need_them(theme: str, opened: Open) -> None:
    """The others have no finding on the whole page as they are."""
    assert bool(look.violations(opened(theme, "light"))) is (theme in RECIPES)


@pytest.mark.parametrize(("theme", "scheme"), LOOKS)
def test_pages_are_accessible_with_the_files_of_the_guide(theme: str, scheme: Scheme, built: Build, chromium: Browser) -> None:
    """axe-core finds nothing on the whole page, nor on those beside it, on a wide and on a small screen."""
    site = built(theme, "mended" if theme in RECIPES else "as it is")
    names = pages(site)
    found = []
    with look.served(site.out) as base:
        for width in (look.WIDE, look.SMALL):
            tab = chromium.new_page(color_scheme=scheme, viewport={"width": width, "height": 720})
            for name in names:
                tab.goto(base + name)
                found += [(name, width, *each) for each in look.violations(tab)]
            tab.close()

    assert site.warnings == ""
    assert {"index.html", "below.html", "search.html", "genindex.html"} <= set(names)
    assert found == []


@pytest.mark.parametrize("theme", [theme for theme, dark in THEMES.items() if dark])
def test_dark_is_dark(theme: str, opened: Open) -> None:
    """The cards' text is lighter than what is behind it, or the tests above have looked at the same page twice."""
    colours = "() => getComputedStyle(document.querySelector('.thread-card')).color"

    assert opened(theme, "light").evaluate(colours) != opened(theme, "dark").evaluate(colours)
