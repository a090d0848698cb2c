"""Threads from the metadata of web pages: JSON-LD with the types of schema.org, or else Open Graph.

A page with neither may link to its oEmbed response.

Formats: https://schema.org/DiscussionForumPosting, https://schema.org/QAPage, https://ogp.me, https://oembed.com.
What sites write: https://developers.google.com/search/docs/appearance/structured-data/discussion-forum
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import Author, Media, Post, clean_text
from sphinx_thread_cards.urls import Kind, ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots import source
from thread_snapshots.errors import BadResponse, FetchError, Forbidden, Refused
from thread_snapshots.html import RichText, parse_html, parse_markdown, parse_page, parse_plain
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source
from thread_snapshots.thread_builder import Head, build_author, build_thread

_MAX_OBJECTS = 5_000
_DESCRIPTION = ("og:description", "twitter:description", "description")
_FEDIVERSE = frozenset({"mastodon", "pleroma", "misskey", "lemmy"})
_ARTICLES = ("Article", "BlogPosting", "NewsArticle", "TechArticle")
_TITLED = ("DiscussionForumPosting", "Question", *_ARTICLES, "VideoObject")
_TYPES = ("SocialMediaPosting", "DiscussionForumPosting", "Question", "Comment", "Answer", *_TITLED)
"""Types of posts; the best first, as the page of a question may also be an article."""
_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "hasPart", "item")
_MARKUP = re.compile(r"</?(?:p|br|a|div|span|ul|ol|li|blockquote|pre|code|strong|em|b|i|img)\b[^<>]*>", re.IGNORECASE)  # fmt: skip
_REPLIES = ("comment", "acceptedAnswer", "suggestedAnswer")
_CHALLENGE = "#challenge-form, #challenge-running, #challenge-error-text, script[id^=anubis_]"
_CHALLENGE_TITLE = re.compile(
    r"(?i)just a moment\.\.\.|making sure you.{1,6}re not a bot.*|attention required!.*|ddos-guard"
    r"|.*verify(?:ing)? (?:that )?you are (?:a )?human.*"
)
_LOGIN_TITLE = re.compile(r"(?:log|sign) ?(?:in|up)(?:to)?\b", re.IGNORECASE)
_NO_CONTENT_TITLE = re.compile(
    r"(?i)(?:checking your browser|human verification).*|(?:.* )?(?:log|sign)[- ]?(?:in|on)(?: to .*)?"
    r"|client challenge|bot verification|robot challenge screen|one moment,? please.*"
    r"|pardon our interruption.*|checking you are not a bot|.*wait for verification"
)
_LOGIN_URL = re.compile(r"/(?:log|sign)[-_]?in\b", re.IGNORECASE)
# What browsers write at the beginning of a saved page.
_SAVED_FROM = re.compile(r"<!-- saved from url=\([0-9]{1,6}\)(\S{1,2000})")


def canonical_url(html: str) -> str | None:
    """Return the URL of a page, as recorded by the browser that saved it or by the page itself, or None."""
    if match := _SAVED_FROM.search(html[:20_000]):
        return js.safe_url(match[1].removesuffix("-->"))
    tree = parse_page(html)
    links = tree.css("link[rel~=canonical i]")
    given = [*(link.attributes.get("href") for link in links), _metas(tree).get("og:url")]
    return next(filter(None, map(js.safe_url, given)), None)


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch a page, and return the thread or article that it describes, or else its title."""
    response = yield from source.get_page(ref.url)
    if _LOGIN_URL.search(response.url) and not _LOGIN_URL.search(ref.url):
        raise Forbidden(ref.url, "the page requires a login")
    html = response.html()
    oembed = yield from _oembed(html, response.url)
    return page_thread(ref, options, html, response.url, oembed)


