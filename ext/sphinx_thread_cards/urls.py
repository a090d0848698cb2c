"""Thread URLs: splitting them, matching them against routes, and the dates that ids encode.

The platforms themselves are tables in :mod:`sphinx_thread_cards.platforms`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple
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
    PAGE = "page"
    """A URL that no platform recognises."""


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
    """The number that readers know it by, with its sign: ``#57``, ``!12``."""
    title: str | None = None
    """The slug of the URL, as words."""
    posted: datetime | None = None
    """Aware UTC time decoded from the id or path; None where it could be wrong."""
    precision: Precision = Precision.DAY
    """How much of :attr:`posted` is known."""
    post: str | None = None
    """Id of the cited post in the thread: a comment, a post number, an answer."""
    mirror: str | None = None
    """The front end or copy that the given URL leads to: ``threadreader``, ``nitter``, ..."""
    read_url: str | None = None
    """Clean URL of a readable copy that was given, such as a Thread Reader page; next to :attr:`url`."""
    archive: str | None = None
    """The given URL, if it is an archived copy (Wayback Machine, archive.today)."""
    kind: Kind = Kind.THREAD
    """What the thread is called on its platform: ``issue``, ``question``, ..."""

    @property
    def key(self) -> tuple[str, str, str]:
        """``(platform, host, id)``; two URLs with the same key lead to the same thread."""
        return self.platform, self.host, self.id


# -- Splitting -----------------------------------------------------------------

MAX_URL = 4096
"""Length of the longest URL that is parsed, in characters."""

_MAX_HOST = 253
# Possessive quantifiers and exclusive classes: there is one way to match, without backtracking.
_LABEL = r"[A-Za-z0-9_\-\x80-\U0010ffff]++"
_SPLIT = re.compile(
    rf"[Hh][Tt][Tt][Pp][Ss]?://({_LABEL}(?:\.{_LABEL})*+)\.?(?::([0-9]{{0,5}}))?"
    r"(/[^?#\s]*)?(?:\?([^#\s]*))?(?:#(\S*))?"
)
_ASCII_HOST = re.compile(r"[a-z0-9_-]++(?:\.[a-z0-9_-]++)*+")
# Encoded characters that mean the same as plain ones in a path: RFC 3986, section 2.3, ":" and "@".
_UNRESERVED = re.compile(r"%(2[DdEe]|3[0-9Aa]|4[0-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])")
_SLASHES = re.compile(r"/{2,}")
_AT_URI = re.compile(r"at://(\S+)")


class SplitURL(NamedTuple):
    """The parts of a URL; query and fragment are percent-encoded as written."""

    url: str
    """The complete URL as given."""
    host: str
    """Lower case, in ASCII (``xn--``), without ``www.`` and the default port; never empty."""
    path: str
    """Begins with a slash. Letters, digits and ``-._~:@`` are decoded, double slashes are one."""
    query: str
    fragment: str

    @property
    def site(self) -> str:
        """The host to open: with ``www.`` if the given URL has it, as some servers need it."""
        given = self.url.partition("://")[2][:4].lower()
        return f"www.{self.host}" if given == "www." and self.host != "www" else self.host


def split_url(url: str) -> SplitURL | None:
    """Split an http, https or at URL (RFC 3986, appendix B); return None for every other string.

    A URL needs a host and must not contain user information.
    """
    if len(url) > MAX_URL:
        return None
    url = url.strip()
    match = _SPLIT.fullmatch(url)
    if match is None:
        at_uri = _AT_URI.fullmatch(url)
        return SplitURL(url, "at:", f"/{at_uri[1]}", "", "") if at_uri else None
    given_host, port, path, query, fragment = match.groups("")
    host = given_host.lower() if given_host.isascii() else _ascii_host(given_host)
    if not host or len(host) > _MAX_HOST:
        return None
    while host.startswith("www."):
        host = host[4:]
    if port and port not in {"80", "443"}:
        host = f"{host}:{port}"
    fragment = fragment.partition(":~:")[0]  # text fragments are instructions for the browser
    if "%" in path or "//" in path:
        path = _SLASHES.sub("/", _UNRESERVED.sub(lambda code: chr(int(code[1], 16)), path))
    return SplitURL(url, host, path or "/", query, fragment)


