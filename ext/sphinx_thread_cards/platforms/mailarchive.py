"""The Mail Archive, mail-archive.com.

URL forms: https://www.mail-archive.com/faq.html (lists by their address, mails by number or by Message-ID)
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform
from sphinx_thread_cards.platforms._parts import message_id

_HOST = "mail-archive.com"
_BY_ID = "mid.mail-archive.com"
_WORD = r"[A-Za-z0-9_+-]{1,64}(?:\.[A-Za-z0-9_+-]{1,64}){0,9}"
_MAIL = re.compile(rf"/({_WORD})@({_WORD})/msg([0-9]{{2,9}})\.html")
_SEARCH = re.compile(r"(?:[^&]{0,200}&){0,5}q=([^&]{3,600})(?:&.*)?")
_MEANS_ID = re.compile(r"(?:.*&)?l=mid(?:&.*)?")


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a mail, by its number on a list or by its Message-ID."""
    match = _MAIL.fullmatch(address.path)
    if match is None:
        return _parse_by_id(address)
    name, domain, number = match.groups()
    mailing_list = f"{name}@{domain}".lower()
    return ThreadRef(
        platform="mail-archive",
        id=f"{mailing_list}/msg{number}",
        url=f"https://www.{_HOST}/{mailing_list}/msg{number}.html",
        given_url=address.url,
        host=_HOST,
        community=mailing_list,
        kind=Kind.MESSAGE,
    )


def _parse_by_id(address: Address) -> ThreadRef | None:
    """The archive alone knows the list and number of a Message-ID, so the mail stands for itself."""
    if address.host == _BY_ID:
        mail = message_id(address.path.strip("/").replace("/", "%2F"))
    elif address.path == "/search" and _MEANS_ID.fullmatch(address.query):
        match = _SEARCH.fullmatch(address.query)
        mail = message_id(match[1]) if match else None
    else:
        return None
    if mail is None:
        return None
    return ThreadRef(
        platform="mail-archive",
        id=f"mid/{mail}",
        url=f"https://{_BY_ID}/{mail}",
        given_url=address.url,
        host=_HOST,
        kind=Kind.MESSAGE,
    )


PLATFORM = Platform(
    name="mail-archive",
    label="The Mail Archive",
    parse=parse,
    mailing_list=True,
    hosts=(_HOST, "go.mail-archive.com", _BY_ID),
)
