"""Chats, channels and videos."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sphinx_thread_cards.platforms.known import MIRRORS
from sphinx_thread_cards.urls import Kind, Platform, snowflake, visible

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, SplitURL


def _discord(groups: Groups, _: SplitURL) -> bool:
    groups["server"] = groups["guild"].removeprefix("@")
    return True


# https://docs.discord.com/developers/reference (snowflakes). A thread below a channel has the id of
# its first message.
DISCORD = Platform(
    name="discord",
    label="Discord",
    site="discord.com",
    hosts="discord.com ptb.discord.com canary.discord.com discordapp.com ptb.discordapp.com"
    " canary.discordapp.com".split(),
    time=snowflake(22, "2015-05-01", epoch=1420070400000),
    fix=_discord,
    defaults="id={server}/{channel}/{id}",
    types={"id": "[0-9]{15,20}", "guild": "<:id>|@me", "channel": "<:id>"},
    routes="""
    /channels/<guild>/<channel>/<id>          /channels/{guild}/{channel}/{id}          kind=message
    /channels/<guild>/<channel>/threads/<id>  /channels/{guild}/{channel}/threads/{id}  kind=thread
    """,
)

# https://core.telegram.org/api/links. A channel has one author; only groups have topics. Only members
# can read groups that have a number.
TELEGRAM = Platform(
    name="telegram",
    label="Telegram",
    site="t.me",
    hosts=["t.me", ".t.me", "telegram.me", "telegram.dog"],
    anonymous=("/c/", "/c/"),
    defaults="id={lower}/{id}",
    types={
        "t": r"(?![^/]*\.t\.me/)[^/]+",
        "name": "(?i:(?!(?:addemoji|addlist|addstickers|addtheme|auction|boost|call|confirmphone"
        "|contact|giftcode|invoice|joinchat|login|newbot|proxy|setlanguage|share|socks)[/.])"
        "[a-z][a-z0-9_]{3,31})",
        "topic": "[0-9]{1,10}",
    },
    routes=r"""
    /<group:c/[0-9]{1,19}>(?:/<:topic>)?/<id:number>      /{lower}/{id}  lower=group kind=message
    //<:t>/(?:s/)?<author:name>/<id:number>                 /{lower}/{id}  lower=author kind=post
    //<:t>/(?:s/)?<community:name>/<:topic>/<id:number>     /{lower}/{id}  lower=community kind=message
    //<author:name>\.t\.me/(?:s/)?<id:number>             /{lower}/{id}  lower=author kind=post
    //<community:name>\.t\.me/(?:s/)?<:topic>/<id:number>  /{lower}/{id}  lower=community kind=message
    """,
)

_ENCODED = re.compile(r"\.([0-9A-Fa-f]{2})")
_CHANNEL = re.compile(r"0*+([1-9][0-9]{0,9})(?:-(.*))?", re.DOTALL)


def _decode(operand: str) -> str:
    try:
        return unquote(_ENCODED.sub(r"%\1", operand), errors="strict")
    except UnicodeDecodeError:
        return operand  # written without encoding


def _encode(text: str) -> str:
    return quote(text, safe="", errors="replace").replace(".", "%2E").replace("%", ".")


def _segment(text: str) -> str:
    """Return text as one segment of an id; letters and digits of every script are not encoded."""
    encoded = re.sub(r"[^\w-]", lambda m: quote(m[0], safe="", errors="replace"), text.lower())
    return encoded.replace(".", "%2E")


def _zulip(groups: Groups, _: SplitURL) -> bool:
    channel, topic = _decode(groups["channel"]), _decode(groups["topic"])
    # The prefix marks a topic as resolved; it stays the same topic.
    title = topic.removeprefix("\N{HEAVY CHECK MARK} ")
    if match := _CHANNEL.fullmatch(channel):
        channel_id, name = match[1], match[2] or ""
        groups["channel"] = f"{channel_id}-{_encode(name)}" if name else channel_id
    else:  # before 2018, a channel had no number
        channel_id, name = _segment(channel), channel
        groups["channel"] = _encode(channel)
    groups |= {
        "id": f"{channel_id}/{_segment(title)}",
        "topic": _encode(topic),
        "community": visible(name),
        "title": visible(title),
        # "with" says where the topic is now; "near" is the cited message.
        "post": groups["message"] if groups["near"] == "near" else "",
        "tail": f"/{groups['near']}/{groups['message']}" if groups["message"] else "",
    }
    return bool(title.strip())


# https://zulip.com/api/zulip-urls. Everything is in the fragment, with "." for "%".
ZULIP = Platform(
    name="zulip",
    label="Zulip",
    kind=Kind.TOPIC,
    many_servers=True,
    hosts=["chat.zulip.org", ".zulipchat.com"],
    fix=_zulip,
    anonymous=("#.*", ""),
    types={
        "folder": "/(?:[A-Za-z0-9_-]{1,40}/)?",
        "channel": "[^/]{1,400}",
        "topic": "[^/]{1,1000}",
        "near": "(?:/<near:near|with>/<message:number>)?/?",
    },
    routes="""
    <folder>#narrow/(?:channel|stream)/<channel>/(?:topic|subject)/<topic><:near>  {folder}#narrow/channel/{channel}/topic/{topic}{tail}
    """,
    markers=["#narrow"],
)

_POSITION = re.compile(
    r"(?:^|[&;?])(?:t|start|time_continue)="
    r"(?:([0-9]{1,2})h)?(?:([0-9]{1,3})m)?(?:([0-9]{1,6})s?)?(?![^&;?])"
)


def _youtube(groups: Groups, url: SplitURL) -> bool:
    """Set the position in the video: ``t=90``, ``90s`` or ``1h2m3s``, or in the fragment."""
    seconds = 0
    if match := _POSITION.search(url.query) or _POSITION.match(url.fragment):
        hours, minutes, rest = (int(part or 0) for part in match.groups())
        seconds = hours * 3600 + minutes * 60 + rest
    groups["position"] = f"&t={seconds}" if seconds else ""
    return groups["id"] != "videoseries"


# https://developers.google.com/youtube/player_parameters
YOUTUBE = Platform(
    name="youtube",
    label="YouTube",
    kind=Kind.VIDEO,
    site="www.youtube.com",
    hosts="youtube.com m.youtube.com music.youtube.com gaming.youtube.com youtube-nocookie.com"
    " youtu.be".split(),
    mirrors=MIRRORS["youtube"],
    fix=_youtube,
    defaults="??lc=<post:Ug[A-Za-z0-9_.-]{10,80}> post_url=&lc={post}",
    types={
        "id": "[A-Za-z0-9_-]{11}",
        "list": "[A-Za-z0-9_-]{2,64}",
        "post": "Ug[A-Za-z0-9_-]{10,60}",
        "tube": r"(?!youtu\.be)[^/]+",
        "user": "(?:channel|c|user|@)/?[^/]{1,100}",
    },
    routes=r"""
    //<:tube>/watch                                  /watch?v={id}{position}  ?v=<id>
    //youtu\.be/<id>                               /watch?v={id}{position}
    //<:tube>/(?:shorts|live|embed|watch|v|e)/<id>   /watch?v={id}{position}
    /(?:playlist|embed/videoseries)                /playlist?list={id}      ?list=<id:list> id=playlist/{id} kind=playlist
    /post/<id:post>                                /post/{id}               id=post/{id} kind=post
    /<:user>/(?:community|posts)                   /post/{id}               ?lb=<id:post> id=post/{id} kind=post
    """,
)

PLATFORMS = (ZULIP, DISCORD, TELEGRAM, YOUTUBE)
