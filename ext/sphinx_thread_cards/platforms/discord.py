"""Discord: messages.

URL forms and ids ("snowflakes"): https://discord.com/developers/docs/reference
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, time_from_ms

_MESSAGE = re.compile(r"/channels/([0-9]{15,20}|@me)/([0-9]{15,20})/(threads/)?([0-9]{15,20})/?")
_EPOCH_MS = 1420070400000
# Discord opened in May 2015.
_FIRST_MESSAGES = datetime(2015, 5, 1, tzinfo=UTC)


def posted(id_: str) -> datetime | None:
    """The UTC time in an id: ``(id >> 22) + 1420070400000`` ms; None before there was Discord."""
    return time_from_ms((int(id_) >> 22) + _EPOCH_MS, earliest=_FIRST_MESSAGES)


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a message, or of the thread below a channel: it bears the number of its first message."""
    match = _MESSAGE.fullmatch(address.path)
    if match is None:
        return None
    guild, channel, form, message = match.groups()
    return ThreadRef(
        platform="discord",
        id=f"{guild.removeprefix('@')}/{channel}/{message}",
        url=f"https://discord.com/channels/{guild}/{channel}/{form or ''}{message}",
        given_url=address.url,
        host="discord.com",
        posted=posted(message),
        kind=Kind.THREAD if form else Kind.MESSAGE,
    )


_HOSTS = ("discord.com", "ptb.discord.com", "canary.discord.com")
_OLD_HOSTS = ("discordapp.com", "ptb.discordapp.com", "canary.discordapp.com")
PLATFORM = Platform(name="discord", label="Discord", parse=parse, hosts=_HOSTS + _OLD_HOSTS)