def _oembed(html: str, page_url: str) -> RequestGenerator[dict[str, str]]:
    """Fetch title and author of a page without Open Graph; the keys are names of page metadata."""
    tree = parse_page(html)
    link = tree.css_first("link[type='application/json+oembed' i]")
    url = js.safe_url(link and link.attributes.get("href"), page_url)
    if not url or "og:title" in _metas(tree):
        return {}
    try:
        data = yield from source.get_json(url)
    except FetchError:  # the page has a title at least
        return {}
    return {"og:title": js.text(data, "title"), "author": js.text(data, "author_name")}


def page_thread(
    ref: ThreadRef,
    options: FetchOptions,
    html: str,
    endpoint: str,
    oembed: Mapping[str, str] = MappingProxyType({}),
) -> FetchResult:
    """Return the thread that a page describes, from the server or from a file that a browser saved."""
    tree = parse_page(html, ref.url)
    metas = _metas(tree) | {name: text for name, text in oembed.items() if text}
    element = tree.css_first("title")
    title = (element and js.one_line(element.text())) or ""
    is_login = _LOGIN_TITLE.match(title) and tree.css_first("input[type=password]")
    has_content = "og:title" in metas or any(_posts_of(tree))
    is_empty = not has_content and _NO_CONTENT_TITLE.fullmatch(title)
    if is_login or is_empty or _CHALLENGE_TITLE.fullmatch(title) or tree.css_first(_CHALLENGE):
        raise Refused(ref.url, "the page is a challenge or login page, not the thread")
    if ref.platform in _FEDIVERSE and "noindex" in metas.get("robots", "").lower():
        raise Forbidden(ref.url, "the author does not allow programs to save the page")
    other = _ref(canonical_url(html), ref)
    # Ids of another form, such as those of answers, do not identify the thread.
    is_post = ref.id.endswith(f"p{ref.post}")  # phpBB and vBulletin name its topic
    if other and other.key != ref.key and other.id.count("/") == ref.id.count("/") and not is_post:
        raise BadResponse(ref.url, f"the page is that of another thread, {other.url}")

    def rank(item: Mapping[str, Any]) -> tuple[bool, bool, int]:
        found = _ref(_url(item, ref.url), ref)
        return not found or found.key != ref.key, not _body(item), _TYPES.index(_type(item))

    main = min(_posts_of(tree), key=rank, default={})
    if ref.kind is Kind.PAGE and _type(main) in _ARTICLES:  # a summary, not a copy
        summary = _one(main, "description") or _first(metas, *_DESCRIPTION)
        main = {**main, "articleBody": summary, "text": ""}
    authors: dict[str, Author] = {}
    posts = list(_build_posts(ref, main, authors))
    if not posts[0].blocks and not posts[0].media:
        return _preview_thread(ref, tree, metas, endpoint)
    replies, missing = _reply_count(main), ""
    if options.replies and replies and replies > len(posts) - 1:
        missing = f"{len(posts) - 1} of {replies} replies; the page has no more"
    head, people = Head(_title(main), replies), authors.values()
    return build_thread(
        ref, posts, people, endpoint=endpoint, options=options, head=head, missing=missing
    )


def read_file(
    platform_source: Source | None, ref: ThreadRef, options: FetchOptions, file: SavedFile
) -> FetchResult:
    """Return the thread in a file: read by the source of the platform, else from JSON-LD or Open Graph."""
    hint = "save the page of the thread"
    if ref.kind is Kind.PAGE:
        hint = f"name the software of {ref.host} in thread_cards_hosts, or {hint}"
    failure = BadResponse(file.name, f"the file is not a web page; {hint}")
    if platform_source and platform_source.read_file:
        try:
            return platform_source.read_file(ref, options, file)
        except BadResponse as error:
            failure = error
    if file.is_html:
        return page_thread(ref, options, file.html(), "file")
    raise failure


def _ref(url: str | None, ref: ThreadRef) -> ThreadRef | None:
    """Return the thread of a URL, if it is on the same server."""
    found = parse_thread_url(url or "", {ref.host: ref.platform})
    return found if found and found.key[:2] == ref.key[:2] else None


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    metas: dict[str, str] = {}
    for element in tree.css("meta[content]"):
        name = element.attributes.get("property") or element.attributes.get("name")
        content = clean_text(element.attributes.get("content") or "").strip()
        if name and content:
            metas.setdefault(name.lower(), content)
    return metas


