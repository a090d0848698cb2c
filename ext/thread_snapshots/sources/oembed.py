"""oEmbed: title, author and image of a video on YouTube, or of a post there or on Tumblr.

Format: https://oembed.com. The endpoints are those of https://oembed.com/providers.json.
"""

from urllib.parse import quote, urlsplit

from sphinx_thread_cards.snapshot import Media, Post
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import json_access as js
from thread_snapshots.errors import BadResponse
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source, get_json
from thread_snapshots.thread_builder import Head, build_author, build_thread

_ENDPOINTS = {
    "tumblr": "https://www.tumblr.com/oembed/1.0?url={}",
    "youtube": "https://www.youtube.com/oembed?url={}&format=json",
}


def fetch(ref: ThreadRef, _options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Fetch the title, author and image of the video or post."""
    page = _page(ref)
    endpoint = _ENDPOINTS[ref.platform].format(quote(page, safe=""))
    data = yield from get_json(endpoint)
    title, name = js.one_line(data, "title"), js.one_line(data, "author_name")
    about = "".join(js.text(data, key) for key in ("html", "thumbnail_url", "url"))
    if ref.id.rpartition("/")[2] not in about or not (title or name):
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
    missing = "" if is_video and not ref.post else "title and author only"
    author = build_author(handle, name, url)
    return build_thread(ref, [post], [author], endpoint=endpoint, head=Head(title), missing=missing)


def _page(ref: ThreadRef) -> str:
    """Return the URL in the form that the provider accepts, without a position and a comment."""
    if ref.platform == "tumblr" and ref.author:
        return f"https://{ref.author}.tumblr.com/post/{ref.id}"
    if ref.platform == "youtube" and "/" not in ref.id:
        return f"https://www.youtube.com/watch?v={ref.id}"
    return ref.url


SOURCE = Source(platforms=("tumblr", "youtube"), fetch=fetch)
