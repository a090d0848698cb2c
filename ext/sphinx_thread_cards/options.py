"""What authors write on a card: the options of the directive. Each is declared once, here.

Checks, messages and the reference page are all made from the fields' metadata.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from sphinx_thread_cards.dates import When, read_when
from sphinx_thread_cards.platforms import PLATFORMS, is_web_address
from sphinx_thread_cards.texts import FORMS, clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import DataclassInstance

Show = Literal["card", "thread"]
Replies = Literal["author", "all"]
_Options = TypeVar("_Options", bound="DataclassInstance")
_HANDLE = re.compile(r"@?[^\s<>@]{1,64}(?:@[^\s<>@]{1,255})?")
_POSTS = re.compile(r"[0-9]{1,5}(?:\s*-\s*[0-9]{1,5})?")


def wrong(value: object, due: str) -> ValueError:
    """The error to raise for a value that is not what is due: what it is, and how to write it."""
    return ValueError(f"{value!r} is not {due}")


def one_of(known: tuple[str, ...], what: str, shown: Callable[[str], str] = str) -> Callable[[object], str]:
    """The reader of one of several words, in small or capital letters.

    :param shown: how the words are written where the value comes from.
    """

    def read(value: object) -> str:
        if isinstance(value, str) and (word := value.strip().lower()) in known:
            return word
        *others, last = map(shown, known)
        raise wrong(value, f"{what}; write {', '.join(others)} or {last}")

    return read


def read_platform(value: object) -> str:
    """The name of a platform.

    :raises ValueError: there is none of this name; says which one may be meant.
    """
    name = str(value).lower()
    if isinstance(value, str) and name in PLATFORMS:
        return name
    # Some are better known by their address, twitter.com for one.
    known_as = [platform.name for platform in PLATFORMS.values() if f"{name}.com" in platform.hosts]
    hint = f"; did you mean {known_as[0]!r}?" if known_as else meant(name, list(PLATFORMS))
    message = f"there is no platform {value!r}{hint}"
    raise ValueError(message)


def _read_text(text: str) -> str:
    if not text.strip():
        message = "it is empty; give it a value or leave it out"
        raise ValueError(message)
    return " ".join(text.split())


def _read_handle(text: str) -> str:
    if not _HANDLE.fullmatch(text.strip()):
        raise wrong(text, "a handle; write it as name or name@server")
    return text.strip().removeprefix("@")


def _read_language(text: str) -> str:
    tag = text.strip().replace("_", "-")
    if not re.fullmatch(FORMS["lang"].pattern, tag):
        raise wrong(text, FORMS["lang"].due)
    return tag


def _read_url(text: str) -> str:
    if not is_web_address(text):
        raise wrong(text, "a web address; write one that begins with https://")
    return text.strip()


def _read_posts(text: str) -> tuple[tuple[int, int], ...]:
    """``1-5, 9`` as inclusive ranges ``((1, 5), (9, 9))``."""
    parts = [part.strip() for part in text.split(",")]
    ranges = []
    for part in parts:
        first, _, last = part.partition("-")
        if not _POSTS.fullmatch(part) or not 1 <= int(first) <= int(last or first):
            raise wrong(text, "a choice of posts; write their numbers as 1-5, 9")
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
    date: When | None = option(read_when, "When the thread began, as far as it is known.", "2020-10-06")
    lang: str | None = option(
        _read_language, "Language of the thread; named on the card when it is not the site's.", "de"
    )
    archive: str | None = option(_read_url, "Address of an archived copy.", "https://archive.example/thread")
    show: Show | None = option(
        one_of(get_args(Show), "a way to show a thread"),
        "`card`, or `thread` for all posts of the kept snapshot.",
        "thread",
    )
    replies: Replies | None = option(
        one_of(get_args(Replies), "a choice of answers"),
        "Which answers `thread-cards fetch` keeps: those of the thread's author, or `all` for those of others too.",
        "all",
    )
    posts: tuple[tuple[int, int], ...] | None = option(_read_posts, "Which posts of the snapshot to show.", "1-5, 9")


# These two mean the same on every directive of docutils, which reads them.
COMMON_OPTIONS = MappingProxyType(
    {
        "name": "A name, which `{ref}` reaches.",
        "class": "More classes, for the site's own style sheet.",
    }
)


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
