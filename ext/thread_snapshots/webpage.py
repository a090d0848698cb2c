"""Threads from what a web page says of itself: JSON-LD with the types of schema.org, else Open Graph.

Formats: https://schema.org/DiscussionForumPosting, https://schema.org/QAPage, https://ogp.me. Google describes what sites
write: https://developers.google.com/search/docs/appearance/structured-data/discussion-forum
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import Author, Media, Post, clean_text
from sphinx_thread_cards.urls import Kind

from thread_snapshots.html import (
    RichText,
    decode_text,
    parse_html,
    parse_markdown,
    parse_plain,
    parsing_work,
)
from thread_snapshots.json_access import (
    as_id,
    as_list,
    count,
    dig,
    html_line,
    language,
    objects,
    one_line,
    safe_url,
    text,
    time,
)
from thread_snapshots.source import (
    BadResponse,
    FetchOptions,
    FetchResult,
    Forbidden,
    Source,
    get_page,
)
from thread_snapshots.thread_builder import build_author, build_thread, filter_replies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.source import RequestGenerator

_MAX_WORK = 1_000_000_000
_MAX_OBJECTS = 5_000
_MAX_POSTS = 2_000
_FEDIVERSE = frozenset({"mastodon", "pleroma", "misskey", "lemmy"})
_ARTICLES = ("Article", "BlogPosting", "NewsArticle", "TechArticle")
_TITLED = ("DiscussionForumPosting", "Question", *_ARTICLES, "VideoObject")
_TYPES = ("SocialMediaPosting", "DiscussionForumPosting", "Question", "Comment", "Answer", *_TITLED)
"""Types of posts; the best first, as the page of a question may also be an article."""
_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "hasPart", "item")
_MARKUP = re.compile(r"</?(?:p|br|a|div|span|ul|ol|li|blockquote|pre|code|strong|em|b|i|img)\b[^<>]*>", re.IGNORECASE)  # fmt: skip
_CHALLENGE_TITLE = re.compile(
    r"just a moment\.\.\.|making sure you.{1,6}re not a bot!?|attention required!.*|checking your browser.*"
    r"|ddos-guard|one moment, please.*|.*verify(?:ing)? (?:that )?you are (?:a )?human.*|access denied.*",
    re.IGNORECASE,
)
_CHALLENGE = "#challenge-form, #challenge-running, #challenge-error-text, script[id^=anubis_]"
_LOGIN_TITLE = re.compile(r"(?:log|sign) ?(?:in|up)(?:to)?\b", re.IGNORECASE)
_LOGIN_URL = re.compile(r"/(?:log|sign)[-_]?in\b", re.IGNORECASE)
_CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)
# What browsers and the extension SingleFile write at the beginning of a saved page.
_SAVED_FROM = re.compile(
    r"saved from url=\([0-9]{1,6}\)(\S{1,2000})"
    r"|(?:saved with|processed by) SingleFile\b[^\n]*(?:\n[^\n]*){0,3}?\n\s*url:\s*(\S{1,2000})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageData:
    """What a page says of itself; each field may be missing."""

    url: str | None = None
    """Canonical URL."""
    title: str | None = None
    description: str = ""
    site_name: str | None = None
    author: str | None = None
    published: datetime | None = None
    lang: str | None = None
    image: Media | None = None
    noindex: bool = False
    """Whether the page asks that search engines do not index it."""
    posts: tuple[Mapping[str, Any], ...] = ()
    """Objects of JSON-LD that describe posts, each with the replies in it."""


def parse_page(html: str, url: str) -> PageData:
    """Return what a page says of itself.

    Raises:
        Forbidden: it is a challenge or a login page.
    """
    tree = _tree(html)
    title = tree.css_first("title")
    title_text = one_line(title.text()) if title else None
    if _is_challenge(tree, title_text or ""):
        raise Forbidden(url, "the page is a challenge or login page, not the thread")
    metas = _metas(tree)
    canonical = canonical_url(html, tree)
    base_url = canonical or url
    image = safe_url(_first(metas, "og:image", "twitter:image"), base_url)
    alt = _first(metas, "og:image:alt", "twitter:image:alt")
    # On most sites a small image is an avatar or the site's logo.
    if _first(metas, "twitter:card") not in {"summary_large_image", "player"} and not alt:
        image = None
    root = tree.css_first("html")
    return PageData(
        url=canonical,
        title=one_line(_first(metas, "og:title", "twitter:title")) or title_text,
        description=_first(metas, "og:description", "twitter:description", "description") or "",
        site_name=one_line(metas.get("og:site_name")),
        author=one_line(_first(metas, "author", "article:author", "twitter:creator")),
        published=time(_first(metas, "article:published_time", "og:published_time", "date")),
        lang=language(metas.get("og:locale") or (root and root.attributes.get("lang"))),
        image=Media(url=image, alt=alt) if image else None,
        noindex="noindex" in metas.get("robots", "").lower(),
        posts=tuple(_posts_of(tree)),
    )


def canonical_url(html: str, tree: LexborHTMLParser | None = None) -> str | None:
    """Return the URL of a page, as the browser that saved it or the page itself says; None if neither does."""
    if match := _SAVED_FROM.search(html[:20_000]):
        return safe_url((match[1] or match[2]).removesuffix("-->"))
    tree = tree or _tree(html)
    links = tree.css("link[rel~=canonical i]")
    given = [*(link.attributes.get("href") for link in links), _metas(tree).get("og:url")]
    return next(filter(None, map(safe_url, given)), None)


def _tree(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html if parsing_work(html) <= _MAX_WORK else "")


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    metas: dict[str, str] = {}
    for element in tree.css("meta[content]"):
        content = clean_text(element.attributes.get("content") or "").strip()
        for attribute in ("property", "name"):
            name = element.attributes.get(attribute)
            if name and content:
                metas.setdefault(name.lower(), content)
    return metas


def _first(metas: Mapping[str, str], *names: str) -> str | None:
    return next((metas[name] for name in names if name in metas), None)


def _is_challenge(tree: LexborHTMLParser, title: str) -> bool:
    if _CHALLENGE_TITLE.fullmatch(title) or tree.css_first(_CHALLENGE):
        return True
    return bool(_LOGIN_TITLE.match(title) and tree.css_first("input[type=password]"))


# -- JSON-LD -------------------------------------------------------------------


def _posts_of(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """Yield the objects that describe posts; references to other objects of the page are resolved."""
    found: list[dict[str, Any]] = []
    for script in tree.css('script[type*="ld+json" i]')[:50]:
        with suppress(ValueError, RecursionError):
            stack = [json.loads(script.text().strip().removesuffix(";"), strict=False)]
            while stack and len(found) < _MAX_OBJECTS:
                value = stack.pop()
                if isinstance(value, dict):
                    found.append(value)
                    stack += [value[name] for name in reversed(_CONTAINERS) if name in value]
                elif isinstance(value, list):
                    stack += reversed(value)
    named = {as_id(item, "@id"): item for item in reversed(found) if len(item) > 1}
    named.pop("", None)
    for item in found:
        if _type(item) in _TYPES and len(item) > 1:
            yield {
                key: named.get(as_id(value, "@id"), value)
                if isinstance(value, dict) and len(value) == 1
                else value
                for key, value in item.items()
            }


def _type(item: object) -> str:
    names = [str(name).rpartition("/")[2].rpartition(":")[2] for name in as_list(item, "@type")]
    return next((name for name in names if name in _TYPES), names[0] if names else "")


def _one(item: object, *names: str) -> Any:
    """Return the first value of the first property that has one."""
    values = (value for name in names for value in as_list(item, name))
    return next((value for value in values if value not in ("", None)), None)


def _body(item: object) -> str:
    body = _one(item, "description" if _type(item) == "VideoObject" else "articleBody", "text")
    return body if isinstance(body, str) else ""


def _url(item: object, base_url: str) -> str | None:
    for name in ("url", "@id", "mainEntityOfPage", "discussionUrl"):
        value = _one(item, name)
        if url := safe_url(dig(value, "@id") or value, base_url):
            return url
    return None


def _replies(item: object) -> list[dict[str, Any]]:
    names = ("comment", "acceptedAnswer", "suggestedAnswer")
    return [reply for name in names for reply in objects({name: as_list(item, name)}, name)]


def _reply_count(item: object) -> int | None:
    counts = [dig(item, "answerCount"), dig(item, "commentCount")]
    for counter in as_list(item, "interactionStatistic"):
        kind = dig(counter, "interactionType")
        if str(dig(kind, "@type") or kind).endswith(("CommentAction", "ReplyAction")):
            counts.append(dig(counter, "userInteractionCount"))
    numbers = (
        count(int(value) if re.fullmatch("[0-9]{1,15}", str(value)) else value) for value in counts
    )
    return next((number for number in numbers if number is not None), None)


# -- Threads -------------------------------------------------------------------


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch a page, and return the thread or article that it describes, else its title."""
    response = yield from get_page(ref.url)
    if _LOGIN_URL.search(response.url) and not _LOGIN_URL.search(ref.url):
        raise Forbidden(ref.url, "the page requires a login")
    charset = _CHARSET.search(response.headers.get("Content-Type", ""))
    html = decode_text(response.body, charset[1] if charset else "")
    return page_thread(ref, options, html, response.url)


