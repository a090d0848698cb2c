"""Building small sites in this process, with the network shut."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from sphinx import locale
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

# What every test site is built with, where a test does not say otherwise.
SETTINGS: Mapping[str, Any] = {
    "project": "Cases",
    "version": "1",
    "copyright": "2026, the authors",
    "extensions": ["myst_parser", "sphinx_design", "sphinx_thread_cards"],
    "myst_enable_extensions": ["attrs_block", "attrs_inline", "colon_fence", "fieldlist", "deflist"],
    "html_theme": "basic",
    "html_copy_source": False,
    "epub_show_urls": "no",
    "nitpicky": True,
    "smartquotes": True,
}


@dataclass(frozen=True)
class Site:
    """A site that was built."""

    app: Sphinx
    out: Path
    warnings: str

    def read(self, name: str) -> str:
        """The text of an output file."""
        return (self.out / name).read_text(encoding="utf-8")


class NetworkUsed(BaseException):
    """Something opened a socket; not an Exception, so that nothing on the way swallows it."""


@contextmanager
def no_network() -> Iterator[None]:
    """Fail whatever asks for a name or a connection."""

    def refuse(*args: object, **_: object) -> None:
        raise NetworkUsed(args)

    with (
        mock.patch.object(socket.socket, "connect", refuse),
        mock.patch.object(socket.socket, "connect_ex", refuse),
        mock.patch.object(socket, "getaddrinfo", refuse),
    ):
        yield


def build(
    source: Path,
    out: Path,
    builder: str = "html",
    *,
    parallel: int = 1,
    doctrees: Path | None = None,
    confdir: Path | None = None,
    **settings: Any,  # noqa: ANN401
) -> Site:
    """Build a folder of sources, without a conf.py unless ``confdir`` has one; warnings are collected, not raised."""
    warnings = io.StringIO()
    overrides = settings if confdir else {**SETTINGS, **settings}
    with no_network(), patch_docutils(), docutils_namespace():
        # Sphinx would fall back to the words of the site that was built before.
        locale.translators.clear()
        app = Sphinx(
            source,
            confdir,
            out,
            doctrees or out.with_name(f"{out.name}-doctrees"),
            builder,
            confoverrides=dict(overrides),
            status=None,
            warning=warnings,
            parallel=parallel,
        )
        app.build()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", warnings.getvalue())
    return Site(app, out, plain.replace(f"{source}/", ""))
