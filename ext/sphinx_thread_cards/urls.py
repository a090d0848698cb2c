"""Thread URLs: how to split them, match them against routes, and decode dates from ids.

The platforms themselves are tables in :mod:`sphinx_thread_cards.platforms`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote


class Kind(StrEnum):
    """What a thread is called on its platform; labels depend on it."""

    THREAD = "thread"
    ISSUE = "issue"
    PULL_REQUEST = "pull-request"
    MERGE_REQUEST = "merge-request"
    DISCUSSION = "discussion"
    EPIC = "epic"
    MESSAGE = "message"
    TOPIC = "topic"
    QUESTION = "question"
    ANSWER = "answer"
    POST = "post"
    STORY = "story"
    VIDEO = "video"
    PLAYLIST = "playlist"
    ARTICLE = "article"
    PAGE = "page"  # a URL that no platform recognises


class Precision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class ThreadRef:
    """A thread, as far as its URL describes it.

    ``(platform, host, id)`` (see :attr:`key`) is the same for all URLs of a thread.
    """

    platform: str
    """Name of an entry in :data:`~sphinx_thread_cards.platforms.PLATFORMS`, such as ``x`` or ``github``."""
    id: str
    """Identifies the thread on its host."""
    url: str
    """Canonical URL of the thread, or of the cited post in it; without tracking parameters."""
    given_url: str
    """The URL as the author wrote it."""
    host: str
    """Lower-case host that the id belongs to; one fixed host for platforms with several names."""
    author: str | None = None
    """Handle without the leading ``@`` (``name@host`` in the fediverse)."""
    community: str | None = None
    """Subreddit, repository, mailing list or site that the thread belongs to."""
    number: str | None = None
    """The number that readers know it by, with its prefix: ``#57``, ``!12``."""
    title: str | None = None
    """The slug of the URL, as text."""
    posted: datetime | None = None
    """Timezone-aware UTC time decoded from the id or path; None if it could be wrong."""
    precision: Precision = Precision.DAY
    """How much of :attr:`posted` is known."""
    post: str | None = None
    """Id of the cited post in the thread: a comment, a post number, an answer."""
    mirror: str | None = None
    """The front end or copy that the given URL leads to: ``threadreader``, ``nitter``, ..."""
    read_url: str | None = None
    """Clean URL of a readable copy that was given, such as a Thread Reader page; an addition to :attr:`url`."""
    archive: str | None = None
    """The given URL, if it is an archived copy (Wayback Machine, archive.today)."""
    kind: Kind = Kind.THREAD
    """What the thread is called on its platform: ``issue``, ``question``, ..."""

    @property
    def key(self) -> tuple[str, str, str]:
        """``(platform, host, id)``; two URLs with the same key lead to the same thread."""
        return self.platform, self.host, self.id


MAX_URL = 4096  # length of the longest URL that is parsed, in characters

_MAX_HOST = 253  # the time of the IDNA codec grows with the square of a label's length
# Possessive quantifiers and exclusive classes: there is one way to match, without backtracking. The
# lookahead ends host and port, so that no user information passes. A label consists of ASCII letters
# and digits, "-", "_" and all other characters of Unicode; the class takes less time to compile negated.
_LABEL = r"[^\x00-,./:-@\[-^`{-\x7f]++"
# White space, control characters and changes of direction.
_UNSAFE = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000"
_SPLIT = re.compile(
    rf"[Hh][Tt][Tt][Pp][Ss]?://({_LABEL}(?:\.{_LABEL})*+)\.?:?([0-9]{{0,5}}+)(?![^/?#])"
    rf"([^?#{_UNSAFE}]*+)\??([^#{_UNSAFE}]*+)#?([^{_UNSAFE}]*+)"
)
_AT_URI = re.compile(f"at://([^{_UNSAFE}]+)")
_ASCII_HOST = re.compile(r"[a-z0-9_-]++(?:\.[a-z0-9_-]++)*+")
# Encoded characters that mean the same as plain ones in a path: RFC 3986, section 2.3, ":" and "@".
_UNRESERVED = {f"{ord(c):02x}": c for c in map(chr, range(128)) if c.isalnum() or c in "-._~:@"}
_ENCODED = re.compile("%([2-7][0-9A-Fa-f])")


@dataclass(slots=True)
class SplitURL:
    """The parts of a URL; query and fragment are percent-encoded as written."""

    url: str
    """The complete URL as given."""
    site: str
    """The host to open: with ``www.`` if the given URL has it, as some servers need it."""
    host: str
    """Lower case, in ASCII (``xn--``), without ``www.`` and the default port; never empty."""
    path: str
    """Begins with a slash. Letters, digits and ``-._~:@`` are decoded, and double slashes are merged."""
    query: str = ""
    fragment: str = ""


