"""A plugin for mystmd and Jupyter Book 2: cards and citations from the same snapshots.

mystmd runs it without arguments to get its specification, and with ``--transform NAME`` for every page. Then the
syntax tree (mdast) is JSON on standard input, and the changed tree is expected on standard output.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sphinx.locale import init

from sphinx_thread_cards import i18n, snapshot
from sphinx_thread_cards.card import Card, CardOptions, make_card
from sphinx_thread_cards.i18n import SEPARATOR, _
from sphinx_thread_cards.platforms import parse_thread_url

Node = dict[str, Any]

_DOC = "Show lone thread URLs as cards, and all other bare ones as citations."
_SPECIFICATION = {
    "name": "Thread cards",
    "transforms": [{"name": "thread-cards", "doc": _DOC, "stage": "document"}],
}
# In these, a URL is one item among others and becomes a citation.
_NO_CARDS_IN = frozenset(
    "blockquote caption definitionDescription footnoteDefinition legend listItem tableCell".split()
)


def transform(node: Node, options: argparse.Namespace, *, cards: bool = True) -> None:
    """Replace the bare thread URLs below a node; with ``cards``, lone ones with cards."""
    cards = cards and node["type"] not in _NO_CARDS_IN
    cards = cards and "no-card" not in str(node.get("class", "")).split()
    for child in node.get("children", []):
        inner = child.get("children", [])
        is_lone = child["type"] == "paragraph" and len(inner) == 1 and inner[0].get("children")
        if cards and is_lone and (card := _card(inner[0], options)):
            child.update(_admonition(card, options.language))
        elif card := _card(child, options):
            child["children"] = [_text(card.citation(options.language))]
        else:
            transform(child, options, cards=cards)


def _card(link: Node, options: argparse.Namespace) -> Card | None:
    """Return the card of the thread that a link without a text of its own leads to."""
    text = "".join(child.get("value", " ") for child in link.get("children", []))
    is_bare = not text or (text.startswith(("http://", "https://", "www.")) and " " not in text)
    if link["type"] != "link" or not is_bare:
        return None
    ref, thread = parse_thread_url(link["url"], options.hosts), None
    if ref is None:
        return None
    try:
        thread = snapshot.load(ref, options.folder)
    except snapshot.SnapshotError as error:
        sys.stderr.write(f"{snapshot.snapshot_path(ref, options.folder)}: {error}\n")
    return make_card(ref, CardOptions(), thread, excerpt=280)


def _admonition(card: Card, language: str) -> Node:
    """Return a card as an admonition, because mystmd's LaTeX export drops nodes of the type ``card``."""
    header = [*card.header(language), card.credit]
    lines = [
        _parent("admonitionTitle", _link(card.title, card.href)),
        _parent("paragraph", _text(SEPARATOR.join(filter(None, header)))),
    ]
    if excerpt := card.excerpt:
        label = i18n.with_label(_("Content warning"), excerpt.text)
        text = _text(label if excerpt.is_warning else excerpt.text)
        lines.append(_parent("blockquote", _parent("paragraph", text)))
    if note := card.note(language):
        lines.append(_parent("paragraph", _text(note)))
    for label, url in card.links():
        labels = [_text(i18n.with_label(label))] if label else []
        lines.append(_parent("paragraph", *labels, _link(url, url)))
    classes = f"simple thread-card thread-card-{card.ref.platform}"
    return _parent("admonition", *lines) | {"kind": "admonition", "icon": False, "class": classes}


def _parent(kind: str, *children: Node) -> Node:
    return {"type": kind, "children": list(children)}


def _text(value: str) -> Node:
    return {"type": "text", "value": value}


def _link(text: str, url: str) -> Node:
    return _parent("link", _text(text)) | {"url": url}


def main() -> None:
    """Print the specification, or a changed page."""
    parser = argparse.ArgumentParser(prog="python -m sphinx_thread_cards.mystmd")
    parser.add_argument("--transform", metavar="NAME")
    parser.add_argument("--folder", type=Path, default=snapshot.FOLDER, metavar="DIR")
    parser.add_argument("--language", default="en")
    parser.add_argument(
        "--host", dest="hosts", nargs=2, action="append", default=[], metavar=("HOST", "PLATFORM")
    )
    options = parser.parse_args()
    options.hosts = dict(options.hosts)
    output: Any = _SPECIFICATION
    if options.transform:
        init([str(i18n.LOCALE_DIR)], options.language, i18n.CATALOGUE)
        output = json.load(sys.stdin.buffer)
        transform(output, options)
    sys.stdout.write(json.dumps(output))


if __name__ == "__main__":
    main()
