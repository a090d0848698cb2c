"""A URL taken apart: by RFC 3986, narrowed to what a reader can open."""

from __future__ import annotations

import re

from sphinx_thread_cards.platforms._base import Address

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
