"""What cards say to readers who hear them, and what the author of a page is told of pictures without words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support import sites
from test_pictures_shown import SHOWN, Keep, a_post, a_thread, folder, keep, pic, soup_of

__all__ = ["folder", "keep"]
Page = Callable[..., sites.Site]
PICTURED = a_thread(
    a_post(1, "Words of the first", pic("wide")),
    a_post(2, "Words of the second", pic("small", "A small lamp")),
    a_post(3, "Words of the third", quoted=a_post(9, "Quoted words", pic("tall"), author="sam")),
)


@pytest.mark.parametrize("builder", ["html", "epub"])
def test_permalinks_are_read_aloud_with_where_they_lead(builder: str, page: Page, keep: Keep) -> None:
    """The number that is seen is a part of the name that is heard (WCAG 2.5.3)."""
    keep(PICTURED)
    site = page(SHOWN, builder)
    name = "index.html" if builder == "html" else "index.xhtml"
    links = soup_of(site, name).select(".thread-card-post-head > a")

    assert [(link.text, link["aria-label"]) for link in links] == [
        (str(number), f"Post {number} on social.example") for number in (1, 2, 3)
    ]
    assert [link["href"] for link in links] == [post.url for post in PICTURED.posts]


def test_dates_of_a_foreign_post_are_read_in_the_language_of_the_page(page: Page, keep: Keep) -> None:
    first, *others = PICTURED.posts
    keep(replace(PICTURED, posts=(replace(first, lang="ja"), *[replace(post, lang="en-GB") for post in others])))
    posts = soup_of(page(SHOWN)).select(".thread-card-post")
    heads = [post.select_one(".thread-card-post-head") for post in posts]

    assert [post["lang"] for post in posts] == ["ja", "en-GB", "en-GB"]
    assert [head.get("lang") for head in heads if head] == ["en", None, None]


def test_pictures_without_words_are_told_if_asked(page: Page, keep: Keep) -> None:
    """The picture and the card's line are named, those in quoted posts too; nothing is said unasked."""
    kept = keep(PICTURED)
    quoted = kept.posts[2].quoted
    assert quoted
    files = [kept.posts[0].media[0].file, quoted.media[0].file]

    assert page(SHOWN).warnings == ""
    assert [line.partition(": WARNING: ")[::2] for line in page(SHOWN, warns=True, thread_cards_alt=True).warnings.splitlines()] == [
        (
            "index.md:3",
            f'_threads/media/{file} has no alternative text; write it as "alt" in the snapshot [thread_cards.alt]',
        )
        for file in files
    ]


def test_pictures_that_are_not_shown_need_no_words(page: Page, keep: Keep) -> None:
    keep(PICTURED)
    text = SHOWN.replace(":show: thread", ":posts: 2")

    assert page(text, thread_cards_alt=True).warnings == ""
    assert page(SHOWN.replace(":show: thread\n", ""), thread_cards_alt=True).warnings == ""
