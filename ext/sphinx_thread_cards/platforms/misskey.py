"""Misskey and its relatives (Sharkey, Firefish, Iceshrimp), on any host.

URL forms: https://misskey-hub.net/en/docs/ and the site's own permalinks.
Ids: https://github.com/misskey-dev/misskey/tree/develop/packages/backend/src/misc/id
An administrator may choose other kinds of ids than the usual aid and aidx; those give no date here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, time_from_ms

# aid, aidx, the 24 hexadecimal digits of meid and objectid, ULID.
_NOTE = re.compile(
    r"/(?:embed/)?notes/([0-9a-z]{10}|[0-9a-z]{16}|[0-9a-f]{24}|g[0-9a-f]{23}|[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25})/?"
)
_DATED = re.compile(r"[0-9a-z]{10}(?:[0-9a-z]{6})?")
# On an unknown host: aid and aidx of 2018 to 2030, with both letters and digits, so that no word of ten letters passes.
_GUESS = re.compile(r"/(?:embed/)?notes/(?=[0-9]{0,15}[a-z])(?=[a-z]{0,15}[0-9])[7-9a-c][0-9a-z]{9}(?:[0-9a-z]{6})?/?#")
_AID_EPOCH_MS = 946684800000
_FIRST_AIDS = datetime(2018, 1, 1, tzinfo=UTC)


def posted(id_: str) -> datetime | None:
    """The UTC time in an aid or aidx: its first eight characters in base 36, as ms since 2000; None for other ids."""
    if not _DATED.fullmatch(id_):
        return None
    return time_from_ms(int(id_[:8], 36) + _AID_EPOCH_MS, earliest=_FIRST_AIDS)


def parse(address: Address) -> ThreadRef | None:
    """Read a note's address."""
    match = _NOTE.fullmatch(address.path)
    if match is None:
        return None
    id_ = match[1]
    return ThreadRef(
        platform="misskey",
        id=id_,
        url=f"https://{address.site}/notes/{id_}",
        given_url=address.url,
        host=address.host,
        posted=posted(id_),
        kind=Kind.POST,
    )


PLATFORM = Platform(
    name="misskey",
    label="Misskey",
    parse=parse,
    many_servers=True,
    hosts=("misskey.art", "misskey.design", "misskey.io", "nijimiss.moe", "submarin.online", "sushi.ski"),
    guess=_GUESS,
    marks=frozenset({"notes"}),
)
