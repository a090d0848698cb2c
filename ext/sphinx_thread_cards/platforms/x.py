"""X, formerly Twitter, with its front ends and Thread Reader App.

URL forms: https://developer.x.com/en/docs/x-for-websites/oembed-api and the front ends' own pages.
Ids are "snowflakes": https://developer.x.com/en/docs/x-ids
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sphinx_thread_cards.urls import ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, time_from_ms

_OWN = ("x.com", "twitter.com", "mobile.x.com", "mobile.twitter.com", "m.twitter.com")
_MIRRORS = {
    "fxtwitter": """
        fxtwitter.com d.fxtwitter.com g.fxtwitter.com t.fxtwitter.com
        fixupx.com d.fixupx.com g.fixupx.com t.fixupx.com twittpr.com
        """,
    "vxtwitter": "vxtwitter.com c.vxtwitter.com d.vxtwitter.com fixvx.com c.fixvx.com d.fixvx.com",
    # Instances come and go; `thread_cards_hosts` names further ones.
    "nitter": """
        lightbrd.com nitter.1d4.us nitter.42l.fr nitter.catsarch.com nitter.cz nitter.fdn.fr nitter.it
        nitter.kavin.rocks nitter.lacontrevoie.fr nitter.net nitter.poast.org nitter.privacydev.net
        nitter.privacyredirect.com nitter.pussthecat.org nitter.snopyta.org nitter.space nitter.tiekoetter.com
        nitter.unixfox.eu twitt.re xcancel.com
        """,
    "threadreader": "threadreaderapp.com",
}
_MIRROR_OF = {host: name for name, hosts in _MIRRORS.items() for host in hosts.split()} | dict.fromkeys(_OWN)
_STATUS = re.compile(
    r"/(?:i(?:/web)?|web|@?([A-Za-z0-9_]{1,20}))/status(?:es)?/([0-9]{1,19})"
    # A photo or video of the post, a list of who liked it, a translation (fxtwitter).
    r"(?:/(?:photo|video)/[0-9]{1,2})?"
    r"(?:/(?:quotes|retweets(?:/with_comments)?|likes|analytics|history|hidden|actions|community_notes|embed|mediaViewer"
    r"|[a-z]{2}))?/?"
)
_UNROLLED = re.compile(r"/(?:thread|scrolly|convos)/([0-9]{1,19})(?:\.html|\.pdf)?/?")
_SNOWFLAKE_EPOCH_MS = 1288834974657
# Ids before 4 November 2010 were plain counters, which decode to the first seconds of that day.
_FIRST_SNOWFLAKES = datetime(2010, 11, 5, tzinfo=UTC)


def posted(id_: str) -> datetime | None:
    """The UTC time in an id: ``(id >> 22) + 1288834974657`` ms; None for the counters of before."""
    return time_from_ms((int(id_) >> 22) + _SNOWFLAKE_EPOCH_MS, earliest=_FIRST_SNOWFLAKES)


def parse(address: Address) -> ThreadRef | None:
    """Read a post's address on X, a front end of it, or an unrolled page of Thread Reader App."""
    # A host that only the site's configuration knows is a Nitter instance: they are what X's addresses move to.
    mirror = _MIRROR_OF.get(address.host, "nitter")
    if mirror == "threadreader":
        return _parse_unrolled(address)
    path = address.path
    if path == "/" and address.fragment.startswith("!/"):
        path = address.fragment[1:]  # twitter.com/#!/jack/status/20, as it was from 2010 to 2012
    match = _STATUS.fullmatch(path)
    if match is None:
        return None
    handle, id_ = match.groups()
    id_ = id_.lstrip("0") or "0"
    if handle in {"i", "web", "I"}:
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


def nameless(ref: ThreadRef) -> str:
    """The address that leads to a post without its author's handle."""
    return f"https://x.com/i/status/{ref.id}"


PLATFORM = Platform(
    name="x", label="X", parse=parse, hosts=(*_OWN, *sorted(_MIRROR_OF.keys() - _OWN)), nameless=nameless
)
