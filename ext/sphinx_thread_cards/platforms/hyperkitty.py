"""HyperKitty, the archive of Mailman 3, on any server.

URL forms: https://gitlab.com/mailman/hyperkitty/-/blob/master/hyperkitty/urls.py
A mail is named by the base32 SHA-1 of its Message-ID, a thread by its first mail:
https://docs.mailman3.org/projects/mailman/en/latest/src/mailman/archiving/docs/common.html
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform

_WORD = r"[A-Za-z0-9_+-]{1,64}(?:\.[A-Za-z0-9_+-]{1,64}){0,9}"
_FOLDER = r"((?:/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}){0,3}?)/list/"
_ADDRESS = re.compile(rf"{_FOLDER}({_WORD})@({_WORD})/(thread|message)/([A-Z2-7]{{32}})(?:/latest)?/?")
_HASH = re.compile(r"[A-Z2-7]{32}")


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a thread, with the mail meant, or of one mail."""
    match = _ADDRESS.fullmatch(address.path)
    if match is None:
        return None
    folder, name, domain, form, id_ = match.groups()
    mailing_list = f"{name}@{domain}"
    post = address.fragment if form == "thread" and _HASH.fullmatch(address.fragment) else None
    anchor = f"#{post}" if post else ""
    return ThreadRef(
        platform="hyperkitty",
        id=f"{mailing_list.lower()}/{id_}",
        url=f"https://{address.site}{folder}/list/{mailing_list}/{form}/{id_}/{anchor}",
        given_url=address.url,
        host=address.host,
        community=mailing_list,
        post=post,
        kind=Kind.THREAD if form == "thread" else Kind.MESSAGE,
    )


PLATFORM = Platform(
    name="hyperkitty",
    label="HyperKitty",
    parse=parse,
    many_servers=True,
    mailing_list=True,
    guess=re.compile(_FOLDER + "[^/@]{1,640}@"),
    marks=frozenset({"list"}),
)
