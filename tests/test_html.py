"""The HTML of cards: its weight, what it asks for, and which pages link its style sheet."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from support import sites

FULL = (
    ":::{thread} https://threadreaderapp.com/thread/1313512835843055618.html\n:title: How the firmware got to the little board\n"
    ":author: Jo Example\n:handle: jo_example\n:archive: https://archive.example/2020/thread\n:::\n"
)
Page = Callable[..., sites.Site]


def test_a_card_is_small(page: Page) -> None:
    """A card with all its lines but a summary is at most 1,300 bytes."""
    html = page(f"# T\n\n{FULL}").read("index.html")
    card = re.search(r"<article.*?</article>", html, re.DOTALL)

    assert card
    assert len(card[0].encode()) <= 1300


def test_only_pages_with_a_card_or_a_citation_link_the_style_sheet(page: Page) -> None:
    """Pages without either, the search and the index are as they were."""
    site = page(
        {
            "index.md": f"# T\n\n{FULL}\n```{{toctree}}\nother\ncited\n```\n",
            "other.md": "# Other\n\nNo card.\n",
            "cited.md": "# Cited\n\nSee {thread}`https://github.com/pftf/RPi4/issues/57`.\n",
        }
    )

    linked = {path.name for path in site.out.glob("*.html") if "thread-cards.css" in path.read_text()}

    assert linked == {"index.html", "cited.html"}


@pytest.mark.parametrize(
    ("options", "letter"),
    [
        (":author: élodie Example", "É"),
        (":author: 例 太郎", "例"),
        (":author: '\U0001f980 Jo'", "J"),
        (":handle: _sam", "S"),
        (":author: '***'", None),
        ("", None),
    ],
)
def test_a_monogram_stands_for_an_avatar(options: str, letter: str | None, page: Page) -> None:
    """The first letter or digit of the name, in an attribute: no reader of the text meets it."""
    html = page(f"# T\n\n:::{{thread}} https://github.com/pftf/RPi4/issues/57\n{options}\n:::\n").read("index.html")
    who = BeautifulSoup(html, "html5lib").select_one(".thread-card-author")

    assert (who.get("data-letter") if who else None) == letter


def test_the_style_sheet_can_be_left_out(page: Page) -> None:
    """``thread_cards_css = False`` is for sites that bring their own."""
    site = page(f"# T\n\n{FULL}", thread_cards_css=False)

    assert "thread-cards.css" not in site.read("index.html")
    assert not (site.out / "_static" / "thread-cards.css").exists()


@pytest.mark.parametrize("builder", ["html", "epub"])
def test_cards_bring_no_script_style_or_picture(builder: str, sink: Page) -> None:
    """Nothing in a card runs, is styled in place, or is asked of anybody."""
    site = sink(builder)
    soup = BeautifulSoup(site.read("index.html" if builder == "html" else "index.xhtml"), "html5lib")
    cards = soup.select("article.thread-card")

    assert len(cards) > 20
    for card in cards:
        assert not card.select("script, style, iframe, img, link, object, embed, form")
        assert not [tag for tag in card.select("*") if any(name == "style" or name.startswith("on") for name in tag.attrs)]
        assert all(re.match(r"https?://|#", link["href"]) for link in card.select("a"))


def test_ids_are_unique_and_cards_are_named(sink: Page) -> None:
    """Every id on the page stands once, and each article is named by its title."""
    soup = BeautifulSoup(sink().read("index.html"), "html5lib")
    ids = [tag["id"] for tag in soup.find_all(id=True)]

    assert len(ids) == len(set(ids))
    for card in soup.select("article.thread-card"):
        assert card["id"].startswith("thread-")
        title = card.find(id=card["aria-labelledby"])
        assert title
        assert title.get_text(strip=True)


def test_time_is_for_machines_too(page: Page) -> None:
    """A date is a ``<time>`` with as much as is known."""
    soup = BeautifulSoup(
        page("# T\n\n```{thread} https://github.com/a/b/issues/1\n:date: 2020-10\n```\n").read("index.html"), "html5lib"
    )

    assert soup.time["datetime"] == "2020-10"
    assert soup.time.text == "October 2020"


@pytest.mark.parametrize(
    ("language", "date"),
    [("en", "6 October 2020"), ("en_US", "October 6, 2020"), ("de", "6. Oktober 2020"), ("fr", "6 octobre 2020"), ("ja", "2020年10月6日"), ("pt_BR", "6 de outubro de 2020")],
)
def test_dates_in_the_language_of_the_site(language: str, date: str, page: Page) -> None:
    """Each language writes its own dates."""
    assert date in page(f"# T\n\n{FULL}", "text", language=language).read("index.txt")
