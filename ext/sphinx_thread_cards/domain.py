"""The domain ``thread``: the locations where the site cites threads, and labels, inventory entries and citations."""

import pickle
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.singlehtml import SingleFileHTMLBuilder
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
    """A location where a page cites a thread."""

    docname: str
    ref: ThreadRef
    role: Literal["card", "citation", "link"]
    """A link whose text is a citation counts as a citation."""
    location: str
    """``index.md:12``, as the parser names the file."""
    conditions: tuple[tuple[str, str], ...] = ()
    """Nodes and expressions of the conditional directives around it."""
    card: Card | None = None
    node_id: str = ""
    """Anchor of the card."""
    names: tuple[str, ...] = ()
    has_snapshot: bool | None = None
    """Whether there was a snapshot when Sphinx read the page; None if the page stores nothing from it."""


Target = tuple[str, str, bool, tuple[str, ...], tuple[int, ...], str, tuple[tuple[str, str], ...]]
"""Node id, title, titled, names, numbers of a card, location if named, conditions; pickling classes would be slow."""


@dataclass
class PageUses:
    """The uses on a page, unpickled only when needed, because Sphinx loads and stores the data of all pages."""

    pickled: bytes = b""
    targets: list[Target] = field(default_factory=list)
    cited: list[ThreadRef] = field(default_factory=list)
    has_list: bool = False
    files: list[str] = field(default_factory=list)
    """Included files and docstrings with link targets; their uses are stored once for all pages."""

    def __reduce__(self) -> tuple[Any, ...]:
        pickled = self.pickled or pickle.dumps(self.uses, pickle.HIGHEST_PROTOCOL)
        return PageUses, (pickled, self.targets, self.cited, self.has_list, self.files)

    @cached_property
    def uses(self) -> list[Use]:
        """All uses, in document order."""
        return pickle.loads(self.pickled) if self.pickled else []  # noqa: S301 - a part of Sphinx's own pickle

    def add(self, use: Use) -> None:
        """Record a use, while the page is read; in an unpickled object, it would not be stored."""
        self.uses.append(use)
        if use.role == "citation":
            self.cited.append(use.ref)
        if card := use.card:
            location = use.location if use.names else ""
            target = use.node_id, card.title, card.titled, use.names, card.numbers, location
            self.targets.append((*target, use.conditions))


