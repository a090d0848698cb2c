"""Lists of the threads that a site cites: a table, a timeline, and a file for reference managers."""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.singlehtml import SingleFileHTMLBuilder
from sphinx.errors import NoUri
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode, traverse_parent

from sphinx_thread_cards import i18n
from sphinx_thread_cards.card import Card
from sphinx_thread_cards.config import warn
from sphinx_thread_cards.domain import ThreadDomain, Use, thread_domain
from sphinx_thread_cards.html import element
from sphinx_thread_cards.i18n import SEPARATOR, PartialDate, _, parse_date
from sphinx_thread_cards.nodes import as_lines, join, move_ids
from sphinx_thread_cards.urls import Precision


class ListedThread(NamedTuple):
    """A thread that the site cites, with its most complete card and its first use on each page."""

    card: Card
    uses: list[Use]

    @property
    def date(self) -> str:
        """The date as ``2020-10-06``, ``2020-10`` or ``2020``, or an empty string."""
        return str(self.card.date or "")


def cited_threads(domain: ThreadDomain, options: Mapping[str, Any]) -> list[ListedThread]:
    """Return the threads that the site cites, filtered and ordered by the options of ``thread-list``."""
    by_thread: dict[tuple[str, str, str], list[Use]] = {}
    for use in domain.uses():
        if domain.is_included(use.conditions) and (use.card or "only" not in options):
            by_thread.setdefault(use.ref.key, []).append(use)
    threads = []
    for uses in by_thread.values():
        cards = (use.card or domain.default_card(use.ref) for use in uses)
        # A card of the thread is better than a card of one post.
        best = max(cards, key=lambda card: (card.post is None, card.titled, card.completeness))
        in_pages = groupby(uses, lambda use: use.docname)
        # Preferably a card, which has an anchor.
        firsts = [max(group, key=lambda use: use.card is not None) for _name, group in in_pages]
        threads.append(ListedThread(best, firsts))
    threads = [thread for thread in threads if _matches(thread, options)]
    newest = options.get("order") == "newest"
    no_date = "" if newest else "9999"  # threads without a date come last
    # Threads of one day are sorted by time, as far as it is known.
    threads.sort(key=lambda it: (it.date or no_date, str(it.card.ref.posted or "")), reverse=newest)
    return threads


def _matches(thread: ListedThread, options: Mapping[str, Any]) -> bool:
    card, when = thread.card, thread.date
    names: dict[str, list[str | None]] = {
        "platform": [card.ref.platform],
        "author": [card.author, card.handle],
        "community": [card.ref.community],
        "state": [card.state],
    }
    for option, found in names.items():
        wanted = {name.casefold() for name in options.get(option, ())}
        if wanted and wanted.isdisjoint(name.casefold() for name in found if name):
            return False
    since, until = str(options.get("since", "")), str(options.get("until", ""))
    if not when:
        return not (since or until)
    # A partial date matches if one of its days does.
    return when[: len(since)] >= since[: len(when)] and when[: len(until)] <= until[: len(when)]


