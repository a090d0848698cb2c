"""The domain ``thread``: where the site cites which threads; labels, inventory entries and citations."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

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

if TYPE_CHECKING:
    from sphinx_thread_cards.lists import ListOptions


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

    @property
    def targets(self) -> dict[str, tuple[str, str]]:
        """Label to anchor and title, for the card and the posts that it shows."""
        if self.card is None:
            return {}
        title = self.card.title
        posts = [(f"{self.node_id}-{n}", f"{title}{SEPARATOR}{n}") for n in self.card.numbers]
        labels = dict.fromkeys((*self.names, self.node_id.lower()), (self.node_id, title))
        return {anchor.lower(): (anchor, text) for anchor, text in posts} | labels


class PageUses(list[Use]):
    """The uses of a page, pickled once: Sphinx pickles the data of all pages whenever one has changed."""

    pickled = b""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to unpickle the list."""
        return _unpickle, (self.pickled or pickle.dumps(list(self), pickle.HIGHEST_PROTOCOL),)


def _unpickle(pickled: bytes) -> PageUses:
    uses = PageUses(pickle.loads(pickled))  # noqa: S301 - a part of Sphinx's own pickle
    uses.pickled = pickled
    return uses


class ThreadDomain(Domain):
    """The threads that a site cites."""

    name = "thread"
    label = "Thread"
    object_types: ClassVar = {"card": ObjType("thread")}
    initial_data: ClassVar = {"uses": {}, "lists": {}, "labels": {}, "fingerprints": {}}
    data_version = 3
    builder: Builder

    @property
    def lists(self) -> dict[str, list[ListOptions]]:
        """Docname to the lists of threads in the page."""
        lists: dict[str, list[ListOptions]] = self.data["lists"]
        return lists

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
        """Forget a page."""
        for name in ("uses", "lists"):
            self.data[name].pop(docname, None)

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over pages that another process has read."""
        for name in ("uses", "lists"):
            new = otherdata[name]
            self.data[name].update({key: new[key] for key in new.keys() & docnames})

    # -- Cards -----------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """The folder of snapshots."""
        return self.env.srcdir / snapshot.FOLDER

    def make_card(self, ref: ThreadRef, options: CardOptions, thread: Thread | None) -> Card:
        """Return the card of a thread, by the configuration of the site."""
        config = self.env.config
        show, excerpt = config.thread_cards_show, config.thread_cards_excerpt
        return make_card(ref, options, thread, show=show, excerpt=excerpt)

    def load(self, ref: ThreadRef) -> Thread | None:
        """Return the snapshot of a thread, or None if there is none that can be used."""
        try:
            return snapshot.load(ref, self.folder)
        except snapshot.SnapshotError:
            return None

    @cached_property
    def styled_pages(self) -> AbstractSet[str]:
        """Docnames of the pages with a card, citation or list."""
        cited = {use.docname for use in self.uses() if use.role != "link"}
        return self.lists.keys() | cited

    @cached_property
    def best_cards(self) -> Mapping[tuple[str, str, str, str | None], Card]:
        """The most complete card of each thread and post; valid when all pages have been read."""
        best: dict[tuple[str, str, str, str | None], Card] = {}
        for card in (use.card for use in self.uses() if use.card):
            best[card.key] = max(best.get(card.key, card), card, key=lambda it: it.completeness)
        return best

    def citation_card(self, ref: ThreadRef) -> Card:
        """Return the most complete card of what a URL cites."""
        card = make_card(ref, CardOptions(), self.load(ref))
        return self.best_cards.get(card.key, card)

    def card_at(self, docname: str, anchor: str) -> Card:
        """Return the card with an anchor in a page."""
        uses: list[Use] = self.data["uses"][docname]
        return next(use.card for use in uses if use.card and use.node_id == anchor)

    # -- References ------------------------------------------------------------

    def resolve_xref(self, *args: Any) -> nodes.reference:
        *_context, node, content = args
        card = self.citation_card(node["thread_ref"])
        url = node["refuri"] or card.href
        if not node["refexplicit"]:
            text = card.citation(self.env.config.language)
            # The text builder does not write the URLs of links.
            is_text = self.builder.format == "text"
            content[:] = [nodes.Text(f"{text} <{url}>" if is_text else text)]
        return nodes.reference("", "", content, refuri=url, internal=False)

    def resolve_any_xref(self, *_args: object) -> list[tuple[str, nodes.reference]]:
        return []  # The role "any" finds cards through their labels.

    def get_type_name(self, *_args: object) -> str:
        return _("Thread")

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield the entries of the inventory and the search index."""
        seen = set()
        for use in self.uses():
            if use.card is None or not self.is_included(use):
                continue
            anchor, title = use.node_id, use.card.title
            for name in (*use.names, anchor, anchor.lower()):
                if name not in seen:
                    seen.add(name)
                    # Not for the search, which would take the title for the anchor if name and anchor are equal.
                    yield name, title, "card", use.docname, anchor, -1
                    if name == anchor:
                        yield name.removeprefix("thread-"), title, "card", use.docname, anchor, 1


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