def page_thread(ref: ThreadRef, options: FetchOptions, html: str, endpoint: str) -> FetchResult:
    """Return the thread that a page describes, from the server or from a file that a browser saved.

    Raises:
        BadResponse: the page is that of another thread, or does not describe a post.
        Forbidden: it is a challenge or login page, or its author does not want it to be saved.
    """
    page = parse_page(html, ref.url)
    if ref.platform in _FEDIVERSE and page.noindex:
        raise Forbidden(ref.url, "the author asks that programs do not save the page")
    other = _ref(page.url, ref)
    # Ids of another form, such as those of answers, do not identify the thread.
    if other and other.key != ref.key and other.id.count("/") == ref.id.count("/"):
        raise BadResponse(ref.url, f"the page is that of another thread, {other.url}")
    if not page.posts:
        return _preview_thread(ref, page, endpoint)
    main = min(
        page.posts,
        key=lambda item: (
            getattr(_ref(_url(item, ref.url), ref), "key", None) != ref.key,
            not _body(item),
            _TYPES.index(_type(item)),
        ),
    )
    if ref.kind is Kind.PAGE and _type(main) in _ARTICLES:  # a summary, not a copy
        main = {**main, "articleBody": _one(main, "description") or page.description, "text": ""}
    authors: dict[str, Author] = {}
    posts = list(_build_posts(ref, main, authors))
    if not posts[0].blocks and not posts[0].media:
        return _preview_thread(ref, page, endpoint)
    chosen = filter_replies(posts, options)
    replies = _reply_count(main)
    missing = ""
    if options.replies and replies is not None and replies > len(posts) - 1:
        missing = f"{len(posts) - 1} of {replies} replies; the page has no more"
    return build_thread(
        ref,
        chosen,
        authors,
        endpoint=endpoint,
        title=_title(main) or (page.title if _type(main) in _TITLED else None),
        replies=replies,
        missing=missing,
    )