class BuildLists(SphinxPostTransform):
    """Fill the lists of a page."""

    default_priority = 500  # before the cards of the page; see also setup()

    def run(self, **_kwargs: Any) -> None:
        self.domain = thread_domain(self.env)
        self.format = self.domain.builder.format
        containers = list(self.document.findall(nodes.container))
        self.cards = {it.get("thread_card") for it in containers}
        for node in containers:
            if "thread_list" in node.attributes:
                self.docname, options = node.attributes.pop("thread_list")
                self._fill(node, options)

    def _fill(self, node: nodes.container, options: Mapping[str, Any]) -> None:
        threads = cited_threads(self.domain, options)
        is_in_table = any(traverse_parent(node, nodes.entry))
        if not threads:
            warn("empty_list", "no thread matches this list; change or remove its options", node)
            node += nodes.paragraph("", _("No threads."), classes=["thread-list-empty"])
        elif options.get("style") == "timeline":
            node += self._timeline(threads)
        # Other formats than HTML have no tables in tables.
        elif self.format == "html" or not (self.format == "text" or is_in_table):
            node += self._table(threads)
        else:
            node += self._items(threads, dated=True)
        if node["ids"] and self.format in {"latex", "texinfo", "man"}:
            first = node.children[0]
            if self.format == "latex" and isinstance(first, nodes.table):
                first["ids"], node["ids"] = node["ids"], []
            else:
                move_ids(node)

    def _table(self, threads: list[ListedThread]) -> nodes.table:
        labels = (_("Date"), _("Thread"), _("Cited in"))
        rows: list[list[list[nodes.Element]]] = [[[nodes.paragraph("", label)] for label in labels]]
        for card, uses in threads:
            when = [self._line("date", self._time(card.date))] if card.date else []
            rows.append([when, self._about(card), [self._cited(uses)]])
        head, *body = (nodes.row("", *(nodes.entry("", *cell) for cell in row)) for row in rows)
        columns = (nodes.colspec(colwidth=width) for width in (25, 47, 28))
        group = nodes.tgroup("", *columns, nodes.thead("", head), nodes.tbody("", *body), cols=3)
        # A long table breaks between pages.
        latex_classes = ["colwidths-given", "longtable"] * (self.format == "latex")
        return nodes.table("", group, classes=["thread-list-threads", *latex_classes])

    def _timeline(self, threads: list[ListedThread]) -> list[nodes.Node]:
        """Return nested lists of years, months and threads; threads without a date come last."""
        parts: list[nodes.Node] = []
        for year, in_year in groupby(threads, lambda thread: thread.date[:4]):
            blocks: list[nodes.Node] = []
            for month, in_month in groupby(in_year, lambda thread: thread.date[:7]):
                items: nodes.Node = self._items(in_month)
                if month != year:
                    when = parse_date(month)
                    name = self._time(when, i18n.format_month(when, self.config.language))
                    items = self._section("month", name, items)
                blocks.append(items)
            heading = self._time(parse_date(year)) if year else nodes.Text(_("No date"))
            parts.append(self._section("year", heading, *blocks))
        return parts

    def _items(self, threads: Iterable[ListedThread], *, dated: bool = False) -> nodes.bullet_list:
        items = nodes.bullet_list("")
        for card, uses in threads:
            lines, when = self._about(card), card.date
            if when and (dated or when.precision is Precision.DAY):
                date = self._time(when)
                if date.astext() not in lines[0].astext():  # as in a citation
                    lines[0][:0] = [date, nodes.Text(SEPARATOR)]
            lines.append(self._cited(uses, nodes.Text(i18n.with_label(_("Cited in")))))
            if self.format == "text":
                lines = [as_lines(lines)]
            elif self.format == "latex":  # keep the lines together
                parts = list[nodes.Node]()
                for line in lines:
                    parts += [nodes.raw("", r"\newline ", format="latex"), *line.children]
                lines = [nodes.paragraph("", "", *parts[1:])]
            items += nodes.list_item("", *lines)
        return items

    def _about(self, card: Card) -> list[nodes.Element]:
        """Return the title or citation, details that it does not contain, and the URL for readers who cannot click."""
        ref, platform = card.ref, i18n.platform_label(card.ref)
        credit, note = card.credit or "", card.note(self.config.language)
        if card.titled:
            state = str(i18n.STATES[card.state]) if card.state else ""
            text, details = card.title, [credit, platform, card.place, state]
        else:
            text = card.citation(self.config.language)
            parts = (credit, platform, ref.community or "", ref.number or "")
            details = [part for part in parts if part.lstrip("#!&") not in text]
        title = nodes.reference("", text, refuri=card.href, **({"reftitle": note} if note else {}))
        if self.format == "html" and i18n.differs(card.title_lang, self.config.language):
            title[:] = [element(nodes.inline("", text), "span", lang=card.title_lang)]
        lines = [self._line("title", title)]
        if who := SEPARATOR.join(filter(None, details)):
            lines.append(self._line("who", nodes.Text(who)))
        if self.format in {"text", "latex"}:
            lines.append(self._line("address", nodes.reference("", card.href, refuri=card.href)))
        return lines

    def _cited(self, uses: list[Use], *label: nodes.Node) -> nodes.Element:
        return self._line("cited", *label, *join(map(self._page, uses), _(", ")))

    def _page(self, use: Use) -> nodes.Node:
        """Return the title of a page, as a link to where it cites the thread."""
        builder, text = self.domain.builder, nodes.Text(self.env.titles[use.docname].astext())
        if builder.format == "man" or (use.docname == self.docname and not use.node_id):
            return text
        if isinstance(builder, SingleFileHTMLBuilder):
            is_here, target = (use.docname, use.node_id) in self.cards, {"refid": use.node_id}
            return nodes.reference("", "", text, internal=True, **target) if is_here else text
        try:
            return make_refnode(builder, self.docname, use.docname, use.node_id, text)
        except NoUri:  # a page that is not in this book
            return text

    def _line(self, part: str, *children: nodes.Node) -> nodes.Element:
        return nodes.paragraph("", "", *children, classes=[f"thread-list-{part}"])

    def _time(self, when: PartialDate, text: str = "") -> nodes.Element:
        node = nodes.inline("", text or i18n.format_date(when, self.config.language))
        return element(node, "time", datetime=str(when)) if self.format == "html" else node

    def _section(self, kind: str, name: nodes.Node, *parts: nodes.Node) -> nodes.definition_list:
        pair = nodes.term("", "", name), nodes.definition("", *parts)
        # Themes format a definition list with a class as documentation of code, unless it is "simple".
        classes = [f"thread-list-{kind}", "simple"]
        return nodes.definition_list("", nodes.definition_list_item("", *pair), classes=classes)


_CSL_TYPES = {"video": "motion_picture", "article": "post-weblog", "page": "webpage"}


def _csl_date(date: PartialDate | None) -> dict[str, Any] | None:
    return {"date-parts": [[int(part) for part in str(date).split("-")]]} if date else None


def write_csl(app: Sphinx, error: Exception | None) -> None:
    """Write ``threads.json`` (CSL-JSON 1.0.2), if the site exports its threads (``build-finished``)."""
    is_web = app.builder.format == "html" and app.builder.name != "epub"
    if error or not is_web or not app.config.thread_cards_export:
        return
    cards = [thread.card for thread in cited_threads(thread_domain(app.env), {})]
    items: dict[str, dict[str, Any]] = {}
    for card in sorted(cards, key=lambda card: (card.anchor, card.ref.key)):
        key = card.anchor
        while key in items:  # threads on two servers may have the same anchor
            key += "-2"
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
        items[key] = {name: value for name, value in item.items() if value}
    content = json.dumps(list(items.values()), ensure_ascii=False, indent=2)
    (app.outdir / "threads.json").write_text(f"{content}\n", encoding="utf-8")
