"""Microblogs and social networks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from sphinx_thread_cards.platforms.known import HOSTS, MIRRORS
from sphinx_thread_cards.urls import Kind, Platform, slug_title, snowflake

if TYPE_CHECKING:
    from datetime import datetime

    from sphinx_thread_cards.urls import Groups, SplitURL

# https://docs.x.com/x-for-websites; ids: https://docs.x.com/fundamentals/x-ids
X = Platform(
    name="x",
    label="X",
    site="x.com",
    hosts=["x.com", "twitter.com", "mobile.x.com", "mobile.twitter.com", "m.twitter.com"],
    mirrors=MIRRORS["x"],
    time=snowflake(22, "2010-11-05", epoch=1288834974657),
    anonymous=("/[^/]+/status/", "/i/status/"),
    types={
        "handle": "[A-Za-z0-9_]{1,20}",
        "status": "status(?:es)?/<id:long><:media><:view>",
        "media": "(?:/(?:photo|video)/[0-9]{1,2})?",
        "view": "(?:/(?:quotes|retweets(?:/with_comments)?|likes|analytics|history|hidden|actions"
        "|community_notes|embed|mediaViewer|[a-z]{2}))?",
        "x": r"(?!threadreaderapp\.)[^/]+",
    },
    # The last form is that of 2010 to 2012.
    routes=r"""
    //<:x>/(?!(?:[iI]|web)/)@?<author:handle>/<:status>  /{author}/status/{id}
    //<:x>/(?:[iI](?:/web)?|web)/<:status>               /i/status/{id}
    //threadreaderapp\.com/(?:thread|scrolly|convos)/<id:long>(?:\.html|\.pdf)?  /i/status/{id}  read_url=https://threadreaderapp.com/thread/{id}.html
    /#!/<author:handle>/<:status>/?                    /{author}/status/{id}
    """,
)

_ULID_TIME = snowflake(0, "2017-09-01", digits="0123456789ABCDEFGHJKMNPQRSTVWXYZ", head=10)
# Until Mastodon 2.0, and in other software, ids are counters that decode to 1970.
_MASTODON_TIME = snowflake(16, "2017-09-01")


def _mastodon_time(id_: str) -> datetime | None:
    return _MASTODON_TIME(id_) if id_.isdecimal() else _ULID_TIME(id_)


def _is_remote(groups: Groups, url: SplitURL) -> bool:
    """Reject ``@user@host`` on the host itself; the next route reads it."""
    return groups.get("remote", "").lower().removeprefix("www.") != url.host


# https://docs.joinmastodon.org/entities/Status/, and GoToSocial with ULIDs. The id of a copy of a
# remote post is the time of its arrival. Short ids are recognised on known hosts only.
MASTODON = Platform(
    name="mastodon",
    label="Mastodon",
    kind=Kind.POST,
    many_servers=True,
    hosts=HOSTS["mastodon"],
    time=_mastodon_time,
    fix=_is_remote,
    anonymous=("/@[^/]+/(?=[0-9])", "/web/statuses/"),
    types={
        "user": "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?",
        "remote": "<:domain>",
        "snowflake": "9[3-9][0-9]{15}|1[0-9]{17}",
        "ulid": "[0-7][0-9A-HJKMNP-TV-Z]{25}",
        "app": "(?:web/|deck/)?",
        "view": "(?:/(?:embed|activity|reblogs|favourites|quotes))?",
    },
    routes="""
    /<:app>@<user>@<remote>/(?:posts/)?<id:long><:view>      /@{user}@{remote}/{id}  author={user}@{remote} undated
    /<:app>@<user>(?:@<:domain>)?/(?:posts/)?<id:long><:view>  /@{user}/{id}         author={user}@{host}
    /users/<user>/statuses/<id:snowflake><:view>             /@{user}/{id}           author={user}@{host}
    /users/<user>/statuses/<id:long><:view>                  /users/{user}/statuses/{id}  author={user}@{host}
    /(?:web|deck)/statuses/<id:long><:view>                  /web/statuses/{id}      undated
    /ap/users/<actor:[0-9]{1,20}>/statuses/<id:long><:view>  /ap/users/{actor}/statuses/{id}
    /(?:@|users/)<user>/statuses/<id:ulid>                   /@{user}/statuses/{id}  author={user}@{host}
    """,
    markers=["@", "statuses"],
    evidence="/@[^/@]+(?:@[^/@]+)?/<:snowflake>[/#]|/(?:web|deck)/statuses/<:snowflake>[/#]"
    "|//[^/]+/users/[^/]+/statuses/[0-9]{1,19}[/#]|/ap/users/[0-9]{15,20}/statuses/[0-9]{15}"
    "|/statuses/0[1-7][0-9A-Z]{24}",
)

# Misskey, Sharkey and Iceshrimp. The ids aid and aidx encode the time; meid, objectid and ULID do
# not here. https://github.com/misskey-dev/misskey/tree/develop/packages/backend/src/misc/id
_AID_TIME = snowflake(
    0,
    "2018-01-01",
    epoch=946684800000,
    digits="0123456789abcdefghijklmnopqrstuvwxyz",
    lengths=(10, 16),
    head=8,
)
MISSKEY = Platform(
    name="misskey",
    label="Misskey",
    kind=Kind.POST,
    many_servers=True,
    hosts="misskey.io misskey.art misskey.design nijimiss.moe submarin.online sushi.ski".split(),
    time=_AID_TIME,
    types={
        "id": "[0-9a-z]{10}|[0-9a-z]{16}|[0-9a-f]{24}|g[0-9a-f]{23}"
        "|[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}"
    },
    routes="/(?:embed/)?notes/<id>  /notes/{id}",
    markers=["notes"],
    # Ids of 2018 to 2030 with letters and digits, so that no word passes.
    evidence="//[^/]+/(?:embed/)?notes/(?=[0-9]{0,15}[a-z])(?=[a-z]{0,15}[0-9])"
    "[7-9a-c][0-9a-z]{9}(?:[0-9a-z]{6})?/?#",
)

# Pleroma and Akkoma; https://hexdocs.pm/flake_id/FlakeId.html
_FLAKE_TIME = snowflake(
    64,
    "2018-06-01",
    digits="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    lengths=(18,),
)
PLEROMA = Platform(
    name="pleroma",
    label="Pleroma",
    kind=Kind.POST,
    many_servers=True,
    hosts=["social.kernel.org", "blob.cat", "ihatebeinga.live", "poa.st"],
    time=_FLAKE_TIME,
    types={
        "id": "[0-9A-Za-z]{18}|[0-9]{1,10}",
        "user": MASTODON.types["user"],
        "remote": "<:domain>",
        "uuid": "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        "new": "[9AB][0-9A-Za-z]{17}/?#",  # ids of 2018 to 2030
    },
    routes="""
    /notice/<id>                                  /notice/{id}
    /(?:@|users/)<user>/(?:posts|statuses)/<id>   /notice/{id}      author={user}@{host}
    /@<user>@<remote>/posts/<id>                  /notice/{id}      author={user}@{remote} undated
    /objects/<id:uuid>                            /objects/{lower}  id=objects/{lower} lower=id
    """,
    markers=["@", "notice", "objects"],
    evidence="//[^/]+/notice/<:new>|/@[^/]+/posts/<:new>|//[^/]+/objects/<:uuid>/?#",
)


def _bluesky(groups: Groups, _: SplitURL) -> bool:
    account = groups["account"]
    if not account.startswith("did:"):
        groups["account"] = groups["author"] = account.lower().removeprefix("@")
    return True


# https://atproto.com/specs/at-uri-scheme and https://atproto.com/specs/tid. The client makes the key,
# and it stays when a record is rewritten; the date of a snapshot takes precedence.
_TID = "234567abcdefghijklmnopqrstuvwxyz"
BLUESKY = Platform(
    name="bluesky",
    label="Bluesky",
    kind=Kind.POST,
    site="bsky.app",
    hosts=["bsky.app", "main.bsky.dev", "staging.bsky.app", "embed.bsky.app", "at:"],
    mirrors=MIRRORS["bluesky"],
    time=snowflake(10, "2022-11-01", unit=1000, digits=_TID, lengths=(13,)),
    fix=_bluesky,
    anonymous=("/profile/.*", "/"),
    defaults="id={account}/{id}",
    types={
        "account": "@?<:domain>|did:[a-z]{1,10}:[A-Za-z0-9._:-]{1,250}",
        "id": r"(?!\.{1,2}(?:/|\Z))(?P<NAME>[A-Za-z0-9._:~-]{1,512})",
        "view": "(?:/(?:liked-by|reposted-by|quotes|[a-z]{2}))?",
    },
    routes=r"""
    /profile/<account>/post/<id><:view>                    /profile/{account}/post/{id}
    /(?:embed/)?<account>/app\.bsky\.feed\.post/<id>       /profile/{account}/post/{id}
    """,
)

# https://developers.facebook.com/docs/threads; the codes are those of Instagram:
# https://instagram-engineering.com/sharding-ids-at-instagram-1cf5a71e5a5c
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
THREADS = Platform(
    name="threads",
    label="Threads",
    kind=Kind.POST,
    site="www.threads.com",
    hosts=["threads.com", "threads.net"],
    time=snowflake(23, "2023-07-05", epoch=1314220021721, digits=_BASE64),
    anonymous=("/@[^/]+/post/|/t/", "/t/"),
    types={"code": "<id:[A-Za-z0-9_-]{5,64}>(?:/(?:media|embed))?"},
    routes="""
    /t/<:code>                                   /t/{id}
    /@<author:[A-Za-z0-9._]{1,30}>/post/<:code>  /@{author}/post/{id}
    """,
)


def _own_host(groups: Groups, url: SplitURL) -> bool:
    """Keep the host of a blog on its own host; its URL does not have the blog's name."""
    if "author" not in groups:
        groups["site"] = url.site
    return True


