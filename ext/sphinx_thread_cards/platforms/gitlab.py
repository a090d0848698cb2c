"""GitLab: issues, merge requests, work items and epics, on gitlab.com and every other server.

URL forms: https://docs.gitlab.com/development/routing/ and https://docs.gitlab.com/user/work_items/
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform

# Work items are numbered with the issues of a project, and with the epics of a group.
_SEGMENTS = {
    "issues": "issues",
    "issues/incident": "issues",
    "work_items": "issues",
    "merge_requests": "merge_requests",
}
_GROUP_SEGMENTS = {"epics": "epics", "work_items": "epics"}
_KINDS = {
    "issues": (Kind.ISSUE, "#"),
    "merge_requests": (Kind.MERGE_REQUEST, "!"),
    "epics": (Kind.EPIC, "&"),
}
# Names of groups and projects start with a letter, digit or underscore, so "-" is never one of them.
_PATH = r"/([A-Za-z0-9_][A-Za-z0-9_.-]{0,254}(?:/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}){1,20})"
_NUMBER = r"/(issues(?:/incident)?|merge_requests|work_items|epics)/([0-9]{1,10})"
# The tabs of an issue and a merge request.
_ITEM = re.compile(
    _PATH
    + r"(?:/-)?"
    + _NUMBER
    + r"(?:/(?:diffs|commits|pipelines|conflicts|reports|timeline|designs(?:/[^/]{1,255})?))?/?"
)
_GUESS = re.compile(_PATH + "/-" + _NUMBER + r"[/#]")
_NOTE = re.compile(r"note_[0-9]{1,20}")
# First segments that are GitLab's own pages; https://docs.gitlab.com/user/reserved_names/
_RESERVED = frozenset({"admin", "api", "dashboard", "explore", "help", "projects", "search", "users"})
# Behind a project these are its files and history; no group or project is called so.
_FILES = frozenset({"blame", "blob", "commits", "edit", "raw", "tree", "wikis"})


def parse(address: Address) -> ThreadRef | None:
    """Read the address of an issue, merge request, work item or epic, with the comment meant."""
    match = _ITEM.fullmatch(address.path)
    if match is None:
        return None
    path, segment, number = match.groups()
    first, _, group = path.partition("/")
    in_group = first == "groups"
    item = (_GROUP_SEGMENTS if in_group else _SEGMENTS).get(segment)
    if item is None or first in _RESERVED or ".." in path or not _FILES.isdisjoint(path.split("/")):
        return None
    number = number.lstrip("0") or "0"
    kind, sign = _KINDS[item]
    post = address.fragment if _NOTE.fullmatch(address.fragment) else None
    anchor = f"#{post}" if post else ""
    return ThreadRef(
        platform="gitlab",
        id=f"{path}/{item}/{number}".lower(),
        url=f"https://{address.site}/{path}/-/{item}/{number}{anchor}",
        given_url=address.url,
        host=address.host,
        community=group if in_group else path,
        number=f"{sign}{number}",
        post=post,
        kind=kind,
    )


PLATFORM = Platform(
    name="gitlab",
    label="GitLab",
    parse=parse,
    many_servers=True,
    # Known by name for their old addresses, which lack the "/-/" that tells a GitLab server.
    hosts=(
        "code.videolan.org",
        "foss.heptapod.net",
        "framagit.org",
        "gitlab.alpinelinux.org",
        "gitlab.archlinux.org",
        "gitlab.com",
        "gitlab.freedesktop.org",
        "gitlab.gnome.org",
        "gitlab.haskell.org",
        "gitlab.kitware.com",
        "gitlab.torproject.org",
        "invent.kde.org",
        "salsa.debian.org",
    ),
    guess=_GUESS,
    marks=frozenset({"-"}),
)
