"""The content of a card, from the author's options, the snapshot and the URL, in this order of precedence."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from sphinx_thread_cards import i18n
from sphinx_thread_cards.i18n import NO_PLATFORM, SEPARATOR, PartialDate, _, differs
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.snapshot import Block, List, Media, Paragraph, Post, State, Status, Thread
from sphinx_thread_cards.urls import Kind, Precision, ThreadRef

_CITED_BY_AUTHOR = {Kind.THREAD, Kind.POST, Kind.MESSAGE, Kind.VIDEO, Kind.PLAYLIST}


@dataclass(frozen=True, kw_only=True)
class CardOptions:
    """The options of a ``thread`` directive; an option that is not given is None."""

    title: str | None = None
    author: str | None = None
    handle: str | None = None
    date: PartialDate | None = None
    lang: str | None = None
    archive: str | None = None
    show: Literal["card", "thread"] | None = None
    posts: tuple[tuple[int, int], ...] | None = None
    """Inclusive ranges of post numbers, from 1."""


class Excerpt(NamedTuple):
    """The beginning of a saved post, or its content warning."""

    text: str
    url: str
    lang: str | None
    is_warning: bool = False


@dataclass(frozen=True, kw_only=True)
class Card:
    """The content of a card."""

    ref: ThreadRef
    title: str
    titled: bool
    """Whether the title is a real one, and not only the kind of the thread."""
    author: str | None = None
    handle: str | None = None
    date: PartialDate | None = None
    lang: str | None = None
    title_lang: str | None = None
    archive: str | None = None
    avatar: Media | None = None
    saved: PartialDate | None = None
    """When the snapshot was retrieved."""
    status: Status = Status.LIVE
    complete: bool = True
    """Whether all posts of the thread are saved."""
    state: State | None = None
    post: str | None = None
    """Id of the cited post, unless it is the first one."""
    excerpt: Excerpt | None = None
    numbers: tuple[int, ...] = ()
    """Numbers of the saved posts to show, from 1, in order."""

    @property
    def credit(self) -> str | None:
        return self.author or (self.handle and f"@{self.handle}")

    @property
    def place(self) -> str:
        """The location on the platform, unless the title contains it: ``pftf/RPi4 #57``."""
        return " ".join(filter(None, (self.ref.community if self.titled else "", self.ref.number)))

    @property
    def href(self) -> str:
        """The URL that the title links to."""
        return self.links()[0][1]

    @property
    def key(self) -> tuple[str, str, str, str | None]:
        return (*self.ref.key, self.post)

    @property
    def anchor(self) -> str:
        """The id of the card on its page, without a number: ``thread-x-1313512835843055618``."""
        name = re.sub("[^A-Za-z0-9._]+", "-", self.ref.id).strip("-")
        return f"thread-{self.ref.platform}-{name}"

    @property
    def completeness(self) -> int:
        return sum(1 for value in (self.titled, self.author, self.handle, self.date) if value)

    def header(self, language: str) -> list[str]:
        """Return the parts of the first line: platform, location, date, state, and language if it is not the site's."""
        date = i18n.format_date(self.date, language) if self.date else None
        state = str(i18n.STATES[self.state]) if self.state else None
        lang = i18n.language_name(self.lang, language) if differs(self.lang, language) else None
        parts = i18n.platform_label(self.ref), self.place, date, state, lang
        return [part for part in parts if part]

    def note(self, language: str) -> str:
        """Return a note: when the thread was saved, if posts or a state are shown, and whether it has changed since."""
        is_edited = self.status is Status.EDITED and self.excerpt
        if not (self.numbers or self.state or is_edited or self.status is Status.DELETED):
            return ""
        dated, undated = i18n.NOTES[self.status]
        date = i18n.format_date(self.saved, language) if self.saved else None
        notes = [dated.format(date=date) if date else str(undated)]
        if self.numbers and not self.complete:
            notes.append(_("Only part of the thread was available."))
        return SEPARATOR.join(filter(None, notes))

    def links(self) -> list[tuple[str, str]]:
        """Return the labels and URLs of the card's links, the best link first."""
        ref, is_deleted = self.ref, self.status is Status.DELETED
        # A card without other content needs no label: the title names the target of the link.
        if not (self.titled or ref.read_url or self.archive or self.excerpt or self.numbers):
            return [("", ref.url)]
        site = i18n.site_label(ref)
        is_video = ref.kind in {Kind.VIDEO, Kind.PLAYLIST}
        label = _("Watch on {place}") if is_video else _("Read on {place}")
        original = _("Original on {place}") if is_deleted or ref.read_url else label
        links = [(original.format(place=site), ref.url)]
        if ref.read_url:
            copy = "Thread Reader" if ref.mirror == "threadreader" else ref.mirror
            links.insert(0, (label.format(place=copy), ref.read_url))
        if self.archive:
            links.insert(0 if is_deleted else len(links), (_("Archived copy"), self.archive))
        return links

    def citation(self, language: str) -> str:
        """Return a short citation: ``Andrei Warkentin on X, 6 October 2020``, or ``pftf/RPi4#57``."""
        ref, place = self.ref, i18n.community_label(self.ref)
        if ref.kind not in _CITED_BY_AUTHOR and (self.titled or ref.number):
            number = place + (ref.number or "")
            form = PLATFORMS.get(ref.platform, NO_PLATFORM).citation
            # A question on Launchpad is not a bug.
            if ref.number and form and ref.kind is not Kind.QUESTION:
                number = form.format(number=ref.number.lstrip("#!"), host=ref.host)
            state = str(i18n.STATES[self.state]).lower() if self.state else None
            title = self.title if self.titled else None
            first, *details = filter(None, (title, number, state))
            return f"{first} ({', '.join(details)})" if details else first
        if self.credit:
            place = _("{author} on {place}").format(author=self.credit, place=place)
        else:
            # A page may cite several messages of one month, or threads without a date.
            part = r"[0-9]{1,11}$" if self.date else r"[\w-]{1,11}(?=[\w-]*$)"
            message = re.search(rf"(?:^|/)(?:msg)?({part})", ref.id)
            place = i18n.default_title(ref) + (f" #{message[1]}" if message else "")
        date = i18n.format_date(self.date, language) if self.date else None
        return _("{source}, {date}").format(source=place, date=date) if date else place


