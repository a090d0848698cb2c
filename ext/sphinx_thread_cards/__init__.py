"""Cards for social threads in Sphinx: a thread URL alone in a paragraph becomes a card, in every builder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.urls import ThreadRef
from sphinx_thread_cards.platforms import parse_thread_url

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["ThreadRef", "__version__", "parse_thread_url", "setup"]
__version__ = "0.1.0"
# Raised whenever the nodes or the domain's data change, so that no environment from before is used again.
ENV_VERSION = 13


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything; a table of contents of the extension."""
    # Imported here, so that parse_thread_url alone does not bring Sphinx in.
    from sphinx_thread_cards import (  # noqa: PLC0415
        assets,
        codes,
        directives,
        domain,
        formats,
        html,
        list_transforms,
        rebuilds,
        settings,
        signs,
        style_sheet,
        targets,
        transforms,
    )

    settings.register(app)
    app.add_directive("thread", directives.ThreadDirective)
    app.add_directive("thread-list", directives.ThreadListDirective)
    app.add_role("thread", directives.ThreadRole())
    app.add_domain(domain.ThreadDomain)
    app.add_transform(transforms.FindLoneUrls)
    app.add_transform(transforms.NoteCards)
    app.add_post_transform(list_transforms.BuildLists)
    app.add_post_transform(transforms.BuildCards)
    for format_, shape in formats.SHAPES.items():
        app.add_post_transform(transforms.build_for(format_, shape))
    app.add_post_transform(transforms.build_for("epub", formats.build_for_book, "builders"))
    app.add_post_transform(codes.AddCodes)
    app.add_post_transform(signs.DeclareSigns)
    for node, visitors in html.VISITORS.items():
        app.add_node(node, html=visitors)
    app.add_latex_package(assets.LATEX_PACKAGE)
    app.connect("config-inited", assets.add_files)
    app.connect("builder-inited", list_transforms.note_builder)
    app.connect("html-page-context", assets.add_style_sheet)
    app.connect("env-get-outdated", rebuilds.pages_with_new_snapshots)
    app.connect("env-before-read-docs", targets.drop_labels)
    app.connect("doctree-read", targets.note_references)
    app.connect("env-updated", targets.set_labels)
    app.connect("env-updated", rebuilds.pages_to_word_again)
    app.connect("env-updated", rebuilds.pages_to_list_again)
    app.connect("env-updated", style_sheet.write_styles)
    app.connect("build-finished", assets.write_export)
    return {"version": __version__, "env_version": ENV_VERSION, "parallel_read_safe": True, "parallel_write_safe": True}