class ThreadDomain(Domain):
    """The threads that a site cites."""

    name = "thread"
    label = "Thread"
    object_types: ClassVar = {"card": ObjType("thread")}
    initial_data: ClassVar = {"uses": {}, "files": {}, "labels": [], "citations": {}}
    builder: Builder
    readers: dict[str, str]  # the first page that Sphinx reads of those that include a file

    def page(self, docname: str) -> PageUses:
        """Return the uses on a page, new and empty for an unknown one; Sphinx adds to them while it reads."""
        return self.data["uses"].setdefault(docname, PageUses())  # type: ignore[no-any-return]

    def pages(self) -> list[tuple[str, PageUses]]:
        """Return docnames and uses in the order of docnames, so that serial and parallel builds agree."""
        return sorted(self.data["uses"].items())

    def uses(self) -> Iterator[Use]:
        """Yield all uses, but a target in an included file only once, and only if no link leads to the same URL."""
        cited = {use.ref.given_url for _docname, page in self.pages() for use in page.uses}
        for docname, page in self.pages():
            yield from page.uses
            for use in (use for file in page.files for use in self.data["files"][file].uses):
                if use.ref.given_url not in cited:
                    cited.add(use.ref.given_url)
                    yield replace(use, docname=docname)

    def targets(self) -> Iterator[tuple[str, Target]]:
        """Yield docnames and targets of the cards that the builder includes."""
        for docname, page in self.pages():
            yield from ((docname, it) for it in page.targets if self.is_included(it[-1]))

    def is_included(self, conditions: Iterable[tuple[str, str]]) -> bool:
        """Return whether the builder includes a location, given the conditional directives around it."""
        return not conditions or all(self._holds(*condition) for condition in conditions)

    def _holds(self, node: str, expression: str) -> bool:
        try:
            if node == "only":
                return self.builder.tags.eval_condition(expression)
            names = {it.name: it.value for it in self.env.config} | vars(self.env.config)
            return bool(eval(expression, names | {"builder": self.builder.name}))  # noqa: S307 - as ifconfig does
        except Exception:  # noqa: BLE001 - Sphinx reports an invalid one
            return node == "only"

    def clear_doc(self, docname: str) -> None:
        self.data["uses"].pop(docname, None)

    def merge_domaindata(self, docnames: Iterable[str], otherdata: dict[str, Any]) -> None:
        new = {name: page for name, page in otherdata["uses"].items() if name in docnames}
        files = {file: otherdata["files"][file] for page in new.values() for file in page.files}
        self.data["uses"].update(new)
        self.data["files"].update(files)

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

    @cached_property
    def best_cards(self) -> Mapping[tuple[str, str, str, str | None], Card]:
        """The most complete card of each thread and post; available after Sphinx has read all pages."""
        best: dict[tuple[str, str, str, str | None], Card] = {}
        for card in (use.card for use in self.uses() if use.card):
            best[card.key] = max(best.get(card.key, card), card, key=lambda it: it.completeness)
        return best

    def default_card(self, ref: ThreadRef) -> Card:
        """Return the card that a thread has without options."""
        return make_card(ref, CardOptions(), self.load(ref))

    def citation(self, ref: ThreadRef) -> tuple[str, str, str]:
        """Return the text, URL and note of a citation, from the most complete card of what it cites."""
        card, language = self.default_card(ref), self.env.config.language
        card = self.best_cards.get(card.key, card)
        return card.citation(language), card.href, card.note(language)

    def card_at(self, docname: str, anchor: str) -> Card:
        """Return the card on a page that has the given anchor."""
        return next(it.card for it in self.page(docname).uses if it.card and it.node_id == anchor)

    def resolve_xref(self, *args: Any) -> nodes.reference:
        _env, _docname, _builder, _type, _target, node, content = args
        text, url, note = self.citation(node["thread_ref"])
        url = node["refuri"] or url
        if not node["refexplicit"]:
            # The text builder does not write the URLs of links.
            is_text = self.builder.format == "text"
            content[:] = [nodes.Text(f"{text} <{url}>" if is_text else text)]
        title = {"reftitle": note} if note else {}
        return nodes.reference("", "", content, refuri=url, internal=False, **title)

    def resolve_any_xref(self, *_args: object) -> list[tuple[str, nodes.reference]]:
        return []  # The role "any" finds cards through their labels.

    def get_type_name(self, *_args: object) -> str:
        return _("Thread")

    @cached_property
    def objects(self) -> list[tuple[str, str, str, str, str, int]]:
        """The entries of the inventory in the order in which Sphinx writes them; available as best_cards."""
        objects: dict[str, tuple[str, str, str, str, str, int]] = {}
        for docname, (anchor, title, titled, names, *_rest) in self.targets():
            # For the search for titles, which replaces the anchor with the title if name and anchor are equal.
            short = anchor.removeprefix("thread-")
            for name in (*names, anchor, anchor.lower(), short):
                priority = 1 if titled and name is short else -1
                objects.setdefault(name, (name, title, "card", docname, anchor, priority))
        return sorted(objects.values())

    def get_objects(self) -> Iterable[tuple[str, str, str, str, str, int]]:
        return self.objects


def thread_domain(env: BuildEnvironment) -> ThreadDomain:
    """Return the domain of an environment."""
    return cast("ThreadDomain", env.get_domain("thread"))


def citation_xref(ref: ThreadRef, text: str | None = None, url: str = "") -> addnodes.pending_xref:
    """Return an inline citation; missing text and URL are those of the card, known after all pages are read."""
    classes = ["thread-citation", *platform_classes(ref)]
    inline = nodes.inline("", text or url or ref.url, classes=classes)
    target = {"refdomain": "thread", "reftype": "cite", "reftarget": ref.given_url, "refuri": url}
    return addnodes.pending_xref("", inline, thread_ref=ref, refexplicit=bool(text), **target)


