"""Transforms: find thread URLs, record all thread links of a page, and build the cards when Sphinx writes it.

Until then, a card is one container with the author's summary, because Sphinx stores the doctrees of all pages. It is
not a subclass of ``container``: some builders drop subclasses with their content.
"""

import linecache
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from docutils import nodes
from docutils.utils import get_source_line
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import traverse_parent

from sphinx_thread_cards import html, latex, snapshot
from sphinx_thread_cards import nodes as cards
from sphinx_thread_cards.card import Card, CardOptions, make_card, platform_classes
from sphinx_thread_cards.config import warn
from sphinx_thread_cards.domain import PageUses, Use, citation_xref, thread_domain
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.urls import ThreadRef

# In these, among them list items and cells of tables, a URL is one item among others and stays a link.
_NO_CARDS_IN = (nodes.Part, nodes.footnote, nodes.citation, nodes.block_quote)
_DEFINITION = re.compile(r"\s*(?:\.\. _|__ |\[[^\]]+\]:)")
_MARKDOWN_DEFINITION = re.compile(r" {0,3}\[[^\]]+\]:\s*<?(https?://[^\s<>]+)")
_URL = re.compile(r"https?://[^\s<>()\[\]`\"*]+(?<![.,;:!?'])")
_BARE_URL = re.compile(r"(?:https?://|www\.)\S+")
# Sphinx may remove these, with their content, after it has read the page.
_CONDITIONAL = "only", "ifconfig", "todo_node"
# By Builder.name or Builder.format; all other builders get standard nodes.
_BUILDERS: dict[str, type[cards.CardBuilder]] = {
    "epub": html.EpubCardBuilder,
    "gettext": cards.GettextCardBuilder,
    "html": html.HtmlCardBuilder,
    "latex": latex.LatexCardBuilder,
    "man": cards.ManCardBuilder,
    "texinfo": cards.TargetCardBuilder,
    "text": cards.TextCardBuilder,
}


def placeholder(ref: ThreadRef, options: CardOptions, *summary: nodes.Node) -> nodes.container:
    """Return the placeholder of a card."""
    classes = ["thread-card", *platform_classes(ref)]
    return nodes.container("", *summary, classes=classes, thread_ref=ref, thread_options=options)


class FindThreadUrls(SphinxTransform):
    """Replace a paragraph that contains only thread URLs with a card, or with a group of cards."""

    default_priority = 740  # before SmartQuotes (750), which changes "--" in a URL

    def apply(self, **_kwargs: Any) -> None:
        if not self.config.thread_cards_auto:
            return
        for paragraph in list(self.document.findall(nodes.paragraph)):
            first = next(iter(paragraph.children), paragraph)  # most paragraphs begin with a word
            # A subclass is something else, such as a tab of sphinx-tabs.
            may_be_card = type(paragraph) is nodes.paragraph and _BARE_URL.match(first.astext())
            refs = self._thread_urls(paragraph) if may_be_card else []
            if not refs or any(
                isinstance(block, _NO_CARDS_IN) or "no-card" in block["classes"]
                for block in traverse_parent(paragraph)
            ):
                continue
            items = [placeholder(ref, CardOptions()) for ref in refs]
            for number, item in enumerate(items):
                item.source, item.line = paragraph.source, (paragraph.line or 0) + number
            node = items[0]
            if len(items) > 1:
                node = nodes.container("", *items, classes=["thread-card-group"])
                node.source, node.line = paragraph.source, paragraph.line
            # sphinx-design marks the paragraphs of its cards.
            node["classes"] += [name for name in paragraph["classes"] if name != "sd-card-text"]
            node["ids"], node["names"] = paragraph["ids"], paragraph["names"]
            paragraph.parent.replace(paragraph, node)

    def _thread_urls(self, paragraph: nodes.paragraph) -> list[ThreadRef]:
        """Return the threads, if the paragraph consists of their URLs, one per line."""
        parts = [
            (_bare_url(part) or "(no URL)") if isinstance(part, nodes.Element) else part.astext()
            for part in paragraph.children
        ]
        lines, hosts = "".join(parts).split("\n"), self.config.thread_cards_hosts
        urls = (line for line in lines if _BARE_URL.fullmatch(line.strip()))
        refs = [ref for ref in (parse_thread_url(url, hosts) for url in urls) if ref]
        return refs if len(refs) == len(lines) else []


