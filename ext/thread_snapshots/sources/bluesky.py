"""Bluesky: threads from the AppView's public API.

https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread; formats: the lexicons ``app.bsky.feed.defs``,
``app.bsky.feed.post`` and ``app.bsky.embed.*`` in https://github.com/bluesky-social/atproto/tree/main/lexicons
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sphinx_thread_cards.snapshot import Author, Block, Media, Post

from thread_snapshots.facets import from_facets
from thread_snapshots.json_access import (
    count,
    dig,
    language,
    objects,
    one_line,
    safe_url,
    text,
    time,
)
from thread_snapshots.source import (
    BadResponse,
    FetchError,
    FetchOptions,
    FetchResult,
    Forbidden,
    NotFound,
    RequestGenerator,
    Source,
    get_json,
)
from thread_snapshots.thread_builder import (
    build_author,
    build_thread,
    link_paragraph,
    links_to,
    self_thread,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.saved_file import SavedFile

_ENDPOINT = "https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread"
_SITE = "https://bsky.app"
_MAX_LEVELS = 1000
_MAX_REQUESTS = 50
_HANDLE = re.compile(r"(?!handle\.invalid$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
_URI = re.compile(
    r"at://(did:[a-z]{1,10}:[A-Za-z0-9._:%-]{1,256})/([A-Za-z0-9.]{1,200})/([A-Za-z0-9._:~-]{1,512})"
)
_POST = "app.bsky.feed.post"
# Keys of a post's own content, which may contain quoted posts.
_CONTENT = frozenset({"post", "record", "embed", "embeds"})
_PAGES = {
    _POST: "profile/{}/post/{}",
    "app.bsky.feed.generator": "profile/{}/feed/{}",
    "app.bsky.graph.list": "profile/{}/lists/{}",
    "app.bsky.graph.starterpack": "starter-pack/{}/{}",
    "app.bsky.labeler.service": "profile/{}",
}
# Set by authors who do not want their posts shown to people who are not logged in.
_LOGGED_IN_ONLY = "!no-unauthenticated"
# How Bluesky names the labels that authors can set on a post.
_WARNINGS = {
    "porn": "Adult content",
    "sexual": "Sexually suggestive",
    "nudity": "Nudity",
    "graphic-media": "Graphic media",
    "gore": "Graphic media",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _View:
    """A post as the AppView returns it."""

    did: str
    key: str
    data: dict[str, Any]
    record: dict[str, Any]
    cut: bool = False
    """Whether the response leaves out replies to the post."""

    @property
    def uri(self) -> str:
        return f"at://{self.did}/{_POST}/{self.key}"

    @property
    def handle(self) -> str:
        """The DID where the handle is unknown or not verified."""
        handle = text(self.data, "author", "handle").lower()
        return handle if _HANDLE.fullmatch(handle) else self.did

    @property
    def self_labels(self) -> list[dict[str, Any]]:
        return objects(self.record, "labels", "values")

    @property
    def is_public(self) -> bool:
        labels = objects(self.data, "labels") + objects(self.data, "author", "labels")
        labels += self.self_labels
        active = {text(label, "val") for label in labels if not dig(label, "neg")}
        return _LOGGED_IN_ONLY not in active

    @property
    def embed(self) -> Any:
        return dig(self.data, "embed") or dig(self.data, "embeds", 0)

    @property
    def embedded_record(self) -> Any:
        """Another post, a feed or a list; one level down in a post with media."""
        return dig(self.embed, "record", "record") or dig(self.embed, "record")


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the thread around the post, then the replies below the first post of its author's thread."""
    account, _, key = ref.id.partition("/")
    url = _thread_url(f"at://{account}/{_POST}/{key}")
    try:
        data = yield from get_json(url)
    except FetchError as error:
        if text(error.body, "error") in {"NotFound", "InvalidRequest"}:
            raise NotFound(ref.url, "no such post or account", status=error.status) from None
        raise
    if dig(data, "thread", "notFound"):
        raise NotFound(ref.url, "no such post")
    if dig(data, "thread", "blocked"):
        raise Forbidden(ref.url, "the post is not public")
    views = {view.uri: view for view in _parse_views(data)}
    requested = {_cited(ref, views).uri}
    while (uri := _next_request(ref, views, requested)) and len(requested) < _MAX_REQUESTS:
        requested.add(uri)
        for view in _parse_views((yield from get_json(_thread_url(uri)))):
            if view.uri not in views or not view.cut:
                views[view.uri] = view
    missing = f"the thread takes more than {_MAX_REQUESTS} requests" if uri else ""
    return _result(ref, options, views, url, missing)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a saved response with posts."""
    views = {view.uri: view for view in _parse_views(file.json())}
    author = _cited(ref, views).did
    cut = any(view.cut for view in views.values() if view.did == author)
    missing = "as far as the file contains the thread" if cut else ""
    return _result(ref, options, views, "file", missing)


def _thread_url(uri: str) -> str:
    query = {"uri": uri, "depth": _MAX_LEVELS, "parentHeight": _MAX_LEVELS}
    return f"{_ENDPOINT}?{urlencode(query)}"


def _parse_views(data: object) -> Iterator[_View]:
    """Yield all posts of a response, except quoted ones; a post may come more than once."""
    stack = [data]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += reversed(part)
        elif isinstance(part, dict):
            if view := _parse_view(part.get("post") or part, part):
                yield view
            stack += [value for name, value in part.items() if name not in _CONTENT]


def _parse_view(data: Any, node: object = None) -> _View | None:
    """Return a ``postView``, or the ``viewRecord`` of a quoted post; None for anything else.

    Args:
        node: the ``threadViewPost`` around it.
    """
    match, record = _URI.fullmatch(text(data, "uri")), dig(data, "record") or dig(data, "value")
    if (
        not match
        or match[2] != _POST
        or match[1] != dig(data, "author", "did")
        or not isinstance(record, dict)
    ):
        return None
    cut = bool(count(data, "replyCount")) and isinstance(node, dict) and node.get("replies") is None
    return _View(did=match[1], key=match[3], data=data, record=record, cut=cut)


def _cited(ref: ThreadRef, views: Mapping[str, _View]) -> _View:
    """Return the cited post; the handle of its author may have changed since."""
    account, _, key = ref.id.partition("/")
    found = [view for view in views.values() if view.key == key]
    if not found:
        raise BadResponse(ref.url, f"the response does not contain post {key}")
    view = next((view for view in found if account in {view.did, view.handle}), found[0])
    if not view.is_public:
        raise Forbidden(ref.url, "the author shows it only to people who are logged in")
    return view


def _thread(
    ref: ThreadRef, views: Mapping[str, _View], options: FetchOptions
) -> list[tuple[_View, Post]]:
    """Return the thread around the cited post. The ids of its author's posts begin as the cited id does."""
    cited, account = _cited(ref, views), ref.id.partition("/")[0]
    public = [view for view in views.values() if view.is_public]
    names = {view.did: view.handle for view in public} | {cited.did: account}
    known = {post.id: (view, post) for view in public if (post := _parse_post(view, names))}
    posts = [post for _, post in known.values()]
    return [known[post.id] for post in self_thread(posts, f"{account}/{cited.key}", options)]


