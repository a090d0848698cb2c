"""Words and signs of a language around those of cards: in lists, in the search, where a name is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sphinx_thread_cards import dates, words
from support import sites

GONE = "https://lobste.rs/s/1xr8zc"
POST = "https://social.example/@jo/110446983178245440"
Page = Callable[..., sites.Site]


def test_the_search_names_cards(page: Page) -> None:
    """In the language of the site."""
    assert '"Hilo"' in page("# T\n\n<https://github.com/a/b/issues/57>\n", language="es").read("searchindex.js")


def test_signs_of_a_language(page: Page) -> None:
    """What stands between pages, and between the parts of what is read aloud of a link."""
    pages = {"index.md": f"# T\n\n<{GONE}>\n\n<{POST}>\n\n```{{thread-list}}\n:platform: lobsters\n```\n\n```{{toctree}}\nb\n```\n", "b.md": f"# B\n\n<{GONE}>\n"}
    soup = BeautifulSoup(page(pages, language="ja").read("index.html"), "html5lib")

    assert soup.select_one("td .thread-list-cited").text == "B、T"
    assert words.comma() == "、"
    assert soup.select_one("#thread-mastodon-110446983178245440 .thread-card-links a")["aria-label"].endswith("、2023年5月28日")


@pytest.mark.parametrize(("language", "name"), [("fr", "Octobre"), ("ka", "ოქტომბერი"), ("ja", "10月"), ("en", "October")])
def test_the_name_of_a_month_begins_a_line(language: str, name: str) -> None:
    """With a capital, where single letters have one: a Georgian word has capitals throughout or nowhere."""
    when = dates.read_when("2020-10")

    assert when
    assert dates.show_month(when, language) == name


def test_a_mailing_list_without_a_name(page: Page) -> None:
    """The host of its archive stands for it."""
    text = page("# T\n\n<https://lore.kernel.org/all/20201006@mail.example/>\n", "text", language="pl").read("index.txt")

    assert "Wiadomość na lore.kernel.org" in text
