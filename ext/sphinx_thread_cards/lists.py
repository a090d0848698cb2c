"""Lists of the threads that a site cites: a table, a timeline, and a file for reference managers."""

import json
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby
from typing import Any, Literal

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import NoUri
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

from sphinx_thread_cards import i18n
from sphinx_thread_cards.card import Card, CardOptions
from sphinx_thread_cards.config import warn
from sphinx_thread_cards.domain import ThreadDomain, Use, thread_domain
from sphinx_thread_cards.html import element
from sphinx_thread_cards.i18n import SEPARATOR, PartialDate, _
from sphinx_thread_cards.nodes import ancestors, as_lines, join, move_ids
from sphinx_thread_cards.urls import Kind, Precision


@dataclass(frozen=True, kw_only=True, slots=True)
class ListOptions:
    """The options of a ``thread-list`` directive."""

    platform: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    community: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    since: PartialDate | None = None
    until: PartialDate | None = None
    only: Literal["cards"] | None = None
    style: str = "table"
    order: str = "oldest"


@dataclass(frozen=True, slots=True)
class CitedThread:
    """A thread that the site cites, with its most complete card and the first use in each page."""

    card: Card
    uses: tuple[Use, ...]


def cited_threads(domain: ThreadDomain, options: ListOptions) -> list[CitedThread]:
    """Return the threads that the site cites, filtered and ordered by the options of a list."""
    uses: dict[tuple[str, str, str], list[Use]] = {}
    for use in domain.uses():
        if domain.is_included(use) and (use.card or not options.only):
            uses.setdefault(use.ref.key, []).append(use)
    threads = []
    for found in uses.values():
        cards = (
            it.card or domain.make_card(it.ref, CardOptions(), domain.load(it.ref)) for it in found
        )
        # The thread before one post of it.
        best = max(cards, key=lambda card: (card.post is None, card.titled, card.completeness))
        if _matches(best, options):
            in_pages = groupby(found, lambda use: use.docname)
            # Preferably a card, which has an anchor.
            firsts = (max(uses, key=lambda use: use.card is not None) for _name, uses in in_pages)
            threads.append(CitedThread(best, tuple(firsts)))
    newest = options.order == "newest"
    # Threads without a date come last.
    no_date = date.min if newest else date.max

    def time(thread: CitedThread) -> tuple[date, float]:
        card, posted = thread.card, thread.card.ref.posted
        return card.date.day if card.date else no_date, posted.timestamp() if posted else 0

    return sorted(threads, key=time, reverse=newest)


def _matches(card: Card, options: ListOptions) -> bool:
    author = {name.casefold() for name in (card.author, card.handle) if name}
    community = {(card.ref.community or "").casefold()}
    for wanted, names in ((options.author, author), (options.community, community)):
        if wanted and names.isdisjoint(name.casefold() for name in wanted):
            return False
    if options.platform and card.ref.platform not in options.platform:
        return False
    if options.state and card.state not in options.state:
        return False
    if card.date is None:
        return not (options.since or options.until)
    # A partial date matches if one of its days does.
    if options.since and _last_day(card.date) < options.since.day:
        return False
    return not options.until or card.date.day <= _last_day(options.until)


def _last_day(when: PartialDate) -> date:
    if when.precision is Precision.DAY:
        return when.day
    month = when.day.month if when.precision is Precision.MONTH else 12
    return when.day.replace(month=month, day=monthrange(when.day.year, month)[1])


# -- Nodes ---------------------------------------------------------------------


