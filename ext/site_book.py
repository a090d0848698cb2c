"""What this site needs beyond settings: PDF, EPUB and the 404 page come out right.

For the site alone; the package does not hold this file.
"""
# ruff: noqa: INP001 - Sphinx imports it as a module of its own, beside the package

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from notfound.utils import replace_uris  # type: ignore[import-untyped]
from site_breaks import keep_together
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.texescape import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

# What is printed as a footnote: its text, its mark, or both.
FOOTNOTES = {"footnote", "footnotemark", "footnotetext"}


def root_links_on_404(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make the links in the text of docs/404.md start at the root of the site.

    The page is served at any depth. sphinx-notfound-page does this for everything
    around the text, and for pictures, but not for links.
    """
    if docname == app.config.notfound_pagename and app.builder.format == "html":
        replace_uris(app, doctree, nodes.reference, "refuri")


def arrange_book(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the pages in the order of a book; for the LaTeX builder only.

    Sphinx prints the home page without a heading, puts all other pages inside its
    last section, and forgets the captions of its toctrees. Here the home page
    becomes the first chapter, and each caption a part. Called with the one tree
    that LaTeX gets, after all references in it are resolved.
    """
    if app.builder.format != "latex" or docname != app.config.root_doc:
        return
    home = next(doctree.findall(nodes.section))
    chapters = {node["docname"]: node for node in _top_level_files(doctree)}
    for chapter in chapters.values():
        chapter.parent.remove(chapter)
    home.parent.remove(home)
    home.replace(home[0], nodes.title("", "Introduction"))
    # The writer drops the first title: it is the one on the title page.
    book = nodes.section("", nodes.title("", app.config.project))
    # As a page among others, so that links to it reach the heading.
    home["ids"].append(":doc")
    book += addnodes.start_of_file("", home, docname=doctree.attributes.pop("docname"))
    for caption, docnames in _parts(app.env, docname):
        files = [chapters[name] for name in docnames if name in chapters]
        if files:
            book += _part(caption, files, app.config.latex_engine)
    doctree += book
    # MyST's line before the footnotes; on paper these are at the foot of the page.
    for line in list(doctree.findall(nodes.transition)):
        if not isinstance(line.parent, nodes.section):
            line.parent.remove(line)
    _number_footnotes(doctree)
    keep_together(doctree)


def _top_level_files(tree: nodes.Element) -> list[addnodes.start_of_file]:
    """Return the pages below `tree` that are not inside another page below it."""
    below = [page for page in tree.findall(addnodes.start_of_file) if page is not tree]
    nested = {inner for outer in below for inner in outer.findall(addnodes.start_of_file) if inner is not outer}
    return [page for page in below if page not in nested]


def _parts(env: BuildEnvironment, root: str) -> Iterator[tuple[str, list[str]]]:
    """Yield caption and page names of each toctree on the home page."""
    for toctree in env.get_doctree(root).findall(addnodes.toctree):
        yield toctree.get("caption") or "", toctree["includefiles"]


def _part(caption: str, files: list[addnodes.start_of_file], engine: str) -> list[nodes.Element]:
    """Return a part: the LaTeX that begins it, and its chapters.

    The pages below a page that stands alone in its part become chapters beside it.
    """
    if len(files) == 1 and (below := _top_level_files(files[0])):
        for page in below:
            page.parent.remove(page)
        title = next(files[0].findall(nodes.title))
        if title.astext() == caption:
            title[:] = [nodes.Text("Overview")]
        files = [files[0], *below]
    titles = [next(file.findall(nodes.title)).astext() for file in files]
    name = "" if titles == [caption] else escape(caption, engine)
    return [nodes.raw("", rf"\sitepart{{{name}}}", format="latex"), *files]


def _number_footnotes(doctree: nodes.document) -> None:
    """Number footnotes in the order in which they are read, from 1 on each page.

    Sphinx numbers those it adds for links before those of the author.
    """
    # Found from above: in an assembled tree a page's content does not know its page.
    page_of: dict[nodes.Element, nodes.Element] = {}
    for page in [doctree, *doctree.findall(addnodes.start_of_file)]:
        notes = (node for node in page.findall(nodes.Element) if node.tagname in FOOTNOTES)
        page_of |= dict.fromkeys(notes, page)
    numbers: dict[nodes.Element, dict[str, str]] = {}
    for note, page in page_of.items():
        label = note[0] if isinstance(note[0], nodes.label) else note
        seen = numbers.setdefault(page, {})
        number = seen.setdefault(label.astext(), str(len(seen) + 1))
        label[:] = [nodes.Text(number)]


class NoRepeatedAddress(SphinxPostTransform):
    """Drop the footnote of a link where the reader sees the address anyway.

    That is in a card and in a footnote of the author, which name the address they link to.
    """

    default_priority = 500  # Sphinx adds the footnotes at 400 and places them at 600.
    formats = ("latex",)

    def run(self, **_kwargs: object) -> None:
        """Remove each footnote whose one address is also a link's text beside it."""
        for place in list(self.document.findall(_shows_addresses)):
            links = place.findall(nodes.reference)
            shown = {a["refuri"] for a in links if a.astext() == a.get("refuri")}
            for note in list(place.findall(nodes.footnote)):
                if note is not place and note["names"] and note[-1].astext() in shown:
                    self._remove(note)

    def _remove(self, note: nodes.footnote) -> None:
        """Remove a footnote, and the mark that Sphinx puts after it."""
        position = note.parent.index(note)
        mark = note.parent[position + 1]
        if isinstance(mark, nodes.footnote_reference):
            note.parent.remove(mark)
            note.parent.remove(note)


def _shows_addresses(node: nodes.Node) -> bool:
    """Tell whether `node` is a card or a footnote."""
    return isinstance(node, nodes.footnote) or (isinstance(node, nodes.container) and "thread-card" in node["classes"])


class EpubUnfold(SphinxPostTransform):
    """Show all of sphinx-design's tabs and dropdowns in EPUB, each under its label.

    A book has no script to switch tabs, and the HTML that sphinx-design makes of both
    (form fields, drawings) is not what EPUB allows.
    """

    default_priority = 150  # sphinx-design makes its HTML at 200.
    builders = ("epub",)

    def run(self, **_kwargs: object) -> None:
        """Make plain containers of all parts of tabs and dropdowns."""
        folded = {"tab-set", "tab-item", "tab-content", "dropdown"}
        for node in self.document.findall(nodes.container):
            if node.get("design_component") in folded:
                del node["design_component"]
                node["classes"] = []


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the functions to the moment when a page is complete."""
    app.add_post_transform(EpubUnfold)
    app.add_post_transform(NoRepeatedAddress)
    app.connect("doctree-resolved", root_links_on_404)
    app.connect("doctree-resolved", arrange_book)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
