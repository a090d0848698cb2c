"""From what is known of a thread to its card: what it says, and the standard docutils nodes that say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.dates import read_when, show_when, when_of

if TYPE_CHECKING:
    from sphinx_thread_cards.dates import When
    from sphinx_thread_cards.model import ThreadRef
    from sphinx_thread_cards.options import Options
    from sphinx_thread_cards.thread import Media, Thread

BLOCK = "thread-card"
SEPARATOR = " · "
_NOT_IN_ANCHOR = re.compile(r"[^A-Za-z0-9._]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What one card says: the author's options laid over what the URL tells."""

    ref: ThreadRef
    title: str
    titled: bool
    """Whether the title says more than what kind of thread it is."""
    author: str | None
    handle: str | None
    when: When | None
    lang: str | None
    archive: str | None
    avatar: Media | None = None
    """The author's, if its picture is kept."""
    kept: When | None = None
    """When the snapshot was taken, if one is kept and it says so."""
    gone: bool = False
    """Whether the live thread was found to be gone."""
    thread: Thread | None = None
    """The kept thread, where its posts are to be shown."""
    posts: tuple[tuple[int, int], ...] | None = None
    """Which posts to show; None for all."""

    @property
    def href(self) -> str:
        """The address that the title leads to."""
        return self.ref.read_url or self.ref.url


def describe(ref: ThreadRef, options: Options, thread: Thread | None = None, *, unrolled: bool = False) -> Card:
    """Lay what the author wrote over what the snapshot says, and that over what the address says.

    :param thread: the kept thread, if there is one.
    :param unrolled: whether cards show all posts where their author does not say.
    """
    if thread is not None and thread.provenance.status != "withdrawn":
        return _describe_kept(ref, options, thread, unrolled=unrolled)
    title = options.title or ref.title
    return Card(
        ref=ref,
        title=title or words.what_it_is(ref),
        titled=title is not None,
        author=options.author,
        handle=options.handle or ref.author,
        when=options.date or when_of(ref),
        lang=options.lang,
        archive=options.archive,
    )


def _describe_kept(ref: ThreadRef, options: Options, thread: Thread, *, unrolled: bool) -> Card:
    first = thread.posts[0] if thread.posts else None
    author = next((person for person in thread.participants if first and person.handle == first.author), None)
    posted = read_when(first.posted) if first and first.posted else None
    retrieved = thread.provenance.retrieved
    title = options.title or thread.title or ref.title
    # A handle that the page gives may be another person's.
    pictured = author and author.avatar and author.avatar.file and options.handle in {None, author.handle}
    return Card(
        ref=ref,
        title=title or words.what_it_is(ref),
        titled=title is not None,
        author=options.author or (author.name if author else None),
        handle=options.handle or (author.handle if author else ref.author),
        when=options.date or posted or when_of(ref),
        lang=options.lang or thread.lang,
        archive=options.archive or thread.provenance.archived,
        avatar=author.avatar if author and pictured else None,
        kept=read_when(retrieved) if retrieved else None,
        gone=thread.provenance.status == "gone",
        thread=thread if options.posts or (options.show == "thread" if options.show else unrolled) else None,
        posts=options.posts,
    )


def anchor(ref: ThreadRef) -> str:
    """The card's id on its page, ``thread-x-1313512835843055618``."""
    return f"thread-{ref.platform}-{_NOT_IN_ANCHOR.sub('-', ref.id).strip('-')}"


def class_of(ref: ThreadRef) -> str:
    """The class of all cards of a platform, ``thread-card-x``."""
    return f"{BLOCK}-{ref.platform}"


def build(card: Card, place: nodes.container, language: str) -> nodes.container:
    """The card as a plain container of standard nodes; every builder knows what is in it.

    :param place: the container in the page's doctree, with the author's summary; its classes and ids go to the card.
    :param language: Sphinx's ``language``, for dates.
    """
    box = nodes.container(classes=place["classes"], ids=place["ids"], names=place["names"])
    box.source, box.line = place.source, place.line
    box += nodes.paragraph("", SEPARATOR.join(header(card, language)), classes=[f"{BLOCK}-header"])
    title = nodes.reference("", card.title, refuri=card.href)
    box += nodes.paragraph("", "", title, classes=[f"{BLOCK}-title"])
    if who := " ".join(filter(None, (card.author, card.handle and f"@{card.handle}"))):
        box += nodes.paragraph("", who, classes=[f"{BLOCK}-author"])
    if place.children:
        box += nodes.container("", *place.children, classes=[f"{BLOCK}-summary"])
    if card.thread:
        from sphinx_thread_cards.unroll import unroll  # noqa: PLC0415 - few sites keep threads, and the others need not wait for this

        posts = unroll(card.thread, place["ids"][0], card.posts, language)
        box += nodes.container("", *posts, classes=[f"{BLOCK}-posts"])
    if note := kept_note(card, language):
        box += nodes.paragraph("", note, classes=[f"{BLOCK}-kept"])
    for label, url in addresses(card):
        # The address as text, for readers who cannot click.
        link = nodes.reference("", url, refuri=url)
        box += nodes.paragraph("", f"{label}: ", link, classes=[f"{BLOCK}-link"])
    return box


def header(card: Card, language: str) -> list[str]:
    """The parts of the first line: platform, place in it, date, language; those that are known."""
    place = " ".join(filter(None, (card.ref.community if card.titled else None, card.ref.number)))
    date = show_when(card.when, language) if card.when else None
    foreign = card.lang and card.lang.partition("-")[0] != language.partition("_")[0]
    tongue = words.language_name(card.lang, language) if card.lang and foreign else None
    return [part for part in (words.platform_label(card.ref), place, date, tongue) if part]


def kept_note(card: Card, language: str) -> str | None:
    """When the thread was kept, where posts of it are shown or it is gone."""
    if card.kept is None or not (card.thread or card.gone):
        return None
    return words.kept(show_when(card.kept, language), gone=card.gone)


def addresses(card: Card) -> list[tuple[str, str]]:
    """The addresses that a card offers, best first, as (label, URL)."""
    links = [(words.read_on(card.ref), card.href)]
    if card.ref.read_url:
        links.append((words.original_on(card.ref), card.ref.url))
    if card.archive:
        links.append((words.archived_copy(), card.archive))
    return links
