"""Issue trackers and code review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.platforms.known import HOSTS
from sphinx_thread_cards.urls import Platform

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import Groups, SplitURL


def _github(groups: Groups, _: SplitURL) -> bool:
    """Complete the short fragment that a review comment has on the "files" tab."""
    if groups.get("review"):
        groups["post"] = f"discussion_r{groups['review']}"
    return True


# https://docs.github.com/en/rest/issues. Issues, pull requests and discussions of a repository share
# their numbers. One repository has the discussions of an organisation; only GitHub knows which.
GITHUB = Platform(
    name="github",
    label="GitHub",
    hosts=["github.com", "redirect.github.com", "togithub.com"],
    # Update bots use these, so that GitHub does not notify the thread.
    aliases=dict.fromkeys(["redirect.github.com", "togithub.com"], "github.com"),
    fix=_github,
    defaults="id={lower}/{id} number=#{id} lower=community post_url=#{post}"
    " anchor=<post:comment>|r<review:[0-9]{1,20}>",
    types={
        "owner": "(?!orgs/)[A-Za-z0-9_-]{1,64}",
        "community": r"<:owner>/(?!\.{1,2}/)[A-Za-z0-9._-]{1,100}",
        "id": "0*+(?P<NAME>[1-9][0-9]{0,9})<:tab>",
        "tab": "(?:/(?:files|changes|commits|checks|conflicts)(?:/[0-9a-f.]{1,90})?)?",
        "comment": "(?:issuecomment-|discussion_r|pullrequestreview-|discussioncomment-|event-"
        "|issue-|discussion-)[0-9]{1,20}",
    },
    routes="""
    /<community>/issues/<id>                         /{community}/issues/{id}            kind=issue
    /<community>/pull/<id>                           /{community}/pull/{id}              kind=pull-request
    /<community>/discussions/<id>                    /{community}/discussions/{id}       kind=discussion
    /orgs/<community:(?i:community)>/discussions/<id>  /orgs/{community}/discussions/{id}  id=community/community/{id} kind=discussion
    /orgs/<community:owner>/discussions/<id>         /orgs/{community}/discussions/{id}  id=orgs/{lower}/{id} kind=discussion
    """,
)

# https://docs.gitlab.com/development/routing/. Work items have the numbers of the issues of a
# project, and of the epics of a group. Old URLs do not have the "/-/" of a GitLab server; on known
# hosts only.
GITLAB = Platform(
    name="gitlab",
    label="GitLab",
    many_servers=True,
    hosts=HOSTS["gitlab"],
    defaults="lower=community anchor=note_[0-9]{1,20} post_url=#{post}",
    types={
        # Reserved names (https://docs.gitlab.com/user/reserved_names/), and files of a project.
        "no": r"(?!/(?:admin|api|dashboard|explore|help|projects|search|users)/|.*\.\."
        "|.*/(?:blame|blob|commits|edit|raw|tree|wikis)/.*/)",
        "name": "[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}",
        "community": "(?!groups/)<:name>(?:/<:name>){1,20}",
        "group": "<:name>(?:/<:name>){0,20}",
        "tab": "(?:/(?:diffs|commits|pipelines|conflicts|reports|timeline|designs(?:/[^/]{1,255})?))?",
        "issue": "issues(?:/incident)?|work_items",
    },
    routes="""
    <:no>/<community>(?:/-)?/<:issue>/<id:number><:tab>                        /{community}/-/issues/{id}          id={lower}/issues/{id} number=#{id} kind=issue
    <:no>/<community>(?:/-)?/merge_requests/<id:number><:tab>                  /{community}/-/merge_requests/{id}  id={lower}/merge_requests/{id} number=!{id} kind=merge-request
    <:no>/groups/<community:group>(?:/-)?/(?:epics|work_items)/<id:number><:tab>  /groups/{community}/-/epics/{id}    id=groups/{lower}/epics/{id} number=&{id} kind=epic
    """,
    markers=["-"],
    evidence="/-/(?:<:issue>|merge_requests|epics)/[0-9]",
)

PLATFORMS = (GITHUB, GITLAB)
