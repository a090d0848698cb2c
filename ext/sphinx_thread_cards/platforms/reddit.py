"""Reddit, with its front ends.

URL forms: https://www.reddit.com/dev/api (``permalink``) and the site's own short links.
Ids are counters in base 36 and hold no time. A share link (``/r/name/s/token``) does not hold the id.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, words

_OWN = ("reddit.com", "redd.it")
_MIRRORS = {
    # Instances come and go; `thread_cards_hosts` names further ones.
    "redlib": """
        eddrit.com l.opnxng.com libredd.it libreddit.kavin.rocks libreddit.privacydev.net libreddit.spike.codes
        lr.artemislena.eu lr.vern.cc r.nf red.artemislena.eu red.ngn.tf reddit.adminforge.de reddit.nerdvpn.de
        reddit.rtrace.io reddit.wdas.io redlib.catsarch.com redlib.nadeko.net redlib.orangenet.cc redlib.perennialte.ch
        redlib.privacyredirect.com redlib.privadency.com redlib.r4fo.com redlib.tux.pizza rl.bloat.cat safereddit.com
        teddit.net teddit.zaggy.nl
        """,
    "fxreddit": "fxreddit.com rxddit.com vxreddit.com",
    "reveddit": "reveddit.com",
    "unddit": "unddit.com",
}
_MIRROR_OF = {host: name for name, hosts in _MIRRORS.items() for host in hosts.split()}
_POST = re.compile(
    r"(?:/(?:[rvRV]/([A-Za-z0-9_]{1,24})|(?:user|u)/([A-Za-z0-9_-]{1,24})))?/comments/([0-9A-Za-z]{1,13})"
    r"(?:/([^/.]{1,400})(?:/([0-9A-Za-z]{1,13}))?)?(?:/|/?\.(?:json|rss|compact))?"
)
_BARE = re.compile(r"/(?:gallery|tb)/([0-9A-Za-z]{1,13})/?")
_SHORT = re.compile(r"/([0-9A-Za-z]{1,13})/?")
# What stands for the slug in a comment's address.
_NO_SLUG = {"_", "-", "comment"}


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a post, or of a comment under it."""
    community: str | None = None
    user: str | None = None
    slug: str | None = None
    comment: str | None = None
    match = _POST.fullmatch(address.path)
    if match:
        community, user, id_, slug, comment = match.groups()
    else:
        match = (_SHORT if address.host == "redd.it" else _BARE).fullmatch(address.path)
        if match is None:
            return None
        id_ = match[1]
    if community and community[:2].lower() == "u_":
        user = community[2:]
        community = None
    if slug and not comment and f"/comments/{id_}//{slug}" in address.url:
        slug, comment = None, slug  # a comment behind an empty slug
    if comment and slug in _NO_SLUG:
        slug = None
    id_ = id_.lower()
    comment = comment.lower() if comment else None
    path = f"/r/{community}" if community else f"/user/{user}" if user else ""
    tail = f"comment/{comment}/" if comment else ""
    return ThreadRef(
        platform="reddit",
        id=id_,
        url=f"https://www.reddit.com{path}/comments/{id_}/{tail}",
        given_url=address.url,
        host="reddit.com",
        author=user,
        community=f"r/{community}" if community else f"u/{user}" if user else None,
        title=words(slug) if slug else None,
        post=comment,
        mirror=_mirror(address.host),
        kind=Kind.POST,
    )


def _mirror(host: str) -> str | None:
    if host in _OWN or host.endswith(".reddit.com"):
        return None
    # A host that only the site's configuration knows is a front end of the Redlib family.
    return _MIRROR_OF.get(host, "redlib")


def nameless(ref: ThreadRef) -> str:
    """The post's address without the community, which may be its author's page."""
    return f"https://www.reddit.com/comments/{ref.id}/"


PLATFORM = Platform(
    name="reddit",
    label="Reddit",
    parse=parse,
    hosts=(*_OWN, ".reddit.com", *_MIRROR_OF),
    nameless=nameless,
)
