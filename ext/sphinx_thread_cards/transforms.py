"""Transforms: find lone thread URLs, record all thread links of a page, build the cards when it is written.

Until then, a card is one container with its :class:`~sphinx_thread_cards.card.Card` and the author's summary, because
Sphinx keeps the doctrees of all pages. It is no subclass of ``container``: some builders drop subclasses with their
content.
"""

import re
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from docutils import nodes
from docutils.utils import get_source_line
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_thread_cards import html, latex, snapshot
from sphinx_thread_cards.card import Card, CardOptions, make_card, platform_classes
from sphinx_thread_cards.config import warn
from sphinx_thread_cards.domain import Use, citation_xref, thread_domain
from sphinx_thread_cards.nodes import (
    MEDIA_URI,
    CardBuilder,
    GettextCardBuilder,
    ManCardBuilder,
    TargetCardBuilder,
    TextCardBuilder,
    ancestors,
    move_ids,
)
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.urls import ThreadRef

# In these, a URL is one item among others and stays a link.
_NO_CARDS_IN = (
    nodes.list_item,
    nodes.definition,
    nodes.field_body,
    nodes.description,
    nodes.entry,
    nodes.footnote,
    nodes.citation,
    nodes.block_quote,
    nodes.legend,
    addnodes.glossary,
)
_BARE_URL = re.compile(r"https?://\S+")
_NO_OPTIONS = CardOptions()
# By Builder.name or Builder.format; all other builders get standard nodes.
_CARD_BUILDERS: dict[str, type[CardBuilder]] = {
    "epub": html.EpubCardBuilder,
    "gettext": GettextCardBuilder,
    "html": html.HtmlCardBuilder,
    "latex": latex.LatexCardBuilder,
    "man": ManCardBuilder,
    "texinfo": TargetCardBuilder,
    "text": TextCardBuilder,
}


def placeholder(
    ref: ThreadRef, options: CardOptions = _NO_OPTIONS, summary: Iterable[nodes.Node] = ()
) -> nodes.container:
    """Return the placeholder of a card."""
    node = nodes.container("", *summary, classes=["thread-card", *platform_classes(ref)])
    node["thread_ref"], node["thread_options"] = ref, options
    return node


def group(items: Iterable[tuple[ThreadRef, str | None]]) -> nodes.container:
    """Return the placeholder of a group of compact cards, from threads and titles."""
    cards = [placeholder(ref, CardOptions(title=title)) for ref, title in items]
    return nodes.container("", *cards, classes=["thread-card-group"])


class FindThreadUrls(SphinxTransform):
    """Replace a paragraph of nothing but thread URLs with a card, or a group of cards."""

    default_priority = 740  # before SmartQuotes (750), which changes "--" in a URL

    def apply(self, **_kwargs: Any) -> None:
        """Replace the paragraphs, unless the site turns it off."""
        if not self.config.thread_cards_auto:
            return
        for paragraph in list(self.document.findall(nodes.paragraph)):
            refs = self._thread_urls(paragraph)
            if not refs or not _allows_card(paragraph):
                continue
            node = placeholder(refs[0]) if len(refs) == 1 else group((ref, None) for ref in refs)
            # sphinx-design marks the paragraphs of its cards.
            node["classes"] += [name for name in paragraph["classes"] if name != "sd-card-text"]
            node["ids"], node["names"] = paragraph["ids"], paragraph["names"]
            for part in (node, *node.children):
                part.source, part.line = paragraph.source, paragraph.line
            paragraph.parent.replace(paragraph, node)

    def _thread_urls(self, paragraph: nodes.paragraph) -> list[ThreadRef]:
        """Return the threads, if the paragraph consists of their URLs, one a line."""
        refs: list[ThreadRef] = []
        for child in paragraph.children:
            if isinstance(child, nodes.reference):
                urls = [_bare_url(child)]
            elif isinstance(child, nodes.Text):
                urls = child.astext().split()
            else:
                return []
            for url in urls:
                ref = parse_thread_url(url, self.config.thread_cards_hosts)
                if ref is None or not _BARE_URL.fullmatch(ref.given_url):
                    return []
                refs.append(ref)
        return refs if len(refs) == len(paragraph.astext().strip().split("\n")) else []


