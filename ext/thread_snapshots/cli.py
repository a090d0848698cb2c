"""The command line, ``thread-cards``."""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import fields, replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx_thread_cards import __version__, snapshot
from sphinx_thread_cards.platforms import parse_or_page

from thread_snapshots import store
from thread_snapshots.errors import BadResponse, plural, printable_url
from thread_snapshots.site import CitedThread, Site, SiteError, read_site

if TYPE_CHECKING:
    from thread_snapshots.update import FetchConfig, Result

OK, FAILED, USAGE, UNREACHABLE, STATE, INTERRUPTED = 0, 1, 2, 3, 4, 130
_EPILOG = """\
exit codes:
  0    success
  1    fetch: a thread could not be fetched; check: a thread was edited, deleted or made private
  2    the arguments are wrong, or the site cannot be read or written
  3    check: a server could not be reached, and no thread has changed
  4    check: only the state of a thread has changed, such as from open to closed
  130  interrupted; threads saved by then are complete
"""
_FORMAT: Any = {"epilog": _EPILOG, "formatter_class": argparse.RawDescriptionHelpFormatter}
_JOBS = 4  # requests in parallel
_MAX_PAUSE = 3600
_COUNTED = {"unchanged", "same"}  # statuses that need no line of their own


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, by default with the arguments of the process, and return the exit code."""
    args = _parse(argv)
    if isinstance(sys.stdout, TextIOWrapper):  # a console may lack characters of a title or path
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return int(args.func(args))
    except SiteError as error:
        return _error(str(error))
    except ModuleNotFoundError as error:
        install = "run: pip install 'sphinx-thread-cards[fetch]'"
        return _error(f"{args.command} needs the package {error.name}; {install}")
    except OSError as error:
        return _error(f"{error.filename2 or error.filename or 'output'}: {error.strerror or error}")
    except KeyboardInterrupt:
        _error("interrupted; threads saved so far are complete")
        os._exit(INTERRUPTED)  # do not wait for the responses to other threads' requests


def _error(message: str) -> int:
    sys.stdout.flush()
    print(f"thread-cards: {message}", file=sys.stderr, flush=True)
    return USAGE


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser()
    # argparse alone does not accept DIR and URL between the options of a subcommand.
    args, rest = parser.parse_known_args(argv)
    if unknown := [argument for argument in rest if argument.startswith("-")]:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    args.urls = [target for target in (*args.targets, *rest) if "://" in target]
    args.folders = [target for target in (*args.targets, *rest) if "://" not in target]
    if len(args.folders) > 1:
        parser.error(f"one source directory expected, got {' and '.join(args.folders)}")
    if not 0 <= getattr(args, "pause", 0) <= _MAX_PAUSE:
        parser.error(f"argument --pause: number from 0 to {_MAX_PAUSE} expected")
    return args


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    text = "Save the threads that a Sphinx site cites, and check them."
    parser = argparse.ArgumentParser(prog="thread-cards", description=text, **_FORMAT)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    add = _add_command(commands, _fetch, "save the cited threads that are not saved yet")
    add("--summary", action="store_true", help="save title, author, date and state, but no posts")
    add("--refresh", action="store_true", help="fetch saved threads again")
    add("--older-than", type=int, metavar="DAYS", help="fetch threads not checked for DAYS days")
    add("--links", action="store_true", help="save linked threads, not only cards and citations")
    add("--replies", action="store_true", help="save the replies of other people")
    add("--archive", action="store_true", help="find archived copies in the Wayback Machine")
    add("--from", dest="file", type=Path, metavar="FILE", help="read a page, JSON or mbox file")
    add("--dry-run", action="store_true", help="report what would be fetched; send no request")

    add = _add_command(commands, _check, "compare the saved threads with the live ones")
    add("--dry-run", action="store_true", help="report changes; do not update snapshots")

    _add_command(commands, _list, "list the cited, linked and saved threads")

    add = _add_command(commands, _forget, "delete snapshots, and never fetch these threads again")
    add("--dry-run", action="store_true", help="report what would be deleted; delete nothing")
    return parser


def _add_command(
    commands: Any, func: Callable[[argparse.Namespace], int], text: str
) -> Callable[..., argparse.Action]:
    """Add a subcommand with the arguments that it shares with others."""
    name = func.__name__.strip("_")
    command = commands.add_parser(name, help=text, description=f"{text.capitalize()}.", **_FORMAT)
    command.set_defaults(func=func)
    add: Callable[..., argparse.Action] = command.add_argument
    targets = "source directory (default: docs or .), or URLs of the threads to process"
    add("targets", nargs="*", metavar="DIR|URL", help=targets)
    add("-c", dest="confdir", type=Path, metavar="DIR", help="directory of conf.py")
    add("-d", dest="doctrees", type=Path, metavar="DIR", help="directory of doctrees to reuse")
    if name != "forget":
        add("--json", action="store_true", help="print JSON")
    if name in {"fetch", "check"}:
        pause = "seconds between two requests to a host (default: 1)"
        add("--pause", type=float, default=1, metavar="SECONDS", help=pause)
    return add


def _open_site(args: argparse.Namespace, *, pages: bool = True) -> tuple[Site, list[CitedThread]]:
    """Return the site that the arguments name, and the threads and pages whose URLs they contain."""
    source = Path(args.folders[0] if args.folders else "docs" if Path("docs").is_dir() else ".")
    confdir = args.confdir or (source if (source / "conf.py").exists() else Path())
    site = read_site(source, confdir, args.doctrees, pages=pages)
    cited = {thread.ref.key: thread for thread in site.cited}
    selected: dict[tuple[str, str, str], CitedThread] = {}
    for url in args.urls:
        ref = parse_or_page(url, site.config.thread_cards_hosts)
        if ref is None:
            raise SiteError(f"URL of a thread or page expected, got {printable_url(url)}")
        thread = selected.get(ref.key) or cited.get(ref.key) or CitedThread(ref=ref)
        selected[ref.key] = replace(thread, posts=thread.posts.union(filter(None, [ref.post])))
    return site, list(selected.values())


def _fetch(args: argparse.Namespace) -> int:
    # These modules need the packages of the extra "fetch"; the commands list and forget do not.
    from thread_snapshots import saved_file, update, webpage  # noqa: PLC0415

    if path := args.file:
        try:
            args.file = saved_file.open_file(path)
            if args.file.is_html and not args.urls:
                url = webpage.canonical_url(args.file.html())
                args.urls = [url] if url else []
        except BadResponse as error:
            raise SiteError(str(error)) from None
        if len(args.urls) != 1:
            raise SiteError(f"{path}: one thread URL expected, got {len(args.urls)}; add its URL")
    site, threads = _open_site(args, pages=not args.urls)
    if not args.urls:
        threads = [thread for thread in site.cited if args.links or thread.roles != ("link",)]
    for path in () if args.dry_run else site.store.rglob("~*"):
        with suppress(FileNotFoundError):  # temporary files that killed runs left behind
            if not path.suffix and path.is_file() and path.stat().st_mtime < time.time() - 3600:
                path.unlink()
    statuses = _process(args, site, threads, update.fetch)
    return FAILED if "failed" in statuses else OK


def _check(args: argparse.Namespace) -> int:
    from thread_snapshots.update import check  # noqa: PLC0415 - as in _fetch

    site, threads = _open_site(args, pages=not args.urls)
    saved = [it for it in site.cited if snapshot.snapshot_path(it.ref, site.store).exists()]
    new = _process(args, site, threads or [*saved, *site.uncited()], check)
    if new & {"edited", "deleted", "private"}:
        return FAILED
    return STATE if "state" in new else UNREACHABLE if "unreachable" in new else OK


def _list(args: argparse.Namespace) -> int:
    site, threads = _open_site(args)
    threads = threads or [*site.cited, *site.uncited()]
    rows = [_row(thread, site) | _saved(thread, site) for thread in threads]
    if args.json:
        print(json.dumps({"threads": rows}, indent=2))
        return OK
    table = [tuple("USE PLATFORM STATUS STATE POSTS SAVED WHERE URL".split())]
    for row, thread in zip(rows, threads, strict=True):
        more = f" and {len(thread.uses) - 1} more" if thread.uses[1:] else ""
        posts = "summary" if row["summary"] else row["posts"]
        saved = row["status"], row["state"], posts, (row["retrieved"] or "")[:10]
        cells = ", ".join(thread.roles), row["platform"], *saved, thread.location + more, row["url"]
        table.append(tuple(str(cell or "-") for cell in cells))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        print("  ".join(map(str.ljust, line, widths)).rstrip())
    return OK


def _forget(args: argparse.Namespace) -> int:
    site, threads = _open_site(args)
    if not threads:
        raise SiteError("URL of a thread expected; give the URL of each thread to forget")
    images = site.media_of(snapshot.snapshot_path(thread.ref, site.store) for thread in threads)
    status = snapshot.Status.WITHDRAWN
    provenance = snapshot.Provenance(endpoint="hand", status=status, checked=store.now())
    for thread in threads:
        ref, url = thread.ref, f"https://{thread.ref.host}/"  # its own URL may contain a name
        withdrawn = snapshot.Thread(
            platform=ref.platform, host=ref.host, id=ref.id, url=url, provenance=provenance
        )
        if not args.dry_run:
            store.save(withdrawn, site.store)
        print(f"{'would withdraw' if args.dry_run else 'withdrew'} {ref.url}")
        for use in thread.uses:
            print(f"{use.location}: still cites the thread; edit the page if it names the author")
    if not args.dry_run:
        images -= site.media_of(site.store.rglob("*.json"))
        for path in images:
            path.unlink(missing_ok=True)
        print(f"deleted {plural(len(images), 'image')}; git and published sites keep older ones")
    return OK


def _process(
    args: argparse.Namespace,
    site: Site,
    threads: Sequence[CitedThread],
    work: "Callable[[CitedThread, FetchConfig], Result]",
) -> set[str]:
    """Process threads in parallel, print each result at once, or all of them as JSON, and return the new statuses."""
    from thread_snapshots.client import Client  # noqa: PLC0415 - as in _fetch
    from thread_snapshots.update import FetchConfig, request_batches  # noqa: PLC0415

    names = {"api.github.com": "GITHUB_TOKEN", "gitlab.com": "GITLAB_TOKEN"}
    tokens = {host: os.environ.get(name, "").strip() for host, name in names.items()}
    if site.config.thread_cards_replies == "all":
        args.replies = True
    options = {item.name for item in fields(FetchConfig)} & vars(args).keys()
    endpoints, results = site.config.thread_cards_endpoints, []
    with Client(
        contact=site.config.html_baseurl,
        endpoints=endpoints,
        tokens=tokens,
        ca_bundle=site.config.tls_cacerts,
        pause=args.pause,
        jobs=_JOBS,
    ) as client:
        config = FetchConfig(
            store=site.store,
            send=client.send,
            endpoints=endpoints,
            batch_hosts={host.removeprefix("api.") for host, token in tokens.items() if token},
            media=site.config.thread_cards_media,
            **{name: getattr(args, name) for name in options},
        )
        # While one thread waits for a response, another one parses and saves.
        executor = ThreadPoolExecutor(2 * _JOBS)
        try:
            request_batches(threads, config, saved=args.command == "check")
            for future in as_completed([executor.submit(work, it, config) for it in threads]):
                results.append(future.result())
                if not args.json and (results[-1].message or results[-1].status not in _COUNTED):
                    print(_line(results[-1]), flush=True)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
    counts = Counter(result.status for result in results)
    if args.json:
        rows = [
            _row(it.cited, site) | {"status": it.status, "message": it.message, "known": it.known}
            for it in results
        ]
        print(json.dumps({"threads": rows, "summary": counts}, indent=2))
    else:
        parts = ", ".join(f"{count} {status}" for status, count in counts.most_common())
        print(f"{plural(len(results), 'thread')}: {parts or 'nothing to do'}")
    return {result.status for result in results if not result.known}


def _line(result: "Result") -> str:
    location = f"{result.cited.location}: " if result.cited.location else ""
    known = " (known)" if result.known and result.status not in _COUNTED else ""
    message = f": {result.message}" if result.message else ""
    return f"{location}{result.status}{known} {result.cited.ref.url}{message}"


def _row(cited: CitedThread, site: Site) -> dict[str, Any]:
    """Return the fields of a thread that the JSON output of all commands contains."""
    ref, path = cited.ref, snapshot.snapshot_path(cited.ref, site.store)
    row = {"url": ref.url, "platform": ref.platform, "host": ref.host, "id": ref.id}
    uses = [use._asdict() for use in cited.uses]
    return row | {"uses": uses, "file": str(path) if path.exists() else None}


def _saved(cited: CitedThread, site: Site) -> dict[str, Any]:
    status, message, thread = "missing", "", None
    try:
        if thread := snapshot.load(cited.ref, site.store):
            status = thread.provenance.status.name.lower()
    except snapshot.SnapshotError as error:
        status, message = "invalid", str(error)
    retrieved = thread and thread.provenance.retrieved
    return {
        "status": status,
        "message": message,
        "summary": bool(thread and thread.is_summary),
        "state": thread and thread.state,
        "posts": len(thread.posts) if thread else 0,
        "retrieved": retrieved and retrieved.isoformat(),
    }
