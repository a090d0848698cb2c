"""public-inbox archives: lore.kernel.org and others that name a mail by its Message-ID.

URL forms: https://public-inbox.org/meta/_/text/help/ (the archives' own help page) and
https://docs.kernel.org/process/submitting-patches.html (the ``Link:`` addresses).
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform
from sphinx_thread_cards.platforms._parts import message_id

_LORE = "lore.kernel.org"
# Redirects to lore.kernel.org/all/.
_SHORT = frozenset({"lkml.kernel.org", "msgid.link", "patch.msgid.link"})
_YHBT = "yhbt.net"
_MAIL = re.compile(r"/((?:[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}/){0,3})([^/]{3,600})(?:/(T|t|raw|t\.mbox\.gz|t\.atom))?/?")
_IN_THREAD = re.compile(r"m[0-9a-f]{40}")


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a mail or of the thread around it, with the mail meant inside a thread page."""
    match = _MAIL.fullmatch(address.path)
    if match is None:
        return None
    folder, segment, view = match.groups()
    mail = message_id(segment)
    if mail is None:
        return None
    host, folder, mirror = _archive(address.host, folder)
    if not folder:
        return None
    inbox = folder[:-1].rpartition("/")[2]
    in_thread = _IN_THREAD.fullmatch(address.fragment) if view in {"T", "t"} else None
    return ThreadRef(
        platform="public-inbox",
        id=mail,
        url=f"https://{host}/{folder}{mail}/" + (f"T/#{in_thread[0]}" if in_thread else ""),
        given_url=address.url,
        host=host,
        community=None if inbox == "all" else inbox,
        post=in_thread[0] if in_thread else None,
        mirror=mirror,
        kind=Kind.MESSAGE if view in {None, "raw"} else Kind.THREAD,
    )


def _archive(host: str, folder: str) -> tuple[str, str, str | None]:
    """Host, folder with the inbox, and mirror: what leads to lore is lore."""
    if host in _SHORT or (host == _LORE and folder in {"", "r/"}):
        return _LORE, "all/", None
    if host == _YHBT and folder.startswith("lore/"):
        return _LORE, folder.removeprefix("lore/") or "all/", "yhbt"
    return host, folder, None


PLATFORM = Platform(
    name="public-inbox",
    label="public-inbox",
    parse=parse,
    many_servers=True,
    mailing_list=True,
    hosts=(
        _LORE,
        *sorted(_SHORT),
        _YHBT,
        "archives.passt.top",
        "inbox.dpdk.org",
        "inbox.sourceware.org",
        "inbox.vuxu.org",
        "list.orgmode.org",
        "lore-kernel.gnuweeb.org",
        "lore.barebox.org",
        "lore.proxmox.com",
        "public-inbox.gentoo.org",
        "public-inbox.org",
        "yhetil.org",
    ),
)