def _first(metas: Mapping[str, str], *names: str) -> str:
    return next((metas[name] for name in names if name in metas), "")


def _preview_thread(
    ref: ThreadRef, tree: LexborHTMLParser, metas: Mapping[str, str], endpoint: str
) -> FetchResult:
    """Return a thread of one post, with the text that a page provides for previews on other sites."""
    head, root = tree.css_first("title"), tree.css_first("html")
    title = js.one_line(_first(metas, "og:title", "twitter:title") or (head.text() if head else ""))
    text = _first(metas, *_DESCRIPTION)
    is_page = ref.kind is Kind.PAGE
    is_platform = not is_page and endpoint == "file"  # network: only platforms without a source
    if not text and (is_platform or not title):
        raise BadResponse(ref.url, "the page does not describe a post")
    # The author of an article may be the URL of a profile (https://ogp.me/#type_article).
    names = {key: value for key, value in metas.items() if "://" not in value}
    name = js.one_line(_first(names, "author", "article:author", "twitter:creator", "og:site_name"))
    image = js.safe_url(_first(metas, "og:image", "twitter:image"), ref.url)
    alt = _first(metas, "og:image:alt", "twitter:image:alt")
    # On most sites a small image is an avatar or the site's logo.
    large = alt or metas.get("twitter:card") in {"summary_large_image", "player"}
    handle = (name or "").lstrip("@") or ref.author or ref.community or ref.host
    post = Post(
        id=ref.post or ref.id,
        url=ref.url,
        author=handle,
        posted=js.time(_first(metas, "article:published_time", "og:published_time", "date")),
        blocks=parse_plain(text),
        media=(Media(url=image, alt=alt or None),) if image and large else (),
        lang=js.language(metas.get("og:locale") or (root and root.attributes.get("lang"))),
    )
    missing = "" if is_page else "only the preview text of the page"
    author = Author(handle=handle, name=None if is_platform else handle)
    return build_thread(ref, [post], [author], endpoint=endpoint, head=Head(title), missing=missing)


