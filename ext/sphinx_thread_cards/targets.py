"""Cards as targets: plain ``ref`` and the domain's own ``ref`` reach a card by its anchor or its name.

Sphinx's own labels know no card, as a container has no title. They are set when all pages have been read, and taken
away before any page is read again: so the same ones come out whatever was read, in whatever order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.util.nodes import make_refnode

from sphinx_thread_cards.card import SEPARATOR
from sphinx_thread_cards.warnings import Warn, warn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.domains.std import StandardDomain
    from sphinx.environment import BuildEnvironment

    from sphinx_thread_cards.domain import ThreadDomain
    from sphinx_thread_cards.notes import Entry

_REFERENCES = frozenset({"ref", "any", "myst"})


def names_of(entry: Entry) -> tuple[str, ...]:
    """What a card is reached by: its names, its anchor."""
    return (*entry.names, entry.node_id)


def targets(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Every name and anchor, in lower case, to its card: the first in the order of docnames.

    The anchor of a post leads to the post, worded by the title of its card and its number.
    """
    found: dict[str, Entry] = {}
    posts: dict[str, Entry] = {}
    for entry in entries:
        for name in names_of(entry):
            found.setdefault(name.lower(), entry)
        for number in entry.posts:
            anchor = f"{entry.node_id}-{number}"
            posts.setdefault(anchor.lower(), replace(entry, node_id=anchor, title=f"{entry.title}{SEPARATOR}{number}"))
    return posts | found


def link(
    entry: Entry, fromdocname: str, builder: Builder, node: addnodes.pending_xref, words: nodes.Element
) -> nodes.reference:
    """A link to a card; by its title, where the page has no words of its own."""
    if not node["refexplicit"]:
        words = nodes.inline("", entry.title)
    return make_refnode(builder, fromdocname, entry.docname, entry.node_id, words)


def objects(entries: Iterable[Entry]) -> Iterator[tuple[str, str, str, str, str, int]]:
    """What other projects and the search find of cards: as ``Domain.get_objects``."""
    seen = set()
    for entry in entries:
        # Intersphinx asks for the very letters, and the role for small ones.
        for name in (*names_of(entry), entry.node_id.lower()):
            if name not in seen:
                seen.add(name)
                # Not for the search: where name and anchor are the same, it would take the title for the anchor.
                yield name, entry.title, "card", entry.docname, entry.node_id, -1
                if name == entry.node_id:
                    yield name.removeprefix("thread-"), entry.title, "card", entry.docname, name, 1


def word_links(document: nodes.document, entries: Iterable[Entry]) -> None:
    """Word links of MyST to named cards of their own page, ``[](#name)``: it knows no title of theirs.

    :param entries: the cards of the page.
    """
    titles = {f"#{name}": entry.title for entry in entries for name in entry.names}
    for reference in document.findall(nodes.reference):
        if reference.get("id_link") and not reference.children and reference["refuri"] in titles:
            reference.append(nodes.inline("", titles[reference["refuri"]]))


def note_references(app: Sphinx, document: nodes.document) -> None:
    """Remember what the page refers to (``doctree-read``): MyST makes references of its links late."""
    domain = cast("ThreadDomain", app.env.get_domain("thread"))
    if names := _references(document):
        domain.references[app.env.docname] = names


def _references(document: nodes.document) -> set[str]:
    """What the page refers to by name; it may be a card."""
    return {
        node["reftarget"].lower()
        for node in document.findall(addnodes.pending_xref)
        if node.get("reftype") in _REFERENCES and node.get("refdomain") in {"", None, "std", "thread"}
    }


def drop_labels(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:  # noqa: ARG001
    """Take our labels away, where they are still ours (``env-before-read-docs``)."""
    domain = cast("ThreadDomain", env.get_domain("thread"))
    standard = _standard(env)
    for name, label in domain.labels.items():
        if standard.labels.get(name) == label:
            del standard.labels[name]
        if standard.anonlabels.get(name) == label[:2]:
            del standard.anonlabels[name]
    domain.labels.clear()


def set_labels(app: Sphinx, env: BuildEnvironment) -> list[str]:  # noqa: ARG001
    """Set a label for every name of a card; one of another thing on the site goes before (``env-updated``).

    :returns: pages that refer to a card which came, went, moved or got another title.
    """
    domain = cast("ThreadDomain", env.get_domain("thread"))
    standard = _standard(env)
    known = targets(domain.entries())
    for name, entry in known.items():
        if name not in standard.labels:
            label = entry.docname, entry.node_id, entry.title
            standard.labels[name] = domain.labels[name] = label
            standard.anonlabels[name] = label[:2]
    for message, place in _same_names(domain, standard):
        warn(Warn.SAME_NAME, message, place)
    return _pages_to_link_again(domain, known)


def _standard(env: BuildEnvironment) -> StandardDomain:
    """Sphinx's own domain of labels; before Sphinx 8.1 the environment has no shorter way to it."""
    return cast("StandardDomain", env.get_domain("std"))


def _same_names(domain: ThreadDomain, standard: StandardDomain) -> Iterator[tuple[str, str]]:
    first: dict[str, Entry] = {}
    for entry in domain.entries():
        for name in entry.names:
            other = first.setdefault(name, entry)
            if other.docname != entry.docname:
                said = f"another card is named {name!r}, on the page {other.docname}"
                yield f"{said}; give one of them another name", entry.place
            elif name not in domain.labels:
                page = standard.labels[name][0]
                said = f"something else is named {name!r}, on the page {page}, and plain ref leads there"
                yield f"{said}; give one of them another name", entry.place


def _pages_to_link_again(domain: ThreadDomain, known: Mapping[str, Entry]) -> list[str]:
    now = {
        docname: [
            (name, known[name].docname, known[name].node_id, known[name].title)
            for name in sorted(wanted)
            if name in known
        ]
        for docname, wanted in domain.references.items()
    }
    return domain.changed("linked", now)
