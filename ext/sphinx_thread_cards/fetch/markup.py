"""Pages as trees, for the platforms that are read from what they show to people."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from sphinx_thread_cards.fetch.rich.spans import clean, safe_link
from sphinx_thread_cards.fetch.rich.tags import text_in
from sphinx_thread_cards.texts import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element


def tree(page: str) -> _Element:
    """The page's root element; of what is no page, an empty one. Never raises."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(clean(page).encode(), parser)
    except etree.LxmlError:
        root = None
    # The parser gives None for a page without a single tag.
    return etree.Element("html") if root is None else root


def of_class(root: _Element, name: str) -> list[_Element]:
    """The elements below ``root`` that have a class, in the page's order."""
    return [element for element in root.iter(etree.Element) if name in (element.get("class") or "").split()]


def first(root: _Element | None, *names: str) -> _Element | None:
    """The first element below ``root`` with one of the classes, the classes tried in order."""
    if root is None:
        return None
    return next((element for name in names for element in of_class(root, name)), None)


def line_in(element: _Element | None) -> str:
    """All text in an element, in one line; empty if there is no element."""
    return "" if element is None else clean_line(text_in(element))


def source_of(element: _Element) -> str:
    """The markup of an element with all that it holds, as a reader of HTML takes it."""
    return str(etree.tostring(element, encoding="unicode", method="html", with_tail=False))


def links_in(element: _Element | None, base_url: str) -> Iterator[str]:
    """The addresses that an element's links lead to, its own first."""
    if element is not None:
        yield from filter(None, (safe_link(link.get("href"), base_url) for link in element.iter("a")))


def attribute(element: _Element | None, *names: str) -> str:
    """The first of the attributes that is not empty; empty if there is none."""
    found = (element.get(name) or "" for name in names) if element is not None else ()
    return next(filter(None, found), "")


def meta(root: _Element, *names: str) -> str:
    """The content of the page's first ``meta`` with one of the names (or properties), tried in order."""
    told = {element.get("property") or element.get("name"): element.get("content") for element in root.iter("meta")}
    return clean_line(clean(next(filter(None, (told.get(name) for name in names)), "")))


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


def segments(url: str) -> list[str]:
    """The parts of an address's path; none for what is no address."""
    try:
        return [part for part in urlsplit(url).path.split("/") if part]
    except ValueError:
        return []
