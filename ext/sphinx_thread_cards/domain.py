"""The domain ``thread``: where the site cites which threads; labels, inventory entries and citations."""

import pickle
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment

from sphinx_thread_cards import snapshot
from sphinx_thread_cards.card import Card, CardOptions, make_card, platform_classes
from sphinx_thread_cards.config import warn
from sphinx_thread_cards.i18n import SEPARATOR, _
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.snapshot import Thread
from sphinx_thread_cards.urls import ThreadRef


@dataclass(frozen=True, kw_only=True)
class Use:
    """A place where a page cites a thread."""

    docname: str
    ref: ThreadRef
    role: Literal["card", "citation", "link"]
    """A link with a citation as its text is a citation."""
    location: str
    """``index.md:12``, as the parser names the file."""
    conditions: tuple[str, ...] = ()
    """Expressions of the ``only`` directives around it."""
    card: Card | None = None
    node_id: str = ""
    """Anchor of the card."""
    names: tuple[str, ...] = ()
    has_snapshot: bool = False


class PageUses(list[Use]):
    """The uses of a page, pickled once: Sphinx pickles the data of all pages whenever one has changed."""

    def __init__(self, pickled: bytes = b"") -> None:
        super().__init__(pickle.loads(pickled) if pickled else ())  # noqa: S301 - a part of Sphinx's own pickle
        self.pickled = pickled

    def __reduce__(self) -> tuple[Any, ...]:
        return PageUses, (self.pickled or pickle.dumps(list(self), pickle.HIGHEST_PROTOCOL),)


class ThreadDomain(Domain):
    """The threads that a site cites."""

    name = "thread"
    label = "Thread"
    object_types: ClassVar = {"card": ObjType("thread")}
    initial_data: ClassVar = {"uses": {}, "labels": [], "citations": {}}
    builder: Builder
    best_cards: dict[tuple[str, str, str, str | None], Card]
    """The most complete card of each thread and post, known when all pages have been read."""

    def note_use(self, use: Use) -> None:
        """Record where the current page cites a thread."""
        self.data["uses"].setdefault(use.docname, PageUses()).append(use)

    def uses(self) -> Iterator[Use]:
        """Yield all uses, in the order of docnames, so that serial and parallel builds agree."""
        for docname in sorted(self.data["uses"]):
            yield from self.data["uses"][docname]

    def is_included(self, use: Use) -> bool:
        """Return whether the builder includes the place, by the ``only`` directives around it."""
        return all(map(self.builder.tags.eval_condition, use.conditions))

    def clear_doc(self, docname: str) -> None:
        self.data["uses"].pop(docname, None)

    def merge_domaindata(self, docnames: Iterable[str], otherdata: dict[str, Any]) -> None:
        new = otherdata["uses"]
        self.data["uses"].update({name: new[name] for name in new.keys() & docnames})

    # -- Cards -----------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """The folder of snapshots."""
        return self.env.srcdir / snapshot.FOLDER

    def load(self, ref: ThreadRef) -> Thread | None:
        """Return the snapshot of a thread, or None if there is none that can be used."""
        try:
            return snapshot.load(ref, self.folder)
        except snapshot.SnapshotError:
            return None

    def default_card(self, ref: ThreadRef) -> Card:
        """Return the card of a thread without options."""
        return make_card(ref, CardOptions(), self.load(ref))

    def citation(self, ref: ThreadRef) -> tuple[str, str]:
        """Return the text and the URL of a citation, from the most complete card of what it cites."""
        card = self.default_card(ref)
        card = self.best_cards.get(card.key, card)
        return card.citation(self.env.config.language), card.href

    def card_at(self, docname: str, anchor: str) -> Card:
        """Return the card with an anchor in a page."""
        uses: list[Use] = self.data["uses"][docname]
        return next(use.card for use in uses if use.card and use.node_id == anchor)

    # -- References ------------------------------------------------------------

    def resolve_xref(self, *args: Any) -> nodes.reference:
        *_context, node, content = args
        text, url = self.citation(node["thread_ref"])
        url = node["refuri"] or url
        if not node["refexplicit"]:
            # The text builder does not write the URLs of links.
            is_text = self.builder.format == "text"
            content[:] = [nodes.Text(f"{text} <{url}>" if is_text else text)]
        return nodes.reference("", "", content, refuri=url, internal=False)

    def resolve_any_xref(self, *_args: object) -> list[tuple[str, nodes.reference]]:
        return []  # The role "any" finds cards through their labels.

    def get_type_name(self, *_args: object) -> str:
        return _("Thread")

    def get_objects(self) -> Iterable[tuple[str, str, str, str, str, int]]:
        objects: dict[str, tuple[str, str, str, str, str, int]] = {}
        for use in self.uses():
            if use.card and self.is_included(use):
                anchor, short = use.node_id, use.node_id.removeprefix("thread-")
                entry = use.card.title, "card", use.docname, anchor
                for name in (*use.names, anchor, anchor.lower()):
                    objects.setdefault(name, (name, *entry, -1))
                # For the search, which would take the title for the anchor if name and anchor were equal.
                objects.setdefault(short, (short, *entry, 1))
        return objects.values()