def is_web_url(url: str) -> bool:
    """Return whether a string is an http or https URL with a host and without user information."""
    return url.lstrip()[:4].lower() == "http" and split_url(url) is not None


def _ascii_host(host: str) -> str | None:
    try:
        # Check the length first: the codec's time grows with the square of a label's length.
        encoded = host.encode("idna").decode("ascii").lower() if len(host) <= _MAX_HOST else ""
    except UnicodeError:
        return None
    return encoded if _ASCII_HOST.fullmatch(encoded) else None


# -- Text in URLs --------------------------------------------------------------

_SLUG = re.compile(r"(?:[\w-]|%[0-9A-Fa-f]{2})+")
_LETTER = re.compile(r"[^\W\d_]")
_SEPARATORS = str.maketrans("-_+", "   ")
_MESSAGE_ID = re.compile(r"[!#-;=?A-\[\]-~]{1,200}@[!#-;=?-\[\]-~]{1,200}")
_MAX_MESSAGE_ID = 3 * 403  # every character encoded, with angle brackets


def visible(text: str) -> str:
    """Return text on one line, without control characters, direction overrides and surrogates."""
    if not text.isprintable():
        text = "".join(c for c in text if c.isprintable() or c.isspace())
    return " ".join(text.split())


def slug_title(slug: str) -> str | None:
    """Return a slug as text (``one-board_two`` as ``One board two``); None if it has no letter."""
    text = unquote(slug).replace("\ufffd", "") if "%" in slug else slug
    text = visible(text.translate(_SEPARATORS))
    return text[0].upper() + text[1:] if _LETTER.search(text) else None


def message_id(segment: str) -> str | None:
    """Return the Message-ID (RFC 5322) in a path segment, or None if it cannot be one.

    It is percent-encoded in one way: equal ids are equal strings, and stay one path segment.
    """
    if len(segment) > _MAX_MESSAGE_ID:
        return None
    text = unquote(segment).strip("<>")
    if not _MESSAGE_ID.fullmatch(text):
        return None
    return quote(text, safe="@+=$,").replace("..", ".%2E")


# -- Dates in URLs -------------------------------------------------------------

_LATEST = time.time() + 86_400  # one day of tolerance for clocks
_FIRST_MAILS = datetime(1985, 1, 1, tzinfo=UTC)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

Decoder = Callable[[str], datetime | None]
"""Returns the UTC time that an id encodes, or None if it encodes none."""


def snowflake(
    shift: int,
    earliest: str,
    *,
    epoch: int = 0,
    unit: int = 1,
    digits: str = "0123456789",
    lengths: Sequence[int] = (),
    head: int | None = None,
) -> Decoder:
    """Return a decoder for ids whose upper bits are a time.

    Args:
        shift: Number of lower bits that are not part of the time.
        earliest: First plausible day, such as ``2010-11-05``; ids before it are counters.
        epoch: Milliseconds from 1970 to the platform's epoch.
        unit: How many units of the time are a millisecond.
        digits: Digits of the id, in the order of their values.
        lengths: Lengths of ids that encode a time, if there are others.
        head: Number of leading digits that are the time, if not all are.
    """
    base, values = len(digits), {digit: value for value, digit in enumerate(digits)}
    decimal = digits.isdecimal()
    first = datetime.fromisoformat(earliest).replace(tzinfo=UTC)

    def decode(id_: str) -> datetime | None:
        if lengths and len(id_) not in lengths:
            return None
        number = int(id_) if decimal and id_.isdecimal() else 0
        for digit in "" if decimal else id_[:head]:
            if digit not in values:
                return None
            number = number * base + values[digit]
        milliseconds = (number >> shift) // unit + epoch
        if milliseconds > _LATEST * 1000:
            return None
        posted = datetime.fromtimestamp(milliseconds / 1000, UTC)
        return posted if posted >= first else None

    return decode


