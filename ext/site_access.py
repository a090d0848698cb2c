"""What this site needs for all readers beyond templates: its menus, long lines of code, and the e-book's metadata.

For the site alone; the package does not hold this file. What the metadata says is in the EPUB Accessibility
specification (https://www.w3.org/TR/epub-a11y-11/, section 2) and the schema.org vocabulary that it names.
"""
# ruff: noqa: INP001 - Sphinx imports it as a module of its own, beside the package

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from sphinx.builders.epub3 import Epub3Builder

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from docutils import nodes
    from sphinx.application import Sphinx

# What the book is like for who cannot see it, hear it or hold it. There is neither sound nor anything that flashes.
ACCESS = (
    ("accessMode", "textual"),
    ("accessMode", "visual"),
    ("accessModeSufficient", "textual,visual"),
    ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "alternativeText"),
    ("accessibilityFeature", "displayTransformability"),
    ("accessibilityFeature", "readingOrder"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityHazard", "none"),
)
_CAPTION = re.compile(r'<p class="caption" role="heading">(.*?)</p>\s*<ul\b')
_SWITCH = re.compile(r'(<input\b[^>]*?) role="switch"')


def mend_navigation(html: str) -> str:
    """Name each list of pages by its caption, and leave switches the checkboxes that they are.

    Sphinx makes a heading without a level of the caption; with one it would stand above the page's own title.
    """
    count = 0

    def labelled(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        name = f"pages-{count}"
        return f'<p class="caption" id="{name}">{found[1]}</p>\n<ul aria-labelledby="{name}"'

    return _SWITCH.sub(r"\1", _CAPTION.sub(labelled, html))


def reach_code(html: str) -> str:
    """Let the keyboard come to code, the long lines of which are scrolled."""
    return html.replace("<pre", '<pre tabindex="0"')


def mend_page(app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: nodes.document | None) -> None:
    """Mend the menu that Furo has made, and the text (``html-page-context``)."""
    if app.builder.name == "epub":
        return
    for name, mend in (("furo_navigation_tree", mend_navigation), ("body", reach_code)):
        if context.get(name):
            context[name] = mend(context[name])


class AccessibleBook(Epub3Builder):
    """The e-book, with what Sphinx has no settings for."""

    def prepare_writing(self, docnames: AbstractSet[str]) -> None:
        """Have every page say its language, as the package does."""
        super().prepare_writing(docnames)
        tag = escape(self.config.epub_language or "en")
        self.globalcontext["html_tag"] = self.html_tag.replace(">", f' lang="{tag}" xml:lang="{tag}">')

    def build_content(self) -> None:
        """Write the package's file, with the metadata of accessibility."""
        super().build_content()
        said = [*ACCESS, ("accessibilitySummary", self.config.site_access_summary)]
        lines = "".join(f'    <meta property="schema:{name}">{escape(text)}</meta>\n' for name, text in said)
        _replace_once(self.outdir / "content.opf", "  </metadata>", f"{lines}  </metadata>")

    def build_navigation_doc(self) -> None:
        """Write the table of contents, with a role for readers that do not know EPUB's own names, and its name."""
        super().build_navigation_doc()
        path = self.outdir / "nav.xhtml"
        _replace_once(path, '<nav epub:type="toc">', '<nav epub:type="toc" role="doc-toc" aria-labelledby="contents">')
        _replace_once(path, "<h1>", '<h1 id="contents">')


def _replace_once(path: Path, old: str, new: str) -> None:
    """Replace the first ``old`` in a file; says which file has none, as Sphinx then writes it in another way."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        message = f"{path.name} holds no {old}; see ext/site_access.py"
        raise ValueError(message)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the e-book's builder in the place of Sphinx's, and the function that mends pages."""
    app.add_config_value("site_access_summary", "", "epub", types=[str])
    app.add_builder(AccessibleBook, override=True)
    # After Furo (500), which makes the menu.
    app.connect("html-page-context", mend_page, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
