"""Posts and comments of Lemmy, PieFed and Mbin, as each of their interfaces tells them, read into one thread.

The fields: https://github.com/LemmyNet/lemmy-js-client/tree/main/src/types (its branches for version 3), PieFed's
``app/api/alpha/views.py``, and https://github.com/MbinOrg/mbin/tree/main/src/DTO.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import found_of, link_paragraph, of_discussion
from thread_snapshots.errors import BadAnswer, NotFound
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import read_markdown
from thread_snapshots.shape import at, count, flag, ident, language, line, objects, text, when
from thread_snapshots.sources._discussions import below
from thread_snapshots.sources._lemmy_parts import NSFW, author_of, picture_of, thread_url
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from thread_snapshots.steps import Found, Wish
    from sphinx_thread_cards.urls import ThreadRef

    Path = tuple[int, ...]

_PATH = re.compile(r"0(?:\.[0-9]{1,19}){1,500}")


def comments_in(answer: object) -> list[dict[str, Any]]:
    """The comments in an answer: version 3 and PieFed, version 4, Mbin; or the one that the answer is."""
    found = objects([at(answer, "comment_view")]) or objects(answer, "comments") or objects(answer, "items")
    return [view for view in found if comment_id(view)]


def comment_id(view: object) -> str:
    """The number of a comment; empty for what is none."""
    return ident(view, "comment", "id") or ident(view, "commentId")


def read(ref: ThreadRef, wish: Wish, answers: Iterable[object], endpoint: str) -> Found:
    """A post with its comments as a thread; for a comment that is cited alone, what stands below it.

    :param answers: in any order.
    :raises NotFound: if what is cited was deleted.
    """
    cited = ref.id.removeprefix("comment/") if ref.id.startswith("comment/") else ""
    people: dict[str, Author] = {}
    first: Post | None = None
    title, replies = None, None
    comments: dict[Path, Post | None] = {}
    for answer in answers:
        for path, view in _walk(comments_in(answer)):
            comments.setdefault(path, _comment(ref, view, path, people))
            title = title or line(view, "post", "name") or line(view, "post", "title")
            if cited == str(path[-1]) and comments[path] is None:
                raise NotFound(ref.url, "it was deleted")
        root = at(answer, "post_view") or answer
        if first is None and not cited and (first := _first(ref, root, people)):
            title = line(root, "post", "name") or line(root, "post", "title") or line(root, "title")
            replies = _replies(root)
    # Numbers grow with time, so a tree in this order has the answers to one post in the order of their time.
    posts = [*([first] if first else []), *_answering(comments)]
    posts = below(posts, cited) if cited else posts if first else []
    if not posts:
        raise BadAnswer(ref.url, "the answer does not hold what is cited")
    kept = of_discussion(posts, wish)
    return found_of(ref, kept, people, endpoint=endpoint, title=title, replies=replies)


def _answering(comments: Mapping[Path, Post | None]) -> Iterator[Post]:
    """The comments that are shown, in order; what answers one that is gone answers what that one did."""
    for path, post in sorted(comments.items()):
        if post:
            above = (path[:length] for length in range(len(path) - 1, 0, -1))
            shown = next((str(one[-1]) for one in above if comments.get(one, post)), None)
            yield replace(post, answers=shown or post.answers)


def _replies(view: object) -> int | None:
    told = (("counts", "comments"), ("post", "comments"), ("numComments",), ("comments",))
    return next((number for path in told if (number := count(view, *path)) is not None), None)


def _first(ref: ThreadRef, view: object, people: dict[str, Author]) -> Post | None:
    raw = at(view, "post") or view
    id_ = ident(raw, "id") or ident(raw, "entryId") or ident(raw, "postId")
    if not id_ or id_ != ref.id.removeprefix("p/") or comment_id(view):
        return None
    if _gone(raw):
        raise NotFound(ref.url, "it was deleted")
    return _post(ref, view, raw, f"post/{id_}", thread_url(ref), people)


def _comment(ref: ThreadRef, view: dict[str, Any], path: Path, people: dict[str, Author]) -> Post | None:
    raw = at(view, "comment") or view
    id_, post_id = str(path[-1]), ident(raw, "post_id") or ident(raw, "entryId") or ident(raw, "postId")
    if _gone(raw):
        return None
    if at(view, "comment") is None:
        url = f"{thread_url(ref)}/-/comment/{id_}"
    else:
        # Lemmy calls a comment's text so; PieFed does not, and has no such short address.
        tail = f"comment/{id_}" if at(raw, "content") is not None else f"post/{post_id}/comment/{id_}"
        url = safe_link(f"/{tail}", ref.url) or ref.url
    return _post(ref, view, raw, id_, url, people, f"post/{post_id}" if post_id else None)


def _post(  # noqa: PLR0913, PLR0917 - where a post's parts are
    ref: ThreadRef,
    view: object,
    raw: object,
    id_: str,
    url: str,
    people: dict[str, Author],
    answers: str | None = None,
) -> Post | None:
    author = author_of(ref, at(view, "creator") or at(view, "user"))
    if author is None:
        return None
    people.setdefault(author.handle, author)
    rich = read_markdown(text(raw, "content") or text(raw, "body"), url)
    blocks, media = rich.blocks, rich.media
    link, picture = safe_link(at(raw, "url")), picture_of(raw)
    if picture:
        media = (picture, *media)
    elif link:
        blocks = (link_paragraph(line(raw, "embed_title"), link), *blocks)
    edited = at(raw, "updated") or at(raw, "updated_at") or at(raw, "edited_at") or at(raw, "editedAt")
    return Post(
        id=id_,
        url=url,
        author=author.handle,
        answers=answers,
        posted=when(at(raw, "published") or at(raw, "published_at") or at(raw, "createdAt")),
        edited=when(edited),
        blocks=blocks,
        media=media,
        warning=NSFW if flag(raw, "nsfw") or flag(raw, "isAdult") else None,
        lang=language(at(raw, "lang")),
    )


def _gone(raw: object) -> bool:
    shown = at(raw, "visibility") in {None, "visible"} if isinstance(at(raw, "visibility"), str | None) else True
    return flag(raw, "deleted") or flag(raw, "removed") or not shown


def _walk(views: list[dict[str, Any]]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Comments with the numbers of those above them and their own; Mbin's answers stand inside what they answer."""
    waiting: list[tuple[Path, dict[str, Any]]] = [((), view) for view in views]
    while waiting:
        above, view = waiting.pop()
        id_, told = comment_id(view), at(view, "comment", "path")
        if not id_.isdecimal():
            continue
        path = (*above, int(id_))
        if isinstance(told, str) and _PATH.fullmatch(told):
            path = (*map(int, told.split(".")[1:-1]), int(id_))
        yield path, view
        waiting += [(path, child) for child in objects(view, "children")]
