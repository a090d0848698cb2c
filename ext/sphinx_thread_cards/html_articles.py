"""From a card to its ``<article>``: the nodes that :mod:`html` and its neighbours write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards.card import BLOCK, header
from sphinx_thread_cards.card_nodes import quotation
from sphinx_thread_cards.html import card_article, card_post, card_words
from sphinx_thread_cards.html_pictures import card_avatar, card_picture
from sphinx_thread_cards.html_quotes import (
    card_box,
    card_content,
    card_fold,
    for_html,
    in_language,
    tongue_around,
    with_directions,
)
from sphinx_thread_cards.html_times import as_times
from sphinx_thread_cards.languages import tag_among
from sphinx_thread_cards.marks import BARE

if TYPE_CHECKING:
    from sphinx_thread_cards.card import Card

_AVATAR_SIDE = 32
_AVATAR_AT_POST = 24
_WORDS = nodes.paragraph | nodes.line_block


def build_article(card: Card, place: nodes.container, language: str) -> card_article:
    """The card as an ``<article>``: few nodes, as there may be many cards on a page."""
    said = " ".join(filter(None, (*header(card, language), card.title, card.author, card.handle)))
    classes = [*place["classes"], "h-cite"]
    article = card_article("", card_words("", said), classes=classes, ids=place["ids"], names=place["names"])
    article.source, article.line = place.source, place.line
    article["card"], article["language"] = card, language
    if card.avatar:
        from sphinx_thread_cards.figures import avatar  # noqa: PLC0415 - as below

        article += card_avatar("", **avatar(card.avatar, _AVATAR_SIDE).attributes)
    if place.children:
        article += card_box("", *place.children, classes=[f"{BLOCK}-summary"])
    if card.thread:
        from sphinx_thread_cards.folds import folded  # noqa: PLC0415 - few sites keep threads, and the others need not wait for this
        from sphinx_thread_cards.unroll import unroll  # noqa: PLC0415 - as above

        article["classes"] = [*article["classes"], f"{BLOCK}-unrolled"]
        posts = unroll(card, card.thread, place["ids"][0], language, _AVATAR_AT_POST)
        article += folded([_for_html(part, language) for part in posts])
    article += [for_html(part) for part in quotation(card)]
    return article


def _for_html(part: nodes.Element, language: str) -> nodes.Element:
    """A post in its own language, its warning as a fold, its pictures with their sizes."""
    if not isinstance(part, nodes.container):
        return part
    post = card_post("", *part.children, ids=part["ids"], classes=part["classes"])
    post["classes"] = [*post["classes"], "h-entry"]
    post["lang"] = part["lang"]
    for quote in [node for node in post.findall(nodes.block_quote) if node.get("cite")]:
        quote.parent.replace(quote, for_html(quote))
    for image in list(post.findall(nodes.image)):
        # Without words of its author, it has ours.
        ours = tag_among(language, tongue_around(image)) if image["alt"] == image.get("said") else None
        image.parent.replace(image, card_picture("", **image.attributes, lang=ours))
    with_directions(post, language)
    as_times(post)
    head, *body = (node for node in post.children if isinstance(node, nodes.Element))
    if body and f"{BLOCK}-warning" in body[0]["classes"]:
        body = [card_fold("", *body[1:], label=body[0].children)]
    next(head.findall(nodes.reference))["classes"] = ["u-url"]
    # Beside code, a quotation or a picture the number would stand in its edge.
    if head.astext().isdecimal() and body and isinstance(body[0], _WORDS) and not body[0]["classes"]:
        head["classes"].append(BARE)
    post[:] = [in_language(for_html(head), language, post["lang"]), card_content("", *body)]
    return post
