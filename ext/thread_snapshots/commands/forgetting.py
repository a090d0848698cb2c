"""``thread-cards forget``: take what is kept of a thread out, and leave a mark that it is not fetched again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thread_snapshots.commands import output
from thread_snapshots.commands.choice import MisuseError, chosen, open_site
from sphinx_thread_cards.describe import neutral
from thread_snapshots.keeping import now
from thread_snapshots.housekeeping import pictures_of
from sphinx_thread_cards.store import path_of, save
from sphinx_thread_cards.thread import Provenance, Status, Thread

if TYPE_CHECKING:
    from argparse import Namespace

    from sphinx_thread_cards.urls import ThreadRef


def command(args: Namespace) -> int:
    """Forget the threads at the addresses given; returns the exit code."""
    site, urls = open_site(args)
    if not urls:
        reason = "name the addresses of the threads to forget"
        raise MisuseError(reason)
    threads = chosen(site, urls)
    if args.dry_run:
        for cited in threads:
            output.say(output.located(cited, f"would forget {cited.ref.url}"))
        return output.OK
    pictures = pictures_of((path_of(cited.ref, site.store) for cited in threads), site.store)
    for cited in threads:
        save(_mark(cited.ref), site.store)
        output.say(f"forgot {cited.ref.url}")
        for place in cited.places:
            output.say(f"{place}: cites it still; look at what the page says of it")
    pictures -= pictures_of(site.store.rglob("*.json"), site.store)
    for path in pictures:
        path.unlink(missing_ok=True)
    output.say(f"{output.several(len(pictures), 'picture')} deleted. Git and published builds keep older versions.")
    return output.OK


def _mark(ref: ThreadRef) -> Thread:
    """A snapshot that says only that the thread was withdrawn."""
    status = Provenance(endpoint="hand", status=Status.WITHDRAWN, checked=now())
    return Thread(platform=ref.platform, host=ref.host, id=ref.id, url=neutral(ref).url, provenance=status)
