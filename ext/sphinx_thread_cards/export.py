"""The files of all cited threads for reference managers, among the pages of HTML: CSL-JSON and BibTeX."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from sphinx_thread_cards import words
from sphinx_thread_cards.card import anchor
from sphinx_thread_cards.urls import Kind, Precision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.dates import When
    from sphinx_thread_cards.domain import ThreadDomain

CSL_FILE = "threads.json"
BIBTEX_FILE = "threads.bib"
_TYPES = {
    Kind.VIDEO: "motion_picture",
    Kind.PLAYLIST: "motion_picture",
    Kind.ARTICLE: "post-weblog",
    Kind.PAGE: "webpage",
}
_MONTHS = "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"
# Escapes are words of TeX where a sign of its own would join with the next letter, and for braces, as BibTeX counts
# escaped ones too, and loses its place where one has no other.
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "`": r"\textasciigrave{}",
    "-": "-{}",
    **{sign: f"\\{sign}" for sign in "$&#%_"},
}
# Two hyphens would join to a dash.
_SPECIAL = re.compile(r"[\\~^`{}$&#%_]|-(?=-)")


def write(app: Sphinx) -> None:
    """Write both files; they are the same for the same site."""
    domain = cast("ThreadDomain", app.env.get_domain("thread"))
    cards = keyed(thread.card for thread in domain.threads)
    items = [csl(key, card) for key, card in cards.items()]
    entries = [bibtex(key, card) for key, card in cards.items()]
    (app.outdir / CSL_FILE).write_text(json.dumps(items, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (app.outdir / BIBTEX_FILE).write_text("\n".join(entries), encoding="utf-8")


def keyed(cards: Iterable[Card]) -> dict[str, Card]:
    """The cards by their keys, in the order of these: their anchors, numbered where threads on two servers have one."""
    found: dict[str, Card] = {}
    taken: set[str] = set()
    for card in sorted(cards, key=lambda card: (anchor(card.ref).casefold(), card.ref.key)):
        wanted = key = anchor(card.ref)
        number = 1
        # BibTeX knows keys by their letters, small or large.
        while key.casefold() in taken:
            number += 1
            key = f"{wanted}-{number}"
        taken.add(key.casefold())
        found[key] = card
    return found


def csl(key: str, card: Card) -> dict[str, Any]:
    """A thread as an item of CSL-JSON, as the schema ``csl-data.json`` of the Citation Style Language 1.0.2 has it.

    What is not known is not in it.
    """
    platform, place = words.platform_label(card.ref), words.place_of(card.ref)
    item = {
        "id": key,
        "type": _TYPES.get(card.ref.kind, "post"),
        "title": card.title,
        # Which part of a name is the family's is not known.
        "author": [{"literal": card.who}] if card.who else None,
        "issued": _date(card.when),
        "accessed": _date(card.kept),
        "container-title": place,
        "publisher": platform if platform != place else None,
        "URL": card.ref.url,
        "archive_location": _copy(card),
        "language": card.lang,
    }
    return {name: value for name, value in item.items() if value}


def _copy(card: Card) -> str | None:
    """The address of a copy that is kept elsewhere."""
    return card.archive or card.ref.read_url


def _date(when: When | None) -> dict[str, list[list[int]]] | None:
    if when is None:
        return None
    known = {Precision.YEAR: 1, Precision.MONTH: 2, Precision.DAY: 3}[when.precision]
    return {"date-parts": [[when.day.year, when.day.month, when.day.day][:known]]}


def bibtex(key: str, card: Card) -> str:
    """A thread as an entry of BibTeX, with a line for each field that is known.

    It is ``@misc``, in UTF-8, which BibTeX's styles and biblatex both take.
    """
    when, copy = card.when, _copy(card)
    fields = {
        # Twice in braces: a name that is not taken apart, a title that keeps its capital letters.
        "author": f"{{{{{_text(card.who)}}}}}" if card.who else None,
        "title": f"{{{{{_text(card.title)}}}}}",
        "howpublished": f"{{{_text(words.place_of(card.ref))}}}",
        "year": f"{{{when.day.year}}}" if when else None,
        "month": _MONTHS[when.day.month - 1] if when and when.precision is not Precision.YEAR else None,
        "day": f"{{{when.day.day}}}" if when and when.precision is Precision.DAY else None,
        "url": f"{{{_address(card.ref.url)}}}",
        "urldate": f"{{{card.kept.isoformat()}}}" if card.kept else None,
        "note": rf"{{\url{{{_address(copy)}}}}}" if copy else None,
    }
    lines = "".join(f"  {name} = {value},\n" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{lines}}}\n"


def _text(text: str) -> str:
    """Text that TeX sets as it is."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], " ".join(text.split()))


def _address(url: str) -> str:
    r"""An address for ``\url``, which sets all but braces and backslashes as they are."""
    return quote(url, safe="%:/?#[]@!$&'()*+,;=~-._")
