"""``thread-cards check``: compare what is kept with the live threads."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from thread_snapshots.commands import output
from thread_snapshots.commands.choice import chosen, kept_alone, open_site
from thread_snapshots.commands.fetching import asker_of, open_client
from thread_snapshots.finding import Finding, Result, check_one
from thread_snapshots.outcome import Plan
from thread_snapshots.run import WORKERS_A_REQUEST, run
from sphinx_thread_cards.store import path_of

if TYPE_CHECKING:
    from argparse import Namespace

_WORDS = {
    Finding.EDITED: "edited since it was kept",
    Finding.GONE: "no longer online",
    Finding.PRIVATE: "made private, or not shown to programs",
    Finding.UNREACHED: "could not be reached",
    Finding.UNCHECKED: "could not be compared",
}
_AS_KEPT = {Finding.SAME, Finding.UNCHECKED}


def command(args: Namespace) -> int:
    """Check, report and mark; returns the exit code."""
    site, urls = open_site(args)
    threads = [cited for cited in chosen(site, urls) if urls or path_of(cited.ref, site.store).exists()]
    threads += [] if urls else kept_alone(site)
    results = []
    with open_client(site, args) as client:
        plan = Plan(folder=site.store, send=asker_of(site, client), dry=args.dry_run, own=site.settings.endpoints)
        progress = output.Progress(len(threads))
        try:
            for result in run(threads, lambda cited: check_one(cited, plan), args.jobs * WORKERS_A_REQUEST):
                results.append(result)
                progress.line("" if args.json else _line(result))
        finally:
            progress.close()
    counts = Counter(result.finding for result in results)
    if args.json:
        output.print_json({"threads": [as_data(result) for result in results], "summary": counts})
    else:
        parts = ", ".join(f"{counts[finding]} {finding}" for finding in Finding if counts[finding])
        output.say(f"{output.several(len(results), 'thread')}: {parts}" if results else "No thread is kept.")
    if any(result.finding not in _AS_KEPT | {Finding.UNREACHED} and not result.known for result in results):
        return output.TROUBLE
    return output.UNREACHED if counts[Finding.UNREACHED] else output.OK


def _line(result: Result) -> str:
    if result.finding is Finding.SAME and not result.why:
        return ""
    word = _WORDS.get(result.finding, "as it was kept")
    known = ", as the snapshot says" if result.known and result.finding in {Finding.EDITED, Finding.GONE} else ""
    why = f": {result.why}" if result.why else ""
    return output.located(result.cited, f"{result.cited.ref.url} {word}{known}{why}")


def as_data(result: Result) -> dict[str, Any]:
    """The result for other programs."""
    return output.as_data(result.cited) | {
        "finding": result.finding.value,
        "why": result.why,
        "known": result.known,
        "marked": result.marked,
    }
