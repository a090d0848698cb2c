"""Posts of Bluesky, as its AppView shows them and as repositories keep them.

Formats: https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread (lexicon app.bsky.feed.defs) and
https://docs.bsky.app/docs/advanced-guides/posts (lexicon app.bsky.feed.post).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from thread_snapshots.assemble import person
from thread_snapshots.rich_text import from_facets
from thread_snapshots.shape import all_in, at, language, line, objects, text, when
from thread_snapshots.sources._bluesky_embeds import Embedded, read_embed
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from collections.abc import Iterator


_URI = re.compile(r"at://(did:[a-z]{1,10}:[A-Za-z0-9._:%-]{1,256})/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]{1,512})")
_HANDLE = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_INVALID = "handle.invalid"
NOT_FOR_ALL = "!no-unauthenticated"
"""The label with which people ask that their posts are shown to nobody without an account."""
# The names that Bluesky itself shows for what authors may say of their posts (labels of com.atproto.label.defs).
_WARNINGS = {
    "porn": "Adult content",
    "sexual": "Sexually suggestive",
    "nudity": "Nudity",
    "graphic-media": "Graphic media",
    "gore": "Graphic media",
}


def xrpc(host: str, method: str, **query: object) -> str:
    """Address of a method of AT Protocol on a server."""
    return f"https://{host}/xrpc/{method}?{urlencode(query)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A post as it came: its record, and what the AppView made of it."""

    did: str
    key: str
    author: Any
    """``did``, ``handle``, ``displayName``, ``avatar``, ``labels``."""
    record: Any
    embed: Any = None
    """As the AppView shows it; None for what comes from a repository."""
    labels: Any = None
    counted: Any = None
    """How many answers the AppView counts."""
    cut: bool = False
    """Whether the answer ends below it, although there are answers."""

    @property
    def uri(self) -> str:
        """Its AT URI, with the DID."""
        return f"at://{self.did}/app.bsky.feed.post/{self.key}"


def view_of(post: object, node: object = None) -> View | None:
    """A ``postView``, or the ``viewRecord`` of a quoted post; None for anything else.

    :param node: the ``threadViewPost`` around it.
    """
    found = _URI.fullmatch(text(post, "uri"))
    record = at(post, "record") or at(post, "value")
    if not found or found[1] != at(post, "author", "did") or not isinstance(record, dict):
        return None
    embeds = objects(post, "embeds")
    counted = at(post, "replyCount")
    return View(
        did=found[1],
        key=found[2],
        author=at(post, "author"),
        record=record,
        embed=at(post, "embed") or (embeds[0] if embeds else None),
        labels=at(post, "labels"),
        counted=counted,
        cut=type(counted) is int and counted > 0 and isinstance(node, dict) and at(node, "replies") is None,
    )


def split_uri(uri: object) -> tuple[str, str] | None:
    """DID and record key of a post's AT URI."""
    found = _URI.fullmatch(uri) if isinstance(uri, str) else None
    return (found[1], found[2]) if found else None


def views_in(data: object) -> Iterator[View]:
    """All posts in an answer of any endpoint, or in a file; each may come more than once. Quoted posts are left out."""
    for part in all_in(data, _inside):
        post = at(part, "post") or part
        if isinstance(at(post, "record"), dict) and (view := view_of(post, part)):
            yield view


def _inside(part: dict[str, Any]) -> list[object]:
    return [value for name, value in part.items() if name not in {"record", "embed", "embeds", "post"}]


def labels_of(view: View) -> set[str]:
    """What is said of a post or its author by labels."""
    parts = (at(view.author, "labels"), view.labels, at(view.record, "labels", "values"))
    return {text(label, "val") for part in parts for label in objects(part) if not at(label, "neg")}


def parent_of(view: View) -> str | None:
    """The AT URI of the post that it answers."""
    uri = at(view.record, "reply", "parent", "uri")
    return uri if split_uri(uri) else None


def root_of(view: View) -> str | None:
    """The AT URI of the post with which the discussion began that it answers in."""
    uri = at(view.record, "reply", "root", "uri")
    return uri if split_uri(uri) else None


def without_gaps(views: dict[str, View], cited: View) -> tuple[dict[str, View], bool]:
    """The posts, each that answers a post that is gone put behind the one before it; and whether there are such.

    Only in a thread that the author began, and only if the cited post is of it: in the discussions of others nothing
    tells which of their threads a post is of.

    :param views: by AT URI, those of one author.
    """
    root = root_of(cited) or cited.uri
    joined, chain = dict(views), dict[str, None]()
    for view in sorted(views.values(), key=lambda view: view.key):
        above, last = parent_of(view), next(reversed(chain), None)
        is_lost = above not in views and (split_uri(above) or ("",))[0] == view.did
        if view.uri != root and not (root_of(view) == root and (above in chain or is_lost)):
            continue
        if is_lost and last:
            joined[view.uri] = replace(view, record={**view.record, "reply": {"parent": {"uri": last}}})
        chain[view.uri] = None
    if cited.uri not in chain or all(joined[uri] is views[uri] for uri in chain):
        return views, False
    return joined, True


def handle_of(author: object, did: str) -> str:
    """Handle, or the DID of an account whose handle is not known, or not proven to be its own."""
    handle = text(author, "handle").lower()
    return handle if _HANDLE.fullmatch(handle) and handle != _INVALID else did


def author_of(view: View) -> Author:
    """Who wrote it."""
    handle, name = handle_of(view.author, view.did), line(view.author, "displayName")
    return person(handle, name, f"https://bsky.app/profile/{handle}", at(view.author, "avatar"))


def post_of(view: View, names: dict[str, str], host: str, *, quoting: bool = True) -> Post:
    """A view as a post.

    :param names: from a DID to what the ids of that account's posts begin with; others begin with the handle.
    :param host: of the server that keeps the pictures of a repository.
    """
    author = handle_of(view.author, view.did)
    url = f"https://bsky.app/profile/{author}/post/{view.key}"
    blocks = from_facets(text(view.record, "text"), at(view.record, "facets"))
    embedded = read_embed(view.embed or at(view.record, "embed"), f"https://{host}", view.did, url, blocks)
    parent = split_uri(parent_of(view))
    langs = at(view.record, "langs")
    own = labels_of(View(did="", key="", author=None, record=view.record))
    return Post(
        id=f"{names.get(view.did, author)}/{view.key}",
        url=url,
        author=author,
        answers=f"{names.get(parent[0], parent[0])}/{parent[1]}" if parent else None,
        posted=when(at(view.record, "createdAt")),
        blocks=(*blocks, *embedded.blocks),
        media=embedded.media,
        warning=", ".join(dict.fromkeys(_WARNINGS[label] for label in _WARNINGS if label in own)) or None,
        lang=language(at(langs, 0)),
        quoted=_quoted(embedded, names, host) if quoting else None,
    )


def _quoted(embedded: Embedded, names: dict[str, str], host: str) -> Post | None:
    view = view_of(embedded.quoted)
    # Only what was written to be read by all.
    return post_of(view, names, host, quoting=False) if view and NOT_FOR_ALL not in labels_of(view) else None
