"""Declarations of configuration values and warnings, from which the reference is generated."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.urls import is_web_url, split_url

logger = logging.getLogger(__name__)

WARNINGS: Mapping[str, str] = {
    "config": "A value in `conf.py` is invalid. Sphinx uses the default, or ignores the entry of a mapping.",
    "empty": "A `thread` or `threads` directive has no URL. Its text is shown without a card.",
    "unsafe_url": "A URL is not a valid `http` or `https` URL, or contains a user name. It is shown as text, not as a link.",
    "unknown_url": "No platform recognises the URL. Until the page is saved, the card shows the URL and the options.",
    "option": "A directive option has an unknown name or an invalid value. The option is ignored.",
    "no_snapshot": "A card that shows posts has no snapshot. It shows what the URL and the options contain.",
    "empty_list": "A `thread-list` directive finds no thread. The page shows a note instead.",
    "same_name": "Two cards, or a card and another target, have the same `name`. `ref` links to the first one.",
    "snapshot": "A snapshot is invalid. The card shows what the URL and the options contain.",
    "image": "A snapshot names an image that is not in the media folder. The card shows text instead.",
    "alt": "An image has no alternative text. Only reported if `thread_cards_alt` is set.",
    "characters": "pdfLaTeX has no glyph for a character on a card. The PDF shows its name or a box.",
}
"""Subtype of each warning, and its description for the reference."""


def warn(subtype: str, message: str, location: Any = "", *, once: bool = False) -> None:
    """Log a warning that says what is wrong and what to do; the location is a node, directive, role or string."""
    assert subtype in WARNINGS  # noqa: S101 - undocumented subtypes cannot be suppressed
    if isinstance(location, SphinxDirective | SphinxRole):
        location = location.get_location()
    logger.warning(message, type="thread_cards", subtype=subtype, location=location, once=once)


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the hint for an unknown name: the most similar known name, or else all known names."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"use one of {', '.join(sorted(known))}"


def platform_name(value: object) -> str:
    """Return the name of a platform, or raise a ValueError that suggests the most similar name."""
    name = str(value).strip().lower()
    if name not in PLATFORMS:
        similar = next((it.name for it in PLATFORMS.values() if f"{name}.com" in it.hosts), name)
        raise ValueError(f"unknown platform {value!r}; {suggestion(similar, PLATFORMS)}")
    return name


def valid(check: Callable[[Any], object], expected: str, value: Any) -> Any:
    """Return the value if ``check`` accepts it, or raise a ValueError that says what is expected."""
    if not check(value):
        raise ValueError(f"unexpected value {value!r}; {expected}")
    return value


def choice(*allowed: str) -> Callable[[object], str]:
    """Return a converter that accepts one of several strings and ignores case."""
    expected = f"use {' or '.join(', '.join(map(repr, allowed)).rsplit(', ', 1))}"
    return lambda value: valid(allowed.__contains__, expected, str(value).strip().lower())


def _by_host(name: str, convert: Callable[[Any], str], value: object) -> dict[str, str]:
    """Return a mapping by host, without ``www.``; drop invalid entries with a warning."""
    if not isinstance(value, Mapping):
        raise ValueError(f"unexpected value {value!r}; use a mapping from hosts to values")
    entries: dict[str, str] = {}
    for host, item in value.items():
        url = split_url(f"https://{host}/")
        try:
            if url is None or url.path != "/":
                raise ValueError("use a host without https:// and without a path")
            entries[url.host] = convert(item)
        except ValueError as error:
            warn("config", f"thread_cards_{name}: {host!r}: {error}")
    return entries


_flag = partial(valid, lambda it: isinstance(it, bool), "use True or False")
_count = partial(valid, lambda it: type(it) is int and it >= 0, "use a whole number, 0 or more")
_server = partial(valid, lambda it: is_web_url(str(it)), "use a URL, such as http://localhost:8080")


@dataclass(frozen=True, slots=True)
class Setting:
    """A configuration value, or an option of a directive."""

    convert: Callable[[Any], Any]
    """Returns the value to use, or raises a ValueError with the remedy."""
    help: str
    """Description for the reference, in Markdown; that of an option ends with an example."""
    default: object = None
    rebuild: Literal["", "env", "html"] = "env"


VALUES: Mapping[str, Setting] = {
    "auto": Setting(_flag, "Turn paragraphs that contain only thread URLs into cards.", True),
    "hosts": Setting(partial(_by_host, "hosts", platform_name), "Platform names, by host.", {}),
    "show": Setting(choice("card", "thread"), "`thread` shows the posts of saved threads.", "card"),
    "excerpt": Setting(_count, "Length of excerpts from saved threads, in characters.", 280),
    "link_text": Setting(choice("url", "citation"), "Text of bare URLs: `url`, `citation`.", "url"),
    "css": Setting(_flag, "Add the extension's style sheet to pages with a card.", True, "html"),
    "alt": Setting(_flag, "Warn about every image without alternative text.", False),
    "export": Setting(_flag, "Write `threads.json` (CSL-JSON) with all threads (HTML).", False, ""),
    "media": Setting(_flag, "Save images with `thread-cards fetch`.", True, ""),
    "replies": Setting(choice("author", "all"), "Replies to save: `author`, `all`.", "author", ""),
    "endpoints": Setting(partial(_by_host, "endpoints", _server), "Server URLs, by host.", {}, ""),
}
"""The configuration values, without their prefix ``thread_cards_``."""


def validate(_app: Sphinx, config: Config) -> None:
    """Replace invalid values with their defaults, with a warning (``config-inited``)."""
    for key, setting in VALUES.items():
        name = f"thread_cards_{key}"
        try:
            config[name] = setting.convert(config[name])
        except ValueError as error:
            config[name] = setting.default
            warn("config", f"{name}: {error}")
