"""Threads for tests of fetching and checking, and a platform that returns them."""

from __future__ import annotations

from typing import Any

from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import Author, Paragraph, Post, Provenance, Span, Thread
from sphinx_thread_cards.urls import ThreadRef

URL = "https://social.example/@jo/110446983178245440"
API = "https://social.example/api/v1/statuses/110446983178245440"
KEY = {"platform": "mastodon", "host": "social.example", "id": "110446983178245440"}


def ref_of(url: str = URL) -> ThreadRef:
    ref = parse_thread_url(url)
    assert ref is not None
    return ref


def make_thread(*texts: str, endpoint: str = API, **provenance: Any) -> Thread:
    """Return a thread of posts with these texts and the ids 1, 2, ..."""
    posts = []
    for number, text in enumerate(texts, 1):
        blocks = (Paragraph(spans=(Span(text=text),)),)
        posts.append(Post(id=str(number), url=f"{URL}{number}", author="jo", blocks=blocks))
    source = Provenance(endpoint=endpoint, **provenance)
    people: Any = {"participants": (Author(handle="jo"),), "posts": tuple(posts)}
    return Thread(url=URL, provenance=source, **KEY, **people)
