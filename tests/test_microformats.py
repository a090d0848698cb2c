"""What a parser of others reads of cards and posts."""

from __future__ import annotations

import re
from collections.abc import Callable

import mf2py
from support import sites
from support.two_cards import OTHER

Page = Callable[..., sites.Site]


def test_microformats(page: Page) -> None:
    """A card is an h-cite for a parser of others."""
    site = page(OTHER)
    first, second = mf2py.parse(doc=site.read("index.html"))["items"]

    assert first["type"] == ["h-cite"]
    assert first["properties"]["url"] == ["https://x.com/i/status/1313512835843055618"]
    assert first["properties"]["published"] == ["2020-10-06"]
    assert first["properties"]["author"][0]["properties"] == {"name": ["Jo Example"], "nickname": ["@jo_example"]}
    assert second["properties"]["name"] == ["A lamp"]


def test_microformats_of_posts(sink: Page) -> None:
    """The posts of an unrolled thread are entries, with address, time and content."""
    items = mf2py.parse(doc=sink().read("index.html"))["items"]
    posts = [post for item in items for post in item.get("children", []) if "h-entry" in post["type"]]

    assert len(posts) > 3
    for post in posts:
        assert post["properties"]["url"]
        assert post["properties"]["content"][0]["html"] is not None
    # Whoever answers is said to have written the answer, not whom the card names.
    assert {post["properties"]["author"][0] for post in posts if "author" in post["properties"]} >= {"Sam Example", "Kim Example"}
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", time) for post in posts for time in post["properties"].get("published", []))
