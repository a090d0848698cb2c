"""Bluesky, with its front ends and AT URIs.

URL forms: https://docs.bsky.app/docs/advanced-guides/oembed and https://atproto.com/specs/at-uri-scheme
Record keys are mostly TIDs: https://atproto.com/specs/tid
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, time_from_ms

_OWN = ("bsky.app", "main.bsky.dev", "staging.bsky.app", "embed.bsky.app", "at:")
# Fix-up services, and clients that keep bsky.app's paths.
_FRONT_ENDS = """
    bskx.app bskye.app bskyx.app bsyy.app cbsky.app fxbsky.app vxbsky.app
    blacksky.community catsky.social deer.social witchsky.app zeppelin.social
    """
_WHO = r"(did:[a-z]{1,10}:[A-Za-z0-9._:-]{1,250}|@?[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
_KEY = r"(?!\.{1,2}(?:/|$))([A-Za-z0-9._:~-]{1,512})"
_POST = re.compile(
    rf"/profile/{_WHO}/post/{_KEY}(?:/(?:liked-by|reposted-by|quotes|[a-z]{{2}}))?/?|/(?:embed/)?{_WHO}/app\.bsky\.feed\.post/{_KEY}/?"
)
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
# The digits of a TID, and those that Python reads in base 32.
_IN_BASE_32 = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")
# The first posts are of November 2022; a key of an earlier time was made up by a client.
_FIRST_POSTS = datetime(2022, 11, 1, tzinfo=UTC)


def posted(key: str) -> datetime | None:
    """The UTC time in a record key, if it is a TID: ``number >> 10`` microseconds.

    The key is made by the client, and stays when a record is written anew: the record's own date wins over it.
    """
    if not _TID.fullmatch(key):
        return None
    return time_from_ms((int(key.translate(_IN_BASE_32), 32) >> 10) // 1000, earliest=_FIRST_POSTS)


def parse(address: Address) -> ThreadRef | None:
    """Read a post's address on Bluesky or a front end, or its AT URI.

    A handle and a DID of one account cannot be told to be the same without asking the network.
    """
    match = _POST.fullmatch(address.path)
    if match is None:
        return None
    who = (match[1] or match[3]).removeprefix("@")
    key = match[2] or match[4]
    if not who.startswith("did:"):
        who = who.lower()
    return ThreadRef(
        platform="bluesky",
        id=f"{who}/{key}",
        url=f"https://bsky.app/profile/{who}/post/{key}",
        given_url=address.url,
        host="bsky.app",
        author=None if who.startswith("did:") else who,
        posted=posted(key),
        mirror=None if address.host in _OWN else address.host,
        kind=Kind.POST,
    )


def nameless(ref: ThreadRef) -> str:  # noqa: ARG001 - the signature of all
    """The front page: every address of a post names its author."""
    return "https://bsky.app/"


PLATFORM = Platform(
    name="bluesky", label="Bluesky", parse=parse, hosts=(*_OWN, *_FRONT_ENDS.split()), nameless=nameless
)