def _bare_url(node: nodes.Element) -> str:
    """Return the URL of a link whose text is the same URL, possibly with another encoding."""
    text, url = node.astext(), "" if "sd-btn" in node["classes"] else str(node.get("refuri", ""))
    letters, own = (re.sub(r"\W", "", unquote(it)).lower() for it in (text, url))
    return url if _BARE_URL.fullmatch(text) and (own.endswith(letters) or "xn--" in url) else ""


def _source(text: nodes.Text) -> str:
    """Return the source of a text node: that of its link, with the URL; nothing for the LaTeX copy of a line break."""
    is_role = isinstance(text.parent.parent, addnodes.pending_xref)  # such as ref
    link = text.parent.rawsource if is_role or isinstance(text.parent, nodes.reference) else ""
    return "" if text.parent.get("format") == "latex" else link or str(text)


def _stands_in(words: str, line: str) -> bool:
    """Return whether a line of the source contains a text or a URL, not followed by a letter or digit."""
    rests = line.split(words)[1:] if words else ()
    return any(not rest[:1].isalnum() for rest in rests)


class CollectThreads(SphinxTransform):
    """Make the cards of a page, and record all its thread links in the domain."""

    default_priority = 800  # after FindThreadUrls, and before Sphinx's collectors (880)

    def apply(self, **_kwargs: Any) -> None:
        self.domain = thread_domain(self.env)
        self.uses = self.domain.page(self.env.docname)
        linecache.clearcache()  # of other pages, and of an earlier version of this page
        self.has_snapshots = self.domain.folder.is_dir()
        elements = list(self.document.findall(nodes.Element))
        fixed = (it for it in elements if isinstance(it, nodes.FixedTextElement))
        self.literal = {line.strip() for it in fixed for line in it.astext().splitlines()}
        self.places, self.paths = defaultdict[tuple[str, str], list[int]](list), dict[str, str]()
        for source in self.document.settings.record_dependencies.list:  # included files
            self.paths[source] = str(Path(source).resolve())  # docutils makes it relative
            for line, text in enumerate(linecache.getlines(source), 1):
                for url in _URL.findall(text):
                    self.places[source, url].append(line)
        for node in elements:  # in document order, which numbers the anchors
            if isinstance(node, nodes.reference) and "refuri" in node:
                self._collect_link(node)
            elif isinstance(node, addnodes.pending_xref) and "thread_ref" in node:
                self._collect_citation(node)
            elif "thread_ref" in node:
                self._collect_card(node)
        targets = (it for it in elements if isinstance(it, nodes.target) and "refuri" in it)
        self._collect_targets([*targets, *self._definitions()])

    def _note(self, node: nodes.Element, ref: ThreadRef, role: Any, **fields: Any) -> None:
        """Record where the page cites a thread."""
        parents = (part for part in traverse_parent(node) if part.tagname in _CONDITIONAL)
        conditions = tuple((it.tagname, it.get("expr", "todo_include_todos")) for it in parents)
        location = self._location(node, ref.given_url)
        fields |= {"docname": self.env.docname, "location": location, "conditions": conditions}
        self.uses.add(Use(ref=ref, role=role, **fields))

    def _location(self, node: nodes.Element, url: str) -> str:
        """Return the file and line of a link."""
        (source, line), parents = get_source_line(node), list(traverse_parent(node))
        for desc in (it for it in parents if isinstance(it, addnodes.desc)):
            if get_source_line(desc) == (source, line):  # as for the type of a parameter
                inner = next((it for it in desc.findall() if it.source), node)
                source, line = get_source_line(inner)
        # Some directives set only the line, and a linked image in reStructuredText has none.
        source = source or self.document["source"]
        line = line or (node.children and node.children[0].line) or 0
        block = next(part for part in parents if not isinstance(part, nodes.Inline))
        if isinstance(block, nodes.TextElement) and block.line:
            before = takewhile(lambda part: part is not node, block.findall())
            texts = [_source(part) for part in before if isinstance(part, nodes.Text)]
            line = (node.line or block.line) + "".join(texts).count("\n")
        lines, words = linecache.getlines(source), node.rawsource or node.astext()
        reach = 4 if line <= len(lines) else line  # close, unless an included file precedes it
        for table in (it for it in parents if isinstance(it, nodes.table)):
            blocks = table[0], table.previous_sibling(), table.parent[0]
            above, words = max(block.line or 0 for block in blocks if block), ""
            if above > line:  # In a CSV table, docutils counts lines from the cell.
                line, reach = above, above + len(lines)
        first, words = max(line - reach, 1), words.partition("\n")[0]
        near = enumerate(lines[first - 1 : line + reach], first)
        nearest = sorted(near, key=lambda item: abs(item[0] - line))
        found = (
            number
            for number, text in nearest
            if bool(_DEFINITION.match(text)) is isinstance(node, nodes.target)
            if _stands_in(url, text) or _stands_in(words, text)
        )
        # Of a file that is included from a later line on, docutils counts from there.
        far = self.places.get((source, url), ())
        line = next(found, 0) or min(far, key=lambda number: abs(number - line), default=line)
        source = self.paths.get(source, source)
        return (f"{source}:{line}" if line else source).partition(":<translated>")[0]

    def _collect_link(self, node: nodes.reference) -> None:
        ref = parse_thread_url(node["refuri"], self.config.thread_cards_hosts)
        if ref is None or isinstance(node.parent, nodes.substitution_definition):
            return
        is_code = isinstance(node.parent, nodes.FixedTextElement)
        by_default = self.config.thread_cards_link_text == "citation" and not is_code
        if not node.children or (by_default and _bare_url(node)):
            xref = citation_xref(ref, url=node["refuri"])
            node.replace_self(xref)  # with ids and classes
            self._collect_citation(xref)
        else:
            self._note(node, ref, "link")

    def _collect_targets(self, targets: list[nodes.target]) -> None:
        """Record the link targets that no link uses; those of an included file once for all pages."""
        docname, page, files = self.env.docname, self.uses, self.domain.data["files"]
        cited = {use.ref.url for use in page.uses}
        for node in targets:
            file = get_source_line(node)[0] or self.document["source"]
            is_included = file != self.document["source"]
            if is_included and file not in page.files:
                page.files.append(file)
                if self.domain.readers.setdefault(file, docname) == docname:
                    files[file] = PageUses()
            if not is_included or self.domain.readers[file] == docname:
                ref = parse_thread_url(node["refuri"], self.config.thread_cards_hosts)
                self.uses = files[file] if is_included else page
                if ref and (is_included or ref.url not in cited):
                    self._note(node, ref, "link")

    def _definitions(self) -> Iterator[nodes.target]:
        """Yield the link definitions of Markdown, of which the parser makes no nodes."""
        for source in (self.document["source"], *self.document.settings.record_dependencies.list):
            for line, text in enumerate(linecache.getlines(source), 1):
                match = _MARKDOWN_DEFINITION.match(text)
                if match and text.strip() not in self.literal:
                    node = nodes.target("", refuri=match[1])
                    node.source, node.line, node.parent = source, line, self.document
                    yield node

    def _collect_citation(self, xref: nodes.Element) -> None:
        ref, has_snapshot = xref["thread_ref"], None
        # Tables of contents and labels copy the text of a title before Sphinx resolves the citation.
        if not xref["refexplicit"] and any(traverse_parent(xref, (nodes.title, nodes.caption))):
            has_snapshot = self._note_snapshot(ref)
            card = self.domain.default_card(ref)
            for inline in xref.findall(nodes.inline):
                inline[:] = [nodes.Text(card.citation(self.config.language))]
        self._note(xref, ref, "citation", has_snapshot=has_snapshot)

    def _note_snapshot(self, ref: ThreadRef) -> bool:
        """Make the page depend on the snapshot of a thread; return whether there is one."""
        path = snapshot.snapshot_path(ref, self.domain.folder) if self.has_snapshots else None
        with suppress(OSError):  # of a path that is too long
            if path and path.is_file():
                self.env.note_dependency(path)
                return True
        return False

    def _collect_card(self, node: nodes.Element) -> None:
        ref: ThreadRef = node.attributes.pop("thread_ref")
        options: CardOptions = node["thread_options"]
        has_snapshot, thread = self._note_snapshot(ref), None
        try:
            thread = snapshot.load(ref, self.domain.folder) if has_snapshot else None
        except snapshot.SnapshotError as error:
            path = snapshot.snapshot_path(ref, self.domain.folder).relative_to(self.env.srcdir)
            warn("snapshot", f"{path.as_posix()}: {error}", node, once=True)
        if not has_snapshot and (options.show == "thread" or options.posts):
            warn("no_snapshot", f"no snapshot of {ref.url}; run `thread-cards fetch`", node)
        show, excerpt = self.config.thread_cards_show, self.config.thread_cards_excerpt
        card = make_card(ref, options, thread, show=show, excerpt=excerpt)
        self._note_images(card, thread, node)
        for anchor in chain([card.anchor], (f"{card.anchor}-{number}" for number in count(2))):
            ids = [anchor, *(f"{anchor}-{post}" for post in card.numbers)]
            if self.document.ids.keys().isdisjoint(ids):
                break
        node["ids"].insert(0, anchor)
        self.document.ids.update(dict.fromkeys(ids, node))
        # MyST finds no title for the name in the page itself, but it does in the labels of the site.
        self.document.nametypes.update(dict.fromkeys(node["names"], False))
        node["thread_card"] = self.env.docname, anchor  # the card itself is in the domain
        fields = {"card": card, "node_id": anchor, "names": tuple(node["names"])}
        self._note(node, ref, "card", has_snapshot=has_snapshot, **fields)

    def _note_images(self, card: Card, thread: snapshot.Thread | None, node: nodes.Element) -> None:
        """Add the images of a card to the build, as Sphinx's collector does with images in the doctree."""
        images = list(snapshot.saved_images(thread)) if thread and card.numbers else []
        people = thread.participants if thread else ()
        avatars = {person.avatar.file for person in people if person.avatar}
        alts = {image.file: image.alt for image in (*images, card.avatar) if image}
        for file, alt in sorted(alts.items()):
            name = f"{cards.MEDIA_URI}/{file}"
            self.env.note_dependency(name)
            if (self.env.srcdir / name).is_file():
                self.env.images.add_file(self.env.docname, name)
            else:
                warn("image", f"image {name} not found; add it or fetch the thread again", node)
            if self.config.thread_cards_alt and not alt and file not in avatars:
                warn("alt", f'{name} has no alternative text; add "alt" in the snapshot', node)


