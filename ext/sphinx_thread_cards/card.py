"""What a card says: what the author wrote over the snapshot over the URL."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from sphinx_thread_cards import i18n
from sphinx_thread_cards.i18n import SEPARATOR, PartialDate, _
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.snapshot import Block, List, Media, Paragraph, Post, State, Status, Thread
from sphinx_thread_cards.urls import Kind, Precision, ThreadRef

_CITED_BY_AUTHOR = {Kind.THREAD, Kind.POST, Kind.MESSAGE, Kind.VIDEO, Kind.PLAYLIST}
_NUMBER = re.compile(r"(?:^|/)([0-9]{1,11})$")
_ANCHOR_SEPARATORS = re.compile(r"[^A-Za-z0-9._]+")


@dataclass(frozen=True, kw_only=True)
class CardOptions:
    """The options of a ``thread`` directive; None for those that are not given."""

    title: str | None = None
    author: str | None = None
    handle: str | None = None
    date: PartialDate | None = None
    lang: str | None = None
    archive: str | None = None
    show: Literal["card", "thread"] | None = None
    posts: tuple[tuple[int, int], ...] | None = None
    """Inclusive ranges of post numbers, from 1."""


@dataclass(frozen=True)
class Excerpt:
    """The beginning of a saved post, or its content warning."""

    text: str
    url: str
    lang: str | None
    is_warning: bool = False


@dataclass(frozen=True, kw_only=True)
class Card:
    """What one card says."""

    ref: ThreadRef
    title: str
    titled: bool
    """Whether the title says more than the kind of the thread."""
    author: str | None = None
    handle: str | None = None
    date: PartialDate | None = None
    lang: str | None = None
    title_lang: str | None = None
    archive: str | None = None
    """URL of an archived copy."""
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
        """The author's name, or the handle with ``@``."""
        return self.author or (self.handle and f"@{self.handle}")

    @property
    def place(self) -> str:
        """The location on the platform, unless the title says it: ``pftf/RPi4 #57``."""
        community = self.ref.community if self.titled else None
        return " ".join(filter(None, (community, self.ref.number)))

    @property
    def href(self) -> str:
        """The URL that the title links to."""
        if self.archive and self.status is Status.DELETED:
            return self.archive
        return self.ref.read_url or self.ref.url

    @property
    def key(self) -> tuple[str, str, str, str | None]:
        """The thread, and the cited post in it."""
        return (*self.ref.key, self.post)

    @property
    def anchor(self) -> str:
        """The id of the card in its page, without a number: ``thread-x-1313512835843055618``."""
        return f"thread-{self.ref.platform}-{_ANCHOR_SEPARATORS.sub('-', self.ref.id).strip('-')}"

    @property
    def completeness(self) -> int:
        """How many of author, handle and date are known."""
        return sum(1 for value in (self.author, self.handle, self.date) if value)

    def header(self, language: str) -> list[str]:
        """Return the parts of the first line: platform, location, date, state, and language if it is not the site's."""
        date = i18n.format_date(self.date, language) if self.date else None
        lang = self.lang if i18n.differs(self.lang, language) else None
        lang = lang and i18n.language_name(lang, language)
        state = self.state and i18n.state_label(self.state)
        parts = i18n.platform_label(self.ref), self.place, date, state, lang
        return [part for part in parts if part]

    def note(self, language: str) -> str | None:
        """Return when the thread was saved, if posts are shown, and what has become of it."""
        edited = self.status is Status.EDITED and self.excerpt
        if not (self.numbers or edited or self.status is Status.DELETED):
            return None
        saved = i18n.format_date(self.saved, language) if self.saved else None
        notes = [i18n.snapshot_note(saved, self.status)]
        if self.numbers and not self.complete:
            notes.append(_("Only part of the thread was available."))
        return SEPARATOR.join(filter(None, notes)) or None

    def links(self) -> list[tuple[str, str]]:
        """Return the labels and URLs that the card offers, the best one first.

        The URL of a card that consists of nothing else has no label: the title says where it leads.
        """
        ref, deleted = self.ref, self.status is Status.DELETED
        label = i18n.original_label(ref) if deleted and not ref.read_url else i18n.read_label(ref)
        links = [(label, ref.read_url or ref.url)]
        if ref.read_url:
            links.append((i18n.original_label(ref), ref.url))
        if self.archive:
            links.insert(0 if deleted else len(links), (_("Archived copy"), self.archive))
        says_more = self.titled or links[1:] or self.excerpt or self.numbers
        return links if says_more else [("", links[0][1])]

    def citation(self, language: str) -> str:
        """Return a short citation: ``Andrei Warkentin on X, 6 October 2020``, or ``pftf/RPi4#57``."""
        ref, state = self.ref, self.state and i18n.state_label(self.state).lower()
        if ref.kind not in _CITED_BY_AUTHOR:
            number = _cited_number(ref)
            details = ", ".join(filter(None, (number or i18n.community_label(ref), state)))
            if self.titled:
                return f"{self.title} ({details})"
            if number:
                return f"{number} ({state})" if state else number
        place = i18n.community_label(ref) if self.credit else i18n.default_title(ref)
        # A page may cite several messages of one month.
        if not self.credit and (match := _NUMBER.search(ref.id)):
            place = f"{place} #{match[1]}"
        date = i18n.format_date(self.date, language) if self.date else None
        return i18n.citation(self.credit, place, date)


