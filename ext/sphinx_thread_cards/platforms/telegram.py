"""Telegram: posts of channels and messages of groups.

URL forms: https://core.telegram.org/api/links
Numbers count up in each channel and hold no time.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform

_NAME = r"([A-Za-z][A-Za-z0-9_]{3,31})"
_POST = re.compile(rf"/(?:s/)?{_NAME}(?:/([0-9]{{1,10}}))?/([0-9]{{1,10}})/?")
_ON_SUBDOMAIN = re.compile(r"/(?:s/)?(?:([0-9]{1,10})/)?([0-9]{1,10})/?")
_PRIVATE = re.compile(r"/c/([0-9]{1,19})(?:/[0-9]{1,10})?/([0-9]{1,10})/?")
_SUBDOMAIN = re.compile(rf"{_NAME}\.t\.me")
# First words of links that do something else than show a post.
_NOT_NAMES = frozenset(
    {
        "addemoji",
        "addlist",
        "addstickers",
        "addtheme",
        "auction",
        "boost",
        "call",
        "confirmphone",
        "contact",
        "giftcode",
        "invoice",
        "joinchat",
        "login",
        "newbot",
        "proxy",
        "setlanguage",
        "share",
        "socks",
    }
)


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a post; private groups have numbers for names, and nobody else can read them."""
    match = _PRIVATE.fullmatch(address.path)
    if match:
        return _private(address, *match.groups())
    subdomain = _SUBDOMAIN.fullmatch(address.host)
    if subdomain:
        match = _ON_SUBDOMAIN.fullmatch(address.path)
        return _public(address, subdomain[1], *match.groups()) if match else None
    match = _POST.fullmatch(address.path)
    return _public(address, *match.groups()) if match else None


def _public(address: Address, name: str, topic: str | None, number: str) -> ThreadRef | None:
    number = number.lstrip("0")
    folded = name.lower()
    if not number or folded in _NOT_NAMES:
        return None
    return ThreadRef(
        platform="telegram",
        id=f"{folded}/{number}",
        url=f"https://t.me/{folded}/{number}",
        given_url=address.url,
        host="t.me",
        # A channel speaks with one voice; what has topics is a group.
        author=None if topic else name,
        community=name if topic else None,
        kind=Kind.MESSAGE if topic else Kind.POST,
    )


def _private(address: Address, group: str, number: str) -> ThreadRef:
    return ThreadRef(
        platform="telegram",
        id=f"c/{group}/{number}",
        url=f"https://t.me/c/{group}/{number}",
        given_url=address.url,
        host="t.me",
        kind=Kind.MESSAGE,
    )


def nameless(ref: ThreadRef) -> str:
    """The front page, but for a private group's number: every other address holds a name."""
    return ref.url if ref.id.startswith("c/") else "https://t.me/"


PLATFORM = Platform(
    name="telegram",
    label="Telegram",
    parse=parse,
    hosts=("t.me", ".t.me", "telegram.me", "telegram.dog"),
    nameless=nameless,
)
