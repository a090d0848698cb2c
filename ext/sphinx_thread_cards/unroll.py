"""A kept thread as docutils nodes: its posts in order, each with number, date and permalink.

What people wrote comes as data (see :mod:`thread`) and becomes standard nodes here, after SmartQuotes and gettext have
passed: quoted words are neither changed nor translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.dates import read_when, show_when
from sphinx_thread_cards.figures import avatar, figures
from sphinx_thread_cards.html_times import date_node
from sphinx_thread_cards.marks import MEANT, marks, places_of
from sphinx_thread_cards.thread import Code, List, Paragraph, Quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.thread import Block, Post, Span, Thread

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Posts that are left out, from the first to the last."""

    first: int
    last: int


def choose(total: int, ranges: Ranges | None) -> list[int | Gap]:
    """Numbers of the posts to show, in order, with a gap wherever some are left out.

    :param total: how many posts there are; numbers begin with 1.
    :param ranges: inclusive ranges, in any order; None for all posts.
    """
    if ranges is None:
        return list(range(1, total + 1))
    wanted = {number for first, last in ranges for number in range(first, min(last, total) + 1)}
    chosen: list[int | Gap] = []
    before = 0
    for number in [*sorted(wanted), total + 1]:
        if number > before + 1:
            chosen.append(Gap(before + 1, number - 1))
        if number <= total:
            chosen.append(number)
        before = number
    return chosen


def unroll(card: Card, thread: Thread, anchor: str, language: str, avatars: int = 0) -> list[nodes.Element]:
    """The posts that a card shows, as containers of the class ``thread-card-post``, and a paragraph for each gap.

    :param anchor: the card's id; a post's is that and its number, ``thread-x-1313512835843055618-3``.
    :param avatars: side in CSS pixels of those beside the names of people other than the thread's author; 0 for none.
    """
    parts: list[nodes.Element] = []
    chosen = choose(len(thread.posts), card.posts)
    places = places_of(thread, {number for number in chosen if isinstance(number, int)}, anchor, card.post)
    # Whom the card names, and who says most: the posts of others bear a name. Where it names another, all do.
    speaker = thread.posts[0].author if thread.posts and card.post is None else None
    for number in chosen:
        if isinstance(number, Gap):
            left_out = words.left_out(number.first, number.last)
            parts.append(nodes.paragraph("", left_out, classes=["thread-card-gap"]))
        else:
            post = thread.posts[number - 1]
            classes = ["thread-card-post", MEANT] if post.id == card.post else ["thread-card-post"]
            box = nodes.container(ids=[f"{anchor}-{number}"], classes=classes)
            box["lang"] = post.lang or thread.lang or ""
            head = _head(thread, post, number, language, speaker)
            next(head.findall(nodes.reference))["said"] = words.post_on(number, words.reader_of(card.ref))
            head += marks(post, places)
            if avatars and post.author != speaker:
                head[:0] = _avatar(thread, post.author, avatars)
            box += head
            box += list(_body(thread, post, language))
            parts.append(box)
    return parts


def _head(thread: Thread, post: Post, number: int, language: str, speaker: str | None) -> nodes.paragraph:
    """Number, as permalink, with author where it is another than the card's, and dates."""
    parts: list[nodes.Node] = []
    if post.author != speaker:
        parts.append(_said("p-author", nodes.inline("", _name(thread, post.author))))
    if post.posted:
        parts.append(_said("dt-published", date_node(post.posted, show_when(read_when(post.posted), language))))
    if post.edited:
        edited = words.edited(show_when(read_when(post.edited), language))
        parts.append(_said("dt-updated", date_node(post.edited, edited)))
    paragraph = nodes.paragraph(classes=["thread-card-post-head"])
    paragraph += nodes.reference("", str(number), refuri=post.url)
    paragraph += [node for part in parts for node in (nodes.Text(" · "), part)]
    return paragraph


def _said(role: str, node: nodes.inline) -> nodes.inline:
    """The node with what it says for machines, which HTML makes a class."""
    node["role"] = role
    return node


def _avatar(thread: Thread, handle: str, side: int) -> list[nodes.Node]:
    """The kept avatar of a person, if there is one, with a space behind it."""
    kept = (person.avatar for person in thread.participants if person.handle == handle)
    return [node for media in kept if media and media.file for node in (avatar(media, side), nodes.Text(" "))]


def _name(thread: Thread, handle: str) -> str:
    names = {author.handle: author.name for author in thread.participants}
    return names.get(handle) or (handle if " " in handle else f"@{handle}")


def _body(thread: Thread, post: Post, language: str) -> Iterator[nodes.Element]:
    if post.warning:
        yield nodes.paragraph("", words.content_warning(post.warning), classes=["thread-card-warning"])
    yield from build_blocks(post.blocks)
    yield from figures(post.media)
    if post.quoted:
        quoted = nodes.block_quote(classes=["thread-card-quoted"])
        quoted["cite"], quoted["lang"] = post.quoted.url, post.quoted.lang or ""
        quoted += nodes.paragraph(
            "",
            "",
            nodes.reference("", _name(thread, post.quoted.author), refuri=post.quoted.url),
            classes=["thread-card-quoted-head"],
        )
        quoted += list(_body(thread, post.quoted, language))
        yield quoted


def build_blocks(blocks: Iterable[Block]) -> Iterator[nodes.Element]:
    """Rich text as docutils nodes."""
    for block in blocks:
        match block:
            case Paragraph():
                yield _paragraph(block)
            case Code():
                yield nodes.literal_block("", block.text, language=block.language or "text", force=True)
            case Quote():
                yield nodes.block_quote("", *build_blocks(block.blocks))
            case List():
                items = [nodes.list_item("", *build_blocks(item)) for item in block.items]
                yield _numbered(block, items) if block.ordered else nodes.bullet_list("", *items)
            case _:
                assert_never(block)


def _numbered(block: List, items: list[nodes.list_item]) -> nodes.Element:
    """A numbered list, as docutils reads one: with its first number where that is another than 1."""
    start = {"start": block.start} if block.start != 1 else {}
    return nodes.enumerated_list("", *items, enumtype="arabic", **start)


def _paragraph(block: Paragraph) -> nodes.Element:
    """A paragraph; lines of a block where the author broke lines."""
    lines: list[list[nodes.Node]] = [[]]
    for span in block.spans:
        first, *others = span.text.split("\n")
        lines[-1].append(_span(span, first))
        lines.extend([_span(span, text)] for text in others)
    if len(lines) == 1:
        return nodes.paragraph("", "", *lines[0])
    return nodes.line_block("", *(nodes.line("", "", *line) for line in lines))


def _span(span: Span, text: str) -> nodes.Node:
    node: nodes.Node = nodes.literal("", text) if span.code else nodes.Text(text)
    if span.emphasis:
        node = nodes.emphasis("", "", node)
    if span.strong:
        node = nodes.strong("", "", node)
    return nodes.reference("", "", node, refuri=span.href) if span.href else node
