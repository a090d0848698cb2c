"""Build small sites in this process, without a network."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from bs4 import BeautifulSoup
from sphinx import locale
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

# Settings of every test site, unless a test overrides them.
SETTINGS: Mapping[str, Any] = {
    "project": "Cases",
    "version": "1",
    "copyright": "2026, the authors",
    "extensions": ["myst_parser", "sphinx_design", "sphinx_thread_cards"],
    "myst_enable_extensions": [
        "attrs_block",
        "attrs_inline",
        "colon_fence",
        "fieldlist",
        "deflist",
    ],
    "html_theme": "basic",
    "html_copy_source": False,
    "epub_show_urls": "no",
    "nitpicky": True,
    "smartquotes": True,
}


@dataclass(frozen=True)
class Site:
    """A built site."""

    app: Sphinx
    out: Path
    log: io.StringIO = field(repr=False)

    @property
    def warnings(self) -> str:
        """All warnings, with paths relative to the source directory."""
        plain = re.sub(r"\x1b\[[0-9;]*m", "", self.log.getvalue())
        return plain.replace(f"{self.app.srcdir}/", "")

    def read(self, name: str) -> str:
        """Return the text of an output file."""
        return (self.out / name).read_text(encoding="utf-8")

    def soup(self, name: str = "index.html") -> BeautifulSoup:
        """Return a parsed page."""
        return BeautifulSoup(self.read(name), "html5lib")


class NetworkUsed(BaseException):
    """Something opened a socket. Not an Exception, so that no handler hides it."""


@contextmanager
def no_network() -> Iterator[None]:
    """Fail every connection and every name lookup."""

    def refuse(*args: object, **_: object) -> None:
        raise NetworkUsed(args)

    with (
        mock.patch.object(socket.socket, "connect", refuse),
        mock.patch.object(socket.socket, "connect_ex", refuse),
        mock.patch.object(socket, "getaddrinfo", refuse),
    ):
        yield


@contextmanager
def opened(
    source: Path,
    out: Path,
    builder: str = "html",
    *,
    parallel: int = 1,
    doctrees: Path | None = None,
    confdir: Path | None = None,
    **settings: Any,
) -> Iterator[Site]:
    """Build a folder of sources, and leave the application open for another ``app.build()``.

    Args:
        confdir: folder of a conf.py; without it, the settings are :data:`SETTINGS`.
    """
    log = io.StringIO()
    overrides = settings if confdir else {**SETTINGS, **settings}
    with no_network(), patch_docutils(), docutils_namespace():
        # Sphinx would fall back to the messages of the site that was built before.
        locale.translators.clear()
        doctrees = doctrees or out.with_name(f"{out.name}-doctrees")
        app = Sphinx(
            source,
            confdir,
            out,
            doctrees,
            builder,
            confoverrides=dict(overrides),
            status=None,
            warning=log,
            parallel=parallel,
        )
        app.build()
        yield Site(app, out, log)


def build(source: Path, out: Path, builder: str = "html", **settings: Any) -> Site:
    """Build a folder of sources as :func:`opened` does; warnings are collected, not raised."""
    with opened(source, out, builder, **settings) as site:
        return site
