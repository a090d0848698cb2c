"""Readers of lists and objects: from a value of JSON to a part of a thread, or an error that says what is wrong.

They are made once, from the types in ``thread.py``: a class has a table from key to the reader of the key's value.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from enum import Enum, EnumType
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from sphinx_thread_cards.thread import List, Post, Quote
from sphinx_thread_cards.unfit import SnapshotError, shown, wrong
from sphinx_thread_cards.values import choice_of, read_flag, read_number, string_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx_thread_cards.values import Reader

_NESTING = frozenset({Post, Quote, List})
_READERS: dict[type, Reader] = {}


def _listed(read_part: Reader) -> Reader:
    """The reader of a list whose parts ``read_part`` reads."""

    def read(value: object, room: int) -> tuple[Any, ...]:
        if type(value) is not list:
            raise wrong(value, "a list; write it in square brackets")
        parts: list[Any] = []
        try:
            for part in value:
                parts.append(read_part(part, room))  # noqa: PERF401 - their number is the place of a mistake
        except SnapshotError as error:
            error.place.append(len(parts))
            raise
        return tuple(parts)

    return read


def _one_of(classes: tuple[type, ...]) -> Reader:
    """The reader of an object of one of several classes, told apart by ``type``."""
    by_type = {get_args(get_type_hints(cls)["type"])[0]: reader_of(cls) for cls in classes}

    def read(value: object, room: int) -> object:
        try:
            read_it = by_type[value["type"]]  # type: ignore[index] # what cannot be indexed is no object
        except (KeyError, TypeError):
            raise wrong(value, f"an object with a type; write {' or '.join(by_type)} as its type") from None
        return read_it(value, room)

    return read


def reader_of(cls: type) -> Reader:
    """The reader of objects of a dataclass."""
    if cls not in _READERS:
        table: dict[str, Reader] = {}
        # Known before its fields are looked at: a quote holds blocks, which may be quotes.
        _READERS[cls] = _object(cls, table)
        table.update({name: _reader(name, hint) for name, hint in get_type_hints(cls).items()})
    return _READERS[cls]


def _object(cls: type, table: Mapping[str, Reader]) -> Reader:
    """The reader of objects of a dataclass, by the readers of its fields."""
    required = tuple(field.name for field in fields(cls) if field.default is MISSING)
    new, set_fields = object.__new__, cls.__dict__["__dict__"].__set__
    nesting = cls in _NESTING

    def read(value: object, room: int) -> object:
        if type(value) is not dict:
            raise wrong(value, "an object; write it in braces")
        if nesting:
            room -= 1
            if room < 0:
                reason = "it stands too deep in others; take some of them out"
                raise SnapshotError(reason)
        key = ""
        try:
            for key, part in value.items():
                value[key] = table[key](part, room)
        except SnapshotError as error:
            error.place.append(key)
            raise
        except KeyError:
            reason = f"there is no field {shown(key)} here; known are {', '.join(sorted(table))}"
            raise SnapshotError(reason) from None
        for key in required:
            if key not in value:
                reason = f"{key} is missing"
                raise SnapshotError(reason)
        # What was read becomes the fields. A frozen class's own constructor would set each of them, at a third of the
        # whole time; those that are not in the file are found on the class, as its defaults.
        made: Any = new(cls)
        set_fields(made, value)
        return made

    return read


def _reader(name: str, hint: type) -> Reader:
    """The reader of a field's value, for its type and, if it is a string, its name."""
    if get_origin(hint) is tuple:
        return _listed(_reader(name, get_args(hint)[0]))
    if get_origin(hint) is Literal:
        return choice_of({word: word for word in get_args(hint)})
    if members := tuple(part for part in get_args(hint) if part is not NoneType):
        return _reader(name, members[0]) if len(members) == 1 else _one_of(members)
    if is_dataclass(hint):
        return reader_of(hint)
    if isinstance(hint, EnumType):
        return choice_of({member.value: member for member in list[Enum](hint)})
    return {bool: read_flag, int: read_number}.get(hint) or string_of(name)
