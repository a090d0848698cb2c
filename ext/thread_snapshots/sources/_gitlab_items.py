"""What people wrote on GitLab, in any of its answers: REST, GraphQL, and what its own pages ask for.

Shapes: https://docs.gitlab.com/api/issues/, .../api/merge_requests/, .../api/notes/, .../api/graphql/reference/; and
``discussions.json`` beside the page of an issue, which is not documented.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import person
from thread_snapshots.rich_text import Rich, read_html, read_markdown
from thread_snapshots.shape import at, flag, ident, line, objects, text, when
from thread_snapshots.sources._forge import GHOST, MOST_PARTS, begins
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from collections.abc import Iterator


FIRST = "description"
"""Id of the first post, which has no anchor on GitLab."""
_BODIES = frozenset({"body", "bodyHtml", "note", "note_html"})
_NUMBER = re.compile(r"(?:gid://gitlab/[A-Za-z:]{1,40}/)?([0-9]{1,20})")
# An uploaded file, in Markdown or in the HTML that stands in it.
_UPLOAD = re.compile(r"""(?<=[(<"'\s])/uploads/(?=[0-9a-f]{32}/)""")

# The size that GitLab lets a picture be given.
_SIZE = re.compile(r"(?<=\))\{(?:width|height)=[^{}\n]{1,40}\}")


def items(data: object, iid: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The issue and its notes in an answer, in its order, each note with the discussion that it stands in.

    :param iid: the number of the thread; other issues are passed by.
    """
    waiting: list[tuple[object, str]] = [(data, "")]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part, around = waiting.pop()
        if isinstance(part, dict):
            if begins(part) and "author" in part:
                if ident(part, "iid") not in {iid, ""}:
                    continue
                yield part, ""
            elif "author" in part and part.keys() & _BODIES:
                yield part, text(part, "discussion_id") or text(part, "discussion", "id") or around
                continue
            around = text(part, "id") if "notes" in part and not begins(part) else around
            part = list(part.values())
        if isinstance(part, list):
            waiting += [(inner, around) for inner in reversed(part) if isinstance(inner, (dict, list))]


def note_id(note: object) -> str:
    """The anchor of a note; empty without a number."""
    found = _NUMBER.fullmatch(text(note, "id") or ident(note, "id"))
    return f"note_{found[1]}" if found else ""


def is_said(note: object) -> bool:
    """Whether it is a comment for everybody, and neither a line of the history nor a note among the members."""
    return not any(flag(note, name) for name in ("system", "internal", "confidential"))


def author_of(item: object, site: str) -> Author:
    """Who wrote it."""
    user = at(item, "author")
    handle = line(user, "username") or GHOST
    page = text(user, "web_url") or text(user, "webUrl") or f"/{handle}"
    picture = text(user, "avatar_url") or text(user, "avatarUrl")
    return person(handle, line(user, "name"), page, picture, base_url=site)


def first_post(item: object, page: str, author: str) -> Post:
    """The description.

    :param page: address of the thread.
    """
    # A work item's description is one of its parts.
    part = next((widget for widget in objects(item, "widgets") if "description" in widget), item)
    html = text(part, "descriptionHtml") or text(part, "description_html")
    content = _rich(html, text(part, "description"), page, files_of(item))
    post = _post(item, page, author, content)
    return replace(post, id=FIRST, edited=post.edited or when(at(part, "lastEditedAt")))


def note_post(note: object, url: str, author: str, files: str) -> Post:
    """A comment.

    :param url: its permalink.
    :param files: as :func:`files_of` gives it.
    """
    html, markdown = text(note, "bodyHtml") or text(note, "note_html"), text(note, "body") or text(note, "note")
    return _post(note, url, author, _rich(html, markdown, url, files))


def _post(item: object, url: str, author: str, content: Rich) -> Post:
    return Post(
        id="",
        url=url,
        author=author,
        posted=when(at(item, "created_at")) or when(at(item, "createdAt")),
        edited=when(at(item, "last_edited_at")) or when(at(item, "lastEditedAt")),
        blocks=content.blocks,
        media=content.media,
    )


def files_of(item: object) -> str:
    """Where the uploaded files of a project or group are, as a path; empty where its number is not told."""
    for field, path in (("project_id", "/-/project/"), ("group_id", "/-/group/")):
        if number := ident(item, field):
            return f"{path}{number}"
    return ""


def _rich(html: str, markdown: str, page: str, files: str) -> Rich:
    if html:
        return read_html(html, page)
    # Older servers, and answers without a number, have the files below the project.
    place = files or "/" + page.partition("/-/")[0].split("/", 3)[3]
    return read_markdown(_SIZE.sub("", _UPLOAD.sub(lambda _: f"{place}/uploads/", markdown)), page)
