"""The table of platforms, and :func:`parse_thread_url`, which reads it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sphinx_thread_cards.platforms import chats, forums, mailing_lists, microblogs, trackers
from sphinx_thread_cards.urls import Kind, Platform, ThreadRef, split_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx_thread_cards.urls import SplitURL

__all__ = ["PLATFORMS", "Platform", "parse_or_page", "parse_thread_url", "platform_of"]

# A URL on an unknown host is that of the first platform that recognises it.
_ALL = (
    *microblogs.PLATFORMS,
    *forums.PLATFORMS,
    *trackers.PLATFORMS,
    *mailing_lists.PLATFORMS,
    *chats.PLATFORMS,
)
PLATFORMS: Mapping[str, Platform] = MappingProxyType({item.name: item for item in _ALL})
"""All platforms by name."""

_BY_HOST = {host: item for item in _ALL for host in (*item.hosts, *item.mirror_of)}
_SUFFIXES = tuple(host for host in _BY_HOST if host[0] in ".-")
_GUESSES = tuple((frozenset(item.markers), item) for item in _ALL if item.markers)
_MARKERS = frozenset[str]().union(*(markers for markers, _ in _GUESSES))


def parse_thread_url(url: str, hosts: Mapping[str, str] | None = None) -> ThreadRef | None:
    """Return the thread that a URL leads to, or None if it is not the URL of a thread.

    Never raises, for any string; makes no request.

    Args:
        url: An absolute URL; surrounding white space is ignored.
        hosts: Names of platforms by host without ``www.`` (``thread_cards_hosts``).
    """
    parts = split_url(url)
    if parts is None:
        return None
    platform = platform_of(parts.host, hosts)
    return platform.parse(parts) if platform else _guess(parts)


def parse_or_page(url: str, hosts: Mapping[str, str] | None = None) -> ThreadRef | None:
    """Return what :func:`parse_thread_url` does, or a plain page for every other web URL.

    Returns None for what must not become a link: other schemes, URLs without a host or with user
    information.
    """
    if ref := parse_thread_url(url, hosts):
        return ref
    parts = split_url(url)
    if parts is None or parts.host == "at:":
        return None
    return ThreadRef(
        platform="web",
        id=_page_id(parts),
        url=parts.url,
        given_url=url,
        host=parts.host,
        kind=Kind.PAGE,
    )


def _page_id(parts: SplitURL) -> str:
    """Return host and path, and what else the URL has, without empty segments."""
    query, fragment = f"?{parts.query}" if parts.query else "", parts.fragment
    rest = f"{query}#{fragment}" if fragment else query
    return f"{parts.site}{parts.path}".rstrip("/") + rest.replace("/", "%2F")


def platform_of(host: str, hosts: Mapping[str, str] | None = None) -> Platform | None:
    """Return the platform of a host, or None if only a URL can show it.

    Args:
        hosts: As for :func:`parse_thread_url`.
    """
    if hosts and (name := hosts.get(host)):
        return PLATFORMS.get(name)
    platform = _BY_HOST.get(host)
    if platform is None and host.endswith(_SUFFIXES):
        return next(_BY_HOST[suffix] for suffix in _SUFFIXES if host.endswith(suffix))
    return platform


def suggest_platform(name: str) -> str | None:
    """Return the platform that has a name as its domain: ``x`` for ``twitter``."""
    return next((item.name for item in _ALL if f"{name.lower()}.com" in item.hosts), None)


def _guess(parts: SplitURL) -> ThreadRef | None:
    place = f"{parts.path}#{parts.fragment}" if parts.fragment else parts.path
    found = _MARKERS.intersection(place.split("/"))
    if "@" in place:
        found |= {"@"}
    if found:
        for markers, platform in _GUESSES:
            if not markers.isdisjoint(found) and (ref := platform.guess(parts)):
                return ref
    return None
