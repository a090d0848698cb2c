"""Posts that a page describes by attributes of its elements, as Discourse, Stack Exchange and other forums do.

Format: https://html.spec.whatwg.org/multipage/microdata.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lxml import etree

from sphinx_thread_cards.fetch.page_entry import Html
from sphinx_thread_cards.fetch.page_tree import html_of
from sphinx_thread_cards.fetch.rich_spans import clean
from sphinx_thread_cards.fetch.rich_tags import text_in
from sphinx_thread_cards.texts import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from sphinx_thread_cards.fetch.page_item import Item

_MOST_ITEMS = 20_000
_RICH = frozenset({"text", "articleBody", "description"})
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
    """The objects of a page that stand in no other, as JSON-LD would have them; texts are :class:`Html`."""
    top: list[Item] = []
    # Each with the element that it is of, so that it ends with it.
    open_: list[tuple[_Element, Item]] = []
    walker = etree.iterwalk(root, events=("start", "end"))
    made = 0
    for event, element in cast("Iterator[tuple[str, _Element]]", walker):
        if event == "end":
            if open_ and open_[-1][0] is element:
                open_.pop()
            continue
        names = (element.get("itemprop") or "").split()[:5]
        if element.get("itemscope") is not None and made < _MOST_ITEMS:
            item: Item = {"@type": (element.get("itemtype") or "").split()[:5]}
            made += 1
            if not open_:
                top.append(item)
            elif names:
                _add(open_[-1][1], names, item)
            elif item["@type"]:
                # One that is no property of another stands for itself.
                top.append(item)
            open_.append((element, item))
        elif names and open_:
            _add(open_[-1][1], names, _value(element, names))
            if not _RICH.isdisjoint(names):
                # All of it is taken; to go into it again could take for ever.
                walker.skip_subtree()
    return top


def _add(item: Item, names: list[str], value: object) -> None:
    for name in names:
        item.setdefault(name, []).append(value)


def _value(element: _Element, names: list[str]) -> str:
    tag = str(element.tag)
    if tag == "meta":
        return clean(element.get("content"))
    if tag in _ADDRESSES:
        given = element.get(_ADDRESSES[tag])
        # Old pages name somebody by a link: <a itemprop="author" href="/u/jo">jo</a>.
        return (
            clean(given)
            if {"url", "image", "mainEntityOfPage", "contentUrl", "thumbnailUrl"} & set(names)
            else clean_line(text_in(element))
        )
    if tag in {"time", "data"}:
        return clean(element.get("datetime") or element.get("value") or element.get("content")) or clean_line(
            text_in(element)
        )
    if element.get("content") is not None:
        return clean(element.get("content"))
    return Html(html_of(element)) if not _RICH.isdisjoint(names) else clean_line(text_in(element))