def _next_request(ref: ThreadRef, views: Mapping[str, _View], requested: set[str]) -> str | None:
    """Return the URI of a post that may have more of the thread below it: the first, or one whose replies are cut."""
    thread = [view for view, _ in _thread(ref, views, FetchOptions())]
    waiting = (view.uri for view in thread if view is thread[0] or view.cut)
    return next((uri for uri in waiting if uri not in requested), None)


def _result(
    ref: ThreadRef, options: FetchOptions, views: Mapping[str, _View], endpoint: str, missing: str
) -> FetchResult:
    thread = _thread(ref, views, options)
    first, replies = thread[0][0], count(thread[0][0].data, "replyCount")
    parent = _URI.fullmatch(text(first.record, "reply", "parent", "uri"))
    if parent and parent[1] == first.did:
        missing = "; ".join(filter(None, ("an earlier post of the thread is missing", missing)))
    quoted = (_parse_view(view.embedded_record) for view in views.values())
    authors = {view.handle: _parse_author(view) for view in (*quoted, *views.values()) if view}
    posts = [post for _, post in thread]
    return build_thread(ref, posts, authors, endpoint=endpoint, replies=replies, missing=missing)


def _parse_author(view: _View) -> Author:
    name, avatar = one_line(view.data, "author", "displayName"), dig(view.data, "author", "avatar")
    return build_author(view.handle, name, f"{_SITE}/profile/{view.handle}", avatar)


def _parse_post(view: _View, names: Mapping[str, str], *, quoting: bool = True) -> Post:
    """Return a post; its id begins with the name of its author's account."""
    url = f"{_SITE}/profile/{view.handle}/post/{view.key}"
    content = dig(view.record, "text")  # as it is, because facets count its bytes
    blocks = from_facets(content if isinstance(content, str) else "", dig(view.record, "facets"))
    quoted = _parse_view(view.embedded_record) if quoting else None
    parent = _URI.fullmatch(text(view.record, "reply", "parent", "uri"))
    labels = {text(label, "val") for label in view.self_labels}
    warnings = dict.fromkeys(name for label, name in _WARNINGS.items() if label in labels)
    return Post(
        id=f"{names.get(view.did, view.handle)}/{view.key}",
        url=url,
        author=view.handle,
        reply_to=f"{names.get(parent[1], parent[1])}/{parent[3]}" if parent else None,
        posted=time(view.record, "createdAt"),
        blocks=(*blocks, *_embedded_links(view, blocks)),
        media=tuple(_embedded_media(dig(view.embed, "media") or view.embed, url)),
        warning=", ".join(warnings) or None,
        lang=language(view.record, "langs", 0),
        quoted=_parse_post(quoted, names, quoting=False) if quoted and quoted.is_public else None,
    )


def _embedded_media(embed: object, url: str) -> Iterator[Media]:
    for image in (*objects(embed, "images"), *objects(embed, "items")):
        if source := safe_url(dig(image, "fullsize")) or safe_url(dig(image, "thumbnail")):
            yield Media(url=source, alt=text(image, "alt").strip() or None)
    if safe_url(dig(embed, "playlist")):
        # The playlist is for players; people watch the video on the page of the post.
        still, alt = safe_url(dig(embed, "thumbnail")), text(embed, "alt").strip()
        yield Media(kind="video", url=url, still=still, alt=alt or None)


def _embedded_links(view: _View, blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Yield a link to the page, feed, list or unavailable post that a post embeds, unless its text has the link."""
    external = dig(view.embed, "media", "external") or dig(view.embed, "external")
    links = [(one_line(external, "title"), safe_url(dig(external, "uri")))]
    record = view.embedded_record
    match = _URI.fullmatch(text(record, "uri"))
    hidden = any(dig(record, name) for name in ("value", "notFound", "blocked", "detached"))
    if match and match[2] in _PAGES and not hidden:
        title = one_line(record, "displayName") or one_line(record, "name")
        page = _PAGES[match[2]].format(match[1], match[3])
        links.append((title or one_line(record, "record", "name"), f"{_SITE}/{page}"))
    for title, url in links:
        if url and not links_to(blocks, url):
            yield link_paragraph(title, url)


SOURCE = Source(platforms=("bluesky",), fetch=fetch, read_file=read_file)
