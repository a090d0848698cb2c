"""Reddit, with its front ends.

URL forms: https://www.reddit.com/dev/api (``permalink``), https://support.reddithelp.com and the site's own short links.
Ids are counters in base 36 and hold no time. A share link (``/r/name/s/token``) does not hold the id.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.model import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, words

_MIRRORS = {
    # Instances come and go; `thread_cards_hosts` names further ones.
    "redlib": """
        eddrit.com l.opnxng.com libredd.it libreddit.kavin.rocks libreddit.privacydev.net libreddit.spike.codes lr.artemislena.eu
        lr.vern.cc r.nf red.artemislena.eu red.ngn.tf reddit.adminforge.de reddit.nerdvpn.de reddit.rtrace.io reddit.wdas.io
        redlib.catsarch.com redlib.nadeko.net redlib.orangenet.cc redlib.perennialte.ch redlib.privacyredirect.com
        redlib.privadency.com redlib.r4fo.com redlib.tux.pizza rl.bloat.cat safereddit.com teddit.net teddit.zaggy.nl
        """,
    "fxreddit": "fxreddit.com rxddit.com vxreddit.com",
    "reveddit": "reveddit.com",
    "unddit": "unddit.com",
}
_MIRROR_OF = {host: name for name, hosts in _MIRRORS.items() for host in hosts.split()}
_POST = re.compile(
    r"(?:/(?:([rvRV])/([A-Za-z0-9_]{1,24})|(?:user|u)/([A-Za-z0-9_-]{1,24})))?/comments/([0-9A-Za-z]{1,13})"
    r"(?:/([^/.]{1,400})(?:/([0-9A-Za-z]{1,13}))?)?(?:/|/?\.(?:json|rss|compact))?"
)
_BARE = re.compile(r"/(?:gallery|tb)/([0-9A-Za-z]{1,13})/?")
_SHORT = re.compile(r"/([0-9A-Za-z]{1,13})/?")
# What stands for the slug in a comment's address.
_NO_SLUG = {"_", "-", "comment"}


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a post, or of a comment under it."""
    match = _POST.fullmatch(address.path)
    if match is None:
        return _parse_bare(address)
    _, community, user, id_, slug, comment = match.groups()
    if community and community.lower().startswith("u_"):
        user, community = community[2:], None
    if user:
        place, path = f"u/{user}", f"/user/{user}"
    elif community:
        place, path = f"r/{community}", f"/r/{community}"
    else:
        place, path = None, ""
    if comment:
        comment = comment.lower()
        slug = None if slug in _NO_SLUG else slug
    return _ref(address, id_.lower(), path, place, user, words(slug) if slug else None, comment)


def _parse_bare(address: Address) -> ThreadRef | None:
    match = (_SHORT if address.host == "redd.it" else _BARE).fullmatch(address.path)
    return _ref(address, match[1].lower(), "", None, None, None, None) if match else None


def _ref(
    address: Address,
    id_: str,
    path: str,
    community: str | None,
    author: str | None,
    title: str | None,
    comment: str | None,
) -> ThreadRef:
    own = address.host in {"reddit.com", "redd.it"} or address.host.endswith(".reddit.com")
    tail = f"comment/{comment}/" if comment else ""
    return ThreadRef(
        platform="reddit",
        id=id_,
        url=f"https://www.reddit.com{path}/comments/{id_}/{tail}",
        given_url=address.url,
        host="reddit.com",
        author=author,
        community=community,
        title=title,
        post=comment,
        # A host that only the site's configuration knows is a front end of the Redlib family.
        mirror=None if own else _MIRROR_OF.get(address.host, "redlib"),
        kind=Kind.POST,
    )


PLATFORM = Platform(
    name="reddit",
    label="Reddit",
    parse=parse,
    hosts=("reddit.com", ".reddit.com", "redd.it", *_MIRROR_OF),
)
