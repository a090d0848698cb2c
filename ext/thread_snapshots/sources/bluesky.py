"""Bluesky: threads from the AppView's public API.

https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread; formats: the lexicons ``app.bsky.feed.defs``,
``app.bsky.feed.post`` and ``app.bsky.embed.*`` in https://github.com/bluesky-social/atproto/tree/main/lexicons
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sphinx_thread_cards.snapshot import Author, Media, Post
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse, FetchError, Forbidden, NotFound
from thread_snapshots.facets import from_facets
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import Head, add_link, build_author, build_thread, self_thread

_ENDPOINT = "https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread"
_SITE = "https://bsky.app"
_MAX_REQUESTS = 50
_HANDLE = re.compile(r"(?!handle\.invalid$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
_COLLECTION = "app.bsky.feed.post"
_URI = re.compile(
    rf"at://(did:[a-z]{{1,10}}:[A-Za-z0-9._:%-]{{1,256}})/{_COLLECTION}/([A-Za-z0-9._:~-]{{1,512}})"
)
# Keys of a post's own content, which may contain quoted posts.
_CONTENT = frozenset({"post", "record", "embed", "embeds"})
# Set by authors who do not want their posts shown to people who are not logged in.
_LOGGED_IN_ONLY = "!no-unauthenticated"
_SENSITIVE = frozenset({"porn", "sexual", "nudity", "graphic-media", "gore"})


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
        return f"at://{self.did}/{_COLLECTION}/{self.key}"

    @property
    def handle(self) -> str:
        """The DID where the handle is unknown or not verified."""
        handle = js.text(self.data, "author", "handle").lower()
        return handle if _HANDLE.fullmatch(handle) else self.did

    @property
    def is_public(self) -> bool:
        labels = js.objects(self.data, "author", "labels")
        return all(js.text(label, "val") != _LOGGED_IN_ONLY for label in labels)

    @property
    def parent(self) -> re.Match[str] | None:
        return _URI.fullmatch(js.text(self.record, "reply", "parent", "uri"))

    @property
    def embed(self) -> Any:
        return js.dig(self.data, "embed") or js.dig(self.data, "embeds", 0)

    @property
    def quoted(self) -> "_View | None":
        """The quoted post; one level down in a post with media."""
        record = js.dig(self.embed, "record")
        return _parse_view(js.dig(record, "record") or record)


def fetch(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the thread around the post, then the replies under the first post of its author's thread."""
    account, _, key = ref.id.partition("/")
    url = _thread_url(f"at://{account}/{_COLLECTION}/{key}")
    try:
        views = _add_views({}, (yield from get_json(url)))
    except FetchError as error:
        if js.text(error.body, "error") in {"NotFound", "InvalidRequest"}:
            raise NotFound(ref.url, "no such post or account", status=error.status) from None
        raise
    requested = {_cited(ref, views).uri}
    while (uri := _next_request(ref, views, requested)) and len(requested) < _MAX_REQUESTS:
        requested.add(uri)
        _add_views(views, (yield from get_json(_thread_url(uri))))
    missing = f"the thread needs more than {_MAX_REQUESTS} requests" if uri else ""
    return _result(ref, options, views, url, missing)