def _calendar(groups: Mapping[str, str]) -> tuple[datetime | None, Precision]:
    """Return the start of the year, month or day in a path, and which of them it is.

    The time is None if there is no such day, or if it is in the future.
    """
    month, day = groups.get("month", ""), groups.get("day", "")
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    if groups.get("precision"):
        precision = Precision(groups["precision"])
    number = _MONTHS.index(month[:3].lower()) + 1 if month.isalpha() else int(month or 1)
    try:
        start = datetime(int(groups["year"]), number, int(day or 1), tzinfo=UTC)
    except ValueError:
        return None, precision
    return start if start >= _FIRST_MAILS and start.timestamp() <= _LATEST else None, precision


# -- Routes and platforms ------------------------------------------------------

Groups = dict[str, str]
"""What a route reads from a URL, by name; an empty string is missing."""

_TYPES = {
    "number": r"0*+(?P<NAME>[1-9][0-9]{0,9})",
    "long": r"0*+(?P<NAME>[1-9][0-9]{0,18})",
    "slug": r"[^/.][^/]{0,399}",
    "word": r"[A-Za-z0-9_-]{1,64}",
    "list": r"[A-Za-z0-9_+-]{1,64}(?:\.[A-Za-z0-9_+-]{1,64}){0,9}",
    "email": "<:list>@<:list>",
    "domain": r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,8}",
    "folder": r"(?:/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}){0,3}?",
    "prefix": r"(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,63}/){0,3}?",
    "year": "(?:19|20)[0-9]{2}",
    "month": "0?(?P<NAME>[1-9]|1[0-2])",
    "mon": "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
    "monthname": "January|February|March|April|May|June|July|August|September|October|November"
    "|December",
    "day": "0?(?P<NAME>[1-9]|[12][0-9]|3[01])",
}
_TEMPLATES = ("author", "community", "number", "read_url")
_OPTIONS = {*_TEMPLATES, "id", "anchor", "post", "post_url", "lower", "kind", "undated"}
_PLACEHOLDER = re.compile(r"<([a-z]*)(?::([^<>]+))?>")


def _expand(pattern: str, types: Mapping[str, str]) -> str:
    """Return a pattern with a regular expression for each placeholder."""

    def replace(match: re.Match[str]) -> str:
        name, type_ = match[1], match[2] or match[1]
        expression = types.get(type_) or _TYPES.get(type_, type_)
        expression = _expand(expression, types) if "<" in expression else expression
        if "(?P<NAME>" in expression:
            return expression.replace("NAME", name)
        return f"(?P<{name}>{expression})" if name else f"(?:{expression})"

    return _PLACEHOLDER.sub(replace, pattern)