def split_url(url: str) -> SplitURL | None:
    """Split an http, https or at URL (RFC 3986, appendix B) without user information, or return None."""
    if len(url) > MAX_URL:
        return None
    match = _SPLIT.fullmatch(url := url.strip())
    if match is None:
        at_uri = _AT_URI.fullmatch(url)
        return SplitURL(url, "at:", "at:", f"/{at_uri[1]}") if at_uri else None
    host, port, path, query, fragment = match.groups()
    if len(host) > _MAX_HOST:
        return None
    host = host.lower() if host.isascii() else _ascii_host(host)
    if not host:
        return None
    if port and port not in {"80", "443"}:
        host = f"{host}:{port}"
    site = host
    while host.startswith("www."):
        host, site = host[4:], host
    if ":~:" in fragment:  # text fragments are instructions for the browser
        fragment = fragment.partition(":~:")[0]
    if "%" in path or "//" in path:
        path = _ENCODED.sub(lambda code: _UNRESERVED.get(code[1].lower(), code[0]), path)
        path = re.sub("//+", "/", path)
    return SplitURL(url, site, host, path or "/", query, fragment)


def is_web_url(url: str) -> bool:
    """Return whether a string is an http or https URL with a host and without user information."""
    return url.lstrip()[:4].lower() == "http" and split_url(url) is not None


def _ascii_host(host: str) -> str:
    try:
        encoded = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    is_safe = _ASCII_HOST.fullmatch(encoded) and not re.search(f"[{_UNSAFE}]", host)
    return encoded if is_safe else ""


_SLUG = re.compile(r"(?:[\w-]|%[0-9A-Fa-f]{2})+")
_LETTER = re.compile(r"[^\W\d_]")
_SEPARATORS = str.maketrans("-_+", "   ", "\ufffd")
_MESSAGE_ID = re.compile(r"[!#-;=?A-\[\]-~]{1,200}@[!#-;=?-\[\]-~]{1,200}")


def visible(text: str) -> str:
    """Return text on one line, without control characters, direction overrides and surrogates."""
    if not text.isprintable():
        text = "".join(c for c in text if c.isprintable() or c.isspace())
    return " ".join(text.split())


def message_id(segment: str) -> str:
    """Return the Message-ID (RFC 5322) in a path segment, uniformly encoded as one; or an empty string."""
    text = unquote(segment).strip("<>")
    return quote(text, safe="@+=$,").replace("..", ".%2E") if _MESSAGE_ID.fullmatch(text) else ""


def _set_title(groups: Groups) -> None:
    """Set the title that a slug spells (``One board two``); drop an odd slug, which platforms ignore."""
    slug = groups["slug"]
    text = visible(unquote(slug).translate(_SEPARATORS))
    groups["title"] = text[0].upper() + text[1:] if _LETTER.search(text) else ""
    is_safe = groups["title"] and _SLUG.fullmatch(slug)
    groups["slug"] = (slug if slug.isascii() else quote(slug, safe="%")) if is_safe else "-"


_LATEST = time.time() + 86_400  # one day of tolerance for clocks
_FIRST_YEAR = 1985  # no archive has earlier messages
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_QUARTERS = {"q1": 1, "q2": 4, "q3": 7, "q4": 10}
_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)} | _QUARTERS

Decoder = Callable[[str], datetime | None]
"""Returns the UTC time that an id encodes, or None if it encodes none."""


def snowflake(
    shift: int, earliest: str, *, epoch: int = 0, unit: int = 1, digits: str = "", pattern: str = ""
) -> Decoder:
    """Return a decoder for ids whose upper bits are a time; ``platforms/README.md`` explains the arguments."""
    first = datetime.fromisoformat(f"{earliest}T00:00Z").timestamp() * 1000
    form = re.compile(pattern or f"([{re.escape(digits) or '0-9'}]+)")

    def decode(id_: str) -> datetime | None:
        match = form.fullmatch(id_)
        if match is None:
            return None
        number = 0 if digits else int(match[1])
        for digit in match[1] if digits else "":
            number = number * len(digits) + digits.index(digit)
        milliseconds = (number >> shift) // unit + epoch
        if not first <= milliseconds <= _LATEST * 1000:
            return None
        return datetime.fromtimestamp(milliseconds / 1000, UTC)

    return decode


