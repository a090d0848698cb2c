"""A post as servers of the fediverse hand it to one another: what is left where no interface answers.

The fields: https://join-lemmy.org/docs/contributors/05-federation.html (Page, Note);
of polls on PieFed, Question: https://www.w3.org/TR/activitystreams-vocabulary/#dfn-question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sphinx_thread_cards.fetch.assemble import found_of, link_paragraph, list_of, person
from sphinx_thread_cards.fetch.errors import BadAnswer, Forbidden, NotFound
from sphinx_thread_cards.fetch.rich.spans import safe_link
from sphinx_thread_cards.fetch.rich_text import read_html, read_markdown
from sphinx_thread_cards.fetch.shape import at, flag, language, line, listed, objects, text, when
from sphinx_thread_cards.fetch.sources._lemmy_parts import NSFW, thread_url
from sphinx_thread_cards.thread import Author, Media, Post

if TYPE_CHECKING:
    from sphinx_thread_cards.fetch.steps import Found
    from sphinx_thread_cards.model import ThreadRef

_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_KINDS = frozenset({"Page", "Note", "Article", "Question"})


def is_activity(data: object) -> bool:
    """Whether it is such an object."""
    return at(data, "attributedTo") is not None or at(data, "type") == "Tombstone"


def read_activity(ref: ThreadRef, page: object, endpoint: str) -> Found:
    """One post, as a thread of its own.

    :raises NotFound: if the server keeps its place only.
    """
    if at(page, "type") == "Tombstone":
        raise NotFound(ref.url, "it was deleted")
    author = _author(page)
    if text(page, "type") not in _KINDS or author is None:
        raise BadAnswer(ref.url, "the answer is no post")
    if not _PUBLIC & {value for name in ("to", "cc") for value in _texts(at(page, name))}:
        raise Forbidden(ref.url, "it is not public")
    url, source = thread_url(ref), text(page, "source", "content")
    rich = read_markdown(source, url) if source else read_html(text(page, "content"), url)
    blocks, media = rich.blocks, rich.media
    for item in objects(page, "attachment"):
        link = safe_link(at(item, "href")) or safe_link(at(item, "url"))
        if link and text(item, "type") in {"Image", "Document"}:
            media = (*media, Media(url=link, alt=line(item, "name")))
        elif link:
            blocks = (link_paragraph(None, link), *blocks)
    choices = list_of(line(choice, "name") for name in ("oneOf", "anyOf") for choice in objects(page, name))
    cited = ref.id.removeprefix("comment/")
    post = Post(
        id=cited if ref.id.startswith("comment/") else f"post/{cited.removeprefix('p/')}",
        url=ref.url if ref.id.startswith("comment/") else url,
        author=author.handle,
        posted=when(at(page, "published")),
        edited=when(at(page, "updated")),
        blocks=(*blocks, *choices),
        media=media,
        warning=NSFW if flag(page, "sensitive") else None,
        lang=language(at(page, "language", "identifier")),
    )
    people, missing = {author.handle: author}, "the first post only; the server shows programs no more"
    return found_of(ref, [post], people, endpoint=endpoint, title=line(page, "name"), missing=missing)


def _author(page: object) -> Author | None:
    """Who wrote it, as the address of the account tells: ``https://host/u/name``."""
    for value in _texts(at(page, "attributedTo")):
        url = safe_link(value)
        name = urlsplit(url).path.rstrip("/").rpartition("/")[2].lstrip("@") if url else ""
        if url and (name := line(name) or ""):
            return person(f"{name}@{urlsplit(url).netloc}", None, url)
    return None


def _texts(value: object) -> list[str]:
    """A text, or the texts in a list, or the ids of the objects in it."""
    found = [at(item, "id") or item for item in listed(value)]
    return [item for item in found if isinstance(item, str)]
