"""Pages made to hurt: no exception but FetchError leaves, what is kept is safe, and no page takes long."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thread_snapshots.errors import FetchError
from thread_snapshots.pages.reading import address_of_page, read_page
from thread_snapshots.saved import saved_of
from thread_snapshots.steps import Found, Wish
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import cleaned, dumps

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))
URLS = [
    "https://social.example/@jo_example/110446983926957470",
    "https://www.linkedin.com/feed/update/urn:li:activity:7075043149462556672",
    "https://www.threads.com/@jo_example/post/CuWRRrQuql9",
    "https://forum.example/t/does-the-lamp-boot/57",
    "https://raspberrypi.stackexchange.com/questions/9688/the-lamp",
    "https://github.com/jo-example/lamp/issues/56",
    "https://www.youtube.com/watch?v=iwGFalTRHDA",
]
HOSTS = {"social.example": "mastodon", "forum.example": "discourse"}
BITS = [
    "<", ">", '"', "</script>", "</html>", "<script type='application/ld+json'>", "<article class='h-entry status'>", "</div>", "<div itemscope itemprop='comment text'>",
    "\x00", "\u202e", "\ud800", "&#0;", "&#xD800;", "javascript:alert(1)", "data:text/html,x", "https://a@b/", "http://[", "//", "../..", "😀", '{"@id":"#a"}', "[", "{",
    "class='status__quote'", "class='detailed-status status'", "<base href='javascript:1'>", "<!--", "-->", "1e999", "99999999999999999999999", "null", "itemscope", "",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["https://a.example/", "Comment", "@id", "<b>x</b>", "javascript:1", "#3"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["@type", "@id", "text", "author", "name", "url", "image", "comment", "position", "mainEntityOfPage", "sharedContent", "interactionStatistic", "datePublished", "video", "x"]), inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


def read(html: str, url: str, *, replies: bool = True, endpoint: str = "file") -> Found | None:
    ref = parse_thread_url(url, HOSTS)
    assert ref is not None
    try:
        return read_page(ref, Wish(replies=replies, posts=frozenset({"2"})), html, endpoint)
    except FetchError:
        return None


def assert_safe(found: Found | None) -> None:
    """It can be kept, its links lead to the web, and no markup is left of its scripts."""
    if found is None:
        return
    for name, value in _strings(json.loads(dumps(cleaned(found.thread)))):
        if name in {"href", "url", "still"}:
            assert value.lower().startswith(("http://", "https://"))


def _strings(data: Any, name: str = "") -> list[tuple[str, str]]:  # noqa: ANN401
    if isinstance(data, dict):
        return [found for key, part in data.items() for found in _strings(part, key)]
    if isinstance(data, list):
        return [found for part in data for found in _strings(part, name)]
    return [(name, data)] if isinstance(data, str) else []


def _spoilt(html: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 12)):
        start = chance.randrange(len(html) + 1)
        html = html[:start] + chance.choice(BITS) + html[start + chance.choice([0, 0, 1, 5, 80]) :]
    return html


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), url=st.sampled_from(URLS))
def test_spoilt_pages(path: Path, seed: int, url: str) -> None:
    """Pages with anything in any place, read for any thread."""
    chance = random.Random(seed)
    html = _spoilt(path.read_text(encoding="utf-8"), chance)
    assert_safe(read(html, url, replies=chance.random() < 0.5, endpoint=chance.choice(["file", url])))
    address = address_of_page(html)
    assert address is None or address.startswith(("http://", "https://"))


@settings(max_examples=300, deadline=None)
@given(value=VALUES, url=st.sampled_from(URLS), kind=st.sampled_from(["SocialMediaPosting", "QAPage", "VideoObject", "Comment"]))
def test_any_json(value: object, url: str, kind: str) -> None:
    """JSON of any shape in the place of a description."""
    item = {"@type": kind, "text": "x", **(value if isinstance(value, dict) else {"comment": value})}
    assert_safe(read(f"<script type='application/ld+json'>{json.dumps([item, value])}</script>", url))


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=200), start=st.sampled_from([b"<html>", b"bplist00WebMainResource", b"<?xml?>WebMainResource", b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n--a\n", b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", b""]))  # fmt: skip
def test_any_file(body: bytes, start: bytes) -> None:
    """Files that begin like a page or an archive."""
    try:
        file = saved_of("saved", start + body)
        file.html()
        address = file.address
    except FetchError:
        return
    assert address is None or address.startswith(("http://", "https://"))


MANY = 200_000
HOSTILE = {
    "deep": "<div>" * MANY,
    "deep posts": "<article class='h-entry'><div class='e-content'>x</div>" * 20_000,
    "deep statuses": "<div class='status' data-id='1'><b class='display-name'>x</b><a href='/1' class='status__relative-time'>" * 10_000,
    "deep quotes": "<div class='status' data-id='1'><b class='display-name'>x</b><div class='status__quote'>" * 10_000,
    "deep comments": "<div class='feed-shared-update-v2'>" + "<article class='comments-comment-entity'>x" * 20_000,
    "deep items": "<div itemscope itemtype='http://schema.org/Comment' itemprop='comment'><p itemprop='author' itemscope>" * 20_000,
    "deep texts": "<div itemscope itemtype='http://schema.org/Comment'>" + "<div itemprop='text'>x" * 50_000,
    "many items": "<div itemscope itemtype='http://schema.org/Comment'><p itemprop='text'>x</p></div>" * 30_000,
    "many posts": "<article class='h-entry'><div class='e-content'>x</div></article>" * 30_000,
    "many names": "<meta property='x' content='y'>" * MANY,
    "many pictures": "<img srcset='a 1w, b 2w'>" * MANY,
    "one picture": "<img srcset='" + "a 1w, " * MANY + "'>",
    "data": "<img src='" + "data:a/" * MANY + "'>",
    "saved": "<!-- saved from url=(" * MANY,
    "single file": "saved with SingleFile\n" * MANY,
    "scripts": "<script type='application/ld+json'>{\"a\":" * 50_000,
    "open brackets": "<script type='application/ld+json'>" + "[" * MANY + "</script>",
    "same object": "<script type='application/ld+json'>" + json.dumps([{"@id": "#a", "@type": "Comment", "text": "x", "comment": {"@id": "#a"}}] * 5_000) + "</script>",
    "threads": "<script>" + json.dumps({"thread_items": [{"post": {"code": "CuWRRrQuql9", "caption": {"text": "x"}}}] * 50_000}) + "</script>",
    "values": "<script>" + '"thread_items" ' * MANY + "</script>",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("url", URLS[:4], ids=["mastodon", "linkedin", "threads", "discourse"])
def test_no_page_takes_long(name: str, url: str) -> None:
    """Each of these would take minutes where something is read again and again."""
    start = time.process_time()
    assert_safe(read(HOSTILE[name], url))
    address_of_page(HOSTILE[name])
    assert time.process_time() - start < 8
