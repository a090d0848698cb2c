"""Parts of this site's reference pages, made from the code that they describe.

For the site alone; the package does not hold this file.
Each directive writes Markdown, which is parsed as if the page held it.
"""
# ruff: noqa: INP001 - Sphinx imports it as a module of its own, beside the package

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective
from thread_snapshots import cli, model
from sphinx_thread_cards.list_options import ListOptions
from sphinx_thread_cards.options import COMMON_OPTIONS, Options
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.settings import Settings
from sphinx_thread_cards.warnings import Warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed import DataclassInstance
    from docutils import nodes
    from sphinx.application import Sphinx

_MANY = 12  # More hosts than this are folded away.
_ROLE = re.compile(r":[a-z]+:`([^`]+)`")


def _code(value: object) -> str:
    return f"`{value}`"


def _table(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> str:
    rows = [head, ("---",) * len(head), *body]
    return "\n".join("| {} |".format(" | ".join(cell.replace("|", r"\|") for cell in row)) for row in rows)


def _declared(options: type[DataclassInstance], what: str) -> str:
    rows = [(_code(item.name), item.metadata["help"], _code(item.metadata["example"])) for item in fields(options)]
    rows += [(_code(name), text, "") for name, text in COMMON_OPTIONS.items()]
    return _table(("Option", what, "For example"), rows)


def _options(_: str) -> str:
    return _declared(Options, "What it says")


def _list_options(_: str) -> str:
    return _declared(ListOptions, "What it does")


def _settings(_: str) -> str:
    rows = (
        (_code(f"thread_cards_{item.name}"), item.metadata["help"], _code(item.metadata["default"]))
        for item in fields(Settings)
    )
    return _table(("Setting", "What it does", "Default"), rows)


def _warnings(_: str) -> str:
    return _table(("Warning", "What it means"), ((_code(f"thread_cards.{kind.subtype}"), kind.help) for kind in Warn))


def _command(name: str) -> str:
    """What one command may be told, from the parser of its arguments."""
    rows = []
    for action in cli.parsers()[name]._actions:  # noqa: SLF001 - argparse shows its arguments nowhere else
        value = f" {action.metavar}" if action.metavar else ""
        names = ", ".join(_code(option + value) for option in action.option_strings)
        rows.append((names or _code(action.metavar), action.help or ""))
    return _table(("Word", "What it does"), rows)


def _platforms(_: str) -> str:
    rows = []
    for platform in sorted(PLATFORMS.values(), key=lambda platform: platform.label.lower()):
        others = "by their addresses" if platform.guess else "if named"
        label = f"[{platform.label}]{{.thread-citation .thread-card-{platform.name}}}"
        rows.append((label, _code(platform.name), str(len(platform.hosts) or "none"), others))
    return _table(("Platform", "Name in `conf.py`", "Known hosts", "Other hosts"), rows)


def _hosts(name: str) -> str:
    platform = PLATFORMS[name]
    intro = f"Name in `conf.py`: {_code(name)}"
    hosts = ", ".join(_code(f"*{host}" if host.startswith(".") else host) for host in platform.hosts)
    if len(platform.hosts) > _MANY:
        return f"{intro}\n\n:::{{dropdown}} {len(platform.hosts)} known hosts\n{hosts}\n:::"
    return f"{intro}. Known hosts: {hosts or 'none'}"


def _thread_ref(_: str) -> str:
    docs = ModuleAnalyzer.for_module(model.__name__).find_attr_docs()
    rows = []
    for field in fields(model.ThreadRef):
        kind = str(field.type)  # Text, under `from __future__ import annotations`.
        text = _ROLE.sub(r"`\1`", " ".join(docs.get(("ThreadRef", field.name), ())).strip())
        if enum := getattr(model, kind, None):
            text = f"{text or enum.__doc__} One of {', '.join(_code(member.value) for member in enum)}."
        rows.append((_code(field.name), _code(kind), text))
    return _table(("Field", "Type", "What it holds"), rows)


def _example(source: str) -> str:
    return f"`````{{code-block}} markdown\n{source}\n`````\n\n{source}"


class Generated(SphinxDirective):
    """One of the parts, under the name that it is registered by; it is given the directive's argument and content."""

    parts: ClassVar[dict[str, Callable[[str], str]]] = {
        "thread-cards-options": _options,
        "thread-cards-list-options": _list_options,
        "thread-cards-settings": _settings,
        "thread-cards-warnings": _warnings,
        "thread-cards-command": _command,
        "thread-cards-platforms": _platforms,
        "thread-cards-hosts": _hosts,
        "thread-cards-thread-ref": _thread_ref,
        "thread-cards-example": _example,
    }
    optional_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Write the part, and parse it; the page is out of date when the code changes."""
        for path in (__file__, *Path(model.__file__).parent.rglob("*.py")):
            self.env.note_dependency(str(path))
        return self.parse_text_to_nodes(self.parts[self.name]("\n".join([*self.arguments, *self.content])))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    for name in Generated.parts:
        app.add_directive(name, Generated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
