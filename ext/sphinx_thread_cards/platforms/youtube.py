"""YouTube: videos, playlists and posts.

URL forms: https://developers.google.com/youtube/player_parameters and the site's own links.
Ids are random and hold no time.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform

_FRONT_ENDS = {
    "inv.nadeko.net": "invidious",
    "invidious.nerdvpn.de": "invidious",
    "piped.video": "piped",
    "yewtu.be": "invidious",
}
_OWN = ("youtube.com", "m.youtube.com", "music.youtube.com", "gaming.youtube.com", "youtube-nocookie.com", "youtu.be")
_IN_PATH = re.compile(r"/(?:shorts|live|embed|watch|v|e)/([A-Za-z0-9_-]{11})/?")
_SHORT = re.compile(r"/([A-Za-z0-9_-]{11})/?")
_POST = re.compile(r"/post/(Ug[A-Za-z0-9_-]{10,60})/?")
_COMMUNITY = re.compile(r"/(?:channel|c|user|@)/?[^/]{1,100}/(?:community|posts)/?")
# A parameter that ends the query or is followed by another; "?" and ";" as careless copies have them.
_BEFORE, _AFTER = r"(?:^|[&;?])", r"(?![^&;?])"
_VIDEO_PARAMETER = re.compile(rf"{_BEFORE}v=([A-Za-z0-9_-]{{11}}){_AFTER}")
_LIST_PARAMETER = re.compile(rf"{_BEFORE}list=([A-Za-z0-9_-]{{2,64}}){_AFTER}")
_POST_PARAMETER = re.compile(rf"{_BEFORE}lb=(Ug[A-Za-z0-9_-]{{10,60}}){_AFTER}")
_COMMENT_PARAMETER = re.compile(rf"{_BEFORE}lc=(Ug[A-Za-z0-9_.-]{{10,80}}){_AFTER}")
_POSITION = re.compile(
    rf"{_BEFORE}(?:t|start|time_continue)=(?:([0-9]{{1,2}})h)?(?:([0-9]{{1,3}})m)?(?:([0-9]{{1,6}})s?)?{_AFTER}"
)
_NO_VIDEO = "videoseries"


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a video (with the position and the comment meant), a playlist or a post."""
    path = address.path.rstrip("/")
    if address.host == "youtu.be":
        video = _SHORT.fullmatch(address.path)
    elif path == "/watch":
        video = _VIDEO_PARAMETER.search(address.query)
    else:
        video = _IN_PATH.fullmatch(address.path)
    if video and video[1] != _NO_VIDEO:
        return _video(address, video[1])
    if path in {"/playlist", f"/embed/{_NO_VIDEO}"}:
        listed = _LIST_PARAMETER.search(address.query)
        return _other(address, "playlist", listed[1], f"playlist?list={listed[1]}", Kind.PLAYLIST) if listed else None
    post = _POST.fullmatch(address.path)
    if post is None and _COMMUNITY.fullmatch(address.path):
        post = _POST_PARAMETER.search(address.query)
    return _other(address, "post", post[1], f"post/{post[1]}", Kind.POST) if post else None


def _video(address: Address, id_: str) -> ThreadRef:
    query, comment, seconds = address.query, None, 0
    if query:
        found = _COMMENT_PARAMETER.search(query)
        comment = found[1] if found else None
        seconds = _seconds(query)
    if not seconds and address.fragment.startswith("t="):
        seconds = _seconds(address.fragment)
    position = f"&t={seconds}" if seconds else ""
    return ThreadRef(
        platform="youtube",
        id=id_,
        url=f"https://www.youtube.com/watch?v={id_}{position}" + (f"&lc={comment}" if comment else ""),
        given_url=address.url,
        host="youtube.com",
        post=comment,
        mirror=None if address.host in _OWN else _FRONT_ENDS.get(address.host, "invidious"),
        kind=Kind.VIDEO,
    )


def _seconds(query: str) -> int:
    """Where to begin, ``90``, ``90s`` or ``1h2m3s``; 0 without it."""
    match = _POSITION.search(query)
    if match is None:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _other(address: Address, sort: str, id_: str, path: str, kind: Kind) -> ThreadRef:
    return ThreadRef(
        platform="youtube",
        id=f"{sort}/{id_}",
        url=f"https://www.youtube.com/{path}",
        given_url=address.url,
        host="youtube.com",
        kind=kind,
    )


PLATFORM = Platform(name="youtube", label="YouTube", parse=parse, hosts=(*_OWN, *_FRONT_ENDS))
