"""Issue trackers and code review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.urls import Kind, Platform, Route

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, SplitURL

# -- GitHub: https://docs.github.com/en/rest/issues. Issues, pull requests and discussions of a
# repository share their numbers.


def _review_comment(groups: Groups, _: SplitURL) -> bool:
    """Complete the short fragment that a review comment has on the "files" tab."""
    if groups.get("review"):
        groups["post"] = f"discussion_r{groups['review']}"
    return True


def _github(path: str, url: str, id_: str) -> Route:
    return Route(
        f"{path}/<id:number>(?:/(?:files|changes|commits|checks|conflicts)(?:/[0-9a-f.]{{1,90}})?)?",
        f"{url}/{{id}}",
        id=id_,
        number="#{id}",
        lower="community",
        anchor="<post:(?:issuecomment-|discussion_r|pullrequestreview-|discussioncomment-|event-"
        "|issue-|discussion-)[0-9]{1,20}>|r<review:[0-9]{1,20}>",
        post_url="#{post}",
        kind={"issues": Kind.ISSUE, "pull": Kind.PULL_REQUEST, "discussions": Kind.DISCUSSION},
        fix=_review_comment,
    )


GITHUB = Platform(
    name="github",
    label="GitHub",
    hosts=("github.com", "redirect.github.com", "togithub.com"),
    # Update bots use these, so that GitHub does not notify the thread.
    aliases={"redirect.github.com": "github.com", "togithub.com": "github.com"},
    routes=(
        _github(
            r"/(?!orgs/)<community:[A-Za-z0-9_-]{1,64}/(?!\.{1,2}/)[A-Za-z0-9._-]{1,100}>"
            "/<kind:issues|pull|discussions>",
            "/{community}/{kind}",
            "{lower}/{id}",
        ),
        # The repository with the discussions of an organisation; only GitHub knows those of others.
        _github(
            "/orgs/<community:(?i:community)>/<kind:discussions>",
            "/orgs/{community}/{kind}",
            "community/community/{id}",
        ),
        _github(
            "/orgs/<community:[A-Za-z0-9_-]{1,64}>/<kind:discussions>",
            "/orgs/{community}/{kind}",
            "orgs/{lower}/{id}",
        ),
    ),
)

# -- GitLab: https://docs.gitlab.com/development/routing/. Work items have the numbers of the issues of
# a project, and of the epics of a group.

# Reserved first segments (https://docs.gitlab.com/user/reserved_names/), and files of a project.
_GITLAB = (
    r"(?!/(?:admin|api|dashboard|explore|help|projects|search|users)/|.*\.\."
    "|.*/(?:blame|blob|commits|edit|raw|tree|wikis)/.*/)"
)
_GITLAB_PATH = "<community:NAME(?:/NAME)REPEAT>(?:/-)?".replace(
    "NAME", "[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}"
)
_TABS = "(?:/(?:diffs|commits|pipelines|conflicts|reports|timeline|designs(?:/[^/]{1,255})?))?"


def _gitlab(path: str, type_: str, kind: Kind, sign: str, folder: str = "") -> Route:
    depth = "{0,20}" if folder else "{1,20}"
    return Route(
        f"{_GITLAB}{folder or '(?!/groups/)'}/{_GITLAB_PATH.replace('REPEAT', depth)}"
        f"/{path}/<id:number>{_TABS}",
        f"{folder}/{{community}}/-/{type_}/{{id}}",
        id=f"{folder[1:]}{'/' if folder else ''}{{lower}}/{type_}/{{id}}",
        number=f"{sign}{{id}}",
        lower="community",
        anchor="note_[0-9]{1,20}",
        post_url="#{post}",
        kind=kind,
    )


GITLAB = Platform(
    name="gitlab",
    label="GitLab",
    many_servers=True,
    # Known by name for old URLs, which do not have the "/-/" of a GitLab server.
    hosts=tuple(
        "gitlab.com code.videolan.org foss.heptapod.net framagit.org gitlab.alpinelinux.org"
        " gitlab.archlinux.org gitlab.freedesktop.org gitlab.gnome.org gitlab.haskell.org"
        " gitlab.kitware.com gitlab.torproject.org invent.kde.org salsa.debian.org".split()
    ),
    markers=("-",),
    evidence="/-/(?:issues(?:/incident)?|merge_requests|work_items|epics)/[0-9]",
    routes=(
        _gitlab("(?:issues(?:/incident)?|work_items)", "issues", Kind.ISSUE, "#"),
        _gitlab("merge_requests", "merge_requests", Kind.MERGE_REQUEST, "!"),
        _gitlab("(?:epics|work_items)", "epics", Kind.EPIC, "&", folder="/groups"),
    ),
)

PLATFORMS = (GITHUB, GITLAB)
