"""What authors write on a card: the options of the directive. Each is declared once, here.

Checks, messages and the reference page are all made from the fields' metadata.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import Field, dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sphinx_thread_cards.dates import When, read_when
from sphinx_thread_cards.platforms import is_web_address
from sphinx_thread_cards.texts import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import DataclassInstance

_Options = TypeVar("_Options", bound="DataclassInstance")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_HANDLE = re.compile(r"@?[^\s<>@]{1,64}(?:@[^\s<>@]{1,255})?")
_POSTS = re.compile(r"[0-9]{1,5}(?:\s*-\s*[0-9]{1,5})?")


def _read_text(text: str) -> str:
    if not text.strip():
        message = "it is empty; give it a value or leave it out"
        raise ValueError(message)
    return " ".join(text.split())


def _read_handle(text: str) -> str:
    if not _HANDLE.fullmatch(text.strip()):
        message = f"{text!r} is not a handle; write it as name or name@server"
        raise ValueError(message)
    return text.strip().removeprefix("@")


def _read_language(text: str) -> str:
    if not _LANGUAGE_TAG.fullmatch(text.strip()):
        message = f"{text!r} is not a language tag; write it as de or pt-BR"
        raise ValueError(message)
    return text.strip().replace("_", "-")


def _read_url(text: str) -> str:
    if not is_web_address(text):
        message = f"{text!r} is not a web address; write one that begins with https://"
        raise ValueError(message)
    return text.strip()


def _read_show(text: str) -> Literal["card", "thread"]:
    if text.strip() == "card":
        return "card"
    if text.strip() == "thread":
        return "thread"
    message = f"{text!r} is not a way to show a thread; write card or thread"
    raise ValueError(message)


def _read_replies(text: str) -> Literal["author", "all"]:
    if text.strip() == "author":
        return "author"
    if text.strip() == "all":
        return "all"
    message = f"{text!r} is not a choice of answers; write author or all"
    raise ValueError(message)


def _read_posts(text: str) -> tuple[tuple[int, int], ...]:
    """``1-5, 9`` as inclusive ranges ``((1, 5), (9, 9))``."""
    parts = [part.strip() for part in text.split(",")]
    ranges = []
    for part in parts:
        first, _, last = part.partition("-")
        if not _POSTS.fullmatch(part) or not 1 <= int(first) <= int(last or first):
            message = f"{text!r} is not a choice of posts; write their numbers as 1-5, 9"
            raise ValueError(message)
        ranges.append((int(first), int(last or first)))
    return tuple(ranges)


def option(read: Callable[[str], Any], help: str, example: str) -> Any:  # noqa: A002, ANN401 - stands where a default would
    """A field of options: how its text is read, what it says, a value as an example."""
    return field(default=None, metadata={"read": read, "help": help, "example": example})


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What an author writes on one card. It wins over the snapshot, and the snapshot over the URL."""

    title: str | None = option(_read_text, "The title, in the author's own words.", "How the firmware got to the Pi")
    author: str | None = option(
        _read_text, "Name of the person who began the thread, or wrote the post that is meant.", "Jo Example"
    )
    handle: str | None = option(_read_handle, "That person's name on the platform.", "jo_example")
    date: When | None = option(read_when, "When the thread began, as far as it is known.", "2020-10-06")  # noqa: RUF009 - a field, by way of option
    lang: str | None = option(
        _read_language, "Language of the thread; named on the card when it is not the site's.", "de"
    )
    archive: str | None = option(_read_url, "Address of an archived copy.", "https://archive.example/thread")
    show: Literal["card", "thread"] | None = option(
        _read_show, "`card`, or `thread` for all posts of the kept snapshot.", "thread"
    )
    replies: Literal["author", "all"] | None = option(
        _read_replies,
        "Which answers `thread-cards fetch` keeps: those of the thread's author, or `all` for those of others too.",
        "all",
    )
    posts: tuple[tuple[int, int], ...] | None = option(_read_posts, "Which posts of the snapshot to show.", "1-5, 9")


OPTION_FIELDS: Mapping[str, Field[Any]] = MappingProxyType({item.name: item for item in fields(Options)})
# These two mean the same on every directive of docutils, which reads them.
COMMON_OPTIONS = MappingProxyType(
    {
        "name": "A name for the card, which `{ref}` reaches.",
        "class": "More classes for the card, for the site's own style sheet.",
    }
)


def read_options(given: Mapping[str, str | None]) -> tuple[Options, list[str]]:
    """Check the options of a card; see :func:`read_into`."""
    return read_into(Options, given)


def read_into(cls: type[_Options], given: Mapping[str, str | None]) -> tuple[_Options, list[str]]:
    """Check the options of a directive.

    :param cls: the dataclass that declares them.
    :param given: names and raw values, without ``name`` and ``class``.
    :returns: the good ones, and a message for each of the others, which says what to write instead.
    """
    known = {item.name: item for item in fields(cls)}
    values: dict[str, Any] = {}
    problems = []
    for name, text in given.items():
        if name not in known:
            problems.append(f"there is no option {name!r}{meant(name, [*known, *COMMON_OPTIONS])}")
            continue
        try:
            values[name] = known[name].metadata["read"](_clean(text or ""))
        except ValueError as error:
            problems.append(f"option {name!r}: {error}")
    return cls(**values), problems


def _clean(text: str) -> str:
    r"""The text without what no output can hold; two halves of a character, as in ``"\ud83d\ude00"``, become it."""
    return clean_text(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def meant(name: str, known: list[str]) -> str:
    """The end of a message about a name that does not exist: the one that was meant, or all there are."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(sorted(known))}"
