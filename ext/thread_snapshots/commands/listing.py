"""``thread-cards list``: what is cited, what is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from thread_snapshots.commands import output
from thread_snapshots.commands.choice import chosen, kept_alone, open_site
from sphinx_thread_cards.figures import files_of
from sphinx_thread_cards.store import MEDIA, SnapshotError, load, path_of

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from thread_snapshots.site import Cited
    from sphinx_thread_cards.thread import Thread

_HEAD = ("STATUS", "POSTS", "AGE", "SIZE", "THREAD", "CITED IN")


def command(args: Namespace) -> int:
    """Print a table of the threads; returns the exit code."""
    site, urls = open_site(args)
    threads = chosen(site, urls) + ([] if urls else kept_alone(site))
    rows = [_row(cited, site.store) for cited in threads]
    if args.json:
        output.print_json({"threads": rows})
    else:
        output.print_table(_HEAD, map(_shown, rows))
    return output.OK


def _row(cited: Cited, folder: Path) -> dict[str, Any]:
    path = path_of(cited.ref, folder)
    row = output.as_data(cited) | {"status": "missing", "why": "", "posts": 0, "kept": None, "size": 0, "file": None}
    if not path.exists():
        return row
    row |= {"file": str(path), "size": path.stat().st_size}
    try:
        thread = load(cited.ref, folder)
    except SnapshotError as error:
        return row | {"status": "broken", "why": str(error)}
    return row | (_of_thread(thread, folder) if thread else {})


def _of_thread(thread: Thread, folder: Path) -> dict[str, Any]:
    source = thread.provenance
    pictures = {folder / MEDIA / name for name in files_of(thread)}
    size = path_of(thread, folder).stat().st_size + sum(path.stat().st_size for path in pictures if path.is_file())
    return {"status": source.status.value, "posts": len(thread.posts), "kept": source.retrieved, "size": size}


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    places = row["places"]
    cited = f"{places[0]}{f' (and {len(places) - 1} more)' if places[1:] else ''}" if places else "nowhere"
    size = output.size_of(row["size"]) if row["size"] else "-"
    return row["status"], str(row["posts"] or "-"), _age(row["kept"]), size, row["url"], cited


def _age(kept: str | None) -> str:
    if kept is None:
        return "-"
    days = (datetime.now(UTC) - datetime.fromisoformat(kept)).days
    return output.several(days, "day")
