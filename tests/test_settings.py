"""Values of conf.py: each bad one is warned of, with the remedy, and the site is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import sites

Page = Callable[..., sites.Site]
FORUM = "# T\n\n<https://forum.example.org/t/a-new-board/12>\n"
POST = "# T\n\n<https://x.com/jo_example/status/1296304589591810048>\n"


@pytest.mark.parametrize("host", ["forum.example.org", "WWW.Forum.Example.org", "forum.example.org."])
def test_hosts_are_recognised(host: str, page: Page) -> None:
    """A server that cannot be known is named by its host."""
    site = page(FORUM, "text", thread_cards_hosts={host: "discourse"})

    assert "A new board" in site.read("index.txt")


def test_auto_off(page: Page) -> None:
    """Addresses stay links, and the directive still makes cards."""
    text = page(POST + "\n```{thread} https://lobste.rs/s/1xr8zc\n```\n", "text", thread_cards_auto=False).read("index.txt")

    assert "Read on X" not in text
    assert "Lobsters" in text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"thread_cards_auto": 2}, "thread_cards_auto: 2 is not True or False"),
        ({"thread_cards_css": 1}, "thread_cards_css: 1 is not True or False"),
        ({"thread_cards_hosts": ["a"]}, "thread_cards_hosts: ['a'] is not a mapping"),
        ({"thread_cards_hosts": {"forum.example.org": "discorse"}}, "did you mean 'discourse'?"),
        ({"thread_cards_hosts": {"forum.example.org": "twitter"}}, "did you mean 'x'?"),
        ({"thread_cards_show": "all"}, "thread_cards_show: 'all' is not a way to show a thread; write 'card' or 'thread'"),
        ({"thread_cards_excerpt": True}, "thread_cards_excerpt: True is not a number of characters; write 280, or 0 for none"),
        ({"thread_cards_endpoints": {"a.example": "b"}}, "thread_cards_endpoints: 'a.example': 'b' is not the address of a server"),
        ({"thread_cards_hosts": {"https://forum.example.org/": "discourse"}}, "write it without https://"),
        ({"thread_cards_hosts": {1: None}}, "1 is not a host"),
        ({"thread_cards_hosts": {"forum.example.org": ["discourse"]}}, "there is no platform ['discourse']"),
    ],
)
def test_bad_value(settings: dict[str, Any], words: str, page: Page) -> None:
    """One warning of the right type, with what to write instead; the page is there."""
    site = page(POST, warns=True, **settings)

    assert words in site.warnings
    assert site.warnings.count("WARNING") == 1
    assert "[thread_cards.config]" in site.warnings
    assert "thread-card-x" in site.read("index.html")


def test_words_in_capitals(page: Page) -> None:
    """A word that is chosen from several may be written in small or capital letters, as an option and as a setting."""
    text = POST.replace("<", "```{thread} ").replace(">", "\n:replies: All\n```")

    assert "thread-card-x" in page(text, thread_cards_show="Card").read("index.html")


def test_good_hosts_are_kept_beside_bad_ones(page: Page) -> None:
    """One wrong entry takes no other with it."""
    site = page(FORUM, "text", warns=True, thread_cards_hosts={"forum.example.org": "discourse", "x.example": "nothing"})

    assert "A new board" in site.read("index.txt")


@pytest.mark.parametrize("subtype", ["unknown_url", "option"])
def test_warnings_can_be_silenced(subtype: str, page: Page) -> None:
    """Each subtype has a name that suppress_warnings takes."""
    text = {"unknown_url": "# T\n\n```{thread} https://unknown.example/\n```\n", "option": POST + "\n```{thread} https://x.com/a/status/20\n:date: x\n```\n"}

    page(text[subtype], suppress_warnings=[f"thread_cards.{subtype}"])


@pytest.mark.parametrize("extensions", [[], ["linkify"], ["gfm_autolink"]], ids=["neither", "linkify", "gfm_autolink"])
@pytest.mark.parametrize("written", ["<{}>", "{}"], ids=["brackets", "bare"])
@pytest.mark.parametrize(
    "url", ["https://x.com/jo_example/status/1296304589591810048", "https://meta.discourse.org/t/a--b-caf%C3%A9/12483/2"]
)
def test_ways_of_myst_to_write_an_address(url: str, written: str, extensions: list[str], page: Page) -> None:
    """Whatever makes links of bare addresses, or nothing does: a lone one is a card, and one in a sentence is not."""
    text = f"# T\n\n{written.format(url)}\n\nSee {written.format(url)}\n"
    html = page(text, myst_enable_extensions=extensions).read("index.html")

    assert html.count("<article") == 1