def _calendar(groups: Groups) -> tuple[datetime | None, Precision]:
    """Return the first day of the period that a path names, or None if it is not plausible, and its precision."""
    year, month, day = int(groups["year"]), groups.get("month", ""), groups.get("day", "")
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    if year < 100:  # noqa: PLR2004 - two digits; the only archive with such years begins in 1995
        year += 1900 if year >= 95 else 2000  # noqa: PLR2004
    month = (month or groups.get("quarter", "")).lower()
    number = _NUMBERS.get(month[:3]) or int(month or 1)
    try:
        start = datetime(year, number, int(day or 1), tzinfo=UTC)
    except ValueError:
        return None, precision
    if groups.get("week"):
        sunday = start + timedelta(days=6)
        precision = Precision.MONTH if sunday.month == start.month else Precision.YEAR
        if sunday.year != year:
            return None, Precision.DAY
    is_plausible = year >= _FIRST_YEAR and start.timestamp() <= _LATEST
    return start if is_plausible else None, precision


Groups = dict[str, str]
"""What a route reads from a URL, by name; an empty string stands for a missing part."""

_FIELDS = ("id", "host", "author", "community", "number", "read_url", "mirror")
OPTIONS = {*_FIELDS, "anchor", "post", "post_url", "lower", "kind", "undated"}
_PLACEHOLDER = re.compile(r"<([a-z]*)(?::([^<>]+))?>")


def _expand(pattern: str, types: Mapping[str, str]) -> str:
    """Return a pattern with a regular expression for each placeholder."""

    def replace(match: re.Match[str]) -> str:
        name, type_ = match[1], match[2] or match[1]
        expression = _expand(types.get(type_, type_), types)
        if "(?P<NAME>" in expression:
            return expression.replace("NAME", name)
        return f"(?P<{name}>{expression})" if name else f"(?:{expression})"

    return _PLACEHOLDER.sub(replace, pattern)


class Route:
    """One form of a platform's URLs, a line of its routes; ``platforms/README.md`` explains them."""

    def __init__(self, line: str, platform: Platform) -> None:
        path, self._url, *tokens = line.split()
        tokens = [*platform.defaults.split(), *tokens]
        options = dict(token.partition("=")[::2] for token in tokens if token[0] != "?")
        if unknown := options.keys() - OPTIONS:
            raise ValueError(f"{platform.name}: no such option: {unknown}")
        self._fields = [(name, options[name]) for name in _FIELDS if name in options]
        self._post, self._post_url = options.get("post", ""), options.get("post_url", "")
        self._kind = Kind(options["kind"]) if "kind" in options else platform.kind
        self._time = () if "undated" in options else platform.time
        self._platform, self._lower = platform, options.get("lower", "host")
        path, self._needs_fragment, fragment = path.partition("#")
        path = _expand(path if path.startswith("//") else f"//[^/]++{path}", platform.types)
        self.pattern = re.compile(f"{path}/?")
        self._fragment = re.compile(_expand(fragment or options.get("anchor", ""), platform.types))
        self._query: list[tuple[re.Pattern[str], bool]] = []
        for token in tokens:
            if token[0] == "?":
                text = _expand(token.lstrip("?"), platform.types)
                # Careless copies have "?" or ";" between parameters.
                pattern = rf"(?:^|[&;?]){text}(?![^&;?])"
                self._query.append((re.compile(pattern), not token.startswith("??")))

    def ref(self, groups: Groups, url: SplitURL) -> ThreadRef | None:
        """Return the thread of a URL that matches the pattern, or None if the rest does not match."""
        if not self._complete(groups, url):
            return None
        # The constructor of a frozen dataclass takes longer than all of the rest.
        ref = object.__new__(ThreadRef)
        fields: dict[str, Any] = ref.__dict__
        fields["platform"], fields["kind"] = self._platform.name, self._kind
        fields["given_url"] = url.url
        for name in ("id", "host", "author", "community", "title"):
            if value := groups.get(name):
                fields[name] = value
        for name, template in self._fields:
            fields[name] = template.format_map(groups)
        canonical = self._url.format_map(groups)
        if post := groups.get("post"):
            fields["post"] = post
            canonical += self._post_url.format_map(groups)
        elif self._post:
            fields["post"] = self._post.format_map(groups)
        if canonical[:2] != "//":
            canonical = f"//{self._platform.site or groups['site']}{canonical}"
        has_no_tls = ":" in url.site and url.url[:5].lower() == "http:"  # on the port it names
        fields["url"] = f"http{'' if has_no_tls else 's'}:{canonical}"
        if "year" in groups or self._time:
            fields["posted"], fields["precision"] = self._date(groups)
        if self._platform.mirrors:
            fields["mirror"] = self._platform.mirror(url.host)
        return ref

    def _complete(self, groups: Groups, url: SplitURL) -> bool:
        """Add the groups of query and fragment; return False if it is not the URL of a thread."""
        for pattern, is_required in self._query:
            if match := pattern.search(url.query):
                groups.update(match.groupdict(""))
            elif is_required:
                return False
        if self._needs_fragment or (url.fragment and not groups.get("post")):
            if match := self._fragment.fullmatch(url.fragment):
                groups.update(match.groupdict(""))
            elif self._needs_fragment:
                return False
        platform = self._platform
        alias = platform.aliases.get(url.host)
        groups["host"] = platform.site.removeprefix("www.") or alias or url.host
        groups["site"] = alias or url.site
        if "slug" in groups:
            _set_title(groups)
        if "mid" in groups:
            groups["id"] = message_id(groups["mid"])
            if not groups["id"]:
                return False
        groups["lower"] = groups[self._lower].lower()
        return platform.fix is None or platform.fix(groups, url, platform)

    def _date(self, groups: Groups) -> tuple[datetime | None, Precision]:
        if groups.get("year"):
            return _calendar(groups)
        for decode in self._time:
            if posted := decode(groups["id"]):
                return posted, Precision.DAY
        return None, Precision.DAY


