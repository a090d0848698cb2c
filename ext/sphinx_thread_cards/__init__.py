"""Cards for social threads in Sphinx: a thread URL alone in a paragraph becomes a card, in every builder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.urls import ThreadRef

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["ThreadRef", "__version__", "parse_thread_url", "setup"]
__version__ = "0.1.0"
ENV_VERSION = 16
"""Raised whenever stored nodes or domain data change, so that Sphinx reads all pages again."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    # Not at the top: parse_thread_url must work without Sphinx.
    from sphinx_thread_cards import config, directives, domain, html, i18n, latex, lists, transforms  # noqa: PLC0415

    for folder in (*app.config.locale_dirs, i18n.LOCALE_DIR):  # the site's own labels come first
        app.add_message_catalog(i18n.CATALOGUE, app.srcdir / folder)
    for module in (config, domain, directives, transforms, lists, html, latex):
        module.setup(app)
    return {
        "version": __version__,
        "env_version": ENV_VERSION,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
