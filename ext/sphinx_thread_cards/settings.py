"""What a site sets: ``thread_cards_*`` of ``conf.py``. Each setting is declared once, here.

Registration, checks, fall-backs and the reference page are all made from the fields' metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, get_args

from sphinx_thread_cards.options import Replies, Show, one_of, read_platform, wrong
from sphinx_thread_cards.platforms import is_web_address, split_address
from sphinx_thread_cards.warnings import Warn, warn

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

# From a value of conf.py to what can be used of it, or None, and what is wrong with the rest.
Check = Callable[[object], tuple[Any, list[str]]]


def _single(read: Callable[[object], Any]) -> Check:
    """The check of a value that ``read`` reads, or raises a ValueError."""

    def check(value: object) -> tuple[Any, list[str]]:
        try:
            return read(value), []
        except ValueError as error:
            return None, [str(error)]

    return check


def _by_host(read: Callable[[object], str], example: str, *, www: bool) -> Check:
    """The check of a mapping from host to what ``read`` reads; of its entries, it keeps what can be used.

    :param www: whether a host keeps a ``www.`` in front.
    """

    def check(value: object) -> tuple[dict[str, str] | None, list[str]]:
        if not isinstance(value, Mapping):
            return None, [f'{value!r} is not a mapping; write it as {{"forum.example.org": "{example}"}}']
        good, problems = {}, []
        for host, item in value.items():
            address = split_address(f"https://{host}/") if isinstance(host, str) else None
            if address is None or address.path != "/":
                problems.append(f"{host!r} is not a host; write it without https:// and without a path")
                continue
            try:
                good[host.lower() if www else address.host] = read(item)
            except ValueError as error:
                problems.append(f"{host!r}: {error}")
        return good, problems

    return check


def _read_flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise wrong(value, "True or False")


def _read_count(value: object) -> int:
    # True is a number to Python.
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise wrong(value, "a number of characters; write 280, or 0 for none")


def _read_server(value: object) -> str:
    if isinstance(value, str) and is_web_address(value) and not {"?", "#"}.intersection(value):
        return value.strip()
    raise wrong(value, "the address of a server; write it as http://localhost:8080")


_flag = _single(_read_flag)


def _setting(check: Check, help: str, *, default: object, build: bool = True) -> Any:  # noqa: A002, ANN401 - as options.option
    """A setting; ``build`` says whether pages are read again when it changes."""
    metadata = {"check": check, "help": help, "default": default, "rebuild": "env" if build else ""}
    return field(default_factory=lambda: default, metadata=metadata)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """``thread_cards_*`` in ``conf.py``."""

    auto: bool = _setting(_flag, "Make a card of every paragraph that is only the URL of a thread.", default=True)
    hosts: Mapping[str, str] = _setting(
        _by_host(read_platform, "discourse", www=False),
        "Servers that cannot be known by their name: host to platform.",
        default={},
    )
    show: Show = _setting(
        _single(one_of(get_args(Show), "a way to show a thread", repr)),
        "What a card shows of a kept thread: `card`, or `thread` for all posts.",
        default="card",
    )
    excerpt: int = _setting(
        _single(_read_count),
        "About how many characters of a kept thread a card quotes that has no summary; 0 for none.",
        default=280,
    )
    media: bool = _setting(
        _flag, "Whether `thread-cards fetch` keeps pictures of a thread beside its snapshot.", default=True, build=False
    )
    replies: Replies = _setting(
        _single(one_of(get_args(Replies), "a choice of answers", repr)),
        "Which answers `thread-cards fetch` keeps where a card does not say: `author` or `all`.",
        default="author",
        build=False,
    )
    endpoints: Mapping[str, str] = _setting(
        _by_host(_read_server, "http://localhost:8080", www=True),
        "Servers that `thread-cards` asks in the place of others: host to address. These may be in a private network.",
        default={},
        build=False,
    )
    latex_qr: bool = _setting(
        _flag, "Print a QR code of its address on every card, in LaTeX.", default=False, build=False
    )
    export: bool = _setting(
        _flag,
        "Write all cited threads as `threads.json` (CSL-JSON) and `threads.bib` (BibTeX) among the pages of HTML.",
        default=False,
        build=False,
    )
    alt: bool = _setting(_flag, "Warn of each picture that a page shows without alternative text.", default=False)
    css: bool = _setting(_flag, "Add the extension's style sheet to pages that hold a card.", default=True)


def register(app: Sphinx) -> None:
    """Make every setting known to Sphinx, and have the values checked when ``conf.py`` has been read."""
    for item in fields(Settings):
        # Any: our own check names the remedy, where Sphinx's would only name the type.
        app.add_config_value(f"thread_cards_{item.name}", item.metadata["default"], item.metadata["rebuild"], types=Any)
    # Before other handlers, which must see mended values.
    app.connect("config-inited", _mend_settings, priority=100)


def _mend_settings(app: Sphinx, config: Config) -> None:  # noqa: ARG001
    """Put what can be used in the place of each value, with a warning of what cannot."""
    for item in fields(Settings):
        name = f"thread_cards_{item.name}"
        value, problems = item.metadata["check"](config[name])
        for problem in problems:
            warn(Warn.CONFIG, f"{name}: {problem}")
        setattr(config, name, item.metadata["default"] if value is None else value)
