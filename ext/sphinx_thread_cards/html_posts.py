"""Words of others in HTML: the posts of a thread, or the beginning of one, each in its own language and direction."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.card import BLOCK
from sphinx_thread_cards.card_nodes import direct
from sphinx_thread_cards.html_nodes import as_times, card_fold, card_part, card_permalink, card_picture, card_text
from sphinx_thread_cards.languages import runs_to_the_left, tag_among
from sphinx_thread_cards.unroll import MEANT, unroll

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.thread import Thread

_AVATAR_SIDE = 24
_SHOWN_BEFORE_THE_FOLD = 6
_WORTH_A_FOLD = 3
_LABELLED = {f"{BLOCK}-{name}" for name in ("warning", "media", "caption")}
_OURS = {*_LABELLED, f"{BLOCK}-quoted-head"}


def build_posts(card: Card, thread: Thread, anchor: str, language: str) -> list[nodes.Element]:
    """The posts that a card shows, with the rest of a long thread in a fold; the post that the page cites is in none.

    :param anchor: the card's id.
    """
    parts = [_for_html(part, language) for part in unroll(card, thread, anchor, language, _AVATAR_SIDE)]
    shown, rest = parts[:_SHOWN_BEFORE_THE_FOLD], parts[_SHOWN_BEFORE_THE_FOLD:]
    runs = [list(run) for _, run in groupby(rest, key=lambda part: MEANT not in part["classes"])]
    long = [run for run in runs if len(run) >= _WORTH_A_FOLD]
    label = words.other_posts if len(long) == 1 else words.more_posts
    for run in runs:
        posts = sum(f"{BLOCK}-post" in part["classes"] for part in run)
        shown += [card_fold("", *run, label=[nodes.Text(label(posts))])] if run in long else run
    return shown


def unfold(article: nodes.Element) -> None:
    """Show what is in folds: a reader of books may not open them."""
    for fold in list(article.findall(card_fold)):
        fold.parent.replace(fold, list(_opened(fold)))


def _opened(fold: card_fold) -> Iterator[nodes.Node]:
    """What is in a fold, below the warning that it bears in a post."""
    if "e-content" in fold.parent["classes"]:
        yield _line(fold["label"], [f"{BLOCK}-warning"])
    yield from fold.children


def _line(children: list[nodes.Node], classes: list[str]) -> card_text:
    """A line with words of ours, such as the head of a post; its own direction does not count for the post."""
    return card_text("", "", *children, tag="p", dir="auto", classes=classes)


def _for_html(part: nodes.Element, language: str) -> nodes.Element:
    """A post in its own language, its warning as a fold, its pictures with their sizes."""
    if not isinstance(part, nodes.container):
        return part
    classes = [*part["classes"], "h-entry"]
    post = card_part("", *part.children, tag="div", dir="auto", lang=part["lang"], ids=part["ids"], classes=classes)
    for quote in [node for node in post.findall(nodes.block_quote) if node.get("cite")]:
        quote.parent.replace(quote, _quotation(quote, quote["classes"]))
    for image in list(post.findall(nodes.image)):
        # Without words of its author, it has ours.
        ours = tag_among(language, _tongue_around(image)) if image["alt"] == image.get("said") else None
        image.parent.replace(image, card_picture("", **image.attributes, lang=ours))
    _direct_lines(post, language)
    head, *body = (node for node in post.children if isinstance(node, nodes.Element))
    if body and f"{BLOCK}-warning" in body[0]["classes"]:
        body = [card_fold("", *body[1:], label=body[0].children)]
    post[:] = [_head(head, language, post["lang"]), card_part("", *body, tag="div", classes=["e-content"])]
    return post


def _head(head: nodes.Element, language: str, theirs: str | None) -> card_text:
    """The head of a post in the language of the page, as what stands there, but for names, are our words.

    :param theirs: tag of the post's language, where it is known.
    """
    as_times(head)
    number = next(head.findall(nodes.reference))
    number["classes"] = ["u-url"]
    head.replace(number, card_permalink("", "", *number.children, **number.attributes))
    line = _line(head.children, head["classes"])
    line["lang"] = tag_among(language, theirs)
    if runs_to_the_left(language):
        line["dir"] = "rtl"
        direct(line, language)
    return line


def _direct_lines(post: nodes.Element, language: str) -> None:
    """Give the lines of ours in a post, and its code, directions of their own; our words are in the page's language."""
    for line in [node for node in post.findall(nodes.paragraph) if _OURS.intersection(node["classes"])]:
        if next(line.findall(nodes.image), None) is None:
            ours = _line(line.children, line["classes"])
            if _LABELLED.intersection(line["classes"]):
                _mark_languages(ours, tag_among(language, _tongue_around(line)), None)
            line.parent.replace(line, ours)
    for code in list(post.findall(nodes.literal_block)):
        code.parent.replace(code, card_part("", code, tag="div", dir="ltr"))


def _tongue_around(node: nodes.Element) -> str | None:
    """Tag of the language of what holds a part of a post, as far as it is known."""
    while not node.get("lang"):
        if node.parent is None:
            return None
        node = node.parent
    return str(node["lang"])


def _mark_languages(line: nodes.Element, ours: str | None, theirs: str | None) -> None:
    """Mark the languages of a line: of its label, and of what people wrote behind it.

    :param ours: tag of the label's language; None for that of what is around, as in ``theirs``.
    """
    text = next(line.findall(nodes.Text))
    label, sign, said = text.partition(words.labelled(""))
    parts = ((label + sign, ours), (said, theirs))
    marked = [card_text("", part, tag="span", lang=tag) if tag else nodes.Text(part) for part, tag in parts if part]
    text.parent.replace(text, marked)


def build_excerpt(part: nodes.Element) -> nodes.Element:
    """The beginning of a post with its source, as what the card says for machines; or the warning in its place."""
    if isinstance(part, nodes.block_quote):
        return _quotation(part, [*part["classes"], "e-content"])
    if part["lang"]:
        _mark_languages(part, None, part["lang"])
    return part


def _quotation(quote: nodes.Element, classes: list[str]) -> card_part:
    """A quotation, which says where its words come from."""
    return card_part(
        "", *quote.children, tag="blockquote", dir="auto", cite=quote["cite"], lang=quote["lang"], classes=classes
    )
