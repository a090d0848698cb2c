"""Cards in HTML formats: an ``<article>``, whose lines its visitor writes.

Nothing here is registered for ``epub``: one such registration, by any extension, would switch off everybody's
``html`` visitors in EPUB (sphinx/registry.py, ``add_translation_handlers``).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from docutils import nodes

from sphinx_thread_cards.card import BLOCK, SEPARATOR, Card, addresses, header, kept_note, quotation
from sphinx_thread_cards.dates import show_when

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.writers.html5 import HTML5Translator


class card_article(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes and their visitors alike
    """A card, in HTML formats only; its visitor writes the lines around the author's summary."""


class card_words(nodes.Invisible, nodes.TextElement):  # noqa: N801
    """What the lines of an article say, for the search and whatever else reads the text of a page."""


class card_summary(nodes.General, nodes.Element):  # noqa: N801
    """The author's summary in an article."""


class card_post(nodes.General, nodes.Element):  # noqa: N801
    """A post of an unrolled thread."""


class card_fold(nodes.General, nodes.Element):  # noqa: N801
    """What is shown when it is asked for."""


class card_excerpt(nodes.General, nodes.Element):  # noqa: N801
    """The beginning of a kept post, in a card that does not show its posts."""


class card_picture(nodes.image):  # noqa: N801
    """A kept picture, whose size is known before it has come."""


def build_article(card: Card, place: nodes.container, language: str) -> card_article:
    """The card as an ``<article>``: few nodes, as there may be many cards on a page."""
    said = " ".join(filter(None, (*header(card, language), card.title, card.author, card.handle)))
    article = card_article("", card_words("", said), classes=place["classes"], ids=place["ids"], names=place["names"])
    article.source, article.line = place.source, place.line
    article["card"], article["language"] = card, language
    if place.children:
        article += card_summary("", *place.children, classes=[f"{BLOCK}-summary"])
    if card.thread:
        from sphinx_thread_cards.folds import folded  # noqa: PLC0415 - few sites keep threads, and the others need not wait for this
        from sphinx_thread_cards.unroll import unroll  # noqa: PLC0415 - as above

        article["classes"] = [*article["classes"], f"{BLOCK}-unrolled"]
        posts = unroll(card.thread, place["ids"][0], card.posts, language, card.post)
        article += folded([_for_html(part) for part in posts])
    article += [
        card_excerpt("", *part.children, **part.attributes) if isinstance(part, nodes.block_quote) else part
        for part in quotation(card)
    ]
    return article


def _for_html(part: nodes.Element) -> nodes.Element:
    """A post in its own language, its warning as a fold, its pictures with their sizes."""
    if not isinstance(part, nodes.container):
        return part
    post = card_post("", *part.children, ids=part["ids"], classes=part["classes"])
    post["lang"] = part["lang"]
    for image in list(post.findall(nodes.image)):
        image.parent.replace(image, card_picture("", **image.attributes))
    for warning in [node for node in post.children if isinstance(node, nodes.paragraph)][1:2]:
        if f"{BLOCK}-warning" in warning["classes"]:
            place = post.index(warning)
            post[place:] = [card_fold("", *post.children[place + 1 :], label=warning.astext())]
    return post


def visit_article(self: HTML5Translator, node: card_article) -> None:
    """Open the ``<article>``, named by its title, and write what stands above the summary.

    What people wrote runs the way its own letters do: by ``dir``, as CSS for it is not allowed in EPUB.
    """
    card: Card = node["card"]
    name = f"{node['ids'][0]}-title"
    lines = [_header(self, card, node["language"])]
    title = f'<a class="reference external" href="{self.attval(card.href)}">{self.encode(card.title)}</a>'
    lines.append(f'<p class="{BLOCK}-title" id="{name}" dir="auto">{title}</p>\n')
    if who := _who(self, card):
        lines.append(f'<p class="{BLOCK}-author" dir="auto">{who}</p>\n')
    label: dict[str, Any] = {"aria-labelledby": name}
    self.body.append(self.starttag(node, "article", **label) + "".join(lines))


