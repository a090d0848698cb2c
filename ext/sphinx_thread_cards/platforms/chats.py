"""Chats, channels and videos."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sphinx_thread_cards.urls import Kind, Platform, Route, snowflake, visible

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, SplitURL

# -- Discord: https://docs.discord.com/developers/reference (snowflakes)

_DISCORD = "/channels/<guild:[0-9]{15,20}|@me>/<channel:[0-9]{15,20}>"


def _guild(groups: Groups, _: SplitURL) -> bool:
    groups["server"] = groups["guild"].removeprefix("@")
    return True


def _discord(form: str, kind: Kind) -> Route:
    return Route(
        f"{_DISCORD}/{form}<id:[0-9]{{15,20}}>",
        f"/channels/{{guild}}/{{channel}}/{form}{{id}}",
        id="{server}/{channel}/{id}",
        kind=kind,
        time=snowflake(22, "2015-05-01", epoch=1420070400000),
        fix=_guild,
    )


DISCORD = Platform(
    name="discord",
    label="Discord",
    site="discord.com",
    hosts=tuple(
        "discord.com ptb.discord.com canary.discord.com"
        " discordapp.com ptb.discordapp.com canary.discordapp.com".split()
    ),
    # A thread below a channel has the id of its first message.
    routes=(_discord("", Kind.MESSAGE), _discord("threads/", Kind.THREAD)),
)

# -- Telegram: https://core.telegram.org/api/links. Only members can read groups with a number.

_CHANNEL = (
    "(?i:(?!(?:addemoji|addlist|addstickers|addtheme|auction|boost|call|confirmphone|contact"
    "|giftcode|invoice|joinchat|login|newbot|proxy|setlanguage|share|socks)[/.])"
    "<NAME:[a-z][a-z0-9_]{3,31}>)"
)
_AUTHOR = _CHANNEL.replace("NAME", "author")
_GROUP = _CHANNEL.replace("NAME", "community")


def _telegram(path: str, name: str, kind: Kind) -> Route:
    return Route(path, "/{lower}/{id}", id="{lower}/{id}", lower=name, kind=kind)


TELEGRAM = Platform(
    name="telegram",
    label="Telegram",
    site="t.me",
    hosts=("t.me", ".t.me", "telegram.me", "telegram.dog"),
    anonymous=("/c/", "/c/"),
    routes=(
        _telegram("/<group:c/[0-9]{1,19}>(?:/[0-9]{1,10})?/<id:number>", "group", Kind.MESSAGE),
        # A channel has one author; only groups have topics.
        _telegram(rf"//{_AUTHOR}\.t\.me/(?:s/)?<id:number>", "author", Kind.POST),
        _telegram(
            rf"//{_GROUP}\.t\.me/(?:s/)?[0-9]{{1,10}}/<id:number>", "community", Kind.MESSAGE
        ),
        _telegram(rf"//(?![^/]*\.t\.me/)[^/]+/(?:s/)?{_AUTHOR}/<id:number>", "author", Kind.POST),
        _telegram(
            rf"//(?![^/]*\.t\.me/)[^/]+/(?:s/)?{_GROUP}/[0-9]{{1,10}}/<id:number>",
            "community",
            Kind.MESSAGE,
        ),
    ),
)

# -- Zulip: https://zulip.com/api/zulip-urls. Everything is in the fragment, with "." for "%".

_ENCODED = re.compile(r"\.([0-9A-Fa-f]{2})")
_PLAIN = re.compile(r"[A-Za-z0-9_ -]*")
_CHANNEL_ID = re.compile(r"0*+([1-9][0-9]{0,9})(?:-(.*))?", re.DOTALL)
_RESOLVED = "\N{HEAVY CHECK MARK} "


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


def _topic(groups: Groups, _: SplitURL) -> bool:
    channel, topic = _decode(groups["channel"]), _decode(groups["topic"])
    # Resolved topics have a prefix and stay the same.
    title = topic.removeprefix(_RESOLVED)
    if match := _CHANNEL_ID.fullmatch(channel):
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
        "post": groups["message"] if groups["anchor"] == "near" else "",
        "tail": f"/{groups['anchor']}/{groups['message']}" if groups["message"] else "",
    }
    return bool(title.strip())


ZULIP = Platform(
    name="zulip",
    label="Zulip",
    kind=Kind.TOPIC,
    many_servers=True,
    hosts=("chat.zulip.org", ".zulipchat.com"),
    markers=("#narrow",),
    anonymous=("#.*", ""),
    routes=(
        Route(
            "<folder:/(?:[A-Za-z0-9_-]{1,40}/)?>#narrow/(?:channel|stream)/<channel:[^/]{1,400}>"
            "/(?:topic|subject)/<topic:[^/]{1,1000}>(?:/<anchor:near|with>/<message:number>)?/?",
            "{folder}#narrow/channel/{channel}/topic/{topic}{tail}",
            fix=_topic,
        ),
    ),
)

# -- YouTube: https://developers.google.com/youtube/player_parameters

_VIDEO = "<id:[A-Za-z0-9_-]{11}>"
_POSITION = re.compile(
    r"(?:^|[&;?])(?:t|start|time_continue)="
    r"(?:([0-9]{1,2})h)?(?:([0-9]{1,3})m)?(?:([0-9]{1,6})s?)?(?![^&;?])"
)
_YOUTUBE_POST = "Ug[A-Za-z0-9_-]{10,60}"


def _position(groups: Groups, url: SplitURL) -> bool:
    """Set the position in the video: ``t=90``, ``90s`` or ``1h2m3s``, or in the fragment."""
    seconds = 0
    if match := _POSITION.search(url.query) or _POSITION.match(url.fragment):
        hours, minutes, rest = (int(part or 0) for part in match.groups())
        seconds = hours * 3600 + minutes * 60 + rest
    groups["position"] = f"&t={seconds}" if seconds else ""
    return groups["id"] != "videoseries"


def _youtube(path: str, *query: str) -> Route:
    return Route(
        path,
        "/watch?v={id}{position}",
        query=(*query, "?lc=<post:Ug[A-Za-z0-9_.-]{10,80}>"),
        post_url="&lc={post}",
        fix=_position,
    )


YOUTUBE = Platform(
    name="youtube",
    label="YouTube",
    kind=Kind.VIDEO,
    site="www.youtube.com",
    hosts=tuple(
        "youtube.com m.youtube.com music.youtube.com gaming.youtube.com youtube-nocookie.com"
        " youtu.be".split()
    ),
    mirrors={"invidious": "inv.nadeko.net invidious.nerdvpn.de yewtu.be", "piped": "piped.video"},
    routes=(
        _youtube("//youtu.be/<id:[A-Za-z0-9_-]{11}>"),
        _youtube(r"//(?!youtu\.be)[^/]+/watch", f"v={_VIDEO}"),
        _youtube(rf"//(?!youtu\.be)[^/]+/(?:shorts|live|embed|watch|v|e)/{_VIDEO}"),
        Route(
            "/playlist|/embed/videoseries",
            "/playlist?list={id}",
            id="playlist/{id}",
            query=("list=<id:[A-Za-z0-9_-]{2,64}>",),
            kind=Kind.PLAYLIST,
        ),
        Route(f"/post/<id:{_YOUTUBE_POST}>", "/post/{id}", id="post/{id}", kind=Kind.POST),
        Route(
            "/(?:channel|c|user|@)/?[^/]{1,100}/(?:community|posts)",
            "/post/{id}",
            id="post/{id}",
            query=(f"lb=<id:{_YOUTUBE_POST}>",),
            kind=Kind.POST,
        ),
    ),
)

PLATFORMS = (ZULIP, DISCORD, TELEGRAM, YOUTUBE)
