"""A source as an entry of BibTeX: ``@misc``, in UTF-8, which BibTeX's styles and biblatex both take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from sphinx_thread_cards.model import Precision

if TYPE_CHECKING:
    from sphinx_thread_cards.bibliography import Source

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


def bibtex(source: Source) -> str:
    """An entry, with a line for each field that is known."""
    when = source.issued
    fields = {
        # Twice in braces: a name that is not taken apart, a title that keeps its capital letters.
        "author": f"{{{{{_text(source.author)}}}}}" if source.author else None,
        "title": f"{{{{{_text(source.title)}}}}}",
        "howpublished": f"{{{_text(source.place)}}}",
        "year": f"{{{when.day.year}}}" if when else None,
        "month": _MONTHS[when.day.month - 1] if when and when.precision is not Precision.YEAR else None,
        "day": f"{{{when.day.day}}}" if when and when.precision is Precision.DAY else None,
        "url": f"{{{_address(source.url)}}}",
        "urldate": f"{{{source.accessed.isoformat()}}}" if source.accessed else None,
        "note": rf"{{\url{{{_address(source.archive)}}}}}" if source.archive else None,
    }
    lines = "".join(f"  {name} = {value},\n" for name, value in fields.items() if value)
    return f"@misc{{{source.key},\n{lines}}}\n"


def _text(text: str) -> str:
    """Text that TeX sets as it is."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], " ".join(text.split()))


def _address(url: str) -> str:
    r"""An address for ``\url``, which sets all but braces and backslashes as they are."""
    return quote(url, safe="%:/?#[]@!$&'()*+,;=~-._")
