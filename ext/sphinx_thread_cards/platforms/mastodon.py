"""Mastodon and GoToSocial, on any host.

URL forms: https://docs.joinmastodon.org/entities/Status/ (``url``, ``uri``) and GoToSocial's own permalinks.
Mastodon's ids: https://github.com/mastodon/mastodon/blob/main/lib/mastodon/snowflake.rb
GoToSocial's ids are ULIDs: https://github.com/ulid/spec
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, time_from_ms

_USER = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?"
_DOMAIN = r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,8}"
_ULID = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"
_SNOWFLAKE = "(?:9[3-9][0-9]{15}|1[0-9]{17})"
_POST = re.compile(
    rf"/(?:(?:web/|deck/)?@({_USER})(?:@({_DOMAIN}))?/(?:posts/)?|users/({_USER})/statuses/|(web|deck)/statuses/"
    r"|(ap/users/[0-9]{1,20})/statuses/)([0-9]{1,19})"
    r"(?:/(?:embed|activity|reblogs|favourites|quotes))?/?"
)
_ULID_POST = re.compile(rf"/(?:@|users/)({_USER})/statuses/({_ULID})/?")
# On an unknown host: ids of today's length, behind what no blog has. A short number is somebody's article.
_GUESS = re.compile(
    rf"/(?:(?:web/|deck/)?@{_USER}(?:@{_DOMAIN})?/{_SNOWFLAKE}(?:/(?:embed|reblogs|favourites|quotes))?/?#"
    rf"|(?:web|deck)/statuses/{_SNOWFLAKE}/?#"
    rf"|users/{_USER}/statuses/[0-9]{{1,19}}(?:/activity)?/?#|ap/users/[0-9]{{15,20}}/statuses/[0-9]{{15,19}}/?#"
    rf"|(?:@|users/){_USER}/statuses/0[1-7][0-9A-HJKMNP-TV-Z]{{24}}/?#)"
)
_ULID_LENGTH = 26
_OF_TODAY = re.compile(_SNOWFLAKE)
# The digits of a ULID, and those that Python reads in base 32.
_IN_BASE_32 = str.maketrans("0123456789ABCDEFGHJKMNPQRSTVWXYZ", "0123456789abcdefghijklmnopqrstuv")
# Mastodon 2.0 made ids of the time; before, and in other software, they are counters that decode to 1970.
_FIRST_SNOWFLAKES = datetime(2017, 9, 1, tzinfo=UTC)
_HOSTS = """
    aus.social c.im chaos.social digipres.club fedibird.com floss.social fosstodon.org front-end.social genomic.social
    hachyderm.io hessen.social home.social indieweb.social infosec.exchange ioc.exchange kolektiva.social mamot.fr
    mas.to masto.ai masto.es mastodon.art mastodon.cloud mastodon.gamedev.place mastodon.green mastodon.ie mastodon.nl
    mastodon.online mastodon.sdf.org mastodon.social mastodon.uno mastodon.world mastodon.xyz mastodonapp.uk
    mathstodon.xyz mindly.social mstdn.ca mstdn.jp mstdn.social newsie.social norden.social nrw.social octodon.social
    pawoo.net phpc.social piaille.fr ruby.social ruhr.social scholar.social sciences.social sfba.social sigmoid.social
    social.coop social.linux.pizza social.network.europa.eu social.tchncs.de social.vivaldi.net tech.lgbt
    techhub.social toot.cafe toot.community toot.io troet.cafe truthsocial.com twit.social typo.social universeodon.com
    vis.social wandering.shop
"""


def posted(id_: str) -> datetime | None:
    """The UTC time in a local post's id: ``id >> 16`` ms, or the first ten characters of a ULID; None for counters."""
    ms = int(id_[:10].translate(_IN_BASE_32), 32) if len(id_) == _ULID_LENGTH else int(id_) >> 16
    return time_from_ms(ms, earliest=_FIRST_SNOWFLAKES)


def parse(address: Address) -> ThreadRef | None:
    """Read a post's address on Mastodon or GoToSocial."""
    match = _POST.fullmatch(address.path)
    if match is None:
        return _parse_ulid(address)
    user, remote, owner, _view, actor, id_ = match.groups()
    id_ = id_.lstrip("0") or "0"
    user = user or owner
    if remote and remote.lower().removeprefix("www.") == address.host:
        remote = None
    if owner and not _OF_TODAY.fullmatch(id_):
        place = f"users/{owner}/statuses"  # behind /@name/, on an unknown host, a short number would say nothing
    elif user:
        place = f"@{user}@{remote}" if remote else f"@{user}"
    else:
        place = f"{actor}/statuses" if actor else "web/statuses"
    # A copy of a remote post bears the time when it came in, and /web/statuses/ does not tell copies from posts.
    local = not remote and (user or actor)
    return _ref(address, id_, place, f"{user}@{remote or address.host}" if user else None, dated=bool(local))


def _parse_ulid(address: Address) -> ThreadRef | None:
    match = _ULID_POST.fullmatch(address.path)
    if match is None:
        return None
    user, id_ = match.groups()
    return _ref(address, id_, f"@{user}/statuses", f"{user}@{address.host}", dated=True)


def _ref(address: Address, id_: str, place: str, author: str | None, *, dated: bool) -> ThreadRef:
    return ThreadRef(
        platform="mastodon",
        id=id_,
        url=f"https://{address.site}/{place}/{id_}",
        given_url=address.url,
        host=address.host,
        author=author,
        posted=posted(id_) if dated else None,
        kind=Kind.POST,
    )


def nameless(ref: ThreadRef) -> str:
    """Mastodon's address without a handle; the front page of a GoToSocial, which has none such."""
    server = ref.url.split("/")[2]
    return f"https://{server}/" + ("" if len(ref.id) == _ULID_LENGTH else f"web/statuses/{ref.id}")


PLATFORM = Platform(
    name="mastodon",
    label="Mastodon",
    parse=parse,
    many_servers=True,
    hosts=tuple(_HOSTS.split()),
    guess=_GUESS,
    marks=frozenset({"@", "statuses"}),
    nameless=nameless,
)
