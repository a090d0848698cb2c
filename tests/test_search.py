"""What the search of a site finds in posts of other languages, typed into its search page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from sphinx_thread_cards import store
from sphinx_thread_cards.thread import Author, Paragraph, Post, Span, Thread
from support import sites
from support.browser import chromium, served

pytestmark = pytest.mark.slow
POSTS = {
    "en": "The lamps were glowing all night.",
    "ja": "再起動した後もランプが点くようになりました。東京で試しました。",
    "de": "Das Licht der Häuser leuchtet.",
}
Build = Callable[..., sites.Site]


def _pages(folder: Path) -> Iterator[tuple[str, str]]:
    """A page for each post, with the kept thread that it shows."""
    yield "index.md", "# T\n\n```{toctree}\nen\nja\nde\n```\n"
    for language, text in POSTS.items():
        url = f"https://lobste.rs/s/{language}1xr8zc"
        post = Post(id="1", url=url, author="jo", blocks=(Paragraph(spans=(Span(text=text),)),))
        name = f"{language}1xr8zc"
        people = (Author(handle="jo"),)
        thread = Thread(
            platform="lobsters", host="lobste.rs", id=name, url=url, lang=language, participants=people, posts=(post,)
        )
        store.save(thread, folder / store.FOLDER)
        yield f"{language}.md", f"# Page\n\n```{{thread}} {url}\n:show: thread\n```\n"


def _found(tab: Tab, top: str, words: str) -> set[str]:
    """The pages that the search lists for some words."""
    tab.goto(f"{top}search.html")
    field = tab.locator("form input[name=q]").last
    field.fill(words)
    field.press("Enter")
    tab.wait_for_selector("#search-results h2")
    tab.wait_for_timeout(500)
    links = tab.eval_on_selector_all("#search-results li > a", "found => found.map(each => each.getAttribute('href'))")
    return {link.partition("#")[0].partition("?")[0] for link in links}


FOUND = {
    "de": {"glowing": "en", "glow": "en", "leuchten": "de", "Häuser": "de", "ランプ": "ja", "ランプが点く": "ja"},
    "ja": {"glowing": "en", "glow": "en", "ランプ": "ja", "点く": "ja", "東京": "ja"},
}
NOT_FOUND = {"de": ["glows", "点く", "東京"], "ja": ["glows", "leuchten", "Häuser", "ランプが点く"]}


@pytest.mark.parametrize("language", FOUND)
def test_what_is_found(language: str, page: Build, tmp_path: Path) -> None:
    """As the guide says: whole words and parts of three letters; forms and short words by the site's language alone."""
    site = page(dict(_pages(tmp_path / "source")), language=language, html_theme="alabaster")
    with chromium() as browser, served(site.out) as top:
        tab = browser.new_page()

        for words, name in FOUND[language].items():
            assert (words, _found(tab, top, words)) == (words, {f"{name}.html"})
        for words in NOT_FOUND[language]:
            assert (words, _found(tab, top, words)) == (words, set())
