"""Hacker News: stories and comments, both "items" of one series of numbers.

URL forms: https://github.com/HackerNews/API and the site's own links.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform

_PAGE = "news.ycombinator.com"
_ID = re.compile(r"(?:^|[&;?])id=([0-9]{1,12})(?![^&;])")
_API = re.compile(r"/(?:v0/item|api/v1/items)/([0-9]{1,12})(?:\.json)?/?")
_COMMENT = re.compile(r"[0-9]{1,12}")


def parse(address: Address) -> ThreadRef | None:
    """Read the address of an item, with the comment meant."""
    if address.host != _PAGE:
        match = _API.fullmatch(address.path)
    elif address.path.rstrip("/") in {"/item", "/context"}:
        match = _ID.search(address.query)
    else:
        return None
    id_ = match[1].lstrip("0") if match else None
    if not id_:
        return None
    post = address.fragment if _COMMENT.fullmatch(address.fragment) and address.fragment != id_ else None
    return ThreadRef(
        platform="hackernews",
        id=id_,
        url=f"https://{_PAGE}/item?id={id_}" + (f"#{post}" if post else ""),
        given_url=address.url,
        host=_PAGE,
        post=post,
        kind=Kind.STORY,
    )


PLATFORM = Platform(
    name="hackernews",
    label="Hacker News",
    parse=parse,
    hosts=(_PAGE, "hacker-news.firebaseio.com", "hn.algolia.com"),
)