def read_file(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a saved response with posts."""
    views = _add_views({}, file.json())
    author = _cited(ref, views).did
    cut = any(view.cut for view in views.values() if view.did == author)
    missing = "the file does not contain the complete thread" if cut else ""
    return _result(ref, options, views, "file", missing)


def _thread_url(uri: str) -> str:
    return f"{_ENDPOINT}?{urlencode({'uri': uri, 'depth': 1000, 'parentHeight': 1000})}"


def _add_views(views: dict[str, _View], data: object) -> dict[str, _View]:
    """Add all posts of a response, except quoted ones, to those that are known by URI."""
    stack = [data]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += reversed(part)
        elif isinstance(part, dict):
            view = _parse_view(part.get("post") or part, cut=part.get("replies") is None)
            if view and (view.uri not in views or not view.cut):
                views[view.uri] = view
            stack += [value for name, value in part.items() if name not in _CONTENT]
    return views


def _parse_view(data: Any, *, cut: bool = False) -> _View | None:
    """Return a ``postView``, or the ``viewRecord`` of a quoted post; None for anything else.

    With ``cut``, the replies that the post may have are not in the response.
    """
    match = _URI.fullmatch(js.text(data, "uri"))
    record = js.dig(data, "record") or js.dig(data, "value")
    if not match or match[1] != js.dig(data, "author", "did") or not isinstance(record, dict):
        return None
    cut = cut and bool(js.count(data, "replyCount"))
    return _View(did=match[1], key=match[2], data=data, record=record, cut=cut)


def _cited(ref: ThreadRef, views: dict[str, _View]) -> _View:
    """Return the cited post; the handle of its author may have changed since."""
    account, _, key = ref.id.partition("/")
    found = [view for view in views.values() if view.key == key]
    if not found:
        raise BadResponse(ref.url, f"the response does not contain post {key}")
    view = next((view for view in found if account in {view.did, view.handle}), found[0])
    if not view.is_public:
        raise Forbidden(ref.url, "the author shows the post only to logged-in users")
    return view


def _thread(
    ref: ThreadRef, views: dict[str, _View], options: FetchOptions
) -> list[tuple[_View, Post]]:
    """Return the thread around the cited post. The ids of its author's posts begin as the cited id does."""
    cited, account = _cited(ref, views), ref.id.partition("/")[0]
    public = [view for view in views.values() if view.is_public]
    names = {view.did: view.handle for view in public} | {cited.did: account}
    known = {post.id: (view, post) for view in public if (post := _parse_post(view, names))}
    posts = [post for _, post in known.values()]
    return [known[post.id] for post in self_thread(posts, f"{account}/{cited.key}", options)]


def _next_request(ref: ThreadRef, views: dict[str, _View], requested: set[str]) -> str | None:
    """Return the URI of a post that may have more of the thread under it: the first, or one whose replies are cut."""
    thread = [view for view, _ in _thread(ref, views, FetchOptions())]
    waiting = (view.uri for view in thread if view is thread[0] or view.cut)
    return next((uri for uri in waiting if uri not in requested), None)


def _result(
    ref: ThreadRef, options: FetchOptions, views: dict[str, _View], endpoint: str, missing: str
) -> FetchResult:
    thread = _thread(ref, views, options)
    first = thread[0][0]
    if first.parent and first.parent[1] == first.did:
        missing = "; ".join(filter(None, ("an earlier post of the thread is missing", missing)))
    quoted = (view.quoted for view in views.values())
    authors = [_parse_author(view) for view in (*quoted, *views.values()) if view]
    posts, head = [post for _, post in thread], Head(None, js.count(first.data, "replyCount"))
    return build_thread(ref, posts, authors, endpoint=endpoint, head=head, missing=missing)


def _parse_author(view: _View) -> Author:
    name, avatar = (js.dig(view.data, "author", key) for key in ("displayName", "avatar"))
    return build_author(view.handle, js.one_line(name), f"{_SITE}/profile/{view.handle}", avatar)


def _parse_post(view: _View, names: dict[str, str], *, quoting: bool = True) -> Post:
    """Return a post; its id begins with the name of its author's account."""
    url = f"{_SITE}/profile/{view.handle}/post/{view.key}"
    content = js.dig(view.record, "text")  # as it is, because facets count its bytes
    blocks = from_facets(content if isinstance(content, str) else "", js.dig(view.record, "facets"))
    # Of a post with another post and media, the media are one level down.
    embed = js.dig(view.embed, "media") or view.embed
    page = js.safe_url(js.dig(embed, "external", "uri"))
    if page:
        blocks = add_link(blocks, js.one_line(embed, "external", "title"), page)
    labels = {js.text(label, "val") for label in js.objects(view.record, "labels", "values")}
    quoted, parent = view.quoted if quoting else None, view.parent
    return Post(
        id=f"{names.get(view.did, view.handle)}/{view.key}",
        url=url,
        author=view.handle,
        reply_to=f"{names.get(parent[1], parent[1])}/{parent[2]}" if parent else None,
        posted=js.time(view.record, "createdAt"),
        blocks=blocks,
        media=tuple(_parse_media(embed, url)),
        warning="Sensitive media" if _SENSITIVE & labels else None,
        lang=js.language(view.record, "langs", 0),
        quoted=_parse_post(quoted, names, quoting=False) if quoted and quoted.is_public else None,
    )


def _parse_media(embed: object, url: str) -> Iterator[Media]:
    for image in (*js.objects(embed, "images"), *js.objects(embed, "items")):
        if source := js.safe_url(js.dig(image, "fullsize") or js.dig(image, "thumbnail")):
            yield Media(url=source, alt=js.text(image, "alt").strip() or None)
    if js.text(embed, "playlist"):
        # The playlist is for players; people watch the video on the page of the post.
        still, alt = js.safe_url(js.dig(embed, "thumbnail")), js.text(embed, "alt").strip()
        yield Media(kind="video", url=url, still=still, alt=alt or None)


SOURCE = Source(platforms=("bluesky",), fetch=fetch, read_file=read_file)
