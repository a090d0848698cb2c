"""Microblogs and social networks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sphinx_thread_cards.urls import Kind, Platform, Route, slug_title, snowflake

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, SplitURL

# -- X: https://docs.x.com/x-for-websites, ids: https://docs.x.com/fundamentals/x-ids

_X_TIME = snowflake(22, "2010-11-05", epoch=1288834974657)
_STATUS = (
    r"/status(?:es)?/<id:long>(?:/(?:photo|video)/[0-9]{1,2})?"
    r"(?:/(?:quotes|retweets(?:/with_comments)?|likes|analytics|history|hidden|actions"
    r"|community_notes|embed|mediaViewer|[a-z]{2}))?"
)
X = Platform(
    name="x",
    label="X",
    site="x.com",
    hosts=("x.com", "twitter.com", "mobile.x.com", "mobile.twitter.com", "m.twitter.com"),
    mirrors={
        "nitter": "nitter.net lightbrd.com nitter.1d4.us nitter.42l.fr nitter.catsarch.com nitter.cz"
        " nitter.fdn.fr nitter.it nitter.kavin.rocks nitter.lacontrevoie.fr nitter.poast.org"
        " nitter.privacydev.net nitter.privacyredirect.com nitter.pussthecat.org"
        " nitter.snopyta.org nitter.space nitter.tiekoetter.com nitter.unixfox.eu twitt.re"
        " xcancel.com",
        "fxtwitter": "fxtwitter.com d.fxtwitter.com g.fxtwitter.com t.fxtwitter.com fixupx.com"
        " d.fixupx.com g.fixupx.com t.fixupx.com twittpr.com",
        "vxtwitter": "vxtwitter.com c.vxtwitter.com d.vxtwitter.com fixvx.com c.fixvx.com"
        " d.fixvx.com",
        "threadreader": "threadreaderapp.com",
    },
    anonymous=("/[^/]+/status/", "/i/status/"),
    routes=(
        Route(
            r"//threadreaderapp\.com/(?:thread|scrolly|convos)/<id:long>(?:\.html|\.pdf)?",
            "/i/status/{id}",
            read_url="https://threadreaderapp.com/thread/{id}.html",
            time=_X_TIME,
        ),
        Route(
            rf"//(?!threadreaderapp)[^/]+/(?!(?:[iI]|web)/)@?<author:[A-Za-z0-9_]{{1,20}}>{_STATUS}",
            "/{author}/status/{id}",
            time=_X_TIME,
        ),
        Route(
            rf"//(?!threadreaderapp)[^/]+/(?:[iI](?:/web)?|web){_STATUS}",
            "/i/status/{id}",
            time=_X_TIME,
        ),
        # The URLs of 2010 to 2012.
        Route(
            rf"/#!/<author:[A-Za-z0-9_]{{1,20}}>{_STATUS}/?", "/{author}/status/{id}", time=_X_TIME
        ),
    ),
)

# -- Mastodon: https://docs.joinmastodon.org/entities/Status/, GoToSocial's ids are ULIDs

_USER = "<user:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?>"
_DOMAIN = r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,8}"
_SNOWFLAKE = "(?:9[3-9][0-9]{15}|1[0-9]{17})"
_VIEWS = "(?:/(?:embed|activity|reblogs|favourites|quotes))?"
# Until 2.0, and in other software, ids are counters that decode to 1970.
_MASTODON_TIME = snowflake(16, "2017-09-01")
_ULID_TIME = snowflake(0, "2017-09-01", digits="0123456789ABCDEFGHJKMNPQRSTVWXYZ", head=10)


def _local_copy(groups: Groups, url: SplitURL) -> bool:
    """Reject ``@user@remote`` if the remote host is the host itself: another route reads that."""
    return groups["remote"].lower().removeprefix("www.") != url.host


MASTODON = Platform(
    name="mastodon",
    label="Mastodon",
    kind=Kind.POST,
    many_servers=True,
    # Short ids are recognised on known hosts only.
    hosts=tuple(
        """
    mastodon.social aus.social c.im chaos.social digipres.club fedibird.com floss.social fosstodon.org
    front-end.social genomic.social hachyderm.io hessen.social home.social indieweb.social
    infosec.exchange ioc.exchange kolektiva.social mamot.fr mas.to masto.ai masto.es mastodon.art
    mastodon.cloud mastodon.gamedev.place mastodon.green mastodon.ie mastodon.nl mastodon.online
    mastodon.sdf.org mastodon.uno mastodon.world mastodon.xyz mastodonapp.uk mathstodon.xyz
    mindly.social mstdn.ca mstdn.jp mstdn.social newsie.social norden.social nrw.social
    octodon.social pawoo.net phpc.social piaille.fr ruby.social ruhr.social scholar.social
    sciences.social sfba.social sigmoid.social social.coop social.linux.pizza
    social.network.europa.eu social.tchncs.de social.vivaldi.net tech.lgbt techhub.social toot.cafe
    toot.community toot.io troet.cafe truthsocial.com twit.social typo.social universeodon.com
    vis.social wandering.shop
    """.split()
    ),
    markers=("@", "statuses"),
    evidence=rf"/@[^/@]+(?:@[^/@]+)?/{_SNOWFLAKE}[/#]|/(?:web|deck)/statuses/{_SNOWFLAKE}[/#]"
    r"|//[^/]+/users/[^/]+/statuses/[0-9]|/ap/users/[0-9]{15,20}/statuses/[0-9]{15}"
    r"|/statuses/0[1-7][0-9A-Z]{24}",
    anonymous=("/@[^/]+/(?=[0-9])", "/web/statuses/"),
    routes=(
        # The id of a copy of a remote post is the time of its arrival.
        Route(
            rf"/(?:web/|deck/)?@{_USER}@<remote:{_DOMAIN}>/(?:posts/)?<id:long>{_VIEWS}",
            "/@{user}@{remote}/{id}",
            author="{user}@{remote}",
            fix=_local_copy,
        ),
        Route(
            rf"/(?:web/|deck/)?@{_USER}(?:@{_DOMAIN})?/(?:posts/)?<id:long>{_VIEWS}",
            "/@{user}/{id}",
            author="{user}@{host}",
            time=_MASTODON_TIME,
        ),
        Route(
            rf"/users/{_USER}/statuses/<id:{_SNOWFLAKE}>{_VIEWS}",
            "/@{user}/{id}",
            author="{user}@{host}",
            time=_MASTODON_TIME,
        ),
        Route(
            rf"/users/{_USER}/statuses/<id:long>{_VIEWS}",
            "/users/{user}/statuses/{id}",
            author="{user}@{host}",
            time=_MASTODON_TIME,
        ),
        Route(rf"/(?:web|deck)/statuses/<id:long>{_VIEWS}", "/web/statuses/{id}"),
        Route(
            rf"/ap/users/<actor:[0-9]{{1,20}}>/statuses/<id:long>{_VIEWS}",
            "/ap/users/{actor}/statuses/{id}",
            time=_MASTODON_TIME,
        ),
        Route(
            rf"/(?:@|users/){_USER}/statuses/<id:[0-7][0-9A-HJKMNP-TV-Z]{{25}}>",
            "/@{user}/statuses/{id}",
            author="{user}@{host}",
            time=_ULID_TIME,
        ),
    ),
)

# -- Misskey, Sharkey and Iceshrimp: aid and aidx are the usual ids; meid, objectid and ULID have no
# time here. https://github.com/misskey-dev/misskey/tree/develop/packages/backend/src/misc/id

MISSKEY = Platform(
    name="misskey",
    label="Misskey",
    kind=Kind.POST,
    many_servers=True,
    hosts=tuple(
        "misskey.io misskey.art misskey.design nijimiss.moe submarin.online sushi.ski".split()
    ),
    markers=("notes",),
    # Ids of 2018 to 2030 with letters and digits, so that no word passes.
    evidence=r"//[^/]+/(?:embed/)?notes/(?=[0-9]{0,15}[a-z])(?=[a-z]{0,15}[0-9])"
    r"[7-9a-c][0-9a-z]{9}(?:[0-9a-z]{6})?/?#",
    routes=(
        Route(
            r"/(?:embed/)?notes/<id:[0-9a-z]{10}|[0-9a-z]{16}|[0-9a-f]{24}|g[0-9a-f]{23}"
            r"|[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}>",
            "/notes/{id}",
            time=snowflake(
                0,
                "2018-01-01",
                epoch=946684800000,
                digits="0123456789abcdefghijklmnopqrstuvwxyz",
                lengths=(10, 16),
                head=8,
            ),
        ),
    ),
)

# -- Pleroma and Akkoma: ids are FlakeIds, https://hexdocs.pm/flake_id/FlakeId.html

FLAKE_TIME = snowflake(
    64,
    "2018-06-01",
    digits="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    lengths=(18,),
)
_FLAKE = "<id:[0-9A-Za-z]{18}|[0-9]{1,10}>"
_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
PLEROMA = Platform(
    name="pleroma",
    label="Pleroma",
    kind=Kind.POST,
    many_servers=True,
    hosts=("social.kernel.org", "blob.cat", "ihatebeinga.live", "poa.st"),
    markers=("@", "notice", "objects"),
    # The first characters of the ids of 2018 to 2030.
    evidence=r"//[^/]+/notice/[9AB][0-9A-Za-z]{17}/?#|/@[^/]+/posts/[9AB][0-9A-Za-z]{17}/?#"
    rf"|//[^/]+/objects/{_UUID}/?#",
    routes=(
        Route(rf"/notice/{_FLAKE}", "/notice/{id}", time=FLAKE_TIME),
        Route(
            rf"/(?:@|users/){_USER}/(?:posts|statuses)/{_FLAKE}",
            "/notice/{id}",
            author="{user}@{host}",
            time=FLAKE_TIME,
        ),
        Route(
            rf"/@{_USER}@<remote:{_DOMAIN}>/posts/{_FLAKE}",
            "/notice/{id}",
            author="{user}@{remote}",
        ),
        Route(f"/objects/<id:{_UUID}>", "/objects/{lower}", id="objects/{lower}", lower="id"),
    ),
)

# -- Bluesky: https://atproto.com/specs/at-uri-scheme; record keys: https://atproto.com/specs/tid

_ACCOUNT = (
    r"(?:<author:@?[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}>"
    r"|<did:did:[a-z]{1,10}:[A-Za-z0-9._:-]{1,250}>)"
)
_KEY = r"(?!\.{1,2}(?:/|\Z))<id:[A-Za-z0-9._:~-]{1,512}>"


def _account(groups: Groups, _: SplitURL) -> bool:
    groups["author"] = groups["author"].lower().removeprefix("@")
    groups["account"] = groups["author"] or groups["did"]
    return True


def _bluesky(path: str) -> Route:
    # The client makes the key; it stays when a record is rewritten. A saved date takes precedence.
    tid = snowflake(
        10, "2022-11-01", unit=1000, digits="234567abcdefghijklmnopqrstuvwxyz", lengths=(13,)
    )
    url = "/profile/{account}/post/{id}"
    return Route(path, url, id="{account}/{id}", fix=_account, time=tid)


BLUESKY = Platform(
    name="bluesky",
    label="Bluesky",
    kind=Kind.POST,
    site="bsky.app",
    hosts=("bsky.app", "main.bsky.dev", "staging.bsky.app", "embed.bsky.app", "at:"),
    # Fix-up services, and clients with the paths of bsky.app.
    mirrors={
        "": "bskx.app bskye.app bskyx.app bsyy.app cbsky.app fxbsky.app vxbsky.app"
        " blacksky.community catsky.social deer.social witchsky.app zeppelin.social"
    },
    anonymous=("/profile/.*", "/"),
    routes=(
        _bluesky(
            rf"/profile/{_ACCOUNT}/post/{_KEY}(?:/(?:liked-by|reposted-by|quotes|[a-z]{{2}}))?"
        ),
        _bluesky(rf"/(?:embed/)?{_ACCOUNT}/app\.bsky\.feed\.post/{_KEY}"),
    ),
)

# -- Threads: https://developers.facebook.com/docs/threads; codes are those of Instagram,
# https://instagram-engineering.com/sharding-ids-at-instagram-1cf5a71e5a5c

_CODE_TIME = snowflake(
    23,
    "2023-07-05",
    epoch=1314220021721,
    digits="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
)
_CODE = "<id:[A-Za-z0-9_-]{5,64}>(?:/(?:media|embed))?"
THREADS = Platform(
    name="threads",
    label="Threads",
    kind=Kind.POST,
    site="www.threads.com",
    hosts=("threads.com", "threads.net"),
    anonymous=("/@[^/]+/post/|/t/", "/t/"),
    routes=(
        Route(f"/t/{_CODE}", "/t/{id}", time=_CODE_TIME),
        Route(
            f"/@<author:[A-Za-z0-9._]{{1,30}}>/post/{_CODE}",
            "/@{author}/post/{id}",
            time=_CODE_TIME,
        ),
    ),
)

# -- Tumblr: https://www.tumblr.com/docs/en/api/v2. No document describes the time in an id.

_TUMBLR_TIME = snowflake(20, "2019-01-01", epoch=10**12, lengths=(18,))
_BLOG = (
    "(?!(?:api|assets|at|blog|communities|dashboard|docs|explore|inbox|likes|new|policy|search"
    r"|settings|tagged|video)[/.])<author:[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?>"
)
_NUMBER = "<id:[0-9]{6,20}>(?:/<slug:[^/]{0,300}?>)?"


def _own_host(groups: Groups, url: SplitURL) -> bool:
    groups["site"] = url.site
    return True


TUMBLR = Platform(
    name="tumblr",
    label="Tumblr",
    kind=Kind.POST,
    site="www.tumblr.com",
    hosts=("tumblr.com", ".tumblr.com"),
    anonymous=("$^", ""),
    routes=(
        Route(
            rf"//tumblr\.com/(?:blog/(?:view/)?|dashboard/blog/)?(?i:{_BLOG})/{_NUMBER}",
            "/{lower}/{id}",
            lower="author",
            author="{lower}",
            time=_TUMBLR_TIME,
        ),
        Route(
            rf"//{_BLOG}\.tumblr\.com/(?:post|image)/{_NUMBER}(?:/amp)?",
            "/{author}/{id}",
            time=_TUMBLR_TIME,
        ),
        # The URL of a blog on its own host does not have the blog's name.
        Route(
            rf"//(?![^/]*\btumblr\.com)[^/]+/(?:post|image)/{_NUMBER}(?:/amp)?",
            "/post/{id}",
            time=_TUMBLR_TIME,
            fix=_own_host,
        ),
    ),
)

# -- LinkedIn: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/urns
# A post has an activity and a share (or ugcPost): two ids, and no URL says that they are one post.

_LINKEDIN_TIME = snowflake(22, "2016-11-04")
_URN = "<type:activity|share|ugcPost>[-:]<id:[0-9]{15,19}>"
_COMMENT = (
    r"?commentUrn=(?i:urn(?::|%3A)li(?::|%3A)comment(?::|%3A)(?:\(|%28)"
    r"<of:activity|share|ugcPost>(?::|%3A)<ofid:[0-9]{15,19}>(?:,|%2C)<post:[0-9]{15,19}>(?:\)|%29))"
)
# The date that slugs of old articles begin with, and the key that those of new ones end with.
_NOT_TITLE = re.compile(r"^[0-9]{14}-[0-9]{1,12}-|-(?=[a-z]{0,5}[0-9])[a-z0-9]{4,6}$")


def _member(groups: Groups, _: SplitURL) -> bool:
    author = unquote(groups.get("author", ""))
    groups["author"] = author if author.isprintable() else ""
    return True


def _article(groups: Groups, _: SplitURL) -> bool:
    # Letters beyond ASCII may be encoded or not.
    groups["id"] = quote(unquote(groups["id"]), safe="", errors="replace")
    groups["title"] = slug_title(_NOT_TITLE.sub("", groups["id"])) or ""
    return bool(groups["id"].strip("."))


def _linkedin(path: str) -> Route:
    return Route(
        path,
        "/feed/update/urn:li:{type}:{id}",
        id="{type}-{id}",
        query=(_COMMENT,),
        post_url="?commentUrn=urn%3Ali%3Acomment%3A%28{of}%3A{ofid}%2C{post}%29",
        time=_LINKEDIN_TIME,
        fix=_member,
    )


LINKEDIN = Platform(
    name="linkedin",
    label="LinkedIn",
    kind=Kind.POST,
    site="www.linkedin.com",
    hosts=("linkedin.com", ".linkedin.com"),
    anonymous=("/feed/", "/feed/"),
    routes=(
        _linkedin(rf"/(?:(?:embed/)?feed/update|video/(?:live|event))/(?:urn:li:)?{_URN}"),
        _linkedin(
            rf"/posts/(?:<author:[^/_]{{1,300}}>_(?:<slug:[^/]{{1,900}}>-)?)?{_URN}"
            "(?:-[A-Za-z0-9_-]{1,8})?"
        ),
        Route(
            "/pulse/<id:[^/]{1,300}>",
            "/pulse/{id}",
            id="pulse/{id}",
            kind=Kind.ARTICLE,
            fix=_article,
        ),
    ),
)

PLATFORMS = (X, MASTODON, MISSKEY, PLEROMA, BLUESKY, THREADS, TUMBLR, LINKEDIN)
