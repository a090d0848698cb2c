"""What people wrote on GitHub, in any of its answers: REST, GraphQL, ``gh --json``.

Shapes: https://docs.github.com/en/rest/issues, .../rest/pulls, .../graphql/reference/objects; ``gh issue view --help``.
They differ in little but names, so one reader takes whatever has an author and a body.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from thread_snapshots.assemble import person
from thread_snapshots.rich.spans import MAX_TEXT
from thread_snapshots.rich_text import Rich, read_html, read_markdown
from thread_snapshots.shape import at, flag, ident, line, text, when
from thread_snapshots.sources._forge import GHOST, MOST_PARTS, begins
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from collections.abc import Iterator


_BODIES = frozenset({"body", "body_html", "bodyHTML"})
_AUTHORS = frozenset({"user", "author"})
_ANCHOR = re.compile(r"#((?:issuecomment-|discussion_r|pullrequestreview-|discussioncomment-)[0-9]{1,20})")
_KINDS = {
    "IssueComment": "issuecomment-",
    "PullRequestReview": "pullrequestreview-",
    "PullRequestReviewComment": "discussion_r",
    "DiscussionComment": "discussioncomment-",
}
_PRIVATE = re.compile(
    r"https://private-user-images\.githubusercontent\.com/[^\s\"'<>?]{0,200}?"
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})[^\s\"'<>]*"
)
_ASSET = re.compile(r"https://github\.com/[A-Za-z0-9_./-]{1,200}/assets/(?:[0-9]{1,20}/)?([0-9a-f-]{36})")
_CAMO = re.compile(r"https://camo\.githubusercontent\.com/[^\s\"'<>]+")
_CANONICAL = re.compile(rf'src="({_CAMO.pattern})"[^<>]{{0,3000}}?data-canonical-src="([^"<>]{{1,2000}})"')
# The line above a quoted mail, which may be broken once, and nothing but quoted lines below.
_TAIL = re.compile(r"\n(?:On|Am|Le|El) [^\n]{4,300}(?:\n[^\n>]{0,200})?:[ \t]*\n(?:[ \t]*\n|>[^\n]*(?:\n|$))+[ \t]*$")
# GitHub puts mails into HTML with their own line breaks, and draws what a reviewer suggests as a table.
_UNFIT_HTML = ("email-fragment", "js-suggested-changes")


def items(data: object, number: object) -> Iterator[tuple[dict[str, Any], str]]:
    """All that people wrote in an answer, in its order, each with the id of the comment or review that holds it.

    :param number: the thread's; other issues, which an event may hold, are passed by.
    """
    waiting: list[tuple[object, str]] = [(data, "")]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part, above = waiting.pop()
        if isinstance(part, dict):
            if part.keys() & _BODIES and part.keys() & _AUTHORS:
                if begins(part) and at(part, "number") not in (number, None):
                    continue
                yield part, above
                above = "" if begins(part) else post_id(part)
            part = list(part.values())
        if isinstance(part, list):
            waiting += [(inner, above) for inner in reversed(part) if isinstance(inner, (dict, list))]


def post_id(item: object) -> str:
    """The anchor of a comment or review; a node's id where no better one is told, and empty without any."""
    found = _ANCHOR.search(text(item, "html_url") or text(item, "url"))
    if found:
        return found[1]
    kind, number = _KINDS.get(text(item, "__typename")), ident(item, "databaseId")
    return f"{kind}{number}" if kind and number else ident(item, "id")


def first_id(item: object, kind: str) -> str:
    """The anchor of the first post, as far as its number is told.

    :param kind: ``issue`` or ``discussion``.
    """
    # A pull request has two numbers, and the anchor takes that of the issue; this here is the other one.
    other = (
        at(item, "issue_url") is not None
        or text(item, "__typename") == "PullRequest"
        or at(item, "isDraft") is not None
    )
    number = ident(item, "databaseId") or ident(item, "id")
    return f"{kind}-{number}" if number.isdecimal() and not other else ""


def answered(item: object) -> str:
    """The id of the comment that a comment answers; empty if it answers none."""
    for field, kind in (("in_reply_to_id", "discussion_r"), ("parent_id", "discussioncomment-")):
        if number := ident(item, field):
            return f"{kind}{number}"
    return post_id(at(item, "replyTo"))


def hidden(item: object) -> bool:
    """Whether the maintainers have folded a comment away, as spam or the like."""
    return flag(item, "isMinimized") or bool(at(item, "minimized"))


def author_of(item: object, site: str) -> Author:
    """Who wrote it."""
    user = at(item, "user") or at(item, "author")
    login = line(user, "login") or GHOST
    if login.startswith("app/") or (text(user, "__typename") == "Bot" and not login.endswith("[bot]")):
        login = f"{login.removeprefix('app/')}[bot]"
    page = f"{site}/apps/{login.removesuffix('[bot]')}" if login.endswith("[bot]") else f"{site}/{login}"
    picture = text(user, "avatar_url") or text(user, "avatarUrl")
    return person(login, line(user, "name"), page, picture, base_url=site)


def post_of(item: object, id_: str, page: str, author: str, answers: str = "") -> Post:
    """A post, of what somebody wrote.

    :param page: address of the thread.
    :param answers: id of the comment that it answers.
    """
    content = _rich(item, page)
    times = [when(at(item, name)) for name in ("created_at", "createdAt", "submitted_at", "submittedAt")]
    return Post(
        id=id_,
        url=page if begins(item) else f"{page}#{id_}",
        author=author,
        answers=answers or None,
        posted=next(filter(None, times), None),
        edited=when(at(item, "lastEditedAt")),
        blocks=content.blocks,
        media=content.media,
    )


def _rich(item: object, page: str) -> Rich:
    html, markdown = (text(item, "body_html") or text(item, "bodyHTML"))[: MAX_TEXT + 1], text(item, "body")
    if html and not any(mark in html for mark in _UNFIT_HTML):
        return read_html(lasting(html, markdown), page)
    return read_markdown(without_tail(markdown), page, breaks=True)


def lasting(html: str, markdown: str = "") -> str:
    """HTML with addresses of pictures that last.

    GitHub names its copy of a picture from elsewhere, and uploaded ones with a token that is good for five minutes.

    :param markdown: the same text as its author wrote it, in which the addresses last.
    """
    assets = {found[1]: found[0] for found in _ASSET.finditer(markdown)}
    originals = dict(_CANONICAL.findall(html))
    html = _CAMO.sub(lambda found: originals.get(found[0], found[0]), html)
    return _PRIVATE.sub(
        lambda found: assets.get(found[1], f"https://github.com/user-attachments/assets/{found[1]}"), html
    )


def without_tail(markdown: str) -> str:
    """A comment that was sent as a mail, without the mail that it quotes below, as GitHub shows it."""
    plain = markdown.replace("\r\n", "\n")
    if "view it on GitHub" not in plain:
        return markdown
    return _TAIL.sub("", plain)
