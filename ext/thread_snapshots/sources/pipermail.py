"""Pipermail: a page for each mail, and one that lists the threads of a month (or another volume).

Pages: https://bazaar.launchpad.net/~mailman-coders/mailman/2.1/files/head:/templates/en/ (``article.html``,
``archidxentry.html``). The keys in the list's comments, ``<!--1 01609819055.123-01609905455.127- -->``, are the seconds
since 1970 and the numbers of the mails above, and of the mail itself; old versions leave the numbers out.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

from thread_snapshots.assemble import found_of, of_discussion
from thread_snapshots.errors import BadAnswer, Forbidden, NotFound
from thread_snapshots.mail.body import attached
from thread_snapshots.mail.headers import shown_name, time_of
from thread_snapshots.mail.mails import title_of
from thread_snapshots.mail.text import shorten, without_addresses
from thread_snapshots.rich_text import from_plain
from thread_snapshots.shape import line, when
from thread_snapshots.sources._by_file import thread_in_file
from thread_snapshots.steps import Found, Source, Steps, Wish, ask_page
from sphinx_thread_cards.thread import Author, Post, Provenance

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_MOST_PAGES = 150
_REFUSED = (BadAnswer, Forbidden, NotFound)
_BEGIN, _END = "<!--beginarticle-->", "<!--endarticle-->"
_LONGEST_HEAD = 20_000
_SUBJECT = re.compile(r"<H1>(.{0,2000}?)</H1>", re.DOTALL | re.IGNORECASE)
_AUTHOR = re.compile(r"<B>(.{0,2000}?)</B>", re.DOTALL | re.IGNORECASE)
_DATE = re.compile(r"<I>(.{0,2000}?)</I>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
# The archive makes addresses links, to the page of the list or to mail.
_LINKED = re.compile(r"<a [^<>]*>([^<>\s@]{1,200}) at [^<>\s@]{1,200}</a>", re.IGNORECASE)
# What is left of attachments; HTML is the same text once more.
_SCRUBBED = re.compile(
    r"^(?:-{8,40} next part -{8,40}\n)?An? (?:HTML|non-text|embedded and charset-unspecified) (?:attachment|text) was "
    r"scrubbed\.\.\.\n(?:Name: ([^\n]*)\n)?(?:(?:Type|Size|Desc|URL): [^\n]*(?:\n|\Z))*",
    re.MULTILINE,
)
# China has a CST as well.
_CTIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +([0-9]{1,2}) ([0-9:]{8}) (?!CST)([A-Z]{1,5}) ([0-9]{4})")
_ENTRY = re.compile(
    r'<!--[0-9]{1,9} ([0-9.-]+) ?-->\s*<LI>\s*<A HREF="([0-9]{1,9})\.html">[^<]*</A>'
    r"\s*<A NAME=[^<>]*>[^<]*</A>\s*<I>([^<]*)",
    re.IGNORECASE,
)
_VOLUME = re.compile("(?P<week>Week.*)|....(?:(?P<month>-.*)|(?P<quarter>q.)|(?P<day>....)|(?P<year>))")


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the page of the mail, the list of threads, and the pages of the thread's other mails."""
    cited = _number(ref)
    page = yield from ask_page(_url(ref, cited))
    alone = _with_page(ref, Post(id=cited, url=_url(ref, cited), author=""), page.text)
    try:
        listed = yield from ask_page(_url(ref, "thread"))
        posts = _thread(ref, listed.text)
    except _REFUSED:
        posts = []
    if not posts:
        return _made(ref, [alone], page.text, None, "the cited mail only; its thread cannot be read")
    kept = of_discussion(posts, Wish(replies=wish.replies, posts=wish.posts | {cited}))
    pages = {cited: page.text}
    for post in kept[:_MOST_PAGES]:
        if post.id not in pages:
            with suppress(*_REFUSED):
                pages[post.id] = (yield from ask_page(post.url)).text
                _article(pages[post.id], post.url)
    done = [_with_page(ref, post, pages[post.id]) for post in kept if _BEGIN in pages.get(post.id, "")]
    missing = "some of its mails cannot be read" if len(done) < len(kept) else ""
    found = _made(ref, done, pages[done[0].id], len(posts) - 1, missing)
    return found if missing else replace(found, note=f"as far as the archive's volume of this {_volume(ref)} goes")


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read the page of a mail, or mails, that were saved."""
    if file.is_mail or not file.is_html:
        return thread_in_file(ref, wish, file)
    html = file.html()
    post = _with_page(ref, Post(id=_number(ref), url=ref.url, author=""), html)
    found = _made(ref, [post], html, None, "the cited mail only")
    return replace(found, thread=replace(found.thread, provenance=Provenance(endpoint="file")))


def _number(ref: ThreadRef) -> str:
    return ref.id.rpartition("/")[2]


def _url(ref: ThreadRef, page: str) -> str:
    return f"{ref.url.rpartition('/')[0]}/{page}.html"


def _volume(ref: ThreadRef) -> str:
    match = _VOLUME.fullmatch(ref.id.split("/")[1])
    return (match.lastgroup if match else None) or "time"


def _made(ref: ThreadRef, posts: list[Post], html: str, replies: int | None, missing: str) -> Found:
    """:param html: the page of the first mail."""
    people = {post.author: Author(handle=post.author, name=post.author) for post in posts}
    title = title_of(line(shorten(_plain(_head(html, _SUBJECT)))))
    return found_of(ref, posts, people, endpoint=posts[0].url, title=title, replies=replies, missing=missing)


def _thread(ref: ThreadRef, html: str) -> list[Post]:
    """The mails of the thread around the cited one, without what they say; empty if it is not in the list."""
    numbers: dict[str, str] = {}
    posts: list[Post] = []
    for key, number, author in _ENTRY.findall(html):
        above, _, own = key.rstrip("-").rpartition("-")
        if not above:
            if any(post.id == _number(ref) for post in posts):
                break
            posts = []
        numbers[key.rstrip("-")] = number
        posts.append(
            Post(
                id=number,
                url=_url(ref, number),
                author=shown_name(_plain(author)),
                posted=when(int(own.partition(".")[0][:12] or -1)),
                answers=numbers.get(above),
            )
        )
    return posts if any(post.id == _number(ref) for post in posts) else []


def _with_page(ref: ThreadRef, post: Post, html: str) -> Post:
    """A mail with what its page says."""
    text = _article(html, ref.url)
    return replace(
        post,
        author=post.author or shown_name(_plain(_head(html, _AUTHOR))),
        posted=post.posted or _time(_plain(_head(html, _DATE))),
        blocks=without_addresses([*from_plain(_SCRUBBED.sub("", text)), *attached(_SCRUBBED.findall(text))]),
    )


def _article(html: str, url: str) -> str:
    """What a mail says, as it was before it was made a page."""
    _, begin, rest = html.partition(_BEGIN)
    if not begin:
        raise BadAnswer(url, "the page is no mail in an archive of Pipermail")
    return _plain(_LINKED.sub(r"\1@...", rest.partition(_END)[0])).strip("\n")


def _plain(html: str) -> str:
    return unescape(_TAG.sub("", html))


def _head(html: str, pattern: re.Pattern[str]) -> str:
    match = pattern.search(html.partition(_BEGIN)[0][-_LONGEST_HEAD:])
    return match[1] if match else ""


def _time(text: str) -> str | None:
    match = _CTIME.fullmatch(text.strip())
    return time_of(f"{match[2]} {match[1]} {match[5]} {match[3]} {match[4]}" if match else text)


SOURCE = Source(name="pipermail", steps=steps, saved=saved)