def _cited_number(ref: ThreadRef) -> str | None:
    """Return the number of a thread for a citation: ``pftf/RPi4#57``, ``Launchpad bug 1683301``."""
    platform = PLATFORMS.get(ref.platform)
    if not ref.number:
        return None
    if platform and platform.citation and ref.kind in {Kind.ISSUE, Kind.MERGE_REQUEST}:
        return platform.citation.format(number=ref.number.lstrip("#!"), host=ref.host)
    return f"{ref.community or i18n.platform_label(ref)}{ref.number}"


def platform_classes(ref: ThreadRef) -> list[str]:
    """Return the class names for the colour and the icon of a platform and its family."""
    platform = PLATFORMS.get(ref.platform)
    families = [f"thread-card-{platform.family}"] if platform else []
    return [*families, f"thread-card-{ref.platform}"]


def make_card(
    ref: ThreadRef,
    options: CardOptions,
    thread: Thread | None,
    *,
    show: str = "card",
    excerpt: int = 0,
) -> Card:
    """Return the card of a thread; ``show`` is for cards without the option, ``excerpt`` a length in characters."""
    if thread and thread.provenance.status is Status.WITHDRAWN:
        ref, thread = anonymized(ref), None
    if thread is None:
        thread = Thread(platform=ref.platform, host=ref.host, id=ref.id, url=ref.url)
    post, provenance = cited_post(ref, thread), thread.provenance
    handle = post.author if post else None
    # A summary has no posts, and one participant.
    authors = (it for it in thread.participants if thread.is_summary or it.handle == handle)
    author = next(authors, None)
    posted, precision = post.posted if post else thread.posted, Precision.DAY
    if not posted:
        posted, precision = ref.posted, ref.precision
    name, handle = (author.name, author.handle) if author else (None, ref.author)
    if handle and " " in handle:  # on a mailing list, people have a name only
        name, handle = name or handle, None
    title = options.title or thread.title or ref.title
    # The URL of a post may be that of a thread.
    kind = Kind.THREAD if ref.kind is Kind.POST and len(thread.posts) > 1 else ref.kind
    shown = bool(options.posts) or (options.show or show) == "thread"
    # Another handle than the author's may be another person's.
    avatar = author.avatar if author and options.handle in {None, author.handle} else None
    return Card(
        ref=ref,
        title=title or i18n.default_title(replace(ref, kind=kind)),
        titled=title is not None,
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
        excerpt=make_excerpt(post, thread.lang, excerpt)
        if post and excerpt and not shown
        else None,
        numbers=_post_numbers(options.posts, len(thread.posts)) if shown else (),
    )


def cited_post(ref: ThreadRef, thread: Thread) -> Post | None:
    """Return the saved post that a URL cites, by default the first one; None if it is not saved."""
    # The number of a topic may by chance be that of a post in it.
    wanted = ref.post or (ref.id if ref.kind is not Kind.TOPIC else None)
    post = next((post for post in thread.posts if post.id == wanted or post.url == ref.url), None)
    return post or (thread.posts[0] if thread.posts and not ref.post else None)


def _post_numbers(ranges: tuple[tuple[int, int], ...] | None, total: int) -> tuple[int, ...]:
    chosen = ((1, total),) if ranges is None else ranges
    return tuple(sorted({n for first, last in chosen for n in range(first, min(last, total) + 1)}))


def anonymized(ref: ThreadRef) -> ThreadRef:
    """Return a reference to a withdrawn thread, without what names its participants or its content."""
    platform = PLATFORMS.get(ref.platform)
    keeps_community = ref.community == ref.host or (platform and platform.mailing_list)
    names = "author", "title", "posted", "post", "mirror", "read_url", "archive"
    cleared: dict[str, Any] = dict.fromkeys(names)
    url = platform.anonymous_url(ref) if platform else ref.url
    return replace(ref, url=url, community=ref.community if keeps_community else None, **cleared)


def make_excerpt(post: Post, lang: str | None, length: int) -> Excerpt | None:
    """Return the beginning of a post, or its content warning; None for a post without text.

    Code and quoted text are replaced by an ellipsis: a quotation would seem to be the author's own.
    """
    if post.warning:
        return Excerpt(post.warning, post.url, post.lang or lang, is_warning=True)
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
