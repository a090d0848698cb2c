"""The PDF and the EPUB of this site: their pages, images, parts and metadata."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.epub3 import Epub3Builder
from sphinx.builders.latex import LaTeXBuilder
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

_BOOKS = ("latex", "epub")
# https://www.w3.org/TR/epub-a11y-11/#sec-disc-package
_ACCESSIBILITY = (
    ("accessMode", "textual"),
    ("accessMode", "visual"),
    ("accessModeSufficient", "textual,visual"),
    ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "alternativeText"),
    ("accessibilityFeature", "readingOrder"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityHazard", "none"),
    (
        "accessibilitySummary",
        "Text with headings, lists, tables and images with alternative text. No sound, no video.",
    ),
)


# -- Pages that books leave out ------------------------------------------------


def exclude_pages(app: Sphinx) -> None:
    """Exclude pages from PDF and EPUB (``builder-inited``)."""
    if app.builder.name in _BOOKS:
        app.config.exclude_patterns += app.config.site_book_exclude
        app.config.suppress_warnings += ["toc.excluded"]
        app.config.redirects = {}


def resolve_as_text(
    app: Sphinx, _env: BuildEnvironment, _node: nodes.Element, content: nodes.Element
) -> nodes.Element | None:
    """Return the text of a link to an excluded page, and where that page is (``missing-reference``)."""
    if app.builder.name not in _BOOKS:
        return None
    return nodes.inline("", "", content, nodes.Text(" (on the web site)"))


class EpubImages(SphinxPostTransform):
    """Drop all but one of the images among which a style sheet chooses on the web."""

    default_priority = 50  # before Sphinx checks which formats the builder supports
    builders: tuple[str, ...] = ("epub",)
    hidden = frozenset({"only-dark", "only-wide"})

    def run(self, **_kwargs: Any) -> None:
        """Remove the other images."""
        for image in list(self.document.findall(nodes.image)):
            if self.hidden.intersection(image["classes"]):
                image.parent.remove(image)


class LatexImages(EpubImages):
    """Turn drawings into floats as wide as the text."""

    builders = ("latex",)
    hidden = frozenset({"only-dark", "only-narrow"})

    def run(self, **kwargs: Any) -> None:
        """Turn drawings into figures without a size in pixels."""
        super().run(**kwargs)
        for image in list(self.document.findall(nodes.image)):
            if "drawing" in image["classes"]:
                image.attributes.pop("width", None)
                image.attributes.pop("height", None)
                image.replace_self(nodes.figure("", image.copy()))


# -- PDF -----------------------------------------------------------------------


class BookLaTeXBuilder(LaTeXBuilder):
    """Turns each captioned toctree of the root document into a part, and the document's text into the first chapter."""

    def assemble_doctree(
        self,
        indexfile: str,
        toctree_only: bool,  # noqa: FBT001 - Sphinx's signature
        appendices: list[str],
    ) -> nodes.document:
        """Return all pages in one document."""
        tree = super().assemble_doctree(indexfile, toctree_only, appendices)
        home = next(tree.findall(nodes.section))
        toctrees = self.env.get_doctree(indexfile).findall(addnodes.toctree)
        parts = [
            nodes.section("", nodes.title("", toctree["caption"]), *wrapper.children)
            for toctree, wrapper in zip(toctrees, _wrappers(home), strict=True)
        ]
        for wrapper in _wrappers(home):
            home.remove(wrapper)
        introduction = nodes.section(
            "", nodes.title("", "Introduction"), ids=[*home["ids"], ":doc"]
        )
        section = introduction
        for node in home.children[1:]:
            if isinstance(node, nodes.rubric):
                title = nodes.title("", "", *node.children)
                section = nodes.section("", title, ids=node["ids"])
                introduction += section
            else:
                section += node
        # The labels of the home page begin with its name, like those of the other pages.
        start = addnodes.start_of_file("", introduction, docname=tree.attributes.pop("docname"))
        parts[0].insert(1, start)
        home[1:] = parts
        return tree


def _wrappers(home: nodes.section) -> list[nodes.compound]:
    compounds = [node for node in home if isinstance(node, nodes.compound)]
    return [node for node in compounds if "toctree-wrapper" in node["classes"]]


# -- EPUB ----------------------------------------------------------------------


class AccessibleEpubBuilder(Epub3Builder):
    """Adds accessibility metadata and the language of each page."""

    html_tag = Epub3Builder.html_tag.replace(">", ' lang="en" xml:lang="en">')

    def build_content(self) -> None:
        """Write the package document."""
        super().build_content()
        path = Path(self.outdir, "content.opf")
        metadata = "".join(
            f'<meta property="schema:{name}">{escape(text)}</meta>\n'
            for name, text in _ACCESSIBILITY
        )
        text = path.read_text("utf-8")
        path.write_text(text.replace("</metadata>", f"{metadata}</metadata>"), "utf-8")


class EpubTabs(SphinxPostTransform):
    """Show the content of tabs and dropdowns, whose form fields and icons are invalid in an EPUB."""

    default_priority = 150  # before sphinx-design writes its HTML
    builders = ("epub",)

    def run(self, **_kwargs: Any) -> None:
        """Turn tabs and dropdowns into plain containers."""
        hidden = {"tab-set", "tab-item", "tab-content", "dropdown"}
        for node in self.document.findall(nodes.container):
            if node.get("design_component") in hidden:
                del node["design_component"]
                node["classes"] = []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register builders and transforms."""
    app.add_config_value("site_book_exclude", [], "env", types=[list])
    app.add_builder(BookLaTeXBuilder, override=True)
    app.add_builder(AccessibleEpubBuilder, override=True)
    app.add_post_transform(LatexImages)
    app.add_post_transform(EpubImages)
    app.add_post_transform(EpubTabs)
    app.connect("builder-inited", exclude_pages)
    app.connect("missing-reference", resolve_as_text, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
