"""GitHub: issues, pull requests and discussions.

URL forms: https://docs.github.com/en/rest/issues and the site's own permalinks.
Numbers are shared by the issues, pull requests and discussions of a repository, so they identify without the kind.
"""

from __future__ import annotations

import re

from sphinx_thread_cards.model import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform

_KINDS = {"issues": Kind.ISSUE, "pull": Kind.PULL_REQUEST, "discussions": Kind.DISCUSSION}
_ITEM = re.compile(
    r"/([A-Za-z0-9-]{1,39})/([A-Za-z0-9._-]{1,100})/(issues|pull|discussions)/([0-9]{1,10})"
    r"(?:/(?:files|changes|commits|checks)(?:/[0-9a-f.]{1,90})?)?/?"
)
_POST = re.compile(
    r"(?:issuecomment|discussion_r|pullrequestreview|discussioncomment|event|issue|discussion)-?[0-9]{1,20}"
)


def parse(address: Address) -> ThreadRef | None:
    """Read the address of an issue, pull request or discussion, with the comment meant."""
    match = _ITEM.fullmatch(address.path)
    if match is None:
        return None
    owner, repository, segment, number = match.groups()
    number = number.lstrip("0") or "0"
    if owner == "orgs" and segment != "discussions":
        return None
    community = repository if owner == "orgs" else f"{owner}/{repository}"
    post = address.fragment if _POST.fullmatch(address.fragment) else None
    anchor = f"#{post}" if post else ""
    return ThreadRef(
        platform="github",
        id=f"{owner}/{repository}/{number}".lower(),
        url=f"https://github.com/{owner}/{repository}/{segment}/{number}{anchor}",
        given_url=address.url,
        host="github.com",
        community=community,
        number=f"#{number}",
        post=post,
        kind=_KINDS[segment],
    )


PLATFORM = Platform(name="github", label="GitHub", parse=parse, hosts=("github.com",))