def set_builder(app: Sphinx) -> None:
    """Give the domain access to the builder; let linkcheck skip platforms that refuse programs (``builder-inited``)."""
    thread_domain(app.env).builder = app.builder
    if app.builder.name == "linkcheck":
        platforms = (PLATFORMS[name] for name in ("x", "reddit", "stackexchange", "linkedin"))
        hosts = (re.escape(host.lstrip(".")) for platform in platforms for host in platform.hosts)
        pattern = rf"(?i)https?://(?:[^/]+\.)?(?:{'|'.join(hosts)})(?:[/?#]|$)"
        app.config.linkcheck_ignore = [*app.config.linkcheck_ignore, pattern]


def add_style_sheet(app: Sphinx, page: str, _name: str, _context: Any, doctree: Any) -> None:
    """Add the style sheet to a page with a card, citation or list (``html-page-context``)."""
    uses = thread_domain(app.env).data["uses"]
    is_single = isinstance(app.builder, SingleFileHTMLBuilder)
    pages = uses.values() if is_single else [uses.get(page, PageUses())]
    is_styled = any(it.targets or it.cited or it.has_list for it in pages)
    if doctree and app.config.thread_cards_css and is_styled:
        # Before the site's style sheets (800), which may restyle cards. app.add_css_file would add an entry for each page.
        app.builder.add_css_file("thread-cards.css", priority=400)  # type: ignore[attr-defined]


def pages_with_new_snapshots(_app: Sphinx, env: BuildEnvironment, *_changes: Any) -> list[str]:
    """Return the pages for which a snapshot is new; Sphinx detects other changes (``env-get-outdated``)."""
    domain = thread_domain(env)
    saved = set(domain.folder.rglob("*.json"))
    return [
        use.docname
        for use in (domain.uses() if saved else ())
        if use.has_snapshot is False
        if snapshot.snapshot_path(use.ref, domain.folder) in saved
    ]


def remove_labels(_app: Sphinx, env: BuildEnvironment, _docnames: list[str]) -> None:
    """Remove the labels of cards before Sphinx reads pages that may define the same ones (``env-before-read-docs``)."""
    env._pickled_doctree_cache.clear()  # noqa: SLF001 - Sphinx keeps old doctrees for another build of this application
    domain, std = thread_domain(env), env.get_domain("std")
    domain.readers = {}
    for name in domain.data["labels"]:
        std.data["labels"].pop(name, None)
        std.data["anonlabels"].pop(name, None)
    domain.data["labels"] = []


def set_labels(_app: Sphinx, env: BuildEnvironment) -> None:
    """Add labels for cards, so that ``ref`` finds them; other targets take precedence (``env-updated``)."""
    domain, std = thread_domain(env), env.get_domain("std")
    labels, anonymous, own = std.data["labels"], std.data["anonlabels"], domain.data["labels"]
    for docname, (anchor, title, _titled, names, posts, location, *_rest) in domain.targets():
        targets = [(name, anchor, title) for name in (*names, anchor.lower())]
        targets += [((it := f"{anchor}-{n}").lower(), it, f"{title}{SEPARATOR}{n}") for n in posts]
        for name, target, text in targets:
            if name not in labels:
                labels[name] = docname, target, text
                anonymous[name] = docname, target
                own.append(name)
            elif name in names and labels[name][0] != docname:
                message = f"the name {name!r} is also used in {labels[name][0]}; choose another one"
                warn("same_name", message, location)


def update_citations(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages with a citation that changed since the last build (``env-updated``)."""
    domain = thread_domain(env)
    for name in ("best_cards", "objects"):  # of an earlier build of this application
        domain.__dict__.pop(name, None)
    cited = [(docname, ref) for docname, page in domain.pages() for ref in page.cited]
    old, new = domain.data["citations"], {ref.given_url: domain.citation(ref) for _, ref in cited}
    domain.data["citations"] = new
    # The pages with a new one have just been read.
    changed = dict(new.items() - old.items())
    return [docname for docname, ref in cited if ref.given_url in changed]
