"""Cards in HTML formats: an ``<article>``, whose lines its visitor writes.

Nothing here is registered for ``epub``: one such registration, by any extension, would switch off everybody's
``html`` visitors in EPUB (sphinx/registry.py, ``add_translation_handlers``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.card import BLOCK, SEPARATOR, Card, addresses, header, kept_note
from sphinx_thread_cards.card_nodes import quotation
from sphinx_thread_cards.dates import show_when
from sphinx_thread_cards.html_nodes import PARTS, card_avatar, card_part, card_words, picture_tag
from sphinx_thread_cards.languages import directed, is_another, runs_to_the_left

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator

    from sphinx_thread_cards.html_nodes import Visitors

_AVATAR_SIDE = 32


class card_article(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes and their visitors alike
    """A card, in HTML formats only; its visitor writes the lines around the author's summary."""


def build_article(card: Card, place: nodes.container, language: str) -> card_article:
    """The card as an ``<article>``: few nodes, as there may be many cards on a page."""
    said = " ".join(filter(None, (*header(card, language), card.title, card.author, card.handle)))
    classes = [*place["classes"], "h-cite", *[f"{BLOCK}-unrolled"] * bool(card.thread)]
    article = card_article("", card_words("", said), classes=classes, ids=place["ids"], names=place["names"])
    article.source, article.line = place.source, place.line
    article["card"], article["language"] = card, language
    if card.avatar:
        from sphinx_thread_cards.figures import avatar  # noqa: PLC0415 - few sites keep threads, and the others need not wait for this

        article += card_avatar("", **avatar(card.avatar, _AVATAR_SIDE).attributes)
    if place.children:
        article += card_part("", *place.children, tag="div", dir="auto", classes=[f"{BLOCK}-summary"])
    if card.thread:
        from sphinx_thread_cards.html_posts import build_posts  # noqa: PLC0415 - as above

        article += build_posts(card, card.thread, place["ids"][0], language)
    elif card.quoted:
        from sphinx_thread_cards.html_posts import build_excerpt  # noqa: PLC0415 - as above

        article += [build_excerpt(part) for part in quotation(card)]
    return article


def visit_article(self: HTML5Translator, node: card_article) -> None:
    """Open the ``<article>``, named by its title, and write what stands above the summary.

    What people wrote runs the way its own letters do: by ``dir``, as CSS for it is not allowed in EPUB.
    """
    card: Card = node["card"]
    name = f"{node['ids'][0]}-title"
    language = node["language"]
    lines = [_header(self, card, language)]
    foreign = card.title_lang and is_another(card.title_lang, language)
    tongue = f' lang="{self.attval(card.title_lang or "")}"' if foreign else ""
    title = _link(self, card, (card.title, card.href), "p-name ")
    lines.append(f'<p class="{BLOCK}-title" id="{name}" dir="auto"{tongue}>{title}</p>\n')
    if who := _who(self, card):
        face = "".join(picture_tag(self, part) for part in node if isinstance(part, card_avatar))
        letter = "" if face else _letter(card)
        lines.append(f'<p class="{BLOCK}-author p-author h-card" dir="auto"{letter}>{face}{who}</p>\n')
    label: dict[str, Any] = {"aria-labelledby": name}
    if runs_to_the_left(language):
        # Few themes say so of the page.
        label["dir"] = "rtl"
    self.body.append(self.starttag(node, "article", **label) + "".join(lines))


def _link(self: HTML5Translator, card: Card, address: tuple[str, str], role: str = "", said: str = "") -> str:
    """A link; the one to the thread itself says so to machines.

    :param address: label and URL.
    :param said: the link's name, where it is more than its label.
    """
    label, url = address
    name = f' aria-label="{self.attval(said)}"' if said else ""
    role += "u-url " if url == card.ref.url else ""
    return f'<a class="{role}reference external" href="{self.attval(url)}"{name}>{self.encode(label)}</a>'


def _header(self: HTML5Translator, card: Card, language: str) -> str:
    platform, *others = (self.encode(part) for part in header(card, language))
    if card.when:
        date = self.encode(show_when(card.when, language))
        time = f'<time class="dt-published" datetime="{card.when.isoformat()}">{date}</time>'
        others = [time if part == date else part for part in others]
    line = directed(SEPARATOR, language).join((f"<strong>{platform}</strong>", *others))
    return f'<p class="{BLOCK}-header">{line}</p>\n'


def _who(self: HTML5Translator, card: Card) -> str:
    handle = f"@{self.encode(card.handle)}" if card.handle else ""
    if card.author and handle:
        name = f'<span class="p-name">{self.encode(card.author)}</span>'
        return f'{name} <bdi class="{BLOCK}-handle p-nickname">{handle}</bdi>'
    return self.encode(card.author) if card.author else handle


def _letter(card: Card) -> str:
    """The attribute with the first letter of the author's name, shown by CSS where there is no avatar."""
    first = next(filter(str.isalnum, card.author or card.handle or ""), "")
    return f' data-letter="{first.upper()[:1]}"' if first else ""


def depart_article(self: HTML5Translator, node: card_article) -> None:
    """Write the line of links, whose labels need no address beside them, and close the ``<article>``.

    Their names say of which thread: many cards have an "Archived copy".
    """
    card: Card = node["card"]
    told = [] if card.titled else header(card, node["language"])[1:]
    about = words.comma().join((card.title, *told))
    links = (_link(self, card, both, said=words.labelled(both[0], about)) for both in addresses(card))
    if note := kept_note(card, node["language"]):
        self.body.append(f'<p class="{BLOCK}-kept">{self.encode(note)}</p>\n')
    # A line may break behind a dot, not before it.
    dot = directed(SEPARATOR, node["language"]).replace(" ", "\N{NO-BREAK SPACE}", 1)
    self.body.append(f'<p class="{BLOCK}-links">{dot.join(links)}</p>\n</article>\n')


VISITORS: dict[type[nodes.Element], Visitors] = {card_article: (visit_article, depart_article), **PARTS}