def thread_domain(env: BuildEnvironment) -> ThreadDomain:
    """Return the domain of an environment."""
    return cast("ThreadDomain", env.get_domain("thread"))


def citation_xref(ref: ThreadRef, text: str | None = None, url: str = "") -> addnodes.pending_xref:
    """Return an inline citation, by default with text and URL of the card, known when all pages have been read."""
    classes = ["thread-citation", *platform_classes(ref)]
    inline = nodes.inline("", text or ref.url, classes=classes)
    target = {"refdomain": "thread", "reftype": "cite", "reftarget": ref.given_url, "refuri": url}
    is_explicit = text is not None
    return addnodes.pending_xref("", inline, thread_ref=ref, refexplicit=is_explicit, **target)


def set_builder(app: Sphinx) -> None:
    """Give the domain access to the builder; spare linkcheck platforms that refuse programs (``builder-inited``)."""
    thread_domain(app.env).builder = app.builder
    if app.builder.name == "linkcheck":
        platforms = (PLATFORMS[name] for name in ("x", "reddit", "stackexchange", "linkedin"))
        hosts = (re.escape(host.lstrip(".")) for platform in platforms for host in platform.hosts)
        pattern = rf"https?://(?:[^/]+\.)?(?:{'|'.join(hosts)})/"
        app.config.linkcheck_ignore = [*app.config.linkcheck_ignore, pattern]


def add_style_sheet(
    app: Sphinx, page: str, _template: str, _context: Any, doctree: nodes.document | None
) -> None:
    """Add the style sheet to a page with a card, citation or list (``html-page-context``)."""
    uses, lists = thread_domain(app.env).data["uses"], app.env.reread_always
    pages = {*uses, *lists} if app.builder.name == "singlehtml" else {page}
    cited = any(use.role != "link" for name in pages for use in uses.get(name, ()))
    if doctree and app.config.thread_cards_css and (cited or not lists.isdisjoint(pages)):
        # Before the style sheets of the site (800), which may restyle cards. Not app.add_css_file, which adds the file
        # to all pages.
        app.builder.add_css_file("thread-cards.css", priority=400)  # type: ignore[attr-defined]


def pages_with_new_snapshots(_app: Sphinx, env: BuildEnvironment, *_changes: Any) -> list[str]:
    """Return the pages that cite a thread whose snapshot is new (``env-get-outdated``).

    Sphinx itself notices snapshots that changed or were deleted, as dependencies of the page.
    """
    domain = thread_domain(env)
    saved = set(domain.folder.rglob("*.json"))
    return [
        use.docname
        for use in domain.uses()
        if saved and use.card and not use.has_snapshot
        if snapshot.snapshot_path(use.ref, domain.folder) in saved
    ]


def remove_labels(_app: Sphinx, env: BuildEnvironment, _docnames: list[str]) -> None:
    """Remove the labels of cards before pages are read, which may have the same ones (``env-before-read-docs``)."""
    domain, std = thread_domain(env), env.get_domain("std")
    for name in domain.data["labels"]:
        std.data["labels"].pop(name, None)
        std.data["anonlabels"].pop(name, None)
    domain.data["labels"] = []


def set_labels(_app: Sphinx, env: BuildEnvironment) -> None:
    """Add labels for cards, so that ``ref`` finds them; other targets of the site come first (``env-updated``)."""
    domain, std = thread_domain(env), env.get_domain("std")
    labels = std.data["labels"]
    for use in domain.uses():
        if not use.card or not domain.is_included(use):
            continue
        anchor, title = use.node_id, use.card.title
        posts = [(f"{anchor}-{n}", f"{title}{SEPARATOR}{n}") for n in use.card.numbers]
        targets = [(name, anchor, title) for name in (*use.names, anchor.lower())]
        targets += [(target.lower(), target, text) for target, text in posts]
        for name, target, text in targets:
            if name not in labels:
                labels[name] = use.docname, target, text
                std.data["anonlabels"][name] = use.docname, target
                domain.data["labels"].append(name)
            elif name in use.names and labels[name][0] != use.docname:
                message = f"the name {name!r} is also used in {labels[name][0]}; choose another one"
                warn("same_name", message, use.location)


def update_citations(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Find the best cards; return the pages with a citation that changed since the last build (``env-updated``)."""
    domain = thread_domain(env)
    best = domain.best_cards = dict[tuple[str, str, str, str | None], Card]()
    for card in (use.card for use in domain.uses() if use.card):
        best[card.key] = max(best.get(card.key, card), card, key=lambda it: it.completeness)
    cited = [use for use in domain.uses() if use.role == "citation"]
    old, new = domain.data["citations"], {it.ref.given_url: domain.citation(it.ref) for it in cited}
    domain.data["citations"] = new
    # The pages with a new one have just been read.
    changed = dict(new.items() - old.items())
    return [use.docname for use in cited if use.ref.given_url in changed]
