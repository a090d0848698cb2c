"""Posts that a page describes by attributes of its elements, as Discourse, Stack Exchange and other forums do.

Format: https://html.spec.whatwg.org/multipage/microdata.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lxml import etree

from thread_snapshots.pages.entry import Html
from thread_snapshots.pages.tree import html_of
from thread_snapshots.rich.spans import clean
from thread_snapshots.rich.tags import text_in
from sphinx_thread_cards.texts import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from thread_snapshots.pages.item import Item

MOST_ITEMS = 20_000
"""Objects that are read from one page."""
_RICH = frozenset({"text", "articleBody", "description"})
_LINKS = frozenset({"url", "image", "mainEntityOfPage", "contentUrl", "thumbnailUrl", "sameAs"})
_ADDRESSES = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "video": "src",
    "audio": "src",
    "source": "src",
}


def items_in(root: _Element) -> list[Item]:
    """The objects of a page that are no property of another, as JSON-LD has them; their texts are :class:`Html`."""
    top: list[Item] = []
    # Those that the walk is in, each with its element.
    open_: list[tuple[_Element | None, Item]] = [(None, {})]
    made = 0
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in cast("Iterator[tuple[str, _Element]]", walker):
        if event == "end":
            if open_[-1][0] is element:
                open_.pop()
            continue
        names, around = (element.get("itemprop") or "").split()[:5], open_[-1][1]
        if element.get("itemscope") is not None and made < MOST_ITEMS:
            made += 1
            item: Item = {"@type": (element.get("itemtype") or "").split()[:5]}
            if names and around:
                _add(around, names, item)
            else:
                top.append(item)
            open_.append((element, item))
        elif _take(element, names, around):
            walker.skip_subtree()
    return top


def _take(element: _Element, names: list[str], item: Item) -> bool:
    """Read a property of an object; whether it is taken with all that it holds."""
    if not names or not item:
        if element.tag == "a" and item and "url" not in item:
            # Stack Exchange names people, and their pages by a plain link beside the name.
            item.setdefault("sameAs", []).append(clean(element.get("href")))
        return False
    _add(item, names, _value(element, names))
    return not _RICH.isdisjoint(names)


def _add(item: Item, names: list[str], value: object) -> None:
    for name in names:
        item.setdefault(name, []).append(value)


def _value(element: _Element, names: list[str]) -> str:
    tag = str(element.tag)
    # Old pages name somebody by a link: <a itemprop="author" href="/u/jo">jo</a>.
    if tag in _ADDRESSES and (tag not in {"a", "area"} or not _LINKS.isdisjoint(names)):
        return clean(element.get(_ADDRESSES[tag]))
    if not _RICH.isdisjoint(names) and tag != "meta":
        return Html(html_of(element))
    given = element.get("content") or element.get("datetime") or element.get("value")
    return clean(given) if given is not None or tag == "meta" else clean_line(text_in(element))
