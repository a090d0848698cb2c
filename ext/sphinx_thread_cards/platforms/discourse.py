"""Discourse forums: topics and the posts in them.

URL forms: https://github.com/discourse/discourse/blob/main/config/routes.rb
A slug is never all digits (``lib/slug.rb`` there), so ``/t/12/3`` is post 3 of topic 12.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.model import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, words
from sphinx_thread_cards.platforms._parts import url_slug

# Only hosts that are known to be Discourse: "/t/" alone says too little to guess by.
_HOST_LIST = """
    caddy.community clojureverse.org community.bitwarden.com community.brave.com community.cloudflare.com
    community.fly.io community.frame.work community.grafana.com community.home-assistant.io
    community.letsencrypt.org community.n8n.io community.openai.com community.openhab.org
    community.openstreetmap.org community.signalusers.org community.tmpdir.org contributors.scala-lang.org
    devforum.roblox.com discourse.cmake.org discourse.gnome.org discourse.haskell.org discourse.joinmastodon.org
    discourse.julialang.org discourse.llvm.org discourse.mozilla.org discourse.nixos.org discourse.pi-hole.net
    discourse.ros.org discourse.slicer.org discourse.threejs.org discourse.ubuntu.com discourse.vtk.org
    discuss.ardupilot.org discuss.circleci.com discuss.elastic.co discuss.emberjs.com discuss.gradle.org
    discuss.hashicorp.com discuss.huggingface.co discuss.ipfs.tech discuss.kde.org discuss.kotlinlang.org
    discuss.kubernetes.io discuss.linuxcontainers.org discuss.ocaml.org discuss.privacyguides.net
    discuss.python.org discuss.pytorch.org discuss.rubyonrails.org discuss.streamlit.io
    discussion.fedoraproject.org discussions.unity.com elixirforum.com forum.arduino.cc forum.banana-pi.org
    forum.cursor.com forum.djangoproject.com forum.duplicati.com forum.endeavouros.com forum.f-droid.org
    forum.freecodecamp.org forum.garudalinux.org forum.ghost.org forum.gitlab.com forum.godotengine.org
    forum.image.sc forum.kicad.info forum.level1techs.com forum.manjaro.org forum.obsidian.md forum.openwrt.org
    forum.radxa.com forum.rclone.org forum.restic.net forum.snapcraft.io forum.syncthing.net
    forum.torproject.org forums.developer.nvidia.com forums.docker.com forums.lawrencesystems.com
    forums.rockylinux.org forums.swift.org forums.unrealengine.com help.nextcloud.com internals.rust-lang.org
    meta.discourse.org talk.macpowerusers.com ubuntu-mate.community users.rust-lang.org users.scala-lang.org
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


PLATFORM = Platform(name="discourse", label="Discourse", parse=parse, many_servers=True, hosts=tuple(sorted(_HOSTS)))
