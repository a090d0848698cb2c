"""oEmbed: title, author and image of a video or post, for providers that need no login.

Format: https://oembed.com. The endpoints are those of https://oembed.com/providers.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from sphinx_thread_cards.snapshot import Media, Post
from sphinx_thread_cards.urls import Kind, ThreadRef

from thread_snapshots.json_access import dig, one_line, safe_url, text, utc
from thread_snapshots.source import (
    BadResponse,
    FetchOptions,
    FetchResult,
    RequestGenerator,
    Source,
    get_json,
)
from thread_snapshots.thread_builder import build_author, build_thread, summary_of

if TYPE_CHECKING:
    from thread_snapshots.saved_file import SavedFile

_ENDPOINTS = {
    "dailymotion.com": "https://www.dailymotion.com/services/oembed?url={}&format=json",
    "flickr.com": "https://www.flickr.com/services/oembed/?url={}&format=json",
    "open.spotify.com": "https://open.spotify.com/oembed?url={}",
    "podcasts.apple.com": "https://podcasts.apple.com/api/oembed?url={}",
    "soundcloud.com": "https://soundcloud.com/oembed?url={}&format=json",
    "speakerdeck.com": "https://speakerdeck.com/oembed.json?url={}",
    "tiktok.com": "https://www.tiktok.com/oembed?url={}",
    "tumblr.com": "https://www.tumblr.com/oembed/1.0?url={}",
    "vimeo.com": "https://vimeo.com/api/oembed.json?url={}",
    "youtube.com": "https://www.youtube.com/oembed?url={}&format=json",
}
"""By host, also for its subdomains."""


def endpoint_for(url: str) -> str | None:
    """Return the URL of the oEmbed request for a page, or None if no provider is known."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    endpoint = _ENDPOINTS.get(host) or _ENDPOINTS.get(host.partition(".")[2])
    return endpoint and endpoint.format(quote(url, safe=""))


def fetch(ref: ThreadRef, _options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the description of the video or post."""
    endpoint = endpoint_for(_page(ref))
    if endpoint is None:
        raise BadResponse(ref.url, "no oEmbed provider is known")
    data = yield from get_json(endpoint)
    return _parse(ref, data, endpoint)


def summarize(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch title and author."""
    return summary_of((yield from fetch(ref, FetchOptions())))


def read_file(ref: ThreadRef, _options: FetchOptions, file: SavedFile) -> FetchResult:
    """Read a response of oEmbed."""
    return _parse(ref, file.json(), "file")


def _page(ref: ThreadRef) -> str:
    """Return the URL in the form that the provider accepts, without a position and a comment."""
    if ref.platform == "tumblr" and ref.author:
        return f"https://{ref.author}.tumblr.com/post/{ref.id}"
    if ref.platform == "youtube" and "/" not in ref.id:
        return f"https://www.youtube.com/watch?v={ref.id}"
    return ref.url


def _parse(ref: ThreadRef, data: object, endpoint: str) -> FetchResult:
    """Return a thread of one post: title, author and image."""
    title, name = one_line(data, "title"), one_line(data, "author_name")
    about = "".join(text(data, key) for key in ("html", "thumbnail_url", "url"))
    other = ref.kind is not Kind.PAGE and ref.id.rpartition("/")[2] not in about
    if other or not (title or name):
        raise BadResponse(endpoint, f"the response does not describe {ref.url}")
    url = safe_url(dig(data, "author_url"))
    name = name or one_line(data, "provider_name")
    handle = urlsplit(url or "").path.rpartition("/")[2].removeprefix("@") or name or ref.host
    image = safe_url(dig(data, "thumbnail_url"))
    is_video = text(data, "type") == "video" and not ref.id.startswith("post/")
    media = Media(kind="video", url=_page(ref), still=image) if is_video else Media(url=image)
    post = Post(
        id=ref.id,
        url=ref.url if ref.platform == "tumblr" else _page(ref),
        author=handle,
        posted=ref.posted and utc(ref.posted),
        media=(media,) if is_video or image else (),
    )
    missing = "" if is_video and not ref.post else "title and author only"
    authors = {handle: build_author(handle, name, url)}
    return build_thread(ref, [post], authors, endpoint=endpoint, title=title, missing=missing)


SOURCE = Source(
    platforms=("tumblr", "youtube"), fetch=fetch, read_file=read_file, summarize=summarize
)
