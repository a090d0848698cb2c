"""Functions that complete the groups of a platform's routes where patterns are not enough.

A function has the name of its platform. It changes the groups of a URL, and returns False if the
URL is not that of a thread.
"""

import re
from urllib.parse import quote, unquote

from sphinx_thread_cards.urls import Groups, Platform, SplitURL, visible


def linkedin(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Decode the author of a post, and encode the slug of an article uniformly."""
    author = unquote(groups.get("author", ""))
    groups["author"] = author if author.isprintable() else ""
    groups["id"] = quote(unquote(groups["id"]), safe="", errors="replace")
    return True


def discourse(groups: Groups, url: SplitURL, platform: Platform) -> bool:
    """Reject folders on known hosts."""
    return not groups["prefix"] or url.host not in platform.hosts


def stackexchange(groups: Groups, _: SplitURL, platform: Platform) -> bool:
    """Set the host and name of the site, and the path of an answer."""
    old_order = r"^meta\.([^.]+)\.(?=stackexchange\.)"
    host = groups["host"] = re.sub(old_order, r"\1.meta.", groups["host"])
    name = platform.names.get(host) or platform.names.get(host.replace(".meta.", "."), host)
    groups["community"] = name.replace(" Stack ", " Meta Stack ") if ".meta." in host else name
    # The fragment alone finds only answers on the first page.
    post = groups.get("post", "")
    if not post.startswith("comment"):
        post = groups.get("answer") or post
    answer = post.rpartition("_")[2]
    groups["post"] = post if post != groups["id"] else ""
    groups["answer"] = f"/{groups.get('slug', '-')}/{answer}" if answer != groups["id"] else ""
    return True


def hackernews(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Drop a fragment that names the item itself."""
    if groups.get("post") == groups["id"]:
        groups["post"] = ""
    return True


_COMMENT = re.compile("(?=[A-Za-z]*[0-9])[0-9A-Za-z]{1,13}")


def reddit(groups: Groups, url: SplitURL, _: Platform) -> bool:
    """Write ids in lower case, and recognise a comment after an empty slug."""
    slug = groups.get("slug", "")
    if _COMMENT.fullmatch(slug) and f"/{groups['id']}//{slug}" in url.url:
        groups |= {"post": slug, "title": ""}
    groups |= {"id": groups["id"].lower(), "post": groups.get("post", "").lower()}
    return True


def _decode(operand: str) -> str:
    try:
        return unquote(re.sub(r"\.([0-9A-Fa-f]{2})", r"%\1", operand), errors="strict")
    except UnicodeDecodeError:
        return operand  # written without encoding


def _encode(text: str) -> str:
    return quote(text, safe="", errors="replace").replace(".", "%2E").replace("%", ".")


def _segment(text: str) -> str:
    """Return text as one segment of an id; letters and digits of every script are not encoded."""
    encoded = re.sub(r"[^\w-]", lambda m: quote(m[0], safe="", errors="replace"), text.lower())
    return encoded.replace(".", "%2E")


def zulip(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Decode the channel and the topic."""
    number, name, topic = groups["number"], _decode(groups["name"]), _decode(groups["topic"])
    # The prefix marks a topic as resolved; it stays the same topic.
    title = topic.removeprefix("\N{HEAVY CHECK MARK} ")
    groups |= {
        "id": f"{number or _segment(name)}/{_segment(title)}",
        "channel": "-".join(filter(None, (number, _encode(name)))),
        "topic": _encode(topic),
        "community": visible(name),
        "title": visible(title),
    }
    return bool(title.strip())


def slack(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Set the thread of a reply."""
    groups["shown"] = groups["id"]
    root = groups.get("root", "").replace(".", "")
    if root not in {"", groups["id"]}:
        groups |= {"post": groups["id"], "id": root}
    return True


_ROOM = re.compile(r"[!#][^\s/:]{1,200}(?::[A-Za-z0-9.:-]{1,100})?")
_EVENT = re.compile(r"\$[A-Za-z0-9._~+/=-]{10,200}(?::[A-Za-z0-9.:-]{1,100})?")


def matrix(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Decode the room and the event."""
    room, event = unquote(groups["room"]), unquote(groups["event"])
    groups["community"] = visible(room) if room.startswith("#") else ""
    groups["id"] = f"{quote(room, '!:', errors='replace')}/{quote(event, '$:', errors='replace')}"
    return bool(_ROOM.fullmatch(room) and _EVENT.fullmatch(event))


def youtube(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Set the position in the video, in seconds: ``t=90``, ``90s`` or ``1h2m3s``."""
    hours, minutes, seconds = (int(groups.get(unit) or 0) for unit in "hms")
    position = (hours * 60 + minutes) * 60 + seconds
    groups["position"] = f"&t={position}" if position else ""
    return True
