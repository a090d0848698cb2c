"""Forums, question sites and link aggregators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.urls import Kind, Platform, Route

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, SplitURL

# -- Discourse: https://github.com/discourse/discourse/blob/main/config/routes.rb
# A slug is never all digits, so "/t/12/3" is post 3 of topic 12.

_DISCOURSE_HOSTS = """
    meta.discourse.org .discourse.group ask.fedoraproject.org caddy.community clojureverse.org
    community.asterisk.org community.bitwarden.com community.brave.com community.cloudflare.com
    community.e.foundation community.fly.io community.frame.work community.freepbx.org
    community.grafana.com community.home-assistant.io community.ipfire.org community.jitsi.org
    community.letsencrypt.org community.mnt.re community.n8n.io community.octoprint.org
    community.openai.com community.openhab.org community.openstreetmap.org community.particle.io
    community.platformio.org community.plotly.com community.roonlabs.com community.signalusers.org
    community.sonarsource.com community.spiceworks.com community.tmpdir.org community.volumio.com
    contributors.scala-lang.org dev-discuss.pytorch.org devforum.roblox.com discourse.bokeh.org
    discourse.charmhub.io discourse.cmake.org discourse.coreelec.org discourse.elm-lang.org
    discourse.gnome.org discourse.haskell.org discourse.holoviz.org discourse.itk.org
    discourse.joinmastodon.org discourse.julialang.org discourse.jupyter.org discourse.libsdl.org
    discourse.llvm.org discourse.maas.io discourse.matplotlib.org discourse.mc-stan.org
    discourse.mozilla.org discourse.nixos.org discourse.osmc.tv discourse.panda3d.org
    discourse.paraview.org discourse.pi-hole.net discourse.purescript.org discourse.pymc.io
    discourse.ros.org discourse.slicer.org discourse.threejs.org discourse.ubuntu.com
    discourse.vtk.org discuss.96boards.org discuss.ai.google.dev discuss.ardupilot.org
    discuss.circleci.com discuss.elastic.co discuss.emberjs.com discuss.gradle.org
    discuss.hashicorp.com discuss.huggingface.co discuss.ipfs.tech discuss.kde.org
    discuss.kotlinlang.org discuss.kubernetes.io discuss.linuxcontainers.org discuss.ocaml.org
    discuss.pixls.us discuss.privacyguides.net discuss.python.org discuss.pytorch.org
    discuss.rubyonrails.org discuss.scientific-python.org discuss.streamlit.io discuss.techlore.tech
    discuss.wxpython.org discussion.fedoraproject.org discussions.unity.com elixirforum.com
    erlangforums.com forum.arduino.cc forum.babylonjs.com forum.banana-pi.org forum.beagleboard.org
    forum.crystal-lang.org forum.cursor.com forum.defold.com forum.digikey.com
    forum.djangoproject.com forum.duplicati.com forum.endeavouros.com forum.f-droid.org
    forum.fairphone.com forum.freecodecamp.org forum.garudalinux.org forum.ghost.org
    forum.gitlab.com forum.godotengine.org forum.image.sc forum.khadas.com forum.kicad.info
    forum.level1techs.com forum.manjaro.org forum.obsidian.md forum.opencv.org forum.openwrt.org
    forum.playcanvas.com forum.qubes-os.org forum.radxa.com forum.rclone.org forum.restic.net
    forum.sailfishos.org forum.seeedstudio.com forum.snapcraft.io forum.syncthing.net
    forum.torproject.net forum.torproject.org forum.turris.cz forums.balena.io
    forums.developer.nvidia.com forums.docker.com forums.fast.ai forums.lawrencesystems.com
    forums.opensuse.org forums.plex.tv forums.puri.sm forums.rockylinux.org forums.sonarr.tv
    forums.swift.org forums.truenas.com forums.unrealengine.com help.nextcloud.com
    internals.rust-lang.org linux.do talk.macpowerusers.com ubuntu-mate.community
    users.rust-lang.org users.scala-lang.org