class Route:
    """One form of a platform's URLs; a line of :attr:`Platform.routes`.

    A line consists of a pattern, the path of the canonical URL, and options, separated by spaces.

    The pattern is that of the complete path, which may end with a slash. It includes the host if it
    begins with ``//``, and the fragment if it has a ``#``. It is a regular expression with
    placeholders ``<name:type>``; the type is a name in the platform's types or in ``_TYPES``, or a
    regular expression without ``<``. ``<name>`` has the type of the same name; ``<:type>`` has no
    name.

    The canonical path and the options are templates of the names in the pattern, ``host`` and
    ``lower``. A path that begins with ``//`` includes the host. The options are:

    - ``id``, ``author``, ``community``, ``number``, ``read_url``: fields of the :class:`ThreadRef`.
      Without the option, a group of the same name is the field. A group ``slug`` is the title;
      ``year``, ``month`` and ``day`` are the date.
    - ``anchor``: pattern of the fragment that names the cited post: all of it, or a group ``post``.
    - ``post``: the cited post if the URL does not name another one.
    - ``post_url``: what the canonical URL of a cited post has in addition.
    - ``?name=value``: pattern of a parameter of the query; optional if it begins with ``??``.
    - ``lower``: the group that templates use in lower case, as ``lower``.
    - ``kind``: a value of :class:`Kind`.
    - ``undated``: the id does not encode the time here.
    """

    def __init__(self, line: str, platform: Platform) -> None:
        path, self.url, *tokens = line.split()
        tokens = [*platform.defaults.split(), *tokens]
        options = dict(token.partition("=")[::2] for token in tokens if not token.startswith("?"))
        if unknown := options.keys() - _OPTIONS:
            raise ValueError(f"{platform.name}: no such option: {unknown}")
        self.id = options.get("id", "{id}")
        self.templates = [(name, options[name]) for name in _TEMPLATES if name in options]
        self.post, self.post_url = options.get("post", ""), options.get("post_url", "")
        self.kind = Kind(options["kind"]) if "kind" in options else platform.kind
        self.time = () if "undated" in options else platform.time
        self._platform, self._lower = platform, options.get("lower")
        self._has_host, self._has_fragment = path.startswith("//"), "#" in path
        pattern, anchor = (_expand(it, platform.types) for it in (path, options.get("anchor", "")))
        self._pattern = re.compile(pattern if self._has_fragment else f"{pattern}/?")
        self._anchor = re.compile(anchor if "<post>" in anchor else f"(?P<post>{anchor})")
        self._query: list[tuple[re.Pattern[str], bool]] = []
        for token in tokens:
            if token.startswith("?"):
                text = _expand(token.lstrip("?"), platform.types)
                # Careless copies have "?" or ";" between parameters.
                pattern = rf"(?:^|[&;?]){text}(?![^&;?])"
                self._query.append((re.compile(pattern), not token.startswith("??")))

    def match(self, url: SplitURL) -> Groups | None:
        """Return the groups of a URL of this form, or None."""
        subject = f"//{url.host}{url.path}" if self._has_host else url.path
        subject = f"{subject}#{url.fragment}" if self._has_fragment else subject
        match = self._pattern.fullmatch(subject)
        if match is None:
            return None
        groups = match.groupdict("")
        for pattern, is_required in self._query:
            if match := pattern.search(url.query):
                groups.update(match.groupdict(""))
            elif is_required:
                return None
        if url.fragment and not groups.get("post"):
            match = self._anchor.fullmatch(url.fragment)
            groups.update(match.groupdict("") if match else {})
        if "slug" in groups:
            _set_title(groups)
        if mid := groups.get("mid"):
            groups["id"] = message_id(mid) or ""
            if not groups["id"]:
                return None
        if self._lower:
            groups["lower"] = groups[self._lower].lower()
        fix = self._platform.fix
        return groups if fix is None or fix(groups, url, self._platform) else None


def _set_title(groups: Groups) -> None:
    """Set the title that a slug spells, and the slug of canonical URLs.

    Platforms ignore the slug of a URL, so one that is odd or says nothing is left out.
    """
    slug = groups["slug"]
    groups["title"] = (slug_title(slug) if slug else None) or ""
    safe = groups["title"] and _SLUG.fullmatch(slug)
    groups["slug"] = (slug if slug.isascii() else quote(slug, safe="%")) if safe else "-"


