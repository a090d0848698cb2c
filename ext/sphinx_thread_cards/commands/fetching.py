"""``thread-cards fetch``: keep what the site cites."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from sphinx_thread_cards.commands import output
from sphinx_thread_cards.commands.choice import chosen, open_site
from sphinx_thread_cards.fetch.asking import Asker
from sphinx_thread_cards.fetch.http import Client, Limits
from sphinx_thread_cards.fetch.kept import Outcome, Plan, What, fetch_one
from sphinx_thread_cards.fetch.run import run
from sphinx_thread_cards.store import sweep

if TYPE_CHECKING:
    from argparse import Namespace

    from sphinx_thread_cards.site import Site


def command(args: Namespace) -> int:
    """Fetch and keep; returns the exit code."""
    site, urls = open_site(args)
    threads = chosen(site, urls)
    sweep(site.store)
    with open_client(site, args) as client:
        plan = _plan(args, site, asker_of(site, client))
        outcomes = []
        progress = output.Progress(len(threads))
        try:
            for outcome in run(threads, lambda cited: fetch_one(cited, plan), args.jobs):
                outcomes.append(outcome)
                progress.line("" if args.json else _line(outcome))
        finally:
            progress.close()
    counts = Counter(outcome.what for outcome in outcomes)
    if args.json:
        output.print_json({"threads": [as_data(outcome) for outcome in outcomes], "summary": counts})
    else:
        output.say(_summary(counts))
    return output.TROUBLE if counts[What.FAILED] else output.OK


def open_client(site: Site, args: Namespace) -> Client:
    """A client that says whose it is and may ask the servers that the site's settings name."""
    limits = Limits(jobs=args.jobs, pause=args.pause)
    allowed = site.settings.endpoints.values()
    return Client(contact=site.contact, allowed=allowed, limits=limits, ca_bundle=site.ca_bundle)


def asker_of(site: Site, client: Client) -> Asker:
    """What sends the requests of platforms, with the token that GitHub's own tools use too."""
    token = os.environ.get("GITHUB_TOKEN", "")
    return Asker(client, site.settings.endpoints, {"api.github.com": token} if token else {})


def _plan(args: Namespace, site: Site, asker: Asker) -> Plan:
    return Plan(
        folder=site.store,
        send=asker,
        refresh=args.refresh,
        older=args.older_than,
        replies=args.replies,
        dry=args.dry_run,
    )


def _line(outcome: Outcome) -> str:
    """``docs/index.md:12: saved https://x.com/...: 26 posts, from Thread Reader``; nothing where nothing happened."""
    said = [output.several(outcome.posts, "post")] if outcome.what in {What.SAVED, What.UPDATED} else []
    said += [outcome.why] if outcome.why else []
    details = f": {'; '.join(said)}" if said else ""
    return output.located(outcome.cited, f"{outcome.what} {outcome.cited.ref.url}{details}")


def _summary(counts: Counter[What]) -> str:
    total = counts.total()
    parts = [f"{counts[what]} {what}" for what in What if counts[what]]
    return f"{output.several(total, 'thread')}: {', '.join(parts)}" if total else "The site cites no thread."


def as_data(outcome: Outcome) -> dict[str, Any]:
    """The outcome for other programs."""
    return output.as_data(outcome.cited) | {
        "outcome": outcome.what.value,
        "why": outcome.why,
        "posts": outcome.posts,
        "file": str(outcome.file) if outcome.file else None,
    }