def platform_classes(ref: ThreadRef) -> list[str]:
    """Return the class names for the colour and the icon of a platform and its family."""
    family = PLATFORMS.get(ref.platform, NO_PLATFORM).family
    return [f"thread-card-{name}" for name in (family, ref.platform) if name]


def make_card(
    ref: ThreadRef, options: CardOptions, thread: Thread | None, *, show: str = "", excerpt: int = 0
) -> Card:
    """Return the card of a thread; ``show`` is the default of that option, ``excerpt`` a length in characters."""
    if thread and thread.provenance.status is Status.WITHDRAWN:
        ref, thread = anonymized(ref), None
    thread = thread or Thread(platform=ref.platform, host=ref.host, id=ref.id, url=ref.url)
    post, provenance, total = cited_post(ref, thread), thread.provenance, len(thread.posts)
    if ref.kind is Kind.POST and total > 1:  # the URL of a post may be that of a thread
        ref = replace(ref, kind=Kind.THREAD)
    handle = post.author if post else None
    # A summary has no posts, and one participant, who wrote the first one.
    is_first = thread.is_summary and not ref.post
    author = next((it for it in thread.participants if is_first or it.handle == handle), None)
    name, handle = (author.name, author.handle) if author else (None, ref.author)
    if handle and (" " in handle or handle == name):  # a name, or the host of a page
        name, handle = ((name or handle) if handle != ref.host else None), None
    # A handle that differs from the author's may belong to another person.
    avatar = author.avatar if author and options.handle in {None, author.handle} else None
    posted, precision = (post or thread).posted if post or is_first else None, Precision.DAY
    if not posted:
        posted, precision = ref.posted, ref.precision
    title = options.title or thread.title or ref.title
    ranges = options.posts or ([(1, total)] if (options.show or show) == "thread" else [])
    numbers = {n for first, last in ranges for n in range(first, min(last, total) + 1)}
    begin = make_excerpt(post, thread.lang, excerpt) if post and excerpt and not ranges else None
    return Card(
        ref=ref,
        title=title or i18n.default_title(ref),
        titled=bool(title),
        author=options.author or name,
        handle=options.handle or handle,
        date=options.date or (PartialDate.of(posted, precision) if posted else None),
        lang=options.lang or thread.lang,
        title_lang=(options.lang or (None if options.title else thread.lang)) if title else None,
        archive=options.archive or ref.archive or provenance.archived,
        avatar=avatar if avatar and avatar.file else None,
        saved=PartialDate.of(provenance.retrieved) if provenance.retrieved else None,
        status=provenance.status,
        complete=provenance.complete,
        state=thread.state,
        post=ref.post if post is None else post.id if post is not thread.posts[0] else None,
        excerpt=begin,
        numbers=tuple(sorted(numbers)),
    )


def cited_post(ref: ThreadRef, thread: Thread) -> Post | None:
    """Return the saved post that a URL cites, by default the first one; None if it is not saved."""
    # The number of a topic may by chance be that of a post in it.
    wanted = ref.post or (ref.id if ref.kind is not Kind.TOPIC else None)
    post = next((post for post in thread.posts if post.id == wanted or post.url == ref.url), None)
    return post or (thread.posts[0] if thread.posts and not ref.post else None)


def anonymized(ref: ThreadRef) -> ThreadRef:
    """Return a reference to a withdrawn thread that reveals neither its participants nor its content."""
    platform = PLATFORMS.get(ref.platform, NO_PLATFORM)
    keeps_community = ref.community == ref.host or platform.mailing_list
    names = "author", "title", "posted", "post", "mirror", "read_url", "archive"
    cleared: dict[str, Any] = dict.fromkeys(names)
    community, url = ref.community if keeps_community else None, platform.anonymous_url(ref)
    return replace(ref, url=url, community=community, **cleared)


def make_excerpt(post: Post, lang: str | None, length: int) -> Excerpt | None:
    """Return the beginning of a post, or its content warning; None for a post without text.

    An ellipsis replaces code and quoted text, because a quotation would appear to be the author's own text.
    """
    if post.warning:
        warning = i18n.with_label(_("Content warning"), post.warning)
        return Excerpt(warning, post.url, post.lang or lang, is_warning=True)
    text = re.sub("…(?: …)+", "…", " ".join(_plain_text(post.blocks))).removeprefix("… ")
    if not text.strip("…"):
        return None
    if len(text) > length:
        # Without spaces, as in Chinese, there is no word to cut after.
        short = textwrap.shorten(text, length, placeholder="", break_on_hyphens=False)
        text = (short or text[:length]).rstrip(" ,;:-\u2013\u2014…") + "…"
    return Excerpt(text, post.url, post.lang or lang)


def _plain_text(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield " ".join("".join(span.text for span in block.spans).split())
        elif isinstance(block, List):
            for item in block.items:
                yield from _plain_text(item)
        else:
            yield "…"
