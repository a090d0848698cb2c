"""A source as an item of CSL-JSON, as the schema ``csl-data.json`` of the Citation Style Language 1.0.2 has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sphinx_thread_cards.model import Kind, Precision

if TYPE_CHECKING:
    from sphinx_thread_cards.bibliography import Source
    from sphinx_thread_cards.dates import When

_TYPES = {
    Kind.VIDEO: "motion_picture",
    Kind.PLAYLIST: "motion_picture",
    Kind.ARTICLE: "post-weblog",
    Kind.PAGE: "webpage",
}


def csl(source: Source) -> dict[str, Any]:
    """An item; what is not known is not in it."""
    item = {
        "id": source.key,
        "type": _TYPES.get(source.kind, "post"),
        "title": source.title,
        # Which part of a name is the family's is not known.
        "author": [{"literal": source.author}] if source.author else None,
        "issued": _date(source.issued),
        "accessed": _date(source.accessed),
        "container-title": source.place,
        "publisher": source.platform if source.platform != source.place else None,
        "URL": source.url,
        "archive_location": source.archive,
        "language": source.lang,
    }
    return {name: value for name, value in item.items() if value}


def _date(when: When | None) -> dict[str, list[list[int]]] | None:
    if when is None:
        return None
    known = {Precision.YEAR: 1, Precision.MONTH: 2, Precision.DAY: 3}[when.precision]
    return {"date-parts": [[when.day.year, when.day.month, when.day.day][:known]]}
