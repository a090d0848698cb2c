"""Hypermail archives with the month in the path: the Linux kernel's at Indiana University, and the W3C's.

URL forms: https://lkml.iu.edu/ (``/hypermail/linux/kernel/YYMM.N/``, N counts the parts of a month;
lkml.rescloud.iu.edu leaves out what stands before) and
https://lists.w3.org/ (``/Archives/Public/{list}/{year}{month or quarter}/``).
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, Precision, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform
from sphinx_thread_cards.platforms._parts import MONTHS, first_moment

_LKML = "lkml.iu.edu"
_LKML_HOSTS = (_LKML, "lkml.indiana.edu", "lkml.rescloud.iu.edu", "ussg.iu.edu", "uwsg.iu.edu", "uwsg.indiana.edu")
_LINUX = re.compile(r"(?:/hypermail/linux/([a-z0-9-]{1,40}))?/([0-9]{2})(0[1-9]|1[0-2])(\.[0-9])/([0-9]{3,6})\.html")
_W3C = re.compile(
    r"/Archives/Public/([A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]{1,64}){0,9})"
    r"/((?:19|20)[0-9]{2})([A-Z][a-z]{2})((?:[A-Z][a-z]{2})?)/([0-9]{4,5})(?:\.html)?"
)
_SHORT_MONTHS = {name[:3]: number for name, number in MONTHS.items()}
_QUARTERS = {"JanMar", "AprJun", "JulSep", "OctDec"}
# The archive of the kernel's list begins in 1995.
_FIRST_YEAR = 95


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a mail; the path tells its month, or its quarter."""
    if match := _LINUX.fullmatch(address.path):
        return _linux(address, match)
    if match := _W3C.fullmatch(address.path):
        return _w3c(address, match)
    return None


def _linux(address: Address, match: re.Match[str]) -> ThreadRef:
    name, year, month, part, number = match.groups()
    name = name or "kernel"
    host = _LKML if address.host in _LKML_HOSTS else address.host
    id_ = f"linux/{name}/{year}{month}{part}/{number}"
    century = 1900 if int(year) >= _FIRST_YEAR else 2000
    return ThreadRef(
        platform="hypermail",
        id=id_,
        url=f"https://{host}/hypermail/{id_}.html",
        given_url=address.url,
        host=host,
        community=f"linux-{name}",
        posted=first_moment(century + int(year), int(month)),
        precision=Precision.MONTH,
        kind=Kind.MESSAGE,
    )


def _w3c(address: Address, match: re.Match[str]) -> ThreadRef | None:
    name, year, month, last, number = match.groups()
    if month not in _SHORT_MONTHS or (last and month + last not in _QUARTERS):
        return None
    id_ = f"{name}/{year}{month}{last}/{number}"
    return ThreadRef(
        platform="hypermail",
        id=id_,
        url=f"https://{address.host}/Archives/Public/{id_}.html",
        given_url=address.url,
        host=address.host,
        community=name,
        posted=first_moment(int(year), _SHORT_MONTHS[month]),
        precision=Precision.YEAR if last else Precision.MONTH,
        kind=Kind.MESSAGE,
    )


PLATFORM = Platform(
    name="hypermail",
    label="Hypermail",
    parse=parse,
    many_servers=True,
    mailing_list=True,
    hosts=(*_LKML_HOSTS, "lists.w3.org"),
)