def _preview_thread(ref: ThreadRef, page: PageData, endpoint: str) -> FetchResult:
    """Return a thread of one post, the text that a page gives for previews in other places."""
    is_page = ref.kind is Kind.PAGE
    if not page.description and not (page.title and (is_page or endpoint != "file")):
        raise BadResponse(ref.url, "the page does not describe a post")
    name = (page.author or page.site_name or "").lstrip("@")
    handle = name or ref.author or ref.community or ref.host
    post = Post(
        id=ref.post or ref.id,
        url=ref.url,
        author=handle,
        posted=page.published,
        blocks=parse_plain(page.description),
        media=(page.image,) if page.image else (),
        lang=page.lang,
    )
    missing = "" if is_page else "only the preview text of the page"
    authors = {handle: Author(handle=handle, name=handle if is_page else None)}
    return build_thread(ref, [post], authors, endpoint=endpoint, title=page.title, missing=missing)


def _build_posts(
    ref: ThreadRef, main: Mapping[str, Any], authors: dict[str, Author]
) -> Iterator[Post]:
    """Yield a post and all replies to it, each after its parent; add their authors to ``authors``."""
    stack: list[tuple[Mapping[str, Any], str | None]] = [(main, None)]
    ids: set[str] = set()
    seen: set[int] = set()
    while stack and len(seen) < _MAX_POSTS:
        item, parent = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        url = _url(item, ref.url)
        found = _ref(url, ref)
        id_ = (found and (found.post or found.id)) if parent else ref.id
        if not id_ or id_ in ids:
            id_ = f"{ref.id.rpartition('/')[2]}-{len(ids)}"
        ids.add(id_)
        stack += [(reply, id_) for reply in reversed(_replies(item))]
        rich = _rich_text(_body(item) or ("" if _title(item) else text(item, "headline")), ref)
        yield Post(
            id=id_,
            url=(url if parent else None) or ref.url,
            author=_author(item, ref, authors),
            reply_to=parent,
            # No time of the last edit: on many sites a like or a reply changes dateModified.
            posted=time(_one(item, "datePublished", "dateCreated", "uploadDate")),
            blocks=rich.blocks,
            media=_media(item, rich, url or ref.url),
            lang=language(_one(item, "inLanguage")),
        )


