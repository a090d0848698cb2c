"""The platforms, read from TOML files, and :func:`parse_thread_url`.

A section of a file is a :class:`~sphinx_thread_cards.urls.Platform`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sphinx_thread_cards.platforms import fixes
from sphinx_thread_cards.urls import Kind, Platform, ThreadRef, snowflake, split_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinx_thread_cards.urls import SplitURL

__all__ = ["PLATFORMS", "parse_or_page", "parse_thread_url", "platform_of", "suggest_platform"]

# A URL on an unknown host is that of the first platform that recognises it.
_FILES = ("microblogs", "forums", "forges", "trackers", "mailing_lists", "chats")


def _read() -> Iterator[Platform]:
    for file in _FILES:
        text = Path(__file__).with_name(f"{file}.toml").read_text("utf-8")
        for name, entry in tomllib.loads(text).items():
            entry["family"] = file.replace("_", "-")
            entry["kind"] = Kind(entry.get("kind", "thread"))
            entry["time"] = tuple(snowflake(**decoder) for decoder in entry.get("time", ()))
            yield Platform(name=name, fix=getattr(fixes, name.replace("-", "_"), None), **entry)


PLATFORMS: Mapping[str, Platform] = MappingProxyType({item.name: item for item in _read()})
"""All platforms by name."""

_BY_HOST = {host: item for item in PLATFORMS.values() for host in (*item.hosts, *item.mirror_of)}
_DOMAINS = tuple(host for host in _BY_HOST if host.startswith("."))
_MARKERS = frozenset(marker for item in PLATFORMS.values() for marker in item.markers)

# Copies, and redirects to them: https://web.archive.org/, https://archive.today/, https://gnusha.org/
_COPY = re.compile(
    r"https?://[^/]+/(?:web/(?:[0-9]{1,14}(?:[a-z]{2}_)?/)?|(?:[0-9.-]{4,20}|newest|oldest)/"
    r"|o/[0-9A-Za-z]{4,8}/|(?P<redirect>url)/)(?:https?:/{1,2})?(?P<inner>\S+)",
    re.IGNORECASE,
)
_COPY_HOSTS = frozenset(
    "web.archive.org web-beta.archive.org archive.today archive.ph archive.is archive.li archive.vn"
    " archive.fo archive.md gnusha.org".split()
)


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
    if parts.host in _COPY_HOSTS:
        ref = _parse_copy(parts.url, hosts)
        if ref or parts.host != "gnusha.org":
            return ref
    return _parse(parts, hosts)


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
    if platform is None and host.endswith(_DOMAINS):
        return next(_BY_HOST[domain] for domain in _DOMAINS if host.endswith(domain))
    return platform


def suggest_platform(name: str) -> str | None:
    """Return the platform that has a name as its domain: ``x`` for ``twitter``."""
    platform = _BY_HOST.get(f"{name.lower()}.com")
    return platform.name if platform else None


def _parse(parts: SplitURL, hosts: Mapping[str, str] | None) -> ThreadRef | None:
    platform = platform_of(parts.host, hosts)
    return platform.parse(parts) if platform else _guess(parts)


def _guess(parts: SplitURL) -> ThreadRef | None:
    """Return the thread of a URL on an unknown host."""
    place = f"{parts.path}/#{parts.fragment}" if parts.fragment else parts.path
    segments = place.split("/")
    segments.append(parts.host[: parts.host.find(".") + 1])
    if "@" in place:
        segments.append("@")
    if "/msg" in place:
        segments.append("/msg")
    if found := _MARKERS.intersection(segments):
        for platform in _with_marker(found):
            if ref := platform.guess(parts):
                return ref
    return None


@cache
def _with_marker(found: frozenset[str]) -> tuple[Platform, ...]:
    return tuple(item for item in PLATFORMS.values() if not found.isdisjoint(item.markers))


def _parse_copy(url: str, hosts: Mapping[str, str] | None) -> ThreadRef | None:
    """Return the thread that an archived copy shows, or a redirect to a copy leads to."""
    match = _COPY.fullmatch(url)
    parts = split_url(f"https://{match['inner']}") if match else None
    ref = _parse(parts, hosts) if parts else None
    if ref is None or match is None:
        return None
    if match["redirect"]:
        copy = f"https://gnusha.org/url/{ref.url}"
        return replace(ref, given_url=url, mirror="gnusha.org", read_url=copy)
    return replace(ref, given_url=url, archive=url)
