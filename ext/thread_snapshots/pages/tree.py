"""Pages as trees: parsed within bounds, searched by class, read as lines of text.

Parser: https://lxml.de/parsing.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from thread_snapshots.rich.spans import clean, safe_link
from thread_snapshots.rich.tags import DROPPED, classes, html_parser, is_emoji
from sphinx_thread_cards.texts import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

MAX_PAGE = 8_000_000
"""Characters of a page that are read, without the pictures in it."""
_DATA = re.compile(r"data:[a-z]+/[^\"'\s<>)]{100,}")
# The parser stops there, where browsers go on.
_ENDS = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_UNSEEN = frozenset({"visually-hidden", "sr-only"})


def parse_page(html: str) -> _Element:
    """The root element of a page; of what is no page, one with nothing in it. Never raises, asks nobody.

    :param html: what is beyond :data:`MAX_PAGE` is left out.
    """
    text = _ENDS.sub("", clean(_DATA.sub("data:,", html)[:MAX_PAGE]))
    try:
        root = etree.fromstring(text.encode(), html_parser())
    except etree.LxmlError:
        root = None
    # The parser gives None for a page without a single tag.
    return etree.Element("html") if root is None else root


def all_of(root: _Element, *names: str) -> list[_Element]:
    """Elements with one of the classes, in the order of the page; the root itself is not among them."""
    return list(_of(root, frozenset(names)))


def _of(root: _Element, wanted: frozenset[str]) -> Iterator[_Element]:
    for element in root.iterdescendants(etree.Element):
        if not wanted.isdisjoint(classes(element)):
            yield element


def outermost(root: _Element, names: Iterable[str], without: Iterable[str] = ()) -> Iterator[_Element]:
    """As :func:`all_of`, but nothing in what was found already, and nothing in elements with a class of ``without``."""
    left_out = frozenset(without)
    for element, ends in _walk(root, left_out.union(names)):
        if ends and left_out.isdisjoint(classes(element)):
            yield element


def outside(root: _Element, without: Iterable[str]) -> list[_Element]:
    """The elements in an element, without those in elements with one of the classes."""
    return [element for element, ends in _walk(root, frozenset(without)) if not ends]


def _walk(root: _Element, ends: frozenset[str]) -> Iterator[tuple[_Element, bool]]:
    """The elements in an element, each with whether it has one of the classes; what is in those that do is left out."""
    walker = etree.iterwalk(root, events=("start",))
    for _, element in cast("Iterator[tuple[str, _Element]]", walker):
        if element is not root:
            is_end = not ends.isdisjoint(classes(element))
            if is_end:
                walker.skip_subtree()
            yield element, is_end


def first_of(root: _Element | None, *names: str) -> _Element | None:
    """The first element with the first class of these that there is at all; None too where there is no root."""
    if root is None:
        return None
    return next((found for name in names for found in _of(root, frozenset({name}))), None)


def line_in(element: _Element | None) -> str:
    """Text of an element in one line, a line break as a space; empty for none.

    Buttons and what only screen readers say twice are left out.
    """
    if element is None:
        return ""
    parts: list[str] = []
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, inner in cast("Iterator[tuple[str, _Element]]", walker):
        if event == "end":
            parts.append(inner.tail or "" if inner is not element else "")
        elif inner.tag in DROPPED or not _UNSEEN.isdisjoint(classes(inner)):
            walker.skip_subtree()
        else:
            # An emoji may be a picture.
            shown = "\n" if inner.tag == "br" else inner.get("alt") if is_emoji(inner) else ""
            parts += [shown or "", inner.text or ""]
    return clean_line("".join(parts))


def first_tag(root: _Element | None, tag: str) -> _Element | None:
    """The first element of a kind, which may be the root; None too where there is no root."""
    return next(root.iter(tag), None) if root is not None else None


def html_of(element: _Element | None) -> str:
    """An element as HTML, for the readers of rich text; empty for none."""
    if element is None:
        return ""
    return etree.tostring(element, encoding="unicode", method="html", with_tail=False)


def metas(root: _Element) -> dict[str, str]:
    """What ``meta`` elements say, by name or property (``og:title``); of two of one name the first."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        if said := clean(element.get("content")).strip():
            for name in (element.get("property"), element.get("name")):
                found.setdefault(name or "", said)
    return found


def meta(root: _Element, *names: str) -> str:
    """What the ``meta`` elements say by the first of these names that says anything, in one line; else empty."""
    said = metas(root)
    return clean_line(next((said[name] for name in names if name in said), ""))


def links_in(element: _Element | None, base_url: str) -> Iterator[str]:
    """The addresses that an element's links lead to, its own first."""
    if element is not None:
        yield from filter(None, (safe_link(link.get("href"), base_url) for link in element.iter("a")))


def attribute(element: _Element | None, *names: str) -> str:
    """The first of the attributes that is not empty; empty if there is none."""
    found = (element.get(name) or "" for name in names) if element is not None else ()
    return next(filter(None, found), "")


def remove(element: _Element) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


def spell_pictures(element: _Element) -> None:
    """Put alternative texts in the place of pictures, for emoji that are drawn."""
    for image in list(element.iter("img")):
        image.tail = clean(image.get("alt")) + (image.tail or "")
        remove(image)