def _ref(url: str | None, ref: ThreadRef) -> ThreadRef | None:
    """Return the thread of a URL, if it is on the same server."""
    found = parse_thread_url(url or "", {ref.host: ref.platform})
    return found if found and found.key[:2] == ref.key[:2] else None


def _title(item: object) -> str | None:
    """Return the title of a post; the beginning of the text is none."""
    title = html_line(_one(item, "headline", "name"))
    titled = title and _type(item) in _TITLED and not _body(item).startswith(title.rstrip("…."))
    return title if titled else None


def _rich_text(body: str, ref: ThreadRef) -> RichText:
    if _MARKUP.search(body):
        return parse_html(body, ref.url)
    if ref.platform == "github":
        return parse_markdown(body, ref.url, breaks=True)
    return RichText(blocks=parse_plain(body))


def _author(item: object, ref: ThreadRef, authors: dict[str, Author]) -> str:
    """Return the handle of the author of a post: the one in the URL of the profile, else the name."""
    who = _one(item, "author", "creator")
    name = html_line(who) or html_line(_one(who, "name"))
    url = safe_url(_one(who, "url", "sameAs"), ref.url)
    host, path = urlsplit(url or "")[1:3]
    alias = one_line(_one(who, "alternateName")) or ""
    handle = "" if " " in alias else alias.lstrip("@")
    if not handle and host.removeprefix("www.").endswith(ref.host):
        last = one_line(unquote(path.rstrip("/").rpartition("/")[2])) or ""
        handle = "" if last.isdecimal() else last.lstrip("@")
    if handle and ref.platform in _FEDIVERSE and "@" not in handle:
        handle = f"{handle}@{host or ref.host}"
    handle = handle or name or ref.author or ref.community or ref.host
    author = build_author(handle, name, url, _image_url(_one(who, "image")))
    # Handles are those of a platform.
    authors.setdefault(handle, replace(author, name=name) if ref.kind is Kind.PAGE else author)
    return handle


def _image_url(value: object) -> object:
    return _one(value, "contentUrl", "url", "@id") if isinstance(value, dict) else value


def _media(item: object, rich: RichText, page: str) -> tuple[Media, ...]:
    media = {image.url: image for image in rich.media}
    if _type(item) not in {"Question", "Answer", "VideoObject"}:  # there it is a logo or the still
        for image in as_list(item, "image")[:20]:
            if url := safe_url(_image_url(image), page):
                alt = text(image, "caption") or text(image, "description")
                media.setdefault(url, Media(url=url, alt=alt or None))
    for video in [item] if _type(item) == "VideoObject" else as_list(item, "video")[:5]:
        own = page if video is item else _one(video, "url", "embedUrl", "contentUrl")
        still = safe_url(_image_url(_one(video, "thumbnailUrl", "thumbnail")), page)
        if url := safe_url(own, page):
            media.setdefault(url, Media(kind="video", url=url, still=still))
    return tuple(media.values())


SOURCE = Source(platforms=("web",), fetch=fetch)
"""For plain pages, and for threads on platforms without a source."""
