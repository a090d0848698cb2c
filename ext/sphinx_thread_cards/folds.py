"""Folds in an article: a long thread is folded on a page of HTML, and nothing is in a book."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.html_quotes import card_content, card_fold, card_head
from sphinx_thread_cards.marks import MEANT

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN_BEFORE_THE_FOLD = 6
_WORTH_A_FOLD = 3


def folded(parts: list[nodes.Element]) -> list[nodes.Element]:
    """The posts of a thread, with the rest of a long one in a fold; the post that the page cites is in none."""
    runs = [
        list(run) for _, run in groupby(parts[_SHOWN_BEFORE_THE_FOLD:], key=lambda part: MEANT not in part["classes"])
    ]
    long = [run for run in runs if len(run) >= _WORTH_A_FOLD]
    label = words.other_posts if len(long) == 1 else words.more_posts
    shown = parts[:_SHOWN_BEFORE_THE_FOLD]
    for run in runs:
        posts = sum("thread-card-post" in part["classes"] for part in run)
        shown += [card_fold("", *run, label=[nodes.Text(label(posts))])] if run in long else run
    return shown


def unfold(article: nodes.Element) -> None:
    """Show what is in folds: a reader of books may not open them."""
    for fold in list(article.findall(card_fold)):
        fold.parent.replace(fold, list(_opened(fold)))


def _opened(fold: card_fold) -> Iterator[nodes.Node]:
    """What is in a fold, below the warning that it bears in a post."""
    if isinstance(fold.parent, card_content):
        yield card_head("", "", *fold["label"], classes=["thread-card-warning"])
    yield from fold.children
