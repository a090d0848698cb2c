"""Cards for social threads in Sphinx: a thread URL in its own paragraph becomes a card, in every builder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.urls import ThreadRef

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["ThreadRef", "__version__", "parse_thread_url", "setup"]
__version__ = "0.1.0"
ENV_VERSION = 26
"""Increased whenever stored nodes or domain data change, so that Sphinx reads all pages again."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    # Not at the top: parse_thread_url must work without Sphinx.
    from sphinx_thread_cards import config, directives, domain, html, i18n, latex, lists, transforms  # noqa: PLC0415

    for folder in (*app.config.locale_dirs, i18n.LOCALE_DIR):  # the site's own labels come first
        app.add_message_catalog(i18n.CATALOGUE, app.srcdir / folder)
    for name, value in config.VALUES.items():
        app.add_config_value(f"thread_cards_{name}", value.default, value.rebuild)
    app.add_domain(domain.ThreadDomain)
    app.add_directive("thread", directives.ThreadDirective)
    app.add_directive("threads", directives.ThreadsDirective)
    app.add_directive("thread-list", directives.ThreadListDirective)
    app.add_role("thread", directives.ThreadRole())
    app.add_transform(transforms.FindThreadUrls)
    app.add_transform(transforms.CollectThreads)
    app.add_post_transform(transforms.BuildCards)
    app.add_post_transform(latex.DeclareCharacters)
    for node, visitors in html.VISITORS.items():
        app.add_node(node, html=visitors)
    app.add_latex_package("sphinx_thread_cards")
    # Before other handlers, and Sphinx's check of types (800), which must see valid values.
    app.connect("config-inited", config.validate, priority=100)
    app.connect("config-inited", latex.add_files)
    # After the transform of extlinks and before that of Furo, which have the same priority.
    app.connect("config-inited", lambda app, _config: app.add_post_transform(lists.BuildLists))
    app.connect("builder-inited", domain.set_builder)
    app.connect("builder-inited", html.add_files)
    app.connect("env-get-outdated", domain.pages_with_new_snapshots)
    app.connect("env-before-read-docs", domain.remove_labels)
    app.connect("env-updated", domain.set_labels)
    app.connect("env-updated", domain.update_citations)
    app.connect("html-page-context", domain.add_style_sheet)
    app.connect("build-finished", lists.write_csl)
    return {
        "version": __version__,
        "env_version": ENV_VERSION,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
