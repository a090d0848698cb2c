"""What authors write on a list of threads: the options of the directive ``thread-list``, declared once, here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from sphinx_thread_cards.dates import When, read_when
from sphinx_thread_cards.options import one_of, option, read_platform, wrong

BLOCK = "thread-list"
Style = Literal["table", "timeline", "cards"]
Order = Literal["oldest", "newest", "title", "author", "platform"]
# What looks like the path of a file or a folder.
_NO_PAGE = re.compile(r"^\.{1,2}/|^$|/$|\.(?:md|rst|txt|html)$")


def _read_parts(text: str) -> tuple[str, ...]:
    """``a, b`` as its parts."""
    parts = tuple(" ".join(part.split()) for part in text.split(","))
    if not all(parts):
        message = "it is empty; give it a value, or several with commas between them, or leave it out"
        raise ValueError(message)
    return parts


def _read_platforms(text: str) -> tuple[str, ...]:
    return tuple(map(read_platform, _read_parts(text)))


def _read_pages(text: str) -> tuple[str, ...]:
    """Globs of docnames; a slash before one means the source folder, as in ``{doc}``."""
    parts = tuple(part.removeprefix("/") for part in _read_parts(text))
    for part in parts:
        if _NO_PAGE.search(part):
            raise wrong(part, "a page; write story/threads or story/*, from the source folder, without an ending")
    return parts


def _read_people(text: str) -> tuple[str, ...]:
    return tuple(part.removeprefix("@") for part in _read_parts(text))


@dataclass(frozen=True, kw_only=True, slots=True)
class ListOptions:
    """Which threads of the site a list shows, and how; None stands for all, or for the default."""

    platform: tuple[str, ...] | None = option(_read_platforms, "Only threads on these platforms.", "x, mastodon")
    author: tuple[str, ...] | None = option(
        _read_people, "Only threads of these people, by name or by handle.", "Andrei Warkentin"
    )
    since: When | None = option(read_when, "Only threads of this day, month or year, and later ones.", "2020-10")
    until: When | None = option(read_when, "Only threads of this day, month or year, and earlier ones.", "2021")
    docs: tuple[str, ...] | None = option(
        _read_pages, "Only threads that these pages cite; `*` stands for any letters.", "story/*"
    )
    style: Style | None = option(
        one_of(get_args(Style), "a style"),
        "`table`, `timeline` (by years and months) or `cards`; `table` if not given.",
        "timeline",
    )
    order: Order | None = option(
        one_of(get_args(Order), "an order"),
        "`oldest`, `newest`, `title`, `author` or `platform` first; `oldest` if not given.",
        "newest",
    )


FILTERS = "platform", "author", "since", "until", "docs"
"""The options that leave threads out."""