@dataclass(frozen=True, kw_only=True, eq=False)
class Platform:
    """One platform: its hosts, and a table of the forms of its URLs.

    Platforms are sections of the TOML files in ``platforms/``; fields are keys of a section, except
    ``fix`` (a function in ``platforms/fixes.py``). ``time`` has the arguments of
    :func:`snowflake`.
    """

    name: str
    """As in :attr:`ThreadRef.platform`."""
    label: str
    """As readers know it: ``Hacker News``."""
    routes: str
    """The table; each line is a :class:`Route`."""
    family: str = ""
    """Name of the file, which has a colour and an icon: ``forums``, ``mailing-lists``."""
    defaults: str = ""
    """Options of all routes."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Regular expressions for placeholders, by name."""
    kind: Kind = Kind.THREAD
    time: Sequence[Decoder] = ()
    """Decoders of the group ``id``; the first that returns a time applies."""
    fix: Callable[[Groups, SplitURL, Platform], bool] | None = None
    """Changes the groups of a URL; returns False if it is not a thread."""
    site: str = ""
    """Host of all canonical URLs, if there is only one; with ``www.`` where needed."""
    hosts: Sequence[str] = ()
    """Known hosts without ``www.``, the main one first; ``.example.org`` is every host below it."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Hosts by their other names."""
    mirrors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Hosts of front ends, by :attr:`ThreadRef.mirror`; an empty name stands for the host.

    Hosts in the setting ``thread_cards_hosts`` are front ends of the first name.
    """
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of communities, by host."""
    many_servers: bool = False
    """Whether many sites run it; then readers know the name of the site, not of the platform."""
    mailing_list: bool = False
    citation: str = ""
    """Template of the citation of an issue or change with ``number`` (without sign) and ``host``."""
    markers: Sequence[str] = ()
    """What a URL on an unknown host has: a segment of the path, or the first label of the host with
    its dot (``jira.``); ``@`` is any segment with an ``@``."""
    evidence: str = ""
    """Pattern in ``//host/path?query#fragment`` of URLs that are recognised on unknown hosts."""
    anonymous: tuple[str, str] | None = None
    """Pattern and replacement of the author or title in canonical URLs."""

    @cached_property
    def mirror_of(self) -> Mapping[str, str]:
        """Name of the front end, by host."""
        return {host: name or host for name, hosts in self.mirrors.items() for host in hosts}

    def parse(self, url: SplitURL) -> ThreadRef | None:
        """Return the thread of a URL on one of the platform's hosts, or None."""
        for route in self._routes:
            if groups := route.match(url):
                return self._ref(route, groups, url)
        return None

    def guess(self, url: SplitURL) -> ThreadRef | None:
        """Return the thread of a URL on an unknown host, or None if the evidence is not enough.

        The canonical URL has the evidence, too.
        """
        ref = self.parse(url) if self._has_evidence(url) else None
        canonical = split_url(ref.url) if ref else None
        return ref if canonical and self._has_evidence(canonical) else None

    def _has_evidence(self, url: SplitURL) -> bool:
        text = f"//{url.host}{url.path}?{url.query}#{url.fragment}"
        return self._evidence.search(text) is not None

    def anonymous_url(self, ref: ThreadRef) -> str:
        """Return a URL of a thread without author and title, or that of the front page."""
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

    def _ref(self, route: Route, groups: Groups, url: SplitURL) -> ThreadRef:
        if self.site:
            site, host = self.site, self.site.removeprefix("www.")
        else:
            host = groups.get("host") or self.aliases.get(url.host, url.host)
            site = url.site if host == url.host else host
        groups["host"] = host
        fields: dict[str, Any] = {"platform": self.name, "given_url": url.url, "host": host}
        fields["id"], fields["kind"] = route.id.format_map(groups), route.kind
        canonical = route.url.format_map(groups)
        if post := groups.get("post"):
            fields["post"] = post
            canonical += route.post_url.format_map(groups)
        elif route.post:
            fields["post"] = route.post.format_map(groups)
        fields["url"] = f"https:{'' if canonical[:2] == '//' else f'//{site}'}{canonical}"
        for name in ("author", "community", "title", "mirror"):
            if value := groups.get(name):
                fields[name] = value
        for name, template in route.templates:
            fields[name] = template.format_map(groups)
        for decode in route.time:
            fields["posted"] = fields.get("posted") or decode(groups["id"])
        if groups.get("year"):
            fields["posted"], fields["precision"] = _calendar(groups)
        if self.mirrors and "mirror" not in fields:
            fields["mirror"] = self._mirror(url.host)
        # The constructor of a frozen dataclass takes longer than all of the above.
        ref = object.__new__(ThreadRef)
        ref.__dict__.update(fields)
        return ref

    def _mirror(self, host: str) -> str | None:
        if host in self.hosts or host.endswith(tuple(it for it in self.hosts if it[0] in ".-")):
            return None
        return self.mirror_of.get(host) or next(iter(self.mirrors)) or host
