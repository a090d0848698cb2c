"""From what is known of a thread to its card: what the author wrote over the snapshot, and that over the address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sphinx_thread_cards import words
from sphinx_thread_cards.card import Card
from sphinx_thread_cards.dates import read_when, when_of
from sphinx_thread_cards.urls import Kind
from sphinx_thread_cards.platforms import PLATFORMS

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.options import Options
    from sphinx_thread_cards.thread import Post, Thread


def describe(
    ref: ThreadRef, options: Options, thread: Thread | None = None, *, unrolled: bool = False, excerpt: int = 0
) -> Card:
    """Lay what the author wrote over what the snapshot says, and that over what the address says.

    :param thread: the kept thread, if there is one.
    :param unrolled: whether cards show all posts where their author does not say.
    :param excerpt: about how many characters the card quotes of a kept thread of which it does not show the posts.
    """
    if thread is not None:
        return _describe_kept(ref, options, thread, unrolled=unrolled, excerpt=excerpt)
    title = options.title or ref.title
    return Card(
        ref=ref,
        title=title or words.what_it_is(ref),
        titled=title is not None,
        author=options.author,
        handle=options.handle or ref.author,
        when=options.date or when_of(ref),
        lang=options.lang,
        title_lang=options.lang if title else None,
        archive=options.archive,
        post=ref.post,
    )


def _describe_kept(ref: ThreadRef, options: Options, thread: Thread, *, unrolled: bool, excerpt: int) -> Card:
    """As :func:`describe`, for a thread that is kept; a withdrawn one says no more than where it is."""
    if thread.provenance.status == "withdrawn":
        return describe(neutral(ref), options)
    post = meant_in(ref, thread)
    author = next((person for person in thread.participants if post and person.handle == post.author), None)
    posted = read_when(post.posted) if post and post.posted else None
    # On a mailing list people have names and no handles.
    name, handle = (author.name, author.handle) if author else (None, ref.author)
    if handle and " " in handle:
        name, handle = name or handle, None
    # A handle that the page gives may be another person's.
    pictured = author and author.avatar and author.avatar.file and options.handle in {None, author.handle}
    provenance = thread.provenance
    title = options.title or thread.title or ref.title
    # A post's address may be that of a thread; what is kept tells.
    kind = Kind.THREAD if ref.kind is Kind.POST and len(thread.posts) > 1 else ref.kind
    shown = bool(options.posts) or (options.show == "thread" if options.show else unrolled)
    return Card(
        ref=ref,
        title=title or words.what_it_is(replace(ref, kind=kind)),
        titled=title is not None,
        author=options.author or name,
        handle=options.handle or handle,
        when=options.date or posted or when_of(ref),
        lang=options.lang or thread.lang,
        # A title that the page gives is in the language of the page, if it does not say another.
        title_lang=options.lang or (None if options.title else thread.lang) if title else None,
        archive=options.archive or provenance.archived,
        avatar=author.avatar if author and pictured else None,
        kept=read_when(provenance.retrieved) if provenance.retrieved else None,
        status=provenance.status,
        whole=provenance.whole,
        post=ref.post if post is None else post.id if post is not thread.posts[0] else None,
        quoted=post if excerpt and not shown else None,
        excerpt=excerpt,
        thread=thread if shown else None,
        posts=options.posts,
    )


def meant_in(ref: ThreadRef, thread: Thread) -> Post | None:
    """The kept post that an address means: the one that it names or leads to, else the first one.

    :returns: None if the address names a post that is not kept, or if none is.
    """
    # Topics count their posts from 1, so their own number may by chance be another post's.
    wanted = ref.post or (ref.id if ref.kind is not Kind.TOPIC else None)
    found = next((post for post in thread.posts if post.id == wanted or post.url == ref.url), None)
    return found or (thread.posts[0] if thread.posts and not ref.post else None)


def neutral(ref: ThreadRef) -> ThreadRef:
    """A thread's address without whatever tells of its people or its words.

    The list or the site that it stands in stays; a repository, a group or a page may be called after somebody.
    """
    platform = PLATFORMS.get(ref.platform)
    stays = ref.community == ref.host or (platform and platform.mailing_list)
    return replace(
        ref,
        url=platform.nameless(ref) if platform and platform.nameless else ref.url,
        author=None,
        community=ref.community if stays else None,
        title=None,
        posted=None,
        post=None,
        mirror=None,
        read_url=None,
    )
