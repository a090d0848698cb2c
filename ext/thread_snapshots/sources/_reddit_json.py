"""A post of Reddit with comments as JSON, what its address with ``.json`` at the end gives to those who are logged in.

https://www.reddit.com/dev/api#GET_comments_{article}; kinds of things: https://github.com/reddit-archive/reddit/wiki/JSON
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import link_paragraph, list_of
from thread_snapshots.errors import BadAnswer, NotFound
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import from_markdown
from thread_snapshots.shape import at, count, flag, ident, line, listed, objects, text, title, when
from thread_snapshots.sources._reddit_feed import NOBODY, SITE, WITHDRAWN, Listed
from sphinx_thread_cards.thread import Block, Media, Paragraph, Post, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx_thread_cards.urls import ThreadRef

_NAME = re.compile("t[13]_([0-9a-z]{1,13})")
# Reddit's own pictures in Markdown: by the name in `media_metadata`, or by their address alone in a line, with words or
# without.
_INLINE = re.compile(r"!\[[^\]\n]{0,300}\]\((?P<id>[A-Za-z0-9_|-]{3,100})(?: \"(?P<caption>[^\"\n]{0,500})\")?\)")
_PREVIEW = re.compile(
    r"^(?:\[(?P<caption>[^\]\n]{1,300})\]\()?"
    r"https://(?:preview|i)\.redd\.it/(?P<id>[A-Za-z0-9_-]{3,60})\.[a-z]{3,4}(?:\?[^\s)]*)?\)?$",
    re.MULTILINE,
)


def read_listings(data: object, ref: ThreadRef) -> Listed:
    """The post and the comments, each before what answers it.

    :raises BadAnswer: if it is of another post; NotFound if the post was deleted.
    """
    parts = listed(data)
    children = [thing for part in parts for thing in objects(part, "data", "children")]
    things = children or [part for part in parts if isinstance(part, dict)]
    post = next((at(thing, "data") for thing in things if text(thing, "kind") == "t3"), None)
    if ident(post, "id") != ref.id:
        raise BadAnswer(ref.url, f"post {ref.id} is not in the file")
    if text(post, "selftext") in WITHDRAWN or line(post, "title") in WITHDRAWN or text(post, "removed_by_category"):
        # Its author and the moderators still get its words.
        raise NotFound(ref.url, "the post was deleted")
    posts, seen, hidden = [_post(post)], 0, 0
    # Without recursion, as answers may be deep.
    waiting = _in_time(things)[::-1]
    while waiting:
        thing = waiting.pop()
        comment = at(thing, "data")
        if text(thing, "kind") == "more":
            # It says 0 where a whole branch goes on elsewhere.
            hidden += count(comment, "count") or 1
            continue
        seen += 1
        withdrawn = text(comment, "body") in WITHDRAWN or flag(comment, "removed") or flag(comment, "spam")
        if not withdrawn and ident(comment, "id"):
            posts.append(_comment(comment, ref))
        waiting += reversed(_in_time(objects(comment, "replies", "data", "children")))
    said = count(post, "num_comments")
    # The page of one comment has those below it alone, and no word about the others; elsewhere some count twice.
    lacking = max((said or 0) - seen, 0) or hidden
    missing = f"{lacking} comments are not in the file" if lacking else ""
    return Listed(posts=tuple(posts), title=text(post, "title"), replies=said, missing=missing)


def _in_time(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Comments beside one another; Reddit gives those first that readers like."""
    comments = [thing for thing in things if text(thing, "kind") in {"t1", "more"}]
    return sorted(comments, key=lambda thing: when(at(thing, "data", "created_utc")) or "9")


def _post(data: Any, depth: int = 0) -> Post:  # noqa: ANN401 - as it came
    permalink = safe_link(at(data, "permalink"), SITE) or f"{SITE}/comments/{ident(data, 'id')}/"
    words, inline = _words(data, "selftext")
    media = (*_own_media(data, permalink), *inline)
    target = safe_link(at(data, "url_overridden_by_dest") or at(data, "url"), SITE)
    leads_on = not flag(data, "is_self") and not media and target and "/comments/" not in target
    parents = objects(data, "crosspost_parent_list")
    # A quoted post has no place for its title but its text.
    heading = title(data, "title") if depth else None
    head = [Paragraph(spans=(Span(text=heading, strong=True),))] if heading else []
    poll = list_of(line(choice, "text") for choice in objects(data, "poll_data", "options"))
    warnings = [name for key, name in (("over_18", "NSFW"), ("spoiler", "Spoiler")) if flag(data, key)]
    return Post(
        id=f"t3_{ident(data, 'id')}",
        url=permalink,
        author=line(data, "author") or NOBODY,
        posted=when(at(data, "created_utc")),
        edited=_edited(data),
        blocks=(*head, *([link_paragraph(None, target)] if leads_on and target else []), *words, *poll),
        media=() if parents else media,
        warning=", ".join(warnings) or None,
        quoted=_post(parents[0], depth + 1) if parents and not depth else None,
    )


def _comment(data: object, ref: ThreadRef) -> Post:
    above = _NAME.fullmatch(text(data, "parent_id"))
    words, inline = _words(data, "body")
    id_ = ident(data, "id")
    return Post(
        id=id_,
        url=safe_link(at(data, "permalink"), SITE) or f"{SITE}/comments/{ref.id}/comment/{id_}/",
        author=line(data, "author") or NOBODY,
        answers=(above[0] if above[0].startswith("t3_") else above[1]) if above else None,
        posted=when(at(data, "created_utc")),
        edited=_edited(data),
        blocks=words,
        media=inline,
    )


def _edited(data: object) -> str | None:
    """The time of the last edit; it is false, or true for very old ones, where there is none to tell."""
    value = at(data, "edited")
    return when(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _words(data: object, key: str) -> tuple[tuple[Block, ...], tuple[Media, ...]]:
    """Markdown, in which three signs are written as in HTML; and the pictures that stand in it."""
    source, found = unescape(text(data, key)), dict[str, Media]()

    def take(match: re.Match[str]) -> str:
        medium = _of_metadata(at(data, "media_metadata", match["id"]), line(match["caption"]))
        if medium:
            found.setdefault(match["id"], medium)
        return "" if medium else match[0]

    blocks = from_markdown(_PREVIEW.sub(take, _INLINE.sub(take, source)), SITE)
    return blocks, tuple(found[id_] for id_ in sorted(found, key=source.find))


def _of_metadata(data: object, caption: str | None = None) -> Media | None:
    url = next(filter(None, (safe_link(unescape(text(data, "s", key))) for key in ("u", "gif"))), None)
    return Media(url=url, alt=caption) if url else None


def _own_media(data: object, permalink: str) -> Iterator[Media]:
    """The gallery, picture or video that a post is."""
    gallery = objects(data, "gallery_data", "items")
    for item in gallery:
        if medium := _of_metadata(at(data, "media_metadata", text(item, "media_id")), line(item, "caption")):
            yield medium
    still = safe_link(unescape(text(data, "preview", "images", 0, "source", "url")))
    if flag(data, "is_video") or text(data, "post_hint").endswith(":video"):
        yield Media(kind="video", url=permalink if flag(data, "is_video") else safe_link(at(data, "url")), still=still)
    elif text(data, "post_hint") == "image" and (url := safe_link(at(data, "url"))):
        yield Media(url=url)
