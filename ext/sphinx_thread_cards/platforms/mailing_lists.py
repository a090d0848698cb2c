"""Archives of mailing lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sphinx_thread_cards.platforms.known import HOSTS
from sphinx_thread_cards.urls import Kind, Platform, message_id

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, SplitURL

_LORE = "lore.kernel.org"
_SHORT = {"lkml.kernel.org", "msgid.link", "patch.msgid.link"}


def _public_inbox(groups: Groups, url: SplitURL) -> bool:
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


# https://public-inbox.org/meta/_/text/help/, and the "Link:" URLs of the kernel:
# https://docs.kernel.org/process/submitting-patches.html
PUBLIC_INBOX = Platform(
    name="public-inbox",
    label="public-inbox",
    kind=Kind.MESSAGE,
    many_servers=True,
    mailing_list=True,
    hosts=HOSTS["public-inbox"],
    fix=_public_inbox,
    types={"inbox": "(?:[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}/){0,3}", "id": "[^/]{3,600}"},
    routes=r"""
    /<inbox><id>(?:/raw)?                          /{inbox}{id}/
    /<inbox><id>/(?:[Tt]|t\.mbox\.gz|t\.atom)      /{inbox}{id}/  anchor=m[0-9a-f]{40} post_url=T/#{post} kind=thread
    """,
)

# Mailman 3: https://gitlab.com/mailman/hyperkitty/-/blob/master/hyperkitty/urls.py. A message has the
# SHA-1 of its Message-ID, a thread that of its first message.
HYPERKITTY = Platform(
    name="hyperkitty",
    label="HyperKitty",
    many_servers=True,
    mailing_list=True,
    defaults="id={lower}/{id} lower=community",
    types={"id": "[A-Z2-7]{32}", "community": "<:email>"},
    routes="""
    <folder>/list/<community>/thread/<id>(?:/latest)?  {folder}/list/{community}/thread/{id}/   anchor=<:id> post_url=#{post}
    <folder>/list/<community>/message/<id>             {folder}/list/{community}/message/{id}/  kind=message
    """,
    markers=["list"],
    evidence="/list/[^/@]+@[^/@]+/(?:thread|message)/<:id>",
)


def _pipermail(groups: Groups, _: SplitURL) -> bool:
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


# Mailman 2; some servers have it below "/archives/", as blogs do. A list has volumes of a year,
# quarter, month, week or day; they are the only date in the path.
PIPERMAIL = Platform(
    name="pipermail",
    label="Pipermail",
    kind=Kind.MESSAGE,
    many_servers=True,
    mailing_list=True,
    fix=_pipermail,
    defaults="id={community}/{volume}/{id}",
    types={
        "base": "(?:/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}){0,3}?/(?:pipermail|archives)",
        "community": "<:list>",
        "volume": "<year>(?:-<month:monthname>|q<quarter:[1-4]>|<mm:[0-9]{2}><dd:[0-9]{2}>)?"
        "|Week-of-Mon-<week:(?:19|20)[0-9]{6}>",
        "index": "(?:thread|date|subject|author)",
    },
    routes=r"""
    <base>/<community>/<volume>/<id:[0-9]{1,9}>\.html             {base}/{community}/{volume}/{id}.html
    <base>/<community>/<volume>/<:index>\.html#<index:[0-9]{1,9}>  {base}/{community}/{volume}/thread.html#{index}  kind=thread
    """,
    markers=["pipermail", "archives"],
    evidence=r"/pipermail/|//[^/]+/archives/[^/]+/<:year>-<:monthname>/(?:[0-9]{6}|<:index>)\.html#",
)

_LKML_HOSTS = (
    "lkml.iu.edu lkml.indiana.edu lkml.rescloud.iu.edu ussg.iu.edu uwsg.iu.edu uwsg.indiana.edu"
).split()


def _hypermail(groups: Groups, _: SplitURL) -> bool:
    if "yy" in groups:  # the archive begins in 1995
        groups["year"] = ("19" if groups["yy"] >= "95" else "20") + groups["yy"]
        groups["list"] = groups["list"] or "kernel"
    elif groups["quarter"]:
        groups |= {"month": groups["quarter"][:3], "precision": "year"}
    return True


# With the month in the path: https://lkml.iu.edu/ ("YYMM.N": N counts the parts of a month) and
# https://lists.w3.org/ (months or quarters).
HYPERMAIL = Platform(
    name="hypermail",
    label="Hypermail",
    kind=Kind.MESSAGE,
    many_servers=True,
    mailing_list=True,
    hosts=[*_LKML_HOSTS, "lists.w3.org"],
    aliases=dict.fromkeys(_LKML_HOSTS, "lkml.iu.edu"),
    fix=_hypermail,
    types={
        "linux": "(?:/hypermail/linux/<list:[a-z0-9-]{1,40}>)?",
        "part": r"<yy:[0-9]{2}><month:0[1-9]|1[0-2]>\.[0-9]",
        "volume": "<month:mon>|<quarter:JanMar|AprJun|JulSep|OctDec>",
    },
    routes=r"""
    <:linux>/<part>/<id:[0-9]{3,6}>\.html  /hypermail/linux/{list}/{part}/{id}.html  id=linux/{list}/{part}/{id} community=linux-{list}
    /Archives/Public/<community:list>/<year><volume>/<id:[0-9]{4,5}>(?:\.html)?  /Archives/Public/{community}/{year}{volume}/{id}.html  id={community}/{year}{volume}/{id}
    """,
)

# The last number counts the messages of a day.
LKML = Platform(
    name="lkml",
    label="lkml.org",
    kind=Kind.MESSAGE,
    mailing_list=True,
    site="lkml.org",
    hosts=["lkml.org"],
    routes="""
    /lkml/(?:(?:headers|fancy)/)?<year>/<month>/<day>/<id:number>  /lkml/{year}/{month}/{day}/{id}  id={year}/{month}/{day}/{id} community=linux-kernel
    """,
)


def _mail_archive(groups: Groups, url: SplitURL) -> bool:
    """Set the Message-ID; it may contain slashes."""
    if "list" not in groups:
        text = groups.get("mid") or url.path.strip("/").replace("/", "%2F")
        groups |= {"site": "mid.mail-archive.com", "id": message_id(text) or ""}
    return bool(groups["id"])


# https://www.mail-archive.com/faq.html
MAIL_ARCHIVE = Platform(
    name="mail-archive",
    label="The Mail Archive",
    kind=Kind.MESSAGE,
    mailing_list=True,
    site="www.mail-archive.com",
    hosts=["mail-archive.com", "go.mail-archive.com", "mid.mail-archive.com"],
    fix=_mail_archive,
    routes=r"""
    /<list:email>/<id:msg[0-9]{2,9}>\.html  /{lower}/{id}.html  id={lower}/{id} lower=list community={lower}
    //mid\.mail-archive\.com/.*             /{id}               id=mid/{id}
    /search                                 /{id}               id=mid/{id} ?l=mid ?q=<mid:[^&]{3,600}>
    """,
)


def _groups_io(groups: Groups, url: SplitURL) -> bool:
    group, host = groups["group"], url.host.removeprefix("www.")
    groups["community"] = group if host == "groups.io" else f"{group}@{host}"
    groups |= {"host": host, "site": host}
    return not host.startswith("www.")


# https://groups.io/helpcenter; organisations may have their own host.
GROUPS_IO = Platform(
    name="groups-io",
    label="Groups.io",
    hosts=HOSTS["groups-io"],
    fix=_groups_io,
    defaults="lower=group",
    types={"group": "<:list>"},
    routes="""
    /g/<group>/message/<id:number>                         /g/{group}/message/{id}  id={lower}/message/{id} number=#{id} kind=message
    /g/<group>/topic(?:/(?![0-9]+/)<slug>)?/<id:number>    /g/{group}/topic/{id}    id={lower}/topic/{id} anchor=[0-9]{1,10} post_url=#{post} kind=topic
    """,
)

PLATFORMS = (GROUPS_IO, HYPERKITTY, HYPERMAIL, LKML, MAIL_ARCHIVE, PIPERMAIL, PUBLIC_INBOX)
