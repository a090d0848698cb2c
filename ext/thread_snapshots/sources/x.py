"""X: what it shows to programs (the given post and what it follows upon), Thread Reader App, and oEmbed.

oEmbed: https://developer.x.com/en/docs/x-for-websites/oembed-api
The endpoint of embedded posts, ``tweet-result``, is not documented; https://github.com/vercel/react-tweet uses it.
Thread Reader App's ``ping`` gives the first post of the thread that a post stands in.
"""

from __future__ import annotations

import math
import re
import string
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from thread_snapshots.errors import FetchError, Forbidden, NotFound
from thread_snapshots.pages.tree import parse_page
from thread_snapshots.shape import at, ident, text
from thread_snapshots.sources._threadreader import is_unrolled, read_unrolled
from thread_snapshots.sources._threadreader_post import SITE
from thread_snapshots.sources._x_common import ID, Told, address, chain_of, found_chain
from thread_snapshots.sources._x_files import read_json
from thread_snapshots.sources._x_oembed import read_oembed
from thread_snapshots.sources._x_pages import read_page
from thread_snapshots.sources._x_tweets import flat, read_tweet
from thread_snapshots.steps import MOST_ASKS, Asking, Found, Source, Steps, Wish, ask_json, ask_page

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_DIGITS = string.digits + string.ascii_lowercase
_UNROLLED = "from Thread Reader"
_UPWARD = "the posts up to the given one; X tells programs of no later ones"
_ONE = "the given post only; X tells programs of no later ones"
_EMBED = "the given post only; X shows programs no more"
_NO_REPLIES = "without the answers of others, which X shows programs none of"
# The last requests are left for Thread Reader App.
_MOST_POSTS = MOST_ASKS - 10
_GONE = re.compile(r"delet|no longer exist|do(?:es|esn.t|es not) exist|suspend|violat|not found", re.IGNORECASE)


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask Thread Reader App if its page was given, else X; of two threads the longer one is taken."""
    missed = False
    if ref.mirror == "threadreader":
        try:
            return (yield from _ask_unrolled(ref, wish, ref.id))
        except FetchError:
            missed = True  # the posts may still be there
    chain = yield from _ask_upward(ref)
    ends = bool(chain) and chain[-1].replies == 0
    if not ends:
        unrolled = yield from _ask_ping(ref, wish, missed=missed)
        if unrolled and len(unrolled.thread.posts) > len(chain):
            return unrolled
    if not chain:
        return (yield from _ask_oembed(ref))
    notes = [] if ends else [_UPWARD if len(chain) > 1 else _ONE]
    return _found(ref, wish, chain, endpoint(ref.id), notes)


def endpoint(id_: str) -> str:
    """The address that gives a post as it is embedded in pages."""
    return f"https://cdn.syndication.twimg.com/tweet-result?id={id_}&lang=en&token={token(id_)}"


def token(id_: str) -> str:
    """The id times pi over 10**15 in base 36, without the point and all zeros, as X's own script sends it.

    The script's last digits may be others; X answers whatever is sent, but not to nothing.
    """
    number, digits = round(Fraction(int(id_) / 1e15 * math.pi) * 36**8), ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits.replace("0", "") or "a"


def _found(ref: ThreadRef, wish: Wish, chain: list[Told], asked: str, notes: list[str]) -> Found:
    lacking = wish.replies and chain[0].replies != 0
    more = [*notes, _NO_REPLIES] if lacking else notes
    whole = not lacking and all(note == _UNROLLED for note in notes)
    return found_chain(ref, chain, asked, more, whole=whole)


def _ask_unrolled(ref: ThreadRef, wish: Wish, root: str) -> Steps:
    page = yield from ask_page(f"{SITE}/thread/{root}.html")
    told = read_unrolled(parse_page(page.text), ref, root)
    return _found(ref, wish, told, f"{SITE}/thread/{root}.html", [_UNROLLED])


def _ask_ping(ref: ThreadRef, wish: Wish, *, missed: bool) -> Asking[Found | None]:
    """The thread that Thread Reader App has the post in, if any.

    :param missed: whether its page of that very post was asked for already.
    """
    try:
        root = ident((yield from ask_json(f"{SITE}/api/v0/ping/{ref.id}.json")), "pong")
        if not ID.fullmatch(root) or (missed and root == ref.id):
            return None
        return (yield from _ask_unrolled(ref, wish, root))
    except FetchError:
        return None


def _ask_upward(ref: ThreadRef) -> Asking[list[Told]]:
    """The given post, and its author's posts above it, first one first; none if X does not answer.

    :raises Forbidden: if the post is not for everybody; ``NotFound`` if X says that it is gone.
    """
    data = yield from _ask_tweet(ref.id)
    _check(ref, data)
    told = read_tweet(data)
    root = ident(data, "self_thread", "id_str")
    chain = [told] if told else []
    while chain and chain[0].to_self and len(chain) < _MOST_POSTS:
        below = chain[0].post
        if below.id == root or not below.answers or below.answers in {item.post.id for item in chain}:
            break
        inside = read_tweet(at(data, "parent"))
        root = root or ident(data, "parent", "self_thread", "id_str")
        data = yield from _ask_tweet(below.answers)
        # What stands inside of the answer does not say what it answers itself.
        above = read_tweet(data) or (inside and replace(inside, to_self=True))
        if above is None or above.post.id != below.answers or above.post.author != below.author:
            break
        chain.insert(0, above)
    if chain and chain[0].post.id == root:
        chain[0] = replace(chain[0], to_self=False)
    return chain


def _ask_tweet(id_: str) -> Asking[dict[str, Any]]:
    """A post as JSON; empty if there is none, or it is another."""
    try:
        tweet = flat((yield from ask_json(endpoint(id_))))
    except FetchError:
        return {}
    versions = at(tweet, "edit_control", "edit_tweet_ids")
    known = ident(tweet, "id_str") in {"", id_} or (isinstance(versions, list) and id_ in versions)
    return {**tweet, "id_str": id_} if known else {}


def _check(ref: ThreadRef, data: dict[str, Any]) -> None:
    if data.get("__typename") != "TweetTombstone":
        return
    why = text(data, "tombstone", "text", "text")
    if _GONE.search(why):
        raise NotFound(ref.url, "the post is gone")
    raise Forbidden(ref.url, "X does not show the post to everybody")


def _ask_oembed(ref: ThreadRef) -> Steps:
    url = quote(address(ref.author or "", ref.id), safe="")
    asked = f"https://publish.x.com/oembed?url={url}&omit_script=1&dnt=true&lang=en"
    try:
        told = read_oembed((yield from ask_json(asked)), ref)
    except NotFound as error:
        raise NotFound(ref.url, "there is no such post, or no longer", status=error.status) from None
    except Forbidden as error:
        raise Forbidden(ref.url, "X does not show the post to everybody", status=error.status) from None
    return found_chain(ref, [told], asked, [_EMBED], whole=False)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read a page of Thread Reader App, X or Nitter, or JSON with posts, which may be many of which few are wanted."""
    if file.is_html:
        root = parse_page(file.html())
        if is_unrolled(root):
            return _found(ref, wish, read_unrolled(root, ref), "file", [_UNROLLED])
        return found_chain(ref, read_page(root, ref, wish), "file")
    data = file.json()
    told = read_json(data, ref.author or "")
    if not told and at(data, "author_url"):
        return found_chain(ref, [read_oembed(data, ref)], "file", [_EMBED], whole=False)
    return found_chain(ref, chain_of(told, ref.id, wish), "file")


SOURCE = Source(name="x", steps=steps, saved=saved)
