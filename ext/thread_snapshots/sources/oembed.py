"""oEmbed: title, author and image of a video or post, for providers that need no login.

Format: https://oembed.com. The endpoints are those of https://oembed.com/providers.json.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from sphinx_thread_cards.snapshot import Media, Post
from sphinx_thread_cards.urls import Kind, ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import build_author, build_thread, summary_of

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
    """Fetch the title, author and image of the video or post."""
    page = _page(ref)
    endpoint = endpoint_for(page)
    if endpoint is None:
        raise BadResponse(ref.url, "no oEmbed provider is known")
    data = yield from get_json(endpoint)
    title, name = js.one_line(data, "title"), js.one_line(data, "author_name")
    about = "".join(js.text(data, key) for key in ("html", "thumbnail_url", "url"))
    other = ref.kind is not Kind.PAGE and ref.id.rpartition("/")[2] not in about
    if other or not (title or name):
        raise BadResponse(endpoint, f"the response does not describe {ref.url}")
    url, image = (js.safe_url(js.dig(data, key)) for key in ("author_url", "thumbnail_url"))
    name = name or js.one_line(data, "provider_name") or ref.host
    handle = urlsplit(url or "").path.rpartition("/")[2].removeprefix("@") or name
    is_video = js.text(data, "type") == "video" and not ref.id.startswith("post/")
    media = Media(kind="video", url=page, still=image) if is_video else Media(url=image)
    post = Post(
        id=ref.id,
        url=ref.url if ref.platform == "tumblr" else page,
        author=handle,
        posted=ref.posted and js.utc(ref.posted),
        media=(media,) if is_video or image else (),
    )
    author, missing = build_author(handle, name, url), "title and author only"
    missing = "" if is_video and not ref.post else missing
    return build_thread(ref, [post], [author], endpoint=endpoint, title=title, missing=missing)


def summarize(ref: ThreadRef) -> RequestGenerator[FetchResult]:
    """Fetch title and author."""
    return summary_of((yield from fetch(ref, FetchOptions())))


def _page(ref: ThreadRef) -> str:
    """Return the URL in the form that the provider accepts, without a position and a comment."""
    if ref.platform == "tumblr" and ref.author:
        return f"https://{ref.author}.tumblr.com/post/{ref.id}"
    if ref.platform == "youtube" and "/" not in ref.id:
        return f"https://www.youtube.com/watch?v={ref.id}"
    return ref.url


SOURCE = Source(platforms=("tumblr", "youtube"), fetch=fetch, summarize=summarize)
