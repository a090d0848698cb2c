"""Which threads a command is about: those that the site cites, or those whose addresses are given."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from thread_snapshots.housekeeping import kept
from sphinx_thread_cards.urls import Kind
from sphinx_thread_cards.platforms import find_thread, parse_thread_url, platform_of
from thread_snapshots.site import Cited, Site, read_site

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence


class MisuseError(Exception):
    """The command line cannot be understood; ``str()`` of it says why."""


def split_places(words: Sequence[str]) -> tuple[Path, list[str]]:
    """The source folder and the addresses among the words of a command line.

    :raises MisuseError: if there is more than one folder.
    """
    urls = [word for word in words if "://" in word]
    folders = [word for word in words if "://" not in word]
    if len(folders) > 1:
        reason = f"{folders[1]!r} is neither the address of a thread nor the only folder of sources"
        raise MisuseError(reason)
    return Path(folders[0] if folders else "docs" if Path("docs").is_dir() else "."), urls


def open_site(args: Namespace) -> tuple[Site, list[str]]:
    """Read the site that the command line names.

    :returns: the site, and the addresses given.
    :raises MisuseError: if the command line cannot be understood.
    :raises SiteError: if the site cannot be read.
    """
    source, urls = split_places(args.places)
    confdir = args.confdir or (source if (source / "conf.py").exists() else Path())
    return read_site(source, confdir, args.doctrees), urls


def chosen(site: Site, urls: Sequence[str]) -> list[Cited]:
    """The threads at the addresses given, as the site cites them; all cited ones where none are given.

    :raises MisuseError: for an address that is no thread's.
    """
    if not urls:
        return list(site.cited)
    by_key = {cited.ref.key: cited for cited in site.cited}
    found = dict.fromkeys(_key(url, by_key, site.settings.hosts) for url in urls)
    return [by_key[key] for key in found]


def _key(url: str, by_key: dict[tuple[str, str, str], Cited], hosts: Mapping[str, str]) -> tuple[str, str, str]:
    ref = parse_thread_url(url, hosts)
    if ref is None:
        page = find_thread(url)
        if page and platform_of(page.host, hosts):
            reason = f"{url} is not the address of a thread"
            raise MisuseError(reason)
        more = f'; name its host in thread_cards_hosts: {{"{page.host}": "discourse"}}' if page else ""
        reason = f"no platform knows {url}{more}"
        raise MisuseError(reason)
    if ref.kind is not Kind.PAGE and ref.key not in by_key:
        by_key[ref.key] = Cited(ref=ref, posts=frozenset({ref.post} if ref.post else ()))
    return ref.key


def kept_alone(site: Site) -> list[Cited]:
    """The threads that are kept, but not cited any more; as if their snapshots cited them."""
    cited = {cited.ref.key for cited in site.cited}
    found = []
    for path, thread in kept(site.store):
        ref = parse_thread_url(thread.url, site.settings.hosts)
        if ref and ref.key == (thread.platform, thread.host, thread.id) and ref.key not in cited:
            found.append(Cited(ref=ref, places=(f"{os.path.relpath(path)}:1",)))
    return found
