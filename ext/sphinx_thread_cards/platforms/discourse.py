"""Discourse forums: topics and the posts in them.

URL forms: https://github.com/discourse/discourse/blob/main/config/routes.rb
A slug is never all digits (``lib/slug.rb`` there), so ``/t/12/3`` is post 3 of topic 12.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, words
from sphinx_thread_cards.platforms._parts import url_slug

# Only hosts that are known to be Discourse: "/t/" alone says too little to guess by.
_HOST_LIST = """
    .discourse.group ask.fedoraproject.org caddy.community clojureverse.org community.asterisk.org
    community.bitwarden.com community.brave.com community.cloudflare.com community.e.foundation community.fly.io
    community.frame.work community.freepbx.org community.grafana.com community.home-assistant.io
    community.ipfire.org community.jitsi.org community.letsencrypt.org community.mnt.re community.n8n.io
    community.octoprint.org community.openai.com community.openhab.org community.openstreetmap.org
    community.particle.io community.platformio.org community.plotly.com community.roonlabs.com
    community.signalusers.org community.sonarsource.com community.spiceworks.com community.tmpdir.org
    community.volumio.com contributors.scala-lang.org dev-discuss.pytorch.org devforum.roblox.com
    discourse.bokeh.org discourse.charmhub.io discourse.cmake.org discourse.coreelec.org discourse.elm-lang.org
    discourse.gnome.org discourse.haskell.org discourse.holoviz.org discourse.itk.org discourse.joinmastodon.org
    discourse.julialang.org discourse.jupyter.org discourse.libsdl.org discourse.llvm.org discourse.maas.io
    discourse.matplotlib.org discourse.mc-stan.org discourse.mozilla.org discourse.nixos.org discourse.osmc.tv
    discourse.panda3d.org discourse.paraview.org discourse.pi-hole.net discourse.purescript.org
    discourse.pymc.io discourse.ros.org discourse.slicer.org discourse.threejs.org discourse.ubuntu.com
    discourse.vtk.org discuss.96boards.org discuss.ai.google.dev discuss.ardupilot.org discuss.circleci.com
    discuss.elastic.co discuss.emberjs.com discuss.gradle.org discuss.hashicorp.com discuss.huggingface.co
    discuss.ipfs.tech discuss.kde.org discuss.kotlinlang.org discuss.kubernetes.io discuss.linuxcontainers.org
    discuss.ocaml.org discuss.pixls.us discuss.privacyguides.net discuss.python.org discuss.pytorch.org
    discuss.rubyonrails.org discuss.scientific-python.org discuss.streamlit.io discuss.techlore.tech
    discuss.wxpython.org discussion.fedoraproject.org discussions.unity.com elixirforum.com erlangforums.com
    forum.arduino.cc forum.babylonjs.com forum.banana-pi.org forum.beagleboard.org forum.crystal-lang.org
    forum.cursor.com forum.defold.com forum.digikey.com forum.djangoproject.com forum.duplicati.com
    forum.endeavouros.com forum.f-droid.org forum.fairphone.com forum.freecodecamp.org forum.garudalinux.org
    forum.ghost.org forum.gitlab.com forum.godotengine.org forum.image.sc forum.khadas.com forum.kicad.info
    forum.level1techs.com forum.manjaro.org forum.obsidian.md forum.opencv.org forum.openwrt.org
    forum.playcanvas.com forum.qubes-os.org forum.radxa.com forum.rclone.org forum.restic.net
    forum.sailfishos.org forum.seeedstudio.com forum.snapcraft.io forum.syncthing.net forum.torproject.net
    forum.torproject.org forum.turris.cz forums.balena.io forums.developer.nvidia.com forums.docker.com
    forums.fast.ai forums.lawrencesystems.com forums.opensuse.org forums.plex.tv forums.puri.sm
    forums.rockylinux.org forums.sonarr.tv forums.swift.org forums.truenas.com forums.unrealengine.com
    help.nextcloud.com internals.rust-lang.org linux.do meta.discourse.org talk.macpowerusers.com
    ubuntu-mate.community users.rust-lang.org users.scala-lang.org
"""
_HOSTS = frozenset(_HOST_LIST.split())
# A folder or two for forums that live below a site; lazy, as "/t/t/5" is the topic "t" at the top.
_TOPIC = re.compile(
    r"((?:/[A-Za-z0-9][A-Za-z0-9_-]{0,39}){0,2}?)/t/(?:(?![0-9]+/)([^/.][^/]{0,399})/)?([0-9]{1,10})(?:/([0-9]{1,6}))?"
    r"(?:/(?:last|print|summary|unread)|\.json|\.rss)?/?"
)
_POST = re.compile(r"((?:/[A-Za-z0-9][A-Za-z0-9_-]{0,39}){0,2}?)/p/([0-9]{1,10})(?:/[0-9]{1,10})?/?")
_ANCHOR = re.compile(r"post_([0-9]{1,6})")
# What Discourse writes where a title gives no slug.
_EMPTY_SLUG = "topic"


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a topic, with the post meant, or the short link of a post."""
    match = _TOPIC.fullmatch(address.path)
    if match is None:
        return _parse_post(address)
    folder, slug, id_, post = match.groups()
    if folder and address.host in _HOSTS:
        return None
    if post is None and address.fragment and (anchor := _ANCHOR.fullmatch(address.fragment)):
        post = anchor[1]
    post = post.lstrip("0") or None if post else None
    title = words(slug) if slug and slug != _EMPTY_SLUG else None
    number = id_.lstrip("0") or "0"
    tail = f"/{post}" if post else ""
    return ThreadRef(
        platform="discourse",
        id=f"{folder}/{number}".lstrip("/"),
        url=f"https://{address.site}{folder}/t/{url_slug(slug, title)}/{number}{tail}",
        given_url=address.url,
        host=address.host,
        community=address.host,
        title=title,
        post=post,
        kind=Kind.TOPIC,
    )


def _parse_post(address: Address) -> ThreadRef | None:
    """``/p/{post}``: the forum alone knows the topic, so the post stands for itself."""
    match = _POST.fullmatch(address.path)
    if match is None:
        return None
    folder, id_ = match.groups()
    if folder and address.host in _HOSTS:
        return None
    number = id_.lstrip("0") or "0"
    return ThreadRef(
        platform="discourse",
        id=f"{folder}/p/{number}".lstrip("/"),
        url=f"https://{address.site}{folder}/p/{number}",
        given_url=address.url,
        host=address.host,
        community=address.host,
        post=number,
        kind=Kind.POST,
    )


def nameless(ref: ThreadRef) -> str:
    """The topic's address with a slug that says nothing, as the number is all that counts."""
    return re.sub(r"/t/[^/]+/([0-9]+)(?:/[0-9]+)?\Z", r"/t/-/\1", ref.url)


PLATFORM = Platform(
    name="discourse",
    label="Discourse",
    parse=parse,
    many_servers=True,
    hosts=tuple(sorted(_HOSTS)),
    nameless=nameless,
)
