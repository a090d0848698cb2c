"""The thread around a mail: a tree by what each mail says that it answers.

How to thread: https://www.rfc-editor.org/rfc/rfc5256 (section 3, REFERENCES), but never by the subject.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from thread_snapshots.assemble import found_of, of_discussion
from thread_snapshots.errors import BadAnswer, Forbidden
from thread_snapshots.mail.body import blocks_of
from thread_snapshots.mail.mails import Mail, title_of
from sphinx_thread_cards.platforms._parts import message_id
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from thread_snapshots.steps import Found, Wish
    from sphinx_thread_cards.urls import ThreadRef

_LAST = "9"
"""Sorts after all times."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """How an archive names its mails."""

    ident: Callable[[Mail], str]
    """What a snapshot knows a mail by."""
    url: Callable[[Mail], str]
    """Permalink of a mail."""
    cited: str | None
    """Id of the mail that the address means; None for the first mail that there is."""
    endpoint: str
    """The address that was asked, or ``file``."""
    name: str
    """Of the file, or the address; for messages."""


def anchor(id_: str) -> str:
    """What public-inbox names a mail on the page of its thread: ``m`` and the SHA-1 of the Message-ID."""
    return f"m{hashlib.sha1(id_.encode('utf-8', 'replace'), usedforsecurity=False).hexdigest()}"


def own_id(mail: Mail) -> str:
    """The mail's Message-ID as addresses write it; :func:`anchor` for one that is too odd for that."""
    return message_id(quote(mail.id, safe="")) or anchor(mail.id)


def thread_of_mails(ref: ThreadRef, wish: Wish, mails: Sequence[Mail], archive: Archive) -> Found:
    """The thread around the cited mail: the first mail, its author's follow-ups and the cited mail; or all.

    :raises BadAnswer: if the cited mail is not among them.
    :raises Forbidden: if its author asked not to archive it.
    """
    known = {archive.ident(mail): mail for mail in reversed(mails)}
    cited = known.get(archive.cited) if archive.cited else next(iter(mails), None)
    if cited is None:
        raise BadAnswer(archive.name, "the mail that is cited is not in it")
    tree = [(mail, above) for mail, above in _around(mails, cited) if not mail.private]
    if cited.private or not tree:
        raise Forbidden(archive.name, "its author asks not to archive it")
    posts = [_post(mail, above, archive) for mail, above in tree]
    begun = not tree[0][0].above or any(mail.id in tree[0][0].above for mail in mails)
    kept = of_discussion(posts, replace(wish, posts=wish.posts | {archive.ident(cited)}))
    sources = {archive.ident(mail): mail.source for mail, _ in tree}
    where = "file" if archive.endpoint == "file" else "archive"
    return found_of(
        ref,
        [replace(post, blocks=blocks_of(sources[post.id], post.url)) for post in kept],
        {post.author: Author(handle=post.author, name=post.author) for post in kept},
        endpoint=archive.endpoint,
        title=title_of(tree[0][0].subject),
        replies=len(posts) - 1 if begun else None,
        missing="" if begun else f"the mail that it began with is not in the {where}",
    )


def _post(mail: Mail, above: Mail | None, archive: Archive) -> Post:
    return Post(
        id=archive.ident(mail),
        url=archive.url(mail),
        author=mail.author,
        posted=mail.posted,
        answers=archive.ident(above) if above else None,
        lang=mail.lang,
    )


def _around(mails: Sequence[Mail], cited: Mail) -> Iterator[tuple[Mail, Mail | None]]:
    """The mails of the tree, each before those that answer it, and what it answers."""
    above = _parents(mails)
    below: dict[str | None, list[Mail]] = defaultdict(list)
    # Those without a time come last, and those of one second in the order of the file.
    for mail in sorted(mails, key=lambda mail: mail.posted or _LAST):
        below[above[mail.id]].append(mail)
    known = {mail.id: mail for mail in mails}
    top = cited.id
    while (higher := above.get(top)) is not None:
        top = higher
    # The top may be a mail that the archive lacks; those that answer it stand for it.
    waiting = [known[top]] if top in known else below[top][::-1]
    while waiting:
        mail = waiting.pop()
        yield mail, known.get(above[mail.id] or "")
        waiting += below[mail.id][::-1]


def _parents(mails: Sequence[Mail]) -> dict[str, str | None]:
    """What each mail answers: the nearest mail that is there, else the oldest one that it names; no circles."""
    ids = {mail.id for mail in mails}
    above = {
        mail.id: next((id_ for id_ in reversed(mail.above) if id_ in ids), next(iter(mail.above), None))
        for mail in mails
    }
    done: set[str] = set()
    for start in above:
        path: dict[str, None] = {}
        at: str | None = start
        while at is not None and at in above and at not in done:
            if at in path:
                above[at] = None
                break
            path[at] = None
            at = above[at]
        done.update(path)
    return above
