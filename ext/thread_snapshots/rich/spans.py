"""Text, links and paragraphs: what all readers of rich text share."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from sphinx_thread_cards.texts import clean_text
from sphinx_thread_cards.thread import Paragraph, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_TEXT = 500_000
"""Characters of one post that are read; the rest is cut, and three dots say so."""
MAX_LINK = 2_000
"""Characters of an address; a longer one stays text."""
MAX_DEPTH = 6
"""Quotes and lists in one another; what stands deeper goes into the last of them."""
PLAIN = Span(text="")
"""A style: a span whose text is yet to come."""
CUT = Paragraph(spans=(Span(text="…"),))
"""Stands where text was cut."""

_ADDRESS = re.compile(r"(?<![A-Za-z0-9])https?://[^\s<>\"]+", re.IGNORECASE)
_HOST = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
# What comes out as it goes in: most addresses do.
_PLAIN_LINK = re.compile(
    r"https?://[A-Za-z0-9_.-]+(?::[0-9]{1,5})?(?:/(?!/)[\w!$%&'()*+,./:=@~\[\]-]*)?"
    r"(?:\?[\w!$%&'()*+,./:=?@~\[\]-]+)?(?:#[\w!#$%&'()*+,./:=?@~\[\]-]+)?",
    re.ASCII,
)
_IN_URL = "!#$%&'()*+,/:;=?@[]~"
_CLOSING = {")": "(", "]": "["}
_DOTS = "….. "
_SHORTEST = 6
_style = attrgetter("href", "emphasis", "strong", "code")


def clean(text: object) -> str:
    """Text as a snapshot may hold it; empty for what is no string."""
    return clean_text(text) if isinstance(text, str) else ""


def safe_link(href: object, base_url: str = "") -> str | None:
    """An http or https address in printable ASCII, or None for all that must not become a link.

    Relative ones are resolved against ``base_url`` (RFC 3986, section 5). User information is refused, for it makes
    ``https://bank.example@other.example/`` look like another host.
    """
    if not isinstance(href, str) or not href.strip() or len(href) > MAX_LINK:
        return None
    return href if _PLAIN_LINK.fullmatch(href) else _resolved(href, base_url)


@lru_cache(maxsize=2048)  # the same few addresses come again and again: of an author, of a picture, of the thread
def _resolved(href: str, base_url: str) -> str | None:
    try:
        given = urlsplit(clean(href).strip())
        if given.scheme and not given.netloc:
            return None
        parts = urlsplit(urljoin(base_url, given.geturl()))
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    rest = quote(parts._replace(scheme="", netloc="").geturl(), safe=_IN_URL)
    link = f"{parts.scheme}://{host}{rest if rest.startswith(('/', '?', '#')) or not rest else '/' + rest}"
    return link if len(link) <= MAX_LINK else None


def changed(span: Span, **fields: Any) -> Span:  # noqa: ANN401 - as of `replace`
    """``dataclasses.replace`` for spans, at a quarter of its time: rich text makes and changes very many."""
    copy: Span = object.__new__(Span)
    copy.__dict__.update(span.__dict__, **fields)
    return copy


def with_text(span: Span, text: str) -> Span:
    """The span with another text; itself where that is the text it has."""
    return span if text == span.text else changed(span, text=text)


def bare_links(span: Span) -> Iterator[Span]:
    """Split a span at the addresses written out in it, which become links; one that is link or code stays whole.

    Where an address ends: GitHub Flavored Markdown, section 6.9 (autolinks).
    """
    if span.href or span.code:
        yield span
        return
    done = 0
    for found in _ADDRESS.finditer(span.text):
        address = _without_tail(found[0]) if len(found[0]) <= MAX_LINK else found[0]
        if href := safe_link(address):
            yield changed(span, text=span.text[done : found.start()])
            yield changed(span, text=address, href=href)
            done = found.start() + len(address)
    yield changed(span, text=span.text[done:])


def _without_tail(address: str) -> str:
    while address:
        opening = _CLOSING.get(address[-1])
        unpaired = opening and address.count(address[-1]) > address.count(opening)
        if not unpaired and address[-1] not in "?!.,:;*_~'":
            break
        address = address[:-1]
    return address


def paragraphs(spans: Iterable[Span]) -> list[Paragraph]:
    """Spans as paragraphs: a line feed is a break in one, blank lines stand between two."""
    done: list[Paragraph] = []
    current: list[Span] = []
    for line in _lines(spans):
        if line:
            gap = line[0] if current and _style(current[-1]) == _style(line[0]) else PLAIN
            current += [changed(gap, text="\n"), *line] if current else line
        elif current:
            done.append(Paragraph(spans=tuple(_merged(current))))
            current = []
    return [*done, Paragraph(spans=tuple(_merged(current)))] if current else done


def _lines(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """The lines, without spaces at their ends; empty lists for blank ones."""
    line: list[Span] = []
    for span in spans:
        first, *others = clean(span.text).split("\n")
        line.append(with_text(span, first))
        for text in others:
            yield _trimmed(line)
            line = [changed(span, text=text)]
    yield _trimmed(line)


def _trimmed(line: list[Span]) -> list[Span]:
    line = [span for span in line if span.text]
    while line and not line[-1].text.strip():
        line.pop()
    return [*line[:-1], with_text(line[-1], line[-1].text.rstrip())] if line else line


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Neighbours of one style as one span."""
    for _, group in groupby(spans, _style):
        alike = list(group)
        yield _whole_address(with_text(alike[0], "".join([span.text for span in alike])))


def _whole_address(span: Span) -> Span:
    """A link whose text is the beginning of its address and dots: the whole address, as paper needs it."""
    if not span.href or not span.text.endswith(("…", "...")):
        return span
    shown = span.text.rstrip(_DOTS)
    named = shown.partition("://")[2] or shown
    address = span.href.partition("://")[2]
    if len(named) >= _SHORTEST and address.removeprefix("www.").startswith(named.removeprefix("www.")):
        return changed(span, text=span.href)
    return span
