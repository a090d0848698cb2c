"""Tables of this site's reference pages, made from the code that they describe.

For the site alone; the package does not hold this file.
"""

from __future__ import annotations

import re
from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective
from sphinx_thread_cards import model
from sphinx_thread_cards.options import COMMON_OPTIONS, OPTION_FIELDS, Settings
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.warnings import Warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx_thread_cards.platforms import Platform

# More names than this are folded away.
_MANY = 12
_ROLE = re.compile(r":[a-z]+:`([^`]+)`")


def _code(value: object) -> str:
    return f"`{value}`"


def _options() -> Iterator[tuple[str, ...]]:
    yield "Option", "What it says", "For example"
    for name, field in OPTION_FIELDS.items():
        yield _code(name), field.metadata["help"], _code(field.metadata["example"])
    for name, text in COMMON_OPTIONS.items():
        yield _code(name), text, ""


def _settings() -> Iterator[tuple[str, ...]]:
    yield "Setting", "What it does", "Default"
    for field in fields(Settings):
        yield _code(f"thread_cards_{field.name}"), field.metadata["help"], _code(field.metadata["default"])


def _warnings() -> Iterator[tuple[str, ...]]:
    yield "Warning", "What it means"
    for kind in Warn:
        yield _code(f"thread_cards.{kind.subtype}"), kind.help


def by_label() -> list[Platform]:
    """The platforms in the order of the alphabet, as readers know them."""
    return sorted(PLATFORMS.values(), key=lambda platform: platform.label.lower())


def _platforms() -> Iterator[tuple[str, ...]]:
    yield "Platform", "Name in `conf.py`", "Hosts known by name", "Other hosts"
    for platform in by_label():
        others = "by their addresses" if platform.guess else "in `thread_cards_hosts`"
        yield platform.label, _code(platform.name), str(len(platform.hosts) or "none"), others


def _thread_ref() -> Iterator[tuple[str, ...]]:
    yield "Field", "Type", "What it holds"
    docs = ModuleAnalyzer.for_module(model.__name__).find_attr_docs()
    for field in fields(model.ThreadRef):
        # Annotations are text under `from __future__ import annotations`.
        type_ = str(field.type)
        text = " ".join(docs.get(("ThreadRef", field.name), ())).strip()
        yield _code(field.name), _code(type_), _ROLE.sub(r"`\1`", text) or _values(getattr(model, type_))


def _values(enum: type[Enum]) -> str:
    """What an enumeration is for, and its members as a program sees them."""
    return f"{enum.__doc__} One of {', '.join(_code(member.value) for member in enum)}."


def markdown_table(rows: Iterator[tuple[str, ...]]) -> str:
    """A table in Markdown; the first row is its head."""
    head, *body = rows
    lines = [head, ("---",) * len(head), *body]
    return "\n".join("| {} |".format(" | ".join(cell.replace("|", r"\|") for cell in line)) for line in lines)


class Table(SphinxDirective):
    """One of the tables, under the name that it is registered by."""

    tables: ClassVar[dict[str, Callable[[], Iterator[tuple[str, ...]]]]] = {
        "thread-cards-options": _options,
        "thread-cards-settings": _settings,
        "thread-cards-warnings": _warnings,
        "thread-cards-platforms": _platforms,
        "thread-cards-thread-ref": _thread_ref,
    }

    def run(self) -> list[nodes.Node]:
        """Parse the table as if the page held it."""
        return self.parse_text_to_nodes(markdown_table(self.tables[self.name]()))


class Hosts(SphinxDirective):
    """``{thread-cards-hosts} github``: the name of a platform, and the hosts that are known to be its."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse the text as if the page held it; an unknown name is an error of the page."""
        platform = PLATFORMS.get(self.arguments[0])
        if platform is None:
            raise self.error(f"there is no platform {self.arguments[0]!r}")  # noqa: EM102, TRY003 - docutils makes the exception
        return self.parse_text_to_nodes(_hosts(platform))


def _hosts(platform: Platform) -> str:
    """The name and the hosts of a platform, in Markdown; a long list is folded away."""
    name = f"Name: {_code(platform.name)}"
    if not platform.hosts:
        return name
    hosts = ", ".join(_code(f"*{host}" if host.startswith(".") else host) for host in platform.hosts)
    if len(platform.hosts) <= _MANY:
        return f"{name}\n\nHosts: {hosts}"
    return f"{name}\n\n:::{{dropdown}} {len(platform.hosts)} hosts\n{hosts}\n:::"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    for name in Table.tables:
        app.add_directive(name, Table)
    app.add_directive("thread-cards-hosts", Hosts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