class BuildCards(SphinxPostTransform):
    """Replace placeholders with the nodes of cards."""

    # After LaTeX's ShowUrlsTransform (400) and extlinks' check of links (500), before linkcheck's collector (800).
    default_priority = 520

    def run(self, **_kwargs: Any) -> None:
        domain = thread_domain(self.env)
        builder = domain.builder
        factory = _BUILDERS.get(builder.name) or _BUILDERS.get(builder.format, cards.CardBuilder)
        # Cards come before their groups.
        for node in reversed(list(self.document.findall(nodes.container))):
            if "thread_card" in node.attributes:
                card = domain.card_at(*node.attributes.pop("thread_card"))
                thread = domain.load(card.ref) if card.numbers else None
                built = factory(card, node, thread, self.config.language, self.env.images)
                is_in_group = "thread-card-group" in node.parent["classes"]
                node.parent.replace(node, built.item() if is_in_group else built.build())
            elif "thread-card-group" in node["classes"]:
                ids, classes = node["ids"], node["classes"]
                group: Any = nodes.bullet_list("", *node.children, ids=ids, classes=classes)
                if issubclass(factory, cards.TargetCardBuilder) and group["ids"]:
                    cards.move_ids(group)
                if builder.format == "latex":  # whose writer ignores the classes of lists
                    group = nodes.container("", group, classes=classes)
                node.parent.replace(node, group)
