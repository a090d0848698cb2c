"""The platforms: one file each, one table here, and the one door to them, :func:`parse_thread_url`."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from sphinx_thread_cards.model import Kind, ThreadRef
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

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LONGEST", "PLATFORMS", "Address", "Platform", "find_thread", "is_web_address", "parse_thread_url"]

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

LONGEST = 4096
_LONGEST_HOST = 253
_USUAL_PORTS = {"80", "443"}
# Every class excludes the character that ends it, so there is one way to match and no backtracking.
_LABEL = r"[A-Za-z0-9_\-\x80-\U0010ffff]++"
_SPLIT = re.compile(
    rf"[Hh][Tt][Tt][Pp][Ss]?://({_LABEL}(?:\.{_LABEL})*+)\.?(?::([0-9]{{0,5}}))?"
    r"(/[^?#\s]*)?(?:\?([^#\s]*))?(?:#(\S*))?"
)
_PLAIN_HOST = re.compile(r"[a-z0-9_-]++(?:\.[a-z0-9_-]++)*+")
# Encoded characters that mean the same as the plain ones in a path: RFC 3986, section 2.3, with ":" and "@".
_NEEDLESS = re.compile(r"%(2[DdEe]|3[0-9Aa]|4[0-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])")
_SLASHES = re.compile(r"/{2,}")
_AT_URI = re.compile(r"at://(\S+)")


def parse_thread_url(url: str, hosts: Mapping[str, str] | None = None) -> ThreadRef | None:
    """Recognise the address of a thread, without asking the network.

    :param url: an absolute address; surrounding white space is forgiven.
    :param hosts: host to platform name, for servers that cannot be known (``thread_cards_hosts``).
    :returns: the thread, or None for everything else. Never raises, for any string.
    """
    address = split_address(url)
    if address is None:
        return None
    platform = _platform_of(address.host, hosts)
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
    ref = parse_thread_url(url, hosts)
    address = split_address(url)
    if ref or address is None or not is_web_address(url):
        return ref
    id_ = address.url.partition("://")[2]
    return ThreadRef(platform="web", id=id_, url=address.url, given_url=url, host=address.host, kind=Kind.PAGE)


def is_web_address(url: str) -> bool:
    """Whether a string may become a link: http or https, with a host and without user information."""
    return url.lstrip()[:4].lower() == "http" and split_address(url) is not None


def split_address(url: str) -> Address | None:
    """Split an http, https or at URL; None for every other string.

    RFC 3986, appendix B, narrowed to what a reader can open: a host, and no user information.
    """
    if len(url) > LONGEST:
        return None
    url = url.strip()
    match = _SPLIT.fullmatch(url)
    if match is None:
        return _split_at_uri(url)
    host, port, path, query, fragment = match.groups("")
    plain = host.lower() if host.isascii() else _host_in_ascii(host)
    if not plain or len(plain) > _LONGEST_HOST:
        return None
    plain = plain.removeprefix("www.")
    if port and port not in _USUAL_PORTS:
        plain = f"{plain}:{port}"
    if ":~:" in fragment:
        fragment = fragment.partition(":~:")[0]  # what a browser highlights; not part of the page's own anchors
    if "%" in path or "//" in path:
        path = _plain_path(path)
    return Address(url, plain, path or "/", query, fragment)


def _host_in_ascii(host: str) -> str | None:
    """A host with other letters as the network knows it (RFC 3490), or None if there can be no such host."""
    try:
        # The length first: the codec's time grows with the square of a label's length.
        plain = host.encode("idna").decode("ascii").lower() if len(host) <= _LONGEST_HOST else ""
    except UnicodeError:
        return None
    return plain if _PLAIN_HOST.fullmatch(plain) else None


def _plain_path(path: str) -> str:
    """The path as most people write it (RFC 3986, section 6.2.2): no needless encoding, no double slashes."""
    return _SLASHES.sub("/", _NEEDLESS.sub(lambda match: chr(int(match[1], 16)), path))


def _split_at_uri(url: str) -> Address | None:
    """An AT URI (https://atproto.com/specs/at-uri-scheme) as an address on the pseudo-host ``at:``."""
    match = _AT_URI.fullmatch(url)
    return Address(url, "at:", f"/{match[1]}", "", "") if match else None


def _platform_of(host: str, hosts: Mapping[str, str] | None) -> Platform | None:
    if hosts and (name := hosts.get(host)):
        return PLATFORMS.get(name)
    platform = _BY_HOST.get(host)
    if platform is None and host.endswith(_DOMAINS):
        while platform is None:
            host = host[host.find(".", 1) :]
            platform = _BY_HOST.get(host)
    return platform
