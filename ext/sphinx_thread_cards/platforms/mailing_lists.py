"""Archives of mailing lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sphinx_thread_cards.urls import Kind, Platform, Route, message_id

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, SplitURL

# -- public-inbox: https://public-inbox.org/meta/_/text/help/, and the "Link:" URLs of the kernel,
# https://docs.kernel.org/process/submitting-patches.html

_LORE = "lore.kernel.org"
_SHORT = ("lkml.kernel.org", "msgid.link", "patch.msgid.link")


def _inbox(groups: Groups, url: SplitURL) -> bool:
    """Set id, host and inbox; short links and mirrors of lore lead to lore."""
    folder, host, mail = groups["inbox"], url.host, message_id(groups["id"])
    if host in _SHORT or (host == _LORE and folder in {"", "r/"}):
        host, folder = _LORE, "all/"
    elif host == "yhbt.net" and folder.startswith("lore/"):
        host, folder = _LORE, folder.removeprefix("lore/") or "all/"
        groups["mirror"] = "yhbt"
    name = folder[:-1].rpartition("/")[2]
    groups |= {"id": mail or "", "host": host, "inbox": folder}
    groups["community"] = "" if name == "all" else name
    return bool(mail and folder)


_MAIL = r"/<inbox:(?:[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}/){0,3}><id:[^/]{3,600}>"
PUBLIC_INBOX = Platform(
    name="public-inbox",
    label="public-inbox",
    kind=Kind.MESSAGE,
    many_servers=True,
    mailing_list=True,
    hosts=tuple(
        "lore.kernel.org lkml.kernel.org msgid.link patch.msgid.link yhbt.net archives.passt.top"
        " inbox.dpdk.org inbox.sourceware.org inbox.vuxu.org list.orgmode.org"
        " lore-kernel.gnuweeb.org lore.barebox.org lore.proxmox.com public-inbox.gentoo.org"
        " public-inbox.org yhetil.org".split()
    ),
    routes=(
        Route(f"{_MAIL}(?:/raw)?", "/{inbox}{id}/", fix=_inbox),
        Route(
            rf"{_MAIL}/(?:[Tt]|t\.mbox\.gz|t\.atom)",
            "/{inbox}{id}/",
            anchor="m[0-9a-f]{40}",
            post_url="T/#{post}",
            kind=Kind.THREAD,
            fix=_inbox,
        ),
    ),
)

# -- HyperKitty (Mailman 3): https://gitlab.com/mailman/hyperkitty/-/blob/master/hyperkitty/urls.py
# A message has the SHA-1 of its Message-ID, a thread that of its first message.

_WORD = r"[A-Za-z0-9_+-]{1,64}(?:\.[A-Za-z0-9_+-]{1,64}){0,9}"
_HASH = "[A-Z2-7]{32}"


def _hyperkitty(form: str, kind: Kind, anchor: str = "") -> Route:
    return Route(
        f"<folder:folder>/list/<community:{_WORD}@{_WORD}>/{form}/<id:{_HASH}>(?:/latest)?",
        f"{{folder}}/list/{{community}}/{form}/{{id}}/",
        id="{lower}/{id}",
        lower="community",
        anchor=anchor,
        post_url="#{post}",
        kind=kind,
    )


HYPERKITTY = Platform(
    name="hyperkitty",
    label="HyperKitty",
    many_servers=True,
    mailing_list=True,
    markers=("list",),
    evidence=f"/list/[^/@]+@[^/@]+/(?:thread|message)/{_HASH}",
    routes=(_hyperkitty("thread", Kind.THREAD, _HASH), _hyperkitty("message", Kind.MESSAGE)),
)

# -- Pipermail (Mailman 2), which some servers have below "/archives/". A list has volumes of a year,
# quarter, month, week or day; they are the only date in the path.


def _volume(groups: Groups, _: SplitURL) -> bool:
    if groups["quarter"]:
        groups |= {"month": str(3 * int(groups["quarter"]) - 2), "precision": "year"}
    elif week := groups["week"]:
        _week(groups, week)
    elif groups["mm"]:
        groups |= {"month": groups["mm"], "day": groups["dd"]}
    if index := groups.get("index"):
        groups["id"] = index.zfill(6)  # file names are padded, fragments are not
    return True


def _week(groups: Groups, week: str) -> None:
    """Set what all days of a week have in common."""
    try:
        monday = datetime.strptime(week, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return
    sunday = monday + timedelta(days=6)
    if monday.year == sunday.year:
        groups |= {"year": week[:4], "month": week[4:6], "day": week[6:]}
        groups["precision"] = "month" if monday.month == sunday.month else "year"


def _pipermail(page: str, file: str, kind: Kind) -> Route:
    return Route(
        r"(?P<folder>(?:/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}){0,3}?/(?:pipermail|archives))/<community:list>"
        "/(?P<volume><year:year>(?:-<month:monthname>|q<quarter:[1-4]>|<mm:[0-9]{2}><dd:[0-9]{2}>)?"
        f"|Week-of-Mon-<week:(?:19|20)[0-9]{{6}}>)/{page}",
        f"{{folder}}/{{community}}/{{volume}}/{file}",
        id="{community}/{volume}/{id}",
        kind=kind,
        fix=_volume,
    )


PIPERMAIL = Platform(
    name="pipermail",
    label="Pipermail",
    many_servers=True,
    mailing_list=True,
    markers=("pipermail", "archives"),
    # Blogs have "/archives/" as well.
    evidence=r"/pipermail/|//[^/]+/archives/[^/]+/(?:19|20)[0-9]{2}-(?:January|February|March|April|May|June"
    r"|July|August|September|October|November|December)/(?:[0-9]{6}|thread|date|subject|author)\.html#",
    routes=(
        _pipermail(r"<id:[0-9]{1,9}>\.html", "{id}.html", Kind.MESSAGE),
        _pipermail(
            r"(?:thread|date|subject|author)\.html#<index:[0-9]{1,9}>",
            "thread.html#{index}",
            Kind.THREAD,
        ),
    ),
)

# -- Hypermail with the month in the path: https://lkml.iu.edu/ ("YYMM.N": N counts the parts of a
# month) and https://lists.w3.org/ (months or quarters).

_LKML_HOSTS = (
    "lkml.iu.edu lkml.indiana.edu lkml.rescloud.iu.edu ussg.iu.edu uwsg.iu.edu uwsg.indiana.edu"
).split()


def _century(groups: Groups, _: SplitURL) -> bool:
    groups["list"] = groups["list"] or "kernel"
    # The archive begins in 1995.
    groups["year"] = ("19" if groups["yy"] >= "95" else "20") + groups["yy"]
    return True


def _quarter(groups: Groups, _: SplitURL) -> bool:
    if groups["quarter"]:
        groups |= {"month": groups["quarter"][:3], "precision": "year"}
    return True


HYPERMAIL = Platform(
    name="hypermail",
    label="Hypermail",
    kind=Kind.MESSAGE,
    many_servers=True,
    mailing_list=True,
    hosts=(*_LKML_HOSTS, "lists.w3.org"),
    aliases=dict.fromkeys(_LKML_HOSTS, "lkml.iu.edu"),
    routes=(
        Route(
            "(?:/hypermail/linux/<list:[a-z0-9-]{1,40}>)?/<yy:[0-9]{2}><month:0[1-9]|1[0-2]>"
            r"<part:\.[0-9]>/<id:[0-9]{3,6}>\.html",
            "/hypermail/linux/{list}/{yy}{month}{part}/{id}.html",
            id="linux/{list}/{yy}{month}{part}/{id}",
            community="linux-{list}",
            fix=_century,
        ),
        Route(
            "/Archives/Public/<community:list>/<year:year>"
            "(?P<volume><month:mon>|<quarter:JanMar|AprJun|JulSep|OctDec>)"
            r"/<id:[0-9]{4,5}>(?:\.html)?",
            "/Archives/Public/{community}/{year}{volume}/{id}.html",
            id="{community}/{year}{volume}/{id}",
            fix=_quarter,
        ),
    ),
)

# -- lkml.org: the last number counts the messages of a day.

LKML = Platform(
    name="lkml",
    label="lkml.org",
    kind=Kind.MESSAGE,
    mailing_list=True,
    site="lkml.org",
    hosts=("lkml.org",),
    routes=(
        Route(
            "/lkml/(?:(?:headers|fancy)/)?<year:year>/<month:month>/<day:day>/<id:number>",
            "/lkml/{year}/{month}/{day}/{id}",
            id="{year}/{month}/{day}/{id}",
            community="linux-kernel",
        ),
    ),
)

# -- The Mail Archive: https://www.mail-archive.com/faq.html


def _message_id(groups: Groups, url: SplitURL) -> bool:
    """Set the Message-ID; it may contain slashes."""
    text = groups.get("query") or url.path.strip("/").replace("/", "%2F")
    groups |= {"site": "mid.mail-archive.com", "id": message_id(text) or ""}
    return bool(groups["id"])


MAIL_ARCHIVE = Platform(
    name="mail-archive",
    label="The Mail Archive",
    kind=Kind.MESSAGE,
    mailing_list=True,
    site="www.mail-archive.com",
    hosts=("mail-archive.com", "go.mail-archive.com", "mid.mail-archive.com"),
    routes=(
        Route(
            rf"/<list:{_WORD}@{_WORD}>/<id:msg[0-9]{{2,9}}>\.html",
            "/{lower}/{id}.html",
            id="{lower}/{id}",
            lower="list",
            community="{lower}",
        ),
        Route(r"//mid\.mail-archive\.com/.*", "/{id}", id="mid/{id}", fix=_message_id),
        Route(
            "/search",
            "/{id}",
            id="mid/{id}",
            query=("l=mid", "q=<query:[^&]{3,600}>"),
            fix=_message_id,
        ),
    ),
)

# -- Groups.io: https://groups.io/helpcenter; organisations may have their own host.


def _group(groups: Groups, url: SplitURL) -> bool:
    group, host = groups["group"], url.host.removeprefix("www.")
    groups["community"] = group if host == "groups.io" else f"{group}@{host}"
    groups |= {"host": host, "site": host}
    return True


GROUPS_IO = Platform(
    name="groups-io",
    label="Groups.io",
    hosts=tuple(
        "groups.io .groups.io lists.automotivelinux.org lists.fd.io lists.hyperledger.org"
        " lists.iovisor.org lists.lfaidata.foundation lists.onap.org lists.openembedded.org"
        " lists.riscv.org lists.yoctoproject.org lists.zephyrproject.org".split()
    ),
    routes=(
        Route(
            "/g/<group:list>/message/<id:number>",
            "/g/{group}/message/{id}",
            id="{lower}/message/{id}",
            lower="group",
            number="#{id}",
            kind=Kind.MESSAGE,
            fix=_group,
        ),
        Route(
            "/g/<group:list>/topic(?:/(?![0-9]+/)<slug:slug>)?/<id:number>",
            "/g/{group}/topic/{id}",
            id="{lower}/topic/{id}",
            lower="group",
            anchor="[0-9]{1,10}",
            post_url="#{post}",
            kind=Kind.TOPIC,
            fix=_group,
        ),
    ),
)

PLATFORMS = (GROUPS_IO, HYPERKITTY, HYPERMAIL, LKML, MAIL_ARCHIVE, PIPERMAIL, PUBLIC_INBOX)