class BuildLists(SphinxPostTransform):
    """Fill the lists of a page."""

    default_priority = 440  # after LaTeX's ShowUrlsTransform (400), as lists show URLs

    def run(self, **_kwargs: Any) -> None:
        """Fill the placeholders."""
        self.domain = thread_domain(self.env)
        self.format = self.domain.builder.format
        for node in list(self.document.findall(nodes.container)) if self.domain.lists else ():
            if "thread_list" in node.attributes:
                self.docname, options = node.attributes.pop("thread_list")
                self._fill(node, options)

    def _fill(self, node: nodes.container, options: ListOptions) -> None:
        threads = cited_threads(self.domain, options)
        is_in_table = any(isinstance(part, nodes.entry) for part in ancestors(node))
        if not threads:
            warn("empty_list", "thread-list without threads; change or remove its options", node)
            node += nodes.paragraph("", _("No threads."), classes=["thread-list-empty"])
        elif options.style == "timeline":
            node += self._timeline(threads)
        # Other formats than HTML have no tables in tables.
        elif self.format == "html" or not (self.format == "text" or is_in_table):
            node += self._table(threads)
        else:
            node += self._items(threads, dated=True)
        if self.format == "latex":
            _adapt_to_latex(node)
        elif self.format == "text":
            for item in list(node.findall(nodes.list_item)):
                as_lines(item)
        if node["ids"] and self.format in {"latex", "texinfo", "man"}:
            first = node.children[0]
            if self.format == "latex" and isinstance(first, nodes.table):
                first["ids"], node["ids"] = node["ids"], []
            else:
                move_ids(node)

    def _table(self, threads: list[CitedThread]) -> nodes.table:
        labels = (_("Date"), _("Thread"), _("Cited in"))
        rows: list[list[list[nodes.Element]]] = [[[nodes.paragraph("", label)] for label in labels]]
        for thread in threads:
            when = [self._line("date", self._date(thread.card.date))] if thread.card.date else []
            cited = [self._line("cited", *self._pages(thread))]
            rows.append([when, self._about(thread.card), cited])
        head, *body = (nodes.row("", *(nodes.entry("", *cell) for cell in row)) for row in rows)
        columns = (nodes.colspec(colwidth=width) for width in (25, 47, 28))
        group = nodes.tgroup("", *columns, nodes.thead("", head), nodes.tbody("", *body), cols=3)
        return nodes.table("", group, classes=["thread-list-threads"])

    def _timeline(self, threads: list[CitedThread]) -> list[nodes.Node]:
        """Return years, in them months, in them threads; threads without a date come last."""
        parts: list[nodes.Node] = []
        for year, in_year in groupby(threads, lambda thread: _start(thread, Precision.YEAR)):
            blocks: list[nodes.Node] = []
            for month, in_month in groupby(in_year, lambda thread: _start(thread, Precision.MONTH)):
                items = self._items(in_month)
                name = month and self._time(month, i18n.format_month(month, self.config.language))
                blocks.append(_section(name, [items], "month") if name else items)
            heading = self._date(year) if year else nodes.Text(_("No date"))
            parts.append(_section(heading, blocks, "year"))
        return parts

    def _items(self, threads: Iterable[CitedThread], *, dated: bool = False) -> nodes.bullet_list:
        items = nodes.bullet_list("")
        for thread in threads:
            lines, when = self._about(thread.card), thread.card.date
            if when and (dated or when.precision is Precision.DAY):
                date = self._date(when)
                if date.astext() not in lines[0].astext():  # as in a citation
                    lines[0][:0] = [date, nodes.Text(SEPARATOR)]
            label = nodes.Text(i18n.with_label(_("Cited in")))
            items += nodes.list_item("", *lines, self._line("cited", label, *self._pages(thread)))
        return items

    def _about(self, card: Card) -> list[nodes.Element]:
        """Return title, author and platform, and the URL for readers who cannot click.

        An untitled thread has its citation as title; what that says is not repeated.
        """
        ref, platform = card.ref, i18n.platform_label(card.ref)
        credit, community, number = card.credit or "", ref.community or "", ref.number or ""
        if card.titled:
            text, details = card.title, [credit, platform, community + number]
        else:
            text = card.citation(self.config.language)
            parts = (credit, platform, community, number)
            details = [part for part in parts if part.lstrip("#!&") not in text]
        title = nodes.reference("", text, refuri=card.href)
        if self.format == "html" and i18n.differs(card.title_lang, self.config.language):
            title[:] = [element(nodes.inline("", text), "span", lang=card.title_lang)]
        lines = [self._line("title", title)]
        if who := SEPARATOR.join(filter(None, details)):
            lines.append(self._line("who", nodes.Text(who)))
        if self.format in {"text", "latex"}:
            lines.append(self._line("address", nodes.reference("", card.href, refuri=card.href)))
        return lines

    def _pages(self, thread: CitedThread) -> Iterable[nodes.Node]:
        return join(map(self._page, thread.uses), _(", "))

    def _page(self, use: Use) -> nodes.Node:
        """Return the title of a page, as a link to where it cites the thread."""
        titles, builder = self.env.titles, self.domain.builder
        text = nodes.Text(titles[use.docname].astext() if use.docname in titles else use.docname)
        if builder.format == "man" or (use.docname == self.docname and not use.node_id):
            return text
        try:
            return make_refnode(builder, self.docname, use.docname, use.node_id, text)
        except NoUri:  # a page that is not in this book
            return text

    def _line(self, part: str, *children: nodes.Node) -> nodes.Element:
        return nodes.paragraph("", "", *children, classes=[f"thread-list-{part}"])

    def _date(self, when: PartialDate) -> nodes.Element:
        return self._time(when, i18n.format_date(when, self.config.language))

    def _time(self, when: PartialDate, text: str) -> nodes.Element:
        node = nodes.inline("", text)
        return element(node, "time", datetime=str(when)) if self.format == "html" else node


