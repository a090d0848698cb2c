"""A plugin for mystmd and Jupyter Book 2, which prints its specification, or with ``--transform`` a changed page.

A page is a syntax tree (mdast) as JSON, on standard input and output.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from sphinx_thread_cards import i18n, snapshot
from sphinx_thread_cards.card import Card, CardOptions, make_card
from sphinx_thread_cards.platforms import parse_thread_url

_TRANSFORM = {"name": "thread-cards", "doc": "Cards and citations of threads.", "stage": "document"}
# In these, a URL is one item among others and becomes a citation.
_NO_CARDS = "blockquote caption definitionDescription footnoteDefinition legend listItem tableCell"


def transform(node: dict[str, Any], options: argparse.Namespace, *, cards: bool = True) -> None:
    """Replace bare thread URLs in a node with citations or, with ``cards`` and in their own paragraphs, cards."""
    cards = cards and node["type"] not in _NO_CARDS.split()
    cards = cards and "no-card" not in (node.get("class") or "")
    for child in node.get("children") or []:
        inner = child.get("children") or []
        is_lone = cards and child["type"] == "paragraph" and len(inner) == 1
        link = inner[0] if is_lone else child
        card = _card(link, options) if link["type"] == "link" else None
        if card and is_lone and link.get("children"):
            child.update(_admonition(card))
        elif card:
            link.update(_node("link", card.citation("en")))
        else:
            transform(child, options, cards=cards)


def _card(link: dict[str, Any], options: argparse.Namespace) -> Card | None:
    text = "".join(child.get("value", " ") for child in link.get("children") or [])
    ref, thread = parse_thread_url(link.get("url", ""), dict(options.host)), None
    if ref is None or not re.fullmatch(r"(?:(?:https?://|www\.)[^ ]+)?", text):
        return None
    try:
        thread = snapshot.load(ref, options.folder)
    except snapshot.SnapshotError as error:
        sys.stderr.write(f"{snapshot.snapshot_path(ref, options.folder)}: {error}\n")
    return make_card(ref, CardOptions(), thread, excerpt=280)


def _admonition(card: Card) -> dict[str, Any]:
    """Return a card as an admonition, because mystmd's LaTeX export drops nodes of the type ``card``."""
    header = i18n.SEPARATOR.join(filter(None, (*card.header("en"), card.credit)))
    texts = header, card.excerpt and card.excerpt.text, card.note("en")
    lines = [_node("admonitionTitle", _node("link", card.title, url=card.href))]
    lines += [_node("paragraph", text) for text in texts if text]
    for label, url in card.links():
        labels = [i18n.with_label(label)] if label else []
        lines.append(_node("paragraph", *labels, _node("link", url, url=url)))
    classes = f"simple thread-card thread-card-{card.ref.platform}"
    return _node("admonition", *lines, kind="admonition", icon=False, **{"class": classes})


def _node(type_: str, *content: Any, **fields: object) -> dict[str, Any]:
    children = [{"type": "text", "value": it} if isinstance(it, str) else it for it in content]
    return {"type": type_, "children": children, **fields}


def main() -> None:
    """Print the specification, or a changed page."""
    parser = argparse.ArgumentParser(prog="python -m sphinx_thread_cards.mystmd")
    parser.add_argument("--transform", metavar="NAME")
    parser.add_argument("--folder", type=Path, default=snapshot.FOLDER, metavar="DIR")
    parser.add_argument("--host", nargs=2, action="append", default=[])
    options = parser.parse_args()
    output: dict[str, Any] = {"name": "Thread cards", "transforms": [_TRANSFORM]}
    if options.transform:
        output = json.load(sys.stdin.buffer)
        transform(output, options)
    json.dump(output, sys.stdout)


if __name__ == "__main__":
    main()
