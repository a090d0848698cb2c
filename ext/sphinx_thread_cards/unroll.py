"""A kept thread as docutils nodes: its posts in order, each with number, date and permalink.

What people wrote comes as data (see :mod:`thread`) and becomes standard nodes here, after SmartQuotes and gettext have
passed: quoted words are neither changed nor translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.card import SEPARATOR
from sphinx_thread_cards.dates import read_when, show_when
from sphinx_thread_cards.figures import avatar, figures
from sphinx_thread_cards.html_nodes import date_node
from sphinx_thread_cards.thread import Code, List, Paragraph, Quote
from sphinx_thread_cards.words import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.thread import Author, Block, Post, Span, Thread

MEANT = "thread-card-post-meant"
"""The class of the post that the page cites."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Frame:
    """What the posts of a card have in common."""

    card: Card
    lang: str
    """Tag of the language of the thread; empty if it is not known."""
    anchor: str
    """The card's; a post's is that and its number."""
    language: str
    """Sphinx's ``language``."""
    avatars: int
    people: Mapping[str, Author]
    """By handle."""
    speaker: str | None
    """Whom the card names, and who says most: the posts of others bear a name. Where it names another, all do."""
    numbers: Mapping[str, int]
    """By the id of a post, from 1."""
    shown: Collection[int]
    """Numbers of the posts that are not left out."""


def unroll(card: Card, thread: Thread, anchor: str, language: str, avatars: int = 0) -> list[nodes.Element]:
    """The posts that a card shows, as containers of the class ``thread-card-post``, and a paragraph for each gap.

    :param anchor: the card's id; a post's is that and its number, ``thread-x-1313512835843055618-3``.
    :param avatars: side in CSS pixels of those beside the names of people other than the thread's author; 0 for none.
    """
    total = len(thread.posts)
    frame = _Frame(
        card=card,
        lang=thread.lang or "",
        anchor=anchor,
        language=language,
        avatars=avatars,
        people={person.handle: person for person in thread.participants},
        speaker=thread.posts[0].author if thread.posts and card.post is None else None,
        numbers={post.id: number for number, post in enumerate(thread.posts, start=1)},
        shown=set(card.numbers),
    )
    parts: list[nodes.Element] = []
    before = 0
    for number in [*card.numbers, total + 1]:
        if number > before + 1:
            left_out = words.left_out(before + 1, number - 1)
            parts.append(nodes.paragraph("", left_out, classes=["thread-card-gap"]))
        if number <= total:
            parts.append(_post(thread.posts[number - 1], number, frame))
        before = number
    return parts


def _post(post: Post, number: int, frame: _Frame) -> nodes.container:
    classes = ["thread-card-post", *[MEANT] * (post.id == frame.card.post)]
    body = _body(post, frame)
    box = nodes.container("", _head(post, number, frame), *body, ids=[f"{frame.anchor}-{number}"], classes=classes)
    box["lang"] = post.lang or frame.lang
    return box


def _head(post: Post, number: int, frame: _Frame) -> nodes.paragraph:
    """Number, as permalink, with author where it is another than the card's, dates and marks."""
    link = nodes.reference("", str(number), refuri=post.url)
    link["said"] = _("Post {number} on {place}").format(number=number, place=words.reader_of(frame.card.ref))
    parts: list[nodes.Node] = [link]
    if post.author != frame.speaker:
        parts.append(_said("p-author", nodes.inline("", _name(post.author, frame))))
    if post.posted:
        posted = show_when(read_when(post.posted), frame.language)
        parts.append(_said("dt-published", date_node(post.posted, posted)))
    if post.edited:
        edited = _("edited {date}").format(date=show_when(read_when(post.edited), frame.language))
        parts.append(_said("dt-updated", date_node(post.edited, edited)))
    parts += _marks(post, frame)
    head = nodes.paragraph(classes=["thread-card-post-head"])
    if frame.avatars and post.author != frame.speaker:
        head += _avatar(post.author, frame)
    head += [node for part in parts for node in (nodes.Text(SEPARATOR), part)][1:]
    return head


def _said(role: str, node: nodes.inline) -> nodes.inline:
    """The node with what it says for machines, which HTML makes a class."""
    node["role"] = role
    return node


def _marks(post: Post, frame: _Frame) -> Iterator[nodes.Node]:
    """Which post it answers, to which one can go where it is shown; whether it is the one that the page cites."""
    if number := frame.numbers.get(post.answers or ""):
        said = _("answers {number}").format(number=number)
        link = nodes.reference("", said, refid=f"{frame.anchor}-{number}", internal=True)
        yield link if number in frame.shown else nodes.Text(said)
    if post.id == frame.card.post:
        yield nodes.strong("", _("cited here"))


def _avatar(handle: str, frame: _Frame) -> list[nodes.Node]:
    """The kept avatar of a person, if there is one, with a space behind it."""
    person = frame.people.get(handle)
    kept = person.avatar if person and person.avatar and person.avatar.file else None
    return [avatar(kept, frame.avatars), nodes.Text(" ")] if kept else []


def _name(handle: str, frame: _Frame) -> str:
    person = frame.people.get(handle)
    return (person and person.name) or (handle if " " in handle else f"@{handle}")


def _body(post: Post, frame: _Frame) -> Iterator[nodes.Element]:
    if post.warning:
        yield nodes.paragraph("", words.content_warning(post.warning), classes=["thread-card-warning"])
    yield from build_blocks(post.blocks)
    yield from figures(post.media)
    if post.quoted:
        who = nodes.reference("", _name(post.quoted.author, frame), refuri=post.quoted.url)
        head = nodes.paragraph("", "", who, classes=["thread-card-quoted-head"])
        quoted = nodes.block_quote("", head, *_body(post.quoted, frame), classes=["thread-card-quoted"])
        quoted["cite"], quoted["lang"] = post.quoted.url, post.quoted.lang or ""
        yield quoted


def build_blocks(blocks: Iterable[Block]) -> Iterator[nodes.Element]:
    """Rich text as docutils nodes."""
    for block in blocks:
        match block:
            case Paragraph():
                yield _paragraph(block)
            case Code():
                yield nodes.literal_block("", block.text.rstrip("\n"), language=block.language or "text", force=True)
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
