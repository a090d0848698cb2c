"""How threads are fetched: one file for each platform, named like that of its addresses, and one table here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.sources import (
    bluesky,
    discord,
    discourse,
    github,
    gitlab,
    groupsio,
    hackernews,
    hyperkitty,
    hypermail,
    lemmy,
    linkedin,
    lkml,
    lobsters,
    mailarchive,
    mastodon,
    misskey,
    pipermail,
    pleroma,
    publicinbox,
    reddit,
    stackexchange,
    telegram,
    threads,
    tumblr,
    x,
    youtube,
    zulip,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx_thread_cards.fetch.steps import Source

__all__ = ["SOURCES"]

_MODULES = (
    bluesky,
    discord,
    discourse,
    github,
    gitlab,
    groupsio,
    hackernews,
    hyperkitty,
    hypermail,
    lemmy,
    linkedin,
    lkml,
    lobsters,
    mailarchive,
    mastodon,
    misskey,
    pipermail,
    pleroma,
    publicinbox,
    reddit,
    stackexchange,
    telegram,
    threads,
    tumblr,
    x,
    youtube,
    zulip,
)
SOURCES: Mapping[str, Source] = MappingProxyType({module.SOURCE.name: module.SOURCE for module in _MODULES})
