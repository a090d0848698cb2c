"""What authors write on a list of threads: the options of the directive ``thread-list``, declared once, here."""

from __future__ import annotations

from dataclasses import Field, dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from sphinx_thread_cards.dates import When, read_when
from sphinx_thread_cards.options import meant, option
from sphinx_thread_cards.platforms import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

Style = Literal["table", "timeline", "cards"]
Order = Literal["oldest", "newest", "title", "author", "platform"]


def _read_parts(text: str) -> tuple[str, ...]:
    """``a, b`` as its parts."""
    parts = tuple(" ".join(part.split()) for part in text.split(","))
    if not all(parts):
        message = "it is empty; give it a value, or several with commas between them, or leave it out"
        raise ValueError(message)
    return parts


def _read_platforms(text: str) -> tuple[str, ...]:
    parts = _read_parts(text)
    for part in parts:
        if part not in PLATFORMS:
            message = f"there is no platform {part!r}{meant(part, list(PLATFORMS))}"
            raise ValueError(message)
    return parts


def _read_people(text: str) -> tuple[str, ...]:
    return tuple(part.removeprefix("@") for part in _read_parts(text))


def _read_style(text: str) -> Style:
    for word in get_args(Style):
        if text.strip() == word:
            return word  # type: ignore[no-any-return] # get_args knows no more than its argument does
    message = f"{text!r} is not a style; write {', '.join(get_args(Style)[:-1])} or {get_args(Style)[-1]}"
    raise ValueError(message)


def _read_order(text: str) -> Order:
    for word in get_args(Order):
        if text.strip() == word:
            return word  # type: ignore[no-any-return] # as in _read_style
    message = f"{text!r} is not an order; write {', '.join(get_args(Order)[:-1])} or {get_args(Order)[-1]}"
    raise ValueError(message)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListOptions:
    """Which threads of the site a list shows, and how; None stands for all, or for the default."""

    platform: tuple[str, ...] | None = option(_read_platforms, "Only threads on these platforms.", "x, mastodon")
    author: tuple[str, ...] | None = option(
        _read_people, "Only threads of these people, by name or by handle.", "Andrei Warkentin"
    )
    since: When | None = option(read_when, "Only threads of this day, month or year, and later ones.", "2020-10")  # noqa: RUF009 - a field, by way of option
    until: When | None = option(read_when, "Only threads of this day, month or year, and earlier ones.", "2021")  # noqa: RUF009 - as above
    docs: tuple[str, ...] | None = option(
        _read_parts, "Only threads that these pages cite; `*` stands for any letters.", "story/*"
    )
    style: Style | None = option(  # noqa: RUF009 - as above
        _read_style, "`table`, `timeline` (by years and months) or `cards`; `table` if not given.", "timeline"
    )
    order: Order | None = option(  # noqa: RUF009 - as above
        _read_order, "`oldest`, `newest`, `title`, `author` or `platform` first; `oldest` if not given.", "newest"
    )


LIST_FIELDS: Mapping[str, Field[Any]] = MappingProxyType({item.name: item for item in fields(ListOptions)})
LIST_COMMON = MappingProxyType(
    {
        "name": "A name for the list, which `{ref}` reaches.",
        "class": "More classes for the list, for the site's own style sheet.",
    }
)
