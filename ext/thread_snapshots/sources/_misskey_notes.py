"""Notes of Misskey and its relatives, read into posts.

Format: https://misskey-hub.net/en/docs/for-developers/api/ (entity Note), and for the text
https://misskey-hub.net/en/docs/for-users/features/mfm/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thread_snapshots.assemble import link_paragraph, list_of, person
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import from_markdown
from thread_snapshots.shape import at, flag, ident, line, objects, text, when
from thread_snapshots.sources._mastodon_posts import SENSITIVE
from sphinx_thread_cards.thread import Author, Block, Media, Post

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef

_PUBLIC = frozenset({"public", "home", "public_non_ltl"})
_NAME = re.compile(r"[^\s@/]{1,300}")
# Functions that only change how text looks: $[x2 text], $[spin.speed=2s text].
_FUNCTION = re.compile(r"\$\[[a-z0-9_]{1,40}(?:\.[^\s\[\]]{1,200})? ([^\[\]]*)\]")
_DEEPEST_FUNCTION = 8
# What Markdown reads, and MFM does not, or only in single words; code and addresses stay as they are.
_NOT_MARKUP = re.compile(r"(```.*?```|`[^`\n]*`|<https?://[^\s<>]*>)|([\\_&])", re.DOTALL)


def shown_to_all(note: object) -> bool:
    """Whether everybody may read a note."""
    closed = flag(note, "isHidden") or flag(note, "user", "requireSigninToViewContents")
    return text(note, "visibility") in _PUBLIC and not closed


def says_something(note: object) -> bool:
    """Whether it is more than a renote, which shows the note of somebody else once more."""
    return bool(text(note, "text") or objects(note, "files") or at(note, "poll") or text(note, "cw"))


def handle_of(note: object, ref: ThreadRef) -> str:
    """``name@host`` of its author; empty if there is none. The API leaves the host away for its own people."""
    name, host = line(note, "user", "username") or "", line(note, "user", "host") or ref.host
    return f"{name}@{host}" if _NAME.fullmatch(name) and _NAME.fullmatch(host) else ""


def author_of(handle: str, note: object, ref: ThreadRef) -> Author:
    """Who wrote it; the page about them is that on the server which was asked."""
    url = f"/@{handle.removesuffix(f'@{ref.host}')}"
    return person(handle, line(note, "user", "name"), url, at(note, "user", "avatarUrl"), base_url=ref.url)


def post_of(note: object, ref: ThreadRef, *, quoting: bool = True) -> Post | None:
    """A note as a post; None for what may not be kept. :attr:`Post.answers` is what it answers, known or not."""
    id_, author = ident(note, "id"), handle_of(note, ref)
    if not id_ or not author or not shown_to_all(note):
        return None
    own = safe_link(f"https://{urlsplit(ref.url).netloc}/notes/{id_}")
    url = safe_link(at(note, "url")) or safe_link(at(note, "uri")) or own or ref.url
    media, others = _files(note)
    options = list_of(line(choice, "text") for choice in objects(note, "poll", "choices"))
    return Post(
        id=id_,
        url=url,
        author=author,
        answers=ident(note, "replyId") or None,
        posted=when(at(note, "createdAt")),
        edited=when(at(note, "updatedAt")),
        blocks=(*_text(text(note, "text"), url), *options, *others),
        media=media,
        warning=_warning(note),
        quoted=post_of(at(note, "renote"), ref, quoting=False) if quoting else None,
    )


def _text(mfm: str, url: str) -> tuple[Block, ...]:
    """MFM is near enough to Markdown, once its functions are taken off and what it does not know is escaped."""
    for _ in range(_DEEPEST_FUNCTION):
        mfm, changed = _FUNCTION.subn(r"\1", mfm)
        if not changed:
            break
    escaped = _NOT_MARKUP.sub(lambda found: found[1] or ("&amp;" if found[2] == "&" else f"\\{found[2]}"), mfm)
    return from_markdown(escaped, url, breaks=True)


def _warning(note: object) -> str | None:
    written = text(note, "cw").strip()
    hidden = any(flag(file, "isSensitive") for file in objects(note, "files"))
    return written or (SENSITIVE if hidden else None)


def _files(note: object) -> tuple[tuple[Media, ...], tuple[Block, ...]]:
    """Pictures and videos; and links to files of other kinds."""
    media: list[Media] = []
    others: list[Block] = []
    for file in objects(note, "files"):
        url, kind, alt = safe_link(at(file, "url")), text(file, "type"), text(file, "comment").strip() or None
        if url and kind.startswith("image/"):
            media.append(Media(url=url, alt=alt))
        elif url and kind.startswith("video/"):
            media.append(Media(kind="video", url=url, still=safe_link(at(file, "thumbnailUrl")), alt=alt))
        elif url:
            others.append(link_paragraph(line(file, "comment") or line(file, "name"), url))
    return tuple(media), tuple(others)