def _start(thread: CitedThread, precision: Precision) -> PartialDate | None:
    """Return the year or month of a thread, or None if it is unknown."""
    when = thread.card.date
    if when is None or (when.precision is Precision.YEAR and precision is Precision.MONTH):
        return None
    month = when.day.month if precision is Precision.MONTH else 1
    return PartialDate(when.day.replace(month=month, day=1), precision)


def _section(name: nodes.Node, parts: Iterable[nodes.Node], kind: str) -> nodes.definition_list:
    item = nodes.definition_list_item("", nodes.term("", "", name), nodes.definition("", *parts))
    # Themes take a definition list with a class for the documentation of code, unless it is "simple".
    return nodes.definition_list("", item, classes=[f"thread-list-{kind}", "simple"])


def _adapt_to_latex(node: nodes.container) -> None:
    """Set column widths, let tables break between pages, and keep the lines of an item together."""
    for table in node.findall(nodes.table):
        table["classes"] += ["colwidths-given", "longtable"]
    for item in list(node.findall(nodes.list_item)):
        parts: list[nodes.Node] = []
        for line in item.children:
            parts += [nodes.raw("", r"\newline ", format="latex"), *line.children]
        item[:] = [nodes.paragraph("", "", *parts[1:])]


# -- Updates and export --------------------------------------------------------


def pages_to_update(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages whose citations or lists changed since they were written (``env-updated``)."""
    domain = thread_domain(env)
    content: dict[str, list[str]] = {}
    for use in domain.uses():
        if use.role == "citation":
            citation = domain.citation_card(use.ref).citation(env.config.language)
            content.setdefault(use.docname, []).append(citation)
    for docname, lists in domain.lists.items():
        threads = [thread for options in lists for thread in cited_threads(domain, options)]
        titles = [[str(env.titles.get(use.docname)) for use in thread.uses] for thread in threads]
        content.setdefault(docname, []).append(repr((threads, titles)))
    new = {doc: sha256("\n".join(texts).encode()).hexdigest() for doc, texts in content.items()}
    old, domain.data["fingerprints"] = domain.data["fingerprints"], new
    return [docname for docname, value in new.items() if old.get(docname, value) != value]


_CSL_TYPES = {
    Kind.VIDEO: "motion_picture",
    Kind.PLAYLIST: "motion_picture",
    Kind.ARTICLE: "post-weblog",
    Kind.PAGE: "webpage",
}


def write_csl(app: Sphinx, error: Exception | None) -> None:
    """Write ``threads.json``, if the site exports its threads (``build-finished``)."""
    is_web = app.builder.format == "html" and app.builder.name != "epub"
    if error or not is_web or not app.config.thread_cards_export:
        return
    cards = [thread.card for thread in cited_threads(thread_domain(app.env), ListOptions())]
    items, anchors = [], Counter[str]()
    for card in sorted(cards, key=lambda card: (card.anchor, card.ref.key)):
        anchors[card.anchor] += 1  # threads on two servers may have the same anchor
        number = anchors[card.anchor]
        items.append(csl_item(f"{card.anchor}-{number}" if number > 1 else card.anchor, card))
    content = json.dumps(items, ensure_ascii=False, indent=2)
    (app.outdir / "threads.json").write_text(f"{content}\n", encoding="utf-8")


def csl_item(key: str, card: Card) -> dict[str, Any]:
    """Return a thread as an item of CSL-JSON (schema csl-data.json of CSL 1.0.2)."""
    platform, place = i18n.platform_label(card.ref), i18n.community_label(card.ref)
    item = {
        "id": key,
        "type": _CSL_TYPES.get(card.ref.kind, "post"),
        "title": card.title,
        "author": [{"literal": card.credit}] if card.credit else None,
        "issued": _csl_date(card.date),
        "accessed": _csl_date(card.saved),
        "container-title": place,
        "publisher": platform if platform != place else None,
        "URL": card.ref.url,
        "archive_location": card.archive or card.ref.read_url,
        "language": card.lang,
    }
    return {name: value for name, value in item.items() if value}


def _csl_date(when: PartialDate | None) -> dict[str, Any] | None:
    return {"date-parts": [[int(part) for part in str(when).split("-")]]} if when else None
