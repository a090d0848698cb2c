"""``thread-cards fetch``: keep what the site cites."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from thread_snapshots.commands import output
from thread_snapshots.commands.choice import MisuseError, chosen, open_site
from thread_snapshots.archive import find_copy
from thread_snapshots.asking import Asker
from thread_snapshots.errors import FetchError
from thread_snapshots.http import Client, Limits
from thread_snapshots.outcome import Outcome, Plan, What, fetch_one
from thread_snapshots.pictures import ACCEPT, MOST_BYTES, keep_pictures
from thread_snapshots.run import WORKERS_A_REQUEST, run
from thread_snapshots.saved import Saved, open_saved
from thread_snapshots.steps import drive
from sphinx_thread_cards.store import sweep

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from thread_snapshots.site import Site
    from sphinx_thread_cards.thread import Thread


def command(args: Namespace) -> int:
    """Fetch and keep; returns the exit code."""
    site, urls = open_site(args)
    saved = _open(args.saved) if args.saved else None
    threads = chosen(site, _of_file(saved, urls) if saved else urls)
    sweep(site.store)
    with open_client(site, args) as client:
        plan = _plan(args, site, client, saved)
        outcomes = []
        progress = output.Progress(len(threads))
        try:
            for outcome in run(threads, lambda cited: fetch_one(cited, plan), args.jobs * WORKERS_A_REQUEST):
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


def _open(path: Path) -> Saved:
    try:
        return open_saved(path)
    except FetchError as error:
        raise MisuseError(str(error)) from None


def _of_file(saved: Saved, urls: list[str]) -> list[str]:
    """The address of the thread in a file: as it was given, or as the file tells it."""
    if len(urls) > 1:
        reason = "one file holds one thread; give one address"
        raise MisuseError(reason)
    if not urls and not saved.address:
        reason = f"{saved.name} does not tell which thread it is; give its address too"
        raise MisuseError(reason)
    return urls or [saved.address or ""]


def _plan(args: Namespace, site: Site, client: Client, saved: Saved | None) -> Plan:
    asker = asker_of(site, client)

    def pictures(thread: Thread, before: Thread | None) -> tuple[Thread, list[str]]:
        return keep_pictures(thread, before, site.store, picture)

    def picture(url: str) -> bytes:
        return client.get_bytes(asker.place(url), MOST_BYTES, accept=ACCEPT)

    return Plan(
        folder=site.store,
        send=asker,
        saved=saved,
        refresh=args.refresh,
        older=args.older_than,
        replies=args.replies,
        dry=args.dry_run,
        own=site.settings.endpoints,
        pictures=pictures if site.settings.media else None,
        archived=(lambda cited: drive(find_copy(cited.ref), asker)) if args.archive else None,
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