def _posts_of(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """Yield the objects that describe posts; references to other objects of the page are resolved."""
    found: list[dict[str, Any]] = []
    for script in tree.css('script[type*="ld+json" i]'):
        with suppress(ValueError, RecursionError):
            stack = [json.loads(script.text().strip().removesuffix(";"), strict=False)]
            while stack and len(found) < _MAX_OBJECTS:
                value = stack.pop()
                if isinstance(value, dict):
                    found.append(value)
                    stack += [value[name] for name in reversed(_CONTAINERS) if name in value]
                elif isinstance(value, list):
                    stack += reversed(value)
    named = {js.as_id(item, "@id"): item for item in reversed(found) if len(item) > 1}

    def resolved(value: object) -> object:
        is_reference = isinstance(value, dict) and value.keys() == {"@id"}
        return named.get(js.as_id(value, "@id"), value) if is_reference else value

    for item in found:
        if _type(item) in _TYPES and len(item) > 1:
            yield {key: resolved(value) for key, value in item.items()}


def _type(item: object) -> str:
    """Return the type of an object, if possible one of posts."""
    names = [re.split("[/:]", str(name))[-1] for name in js.as_list(item, "@type")]
    return next((name for name in names if name in _TYPES), "")


def _one(item: object, *names: str) -> Any:
    """Return the first value of the first property that has one."""
    values = (value for name in names for value in js.as_list(item, name))
    return next((value for value in values if value not in ("", None)), None)


def _body(item: object) -> str:
    body = _one(item, "description" if _type(item) == "VideoObject" else "articleBody", "text")
    return body if isinstance(body, str) else ""


def _url(item: object, base_url: str) -> str | None:
    values = (_one(item, name) for name in ("url", "@id", "mainEntityOfPage", "discussionUrl"))
    urls = (js.safe_url(js.dig(value, "@id") or value, base_url) for value in values)
    return next(filter(None, urls), None)


def _reply_count(item: object) -> int | None:
    for counter in js.as_list(item, "interactionStatistic"):
        kind = js.dig(counter, "interactionType")
        if str(js.dig(kind, "@type") or kind).endswith(("CommentAction", "ReplyAction")):
            return js.count(counter, "userInteractionCount")
    return js.count(_one(item, "answerCount", "commentCount"))


def _build_posts(ref: ThreadRef, main: object, authors: dict[str, Author]) -> Iterator[Post]:
    """Yield a post and all replies to it, each after its parent; add their authors to ``authors``."""
    stack: list[tuple[Any, str | None]] = [(main, None)]
    ids: set[str] = set()
    while stack:
        item, parent = stack.pop()
        url = _url(item, ref.url)
        found = _ref(url, ref)
        id_ = (found and (found.post or found.id)) if parent else ref.id
        if not id_ or id_ in ids:
            id_ = f"{ref.id.rpartition('/')[2]}-{len(ids)}"
        ids.add(id_)
        replies = [reply for name in _REPLIES for reply in js.objects(js.as_list(item, name))]
        stack += [(reply, id_) for reply in reversed(replies)]
        rich = _rich_text(_body(item) or ("" if _title(item) else js.text(item, "headline")), ref)
        yield Post(
            id=id_,
            url=(url if parent else None) or ref.url,
            author=_author(item, ref, authors),
            reply_to=parent,
            # No time of the last edit: on many sites a like or a reply changes dateModified.
            posted=js.time(_one(item, "datePublished", "dateCreated", "uploadDate")),
            blocks=rich.blocks,
            media=_media(item, rich, url or ref.url),
            lang=js.language(_one(item, "inLanguage")),
        )


def _title(item: object) -> str | None:
    """Return the title of a post; None if the title is only the beginning of the text."""
    title = js.html_line(_one(item, "headline", "name"))
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
    name = js.html_line(who) or js.html_line(_one(who, "name"))
    url = js.safe_url(_one(who, "url", "sameAs"), ref.url)
    host, path = urlsplit(url or "")[1:3]
    handle = js.one_line(_one(who, "alternateName")) or ""
    if not handle and host.removeprefix("www.").endswith(ref.host):
        handle = js.one_line(unquote(path.rstrip("/").rpartition("/")[2])) or ""
    handle = "" if " " in handle or handle.isdecimal() else handle.lstrip("@")
    if handle and ref.platform in _FEDIVERSE and "@" not in handle:
        handle = f"{handle}@{host or ref.host}"
    handle = handle or name or ref.author or ref.community or ref.host
    author = build_author(handle, name, url, _image_url(_one(who, "image")))
    # Only platforms have handles; the author of a page has a name.
    authors.setdefault(handle, replace(author, name=name) if ref.kind is Kind.PAGE else author)
    return handle


def _image_url(value: object) -> object:
    return _one(value, "contentUrl", "url", "@id") if isinstance(value, dict) else value


def _media(item: object, rich: RichText, page: str) -> tuple[Media, ...]:
    media = {image.url: image for image in rich.media}
    is_video = _type(item) == "VideoObject"
    if not is_video and _type(item) not in {"Question", "Answer"}:  # there it is a logo
        for image in js.as_list(item, "image"):
            if url := js.safe_url(_image_url(image), page):
                alt = js.text(image, "caption") or js.text(image, "description")
                media.setdefault(url, Media(url=url, alt=alt or None))
    for video in [item] if is_video else js.as_list(item, "video"):
        url = js.safe_url(page if is_video else _one(video, "url", "embedUrl", "contentUrl"), page)
        still = js.safe_url(_image_url(_one(video, "thumbnailUrl", "thumbnail")), page)
        if url:
            media.setdefault(url, Media(kind="video", url=url, still=still))
    return tuple(media.values())


SOURCE = Source(platforms=("web",), fetch=fetch)
"""For plain pages, and for threads on platforms without a source."""
