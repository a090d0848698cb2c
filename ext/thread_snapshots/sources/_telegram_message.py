"""What a message of Telegram holds, as its widget shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from thread_snapshots.assemble import link_paragraph, list_of
from thread_snapshots.pages.tree import all_of, attribute, first_of, first_tag, html_of, line_in, links_in
from thread_snapshots.rich.html import from_html
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.shape import line, segments
from sphinx_thread_cards.thread import Block, Media, Paragraph, Post, Quote, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from sphinx_thread_cards.urls import ThreadRef

SITE = "https://t.me"
_W = "tgme_widget_message_"
_BACKGROUND = re.compile(r"background(?:-image)?\s*:\s*url\(\s*['\"]?([^'\")]{1,2000})")
_HANDLE = re.compile("[A-Za-z][A-Za-z0-9_]{3,31}")
_PLACE = re.compile(r"https://t\.me/([A-Za-z][A-Za-z0-9_]{3,31})/([0-9]{1,10})(?:[/?#].*)?")
_VIDEOS = (f"{_W}video_player", f"{_W}roundvideo_player")
_STILLS = (f"{_W}video_thumb", f"{_W}roundvideo_thumb")
_PICTURES = (f"{_W}photo_wrap", f"{_W}service_photo", f"{_W}sticker")


def content(
    message: _Element, reply: _Element | None, ref: ThreadRef
) -> tuple[tuple[Block, ...], tuple[Media, ...], Post | None]:
    """Words, pictures, and the post that is passed on or answered."""
    blocks, media = tuple(_blocks(message, ref)), tuple(dict.fromkeys(_media(message, ref.url)))
    origin = first_of(message, f"{_W}forwarded_from_name")
    if origin is None:
        return blocks, media, _answered(reply)
    name, url = line(line_in(origin)), next(links_in(origin, SITE), None)
    place = _PLACE.fullmatch(url or "")
    if place:
        id_ = f"{place[1].lower()}/{place[2]}"
        return (), (), Post(id=id_, url=f"{SITE}/{id_}", author=place[1], blocks=blocks, media=media)
    named = link_paragraph(name, url) if url else Paragraph(spans=(Span(text=name or "…"),))
    return (named, *([Quote(blocks=blocks)] if blocks else [])), media, None


def handle_in(url: str | None) -> str | None:
    """The handle that an address of Telegram leads to."""
    first = next(iter(segments(url or "")), "")
    return first if url and url.startswith(f"{SITE}/") and _HANDLE.fullmatch(first) else None


def is_hidden(message: _Element) -> bool:
    """Whether the widget says that it does not show everything.

    What it says inside a player, or beside what it shows, is for browsers that are too old, and hidden from others.
    """
    shown = (f"{_W}text", f"{_W}poll", *_VIDEOS, *_PICTURES, f"{_W}document_wrap")
    bubble = first_of(message, f"{_W}bubble")
    parts = list(bubble) if bubble is not None else []
    if any("message_media_not_supported_wrap" in (part.get("class") or "").split() for part in parts):
        return True
    return bool(all_of(message, "message_media_not_supported")) and first_of(message, *shown) is None


def _answered(reply: _Element | None) -> Post | None:
    """The beginning of the post that this one answers."""
    place = _PLACE.fullmatch(next(links_in(reply, SITE), ""))
    if reply is None or not place:
        return None
    words = first_of(reply, "js-message_reply_text", f"{_W}metatext", f"{_W}text")
    id_ = f"{place[1].lower()}/{place[2]}"
    return Post(id=id_, url=f"{SITE}/{id_}", author=place[1], blocks=from_html(html_of(words), SITE))


def _blocks(message: _Element, ref: ThreadRef) -> Iterator[Block]:
    # Tags are searches in the channel.
    base = f"{SITE}/s/{ref.id.partition('/')[0]}"
    # A picture of an album may hold the words; a long post may hold them twice, one in the other.
    texts = all_of(message, f"{_W}text")
    for words in texts:
        if not any(around in texts for around in words.iterancestors()):
            yield from from_html(html_of(words), base)
    for poll in all_of(message, f"{_W}poll"):
        yield from _poll(poll)
    for document in all_of(message, f"{_W}document_wrap"):
        parts = (line_in(first_of(document, f"{_W}document_{name}")) for name in ("title", "extra"))
        yield link_paragraph(line(" · ".join(filter(None, parts))), ref.url)
    for voice in all_of(message, f"{_W}voice_player"):
        yield link_paragraph(line(f"🎤 {line_in(first_of(voice, f'{_W}voice_duration'))}"), ref.url)
    for place in all_of(message, f"{_W}location_wrap"):
        yield from (link_paragraph(None, url) for url in list(links_in(place, SITE))[:1])
    for preview in all_of(message, f"{_W}link_preview"):
        title = line(line_in(first_of(preview, "link_preview_title", "link_preview_site_name")))
        url = next(links_in(preview, SITE), None)
        if title and url:
            yield link_paragraph(title, url)
    signature = line(line_in(first_of(message, f"{_W}from_author")))
    if signature:
        yield Paragraph(spans=(Span(text=signature, emphasis=True),))


def _poll(poll: _Element) -> Iterator[Block]:
    """Question and choices; how many chose what changes every day."""
    question = line(line_in(first_of(poll, f"{_W}poll_question")))
    if question:
        yield Paragraph(spans=(Span(text=question, strong=True),))
    choices = (line(line_in(part)) for part in all_of(poll, f"{_W}poll_option_text"))
    yield from list_of(choices)


def _media(message: _Element, permalink: str) -> Iterator[Media]:
    for part in message.iter():
        names = set((part.get("class") or "").split())
        if names & set(_VIDEOS):
            yield Media(kind="video", url=permalink, still=_background(first_of(part, *_STILLS)))
        elif names & set(_PICTURES) and (url := _background(part) or _source(part)):
            yield Media(url=url)


def _background(part: _Element | None) -> str | None:
    found = _BACKGROUND.search(attribute(part, "style"))
    return safe_link(found[1], SITE) if found else None


def _source(part: _Element) -> str | None:
    return safe_link(attribute(first_tag(part, "img"), "data-src", "src") or part.get("data-webp"), SITE)
