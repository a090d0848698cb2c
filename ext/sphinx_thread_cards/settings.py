"""What a site sets: ``thread_cards_*`` of ``conf.py``. Each setting is declared once, here.

Registration, checks, fall-backs and the reference page are all made from the fields' metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from sphinx_thread_cards.options import meant
from sphinx_thread_cards.platforms import PLATFORMS, is_web_address, split_address
from sphinx_thread_cards.warnings import Warn, warn

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def _check_flag(value: object) -> tuple[bool | None, list[str]]:
    return (value, []) if isinstance(value, bool) else (None, [f"{value!r} is not True or False"])


def _check_show(value: object) -> tuple[Literal["card", "thread"] | None, list[str]]:
    if value == "card" or value == "thread":  # noqa: PLR1714 - so that the type checker follows
        return value, []
    return None, [f"{value!r} is not a way to show a thread; write 'card' or 'thread'"]


def _check_count(value: object) -> tuple[int | None, list[str]]:
    # True is a number to Python.
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value, []
    return None, [f"{value!r} is not a number of characters; write 280, or 0 for none"]


def _check_hosts(value: object) -> tuple[dict[str, str] | None, list[str]]:
    """Keep what can be used of a mapping from host to platform."""
    if not isinstance(value, Mapping):
        return None, [f'{value!r} is not a mapping; write it as {{"forum.example.org": "discourse"}}']
    good, problems = {}, []
    for host, platform in value.items():
        address = split_address(f"https://{host}/") if isinstance(host, str) else None
        if address is None or address.path != "/":
            problems.append(f"{host!r} is not a host; write it without https:// and without a path")
        elif not isinstance(platform, str) or platform not in PLATFORMS:
            known = meant(str(platform), list(PLATFORMS))
            problems.append(f"{host!r}: there is no platform {platform!r}{known}")
        else:
            good[address.host] = platform
    return good, problems


def _check_replies(value: object) -> tuple[Literal["author", "all"] | None, list[str]]:
    if value == "author" or value == "all":  # noqa: PLR1714 - as in _check_show
        return value, []
    return None, [f"{value!r} is not a choice of answers; write 'author' or 'all'"]


def _check_endpoints(value: object) -> tuple[dict[str, str] | None, list[str]]:
    """Keep what can be used of a mapping from host to the address that is asked in its place."""
    if not isinstance(value, Mapping):
        return None, [f'{value!r} is not a mapping; write it as {{"forum.example.org": "http://localhost:8080"}}']
    good, problems = {}, []
    for host, url in value.items():
        address = split_address(f"https://{host}/") if isinstance(host, str) else None
        if address is None or address.path != "/":
            problems.append(f"{host!r} is not a host; write it without https:// and without a path")
        elif not isinstance(url, str) or not is_web_address(url) or "?" in url or "#" in url:
            problems.append(f"{host!r}: {url!r} is not the address of a server; write it as http://localhost:8080")
        else:
            good[str(host).lower()] = url.strip()
    return good, problems


def _setting(
    default: Any,  # noqa: ANN401 - as _option
    check: Callable[[object], tuple[Any, list[str]]],
    help: str,  # noqa: A002
    *,
    build: bool = True,
) -> Any:  # noqa: ANN401
    """A setting; ``build`` says whether pages are read again when it changes."""
    metadata = {"check": check, "help": help, "default": default, "rebuild": "env" if build else ""}
    return (
        field(default_factory=dict, metadata=metadata) if default == {} else field(default=default, metadata=metadata)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """``thread_cards_*`` in ``conf.py``."""

    auto: bool = _setting(True, _check_flag, "Make a card of every paragraph that is only the URL of a thread.")  # noqa: FBT003
    hosts: Mapping[str, str] = _setting(
        {}, _check_hosts, "Servers that cannot be known by their name: host to platform."
    )
    show: Literal["card", "thread"] = _setting(
        "card", _check_show, "What a card shows of a kept thread: `card`, or `thread` for all posts."
    )
    excerpt: int = _setting(
        280, _check_count, "About how many characters of a kept thread a card quotes that has no summary; 0 for none."
    )
    media: bool = _setting(
        True,  # noqa: FBT003
        _check_flag,
        "Whether `thread-cards fetch` keeps pictures of a thread beside its snapshot.",
        build=False,
    )
    replies: Literal["author", "all"] = _setting(
        "author",
        _check_replies,
        "Which answers `thread-cards fetch` keeps where a card does not say: `author` or `all`.",
        build=False,
    )
    endpoints: Mapping[str, str] = _setting(
        {},
        _check_endpoints,
        "Servers that `thread-cards` asks in the place of others: host to address. These may be in a private network.",
        build=False,
    )
    latex_qr: bool = _setting(
        False,  # noqa: FBT003
        _check_flag,
        "Print a QR code of its address on every card, in LaTeX.",
        build=False,
    )
    export: bool = _setting(
        False,  # noqa: FBT003
        _check_flag,
        "Write all cited threads as `threads.json` (CSL-JSON) and `threads.bib` (BibTeX) among the pages of HTML.",
        build=False,
    )
    alt: bool = _setting(
        False,  # noqa: FBT003
        _check_flag,
        "Warn of each picture that a page shows without alternative text.",
    )
    css: bool = _setting(True, _check_flag, "Add the extension's style sheet to pages that hold a card.")  # noqa: FBT003


def check_settings(values: Mapping[str, object]) -> tuple[dict[str, Any], list[str]]:
    """Check raw values of ``conf.py``, given without the prefix.

    :returns: a usable value for each setting, and a message for each that is not.
    """
    checked, problems = {}, []
    for item in fields(Settings):
        value, messages = item.metadata["check"](values[item.name])
        checked[item.name] = item.metadata["default"] if value is None else value
        problems += [f"thread_cards_{item.name}: {message}" for message in messages]
    return checked, problems


def register(app: Sphinx) -> None:
    """Make every setting known to Sphinx, and have the values checked when ``conf.py`` has been read."""
    for item in fields(Settings):
        # Any: our own check names the remedy, where Sphinx's would only name the type.
        app.add_config_value(f"thread_cards_{item.name}", item.metadata["default"], item.metadata["rebuild"], types=Any)
    # Before other handlers, which must see mended values.
    app.connect("config-inited", _mend_settings, priority=100)


def _mend_settings(app: Sphinx, config: Config) -> None:  # noqa: ARG001
    raw = {item.name: getattr(config, f"thread_cards_{item.name}") for item in fields(Settings)}
    checked, problems = check_settings(raw)
    for problem in problems:
        warn(Warn.CONFIG, problem)
    for name, value in checked.items():
        setattr(config, f"thread_cards_{name}", value)
