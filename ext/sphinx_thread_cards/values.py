"""Readers of single values: from what JSON holds to a string, a number, a flag, or an error that says what is wrong."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sphinx_thread_cards.texts import FORMS, NAMES, SEVERAL_LINES, TIME, Form, clean_line, clean_text
from sphinx_thread_cards.unfit import wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    # What JSON holds, and how many levels it may still go down.
    Reader = Callable[[object, int], Any]

LARGEST = 2**53 - 1
"""The largest number that all programs read exactly (RFC 8259, section 6)."""
_match_time = re.compile(TIME.pattern).fullmatch


def _read_text(value: object, _room: int) -> str:
    if type(value) is not str:
        raise wrong(value, "a text; write it in quotation marks")
    return value if value.isprintable() else clean_text(value)


def _read_line(value: object, _room: int) -> str | None:
    """None stands for an empty one, as for one that is not there."""
    if type(value) is str and value.isprintable():
        return value.strip() or None
    return clean_line(_read_text(value, 0)) or None


def _read_lines(value: object, _room: int) -> str | None:
    return _read_text(value, 0) or None


def _read_name(value: object, _room: int) -> str:
    if line := _read_line(value, 0):
        return line
    raise wrong(value, "a name; write one that can be seen")


def read_flag(value: object, _room: int) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise wrong(value, "true or false; write one of them without quotation marks")
    return value


def read_number(value: object, _room: int) -> int:
    """A count."""
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise wrong(value, "a count; write a whole number that is not negative, without quotation marks")
    return value


def _formed(form: Form) -> Reader:
    """The reader of strings of one form."""
    match = re.compile(form.pattern).fullmatch

    def read(value: object, _room: int) -> str:
        if type(value) is not str or not match(value):
            raise wrong(value, form.due)
        return value

    return read


def _read_time(value: object, _room: int) -> str:
    if type(value) is not str or not _match_time(value):
        raise wrong(value, TIME.due)
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise wrong(value, "a time that there is; look at its day and hour") from None
    return value


def choice_of(choices: dict[str, object]) -> Reader:
    """The reader of one of several words."""

    def read(value: object, _room: int) -> object:
        if type(value) is not str or value not in choices:
            raise wrong(value, f"known; write {' or '.join(choices)}")
        return choices[value]

    return read


def string_of(name: str) -> Reader:
    """The reader of a string, by the name of its field."""
    if name in FORMS:
        return _read_time if FORMS[name] is TIME else _formed(FORMS[name])
    if name in NAMES:
        return _read_name
    if name == "text":
        return _read_text
    return _read_lines if name in SEVERAL_LINES else _read_line
