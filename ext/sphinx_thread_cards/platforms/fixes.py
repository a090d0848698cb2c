"""What no pattern can say: functions that complete the groups of a platform's routes.

A function has the name of its platform. It changes the groups of a URL, and returns False if the
URL is not that of a thread.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sphinx_thread_cards.urls import slug_title, visible

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, Platform, SplitURL

# -- Microblogs ----------------------------------------------------------------


def tumblr(groups: Groups, url: SplitURL, _: Platform) -> bool:
    """Set the blog's own host."""
    groups["own"] = url.site
    return True


# The date that slugs of old articles begin with, and the key that those of new ones end with.
_NOT_TITLE = re.compile(r"^[0-9]{14}-[0-9]{1,12}-|-(?=[a-z]{0,5}[0-9])[a-z0-9]{4,6}$")


def linkedin(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Decode the author, or the slug of an article."""
    if "type" in groups:
        author = unquote(groups.get("author", ""))
        groups["author"] = author if author.isprintable() else ""
        return True
    groups["id"] = quote(unquote(groups["id"]), safe="", errors="replace")
    groups["title"] = slug_title(_NOT_TITLE.sub("", groups["id"])) or ""
    return bool(groups["id"].strip("."))


# -- Forums --------------------------------------------------------------------


def discourse(groups: Groups, url: SplitURL, platform: Platform) -> bool:
    """Reject folders on known hosts."""
    return not groups["prefix"] or url.host not in platform.hosts


_NETWORK = "stackexchange.com"
_MOVED = {
    f"programmers.{_NETWORK}": f"softwareengineering.{_NETWORK}",
    "mathoverflow.com": "mathoverflow.net",
}


def stackexchange(groups: Groups, url: SplitURL, platform: Platform) -> bool:
    """Set the host and name of the site, and the path of an answer."""
    label, _, rest = _MOVED.get(url.host, url.host).partition(".")
    if label == "meta" and rest.count(".") > 1 and rest.endswith(_NETWORK):
        label, rest = rest.partition(".")[0], f"meta.{_NETWORK}"  # the old order
    groups["host"] = host = f"{label}.{rest}"
    name = platform.names.get(host)
    site = platform.names.get(f"{label}.{_NETWORK}", "")
    if rest == f"meta.{_NETWORK}" and site.endswith(" Stack Exchange"):
        name = site.replace(" Stack ", " Meta Stack ")
    groups["community"] = name or host
    # The fragment alone finds only answers on the first page.
    post, answer = groups.get("post", ""), groups.get("answer", "")
    if answer and not post.startswith("comment"):
        post = groups["post"] = answer
    answer = post.rpartition("_")[2]
    groups["answer"] = f"/{groups.get('slug') or '-'}/{answer}" if answer != groups["id"] else ""
    groups["post"] = post if post != groups["id"] else ""
    return True


def hackernews(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Drop a fragment that names the item itself."""
    if groups.get("post") == groups["id"]:
        groups["post"] = ""
    return True


_COMMENT = re.compile("(?=[A-Za-z]*[0-9])[0-9A-Za-z]{1,13}")


def reddit(groups: Groups, url: SplitURL, _: Platform) -> bool:
    """Set the folder of a subreddit or user, and a comment after an empty slug."""
    community, author = groups.get("community", ""), groups.get("author", "")
    if community[:2].lower() == "u_":
        community, author = "", community[2:]
    groups["author"] = author
    groups["community"] = f"r/{community}" if community else f"u/{author}" if author else ""
    groups["folder"] = f"/r/{community}" if community else f"/user/{author}" if author else ""
    slug = groups.get("slug", "")
    if _COMMENT.fullmatch(slug) and f"/{groups['id']}//{slug}" in url.url:
        groups |= {"post": slug, "title": ""}
    groups["id"], groups["post"] = groups["id"].lower(), groups.get("post", "").lower()
    return True


# -- Forges --------------------------------------------------------------------


def github(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Complete the short fragment that a review comment has on the "files" tab."""
    if groups.get("review"):
        groups["post"] = f"discussion_r{groups['review']}"
    return True


# -- Mailing lists -------------------------------------------------------------

_LORE = "lore.kernel.org"
_SHORT = {"lkml.kernel.org", "msgid.link", "patch.msgid.link"}


def public_inbox(groups: Groups, url: SplitURL, _: Platform) -> bool:
    """Set host and inbox; short links and mirrors of lore lead to lore."""
    folder, host = groups["inbox"], url.host
    if host in _SHORT or (host == _LORE and folder in {"", "r/"}):
        host, folder = _LORE, "all/"
    elif host == "yhbt.net" and folder.startswith("lore/"):
        host, folder = _LORE, folder.removeprefix("lore/") or "all/"
        groups["mirror"] = "yhbt"
    name = folder[:-1].rpartition("/")[2]
    groups |= {"host": host, "inbox": folder, "community": "" if name == "all" else name}
    return bool(folder)


def pipermail(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Set what all days of a volume have in common, and the padded number of a message."""
    if groups["quarter"]:
        groups |= {"month": str(3 * int(groups["quarter"]) - 2), "precision": "year"}
    elif groups["mm"]:
        groups |= {"month": groups["mm"], "day": groups["dd"]}
    elif week := groups["week"]:
        try:
            monday = datetime.strptime(week, "%Y%m%d").replace(tzinfo=UTC)
        except ValueError:
            return True
        sunday = monday + timedelta(days=6)
        if monday.year == sunday.year:
            groups |= {"year": week[:4], "month": week[4:6], "day": week[6:]}
            groups["precision"] = "month" if monday.month == sunday.month else "year"
    groups["id"] = groups.get("id") or groups["index"].zfill(6)
    return True


def hypermail(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Set the century, the list and the quarter."""
    if "yy" in groups:  # the archive begins in 1995
        groups["year"] = ("19" if groups["yy"] >= "95" else "20") + groups["yy"]
        groups["list"] = groups["list"] or "kernel"
    elif groups["quarter"]:
        groups |= {"month": groups["quarter"][:3], "precision": "year"}
    return True


# -- Chats and videos ----------------------------------------------------------

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


def zulip(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Decode the channel and the topic."""
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


def slack(groups: Groups, _: SplitURL, __: Platform) -> bool:
    """Set the thread of a reply."""
    root = groups.get("root", "").replace(".", "")
    groups |= {"shown": groups["id"], "tail": ""}
    if root and root != groups["id"]:
        groups["tail"] = f"?thread_ts={groups['root']}&cid={groups['channel']}"
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


_POSITION = re.compile(
    r"(?:^|[&;?])(?:t|start|time_continue)="
    r"(?:([0-9]{1,2})h)?(?:([0-9]{1,3})m)?(?:([0-9]{1,6})s?)?(?![^&;?])"
)


def youtube(groups: Groups, url: SplitURL, _: Platform) -> bool:
    """Set the position in the video: ``t=90``, ``90s`` or ``1h2m3s``, or in the fragment."""
    seconds = 0
    if match := _POSITION.search(url.query) or _POSITION.match(url.fragment):
        hours, minutes, rest = (int(part or 0) for part in match.groups())
        seconds = hours * 3600 + minutes * 60 + rest
    groups["position"] = f"&t={seconds}" if seconds else ""
    return groups["id"] != "videoseries"
