"""The platforms, read from TOML files, and :func:`parse_thread_url`.

A section of a file is a :class:`~sphinx_thread_cards.urls.Platform`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from sphinx_thread_cards.platforms import fixes
from sphinx_thread_cards.urls import Kind, Platform, SplitURL, ThreadRef, snowflake, split_url

# A URL on an unknown host is that of the first platform that recognises it.
_FAMILIES = ("microblogs", "forums", "forges", "trackers", "mailing-lists", "chats")


def _read() -> Iterator[Platform]:
    files = (Path(__file__).with_name(f"{name}.toml") for name in ("types", *_FAMILIES))
    types, *tables = (tomllib.loads(file.read_text("utf-8")) for file in files)
    for family, table in zip(_FAMILIES, tables, strict=True):
        for name, entry in table.items():
            entry["kind"] = Kind(entry.get("kind", "thread"))
            entry["time"] = tuple(snowflake(**decoder) for decoder in entry.get("time", ()))
            entry["types"] = types | entry.get("types", {})
            fix = getattr(fixes, name.replace("-", "_"), None)
            yield Platform(name=name, family=family, fix=fix, **entry)


PLATFORMS: Mapping[str, Platform] = MappingProxyType({item.name: item for item in _read()})
"""All platforms by name."""

_BY_HOST = {host: item for item in PLATFORMS.values() for host in item.mirror_of}
_DOMAINS = tuple(host for host in _BY_HOST if host.startswith("."))
_MARKERS = frozenset(marker for item in PLATFORMS.values() for marker in item.markers)

# Copies, and redirects to them: https://web.archive.org/, https://archive.today/, https://gnusha.org/
_COPY = re.compile(
    r"https?://[^/]+/(?:web/(?:[0-9]{1,14}(?:[a-z]{2}_)?/)?|(?:[0-9.-]{4,20}|newest|oldest)/"
    r"|o/[0-9A-Za-z]{4,8}/|(?P<redirect>url)/|(?=https?:))(?:https?:/{1,2})?(?P<inner>\S+)",
    re.IGNORECASE,
)
_COPY_HOSTS = frozenset(
    "web.archive.org web-beta.archive.org wayback.archive.org archive.today archive.ph archive.is"
    " archive.li archive.vn archive.fo archive.md gnusha.org".split()
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
    copy = _COPY.fullmatch(parts.url) if parts.host in _COPY_HOSTS else None
    if copy is None:
        return _parse(parts, hosts)
    inner = split_url(f"https://{copy['inner']}")
    ref = _parse(inner, hosts) if inner else None
    if ref is None:
        return None
    if copy["redirect"]:
        readable = f"https://gnusha.org/url/{ref.url}"
        return replace(ref, given_url=parts.url, mirror="gnusha.org", read_url=readable)
    return replace(ref, given_url=parts.url, archive=parts.url)


def parse_or_page(url: str, hosts: Mapping[str, str] | None = None) -> ThreadRef | None:
    """Return what :func:`parse_thread_url` does, or a plain page; None for what :func:`is_web_url` rejects."""
    if ref := parse_thread_url(url, hosts):
        return ref
    parts = split_url(url)
    if parts is None or parts.host == "at:":
        return None
    query = f"?{parts.query}" if parts.query else ""
    rest = f"{query}#{parts.fragment}" if parts.fragment else query
    # Without empty segments, as it becomes the name of a file.
    id_ = f"{parts.site}{parts.path}".rstrip("/") + rest.replace("/", "%2F")
    return ThreadRef(
        platform="web", id=id_, url=parts.url, given_url=url, host=parts.host, kind=Kind.PAGE
    )


def _parse(parts: SplitURL, hosts: Mapping[str, str] | None) -> ThreadRef | None:
    host = parts.host
    platform = PLATFORMS.get(hosts[host]) if hosts and host in hosts else _BY_HOST.get(host)
    if platform is None and host.endswith(_DOMAINS):
        platform = next(_BY_HOST[domain] for domain in _DOMAINS if host.endswith(domain))
    ref = platform.parse(parts) if platform else None
    # A server may have other software, too, or have had it before.
    may_guess = platform.many_servers if platform else host not in _COPY_HOSTS
    return _guess(parts) if may_guess and not ref else ref


def _guess(parts: SplitURL) -> ThreadRef | None:
    """Return the thread of a URL on an unknown host."""
    place = f"{parts.host.partition('.')[0]}./{parts.path}/#{parts.fragment}"
    segments = place.split("/")
    if "@" in place:
        segments.append("@")
    if "/msg" in place:
        segments.append("/msg")
    for platform in _with_markers(_MARKERS.intersection(segments)):
        if ref := platform.guess(parts):
            return ref
    return None


@lru_cache
def _with_markers(found: frozenset[str]) -> list[Platform]:
    return [item for item in PLATFORMS.values() if not found.isdisjoint(item.markers)]