_REFUSE_PROGRAMS = ("x", "reddit", "stackexchange", "linkedin")


def set_builder(app: Sphinx) -> None:
    """Give the domain access to the builder; spare linkcheck platforms that refuse programs (``builder-inited``)."""
    thread_domain(app.env).builder = app.builder
    if app.builder.name == "linkcheck":
        hosts = (host.lstrip(".") for name in _REFUSE_PROGRAMS for host in PLATFORMS[name].hosts)
        pattern = rf"https?://(?:[^/]+\.)?(?:{'|'.join(map(re.escape, hosts))})/"
        app.config.linkcheck_ignore = [*app.config.linkcheck_ignore, pattern]


def add_style_sheet(
    app: Sphinx, page: str, _template: str, _context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the style sheet to a page with a card, citation or list (``html-page-context``)."""
    if doctree is None or not app.config.thread_cards_css:
        return
    pages = thread_domain(app.env).styled_pages
    if page in pages or (pages and app.builder.name == "singlehtml"):
        # Before the style sheets of the site (800), which may restyle cards. Not app.add_css_file, which adds the file
        # to all pages.
        app.builder.add_css_file("thread-cards.css", priority=400)  # type: ignore[attr-defined]


def pages_with_new_snapshots(
    _app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], removed: set[str]
) -> list[str]:
    """Return the pages that cite a thread whose snapshot is new (``env-get-outdated``).

    Sphinx itself notices snapshots that changed or were deleted, as dependencies of the page.
    """
    domain = thread_domain(env)
    if not domain.folder.is_dir():
        return []
    new = {
        use.docname
        for use in domain.uses()
        if use.card and not use.has_snapshot and use.docname not in removed
        if snapshot.snapshot_path(use.ref, domain.folder).exists()
    }
    return sorted(new)


def reset(_app: Sphinx, env: BuildEnvironment, _docnames: list[str]) -> None:
    """Forget what was derived from all pages, before pages are read (``env-before-read-docs``)."""
    domain, std = thread_domain(env), env.get_domain("std")
    for name in ("styled_pages", "best_cards"):
        domain.__dict__.pop(name, None)
    for name, label in domain.data["labels"].items():
        if std.data["labels"].get(name) == label:
            del std.data["labels"][name]
            std.data["anonlabels"].pop(name, None)
    domain.data["labels"] = {}


def set_labels(_app: Sphinx, env: BuildEnvironment) -> None:
    """Add labels for cards, so that ``ref`` finds them; other targets of the site come first (``env-updated``)."""
    domain, std = thread_domain(env), env.get_domain("std")
    for use in filter(domain.is_included, domain.uses()):
        for name, (anchor, title) in use.targets.items():
            label = std.data["labels"].get(name)
            if label is None:
                label = use.docname, anchor, title
                std.data["labels"][name] = domain.data["labels"][name] = label
                std.data["anonlabels"][name] = label[:2]
            elif name in use.names and label[0] != use.docname:
                message = f"the name {name!r} is also used in {label[0]}; choose another one"
                warn("same_name", message, use.location)
