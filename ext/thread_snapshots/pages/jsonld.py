"""Descriptions in JSON that pages hold for search engines: the objects in all their scripts.

Format: https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from thread_snapshots.shape import all_in, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_MOST_OBJECTS = 5_000
_MOST_SCRIPTS = 50
_LONGEST = 4_000_000
# What old pages wrap scripts in, so that older browsers do not show them.
_WRAPPED = re.compile(r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?://\s*)?(?:-->|\]\]>)\s*$")
# What holds further objects, whatever the object itself is.
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "hasPart", "item")


def objects_in(root: _Element) -> list[dict[str, Any]]:
    """The objects that describe the page or parts of it, in its order; references to others in it are resolved."""
    found: list[dict[str, Any]] = []
    scripts = (script for script in root.iter("script") if "ld+json" in (script.get("type") or "").lower())
    for _, script in zip(range(_MOST_SCRIPTS), scripts, strict=False):
        for value in values_in(script.text or ""):
            found += objects_of(value, _MOST_OBJECTS - len(found))
    named: dict[str, dict[str, Any]] = {}
    for item in found:
        key = item.get("@id")
        if isinstance(key, str) and len(item) > len(named.get(key, ())):
            named[key] = item
    return [_resolved(item, named) for item in found if len(item) > 1]


def values_in(text: str) -> Iterator[object]:
    """The JSON values in a script, mostly one; what is broken, and behind it, is left out."""
    text = _WRAPPED.sub("", text[:_LONGEST]).strip().removesuffix(";")
    decoder = json.JSONDecoder(strict=False)  # line breaks in texts, which some pages do not escape
    position = 0
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        yield value
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1


def objects_of(value: object, most: int) -> list[dict[str, Any]]:
    """The objects in a value and in each other that describe the page or parts of it, in order.

    :param most: how many are looked for.
    """
    return list(islice(all_in(value, lambda item: [item.get(name) for name in _INSIDE]), most))


def _resolved(item: dict[str, Any], named: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The object, with the whole of those in it that are only named."""
    return {
        name: named.get(key, value) if isinstance(key := at(value, "@id"), str) and len(value) == 1 else value
        for name, value in item.items()
    }