""".split()


def _no_folder(groups: Groups, url: SplitURL) -> bool:
    """Reject folders on known hosts; on others, a forum may be in a folder of the site."""
    folder = groups["folder"]
    groups["prefix"] = f"{folder[1:]}/" if folder else ""
    return not folder or url.host not in _DISCOURSE_HOSTS


_FOLDER = "<folder:(?:/[A-Za-z0-9][A-Za-z0-9_-]{0,39}){0,2}?>"
DISCOURSE = Platform(
    name="discourse",
    label="Discourse",
    kind=Kind.TOPIC,
    many_servers=True,
    hosts=tuple(_DISCOURSE_HOSTS),
    anonymous=("/t/[^/]+/", "/t/-/"),
    routes=(
        Route(
            rf"{_FOLDER}/t/(?:(?:topic|(?![0-9]+/)<slug:slug>)/)?<id:number>"
            r"(?:/0*(?:<post:[1-9][0-9]{0,5}>)?)?(?:/(?:last|print|summary|unread)|\.json|\.rss)?",
            "{folder}/t/{slug}/{id}",
            id="{prefix}{id}",
            anchor="post_0*<post:[1-9][0-9]{0,5}>",
            post_url="/{post}",
            community="{host}",
            fix=_no_folder,
        ),
        Route(
            rf"{_FOLDER}/p/<id:number>(?:/[0-9]{{1,10}})?",
            "{folder}/p/{id}",
            id="{prefix}p/{id}",
            post="{id}",
            community="{host}",
            kind=Kind.POST,
            fix=_no_folder,
        ),
    ),
)

# -- Stack Exchange: https://api.stackexchange.com/docs/types/question (link); the last number of a
# short link is the user who shared it. Names: https://stackexchange.com/sites

_SITES = {
    "stackoverflow.com": "Stack Overflow",
    "meta.stackoverflow.com": "Meta Stack Overflow",
    "es.stackoverflow.com": "Stack Overflow en español",
    "ja.stackoverflow.com": "スタック・オーバーフロー",
    "pt.stackoverflow.com": "Stack Overflow em Português",
    "ru.stackoverflow.com": "Stack Overflow на русском",
    "superuser.com": "Super User",
    "meta.superuser.com": "Meta Super User",
    "serverfault.com": "Server Fault",
    "meta.serverfault.com": "Meta Server Fault",
    "askubuntu.com": "Ask Ubuntu",
    "meta.askubuntu.com": "Ask Ubuntu Meta",
    "mathoverflow.net": "MathOverflow",
    "stackapps.com": "Stack Apps",
    "meta.stackexchange.com": "Meta Stack Exchange",
    "apple.stackexchange.com": "Ask Different",
    "gaming.stackexchange.com": "Arqade",
    "stats.stackexchange.com": "Cross Validated",
}
# In front of "Stack Exchange" in the site's name, by the first label of the host.
_NETWORK_SITES = dict(
    entry.split("=")
    for entry in (
        "academia=Academia|ai=Artificial Intelligence|android=Android Enthusiasts|arduino=Arduino"
        "|bitcoin=Bitcoin|codegolf=Code Golf|codereview=Code Review|crypto=Cryptography"
        "|cs=Computer Science|datascience=Data Science|dba=Database Administrators|devops=DevOps"
        "|electronics=Electrical Engineering|emacs=Emacs|english=English Language & Usage"
        "|gamedev=Game Development|gis=Geographic Information Systems|ham=Amateur Radio"
        "|iot=Internet of Things|math=Mathematics|networkengineering=Network Engineering"
        "|opensource=Open Source|physics=Physics|raspberrypi=Raspberry Pi"
        "|retrocomputing=Retrocomputing|reverseengineering=Reverse Engineering"
        "|security=Information Security|softwareengineering=Software Engineering"
        "|softwarerecs=Software Recommendations|tex=TeX - LaTeX|unix=Unix & Linux"
        "|ux=User Experience|vi=Vi and Vim|webapps=Web Applications|webmasters=Webmasters"
        "|workplace=The Workplace"
    ).split("|")
)
_NETWORK = ".stackexchange.com"
_MOVED = {
    f"programmers{_NETWORK}": f"softwareengineering{_NETWORK}",
    "mathoverflow.com": "mathoverflow.net",
}


def _site(groups: Groups, url: SplitURL) -> bool:
    """Set the present host of the site and its name; the host is the name of other sites."""
    host = url.host.removeprefix("www.")
    if host.startswith("meta.") and host.endswith(f".{host.split('.')[1]}{_NETWORK}"):
        host = f"{host.split('.')[1]}.meta{_NETWORK}"
    host = _MOVED.get(host, host)
    label, _, rest = host.partition(".")
    name = _NETWORK_SITES.get(label) if rest.endswith(_NETWORK[1:]) else None
    if name and rest == _NETWORK[1:]:
        name = f"{name} Stack Exchange"
    elif name and rest == f"meta{_NETWORK}":
        name = f"{name} Meta Stack Exchange"
    else:
        name = host
    groups |= {"host": host, "site": host, "community": _SITES.get(host, name)}
    return True


def _answer(groups: Groups, url: SplitURL) -> bool:
    """Set the path of an answer: the fragment alone works on the first page of answers only."""
    post, answer = groups.get("post", ""), groups.get("answer", "")
    if answer and not post.startswith("comment"):
        post = groups["post"] = answer
    answer = post.rpartition("_")[2]
    groups["answer"] = f"/{groups.get('slug') or '-'}/{answer}" if answer != groups["id"] else ""
    return _site(groups, url)


_SE_ANCHOR = "<post:comment[0-9]{1,12}_[0-9]{1,10}|[0-9]{1,10}>"
STACKEXCHANGE = Platform(
    name="stackexchange",
    label="Stack Exchange",
    kind=Kind.QUESTION,
    many_servers=True,
    hosts=tuple(
        "stackoverflow.com .stackoverflow.com superuser.com meta.superuser.com serverfault.com"
        " meta.serverfault.com askubuntu.com meta.askubuntu.com mathoverflow.net"
        " meta.mathoverflow.net mathoverflow.com stackapps.com .stackexchange.com".split()
    ),
    anonymous=(r"(/questions/[0-9]+|/a/[0-9]+).*", r"\1"),
    routes=(
        Route(
            "/questions/<id:number>(?:/<slug:slug>(?:/<answer:number>)?)?",
            "/questions/{id}",
            anchor=_SE_ANCHOR,
            post_url="{answer}#{post}",
            fix=_answer,
        ),
        Route(
            "/q/<id:number>(?:/[0-9]{1,10})?",
            "/questions/{id}",
            anchor=_SE_ANCHOR,
            post_url="{answer}#{post}",
            fix=_answer,
        ),
        Route(
            "/a/<id:number>(?:/[0-9]{1,10})?",
            "/a/{id}",
            id="a/{id}",
            anchor="comment[0-9]{1,12}_[0-9]{1,10}",
            post="{id}",
            post_url="#{post}",
            kind=Kind.ANSWER,
            fix=_site,
        ),
    ),
)

# -- Reddit: https://www.reddit.com/dev/api (permalink). Share links, /r/name/s/token, do not have
# the id.


def _submission(groups: Groups, url: SplitURL) -> bool:
    community, author = groups.get("community", ""), groups.get("author", "")
    if community[:2].lower() == "u_":
        community, author = "", community[2:]
    groups["author"] = author
    groups["community"] = f"r/{community}" if community else f"u/{author}" if author else ""
    groups["folder"] = f"/r/{community}" if community else f"/user/{author}" if author else ""
    slug = groups.get("slug", "")
    # "/comments/z1c9z//c60o0iw": a comment after an empty slug.
    if slug.isalnum() and not slug.isalpha() and f"/{groups['id']}//{slug}" in url.url:
        groups |= {"post": slug, "title": ""}
    groups["id"], groups["post"] = groups["id"].lower(), groups.get("post", "").lower()
    return True


def _reddit(path: str) -> Route:
    return Route(path, "{folder}/comments/{id}/", post_url="comment/{post}/", fix=_submission)


_BASE36 = "[0-9A-Za-z]{1,13}"
REDDIT = Platform(
    name="reddit",
    label="Reddit",
    kind=Kind.POST,
    site="www.reddit.com",
    hosts=("reddit.com", "redd.it", ".reddit.com"),
    mirrors={
        "redlib": "eddrit.com l.opnxng.com libredd.it libreddit.kavin.rocks"
        " libreddit.privacydev.net libreddit.spike.codes lr.artemislena.eu lr.vern.cc r.nf"
        " red.artemislena.eu red.ngn.tf reddit.adminforge.de reddit.nerdvpn.de reddit.rtrace.io"
        " reddit.wdas.io redlib.catsarch.com redlib.nadeko.net redlib.orangenet.cc"
        " redlib.perennialte.ch redlib.privacyredirect.com redlib.privadency.com redlib.r4fo.com"
        " redlib.tux.pizza rl.bloat.cat safereddit.com teddit.net teddit.zaggy.nl",
        "fxreddit": "fxreddit.com rxddit.com vxreddit.com",
        "reveddit": "reveddit.com",
        "unddit": "unddit.com",
    },
    anonymous=(r"com(?:/(?:r|user)/[^/]+)?(/comments/[^/]+/).*", r"com\1"),
    routes=(
        _reddit(
            r"(?:/(?:[rvRV]/<community:[A-Za-z0-9_]{1,24}>|(?:user|u)/<author:[A-Za-z0-9_-]{1,24}>))?"
            rf"/comments/<id:{_BASE36}>"
            rf"(?:/(?:(?:_|-|comment)(?=/[^/])|<slug:[^/.]{{1,400}}>)(?:/<post:{_BASE36}>)?)?"
            r"(?:/?\.(?:json|rss|compact))?"
        ),
        _reddit(rf"//(?!redd\.it)[^/]+/(?:gallery|tb)/<id:{_BASE36}>"),
        _reddit(rf"//redd\.it/<id:{_BASE36}>"),
    ),
)

# -- Hacker News: https://github.com/HackerNews/API. Stories and comments are items of one series.

HACKERNEWS = Platform(
    name="hackernews",
    label="Hacker News",
    kind=Kind.STORY,
    site="news.ycombinator.com",
    hosts=("news.ycombinator.com", "hacker-news.firebaseio.com", "hn.algolia.com"),
    routes=(
        Route(
            r"//news\.ycombinator\.com/(?:item|context)",
            "/item?id={id}",
            query=("id=<id:number>",),
            anchor="[0-9]{1,12}",
            post_url="#{post}",
        ),
        Route(
            r"//(?!news\.)[^/]+/(?:v0/item|api/v1/items)/<id:number>(?:\.json)?", "/item?id={id}"
        ),
    ),
)

# -- Lobsters and its sister sites: https://github.com/lobsters/lobsters/blob/main/config/routes.rb

_STORY = "<id:[0-9a-z]{4,10}>"
LOBSTERS = Platform(
    name="lobsters",
    label="Lobsters",
    kind=Kind.STORY,
    hosts=("lobste.rs", "barnacl.es", "gambe.ro", "journalduhacker.net", "tilde.news"),
    routes=(
        Route(
            rf"/s/{_STORY}(?:\.json|/<slug:[^/]{{0,300}}>)?",
            "/s/{id}",
            anchor="c_[0-9a-z]{4,10}",
            post_url="#{post}",
        ),
        Route(
            f"/s/{_STORY}/<slug:[^/]{{0,300}}>/comments/<comment:[0-9a-z]{{4,10}}>",
            "/s/{id}",
            post="c_{comment}",
            post_url="#{post}",
        ),
        Route(rf"/c/{_STORY}(?:\.json)?", "/c/{id}", id="c/{id}", kind=Kind.POST),
    ),
)

# -- Lemmy, PieFed and Mbin: https://join-lemmy.org/docs/contributors/04-api.html,
# https://codeberg.org/rimu/pyfedi, https://github.com/MbinOrg/mbin
# A post has another number on each server.

_NAME = "<community:[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9.-]{3,253})?>"
_REST = "(?:/<slug:[^/]{0,300}?>(?:/comment/<post:long>|/(?:hot|top|active|newest|oldest))?)?"
_LEMMY_ANCHOR = "<mark:comment_|comment-|entry-comment-|post-comment-><post:long>"


def _comment(groups: Groups, _: SplitURL) -> bool:
    """Set what stands before the number of a comment."""
    if groups.get("mark"):
        groups["comment"] = f"#{groups['mark']}"
    elif "letter" in groups:
        groups["comment"] = "/-/comment/"
    else:
        groups.setdefault("comment", "/comment/")
    return True


def _lemmy(path: str, url: str, id_: str = "{id}") -> Route:
    return Route(path, url, id=id_, anchor=_LEMMY_ANCHOR, post_url="{comment}{post}", fix=_comment)


LEMMY = Platform(
    name="lemmy",
    label="Lemmy",
    kind=Kind.POST,
    many_servers=True,
    hosts=tuple(
        """
    lemmy.world ani.social aussie.zone beehaw.org discuss.online discuss.tchncs.de feddit.cl feddit.de
    feddit.dk feddit.it feddit.nl feddit.nu feddit.org feddit.uk fedia.io hexbear.net
    hilariouschaos.com infosec.pub jlai.lu kbin.earth kbin.run kbin.social lemdro.id leminal.space
    lemm.ee lemmings.world lemmy.blahaj.zone lemmy.ca lemmy.cafe lemmy.dbzer0.com lemmy.eco.br
    lemmy.fmhy.ml lemmy.kde.social lemmy.ml lemmy.nz lemmy.one lemmy.sdf.org lemmy.today lemmy.wtf
    lemmy.zip lemmygrad.ml lemmynsfw.com mander.xyz mbin.grits.dev midwest.social monyet.cc
    pawb.social piefed.blahaj.zone piefed.ca piefed.social piefed.world piefed.zip programming.dev
    reddthat.com sh.itjust.works slrpnk.net sopuli.xyz startrek.website suppo.fi szmer.info
    thebrainbin.org thelemmy.club ttrpg.network yiffit.net
    """.split()
    ),
    # On unknown hosts, "/post/12" and "/c/name/p/12" may be anything.
    markers=("m",),
    evidence=r"//[^/]+/m/[^/]+/t/[0-9]",
    routes=(
        _lemmy("/post/<id:long>(?:<comment:/(?:comment/)?><post:long>)?", "/post/{id}"),
        _lemmy(f"/c/{_NAME}/p/<id:long>{_REST}", "/post/{id}"),
        _lemmy(f"/m/{_NAME}/<letter:t>/<id:long>{_REST}", "/m/{community}/t/{id}"),
        _lemmy(f"/m/{_NAME}/<letter:p>/<id:long>{_REST}", "/m/{community}/p/{id}", "p/{id}"),
        Route("/comment/<id:long>", "/comment/{id}", id="comment/{id}"),
    ),
)

PLATFORMS = (LEMMY, DISCOURSE, STACKEXCHANGE, HACKERNEWS, LOBSTERS, REDDIT)
