"""Pleroma and Akkoma, on any host.

URL forms: https://docs.akkoma.dev/stable/ and the front end's own permalinks.
Ids are FlakeIds: https://hexdocs.pm/flake_id/FlakeId.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, digits, number_in_base, time_from_ms

_USER = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?"
_DOMAIN = r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,8}"
_UUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_NOTICE = re.compile(
    rf"/(?:notice|@({_USER})(?:@({_DOMAIN}))?/posts|users/({_USER})/statuses)/([0-9A-Za-z]{{18}}|[0-9]{{1,10}})/?"
)
_OBJECT = re.compile(rf"/objects/({_UUID})/?")
# On an unknown host: the first character of every FlakeId from 2018 to 2030.
_FLAKE_OF_TODAY = r"[9AB][0-9A-Za-z]{17}"
_GUESS = re.compile(
    rf"/(?:notice/{_FLAKE_OF_TODAY}/?#|@{_USER}(?:@{_DOMAIN})?/posts/{_FLAKE_OF_TODAY}/?#|objects/{_UUID}/?#)"
)
_BASE62 = digits("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_FLAKE_LENGTH = 18
# Pleroma took FlakeIds for posts in January 2019; later ones of converted counters lie near 1970.
_FIRST_FLAKES = datetime(2018, 6, 1, tzinfo=UTC)


def posted(id_: str) -> datetime | None:
    """The UTC time in a FlakeId, 128 bits in base 62: the upper 64 bits are ms; None for the counters of before."""
    return flake_time(number_in_base(id_, _BASE62)) if len(id_) == _FLAKE_LENGTH else None


def flake_time(number: int) -> datetime | None:
    """The UTC time in a FlakeId given as an integer: ``number >> 64`` ms."""
    return time_from_ms(number >> 64, earliest=_FIRST_FLAKES)


def parse(address: Address) -> ThreadRef | None:
    """Read a post's address on Pleroma or Akkoma."""
    match = _NOTICE.fullmatch(address.path)
    if match is None:
        return _parse_object(address)
    user, remote, owner, id_ = match.groups()
    user = user or owner
    author = f"{user}@{remote or address.host}" if user else None
    # A copy of a remote post bears the time when it came in.
    return _ref(address, id_, f"notice/{id_}", author, None if remote else posted(id_))


def _parse_object(address: Address) -> ThreadRef | None:
    match = _OBJECT.fullmatch(address.path)
    if match is None:
        return None
    name = f"objects/{match[1].lower()}"
    return _ref(address, name, name, None, None)


def _ref(address: Address, id_: str, path: str, author: str | None, when: datetime | None) -> ThreadRef:
    return ThreadRef(
        platform="pleroma",
        id=id_,
        url=f"https://{address.site}/{path}",
        given_url=address.url,
        host=address.host,
        author=author,
        posted=when,
        kind=Kind.POST,
    )


PLATFORM = Platform(
    name="pleroma",
    label="Pleroma",
    parse=parse,
    many_servers=True,
    hosts=("blob.cat", "ihatebeinga.live", "poa.st", "social.kernel.org"),
    guess=_GUESS,
    marks=frozenset({"@", "notice", "objects"}),
)
