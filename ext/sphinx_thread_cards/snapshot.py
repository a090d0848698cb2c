"""A snapshot's text: written by :func:`dumps`; read, with every check, by :func:`loads`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any

from sphinx_thread_cards.readers import reader_of
from sphinx_thread_cards.thread import FORMAT, Post, Thread
from sphinx_thread_cards.unfit import MOST_BYTES, TOO_LARGE, SnapshotError, shown

MOST_POSTS = 5_000
DEEPEST = 8
"""How many quotes, lists and quoted posts may stand in each other inside a post."""
_ALWAYS = frozenset({"type", "format"})  # they have a default, but say how the rest is to be read
_SAID = ("id", "author", "blocks", "warning")
_read_thread = reader_of(Thread)


def _filled(part: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the dataclasses
    """The fields of a part of a thread that its file holds, by name; called by ``json`` as well."""
    left_out = _left_out(part.__class__)
    return {name: value for name, value in part.__dict__.items() if value not in left_out[name]}


@cache
def _left_out(cls: Any) -> dict[str, tuple[object, ...]]:  # noqa: ANN401 - a dataclass
    """The values with which a field is not written, by its name."""
    always = {field.name for field in fields(cls) if field.default is MISSING} | _ALWAYS
    return {field.name: () if field.name in always else (field.default, "") for field in fields(cls)}


_in_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=_filled).encode
_in_ascii = json.JSONEncoder(separators=(",", ":"), sort_keys=True, check_circular=False, default=_filled).encode


def dumps(thread: Thread) -> str:
    """The thread as its file holds it: sorted keys, one value a line, no field that is empty or has its default.

    :returns: JSON with a line break at its end, to be written as UTF-8.
    """
    return _in_lines(thread, "\n") + "\n"


def _in_lines(value: Any, line: str) -> str:  # noqa: ANN401 - whatever a thread holds
    """As ``json.dumps`` writes it with an indent, for which that has no fast way.

    :param line: a line break and the indent of the line that the value begins in.
    """
    kind = type(value)
    inner = f"{line}  "
    if kind is tuple and value:
        return f"[{','.join([inner + _in_lines(part, inner) for part in value])}{line}]"
    if kind is str or not is_dataclass(kind):
        return _in_json(value)
    parts = [f'{inner}"{name}": {_in_lines(part, inner)}' for name, part in sorted(_filled(value).items())]
    return f"{{{','.join(parts)}{line}}}" if parts else "{}"


def cleaned(thread: Thread) -> Thread:
    """The thread as a reader of its snapshot gets it.

    :raises SnapshotError: it could not be read again, and why.
    """
    return _read(_parse(_in_json(thread)))


def digest(thread: Thread) -> str:
    """What tells a change of what people wrote: ``sha256:`` and the hash of it, as JSON.

    :param thread: as :func:`cleaned` gives it.
    """
    said = [written(post) for post in thread.posts]
    return f"sha256:{hashlib.sha256(_in_ascii(said).encode('ascii')).hexdigest()}"


def written(post: Post) -> dict[str, object]:
    """Of a post what its author wrote: text, warning, alternative texts.

    Not the addresses of pictures, and not where or how large they are kept: some servers name them anew each time.
    """
    return {name: getattr(post, name) for name in _SAID} | {
        "media": [{"kind": media.kind, "alt": media.alt} for media in post.media],
        "quoted": written(post.quoted) if post.quoted else None,
    }


def loads(text: str | bytes) -> Thread:
    """Read a snapshot.

    Control characters and direction overrides are taken out of what people wrote; nothing else is mended.

    :param text: JSON; bytes are UTF-8, with or without a byte order mark.
    :returns: a thread in which every link is http or https, and every file name only a name.
    :raises SnapshotError: for everything else, broken or hostile, with a reason for the author.
    """
    return _read(_parse(text))


def _read(value: object) -> Thread:
    """Check and read what JSON holds, which becomes part of the thread."""
    if isinstance(value, dict):
        _check_first(value)
    thread: Thread = _read_thread(value, DEEPEST + 1)  # a post is itself a level
    _check_whole(thread)
    return thread


def _parse(text: str | bytes) -> object:
    if len(text) > MOST_BYTES:
        raise SnapshotError(TOO_LARGE)
    try:
        return json.loads(text.decode("utf-8-sig") if isinstance(text, bytes) else text)
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 from byte {error.start} on; save it as UTF-8"
    except json.JSONDecodeError as error:
        reason = f"it is no JSON, or cut off: {error.msg} in line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):  # a number of more digits than Python reads; brackets in brackets
        reason = "it holds a number or a nesting that is too much to read"
    raise SnapshotError(reason)


def _check_first(value: dict[str, Any]) -> None:
    """What must be known before all else is read: that the format is ours, and that there is not too much."""
    version = value.get("format", FORMAT)
    if type(version) is int and version > FORMAT:
        reason = f"it is in format {shown(version)}, and this version reads {FORMAT}; update sphinx-thread-cards"
        raise SnapshotError(reason)
    posts = value.get("posts")
    if isinstance(posts, list) and len(posts) > MOST_POSTS:
        reason = f"there are {len(posts)}; keep at most {MOST_POSTS}"
        raise SnapshotError(reason, "posts")


def _check_whole(thread: Thread) -> None:
    """What only shows when all is read: each post is there once, and by somebody who is named."""
    if thread.format != FORMAT:
        reason = f"there is no format {thread.format}; write {FORMAT}"
        raise SnapshotError(reason, "format")
    handles = {author.handle for author in thread.participants}
    ids = set()
    for number, post in enumerate(thread.posts):
        if post.id in ids:
            reason = f"an earlier post has {shown(post.id)} too; keep each once"
            raise SnapshotError(reason, "id", number, "posts")
        ids.add(post.id)
        part, depth = post, 0
        while part.author in handles and part.quoted:
            part, depth = part.quoted, depth + 1
        if part.author not in handles:
            reason = f"{shown(part.author)} is not among the participants; add that handle to them"
            raise SnapshotError(reason, "author", *["quoted"] * depth, number, "posts")
