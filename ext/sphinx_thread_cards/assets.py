"""The files that the outputs need: the style sheet of HTML, the package of LaTeX, the catalogues of words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from docutils import nodes

from sphinx_thread_cards import languages
from sphinx_thread_cards.html import card_article
from sphinx_thread_cards.style_sheet import STYLE_SHEET

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

    from sphinx_thread_cards.domain import ThreadDomain

_HERE = Path(__file__).parent
LATEX_PACKAGE = "sphinx_thread_cards"


def add_files(app: Sphinx, config: Config) -> None:
    """Name our folders and files where Sphinx looks for a site's own (``config-inited``)."""
    languages.find_translations(app.srcdir, config)
    ours = sorted(map(str, (_HERE / "latex").glob("*.sty")))
    config.latex_additional_files = [*config.latex_additional_files, *ours]
    if config.thread_cards_latex_qr:
        app.add_latex_package("qrcode")


def add_style_sheet(
    app: Sphinx,
    pagename: str,  # noqa: ARG001
    templatename: str,  # noqa: ARG001
    context: dict[str, Any],  # noqa: ARG001
    doctree: nodes.document | None,
) -> None:
    """Link the style sheet on this page if there is a card, a citation or a list on it (``html-page-context``)."""
    if doctree is not None and app.config.thread_cards_css and _is_styled(app, doctree):
        # Before the site's own style sheets (800), which may restyle cards.
        app.add_css_file(STYLE_SHEET, priority=400)


def _is_ours(node: nodes.Node) -> bool:
    return isinstance(node, card_article) or (isinstance(node, nodes.inline) and "thread-citation" in node["classes"])


def _is_styled(app: Sphinx, doctree: nodes.document) -> bool:
    if next(doctree.findall(_is_ours), None) is not None:
        return True
    domain = cast("ThreadDomain", app.env.get_domain("thread"))
    return bool(domain.lists) and any("thread-list" in box["classes"] for box in doctree.findall(nodes.container))


def write_export(app: Sphinx, error: Exception | None) -> None:
    """Write the files of all threads for reference managers, if the site wants them (``build-finished``)."""
    # Not into an e-book, whose files are listed and packed by then.
    if error is None and app.config.thread_cards_export and app.builder.format == "html" and app.builder.name != "epub":
        from sphinx_thread_cards.export import write  # noqa: PLC0415 - few sites ask for it

        write(app)
