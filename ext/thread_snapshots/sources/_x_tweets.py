"""Posts of X as JSON: from the syndication endpoint of embedded posts, the old API and the website.

None of them is documented any more. The first is what https://github.com/vercel/react-tweet reads; what the website
sends has the same fields in ``legacy``.
"""

from __future__ import annotations

from typing import Any

from thread_snapshots.assemble import link_paragraph, list_of
from thread_snapshots.rich.spans import safe_link
from thread_snapshots.rich_text import from_entities
from thread_snapshots.shape import at, count, flag, ident, language, line, objects, text, when
from thread_snapshots.sources import _x_common as x
from sphinx_thread_cards.thread import Block, Media, Post

_MOST_CHOICES = 4


def flat(data: object) -> dict[str, Any]:
    """A post of the website's answers in the shape of the others; what is none stays as it is."""
    data = at(data, "tweet") if at(data, "tweet", "legacy") else data
    if not isinstance(data, dict):
        return {}
    legacy, user = at(data, "legacy"), at(data, "core", "user_results", "result")
    if not isinstance(legacy, dict):
        return data
    found = {**legacy, "id_str": ident(data, "rest_id"), "user": _flat_user(user)}
    found |= {key: data[key] for key in ("edit_control", "card") if key in data}
    if quoted := at(data, "quoted_status_result", "result"):
        found["quoted_tweet"] = quoted
    note = at(data, "note_tweet", "note_tweet_results", "result")
    if text(note, "text"):
        found |= {"full_text": note["text"], "entities": at(note, "entity_set"), "display_text_range": None}
    return found


def _flat_user(user: object) -> dict[str, Any]:
    parts = (at(user, "legacy"), at(user, "core"), {"profile_image_url_https": at(user, "avatar", "image_url")})
    found: dict[str, Any] = {"id_str": at(user, "rest_id")}
    for part in parts:
        found |= {key: value for key, value in part.items() if value} if isinstance(part, dict) else {}
    return found


def read_tweet(data: object) -> x.Told | None:
    """A post; None for what is none."""
    tweet = flat(data)
    id_, handle = ident(tweet, "id_str"), text(tweet, "user", "screen_name")
    if not x.ID.fullmatch(id_) or not x.HANDLE.fullmatch(handle):
        return None
    answered = text(tweet, "in_reply_to_screen_name").casefold() == handle.casefold()
    by_id = ident(tweet, "in_reply_to_user_id_str") in {ident(tweet, "user", "id_str")} - {""}
    counts = (count(tweet, key) for key in ("conversation_count", "reply_count"))
    quoted = _quoted(tweet)
    return x.Told(
        post=_post(tweet, id_, handle, quoted.post if quoted else None),
        person=x.author_of(handle, line(tweet, "user", "name"), at(tweet, "user", "profile_image_url_https")),
        others=(quoted.person,) if quoted else (),
        to_self=answered or by_id,
        replies=next((number for number in counts if number is not None), None),
        cut="note_tweet" in tweet and "full_text" not in tweet,
    )


def _post(tweet: dict[str, Any], id_: str, handle: str, quoted: Post | None) -> Post:
    posted = when(at(tweet, "created_at")) or x.time_of_words(text(tweet, "created_at")) or x.time_of_id(id_)
    above = ident(tweet, "in_reply_to_status_id_str") or ident(tweet, "parent", "id_str")
    control = at(tweet, "edit_control")
    versions = at(control, "edit_tweet_ids") or at(control, "edit_control_initial", "edit_tweet_ids")
    begun, last = ident(versions, 0), ident(versions, -1)
    edited = x.time_of_id(last if begun == id_ else id_) if last != begun else None
    # Whoever sees the first version of several, and not as the one that holds now, sees it as it was.
    if begun == id_ and not flag(tweet, "isEdited"):
        edited = None
    return Post(
        id=id_,
        url=x.address(handle, id_),
        author=handle,
        answers=above if x.ID.fullmatch(above) else None,
        posted=(x.time_of_id(begun) if edited else None) or posted,
        edited=edited,
        blocks=() if _shared(tweet) and quoted else _blocks(tweet),
        media=() if _shared(tweet) and quoted else _media(tweet, x.address(handle, id_)),
        lang=language(at(tweet, "lang")),
        quoted=quoted,
    )


def _shared(tweet: dict[str, Any]) -> object:
    """The post that this one only shows once more; its own words are then the beginning of that one's."""
    return at(tweet, "retweeted_status_result", "result") or at(tweet, "retweeted_status")


def _quoted(tweet: dict[str, Any]) -> x.Told | None:
    """The post that this one quotes or shows once more, without what that one quotes again."""
    inner = flat(_shared(tweet) or at(tweet, "quoted_tweet") or at(tweet, "quoted_status"))
    return read_tweet({key: part for key, part in inner.items() if key not in {"quoted_tweet", "quoted_status"}})


def _blocks(tweet: dict[str, Any]) -> tuple[Block, ...]:
    words = next((tweet[key] for key in ("full_text", "text") if isinstance(tweet.get(key), str)), "")
    entities = tweet.get("entities")
    if quoted := ident(flat(at(tweet, "quoted_tweet") or at(tweet, "quoted_status")), "id_str"):
        entities = _without_quoted(entities, quoted)
    blocks = from_entities(words, entities, tweet.get("display_text_range"))
    return (*blocks, *_card(tweet, entities))


def _without_quoted(entities: object, quoted: str) -> dict[str, Any]:
    """Entities in which the x.address of the quoted post, which is shown below, is left out of the text."""
    links = objects(entities, "urls")
    shown = [link for link in links if f"/status/{quoted}" not in text(link, "expanded_url")]
    hidden = [link for link in links if link not in shown]
    rest = entities if isinstance(entities, dict) else {}
    return {**rest, "urls": shown, "media": [*objects(entities, "media"), *hidden]}


def _card(tweet: dict[str, Any], entities: object) -> tuple[Block, ...]:
    """The preview of a linked page as its title, linked; the choices of a poll as a list."""
    card = at(tweet, "card", "legacy") or at(tweet, "card")
    values = at(card, "binding_values")
    if isinstance(values, list):
        values = {text(item, "key"): at(item, "value") for item in objects(values)}
    choices = [line(values, f"choice{number}_label", "string_value") for number in range(1, _MOST_CHOICES + 1)]
    if poll := list_of(choices):
        return poll
    title, short = line(values, "title", "string_value"), text(card, "url")
    long = [at(link, "expanded_url") for link in objects(entities, "urls") if text(link, "url") == short]
    url = safe_link(next(iter(long), None) or short)
    return (link_paragraph(title, url),) if title and url else ()


def _media(tweet: dict[str, Any], permalink: str) -> tuple[Media, ...]:
    """Pictures, and the stills of videos, with their alternative texts."""
    found = [
        objects(tweet, *path) for path in (("mediaDetails",), ("extended_entities", "media"), ("entities", "media"))
    ]
    media = [_medium(item, permalink) for item in next(filter(None, found), [])]
    pictures = [Media(url=x.full_size(url)) for item in objects(tweet, "photos") if (url := safe_link(at(item, "url")))]
    return tuple(item for item in media if item) or tuple(pictures)


def _medium(item: object, permalink: str) -> Media | None:
    picture = safe_link(at(item, "media_url_https") or at(item, "media_url"))
    if not picture:
        return None
    alt = text(item, "ext_alt_text").strip() or None
    if text(item, "type") in {"video", "animated_gif"}:
        return Media(kind="video", url=safe_link(at(item, "expanded_url")) or permalink, still=picture, alt=alt)
    return Media(url=x.full_size(picture), alt=alt)
