"""The JSON Schema of a snapshot, made from the same types and forms as its reader.

For the site alone, which offers it for download; the package does not hold this file.
"""
# ruff: noqa: INP001 - a module of its own, beside the package

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import MISSING, fields, is_dataclass
from enum import EnumType
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sphinx_thread_cards import thread
from sphinx_thread_cards.snapshot import MOST_POSTS
from sphinx_thread_cards.texts import FORMS, NAMES
from sphinx_thread_cards.values import LARGEST

_BLOCK = "Block"
_MARKUP = re.compile(r":[a-z]+:(?=`)|`+")


def schema() -> dict[str, Any]:
    """The schema, in JSON Schema 2020-12 (https://json-schema.org/draft/2020-12): what ``json.dumps`` can write.

    A snapshot that :func:`~sphinx_thread_cards.snapshot.loads` reads fits it. Not told by it: how deep blocks may go,
    that posts have different ids, and that their authors are participants.
    """
    docs = _field_docs()
    classes = [cls for cls in vars(thread).values() if isinstance(cls, type) and is_dataclass(cls)]
    definitions = {cls.__name__: _object(cls, docs) for cls in classes}
    blocks = [{"$ref": f"#/$defs/{cls.__name__}"} for cls in get_args(thread.Block)]
    whole = definitions.pop(thread.Thread.__name__)
    whole["properties"]["format"] = {"const": thread.FORMAT, "description": docs["FORMAT"]}
    whole["properties"]["posts"]["maxItems"] = MOST_POSTS
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A snapshot of sphinx-thread-cards",
        **whole,
        "$defs": definitions | {_BLOCK: {"oneOf": blocks}},
    }


def _object(cls: type, docs: dict[str, str]) -> dict[str, Any]:
    described = {name: docs.get(f"{cls.__name__}.{name}") for name in cls.__annotations__}
    properties = {
        name: _of(name, hint) | ({"description": described[name]} if described[name] else {})
        for name, hint in get_type_hints(cls).items()
    }
    # Blocks are told apart by their type, so it must be there.
    required = [field.name for field in fields(cls) if field.default is MISSING or field.name == "type"]
    shape: dict[str, Any] = {"type": "object", "description": _plain(cls.__doc__), "properties": properties}
    return shape | ({"required": required} if required else {}) | {"additionalProperties": False}


def _of(name: str, hint: Any) -> dict[str, Any]:  # noqa: ANN401 - types are of many types
    """The schema of a field's value."""
    if hint == thread.Block:
        return {"$ref": f"#/$defs/{_BLOCK}"}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _of(name, get_args(hint)[0])}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    if isinstance(hint, UnionType):
        return _of(name, next(part for part in get_args(hint) if part is not NoneType))
    return _single(name, hint)


def _single(name: str, hint: Any) -> dict[str, Any]:  # noqa: ANN401 - as _of
    if is_dataclass(hint):
        return {"$ref": f"#/$defs/{_name_of(hint)}"}
    if isinstance(hint, EnumType):
        return {"enum": [str(member.value) for member in list[Any](hint)]}
    if hint is int:
        return {"type": "integer", "minimum": 0, "maximum": LARGEST}
    return {"type": "boolean"} if hint is bool else _string(name)


def _name_of(cls: Any) -> str:  # noqa: ANN401 - as _of
    return str(cls.__name__)


def _string(name: str) -> dict[str, Any]:
    if form := FORMS.get(name):
        return {"type": "string", "pattern": f"^(?:{form.pattern})$"}
    return {"type": "string", "minLength": 1} if name in NAMES else {"type": "string"}


def _field_docs() -> dict[str, str]:
    """What stands below each field in ``thread.py``, by ``Class.field``; for constants, by their name."""
    module = ast.parse(inspect.getsource(thread))
    bodies = [("", module.body)]
    bodies += [(f"{node.name}.", node.body) for node in module.body if isinstance(node, ast.ClassDef)]
    docs = {}
    for prefix, body in bodies:
        for first, second in pairwise(body):
            targets = first.targets if isinstance(first, ast.Assign) else [getattr(first, "target", None)]
            if isinstance(targets[0], ast.Name) and isinstance(second, ast.Expr):
                docs[f"{prefix}{targets[0].id}"] = _plain(ast.literal_eval(second.value))
    return docs


def _plain(text: str | None) -> str:
    """A docstring without its markup."""
    return _MARKUP.sub("", inspect.cleandoc(text or ""))
