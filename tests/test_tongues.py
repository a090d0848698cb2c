"""Our words and those of others beside each other: each in the language in which it is to be spoken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from bs4 import Tag
from sphinx_thread_cards import dates
from sphinx_thread_cards.thread import Media
from support import sites
from test_pictures_shown import SHOWN, Keep, a_post, a_thread, folder, keep, pic, soup_of

__all__ = ["folder", "keep"]
Page = Callable[..., sites.Site]
VIDEO = Media(kind="video", url="https://v.example/", alt="Lux: en lampa")
WARNED = replace(a_post(2, "Words of the second", Media(alt="Lux"), VIDEO, Media()), warning="Ljus: starkt")
QUOTED = replace(a_post(9, "Quoted words", pic("tall"), Media(alt="Licht"), author="sam"), lang="de")
THREAD = replace(
    a_thread(a_post(1, "Words of the first", pic("wide")), WARNED, a_post(3, "Third", quoted=QUOTED)),
    lang="sv",
    title="En lampa",
)


def _tongue(part: Tag) -> str | None:
    """The language of an element: its own, or that of what it is in."""
    return next((str(box["lang"]) for box in (part, *part.parents) if box.has_attr("lang")), None)


def _tongues(line: Tag) -> list[tuple[str, str | None]]:
    return [(str(text), _tongue(text.parent)) for text in line.find_all(string=True) if text.strip()]  # type: ignore[arg-type]


@pytest.mark.parametrize("builder", ["html", "epub"])
def test_our_words_in_a_post(builder: str, page: Page, keep: Keep) -> None:
    """A label is in the language of the page, what its author wrote behind it in that of the post."""
    keep(THREAD)
    soup = soup_of(page(SHOWN, builder, language="de"), "index.html" if builder == "html" else "index.xhtml")
    first, second, third = soup.select(".thread-card-post")
    warning = second.select_one("summary" if builder == "html" else ".thread-card-warning")
    assert warning

    assert _tongues(warning) == [("Inhaltswarnung: ", "de"), ("Ljus: starkt", "sv")]
    assert [_tongues(line) for line in second.select(".thread-card-media")] == [
        [("Bild: ", "de"), ("Lux", "sv")],
        [("Video: ", "de"), ("Lux: en lampa", "sv")],
        [("Bild", "de")],
    ]
    assert [(image["alt"], image.get("lang")) for image in first.select("img")] == [("Bild", "de")]
    # In the language of the page there is nothing to say.
    assert _tongues(third.select_one(".thread-card-quoted .thread-card-media:not(:has(img))") or third) == [
        ("Bild: Licht", "de")
    ]
    assert [(image["alt"], image.get("lang")) for image in third.select(".thread-card-quoted img")] == [("Bild", None)]


def test_nothing_is_marked_in_one_language(page: Page, keep: Keep) -> None:
    """A post in the language of the page costs no byte."""
    keep(replace(THREAD, lang="de"))
    soup = soup_of(page(SHOWN, language="de"))

    assert not soup.select(".thread-card span[lang], .thread-card img[lang]")
    assert soup.summary
    assert soup.summary.text == "Inhaltswarnung: Ljus: starkt"


def test_a_warning_on_a_card(page: Page, keep: Keep) -> None:
    """On a card that does not show the post, the label is as the page, and the warning in its own language."""
    keep(replace(THREAD, posts=(replace(WARNED, id=THREAD.posts[0].id, url=THREAD.posts[0].url),)))
    warning = soup_of(page(SHOWN.replace(":show: thread\n", ""), language="de")).select_one(".thread-card-warning")
    assert warning

    assert _tongues(warning) == [("Inhaltswarnung: ", "de"), ("Ljus: starkt", "sv")]


@pytest.mark.parametrize("style", ["table", "timeline"])
@pytest.mark.parametrize("language", ["de", "sv"])
def test_titles_in_lists(style: str, language: str, page: Page, keep: Keep) -> None:
    """A foreign title bears its language, its date and what stands below it do not."""
    keep(THREAD)
    soup = soup_of(page(f"{SHOWN}\n```{{thread-list}}\n:style: {style}\n```\n", language=language))
    box = soup.select_one(".thread-list")
    assert box

    assert [(part.text, part["lang"]) for part in box.select("[lang]")] == (
        [("En lampa", "sv")] if language == "de" else []
    )
    assert "En lampa" in box.text


def test_the_first_of_a_month_in_french() -> None:
    assert dates.show_when(dates.read_when("2026-02-01"), "fr") == "1er février 2026"
    assert dates.show_when(dates.read_when("2026-02-11"), "fr_CA") == "11 février 2026"
    assert dates.show_when(dates.read_when("2026-02-01"), "es") == "1 de febrero de 2026"
