"""How threads are fetched: one file for each platform, named like that of its addresses, and one table here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.sources import (
    bluesky,
    discourse,
    github,
    gitlab,
    groupsio,
    hackernews,
    hyperkitty,
    hypermail,
    lemmy,
    lkml,
    lobsters,
    mailarchive,
    mastodon,
    misskey,
    pipermail,
    pleroma,
    publicinbox,
    stackexchange,
    zulip,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx_thread_cards.fetch.steps import Source

__all__ = ["SOURCES"]

_MODULES = (
    bluesky,
    discourse,
    github,
    gitlab,
    groupsio,
    hackernews,
    hyperkitty,
    hypermail,
    lemmy,
    lkml,
    lobsters,
    mailarchive,
    mastodon,
    misskey,
    pipermail,
    pleroma,
    publicinbox,
    stackexchange,
    zulip,
)
SOURCES: Mapping[str, Source] = MappingProxyType({module.SOURCE.name: module.SOURCE for module in _MODULES})
