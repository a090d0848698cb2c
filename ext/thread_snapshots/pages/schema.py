"""Posts as schema.org describes them, in JSON-LD or microdata.

Types: https://schema.org/SocialMediaPosting, DiscussionForumPosting, Comment, Question, Answer, Article, VideoObject;
what sites write of them: https://developers.google.com/search/docs/appearance/structured-data/discussion-forum
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thread_snapshots.assemble import link_paragraph
from thread_snapshots.pages.entry import MOST_ENTRIES, Entry, Told, author_of, is_cut, is_of, rich_of
from thread_snapshots.pages.item import MEDIA, TITLED, TYPES, Item, address, media_of, number, one, type_of
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import at, language, line, listed, text, title, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx_thread_cards.urls import ThreadRef
    from sphinx_thread_cards.thread import Author, Block

_ANSWERS = ("comment", "acceptedAnswer", "suggestedAnswer")
_BODIES = ("articleBody", "text")


def read_items(items: list[Item], ref: ThreadRef, base_url: str) -> Told | None:
    """The thread that the objects of a page describe; None if they describe none.

    Objects in a row about one page are its posts, as Discourse wrote them until 2023.
    """
    posts = [item for item in items if type_of(item) in TYPES]
    if not posts:
        return None
    best = min(
        posts, key=lambda item: (not is_of(_url(item, base_url), ref), not _body(item), TYPES.index(type_of(item)))
    )
    page = _page(best)
    in_row = bool(page and _position(best))
    row = [item for item in posts if item is best or (in_row and _page(item) == page and _position(item))]
    entries = tuple(_entries(row, ref, base_url))
    said = any(entry.blocks or entry.media for entry in entries[:1])
    # Posts in a row have counts of their own, and may be one page of several.
    return Told(entries=entries, counted=None if in_row else _counted(best)) if said else None


def _entries(row: list[Item], ref: ThreadRef, base_url: str) -> Iterator[Entry]:
    """Posts and their answers, each before what answers it; without recursion, as they may be deep."""
    waiting: list[tuple[Item, int | None]] = [(item, None) for item in reversed(row)]
    done, seen = 0, set[int]()
    while waiting and done < MOST_ENTRIES:
        item, above = waiting.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        yield _entry(item, ref, base_url, above)
        answers = [answer for name in _ANSWERS for answer in listed(item.get(name)) if isinstance(answer, dict)]
        waiting += [(answer, done) for answer in reversed(answers)]
        done += 1


def _entry(item: Item, ref: ThreadRef, base_url: str, above: int | None) -> Entry:
    said = _body(item) or _text(item, "description")
    # What people wrote begins the headline that LinkedIn and others make of it.
    heading = title(one(item, "headline")) or title(one(item, "name"))
    named = heading if type_of(item) in TITLED and heading and not said.startswith(heading.rstrip("….")) else None
    rich = rich_of(said or ("" if named else heading or ""), ref, base_url)
    shared = [part for part in listed(item.get("sharedContent")) if isinstance(part, dict)]
    posted = when(one(item, "datePublished") or one(item, "dateCreated") or one(item, "uploadDate"))
    edited = when(one(item, "dateModified"))
    # Discourse counts a like as a change of the post, Stack Exchange an answer as one of the question.
    edits = ref.platform != "discourse" and type_of(item) != "Question"
    page = _url(item, base_url)
    number = _position(item) if ref.platform == "discourse" else ""
    if number and "url" not in item:
        page = f"{(page or base_url).partition('?')[0]}/{number}"
    return Entry(
        author=_author(item, ref),
        url=page,
        id=number,
        above=above,
        title=named,
        posted=posted,
        edited=edited if edited and posted and edited > posted and edits else None,
        blocks=(*rich.blocks, *_shared_blocks(shared, base_url)),
        media=media_of(item, shared, rich.media, base_url, page or ref.url),
        lang=language(one(item, "inLanguage")),
        quoted=_quoted(shared, ref, base_url),
        cut=is_cut(said) or not _body(item),
    )


def _body(item: Item) -> str:
    names = ("description",) if type_of(item) == "VideoObject" else _BODIES
    return next((body for name in names if (body := _text(item, name))), "")


def _text(item: Item, name: str) -> str:
    """A text as it came, so that HTML stays known as HTML; cleaned when it is read."""
    value = one(item, name)
    return value if isinstance(value, str) and text(value).strip() else ""


def _url(item: Item, base_url: str) -> str | None:
    for name in ("url", "@id", "mainEntityOfPage", "discussionUrl"):
        value = one(item, name)
        if link := safe_link(at(value, "@id") if isinstance(value, dict) else value, base_url):
            return link
    return None


def _page(item: Item) -> str | None:
    value = one(item, "mainEntityOfPage") or one(item, "url")
    return safe_link(at(value, "@id") if isinstance(value, dict) else value)


def _position(item: Item) -> str:
    number = str(one(item, "position") or "").strip().lstrip("#")
    return number if number.isascii() and number.isdecimal() and len(number) < 8 else ""  # noqa: PLR2004 - digits


def _author(item: Item, ref: ThreadRef) -> Author | None:
    who = one(item, "author") or one(item, "creator")
    if not isinstance(who, dict):
        return author_of(ref, who, None)
    alias = line(one(who, "alternateName")) or ""
    handle = alias if alias.startswith("@") else ""
    return author_of(
        ref,
        one(who, "name"),
        one(who, "url") or one(who, "@id") or one(who, "sameAs"),
        handle=handle,
        picture=address(one(who, "image")),
    )


def _shared_blocks(shared: list[Item], base_url: str) -> Iterator[Block]:
    for part in shared[:5]:
        link = safe_link(one(part, "url"), base_url)
        if link and type_of(part) not in MEDIA and not _body(part):
            yield link_paragraph(line(one(part, "headline")) or line(one(part, "name")), link)


def _quoted(shared: list[Item], ref: ThreadRef, base_url: str) -> Entry | None:
    part = next((part for part in shared if _body(part)), None)
    return _entry({**part, "sharedContent": None}, ref, base_url, None) if part else None


def _counted(item: Item) -> int | None:
    """How many answers there are, as it says."""
    for name in ("answerCount", "commentCount"):
        if (told := number(one(item, name))) is not None:
            return told
    for part in listed(item.get("interactionStatistic")):
        kind = one(part, "interactionType")
        kind = at(kind, "@type") or at(kind, "@id") if isinstance(kind, dict) else kind
        if str(kind).endswith(("CommentAction", "ReplyAction")):
            return number(one(part, "userInteractionCount"))
    return None
