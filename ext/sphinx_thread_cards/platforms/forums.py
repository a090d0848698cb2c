"""Forums, question sites and link aggregators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sphinx_thread_cards.platforms.known import HOSTS, MIRRORS, NETWORK, SITES
from sphinx_thread_cards.urls import Kind, Platform

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, SplitURL


def _discourse(groups: Groups, url: SplitURL) -> bool:
    """Reject folders on known hosts; elsewhere, a forum may be in a folder of the site."""
    groups["prefix"] = groups["folder"][1:] + "/" if groups["folder"] else ""
    return not groups["folder"] or url.host not in HOSTS["discourse"]


# https://github.com/discourse/discourse/blob/main/config/routes.rb. A slug is never all digits, so
# "/t/12/3" is post 3 of topic 12.
DISCOURSE = Platform(
    name="discourse",
    label="Discourse",
    kind=Kind.TOPIC,
    many_servers=True,
    hosts=HOSTS["discourse"],
    fix=_discourse,
    anonymous=("/t/[^/]+/", "/t/-/"),
    defaults="community={host} anchor=post_0*<post>",
    types={
        "folder": "(?:/[A-Za-z0-9][A-Za-z0-9_-]{0,39}){0,2}?",
        "post": "[1-9][0-9]{0,5}",
        "view": r"(?:/(?:last|print|summary|unread)|\.json|\.rss)?",
    },
    routes="""
    <folder>/t/(?:(?:topic|(?![0-9]+/)<slug>)/)?<id:number>(?:/0*<post>?)?<:view>  {folder}/t/{slug}/{id}  id={prefix}{id} post_url=/{post}
    <folder>/p/<id:number>(?:/[0-9]{1,10})?                                        {folder}/p/{id}  id={prefix}p/{id} post={id} kind=post
    """,
)

_NETWORK = "stackexchange.com"
_MOVED = {
    f"programmers.{_NETWORK}": f"softwareengineering.{_NETWORK}",
    "mathoverflow.com": "mathoverflow.net",
}


def _stackexchange(groups: Groups, url: SplitURL) -> bool:
    """Set the host and name of the site, and the path of an answer."""
    host = url.host.removeprefix("www.")
    label, _, rest = _MOVED.get(host, host).partition(".")
    if label == "meta" and rest.count(".") > 1 and rest.endswith(_NETWORK):
        label, rest = rest.partition(".")[0], f"meta.{_NETWORK}"  # the old order
    host, name = f"{label}.{rest}", None
    if rest in {_NETWORK, f"meta.{_NETWORK}"} and label in NETWORK:
        name = f"{NETWORK[label]} {'' if rest == _NETWORK else 'Meta '}Stack Exchange"
    groups |= {"host": host, "site": host, "community": SITES.get(host, name or host)}
    # The fragment alone finds only answers on the first page.
    post, answer = groups.get("post", ""), groups.get("answer", "")
    if answer and not post.startswith("comment"):
        post = groups["post"] = answer
    answer = post.rpartition("_")[2]
    groups["answer"] = f"/{groups.get('slug') or '-'}/{answer}" if answer != groups["id"] else ""
    return not host.startswith("www.")


# https://api.stackexchange.com/docs/types/question (link). The last number of a short link is the
# user who shared it.
STACKEXCHANGE = Platform(
    name="stackexchange",
    label="Stack Exchange",
    kind=Kind.QUESTION,
    many_servers=True,
    hosts=HOSTS["stackexchange"],
    fix=_stackexchange,
    anonymous=("(/questions/[0-9]+|/a/[0-9]+).*", r"\1"),
    defaults="anchor=<:comment>|[1-9][0-9]{0,9} post_url={answer}#{post}",
    types={"comment": "comment[0-9]{1,12}_[1-9][0-9]{0,9}"},
    routes="""
    /questions/<id:number>(?:/<slug>(?:/<answer:number>)?)?  /questions/{id}
    /q/<id:number>(?:/[0-9]{1,10})?                          /questions/{id}
    /a/<id:number>(?:/[0-9]{1,10})?                          /a/{id}  id=a/{id} anchor=<:comment> post={id} post_url=#{post} kind=answer
    """,
)


_COMMENT = re.compile("(?=[A-Za-z]*[0-9])[0-9A-Za-z]{1,13}")


def _reddit(groups: Groups, url: SplitURL) -> bool:
    community, author = groups.get("community", ""), groups.get("author", "")
    if community[:2].lower() == "u_":
        community, author = "", community[2:]
    groups["author"] = author
    groups["community"] = f"r/{community}" if community else f"u/{author}" if author else ""
    groups["folder"] = f"/r/{community}" if community else f"/user/{author}" if author else ""
    slug = groups.get("slug", "")
    # "/comments/z1c9z//c60o0iw": a comment after an empty slug.
    if _COMMENT.fullmatch(slug) and f"/{groups['id']}//{slug}" in url.url:
        groups |= {"post": slug, "title": ""}
    groups["id"], groups["post"] = groups["id"].lower(), groups.get("post", "").lower()
    return True


# https://www.reddit.com/dev/api (permalink). Share links, "/r/name/s/token", do not have the id.
REDDIT = Platform(
    name="reddit",
    label="Reddit",
    kind=Kind.POST,
    site="www.reddit.com",
    hosts=["reddit.com", "redd.it", ".reddit.com"],
    mirrors=MIRRORS["reddit"],
    fix=_reddit,
    anonymous=(r"com(?:/(?:r|user)/[^/]+)?(/comments/[^/]+/).*", r"com\1"),
    defaults="post_url=comment/{post}/",
    types={
        "id": "[0-9A-Za-z]{1,13}",
        "post": "<:id>",
        "folder": "/(?:[rvRV]/<community:[A-Za-z0-9_]{1,24}>|(?:user|u)/<author:[A-Za-z0-9_-]{1,24}>)",
        "text": "(?:_|-|comment)(?=/[^/])|<slug:[^/.]{1,400}>",
    },
    routes=r"""
    (?:<:folder>)?/comments/<id>(?:/<:text>(?:/<post>)?)?(?:/?\.(?:json|rss|compact))?  {folder}/comments/{id}/
    //(?!redd\.it)[^/]+/(?:gallery|tb)/<id>                                             {folder}/comments/{id}/
    //redd\.it/<id>                                                                     {folder}/comments/{id}/
    """,
)

# https://github.com/HackerNews/API. Stories and comments are items of one series.
HACKERNEWS = Platform(
    name="hackernews",
    label="Hacker News",
    kind=Kind.STORY,
    site="news.ycombinator.com",
    hosts=["news.ycombinator.com", "hacker-news.firebaseio.com", "hn.algolia.com"],
    routes=r"""
    //news\.ycombinator\.com/(?:item|context)                        /item?id={id}  ?id=<id:number> anchor=[0-9]{1,12} post_url=#{post}
    //(?!news\.)[^/]+/(?:v0/item|api/v1/items)/<id:number>(?:\.json)?  /item?id={id}
    """,
)

# With its sister sites: https://github.com/lobsters/lobsters/blob/main/config/routes.rb
LOBSTERS = Platform(
    name="lobsters",
    label="Lobsters",
    kind=Kind.STORY,
    hosts=["lobste.rs", "barnacl.es", "gambe.ro", "journalduhacker.net", "tilde.news"],
    defaults="anchor=c_<:id> post_url=#{post}",
    types={"id": "[0-9a-z]{4,10}", "slug": "[^/]{0,300}"},
    routes=r"""
    /s/<id>(?:\.json|/<slug>)?           /s/{id}
    /s/<id>/<slug>/comments/<comment:id>  /s/{id}  post=c_{comment}
    /c/<id>(?:\.json)?                   /c/{id}  id=c/{id} anchor=$^ kind=post
    """,
)


def _lemmy(groups: Groups, _: SplitURL) -> bool:
    """Set what precedes the number of a comment in the URL."""
    if groups.get("mark"):
        groups["comment"] = f"#{groups['mark']}"
    elif not groups.get("comment"):
        groups["comment"] = "/-/comment/" if groups.get("letter") else "/comment/"
    return True


# Lemmy, PieFed and Mbin: https://join-lemmy.org/docs/contributors/04-api.html,
# https://codeberg.org/rimu/pyfedi, https://github.com/MbinOrg/mbin. A post has another number on each
# server. On unknown hosts, "/post/12" and "/c/name/p/12" may be anything.
LEMMY = Platform(
    name="lemmy",
    label="Lemmy",
    kind=Kind.POST,
    many_servers=True,
    hosts=HOSTS["lemmy"],
    fix=_lemmy,
    defaults="anchor=<mark:comment_|comment-|entry-comment-|post-comment-><post> post_url={comment}{post}",
    types={
        "post": "[0-9]{1,19}",
        "name": "[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9.-]{3,253})?",
        "sort": "hot|top|active|newest|oldest",
        "rest": "(?:/<slug:[^/]{0,300}?>(?:/comment/<post>|/<:sort>)?)?",
    },
    routes="""
    /post/<id:long>(?:<comment:/(?:comment/)?><post>)?      /post/{id}
    /c/<community:name>/p/<id:long><:rest>                  /post/{id}
    /m/<community:name>/<letter:t>/<id:long><:rest>         /m/{community}/t/{id}
    /m/<community:name>/<letter:p>/<id:long><:rest>         /m/{community}/p/{id}  id=p/{id}
    /comment/<id:long>                                      /comment/{id}  id=comment/{id} anchor=$^
    """,
    markers=["m"],
    evidence="//[^/]+/m/[^/]+/t/[0-9]",
)

PLATFORMS = (LEMMY, DISCOURSE, STACKEXCHANGE, HACKERNEWS, LOBSTERS, REDDIT)