# https://www.tumblr.com/docs/en/api/v2. No document describes the time in an id.
TUMBLR = Platform(
    name="tumblr",
    label="Tumblr",
    kind=Kind.POST,
    site="www.tumblr.com",
    hosts=["tumblr.com", ".tumblr.com"],
    time=snowflake(20, "2019-01-01", epoch=10**12, lengths=(18,)),
    fix=_own_host,
    anonymous=("$^", ""),
    types={
        "author": "(?!(?:api|assets|at|blog|communities|dashboard|docs|explore|inbox|likes|new|policy"
        "|search|settings|tagged|video)[/.])(?P<NAME>[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)",
        "post": "<id:[0-9]{6,20}>(?:/<slug:[^/]{0,300}?>)?",
    },
    routes=r"""
    //tumblr\.com/(?:blog/(?:view/)?|dashboard/blog/)?(?i:<author>)/<:post>      /{lower}/{id}   author={lower} lower=author
    //<author>\.tumblr\.com/(?:post|image)/<:post>(?:/amp)?                      /{author}/{id}
    //(?![^/]*\btumblr\.com)[^/]+/(?:post|image)/<:post>(?:/amp)?                /post/{id}
    """,
)

# The date that slugs of old articles begin with, and the key that those of new ones end with.
_NOT_TITLE = re.compile(r"^[0-9]{14}-[0-9]{1,12}-|-(?=[a-z]{0,5}[0-9])[a-z0-9]{4,6}$")


