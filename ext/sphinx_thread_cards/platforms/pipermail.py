"""Pipermail, the archive of Mailman 2, on any server.

URL forms: https://bazaar.launchpad.net/~mailman-coders/mailman/2.1/view/head:/Mailman/Archiver/HyperArch.py
Some servers show it below ``/archives/`` (lists.freedesktop.org). A list keeps volumes of a year, quarter, month,
week or day; the volume is all that the path tells of the date.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sphinx_thread_cards.urls import Kind, Precision, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform
from sphinx_thread_cards.platforms._parts import MONTHS, first_moment

_FOLDER = r"((?:/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}){0,3}?/(?:pipermail|archives))/"
_ADDRESS = re.compile(
    _FOLDER + r"([A-Za-z0-9_+-]{1,64}(?:\.[A-Za-z0-9_+-]{1,64}){0,9})"
    r"/((?:19|20)[0-9]{2}(?:-[A-Z][a-z]{2,8}|q[1-4]|[0-9]{4})?|Week-of-Mon-(?:19|20)[0-9]{6})"
    r"/(?:([0-9]{1,9})|(?:thread|date|subject|author))\.html"
)
# "/archives/" is also what blogs have: only a volume named by its month, and a number as Pipermail pads it.
_GUESS = re.compile(
    rf"{_FOLDER.replace('|archives', '')}|/archives/[A-Za-z0-9_.+-]{{1,64}}/(?:19|20)[0-9]{{2}}-(?:{'|'.join(MONTHS)})/"
    r"(?:[0-9]{6}|thread|date|subject|author)\.html#"
)
_ANCHOR = re.compile(r"[0-9]{1,9}")


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a mail, or of a mail's place on a page that lists its volume."""
    match = _ADDRESS.fullmatch(address.path)
    if match is None:
        return None
    folder, mailing_list, volume, number = match.groups()
    if number is None and not _ANCHOR.fullmatch(address.fragment):
        return None
    when = volume_time(volume)
    if when is None:
        return None
    posted, precision = when
    # File names are padded to six digits, anchors are not.
    file = number or address.fragment.zfill(6)
    page = f"{file}.html" if number else f"thread.html#{address.fragment}"
    return ThreadRef(
        platform="pipermail",
        id=f"{mailing_list}/{volume}/{file}",
        url=f"https://{address.site}{folder}/{mailing_list}/{volume}/{page}",
        given_url=address.url,
        host=address.host,
        community=mailing_list,
        posted=posted,
        precision=precision,
        kind=Kind.MESSAGE if number else Kind.THREAD,
    )


def volume_time(volume: str) -> tuple[datetime | None, Precision] | None:
    """When a volume begins, and how much of the date all its mails share.

    :returns: None for a name that is no volume; no time for a week that spans two years, or one yet to come.
    """
    if volume.startswith("Week"):
        return _week(volume.removeprefix("Week-of-Mon-"))
    year, rest = int(volume[:4]), volume[4:]
    if not rest:
        return first_moment(year), Precision.YEAR
    if rest.startswith("-"):
        month = MONTHS.get(rest[1:])
        return (first_moment(year, month), Precision.MONTH) if month else None
    if rest.startswith("q"):
        return first_moment(year, 3 * int(rest[1]) - 2), Precision.YEAR
    return first_moment(year, int(rest[:2]), int(rest[2:])), Precision.DAY


def _week(day: str) -> tuple[datetime | None, Precision]:
    monday = first_moment(int(day[:4]), int(day[4:6]), int(day[6:]))
    if monday is None:
        return None, Precision.DAY
    sunday = monday + timedelta(days=6)
    if sunday.year != monday.year:
        return None, Precision.DAY
    return monday, Precision.MONTH if sunday.month == monday.month else Precision.YEAR


PLATFORM = Platform(
    name="pipermail",
    label="Pipermail",
    parse=parse,
    many_servers=True,
    mailing_list=True,
    guess=_GUESS,
    marks=frozenset({"pipermail", "archives"}),
)