def _bare_url(reference: nodes.Element) -> str:
    """Return the URL of a link whose text is a URL; both may be encoded differently."""
    text = reference.astext()
    is_url = text.startswith(("http://", "https://", "www.")) and " " not in text
    url: str = reference.get("refuri", "") if is_url else ""
    return url


def _allows_card(node: nodes.Element) -> bool:
    parts = list(ancestors(node))
    return not any(isinstance(it, _NO_CARDS_IN) or "no-card" in it["classes"] for it in parts)


class CollectThreads(SphinxTransform):
    """Make the cards of a page, and record all its thread links in the domain."""

    default_priority = 800  # after FindThreadUrls, and before Sphinx's collectors (880)

    def apply(self, **_kwargs: Any) -> None:
        """Go through the page in document order, which numbers the anchors."""
        self.domain = thread_domain(self.env)
        self.has_folder = self.domain.folder.is_dir()
        elements = list(self.document.findall(nodes.Element))
        self.linked = {node.get("refuri") for node in elements if isinstance(node, nodes.reference)}
        for node in elements:
            if "thread_ref" in node.attributes and isinstance(node, addnodes.pending_xref):
                self._note(node, node["thread_ref"], "citation")
                self._set_title(node)
            elif "thread_ref" in node.attributes:
                self._collect_card(node)
            elif isinstance(node, nodes.reference | nodes.target) and "refuri" in node:
                self._collect_link(node)
        # MyST itself finds only titles of sections and figures in the page.
        uses: list[Use] = self.domain.data["uses"].get(self.env.docname, [])
        titles = {f"#{name}": use.card.title for use in uses if use.card for name in use.names}
        for link in self.document.findall(nodes.reference) if titles else ():
            title = titles.get(link.get("refuri", ""))
            if title and link.get("id_link") and not link.children:
                link.append(nodes.inline("", title, classes=["std", "std-ref"]))

    def _note(self, node: nodes.Element, ref: ThreadRef, role: Any, **fields: Any) -> None:
        conditions = (part["expr"] for part in ancestors(node) if isinstance(part, addnodes.only))
        fields |= {"location": _location(node), "conditions": tuple(conditions)}
        self.domain.note_use(Use(docname=self.env.docname, ref=ref, role=role, **fields))

    def _collect_link(self, node: nodes.Element) -> None:
        url, is_link = node["refuri"], isinstance(node, nodes.reference)
        # A link that leads through a link target is recorded itself.
        if not url.startswith("http") or (not is_link and url in self.linked):
            return
        ref = parse_thread_url(url, self.config.thread_cards_hosts)
        if ref is None or isinstance(node.parent, nodes.substitution_definition):
            return
        by_default = self.config.thread_cards_link_text == "citation"
        is_citation = is_link and bool(not node.children or (by_default and _bare_url(node)))
        self._note(node, ref, "citation" if is_citation else "link")
        if is_citation:
            xref = citation_xref(ref, url=url)
            node.parent.replace(node, xref)
            self._set_title(xref)

    def _set_title(self, xref: nodes.Element) -> None:
        """Set the text of a citation in a title, which tables of contents copy before it is resolved."""
        if isinstance(xref.parent, nodes.title) and not xref["refexplicit"]:
            card = self.domain.default_card(xref["thread_ref"])
            for inline in xref.findall(nodes.inline):
                inline[:] = [nodes.Text(card.citation(self.config.language))]

    def _collect_card(self, node: nodes.Element) -> None:
        ref: ThreadRef = node.attributes.pop("thread_ref")
        options: CardOptions = node["thread_options"]
        thread, has_file = self._load(ref, node)
        show, excerpt = self.config.thread_cards_show, self.config.thread_cards_excerpt
        card = make_card(ref, options, thread, show=show, excerpt=excerpt)
        anchor = self._free_anchor(card, node)
        node["ids"] = [anchor, *node["ids"]]
        # The card itself is stored in the domain.
        node["thread_card"] = self.env.docname, anchor
        self._note_images(card, thread, node)
        if thread is None and not has_file and (options.show == "thread" or options.posts):
            warn("no_snapshot", f"no snapshot of {ref.url}; run `thread-cards fetch`", node)
        fields = {"node_id": anchor, "names": tuple(node["names"]), "has_snapshot": has_file}
        self._note(node, ref, "card", card=card, **fields)

    def _load(self, ref: ThreadRef, node: nodes.Element) -> tuple[snapshot.Thread | None, bool]:
        """Return the snapshot, if it can be used, and whether there is a file."""
        if not self.has_folder:
            return None, False
        path, thread = snapshot.snapshot_path(ref, self.domain.folder), None
        try:
            thread = snapshot.load(ref, self.domain.folder)
            if thread is None:
                return None, False
        except snapshot.SnapshotError as error:
            name = path.relative_to(self.env.srcdir).as_posix()
            warn("snapshot", f"{name}: {error}", node, once=True)
        self.env.note_dependency(path)
        return thread, True

    def _free_anchor(self, card: Card, node: nodes.Element) -> str:
        """Return the anchor of a card, numbered from the second card of a thread, and reserve it."""
        anchor, number = card.anchor, 1
        while anchor in self.document.ids:
            number += 1
            anchor = f"{card.anchor}-{number}"
        self.document.ids[anchor] = node
        self.document.ids.update({f"{anchor}-{post}": node for post in card.numbers})
        return anchor

    def _note_images(self, card: Card, thread: snapshot.Thread | None, node: nodes.Element) -> None:
        """Add the images of a card to the build, as Sphinx's collector does with images in the doctree."""
        images = list(snapshot.saved_images(thread)) if thread and card.numbers else []
        people = thread.participants if thread else ()
        avatars = {person.avatar.file for person in people if person.avatar}
        alts = {image.file: image.alt for image in (*images, card.avatar) if image}
        for file, alt in sorted(alts.items()):
            name = f"{MEDIA_URI}/{file}"
            self.env.note_dependency(self.env.srcdir / name)
            if not (self.env.srcdir / name).is_file():
                warn("image", f"image {name} not found; run `thread-cards fetch --refresh`", node)
                continue
            self.env.images.add_file(self.env.docname, name)
            if self.config.thread_cards_alt and not alt and file not in avatars:
                warn("alt", f'{name} has no alternative text; add "alt" in the snapshot', node)