def _header(self: HTML5Translator, card: Card, language: str) -> str:
    platform, *others = (self.encode(part) for part in header(card, language))
    if card.when:
        date = self.encode(show_when(card.when, language))
        time = f'<time datetime="{card.when.isoformat()}">{date}</time>'
        others = [time if part == date else part for part in others]
    return f'<p class="{BLOCK}-header">{SEPARATOR.join((f"<strong>{platform}</strong>", *others))}</p>\n'


def _who(self: HTML5Translator, card: Card) -> str:
    handle = f"@{self.encode(card.handle)}" if card.handle else ""
    if card.author and handle:
        return f'{self.encode(card.author)} <span class="{BLOCK}-handle">{handle}</span>'
    return self.encode(card.author) if card.author else handle


def depart_article(self: HTML5Translator, node: card_article) -> None:
    """Write the line of links, whose labels need no address beside them, and close the ``<article>``."""
    links = (
        f'<a class="reference external" href="{self.attval(url)}">{self.encode(label)}</a>'
        for label, url in addresses(node["card"])
    )
    if note := kept_note(node["card"], node["language"]):
        self.body.append(f'<p class="{BLOCK}-kept">{self.encode(note)}</p>\n')
    self.body.append(f'<p class="{BLOCK}-links">{SEPARATOR.join(links)}</p>\n</article>\n')


def visit_post(self: HTML5Translator, node: card_post) -> None:
    """Open a post, in its own language and direction."""
    language = {"lang": node["lang"]} if node["lang"] else {}
    self.body.append(self.starttag(node, "div", dir="auto", **language))


def depart_post(self: HTML5Translator, node: card_post) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</div>\n")


def visit_fold(self: HTML5Translator, node: card_fold) -> None:
    """Open a fold; the browser opens it, without a script."""
    self.body.append(f'<details class="{BLOCK}-fold"><summary>{self.encode(node["label"])}</summary>\n')


def depart_fold(self: HTML5Translator, node: card_fold) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</details>\n")


def visit_picture(self: HTML5Translator, node: card_picture) -> None:
    """Write a picture; nothing for one whose file is not there, which Sphinx has warned of."""
    if node["uri"] in self.builder.images:
        source = posixpath.join(self.builder.imgpath, quote(self.builder.images[node["uri"]]))
        width, height = node["size"]
        size = {"width": str(width), "height": str(height)} if width and height else {}
        self.body.append(self.emptytag(node, "img", src=source, alt=node["alt"], loading="lazy", **size))
    raise nodes.SkipNode


def visit_excerpt(self: HTML5Translator, node: card_excerpt) -> None:
    """Open the quotation, which says where its words come from."""
    said = {name: node[name] for name in ("cite", "lang") if node[name]}
    self.body.append(self.starttag(node, "blockquote", dir="auto", **said))


def depart_excerpt(self: HTML5Translator, node: card_excerpt) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</blockquote>\n")


def visit_summary(self: HTML5Translator, node: card_summary) -> None:
    """Open the summary."""
    self.body.append(self.starttag(node, "div", dir="auto"))


def depart_summary(self: HTML5Translator, node: card_summary) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</div>\n")


def skip_words(self: HTML5Translator, node: card_words) -> None:  # noqa: ARG001
    """Write nothing: the article's visitor has said it."""
    raise nodes.SkipNode


# What Sphinx.add_node takes for each node.
VISITORS: dict[type[nodes.Element], tuple[Callable[..., None], Callable[..., None] | None]] = {
    card_article: (visit_article, depart_article),
    card_summary: (visit_summary, depart_summary),
    card_words: (skip_words, None),
    card_post: (visit_post, depart_post),
    card_fold: (visit_fold, depart_fold),
    card_excerpt: (visit_excerpt, depart_excerpt),
    card_picture: (visit_picture, None),
}
