"""A page as a tree: parsed within bounds, searched by class, with its pictures led back to the web.

Parser: https://lxml.de/parsing.html. What browsers write when they save a page: "Web page, complete" of Chromium and
Firefox puts pictures into a folder beside it, SingleFile and MHTML into the page (``data:``, ``cid:``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from sphinx_thread_cards.fetch.rich.spans import clean, safe_link
from sphinx_thread_cards.fetch.rich.tags import DROPPED, classes, is_emoji
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
# Where scripts that load pictures late keep the address.
_LATE = ("data-delayed-url", "data-src", "data-original", "data-lazy-src", "data-savepage-src")


def parse_page(html: str) -> _Element | None:
    """The tree of a page; None if there is nothing in it that could be parsed. Never raises, asks nobody.

    :param html: what is beyond :data:`MAX_PAGE` is left out.
    """
    text = _ENDS.sub("", clean(_DATA.sub("data:,", html)[:MAX_PAGE]))
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(text.encode(), parser) if text.strip() else None
    except etree.LxmlError:
        return None


def mend_pictures(root: _Element, *, in_file: bool) -> None:
    """Give each picture the address it had on the web, as far as the page tells; without one it loses its ``src``.

    :param in_file: whether the page was saved. Then an address relative to the page leads into a folder beside it, not
        to the web; an address from the root (``/a.png``) was not changed.
    """
    for image in root.iter("img", "video", "source"):
        given = [image.get("src"), *(image.get(name) for name in _LATE), _largest(image.get("srcset") or "")]
        good = [address for address in given if _leads_out(address, in_file=in_file)]
        for name in ("src", "srcset"):
            if name in image.attrib:
                del image.attrib[name]
        if good and good[0]:
            image.set("src", good[0])


def _leads_out(address: str | None, *, in_file: bool) -> bool:
    address = (address or "").strip()
    if address.startswith("/") or not in_file:
        return safe_link(address, "https://site.example/") is not None
    return safe_link(address) is not None


def _largest(srcset: str) -> str | None:
    """The address of the largest picture (HTML standard, section 4.8.4.2.1), as far as sizes are given."""
    found = [part.split() for part in srcset[:10_000].split(", ")]
    sized = [(_size(part[1:]), part[0].rstrip(",")) for part in found if part]
    return max(sized, key=lambda pair: pair[0])[1] if sized else None


def _size(descriptors: list[str]) -> float:
    match = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)[wx],?", descriptors[0]) if descriptors else None
    return float(match[1]) if match else 1.0


def all_of(root: _Element, *names: str) -> Iterator[_Element]:
    """Elements with one of the classes, in the order of the page; the root itself is not among them."""
    wanted = frozenset(names)
    for element in root.iterdescendants(etree.Element):
        if not wanted.isdisjoint(classes(element)):
            yield element


def outermost(root: _Element, names: Iterable[str], without: Iterable[str] = ()) -> Iterator[_Element]:
    """As :func:`all_of`, but nothing in what was found already, and nothing in elements with a class of ``without``."""
    wanted, left_out = frozenset(names), frozenset(without)
    walker = etree.iterwalk(root, events=("start",))
    for _, element in cast("Iterator[tuple[str, _Element]]", walker):
        own = classes(element)
        if element is not root and not (left_out.isdisjoint(own) and wanted.isdisjoint(own)):
            walker.skip_subtree()
            if left_out.isdisjoint(own):
                yield element


def outside(root: _Element, without: Iterable[str]) -> list[_Element]:
    """The elements in an element, without those in elements with one of the classes."""
    left_out = frozenset(without)
    found: list[_Element] = []
    walker = etree.iterwalk(root, events=("start",))
    for _, element in cast("Iterator[tuple[str, _Element]]", walker):
        if element is root:
            continue
        if left_out.isdisjoint(classes(element)):
            found.append(element)
        else:
            walker.skip_subtree()
    return found


def first_of(root: _Element, *names: str) -> _Element | None:
    """The first element with the first class of these that there is at all."""
    return next((found for name in names for found in all_of(root, name)), None)


def line_in(element: _Element | None) -> str:
    """Text of an element in one line; empty for none. Buttons and what only screen readers say twice are left out."""
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
            parts += [inner.get("alt") or "" if is_emoji(inner) else "", inner.text or ""]
    return clean_line("".join(parts))


def html_of(element: _Element) -> str:
    """An element as HTML, for the readers of rich text."""
    return etree.tostring(element, encoding="unicode", method="html", with_tail=False)


def metas(root: _Element) -> dict[str, str]:
    """What ``meta`` elements say, by name or property (``og:title``); of two of one name the first."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        if said := clean(element.get("content")).strip():
            for name in (element.get("property"), element.get("name")):
                found.setdefault(name or "", said)
    return found
