"""A kept thread as docutils nodes: its posts in order, each with its number as permalink, and its date where it is new.

They are made after SmartQuotes and gettext have passed: quoted words are neither changed nor translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.blocks import build_blocks
from sphinx_thread_cards.card import SEPARATOR
from sphinx_thread_cards.dates import read_when, show_when
from sphinx_thread_cards.figures import avatar, figures
from sphinx_thread_cards.html_nodes import date_node
from sphinx_thread_cards.words import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.dates import When
    from sphinx_thread_cards.thread import Author, Post, Thread

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
    told: Collection[str]
    """Ids of the posts whose day the card or the post before has told; told again, it is for machines alone."""


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
        told=_told([thread.posts[number - 1] for number in card.numbers], card.when),
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


def _told(posts: Iterable[Post], known: When | None) -> set[str]:
    told = set()
    for post in posts:
        if post.posted:
            day = read_when(post.posted)
            if day == known:
                told.add(post.id)
            known = day
    return told


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
    if post.posted and post.id not in frame.told:
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
    if post.posted and post.id in frame.told:
        head += _said("dt-published", date_node(post.posted, ""))
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
        parts = (_quoted_head(post.quoted, frame), *_body(post.quoted, frame))
        quoted = nodes.block_quote("", *parts, classes=["thread-card-quoted"])
        quoted["cite"], quoted["lang"] = post.quoted.url, post.quoted.lang or ""
        yield quoted


def _quoted_head(quoted: Post, frame: _Frame) -> nodes.paragraph:
    """Whose post it is, as permalink, and its date."""
    who = nodes.reference("", _name(quoted.author, frame), refuri=quoted.url)
    head = nodes.paragraph("", "", who, classes=["thread-card-quoted-head"])
    if quoted.posted:
        # Without a role, which would tell machines when the post around it was written.
        date = date_node(quoted.posted, show_when(read_when(quoted.posted), frame.language))
        head += [nodes.Text(SEPARATOR), date]
    return head
