"""LinkedIn: posts and articles.

URL forms: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/urns and the site's own links.
A post has an activity and a share (or ugcPost), two numbers that only LinkedIn can tell to be one post.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, time_from_ms, words

_NUMBER = r"(activity|share|ugcPost)[-:]([0-9]{15,19})"
_POST = re.compile(rf"/posts/(?:([^/_]{{1,300}})_(?:([^/]{{1,900}})-)?)?{_NUMBER}(?:-[A-Za-z0-9_-]{{1,8}})?/?")
_UPDATE = re.compile(rf"/(?:(?:embed/)?feed/update|video/(?:live|event))/(?:urn:li:)?{_NUMBER}/?")
_ARTICLE = re.compile(r"/pulse/([^/]{1,300})/?")
# The comment meant, by the post's number and its own; encoded as LinkedIn writes it, or not.
_COMMENT = re.compile(
    r"(?:^|[&;?])commentUrn=(urn(?::|%3A)li(?::|%3A)comment(?::|%3A)(?:\(|%28)"
    r"(?:activity|share|ugcPost)(?::|%3A)[0-9]{15,19}(?:,|%2C)([0-9]{15,19})(?:\)|%29))(?![^&;?])",
    re.IGNORECASE | re.ASCII,
)
# The date that old articles' slugs begin with, and the key that new ones end with.
_NOT_WORDS = re.compile(r"^[0-9]{14}-[0-9]{1,12}-|-(?=[a-z]{0,5}[0-9])[a-z0-9]{4,6}$")
# Smaller numbers are not made of the time; this one is of November 2016.
_FIRST_TIMED = 6_200_000_000_000_000_000
_EARLIEST = datetime(2016, 11, 1, tzinfo=UTC)


def posted(id_: str) -> datetime | None:
    """The UTC time in the number of an activity, share or ugcPost, ``number >> 22`` ms; None for implausible ones."""
    number = int(id_)
    return time_from_ms(number >> 22, earliest=_EARLIEST) if number >= _FIRST_TIMED else None


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a post or an article."""
    path = address.path
    match = _UPDATE.fullmatch(path)
    if match:
        return _post(address, match[1], match[2], None, None)
    match = _POST.fullmatch(path)
    if match:
        author, slug, type_, id_ = match.groups()
        author = unquote(author or "")
        author = author if author.isprintable() else ""
        return _post(address, type_, id_, author or None, words(slug) if slug else None)
    match = _ARTICLE.fullmatch(path)
    # One spelling for letters beyond ASCII, which are given plain or encoded.
    slug = quote(unquote(match[1]), safe="", errors="replace") if match else ""
    return _article(address, slug) if slug.strip(".") else None


def _post(address: Address, type_: str, id_: str, author: str | None, title: str | None) -> ThreadRef:
    comment = _COMMENT.search(address.query) if address.query else None
    query = f"?commentUrn={quote(unquote(comment[1]), safe='')}" if comment else ""
    return ThreadRef(
        platform="linkedin",
        id=f"{type_}-{id_}",
        url=f"https://www.linkedin.com/feed/update/urn:li:{type_}:{id_}{query}",
        given_url=address.url,
        host="linkedin.com",
        author=author,
        title=title,
        posted=posted(id_),
        post=comment[2] if comment else None,
        kind=Kind.POST,
    )


def _article(address: Address, slug: str) -> ThreadRef:
    return ThreadRef(
        platform="linkedin",
        id=f"pulse/{slug}",
        url=f"https://www.linkedin.com/pulse/{slug}",
        given_url=address.url,
        host="linkedin.com",
        title=words(_NOT_WORDS.sub("", slug)),
        kind=Kind.ARTICLE,
    )


def nameless(ref: ThreadRef) -> str:
    """The post's own address; the front page for an article, whose addresses spell title and author."""
    return "https://www.linkedin.com/" if ref.kind is Kind.ARTICLE else ref.url


PLATFORM = Platform(
    name="linkedin", label="LinkedIn", parse=parse, hosts=("linkedin.com", ".linkedin.com"), nameless=nameless
)
