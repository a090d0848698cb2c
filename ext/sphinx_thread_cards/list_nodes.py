"""A list of threads as standard docutils nodes: a table, a timeline by years and months, or lines of plain text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.card import SEPARATOR
from sphinx_thread_cards.dates import When, show_month, show_when
from sphinx_thread_cards.html_nodes import date_node
from sphinx_thread_cards.languages import directed, is_another
from sphinx_thread_cards.list_options import BLOCK
from sphinx_thread_cards.urls import Precision
from sphinx_thread_cards.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.lists import Listed, Place

_WIDTHS = 25, 47, 28
"""Of the columns of a table, in hundredths of the line."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What the page and the builder want of a list."""

    language: str
    """Sphinx's ``language``."""
    link: Callable[[Place], nodes.Node]
    """Makes the words that lead to a place on the site."""
    addresses: bool
    """Whether addresses are shown, for readers who cannot click."""


def table(threads: Iterable[Listed], manner: Manner) -> list[nodes.Node]:
    """A table: date, thread, where it is cited."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in _WIDTHS), cols=len(_WIDTHS))
    labels = _("Date"), words.thread(), words.cited_in()
    group += nodes.thead("", nodes.row("", *(nodes.entry("", nodes.paragraph("", label)) for label in labels)))
    group += nodes.tbody("", *(_row(thread, manner) for thread in threads))
    return [nodes.table("", group, classes=[f"{BLOCK}-threads"])]


def _row(thread: Listed, manner: Manner) -> nodes.row:
    card = thread.card
    day = [_date(card.when, manner)] if card.when else []
    cells = (
        [_paragraph(day, "date")] if day else [],
        _about(card, manner),
        [_paragraph(_places(thread, manner), "cited")],
    )
    return nodes.row("", *(nodes.entry("", *cell) for cell in cells))


def _about(card: Card, manner: Manner) -> list[nodes.Node]:
    """Title, and below it who and where; the address, if it is shown."""
    title = nodes.reference("", card.title, refuri=card.href)
    if card.title_lang and is_another(card.title_lang, manner.language):
        title["lang"] = card.title_lang
    lines: list[nodes.Node] = [_paragraph([title], "title")]
    lines += [
        _paragraph([nodes.Text(said)], "who") for said in [directed(who_and_where(card), manner.language)] if said
    ]
    if manner.addresses:
        lines.append(_paragraph([nodes.reference("", card.href, refuri=card.href)], "address"))
    return lines


def who_and_where(card: Card) -> str:
    """``Andrei Warkentin · X``, with the place on the platform where the title does not say it."""
    where = [words.platform_label(card.ref)]
    if card.titled and card.ref.community:
        where.append(card.ref.community + (card.ref.number or ""))
    elif card.ref.number:
        where.append(card.ref.number)
    return SEPARATOR.join(filter(None, (card.who, *where)))


def _places(thread: Listed, manner: Manner) -> list[nodes.Node]:
    links = [manner.link(place) for place in thread.places]
    return [node for link in links for node in (nodes.Text(words.comma()), link)][1:]


def cited(thread: Listed, manner: Manner) -> nodes.paragraph:
    """The line that says where on the site a thread is cited, with links."""
    return _paragraph([nodes.Text(words.labelled(words.cited_in())), *_places(thread, manner)], "cited")


def _paragraph(parts: Iterable[nodes.Node], name: str) -> nodes.paragraph:
    return nodes.paragraph("", "", *parts, classes=[f"{BLOCK}-{name}"])


def _date(when: When, manner: Manner) -> nodes.inline:
    return date_node(when.isoformat(), show_when(when, manner.language))


def timeline(threads: Iterable[Listed], manner: Manner) -> list[nodes.Node]:
    """Years, in them months, in them threads; those without a date at the end."""
    parts: list[nodes.Node] = []
    for year, in_year in _runs(threads, Precision.YEAR):
        blocks: list[nodes.Node] = []
        for month, in_month in _runs(in_year, Precision.MONTH):
            items = _items(in_month, manner)
            # Of some only the year is known.
            name = month and date_node(month.isoformat(), show_month(month, manner.language))
            blocks.append(_named(name, [items], "month") if name else items)
        parts.append(_named(_date(year, manner) if year else nodes.Text(_("Date not known")), blocks, "year"))
    return parts


def _runs(threads: Iterable[Listed], precision: Precision) -> list[tuple[When | None, list[Listed]]]:
    """Threads in a row that have one year or month, with it; with None, where it is not known."""

    def common(thread: Listed) -> When | None:
        when = thread.card.when
        if when is None or (when.precision is Precision.YEAR and precision is Precision.MONTH):
            return None
        month = when.day.month if precision is Precision.MONTH else 1
        return When(when.day.replace(month=month, day=1), precision)

    return [(when, list(run)) for when, run in groupby(threads, key=common)]


def _named(name: nodes.Node, parts: Iterable[nodes.Node], kind: str) -> nodes.definition_list:
    """A list of one definition: what a year or a month holds.

    Themes take a list that has a class and is not ``simple`` for the documentation of code.
    """
    item = nodes.definition_list_item("", nodes.term("", "", name), nodes.definition("", *parts))
    return nodes.definition_list("", item, classes=[f"{BLOCK}-{kind}", "simple"])


def _items(threads: Iterable[Listed], manner: Manner, *, dated: bool = False) -> nodes.bullet_list:
    return nodes.bullet_list("", *(_item(thread, manner, dated=dated) for thread in threads))


def _item(thread: Listed, manner: Manner, *, dated: bool) -> nodes.list_item:
    """An item, with its date; in a month only with a day, unless it is ``dated`` in any case."""
    card = thread.card
    lines = _about(card, manner)
    if card.when and (dated or card.when.precision is Precision.DAY):
        title = lines[0]
        assert isinstance(title, nodes.paragraph)  # noqa: S101 - what _about makes
        title[:0] = [_date(card.when, manner), nodes.Text(SEPARATOR)]
    lines.append(cited(thread, manner))
    return nodes.list_item("", *lines)


def plain(threads: Iterable[Listed], manner: Manner) -> list[nodes.Node]:
    """Items of plain text, in the place of a table: one line for each address, as its writer wraps table cells."""
    return [_items(threads, manner, dated=True)]


def in_paragraphs(box: nodes.Element) -> None:
    """Make one paragraph of those of each item, for LaTeX, which would set them apart and let pages end there."""
    for item in list(box.findall(nodes.list_item)):
        lines = [[nodes.raw("", r"\newline ", format="latex"), *part.children] for part in item.children]
        item[:] = [nodes.paragraph("", "", *[node for line in lines for node in line][1:])]


def in_lines(box: nodes.Element) -> None:
    """Make lines of the paragraphs of items, which writers of plain text would wrap and set apart."""
    for item in list(box.findall(nodes.list_item)):
        item[:] = [nodes.line_block("", *(nodes.line("", "", *part.children) for part in item.children))]