def _location(node: nodes.Element) -> str:
    """Return ``index.md:12``, with the line of the link in its paragraph."""
    source, line = get_source_line(node)
    if not source and node.document:  # from a directive that does not set it
        source = node.document["source"]
    if source and source.endswith(":<translated>"):
        return source.removesuffix(":<translated>")
    block = next((part for part in ancestors(node) if not isinstance(part, nodes.Inline)), None)
    if isinstance(block, nodes.TextElement) and block.line:
        before = takewhile(lambda part: part is not node, block.findall())
        breaks = [part.count("\n") for part in before if isinstance(part, nodes.Text)]
        line = block.line + sum(breaks)
    return ":".join(str(part) for part in (source, line) if part)


class BuildCards(SphinxPostTransform):
    """Replace placeholders with the nodes of cards."""

    # After LaTeX's ShowUrlsTransform (400), as cards show their URLs, and before linkcheck's collector (800).
    default_priority = 450

    def run(self, **_kwargs: Any) -> None:
        """Build the cards of the page."""
        domain = thread_domain(self.env)
        builder = domain.builder
        of_format = _CARD_BUILDERS.get(builder.format, CardBuilder)
        factory = _CARD_BUILDERS.get(builder.name, of_format)

        def build(node: nodes.container) -> CardBuilder:
            card = domain.card_at(*node.attributes.pop("thread_card"))
            thread = domain.load(card.ref) if card.numbers else None
            return factory(card, node, thread, self.config.language, self.env.images)

        for node in list(self.document.findall(nodes.container)):
            if "thread-card-group" in node["classes"]:
                cards = (card for card in node.children if isinstance(card, nodes.container))
                items = [build(card).item() for card in cards]
                bullets = nodes.bullet_list("", *items, classes=node["classes"], ids=node["ids"])
                node.parent.replace(node, bullets)
                if issubclass(factory, TargetCardBuilder) and bullets["ids"]:
                    move_ids(bullets)
            elif "thread_card" in node.attributes:
                node.parent.replace(node, build(node).build())
