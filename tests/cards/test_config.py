"""Values of conf.py: an invalid one gives one warning with the remedy, and the site is built with the default."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sphinx_thread_cards.config import VALUES, WARNINGS
from sphinx_thread_cards.directives import CARD_OPTIONS, LIST_OPTIONS
from support import sites

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
    assert all(value.help.endswith(".") for value in VALUES.values())
    assert all(text.endswith(".") for text in WARNINGS.values())
    for option in (*CARD_OPTIONS.values(), *LIST_OPTIONS.values()):
        assert option.help.endswith(".")
        option.convert(re.findall("`(.+?)`", option.help)[-1])


def test_hosts(page: Page) -> None:
    """An invalid entry does not take another one with it."""
    hosts = {f"{HOST.title()}.": "Discourse", "x.example": "nothing"}
    assert "A new board" in page(FORUM, "text", warns=True, thread_cards_hosts=hosts).read(
        "index.txt"
    )


def test_no_cards_from_paragraphs(page: Page) -> None:
    text = f"# T\n\n<{URL}>\n\n<{URL}>\n<{URL}>\n\n```{{thread}} https://lobste.rs/s/1xr8zc\n```\n"
    assert (
        len(page(text, thread_cards_auto=False).soup().select("article, .thread-card-group")) == 1
    )


def test_values_in_capitals(page: Page) -> None:
    text = f"# T\n\n```{{thread}} {URL}\n:show: Card\n```\n"
    assert "thread-card-x" in page(text, thread_cards_show="Card").read("index.html")


def test_posts_of_the_whole_site(page: Page, source: Any) -> None:
    """``thread_cards_show`` holds for cards without the option; ``thread_cards_excerpt`` for their length."""
    from sphinx_thread_cards import snapshot  # noqa: PLC0415
    from support.snapshots import URL, make_thread  # noqa: PLC0415
    from thread_snapshots.store import save  # noqa: PLC0415

    save(make_thread("One two three four.", "Second post."), source / snapshot.FOLDER)
    texts = {"lone": f"<{URL}>", "card": f"```{{thread}} {URL}\n:show: card\n```"}

    def shown(**settings: Any) -> set[str]:
        found = set()
        for name, text in texts.items():
            site = page(
                f"# T\n\n{text}\n", thread_cards_hosts={"social.example": "mastodon"}, **settings
            )
            found |= {name} if "Second post." in site.read("index.html") else set()
        return found

    assert shown() == set()
    assert shown(thread_cards_show="thread") == {"lone"}
    html = page(
        f"# T\n\n<{URL}>\n",
        thread_cards_hosts={"social.example": "mastodon"},
        thread_cards_excerpt=9,
    )
    assert html.soup().select_one(".thread-card-excerpt").text.strip() == "One two…"
    html = page(
        f"# T\n\n<{URL}>\n",
        "dirhtml",
        thread_cards_hosts={"social.example": "mastodon"},
        thread_cards_excerpt=0,
    )
    assert not html.soup().select(".thread-card-excerpt")


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
