"""Tumblr.

URL forms: https://www.tumblr.com/docs/en/api/v2 and the site's own permalinks.
A number is one post's on all of Tumblr, whatever the blog is called; a reblog has its own.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, time_from_ms, words

_BLOG = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?"
_NUMBER = r"([0-9]{6,20})"
_ON_BLOG = re.compile(rf"/(?:post|image)/{_NUMBER}(?:/([^/]{{0,300}}?))?(?:/amp)?/?")
_ON_TUMBLR = re.compile(rf"/(?:blog/(?:view/)?|dashboard/blog/)?({_BLOG})/{_NUMBER}(?:/([^/]{{0,300}}))?/?")
_BLOG_HOST = re.compile(rf"({_BLOG})\.tumblr\.com")
# First words of pages that are no blog's, and hosts that are none.
_NOT_BLOGS = frozenset(
    {
        "api",
        "assets",
        "at",
        "blog",
        "communities",
        "dashboard",
        "docs",
        "explore",
        "inbox",
        "likes",
        "new",
        "policy",
        "search",
        "settings",
        "tagged",
        "video",
    }
)
_NUMBERS_WITH_TIME = 18
_TIME_OFFSET_MS = 10**12
# Longer numbers came into use about 2020; what decodes to much earlier is something else.
_FIRST_WITH_TIME = datetime(2019, 1, 1, tzinfo=UTC)


def posted(id_: str) -> datetime | None:
    """The UTC time in a number of 18 digits, ``(number >> 20) + 10**12`` ms; None for the counters of before.

    No document of Tumblr's gives the formula: it was found on dated posts.
    """
    if len(id_) != _NUMBERS_WITH_TIME:
        return None
    return time_from_ms((int(id_) >> 20) + _TIME_OFFSET_MS, earliest=_FIRST_WITH_TIME)


def parse(address: Address) -> ThreadRef | None:
    """Read a post's address, on Tumblr or on a blog's own host."""
    if address.host == "tumblr.com":
        match = _ON_TUMBLR.fullmatch(address.path)
        if match is None or match[1].lower() in _NOT_BLOGS:
            return None
        return _ref(address, match[1].lower(), match[2], match[3])
    match = _ON_BLOG.fullmatch(address.path)
    if match is None:
        return None
    blog = _BLOG_HOST.fullmatch(address.host)
    if blog is None:
        # A blog on a host of its own does not tell its name.
        return None if address.host.endswith(".tumblr.com") else _ref(address, None, match[1], match[2])
    return None if blog[1] in _NOT_BLOGS else _ref(address, blog[1], match[1], match[2])


def _ref(address: Address, blog: str | None, id_: str, slug: str | None) -> ThreadRef:
    return ThreadRef(
        platform="tumblr",
        id=id_,
        url=f"https://www.tumblr.com/{blog}/{id_}" if blog else f"https://{address.site}/post/{id_}",
        given_url=address.url,
        host="tumblr.com",
        author=blog,
        title=words(slug) if slug else None,
        posted=posted(id_),
        kind=Kind.POST,
    )


def nameless(ref: ThreadRef) -> str:  # noqa: ARG001 - the signature of all
    """The front page: every address of a post names its author's blog."""
    return "https://www.tumblr.com/"


PLATFORM = Platform(name="tumblr", label="Tumblr", parse=parse, hosts=("tumblr.com", ".tumblr.com"), nameless=nameless)
