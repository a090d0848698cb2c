"""Tumblr: what oEmbed says of a post; whole posts only from files, as the API wants a key.

API and its two kinds of posts, "Neue Post Format" and legacy: https://www.tumblr.com/docs/en/api/v2
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from sphinx_thread_cards.fetch.assemble import found_of, person
from sphinx_thread_cards.fetch.errors import BadAnswer
from sphinx_thread_cards.fetch.rich.spans import safe_link
from sphinx_thread_cards.fetch.shape import at, line, objects, segments, text, when
from sphinx_thread_cards.fetch.sources._tumblr_posts import read_posts
from sphinx_thread_cards.fetch.steps import Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.platforms import tumblr
from sphinx_thread_cards.thread import Post

if TYPE_CHECKING:
    from sphinx_thread_cards.fetch.saved import Saved
    from sphinx_thread_cards.model import ThreadRef

_TITLE_ONLY = "author and title only; Tumblr shows programs no text without a key"


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask oEmbed, which knows posts by their address on the blog."""
    del wish
    page = f"https://{ref.author}.tumblr.com/post/{ref.id}" if ref.author else ref.url
    endpoint = f"https://www.tumblr.com/oembed/1.0?url={quote(page, safe='')}"
    data = yield from ask_json(endpoint)
    return _of_oembed(ref, data, endpoint)


def _of_oembed(ref: ThreadRef, data: object, endpoint: str) -> Found:
    if ref.id not in text(data, "html") + text(data, "url"):
        raise BadAnswer(ref.url, f"the answer does not tell of post {ref.id}")
    url = safe_link(at(data, "author_url"))
    host = urlsplit(url).netloc if url else ""
    blog = host.removesuffix(".tumblr.com") if host.endswith(".tumblr.com") and host != "www.tumblr.com" else ""
    name = line(data, "author_name")
    handle = ref.author or blog or next(iter(segments(url or "")), "") or name or "Tumblr"
    time = tumblr.posted(ref.id)
    post = Post(id=ref.id, url=ref.url, author=handle, posted=when(time.isoformat()) if time else None)
    people = {handle: person(handle, name, url)}
    return found_of(ref, [post], people, endpoint=endpoint, title=line(data, "title"), missing=_TITLE_ONLY)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read an answer of the API with the post, or one of oEmbed."""
    del wish
    data = file.json()
    if text(data, "provider_name"):
        return _of_oembed(ref, data, "file")
    inner = at(data, "response") or data
    found = next((item for item in [*objects(inner, "posts"), *objects(inner), inner] if _id(item) == ref.id), None)
    if found is None:
        raise BadAnswer(ref.url, f"post {ref.id} is not in the file")
    posts, people = read_posts(found, ref)
    return found_of(ref, posts, people, endpoint="file", title=line(found, "title"))


def _id(item: object) -> str:
    id_ = at(item, "id_string") or at(item, "id")
    return str(id_) if isinstance(id_, str) or (type(id_) is int and 0 <= id_ < 10**20) else ""


SOURCE = Source(name="tumblr", steps=steps, saved=saved)
