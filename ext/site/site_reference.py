"""Directives for the guide: tables made from the code, and examples with their result."""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from docutils import nodes
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective
from sphinx_thread_cards import config, directives, urls
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.snapshot import Thread
from thread_snapshots import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

    Table = tuple[Mapping[str, int], Iterable[tuple[str, ...]]]

_MAX_HOSTS = 3


# -- Tables: headings with the width of the column in percent, and rows of Markdown --


def _code(text: object) -> str:
    return f"`{text}`"


def _config(_argument: str) -> Table:
    rows = (
        (_code(f"thread_cards_{name}"), _code(repr(value.default)), value.help)
        for name, value in config.VALUES.items()
    )
    return {"Name": 34, "Default": 14, "Description": 52}, rows


def _warnings(_argument: str) -> Table:
    rows = ((_code(f"thread_cards.{name}"), text) for name, text in config.WARNINGS.items())
    return {"Warning": 34, "Description": 66}, rows


def _options(options: Mapping[str, config.Setting]) -> Table:
    rows = ((_code(name), option.help) for name, option in options.items())
    return {"Option": 14, "Description": 86}, rows


def _command(name: str) -> Table:
    # argparse has no public list of subcommands and arguments.
    (commands,) = (
        action.choices
        for action in cli.make_parser()._actions  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
    )
    rows = []
    for action in commands[name]._actions:  # noqa: SLF001
        value = f" {action.metavar}" if action.metavar else ""
        names = ", ".join(_code(option + value) for option in action.option_strings)
        rows.append((names or _code(action.metavar), action.help or ""))
    return {"Argument": 28, "Description": 72}, rows


def _platforms(_argument: str) -> Table:
    rows = []
    for item in sorted(PLATFORMS.values(), key=lambda item: item.label.lower()):
        hosts = ", ".join(
            _code(f"*{h}" if h.startswith(".") else h) for h in item.hosts[:_MAX_HOSTS]
        )
        more = len(item.hosts) - _MAX_HOSTS
        other = "by their URLs" if item.markers else "if named"
        rows.append(
            (item.label, _code(item.name), hosts + (f" and {more} more" if more > 0 else ""), other)
        )
    return {"Platform": 20, "Name": 18, "Known hosts": 42, "Other hosts": 20}, rows


def _thread_ref(_argument: str) -> Table:
    comments = ModuleAnalyzer.for_module(urls.__name__).find_attr_docs()
    rows = []
    for field in fields(urls.ThreadRef):
        text = " ".join(comments["ThreadRef", field.name]).strip()
        text = re.sub(r":[a-z]+:`~?([^`]+)`", r"`\1`", text)
        rows.append((_code(field.name), _code(field.type), text))
    return {"Field": 16, "Type": 24, "Description": 60}, rows


_TABLES: Mapping[str, Callable[[str], Table]] = {
    "config": _config,
    "warnings": _warnings,
    "card-options": lambda _: _options(directives.CARD_OPTIONS),
    "list-options": lambda _: _options(directives.LIST_OPTIONS),
    "command": _command,
    "platforms": _platforms,
    "thread-ref": _thread_ref,
}


class SiteTable(SphinxDirective):
    """A table made from the code: ``config``, ``command fetch``, ..."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        self.env.note_reread()  # the page depends on the code
        columns, rows = _TABLES[self.arguments[0]](self.arguments[-1])
        lines = [tuple(columns), ("---",) * len(columns), *rows]
        cells = (" | ".join(cell.replace("|", r"\|") for cell in line) for line in lines)
        content = self.parse_text_to_nodes("\n".join(f"| {line} |" for line in cells))
        for table in (node for node in content if isinstance(node, nodes.table)):
            table["classes"] += ["longtable", "colwidths-given"]  # breaks over pages
            for column, width in zip(table.findall(nodes.colspec), columns.values(), strict=True):
                column["colwidth"] = width
        return content


class SiteExample(SphinxDirective):
    """A Markdown example, followed by its result."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the source and the result."""
        text = "\n".join(self.content)
        source = nodes.literal_block(text, text, language="markdown")
        return [
            source,
            nodes.container("", *self.parse_content_to_nodes(), classes=["site-example"]),
        ]


def write_schema(app: Sphinx, error: Exception | None) -> None:
    """Write the JSON Schema of snapshots next to the pages (``build-finished``)."""
    if error is None and app.builder.name == "html":
        schema = msgspec.json.schema(Thread)
        Path(app.outdir, "snapshot.schema.json").write_text(json.dumps(schema, indent=2))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    app.add_directive("site-table", SiteTable)
    app.add_directive("site-example", SiteExample)
    app.connect("build-finished", write_schema)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
