"""Lobsters and its sister sites, which run the same program.

URL forms: https://github.com/lobsters/lobsters/blob/master/config/routes.rb
Ids are random and hold no time.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, words

_STORY = re.compile(r"/s/([0-9a-z]{4,10})(?:\.json|/([^/]{0,300})(?:/comments/([0-9a-z]{4,10}))?)?/?")
_COMMENT = re.compile(r"/c/([0-9a-z]{4,10})(?:\.json)?/?")
_ANCHOR = re.compile(r"c_[0-9a-z]{4,10}")


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a story, or of a comment."""
    match = _STORY.fullmatch(address.path)
    if match is None:
        return _parse_comment(address)
    id_, slug, comment = match.groups()
    post = f"c_{comment}" if comment else None
    if address.fragment and _ANCHOR.fullmatch(address.fragment):
        post = address.fragment
    return ThreadRef(
        platform="lobsters",
        id=id_,
        url=f"https://{address.site}/s/{id_}" + (f"#{post}" if post else ""),
        given_url=address.url,
        host=address.host,
        title=words(slug) if slug else None,
        post=post,
        kind=Kind.STORY,
    )


def _parse_comment(address: Address) -> ThreadRef | None:
    """``/c/id`` names the comment alone; which story it stands under only the server knows."""
    match = _COMMENT.fullmatch(address.path)
    if match is None:
        return None
    return ThreadRef(
        platform="lobsters",
        id=f"c/{match[1]}",
        url=f"https://{address.site}/c/{match[1]}",
        given_url=address.url,
        host=address.host,
        kind=Kind.POST,
    )


PLATFORM = Platform(
    name="lobsters",
    label="Lobsters",
    parse=parse,
    hosts=("lobste.rs", "barnacl.es", "gambe.ro", "journalduhacker.net", "tilde.news"),
)
