"""Reddit: its Atom feed of a post with comments, oEmbed where that is refused, and the JSON that authors can download.

Feeds: https://www.reddit.com/wiki/rss. JSON: https://www.reddit.com/dev/api#GET_comments_{article}.
oEmbed: the registry https://oembed.com.
A post's id here is ``t3_`` and its number, Reddit's own full name; a comment's is its number alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from thread_snapshots.assemble import found_of, of_discussion, person
from thread_snapshots.errors import BadAnswer, FetchError, NotFound
from thread_snapshots.pages.tree import links_in, parse_page
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import line, segments, text, title
from thread_snapshots.sources._reddit_feed import NOBODY, SITE, Listed, read_feed
from thread_snapshots.sources._reddit_json import read_listings
from thread_snapshots.steps import Ask, Asking, Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_ATOM = "application/atom+xml, application/xml;q=0.9, text/xml;q=0.9"
_MOST_ENTRIES = 500
_MOST_CITED = 50
_TITLE_ONLY = "the title only; Reddit refused the rest"


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the feed, then for cited comments that it lacks; for oEmbed if the feed is refused."""
    endpoint = f"{SITE}/comments/{ref.id}/.rss?limit={_MOST_ENTRIES}"
    try:
        listed = yield from _ask_feed(endpoint, ref)
    except NotFound:
        raise
    except FetchError as error:
        found = yield from _ask_oembed(ref)
        if found is None:
            raise error from None
        return found
    posts = list(listed.posts)
    for comment in sorted(wish.posts - {post.id for post in posts})[:_MOST_CITED]:
        if comment.isalnum():
            try:
                more = yield from _ask_feed(f"{SITE}/comments/{ref.id}/_/{comment}/.rss", ref)
            except FetchError:
                continue
            posts += [post for post in more.posts if post.id == comment]
    return _found(ref, wish, replace(listed, posts=tuple(posts)), endpoint)


def _ask_feed(url: str, ref: ThreadRef) -> Asking[Listed]:
    answer = yield Ask(url=url, accept=_ATOM)
    return read_feed(answer.text, ref, _MOST_ENTRIES)


def _ask_oembed(ref: ThreadRef) -> Asking[Found | None]:
    page = ref.url if ref.post is None else ref.url.partition("/comment/")[0] + "/"
    endpoint = f"{SITE}/oembed?url={quote(page, safe='')}"
    try:
        return _of_oembed(ref, (yield from ask_json(endpoint)), endpoint)
    except NotFound:
        raise
    except FetchError:
        return None


def _of_oembed(ref: ThreadRef, data: object, endpoint: str) -> Found:
    links = list(links_in(parse_page(text(data, "html")), SITE))
    page = next((link for link in links if ref.id in segments(link)), None)
    author, heading = line(data, "author_name"), line(data, "title")
    if not author or not heading or not (page or ref.id in text(data, "html")):
        raise BadAnswer(ref.url, f"the answer does not tell of post {ref.id}")
    author = author.removeprefix("u/")
    url = safe_link(page) or f"{SITE}/comments/{ref.id}/"
    post = Post(id=f"t3_{ref.id}", url=url, author=author)
    people = {author: _person(author)}
    return found_of(ref, [post], people, endpoint=endpoint, title=heading, missing=_TITLE_ONLY)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read the JSON of a post with its comments, a feed, or an answer of oEmbed."""
    if file.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:5].lower() in {b"<?xml", b"<feed"}:
        return _found(ref, wish, read_feed(file.body.decode("utf-8-sig", "replace"), ref, _MOST_ENTRIES), "file")
    data = file.json()
    if text(data, "provider_name"):
        return _of_oembed(ref, data, "file")
    return _found(ref, wish, read_listings(data, ref), "file")


def _person(handle: str) -> Author:
    return person(handle, None, None if handle == NOBODY else f"{SITE}/user/{handle}")


def _found(ref: ThreadRef, wish: Wish, listed: Listed, endpoint: str) -> Found:
    first = listed.posts[0]
    kept = of_discussion(listed.posts, wish)
    if not wish.replies or not any(post.answers for post in kept):
        # What an author said is read in time; a feed does not even tell what answers what.
        kept.sort(key=lambda post: (post.id != first.id, post.posted or "9"))
    if first.author == NOBODY and not wish.replies:
        # Of those who left, nobody knows who was who.
        kept = [first, *(post for post in kept if post.id in wish.posts)]
    quoted = [post.quoted.author for post in kept if post.quoted]
    people = {author: _person(author) for author in (*quoted, *(post.author for post in kept))}
    head = title(listed.title)
    return found_of(ref, kept, people, endpoint=endpoint, title=head, replies=listed.replies, missing=listed.missing)


SOURCE = Source(name="reddit", steps=steps, saved=saved)
