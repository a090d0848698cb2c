"""The platforms: one file each, one table here, and the one door to them, :func:`parse_thread_url`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms import (
    bluesky,
    discord,
    discourse,
    github,
    gitlab,
    groupsio,
    hackernews,
    hyperkitty,
    hypermail,
    lemmy,
    linkedin,
    lkml,
    lobsters,
    mailarchive,
    mastodon,
    misskey,
    pipermail,
    pleroma,
    publicinbox,
    reddit,
    stackexchange,
    telegram,
    threads,
    tumblr,
    x,
    youtube,
    zulip,
)
from sphinx_thread_cards.platforms._base import Address, Platform
from sphinx_thread_cards.platforms._split import LONGEST, is_web_address, split_address

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "LONGEST",
    "PLATFORMS",
    "Address",
    "Platform",
    "find_thread",
    "is_web_address",
    "parse_thread_url",
    "split_address",
]

# The order decides who is asked first about an address on an unknown host: the most particular path comes first.
_MODULES = (
    x,
    github,
    mastodon,
    misskey,
    pleroma,
    lemmy,
    discourse,
    gitlab,
    groupsio,
    hyperkitty,
    hypermail,
    lkml,
    mailarchive,
    pipermail,
    publicinbox,
    stackexchange,
    zulip,
    bluesky,
    discord,
    hackernews,
    linkedin,
    lobsters,
    reddit,
    telegram,
    threads,
    tumblr,
    youtube,
)
PLATFORMS: Mapping[str, Platform] = MappingProxyType({module.PLATFORM.name: module.PLATFORM for module in _MODULES})
_BY_HOST = {host: platform for platform in PLATFORMS.values() for host in platform.hosts}
# What ends a host below a domain that one platform has for itself.
_DOMAINS = tuple(host for host in _BY_HOST if host.startswith("."))
_GUESSES = tuple((platform.marks, platform.guess, platform.parse) for platform in PLATFORMS.values() if platform.guess)
_MARKS = frozenset[str]().union(*(marks for marks, _, _ in _GUESSES))


def parse_thread_url(url: str, hosts: Mapping[str, str] | None = None) -> ThreadRef | None:
    """Recognise the address of a thread, without asking the network.

    :param url: an absolute address; surrounding white space is forgiven.
    :param hosts: host to platform name, for servers that cannot be known (``thread_cards_hosts``).
    :returns: the thread, or None for everything else. Never raises, for any string.
    """
    address = split_address(url)
    if address is None:
        return None
    platform = platform_of(address.host, hosts)
    if platform is not None:
        return platform.parse(address)
    return _guess(address)


def _guess(address: Address) -> ThreadRef | None:
    """Recognise an address on an unknown host by its path and fragment."""
    place = f"{address.path}#{address.fragment}"
    found = _MARKS.intersection(place.split("/"))
    if "/@" in place:
        found |= {"@"}
    if found:
        for marks, guess, parse in _GUESSES:
            if not marks.isdisjoint(found) and guess.match(place) and (ref := parse(address)):
                return ref
    return None


def find_thread(url: str, hosts: Mapping[str, str] | None = None) -> ThreadRef | None:
    """As :func:`parse_thread_url`, but a plain page for a web address that no platform knows.

    :returns: None only for what must not become a link: other schemes, addresses without a host or with user
        information.
    """
    if ref := parse_thread_url(url, hosts):
        return ref
    address = split_address(url)
    if address is None or not is_web_address(url):
        return None
    id_ = address.url.partition("://")[2]
    return ThreadRef(platform="web", id=id_, url=address.url, given_url=url, host=address.host, kind=Kind.PAGE)


def platform_of(host: str, hosts: Mapping[str, str] | None = None) -> Platform | None:
    """The platform that a host is known to run; None for hosts that nothing but an address may tell of.

    :param hosts: as of :func:`parse_thread_url`.
    """
    if hosts and (name := hosts.get(host)):
        return PLATFORMS.get(name)
    platform = _BY_HOST.get(host)
    if platform is None and host.endswith(_DOMAINS):
        while platform is None:
            host = host[host.find(".", 1) :]
            platform = _BY_HOST.get(host)
    return platform
