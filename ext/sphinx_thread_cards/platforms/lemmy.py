"""Lemmy, PieFed and Mbin.

URL forms: https://join-lemmy.org/docs/contributors/04-api.html, https://codeberg.org/rimu/pyfedi and
https://github.com/MbinOrg/mbin. A post has another number on each server; its common name only a server can tell.
"""

from __future__ import annotations

import re
import string

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, words

_NAME = r"[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9.-]{3,253})?"
_SORT = "(?:hot|top|active|newest|oldest)"
_POST = re.compile(r"/post/([0-9]{1,12})(?:/(comment/)?([0-9]{1,12}))?/?")
_COMMENT = re.compile(r"/comment/([0-9]{1,12})/?")
# PieFed's /c/name/p/1/slug, Mbin's threads /m/name/t/1/slug and microblog posts /m/name/p/1/slug.
_NAMED = re.compile(
    rf"/(?:c/({_NAME})/p|m/({_NAME})/([tp]))/([0-9]{{1,12}})"
    rf"(?:/([^/]{{0,300}}?)(?:/comment/([0-9]{{1,12}})|/{_SORT})?)?/?"
)
_ANCHOR = re.compile(r"(?:comment_|comment-|entry-comment-|post-comment-)[0-9]{1,12}")
_BEFORE_NUMBER = string.ascii_lowercase + "/#_-"
# On an unknown host `/post/12` may be any blog's and `/c/name/p/12` any shop's; only Mbin's threads can be told.
_GUESS = re.compile(rf"/m/{_NAME}/t/[0-9]{{1,12}}(?:/[^/#]{{0,300}}(?:/comment/[0-9]{{1,12}}|/{_SORT})?)?/?#")
_HOSTS = """
    ani.social aussie.zone beehaw.org discuss.online discuss.tchncs.de feddit.cl feddit.de feddit.dk feddit.it
    feddit.nl feddit.nu feddit.org feddit.uk fedia.io hexbear.net hilariouschaos.com infosec.pub jlai.lu kbin.earth
    kbin.run kbin.social lemdro.id leminal.space lemm.ee lemmings.world lemmy.blahaj.zone lemmy.ca lemmy.cafe
    lemmy.dbzer0.com lemmy.eco.br lemmy.fmhy.ml lemmy.kde.social lemmy.ml lemmy.nz lemmy.one lemmy.sdf.org lemmy.today
    lemmy.world lemmy.wtf lemmy.zip lemmygrad.ml lemmynsfw.com mander.xyz mbin.grits.dev midwest.social monyet.cc
    pawb.social piefed.blahaj.zone piefed.ca piefed.social piefed.world piefed.zip programming.dev reddthat.com
    sh.itjust.works slrpnk.net sopuli.xyz startrek.website suppo.fi szmer.info thebrainbin.org thelemmy.club
    ttrpg.network yiffit.net
"""


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a post, with the comment meant, or of a comment alone."""
    match = _POST.fullmatch(address.path)
    if match:
        id_, word, comment = match.groups()
        return _ref(address, id_, f"/post/{id_}", f"/{word or ''}{comment}" if comment else _anchor(address))
    match = _COMMENT.fullmatch(address.path)
    if match:
        return _ref(address, f"comment/{match[1]}", f"/comment/{match[1]}", "")
    match = _NAMED.fullmatch(address.path)
    return _parse_named(address, match) if match else None


def _parse_named(address: Address, match: re.Match[str]) -> ThreadRef:
    """An address that names its community; microblog posts of Mbin are counted apart from its threads."""
    piefed, mbin, letter, number, slug, comment = match.groups()
    if piefed:
        id_, path, tail = number, f"/post/{number}", f"/comment/{comment}"
    else:
        id_ = number if letter == "t" else f"p/{number}"
        path, tail = f"/m/{mbin}/{letter}/{number}", f"/-/comment/{comment}"
    named = piefed or mbin, words(slug) if slug else None
    return _ref(address, id_, path, tail if comment else _anchor(address), named)


def _anchor(address: Address) -> str:
    return f"#{address.fragment}" if _ANCHOR.fullmatch(address.fragment) else ""


def _ref(
    address: Address, id_: str, path: str, tail: str, named: tuple[str | None, str | None] = (None, None)
) -> ThreadRef:
    """The thread; ``tail`` leads from its address to the comment meant and ends with that one's number.

    ``named`` is the community and the title, where the path says them.
    """
    return ThreadRef(
        platform="lemmy",
        id=id_,
        url=f"https://{address.site}{path}{tail}",
        given_url=address.url,
        host=address.host,
        community=named[0],
        title=named[1],
        post=tail.lstrip(_BEFORE_NUMBER) or None,
        kind=Kind.POST,
    )


PLATFORM = Platform(
    name="lemmy",
    label="Lemmy",
    parse=parse,
    many_servers=True,
    hosts=tuple(_HOSTS.split()),
    guess=_GUESS,
    marks=frozenset({"m"}),
)
