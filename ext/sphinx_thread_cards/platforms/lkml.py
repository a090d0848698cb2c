"""lkml.org, an archive of the Linux kernel's mailing list with the day in the path.

URL forms: https://lkml.org/ (``/lkml/{year}/{month}/{day}/{number of the mail on that day}``)
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform
from sphinx_thread_cards.platforms._parts import first_moment

_MAIL = re.compile(
    r"/lkml/(?:(?:headers|fancy)/)?((?:19|20)[0-9]{2})/(0?[1-9]|1[0-2])/(0?[1-9]|[12][0-9]|3[01])/([0-9]{1,5})/?"
)


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a mail."""
    match = _MAIL.fullmatch(address.path)
    if match is None:
        return None
    year, month, day, number = map(int, match.groups())
    id_ = f"{year}/{month}/{day}/{number}"
    return ThreadRef(
        platform="lkml",
        id=id_,
        url=f"https://lkml.org/lkml/{id_}",
        given_url=address.url,
        host="lkml.org",
        community="linux-kernel",
        posted=first_moment(year, month, day),
        kind=Kind.MESSAGE,
    )


PLATFORM = Platform(name="lkml", label="lkml.org", parse=parse, mailing_list=True, hosts=("lkml.org",))
