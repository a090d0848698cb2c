"""YouTube: what oEmbed says of a video, a playlist or a post.

https://developers.google.com/youtube/player_parameters leads to it; the registry https://oembed.com lists it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from thread_snapshots.assemble import found_of, person
from thread_snapshots.errors import BadAnswer
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import at, line, segments, text
from thread_snapshots.steps import Found, Source, Steps, Wish, ask_json
from sphinx_thread_cards.thread import Media, Post

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_SITE = "https://www.youtube.com"
_NO_COMMENTS = "without comments, which YouTube shows programs none of"
_NO_TEXT = "without the post's text, which YouTube shows programs nothing of"


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the one thing; comments are not to be had without a key."""
    endpoint = f"{_SITE}/oembed?url={quote(_page(ref), safe='')}&format=json"
    data = yield from ask_json(endpoint)
    return read(ref, wish, data, endpoint)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read an answer of oEmbed that was downloaded."""
    return read(ref, wish, file.json(), "file")


def read(ref: ThreadRef, wish: Wish, data: object, endpoint: str) -> Found:
    """Title, author and still, as a thread of one post."""
    number = ref.id.rpartition("/")[2]
    title, name = line(data, "title"), line(data, "author_name")
    if not (title or name) or number not in text(data, "html") + text(data, "thumbnail_url"):
        raise BadAnswer(ref.url, f"the answer does not tell of {number}")
    url = safe_link(at(data, "author_url"))
    handle = next(iter(segments(url or "")[-1:]), "").removeprefix("@") or name or "YouTube"
    is_post = ref.id.startswith("post/")
    still = safe_link(at(data, "thumbnail_url"))
    media = Media(url=still) if is_post else Media(kind="video", url=_page(ref), still=still)
    post = Post(id=ref.id, url=_page(ref), author=handle, media=(media,) if still else ())
    notes = [note for note, true in ((_NO_TEXT, is_post), (_NO_COMMENTS, wish.replies or ref.post)) if true]
    people = {handle: person(handle, name, url)}
    return found_of(ref, [post], people, endpoint=endpoint, title=title, missing="; ".join(notes))


def _page(ref: ThreadRef) -> str:
    """The address without a position and a comment."""
    return ref.url if "/" in ref.id else f"{_SITE}/watch?v={ref.id}"


SOURCE = Source(name="youtube", steps=steps, saved=saved)