@dataclass(frozen=True, kw_only=True, eq=False)
class Platform:
    """One platform: its hosts, and a table of the forms of its URLs.

    Platforms are sections of the TOML files in ``platforms/``; the README.md there explains the keys.
    """

    name: str
    label: str
    family: str = ""
    kind: Kind = Kind.THREAD
    hosts: Sequence[str] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    site: str = ""
    mirrors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    many_servers: bool = False
    mailing_list: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    citation: str = ""
    anonymous: tuple[str, str] | None = None
    routes: str
    defaults: str = ""
    types: Mapping[str, str] = field(default_factory=dict)
    time: Sequence[Decoder] = ()
    markers: Sequence[str] = ()
    evidence: str = ""
    fix: Callable[[Groups, SplitURL, Platform], bool] | None = None
    """Function of ``platforms/fixes.py`` that changes the groups; returns False if the URL is not that of a thread."""

    @cached_property
    def mirror_of(self) -> Mapping[str, str | None]:
        """Name of the front end, by host; None for the platform's own hosts."""
        names = {host: name or host for name, hosts in self.mirrors.items() for host in hosts}
        return dict.fromkeys(self.hosts) | names

    def mirror(self, host: str) -> str | None:
        """Return the name of the front end on a host, or None; for a host in ``thread_cards_hosts``, the first name."""
        if host in self.mirror_of or host.endswith(tuple(it for it in self.hosts if it[0] == ".")):
            return self.mirror_of.get(host)
        return next(iter(self.mirrors)) or host

    def parse(self, url: SplitURL) -> ThreadRef | None:
        """Return the thread of a URL on one of the platform's hosts, or None."""
        place = f"//{url.host}{url.path}"
        for route in self._routes:
            match = route.pattern.fullmatch(place)
            if match and (ref := route.ref(match.groupdict(""), url)):
                return ref
        return None

    def guess(self, url: SplitURL) -> ThreadRef | None:
        """Return the thread of a URL on an unknown host, or None if it or its canonical URL lacks the evidence."""
        ref = self.parse(url) if self._has_evidence(url) else None
        if ref is None or ref.url == url.url:
            return ref
        canonical = split_url(ref.url)
        return ref if canonical and self._has_evidence(canonical) else None

    def _has_evidence(self, url: SplitURL) -> bool:
        text = f"//{url.host}{url.path}?{url.query}#{url.fragment}"
        return self._evidence.search(text) is not None

    def anonymous_url(self, ref: ThreadRef) -> str:
        """Return a URL of a thread that contains neither author nor title, or else the URL of the front page."""
        if self.anonymous is None:
            return ref.url
        url, found = re.subn(*self.anonymous, ref.url, count=1)
        return url if found else "/".join(ref.url.split("/")[:3]) + "/"

    @cached_property
    def _routes(self) -> tuple[Route, ...]:
        return tuple(Route(line, self) for line in self.routes.strip().splitlines())

    @cached_property
    def _evidence(self) -> re.Pattern[str]:
        return re.compile(_expand(self.evidence, self.types))
