"""The strings of a snapshot: which have a form, and what is taken out of those that people wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a string of one kind looks like."""

    pattern: str
    """A regular expression for the whole of it, that Python and ECMAScript read alike."""
    due: str
    """What it is, and how to write it."""


# Never in an address or id: white space, controls, what changes the direction of text, what XML cannot hold. Spelt out,
# as a class that names \s beside ranges is slow.
_UNFIT = (
    r"\x00-\x20\x7f-\xa0\u061c\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000"
    r"\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
)
# A host in front, and no user information: a reader would take that for the host.
_WEB = rf"[Hh][Tt][Tt][Pp][Ss]?://[^/?#@<>\\\x22{_UNFIT}]+(?:[/?#][^<>\x22{_UNFIT}]*)?"
_SEGMENT = rf"(?!\.\.?(?:/|$))[^/\\{_UNFIT}]+"
_LINK = Form(pattern=_WEB, due="a web address; write one that begins with https:// and names no user")
TIME = Form(
    pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
    due="a time in UTC; write it as 2020-10-06T16:13:58Z",
)
_ID = Form(pattern=f"{_SEGMENT}(?:/{_SEGMENT})*", due="an id; write it without spaces, and without '..' in it")
FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "href": _LINK,
        "url": _LINK,
        "archived": _LINK,
        "still": _LINK,
        "endpoint": Form(pattern=f"{_WEB}|file|hand", due="the address that was asked; or write file, or hand"),
        "posted": TIME,
        "edited": TIME,
        "retrieved": TIME,
        "checked": TIME,
        "digest": Form(pattern="sha256:[0-9a-f]{64}", due="sha256: and 64 hexadecimal digits; or leave it out"),
        "file": Form(
            pattern=r"[A-Za-z0-9_-]{1,150}(?:\.[A-Za-z0-9_-]{1,20})?\.(?:png|jpe?g)",
            due="the name of a picture in the media folder; write it without a path, with .png or .jpg at its end",
        ),
        "lang": Form(pattern="[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}", due="a language tag; write it as de or pt-BR"),
        "language": Form(pattern="[A-Za-z0-9_+#./-]{1,60}", due="a programming language; write it as python or c++"),
        "platform": Form(pattern="[a-z0-9-]{1,40}", due="the short name of a platform; write it as x or github"),
        "host": Form(pattern=r"[a-z0-9_.-]{1,253}(?::[0-9]{1,5})?", due="a host; write it as x.com"),
        "id": _ID,
        "answers": _ID,
    }
)
"""Fields, of any class, whose strings have a form. Strings of the others are what people wrote."""
NAMES = frozenset({"handle", "author"})
"""Fields with a line of text that must not be empty."""
SEVERAL_LINES = frozenset({"text", "alt", "warning"})
"""Fields with text whose line breaks count."""

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, direction overrides and isolates (Unicode TR36), and what XML or UTF-8 cannot hold. The marks U+200E, U+200F
# and U+061C stay: Arabic and Hebrew need them, and they turn nothing but the signs beside them.
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def clean_text(text: str) -> str:
    """Text without controls and direction overrides; every kind of line break is a newline, tabs stay."""
    return text if text.replace("\n", "").isprintable() else _REMOVED.sub("", _BREAKS.sub("\n", text))


def clean_line(text: str) -> str:
    """As :func:`clean_text`, but in one line: white space in a row is one space, and none is at the ends."""
    return " ".join(clean_text(text).split())
