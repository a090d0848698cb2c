"""Posts of X in files: answers of its website, and of its API v2, which has ``data`` and ``includes``.

https://docs.x.com/x-api/posts/lookup/introduction
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import link_paragraph, list_of
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import from_entities
from thread_snapshots.shape import all_in, at, count, ident, language, line, objects, text, when
from thread_snapshots.sources._x_common import HANDLE, ID, Told, address, author_of, full_size, time_of_id
from thread_snapshots.sources._x_tweets import read_tweet
from sphinx_thread_cards.thread import Block, Media, Post

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


# Keys of the old API's posts under which the same post, or another one's words about it, are found again.
_PARTS = frozenset({"legacy", "note_tweet", "entities", "extended_entities", "user", "core"})


def read_json(data: object, handle: str) -> list[Told]:
    """All posts in a file, in its order.

    :param handle: of the author, where the file does not name one.
    """
    found = list(all_in(data, _inside))
    included = _Included(found)
    told = filter(None, (_read(item, included, handle) for item in found))
    return list({item.post.id: item for item in told}.values())


def _inside(value: dict[str, Any]) -> list[object]:
    # Where there is no post, `user` may hold all that is listed on a profile.
    parts = _PARTS if {"id_str", "rest_id"} & value.keys() else frozenset()
    return [part for key, part in value.items() if key not in parts]


class _Included:
    """What an answer of API v2 tells beside its posts, by id."""

    def __init__(self, found: list[dict[str, Any]]) -> None:
        self.users = {ident(item, "id"): item for item in found if HANDLE.fullmatch(text(item, "username"))}
        self.media = {text(item, "media_key"): item for item in found if "media_key" in item and "type" in item}
        self.polls = {ident(item, "id"): item for item in found if "options" in item and "id" in item}
        self.posts = {ident(item, "id"): item for item in found if _is_of_api(item)}


def _is_of_api(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("text"), str) and bool({"author_id", "edit_history_tweet_ids"} & item.keys())


def _read(item: dict[str, Any], included: _Included, handle: str) -> Told | None:
    if "id_str" in item or "legacy" in item or "tweet" in item:
        return read_tweet(item)
    return _of_api(item, included, handle) if _is_of_api(item) else None


def _of_api(item: dict[str, Any], included: _Included, handle: str) -> Told | None:
    """A post of API v2."""
    id_, user = ident(item, "id"), included.users.get(ident(item, "author_id"), {})
    handle = text(user, "username") or handle
    if not ID.fullmatch(id_) or not HANDLE.fullmatch(handle):
        return None
    related = {text(other, "type"): ident(other, "id") for other in objects(item, "referenced_tweets")}
    above, quoted = related.get("replied_to", ""), related.get("quoted", "")
    inner = {key: part for key, part in included.posts.get(quoted, {}).items() if key != "referenced_tweets"}
    told = _of_api(inner, included, "") if inner else None
    return Told(
        others=(told.person,) if told else (),
        post=replace(
            _post_of_api(item, included, id_, handle, told.post if told else None),
            answers=above if ID.fullmatch(above) else None,
        ),
        person=author_of(handle, line(user, "name"), at(user, "profile_image_url")),
        replies=count(item, "public_metrics", "reply_count"),
    )


def _post_of_api(item: dict[str, Any], included: _Included, id_: str, handle: str, quoted: Post | None) -> Post:
    long = at(item, "note_tweet") if text(item, "note_tweet", "text") else item
    versions = at(item, "edit_history_tweet_ids")
    begun = ident(versions, 0)
    edited = time_of_id(id_) if ID.fullmatch(begun) and begun != id_ else None
    entities = at(long, "entities")
    poll = included.polls.get(ident(item, "attachments", "poll_ids", 0))
    choices = list_of(line(choice, "label") for choice in objects(poll, "options"))
    return Post(
        id=id_,
        url=address(handle, id_),
        author=handle,
        posted=(time_of_id(begun) if edited else None) or when(item.get("created_at")) or time_of_id(id_),
        edited=edited,
        blocks=(*from_entities(long["text"], entities), *_previews(entities), *choices),
        media=tuple(_media_of_api(item, included, address(handle, id_))),
        lang=language(item.get("lang")),
        quoted=quoted,
    )


def _previews(entities: object) -> Iterator[Block]:
    for link in objects(entities, "urls"):
        title, url = line(link, "title"), safe_link(at(link, "unwound_url") or at(link, "expanded_url"))
        if title and url:
            yield link_paragraph(title, url)


def _media_of_api(item: dict[str, Any], included: _Included, permalink: str) -> Iterator[Media]:
    keys = at(item, "attachments", "media_keys")
    for key in keys if isinstance(keys, list) else ():
        medium = included.media.get(key) if isinstance(key, str) else None
        alt = text(medium, "alt_text").strip() or None
        if text(medium, "type") in {"video", "animated_gif"}:
            still = safe_link(at(medium, "preview_image_url"))
            yield Media(kind="video", url=permalink, still=still, alt=alt)
        elif url := safe_link(at(medium, "url")):
            yield Media(url=full_size(url), alt=alt)
