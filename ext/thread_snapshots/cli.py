"""The command line, ``thread-cards``."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sphinx_thread_cards import __version__, snapshot
from sphinx_thread_cards.platforms import parse_or_page, parse_thread_url

from thread_snapshots.site import CitedThread, Site, SiteError, read_settings, read_site
from thread_snapshots.source import BadResponse, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.client import Client
    from thread_snapshots.update import CheckResult, UpdateResult

OK, FAILED, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
_EPILOG = """\
exit codes:
  0    success
  1    fetch: a thread could not be fetched; check: a thread was edited, deleted or made private
  2    wrong usage, or the site cannot be read or written
  3    check: a server could not be reached, and no thread has changed
  130  interrupted; threads saved until then are complete
"""
_CHECKED = {
    "same": "unchanged",
    "edited": "edited since it was saved",
    "deleted": "deleted",
    "private": "private, or closed to programs",
    "unreachable": "cannot be reached",
    "unchecked": "cannot be compared",
}
_STRAY_AGE = 3600
_R = TypeVar("_R", "CheckResult", "UpdateResult")


class UsageError(Exception):
    """The command line is wrong; ``str()`` is the message."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code.

    Args:
        argv: the arguments; by default those of the process.
    """
    args = _parse(argv)
    try:
        code: int = args.func(args)
    except (UsageError, SiteError) as error:
        return _error(str(error))
    except ModuleNotFoundError as error:
        install = "run: pip install 'sphinx-thread-cards[fetch]'"
        return _error(f"{args.command} needs the package {error.name}; {install}")
    except OSError as error:
        return _error(f"{error.filename2 or error.filename or 'output'}: {error.strerror or error}")
    except KeyboardInterrupt:
        _error("interrupted; threads saved until now are complete")
        os._exit(INTERRUPTED)  # do not wait for the responses to other threads' requests
    return code


def _error(message: str) -> int:
    sys.stdout.flush()
    print(f"thread-cards: {message}", file=sys.stderr, flush=True)
    return USAGE


# -- Arguments -----------------------------------------------------------------


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser()
    # argparse alone does not accept DIR and URL between the options of a subcommand.
    args, rest = parser.parse_known_args(argv)
    if unknown := [argument for argument in rest if argument.startswith("-")]:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    args.targets += rest
    return args


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="thread-cards",
        description="Save the threads that a Sphinx site cites, and check them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    add = _add_command(commands, _fetch, "save the cited threads that are not saved yet")
    add("--refresh", action="store_true", help="fetch saved threads again")
    add("--older-than", type=_age, metavar="AGE", help="fetch threads checked before: 90d, 12h, 4w")
    add("--links", action="store_true", help="save linked threads, not only cards and citations")
    add("--replies", action="store_true", help="save the replies of other people")
    add("--archive", action="store_true", help="look up copies in the Wayback Machine")
    add("--from", dest="file", type=Path, metavar="FILE", help="read a saved page, JSON or mbox")
    add("--dry-run", action="store_true", help="report what would be fetched; send no request")

    add = _add_command(commands, _check, "compare the saved threads with the live ones")
    add("--dry-run", action="store_true", help="report only; mark no snapshot")

    _add_command(commands, _list, "list the threads that are cited or saved")

    add = _add_command(commands, _forget, "delete snapshots, and never fetch these threads again")
    add("--dry-run", action="store_true", help="report what would be deleted; delete nothing")
    return parser


def _add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    func: Callable[[argparse.Namespace], int],
    text: str,
) -> Callable[..., argparse.Action]:
    """Add a subcommand with the arguments that it shares with others."""
    name = func.__name__.strip("_")
    command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.set_defaults(func=func)
    add = command.add_argument
    targets = "source directory (docs or .), and URLs of threads to process instead of all"
    add("targets", nargs="*", metavar="DIR|URL", help=targets)
    add("-c", dest="confdir", type=Path, metavar="DIR", help="directory of conf.py")
    add("-d", dest="doctrees", type=Path, metavar="DIR", help="directory of doctrees to reuse")
    if name != "forget":
        add("--json", action="store_true", help="print JSON")
    if name in {"fetch", "check"}:
        add("-j", "--jobs", type=_jobs, default=4, metavar="N", help="parallel requests (4)")
        pause = "seconds between two requests to a host (1)"
        add("--pause", type=_seconds, default=1, metavar="SECONDS", help=pause)
    return add


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:  # noqa: PLR2004 - what servers may accept
        raise argparse.ArgumentTypeError(f"number from 1 to 64 expected, got {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (seconds := float(text)) <= 3600:  # noqa: PLR2004 - an hour
            return seconds
    raise argparse.ArgumentTypeError(f"number of seconds expected, got {text!r}; use 2 or 0.5")


def _age(text: str) -> timedelta:
    if match := re.fullmatch(r"([0-9]{1,5})([hdw])", text.strip()):
        return timedelta(**{{"h": "hours", "d": "days", "w": "weeks"}[match[2]]: int(match[1])})
    raise argparse.ArgumentTypeError(f"age expected, got {text!r}; use 90d, 12h or 4w")


def _urls(args: argparse.Namespace) -> list[str]:
    return [target for target in args.targets if "://" in target]


def _open_site(args: argparse.Namespace, *, pages: bool = True) -> Site:
    """Read the settings of the site that the arguments name, and its pages if required."""
    folders = [target for target in args.targets if "://" not in target]
    if len(folders) > 1:
        raise UsageError(f"one source directory expected, got {' and '.join(folders)}")
    source = Path(folders[0] if folders else "docs" if Path("docs").is_dir() else ".")
    confdir = args.confdir or (source if (source / "conf.py").exists() else Path())
    return read_site(source, confdir, args.doctrees) if pages else read_settings(source, confdir)


def _select(site: Site, urls: Iterable[str]) -> list[CitedThread]:
    """Return the threads at these URLs, as the site cites them."""
    selected = {thread.ref.key: thread for thread in site.cited}
    keys = []
    for url in urls:
        ref = parse_thread_url(url, site.hosts)
        if ref is None:
            page = parse_or_page(url, site.hosts)
            hint = (
                f'; name it in thread_cards_hosts: {{"{page.host}": "discourse"}}' if page else ""
            )
            raise UsageError(f"no platform recognises the URL {url}{hint}")
        keys.append(ref.key)
        posts = frozenset({ref.post} if ref.post else ())
        thread = CitedThread(ref=ref, posts=posts, replies=site.replies)
        selected.setdefault(ref.key, thread)
    return [selected[key] for key in dict.fromkeys(keys)]


# -- Commands ------------------------------------------------------------------


def _fetch(args: argparse.Namespace) -> int:
    # These modules need the packages of the extra "fetch"; the commands list and forget do not.
    from thread_snapshots.saved_file import open_file  # noqa: PLC0415
    from thread_snapshots.sources import SOURCES  # noqa: PLC0415
    from thread_snapshots.update import FetchConfig, FetchStatus, fetch  # noqa: PLC0415
    from thread_snapshots.webpage import canonical_url  # noqa: PLC0415

    urls, file = _urls(args), None
    if args.file:
        try:
            file = open_file(args.file)
        except BadResponse as error:
            raise UsageError(str(error)) from None
        url = canonical_url(file.html()) if file.is_html and not urls else None
        urls = [url] if url else urls
        if len(urls) != 1:
            raise UsageError(f"{args.file}: the URL of its thread expected, got {len(urls)} URLs")
    site = _open_site(args, pages=not urls)
    threads = _select(site, urls) if urls else site.cited
    if not urls and not args.links:
        threads = [thread for thread in threads if thread.roles != ("link",)]
    if not args.dry_run:
        _delete_strays(site.store)
    with _client(args, site) as client:
        config = FetchConfig(
            store=site.store,
            sources=SOURCES,
            send=client.send,
            endpoints=site.endpoints,
            refresh=args.refresh,
            older_than=args.older_than,
            replies=args.replies,
            media=site.media,
            archive=args.archive,
            dry_run=args.dry_run,
            file=file,
        )
        work = partial(fetch, config=config)
        results = _process(args, site, threads, work, _fetch_line)
    return FAILED if any(result.status is FetchStatus.FAILED for result in results) else OK


def _check(args: argparse.Namespace) -> int:
    from thread_snapshots.sources import SOURCES  # noqa: PLC0415 - as in _fetch
    from thread_snapshots.update import CheckStatus, FetchConfig, check  # noqa: PLC0415

    urls = _urls(args)
    site = _open_site(args, pages=not urls)
    threads = _select(site, urls)
    if not urls:
        cited = (
            thread
            for thread in site.cited
            if snapshot.snapshot_path(thread.ref, site.store).exists()
        )
        threads = [*cited, *site.uncited()]
    with _client(args, site) as client:
        config = FetchConfig(
            store=site.store,
            sources=SOURCES,
            send=client.send,
            endpoints=site.endpoints,
            dry_run=args.dry_run,
        )
        work = partial(check, config=config)
        results = _process(args, site, threads, work, _check_line)
    new = {result.status for result in results if not result.known}
    if new & {CheckStatus.EDITED, CheckStatus.DELETED, CheckStatus.PRIVATE}:
        return FAILED
    return UNREACHABLE if CheckStatus.UNREACHABLE in new else OK


def _list(args: argparse.Namespace) -> int:
    urls, site = _urls(args), _open_site(args)
    threads = _select(site, urls) if urls else [*site.cited, *site.uncited()]
    rows = [_row(thread, site) | _saved(thread, site) for thread in threads]
    if args.json:
        print(json.dumps({"threads": rows}, ensure_ascii=False, indent=2))
        return OK
    table = [("USE", "PLATFORM", "STATUS", "POSTS", "SAVED", "WHERE", "URL")]
    for row, thread in zip(rows, threads, strict=True):
        saved = (str(row["posts"] or "-"), str(row["retrieved"] or "-")[:10])
        more = f" and {len(thread.uses) - 1} more" if thread.uses[1:] else ""
        where = f"{thread.location or '-'}{more}"
        use = ", ".join(thread.roles) or "-"
        table.append((use, row["platform"], row["status"], *saved, where, row["url"]))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        print("  ".join(map(str.ljust, line, widths)).rstrip())
    return OK


def _forget(args: argparse.Namespace) -> int:
    urls, site = _urls(args), _open_site(args)
    if not urls:
        raise UsageError("URL of a thread expected; give the URL of each thread to forget")
    threads = _select(site, urls)
    images = site.media_of(snapshot.snapshot_path(thread.ref, site.store) for thread in threads)
    for thread in threads:
        if not args.dry_run:
            _withdraw(thread.ref, site.store)
        print(f"{'would forget' if args.dry_run else 'forgot'} {thread.ref.url}")
        for use in thread.uses:
            print(f"{use.location}: still cites it; check what the page says about it")
    if not args.dry_run:
        images -= site.media_of(site.store.rglob("*.json"))
        for path in images:
            path.unlink(missing_ok=True)
        images_ = plural(len(images), "image")
        print(f"deleted {images_}; git and published builds keep older versions")
    return OK


def _withdraw(ref: ThreadRef, store: Path) -> None:
    """Replace the snapshot of a thread with a mark that it must not be fetched again."""
    mark = snapshot.Provenance(
        endpoint="hand",
        status=snapshot.Status.WITHDRAWN,
        checked=datetime.now(UTC).replace(microsecond=0),
    )
    url = f"https://{ref.host}/"  # the URL of the thread may contain a name
    thread = snapshot.Thread(
        platform=ref.platform, host=ref.host, id=ref.id, url=url, provenance=mark
    )
    snapshot.save(thread, store)


# -- Helpers -------------------------------------------------------------------


def _client(args: argparse.Namespace, site: Site) -> Client:
    from thread_snapshots.client import Client  # noqa: PLC0415 - as in _fetch

    tokens = {"api.github.com": "GITHUB_TOKEN", "gitlab.com": "GITLAB_TOKEN"}
    return Client(
        contact=site.contact,
        endpoints=site.endpoints,
        tokens={host: os.environ.get(name, "") for host, name in tokens.items()},
        ca_bundle=site.ca_bundle,
        pause=args.pause,
        jobs=args.jobs,
    )


def _delete_strays(store: Path) -> None:
    """Delete the temporary files that killed runs left behind."""
    for path in store.rglob("~*"):
        with suppress(FileNotFoundError):
            age = time.time() - path.stat().st_mtime
            if path.is_file() and not path.suffix and age > _STRAY_AGE:
                path.unlink()


def _process(
    args: argparse.Namespace,
    site: Site,
    threads: Iterable[CitedThread],
    work: Callable[[CitedThread], _R],
    line: Callable[[_R], str],
) -> list[_R]:
    """Process threads in parallel, print the results as they come, then a summary or all as JSON."""
    results = []
    # While one thread waits for a response, another one parses and saves.
    executor = ThreadPoolExecutor(2 * args.jobs)
    try:
        for future in as_completed([executor.submit(work, thread) for thread in threads]):
            results.append(future.result())
            if not args.json and (text := line(results[-1])):
                location = results[-1].cited.location
                print(f"{location}: {text}" if location else text, flush=True)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    counts = Counter(result.status for result in results)
    if args.json:
        rows = []
        for result in results:
            details = {item.name: getattr(result, item.name) for item in fields(result)}
            rows.append(_row(details.pop("cited"), site) | details)
        print(json.dumps({"threads": rows, "summary": counts}, ensure_ascii=False, indent=2))
    else:
        parts = ", ".join(f"{count} {status}" for status, count in counts.most_common())
        print(f"{plural(len(results), 'thread')}: {parts or 'nothing to do'}")
    return results


def _fetch_line(result: UpdateResult) -> str:
    if result.status == "unchanged" and not result.message:
        return ""
    changed = result.status in {"saved", "updated"}
    details = [plural(result.posts, "post") if changed else "", result.message]
    text = f"{result.status} {result.cited.ref.url}"
    return ": ".join(filter(None, [text, "; ".join(filter(None, details))]))


def _check_line(result: CheckResult) -> str:
    if result.status == "same" and not result.message:
        return ""
    known = " (known)" if result.known and result.status != "same" else ""
    text = f"{result.cited.ref.url} {_CHECKED[result.status]}{known}"
    return f"{text}: {result.message}" if result.message else text


def _row(cited: CitedThread, site: Site) -> dict[str, Any]:
    """Return what the JSON output of all commands says of a thread."""
    ref, path = cited.ref, snapshot.snapshot_path(cited.ref, site.store)
    row = {"url": ref.url, "platform": ref.platform, "host": ref.host, "id": ref.id}
    uses = [asdict(use) for use in cited.uses]
    return row | {"uses": uses, "file": str(path) if path.exists() else None}


def _saved(cited: CitedThread, site: Site) -> dict[str, Any]:
    """Return what is saved of a thread."""
    row: dict[str, Any] = {"status": "missing", "message": "", "posts": 0, "retrieved": None}
    try:
        thread = snapshot.load(cited.ref, site.store)
    except snapshot.SnapshotError as error:
        return row | {"status": "invalid", "message": str(error)}
    if thread:
        row |= {"status": thread.provenance.status.name.lower(), "posts": len(thread.posts)}
        if retrieved := thread.provenance.retrieved:
            row["retrieved"] = retrieved.isoformat()
    return row
