"""Sources by platform; one module for each family of platforms with the same API."""

from collections.abc import Mapping

from thread_snapshots.source import Source
from thread_snapshots.sources import (
    bluesky,
    discourse,
    github,
    gitlab,
    hackernews,
    lemmy,
    lobsters,
    mailing_lists,
    mastodon,
    oembed,
    reddit,
    stackexchange,
    trackers,
    x,
)

__all__ = ["SOURCES"]

_UNSUPPORTED = {
    # https://discord.com/developers/docs/reference
    "discord": "Discord shows messages to members only; quote them in the body of the directive if you may",
    # User agreement, 8.2: https://www.linkedin.com/legal/user-agreement
    "linkedin": "LinkedIn does not allow programs to read posts; save the page in a browser and use --from",
    # https://developers.facebook.com/docs/threads/tools-and-resources/embed-a-threads-post
    "threads": "Threads shows posts to reviewed applications only; save the page in a browser and use --from",
    "telegram": "Telegram has no public API for posts; save the page in a browser and use --from",
    "zulip": "Zulip's API needs an account; save the page in a browser and use --from",
    "misskey": "Misskey's API is not supported; save the page in a browser and use --from",
}
SOURCES: Mapping[str, Source] = {
    platform: source
    for source in (
        *(Source(platforms=(name,), unsupported=why) for name, why in _UNSUPPORTED.items()),
        *(bluesky.SOURCE, discourse.SOURCE, github.SOURCE, gitlab.SOURCE, hackernews.SOURCE),
        *(lemmy.SOURCE, lobsters.SOURCE, mastodon.SOURCE, oembed.SOURCE, reddit.SOURCE),
        *(stackexchange.SOURCE, x.SOURCE, *mailing_lists.SOURCES, *trackers.SOURCES),
        github.FORGEJO,
    )
    for platform in source.platforms
}
