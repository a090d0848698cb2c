"""X, formerly Twitter, with its front ends and Thread Reader App.

URL forms: https://developer.x.com/en/docs/x-for-websites/oembed-api and the front ends' own pages.
Ids are "snowflakes": https://developer.x.com/en/docs/x-ids
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sphinx_thread_cards.model import ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, time_from_ms

_FRONT_ENDS = {
    "fxtwitter.com": "fxtwitter",
    "fixupx.com": "fxtwitter",
    "vxtwitter.com": "vxtwitter",
    "fixvx.com": "vxtwitter",
    "nitter.net": "nitter",
    "nitter.space": "nitter",
    "nitter.tiekoetter.com": "nitter",
    "xcancel.com": "nitter",
    "lightbrd.com": "nitter",
    "threadreaderapp.com": "threadreader",
}
_STATUS = re.compile(
    r"/(?:i(?:/web)?|web|([A-Za-z0-9_]{1,20}))/status(?:es)?/([0-9]{1,19})"
    r"(?:/(?:photo|video)/[0-9]{1,2}|/(?:quotes|retweets|likes|analytics))?/?"
)
_UNROLLED = re.compile(r"/thread/([0-9]{1,19})(?:\.html|\.pdf)?/?")
_SNOWFLAKE_EPOCH_MS = 1288834974657
# Ids before 4 November 2010 were plain counters, which decode to the first seconds of that day.
_FIRST_SNOWFLAKES = datetime(2010, 11, 5, tzinfo=UTC)


def posted(id_: str) -> datetime | None:
    """The UTC time in an id: ``(id >> 22) + 1288834974657`` ms; None for the counters of before."""
    return time_from_ms((int(id_) >> 22) + _SNOWFLAKE_EPOCH_MS, earliest=_FIRST_SNOWFLAKES)


def parse(address: Address) -> ThreadRef | None:
    """Read a post's address on X, a front end of it, or an unrolled page of Thread Reader App."""
    mirror = _FRONT_ENDS.get(address.host)
    if mirror == "threadreader":
        return _parse_unrolled(address)
    match = _STATUS.fullmatch(address.path)
    if match is None:
        return None
    handle, id_ = match.groups()
    id_ = id_.lstrip("0") or "0"
    if handle == "i":
        handle = None
    return ThreadRef(
        platform="x",
        id=id_,
        url=f"https://x.com/{handle or 'i'}/status/{id_}",
        given_url=address.url,
        host="x.com",
        author=handle,
        posted=posted(id_),
        mirror=mirror,
    )


def _parse_unrolled(address: Address) -> ThreadRef | None:
    match = _UNROLLED.fullmatch(address.path)
    if match is None:
        return None
    id_ = match[1].lstrip("0") or "0"
    return ThreadRef(
        platform="x",
        id=id_,
        url=f"https://x.com/i/status/{id_}",
        given_url=address.url,
        host="x.com",
        posted=posted(id_),
        mirror="threadreader",
        read_url=f"https://threadreaderapp.com/thread/{id_}.html",
    )


PLATFORM = Platform(
    name="x",
    label="X",
    parse=parse,
    hosts=("x.com", "twitter.com", "mobile.x.com", "mobile.twitter.com", *_FRONT_ENDS),
)
