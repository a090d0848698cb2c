"""Zulip: topics in channels, on Zulip Cloud and every other server.

URL forms and their encoding: https://zulip.com/api/zulip-urls. All of it stands in the fragment.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform

_NARROW = r"narrow/(?:channel|stream)/([^/]{1,400})/(?:topic|subject)/([^/]{1,1000})(?:/(near|with)/([0-9]{1,15}))?/?"
_ADDRESS = re.compile(_NARROW)
# The server's own address: the top of a host, or one folder.
_FOLDER = r"/(?:[A-Za-z0-9_-]{1,40}/)?"
_PLACE = re.compile(_FOLDER)
_CHANNEL = re.compile(r"([0-9]{1,10})(?:-(.*))?", re.DOTALL)
_HIDDEN_PERCENT = re.compile(r"\.([0-9A-Fa-f]{2})")
# Most names and topics; only the spaces in them are encoded.
_PLAIN = re.compile(r"[A-Za-z0-9_ -]*")
_NOT_WORD = re.compile(r"[^\w-]")
_RESOLVED = "\N{HEAVY CHECK MARK} "


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a topic, with the message meant."""
    match = _ADDRESS.fullmatch(address.fragment)
    if match is None or not _PLACE.fullmatch(address.path):
        return None
    channel, operand, anchor, number = match.groups()
    topic = _decode(operand)
    channel_id, name, channel = _channel(channel)
    # Topics are the same whatever their case, and a resolved one is the one it was.
    plain = topic.removeprefix(_RESOLVED)
    if not plain.strip():
        return None
    number = number.lstrip("0") or "0" if number else None
    tail = f"/{anchor}/{number}" if number else ""
    return ThreadRef(
        platform="zulip",
        id=f"{channel_id}/{_segment(plain)}",
        url=f"https://{address.site}{address.path}#narrow/channel/{channel}/topic/{_encode(topic)}{tail}",
        given_url=address.url,
        host=address.host,
        community=name,
        title=_visible(plain),
        # "with" says where the topic is now, "near" which message is meant.
        post=number if anchor == "near" else None,
        kind=Kind.TOPIC,
    )


def _channel(operand: str) -> tuple[str, str | None, str]:
    """Id, name and canonical operand of a channel: ``12``, ``12-a-name`` or, before 2018, ``a-name``."""
    decoded = _decode(operand)
    match = _CHANNEL.fullmatch(decoded)
    if match is None:
        return _segment(decoded), _visible(decoded), _encode(decoded)
    id_ = match[1].lstrip("0") or "0"
    name = match[2] or ""
    return id_, _visible(name), f"{id_}-{_encode(name)}" if name else id_


def _decode(operand: str) -> str:
    """Undo Zulip's encoding, ``.`` for ``%``; an operand that cannot be undone is meant as it stands."""
    text = operand.replace(".20", " ")
    if _PLAIN.fullmatch(text):
        return text
    try:
        return unquote(_HIDDEN_PERCENT.sub(r"%\1", operand), errors="strict")
    except UnicodeDecodeError:
        return operand


def _encode(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text.replace(" ", ".20")
    return quote(text, safe="", errors="replace").replace(".", "%2E").replace("%", ".")


def _segment(text: str) -> str:
    """Text as one segment of an id: letters and digits of every script as they are, the rest percent-encoded."""
    text = text.lower()
    if _PLAIN.fullmatch(text):
        return text.replace(" ", "%20")
    encoded = _NOT_WORD.sub(lambda match: quote(match[0], safe="", errors="replace"), text)
    return encoded.replace(".", "%2E")


def _visible(text: str) -> str | None:
    """Text without what cannot be seen (controls, direction overrides), or None if nothing is left."""
    text = " ".join(text.split())
    if not text.isprintable():
        text = "".join(filter(str.isprintable, text))
    return text or None


def nameless(ref: ThreadRef) -> str:
    """The front page: every address of a topic spells its title."""
    return ref.url.partition("#")[0]


PLATFORM = Platform(
    name="zulip",
    label="Zulip",
    parse=parse,
    many_servers=True,
    hosts=("chat.zulip.org", ".zulipchat.com"),
    guess=re.compile(f"{_FOLDER}#narrow/"),
    marks=frozenset({"#narrow"}),
    nameless=nameless,
)
