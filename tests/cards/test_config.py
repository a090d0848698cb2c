"""Values of conf.py: an invalid one gives one warning with the remedy, and the site is built with the default."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.config import VALUES
from sphinx_thread_cards.directives import CARD_OPTIONS, LIST_OPTIONS
from support import sites
from support.snapshots import URL as SAVED
from support.snapshots import make_thread
from thread_snapshots.store import save

Page = Callable[..., sites.Site]
URL = "https://x.com/jo_example/status/1296304589591810048"
FORUM = "# T\n\n<https://forum.example.org/t/a-new-board/12>\n"
HOST = "forum.example.org"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"auto": 2}, "thread_cards_auto: unexpected value 2"),
        ({"hosts": ["a"]}, "thread_cards_hosts: unexpected value ['a']"),
        ({"hosts": {HOST: "discorse"}}, "did you mean 'discourse'?"),
        ({"hosts": {HOST: "twitter"}}, "did you mean 'x'?"),
        ({"hosts": {f"https://{HOST}/": "discourse"}}, "use a host without https://"),
        ({"hosts": {1: None}}, "1: unknown platform None"),
        ({"hosts": {HOST: ["discourse"]}}, "unknown platform ['discourse']"),
        ({"show": "all"}, "use 'card' or 'thread'"),
        ({"link_text": "title"}, "use 'url' or 'citation'"),
        ({"excerpt": True}, "thread_cards_excerpt: unexpected value True"),
        ({"excerpt": -1}, "unexpected value -1"),
        ({"endpoints": {"a.example": "b"}}, "'a.example': unexpected value 'b'"),
    ],
)
def test_an_invalid_value(settings: dict[str, Any], message: str, page: Page) -> None:
    values = {f"thread_cards_{name}": value for name, value in settings.items()}
    site = page(f"# T\n\n<{URL}>\n", warns=True, **values)

    assert message in site.warnings
    assert site.warnings.count("WARNING") == 1
    assert "[thread_cards.config]" in site.warnings
    assert "thread-card-x" in site.read("index.html")


def test_every_value_and_option_is_described() -> None:
    """The last example in the description of an option is valid, and so are the defaults of values."""
    for value in VALUES.values():
        assert value.convert(value.default) == value.default
    for option in (*CARD_OPTIONS.values(), *LIST_OPTIONS.values()):
        option.convert(re.findall("`(.+?)`", option.help)[-1])


def test_hosts(page: Page) -> None:
    """An invalid entry does not take another one with it."""
    hosts = {f"{HOST.title()}.": "Discourse", "x.example": "nothing"}
    site = page(FORUM, "text", warns=True, thread_cards_hosts=hosts)
    assert "A new board" in site.read("index.txt")


def test_no_cards_from_paragraphs(page: Page) -> None:
    text = f"# T\n\n<{URL}>\n\n<{URL}>\n<{URL}>\n\n```{{thread}} https://lobste.rs/s/1xr8zc\n```\n"
    soup = page(text, thread_cards_auto=False).soup()
    assert len(soup.select("article, .thread-card-group")) == 1


def test_values_in_capitals(page: Page) -> None:
    text = f"# T\n\n```{{thread}} {URL}\n:show: Card\n```\n"
    assert "thread-card-x" in page(text, thread_cards_show="Card").read("index.html")


def test_posts_of_the_whole_site(page: Page, source: Path) -> None:
    """``thread_cards_show`` holds for cards without the option, ``thread_cards_excerpt`` for excerpts."""
    save(make_thread("One two three four.", "Second post."), source / snapshot.FOLDER)
    text = f"# T\n\n<{SAVED}>\n\n```{{thread}} {SAVED}\n:show: card\n```\n"

    def build(**settings: object) -> str:
        settings["thread_cards_hosts"] = {"social.example": "mastodon"}
        return page(text, "text", **settings).read("index.txt")

    assert "Second post." not in build()
    shown = build(thread_cards_show="thread")
    assert shown.count("Second post.") == 1
    assert shown.index("Second post.") < shown.rindex("Mastodon")  # on the first card
    assert build(thread_cards_excerpt=9).count("One two…") == 2
    assert "One" not in build(thread_cards_excerpt=0)


@pytest.mark.parametrize(
    "extensions", [[], ["linkify"], ["gfm_autolink"]], ids=["none", "linkify", "gfm_autolink"]
)
@pytest.mark.parametrize("form", ["<{}>", "{}"], ids=["brackets", "bare"])
@pytest.mark.parametrize("url", [URL, "https://meta.discourse.org/t/a--b-caf%C3%A9/12483/2"])
def test_urls_in_markdown(url: str, form: str, extensions: list[str], page: Page) -> None:
    """A lone URL becomes a card, whatever makes links of bare URLs; one in a sentence does not."""
    if "linkify" in extensions:
        pytest.importorskip("linkify_it")
    text = f"# T\n\n{form.format(url)}\n\nSee {form.format(url)}\n"
    assert page(text, myst_enable_extensions=extensions).read("index.html").count("<article") == 1