def _linkedin(groups: Groups, _: SplitURL) -> bool:
    if "type" in groups:
        author = unquote(groups.get("author", ""))
        groups["author"] = author if author.isprintable() else ""
        return True
    # Letters beyond ASCII may be encoded or not.
    groups["id"] = quote(unquote(groups["id"]), safe="", errors="replace")
    groups["title"] = slug_title(_NOT_TITLE.sub("", groups["id"])) or ""
    return bool(groups["id"].strip("."))


# https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/urns. A post has an activity
# and a share (or ugcPost); no URL says that the two are one post.
LINKEDIN = Platform(
    name="linkedin",
    label="LinkedIn",
    kind=Kind.POST,
    site="www.linkedin.com",
    hosts=["linkedin.com", ".linkedin.com"],
    time=snowflake(22, "2016-11-04"),
    fix=_linkedin,
    anonymous=("/feed/", "/feed/"),
    defaults="post_url=?commentUrn=urn%3Ali%3Acomment%3A%28{of}%3A{ofid}%2C{post}%29"
    " ??(?i:commentUrn=urn<:colon>li<:colon>comment<:colon><:open><of:type><:colon><ofid:id>"
    "<:comma><post:id><:close>)",
    types={
        "type": "activity|share|ugcPost",
        "id": "[0-9]{15,19}",
        "urn": "<type>[-:]<id>",
        "colon": ":|%3A",
        "comma": ",|%2C",
        "open": r"\(|%28",
        "close": r"\)|%29",
        "text": "<author:[^/_]{1,300}>_(?:<slug:[^/]{1,900}>-)?",
    },
    routes="""
    /(?:(?:embed/)?feed/update|video/(?:live|event))/(?:urn:li:)?<:urn>  /feed/update/urn:li:{type}:{id}  id={type}-{id}
    /posts/(?:<:text>)?<:urn>(?:-[A-Za-z0-9_-]{1,8})?                    /feed/update/urn:li:{type}:{id}  id={type}-{id}
    /pulse/<id:[^/]{1,300}>                                              /pulse/{id}  id=pulse/{id} kind=article undated
    """,
)

PLATFORMS = (X, MASTODON, MISSKEY, PLEROMA, BLUESKY, THREADS, TUMBLR, LINKEDIN)
