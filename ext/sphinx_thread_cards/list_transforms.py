"""Lists of threads are filled when a page is written: every card of the site is known by then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from docutils import nodes
from sphinx.errors import NoUri
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

from sphinx_thread_cards.html_nodes import as_times, card_part, card_text
from sphinx_thread_cards.languages import runs_to_the_left
from sphinx_thread_cards.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from sphinx_thread_cards.domain import ThreadDomain
    from sphinx_thread_cards.list_nodes import Manner
    from sphinx_thread_cards.list_options import ListOptions
    from sphinx_thread_cards.lists import Listed, Place


def note_builder(app: Sphinx) -> None:
    """Tell the domain who builds, as Sphinx deprecates what transforms knew of it (``builder-inited``)."""
    cast("ThreadDomain", app.env.get_domain("thread")).builder = app.builder


class BuildLists(SphinxPostTransform):
    """Fill the lists of a page that is about to be written."""

    # After LaTeX puts footnotes to links (400), as a list shows addresses itself; before any format's BuildCards (445).
    default_priority = 440

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401 - the signature of docutils
        """Put the threads in every place that waits for them."""
        domain = cast("ThreadDomain", self.env.get_domain("thread"))
        if not domain.lists:
            return
        places = [node for node in self.document.findall(nodes.container) if "list" in node.attributes]
        for place in places:
            self._fill(place, domain)

    @property
    def _builder(self) -> Builder:
        return cast("ThreadDomain", self.env.get_domain("thread")).builder

    def _fill(self, place: nodes.container, domain: ThreadDomain) -> None:
        from sphinx_thread_cards.lists import choose, why_none  # noqa: PLC0415 - few sites have lists, and the others need not wait for this
        from sphinx_thread_cards.warnings import Warn, warn  # noqa: PLC0415 - as above

        options: ListOptions = place["list"]
        threads = choose(domain, options)
        if threads:
            place += self._parts(place, options, threads)
        else:
            place += nodes.paragraph("", _("No thread is cited here."), classes=["thread-list-empty"])
            warn(Warn.EMPTY_LIST, f"this list is empty: {why_none(domain, options)}", place)
        if self._builder.format == "html":
            to_the_left = runs_to_the_left(self.config.language)
            _set_apart(place, directed=to_the_left)
            if to_the_left:
                # Few themes say so of the page.
                place[:] = [card_part("", *place.children, tag="div", dir="rtl")]
        _keep_ids(place, self._builder.format)
        for name in ("list", "docname", "anchor"):
            del place[name]

    def _parts(self, place: nodes.container, options: ListOptions, threads: list[Listed]) -> list[nodes.Node]:
        from sphinx_thread_cards import list_nodes  # noqa: PLC0415 - as in _fill

        format_ = self._builder.format
        manner = list_nodes.Manner(
            self.config.language, lambda to: self._link(place["docname"], to), format_ in {"text", "latex"}
        )
        if options.style == "cards":
            return list(self._cards(place, threads, manner))
        if options.style == "timeline":
            made = list_nodes.timeline(threads, manner)
        else:
            # In a line that runs to the left, TeX cannot set a cell of several paragraphs (package varwidth).
            plain = format_ == "text" or (format_ == "latex" and runs_to_the_left(self.config.language))
            # Only HTML has tables within tables.
            plain = plain or (format_ != "html" and _is_in_a_table(place))
            made = (list_nodes.plain if plain else list_nodes.table)(threads, manner)
        box = nodes.container("", *made)
        if format_ == "text":
            list_nodes.in_lines(box)
        elif format_ == "latex":
            list_nodes.in_paragraphs(box)
            _size_columns(box)
        elif format_ == "html":
            as_times(box)
        return box.children

    @staticmethod
    def _cards(place: nodes.container, threads: list[Listed], manner: Manner) -> Iterator[nodes.Node]:
        """Places of cards, which :class:`~sphinx_thread_cards.transforms.BuildCards` builds."""
        from sphinx_thread_cards.list_nodes import cited  # noqa: PLC0415 - as in _fill
        from sphinx_thread_cards.transforms import card_place  # noqa: PLC0415 - as in _fill

        for number, thread in enumerate(threads, start=1):
            card = card_place(thread.card.ref, thread.options, [cited(thread, manner)])
            card["ids"] = [f"{place['anchor']}-{number}"]
            card.source, card.line = place.source, place.line
            yield card

    def _link(self, docname: str, to: Place) -> nodes.Node:
        """The title of a page that cites a thread, as a link to where it does."""
        words = nodes.Text(to.title)
        # In a manual page, a link to another page has an address that leads nowhere.
        if self._builder.format == "man" or (to.docname == docname and not to.node_id):
            return words
        try:
            return make_refnode(self._builder, docname, to.docname, to.node_id, words)
        except NoUri:
            # A page that this book leaves out.
            return words


def _keep_ids(place: nodes.container, format_: str) -> None:
    """Move the ids of a list to where its writer sees them: some leave those of containers out."""
    if not place["ids"] or format_ not in {"latex", "texinfo", "man"}:
        return
    first = place.children[0]
    # LaTeX's leaves a target before a table out, too, and sets the ids of the table.
    if format_ == "latex" and isinstance(first, nodes.table):
        first["ids"] = place["ids"]
    else:
        place.insert(0, nodes.target("", "", ids=place["ids"]))
    place["ids"] = []


def _set_apart(box: nodes.Element, *, directed: bool) -> None:
    """Give the words of links their language, and a direction of their own in lines that run to the left."""
    for link in list(box.findall(nodes.reference)):
        said = ({"lang": link["lang"]} if "lang" in link else {}) | ({"dir": "auto"} if directed else {})
        if said:
            link[:] = [card_text("", "", *link.children, tag="span", **said)]


def _is_in_a_table(node: nodes.Element) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.entry):
            return True
    return False


def _size_columns(box: nodes.container) -> None:
    """Have LaTeX set columns as wide as they say, in a table that may go on on the next page."""
    for table in box.findall(nodes.table):
        table["classes"] = [*table["classes"], "colwidths-given", "longtable"]
