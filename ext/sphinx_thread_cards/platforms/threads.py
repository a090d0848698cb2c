"""Threads by Meta.

URL forms: https://developers.facebook.com/docs/threads/tools-and-resources/embed-a-threads-post
A code is Instagram's: the number of the medium in base 64, with the time in its upper bits
(https://instagram-engineering.com/sharding-ids-at-instagram-1cf5a71e5a5c).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, digits, number_in_base, time_from_ms

_POST = re.compile(r"/(?:@([A-Za-z0-9._]{1,30})/post|t)/([A-Za-z0-9_-]{5,64})(?:/(?:media|embed))?/?")
_BASE64 = digits("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_EPOCH_MS = 1314220021721
# A private account's code goes on for 28 characters that are not the number.
_PRIVATE_TAIL = 28
# Threads opened on 5 July 2023.
_FIRST_POSTS = datetime(2023, 7, 5, tzinfo=UTC)


def code_to_ms(code: str) -> int:
    """The time in a code of Instagram or Threads: ``(number >> 23) + 1314220021721`` ms since 1970."""
    if len(code) > _PRIVATE_TAIL:
        code = code[:-_PRIVATE_TAIL]
    return (number_in_base(code, _BASE64) >> 23) + _EPOCH_MS


def posted(code: str) -> datetime | None:
    """The UTC time in a post's code; None before there was Threads."""
    return time_from_ms(code_to_ms(code), earliest=_FIRST_POSTS)


def parse(address: Address) -> ThreadRef | None:
    """Read a post's address."""
    match = _POST.fullmatch(address.path)
    if match is None:
        return None
    user, code = match.groups()
    return ThreadRef(
        platform="threads",
        id=code,
        url=f"https://www.threads.com/@{user}/post/{code}" if user else f"https://www.threads.com/t/{code}",
        given_url=address.url,
        host="threads.com",
        author=user,
        posted=posted(code),
        kind=Kind.POST,
    )


def nameless(ref: ThreadRef) -> str:
    """The short address, which has no handle in it."""
    return f"https://www.threads.com/t/{ref.id}"


PLATFORM = Platform(
    name="threads", label="Threads", parse=parse, hosts=("threads.com", "threads.net"), nameless=nameless
)
