"""GitHub: issues, pull requests and discussions.

URL forms: https://docs.github.com/en/rest/issues and the site's own permalinks.
Numbers are shared by the issues, pull requests and discussions of a repository, so they identify without the kind.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform

_HOST = "github.com"
# The others are what update robots write so that GitHub does not notify the thread.
_HOSTS = (_HOST, "redirect.github.com", "togithub.com")
# Owner of the repository that holds an organisation's discussions, by its name; which one it is only the site can tell.
_DISCUSSIONS = {"community": "community"}
_KINDS = {"issues": Kind.ISSUE, "pull": Kind.PULL_REQUEST, "discussions": Kind.DISCUSSION}
_ITEM = re.compile(
    # Names of managed users hold an underscore; no repository is called "." or "..".
    r"/([A-Za-z0-9_-]{1,64})/(?!\.{1,2}/)([A-Za-z0-9._-]{1,100})/(issues|pull|discussions)/([0-9]{1,10})"
    r"(?:/(?:files|changes|commits|checks|conflicts)(?:/[0-9a-f.]{1,90})?)?/?"
)
_POST = re.compile(
    r"issuecomment-[0-9]{1,20}|discussion_r[0-9]{1,20}|pullrequestreview-[0-9]{1,20}|discussioncomment-[0-9]{1,20}"
    r"|event-[0-9]{1,20}|issue-[0-9]{1,20}|discussion-[0-9]{1,20}"
)
# On the "files" tab, a review comment's anchor is short.
_REVIEW_COMMENT = re.compile(r"r([0-9]{1,20})")


def parse(address: Address) -> ThreadRef | None:
    """Read the address of an issue, pull request or discussion, with the comment meant."""
    match = _ITEM.fullmatch(address.path)
    if match is None:
        return None
    owner, repository, segment, number = match.groups()
    number = number.lstrip("0")
    if not number or (owner == "orgs" and segment != "discussions"):
        return None
    place = f"{owner}/{repository}"
    holder = _DISCUSSIONS.get(repository.lower(), owner) if owner == "orgs" else owner
    # A host that only the site's configuration knows is a company's own server.
    host = _HOST if address.host in _HOSTS else address.host
    post = _post(address.fragment) if address.fragment else None
    anchor = f"#{post}" if post else ""
    return ThreadRef(
        platform="github",
        id=f"{holder}/{repository}/{number}".lower(),
        url=f"https://{host}/{place}/{segment}/{number}{anchor}",
        given_url=address.url,
        host=host,
        community=repository if owner == "orgs" else place,
        number=f"#{number}",
        post=post,
        kind=_KINDS[segment],
    )


def _post(fragment: str) -> str | None:
    if _POST.fullmatch(fragment):
        return fragment
    match = _REVIEW_COMMENT.fullmatch(fragment)
    return f"discussion_r{match[1]}" if match else None


PLATFORM = Platform(
    name="github",
    label="GitHub",
    parse=parse,
    hosts=_HOSTS,
)
