"""The command ``thread-cards``: its arguments, and which command they call."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx_thread_cards import __version__
from thread_snapshots.commands import output

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_AGE = re.compile(r"([0-9]{1,5})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_MODULES = {"fetch": "fetching", "check": "checking", "list": "listing", "forget": "forgetting"}
_HELP = {
    "fetch": "keep the threads that are cited and not kept yet",
    "check": "compare what is kept with the live threads",
    "list": "list the threads that are cited or kept",
    "forget": "take what is kept of threads out, for good",
}
_CODES = """\
exit codes:
  0    all is well
  1    fetch: a thread was not got; check: a thread is not as it was kept
  2    the command line cannot be understood, or the site cannot be read or written
  3    check: all that could be looked at is well, but something could not be
  130  interrupted; what was kept until then is kept
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    :param argv: the words behind the program's name; those of the command line if None.
    :returns: the exit code, as ``thread-cards --help`` lists them.
    """
    from thread_snapshots.commands.choice import MisuseError  # noqa: PLC0415 - Sphinx need not load for --help
    from thread_snapshots.site import SiteError  # noqa: PLC0415

    args = _parse(argv)
    try:
        return _command(args.command)(args)
    except (MisuseError, SiteError) as error:
        output.complain(str(error))
        return output.MISUSE
    except OSError as error:
        # A full disk, a folder that is not the author's, something else in a file's place.
        output.complain(f"{error.filename2 or error.filename or 'output'}: {error.strerror or error}")
        return output.MISUSE
    except KeyboardInterrupt:
        output.complain("interrupted; what was kept until now is kept")
        return output.INTERRUPTED


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; folders and addresses may stand between options, which argparse alone does not allow here."""
    reader = parsers()[""]
    args, rest = reader.parse_known_args(argv)
    if unknown := [word for word in rest if word.startswith("-")]:
        reader.error(f"unrecognized arguments: {' '.join(unknown)}")
    args.places += rest
    return args


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """The function that does it; only what it needs is loaded."""
    try:
        module = import_module(f"thread_snapshots.commands.{_MODULES[name]}")
    except ModuleNotFoundError as error:
        output.complain(f"{name} needs {error.name}; install it with: pip install 'sphinx-thread-cards[fetch]'")
        raise SystemExit(output.MISUSE) from None
    command: Callable[[argparse.Namespace], int] = module.command
    return command


def parsers() -> dict[str, argparse.ArgumentParser]:
    """What may stand behind each command, by its name, and the whole command line, by ``""``."""
    top = argparse.ArgumentParser(
        prog="thread-cards",
        description="Keep the threads that a Sphinx site cites.",
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    found = {name: _add(commands, name, text) for name, text in _HELP.items()}
    _add_fetch(found["fetch"])
    _add_check(found["check"])
    found["forget"].add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")
    return {"": top, **found}


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
) -> argparse.ArgumentParser:
    """A command, with the arguments that all have."""
    command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.add_argument(
        "places",
        nargs="*",
        metavar="DIR|URL",
        help="the folder of sources (docs, or this folder), and addresses of threads, if only these are meant",
    )
    command.add_argument("-c", dest="confdir", type=Path, metavar="DIR", help="the folder of conf.py, if it is another")
    command.add_argument("-d", dest="doctrees", type=Path, metavar="DIR", help="a folder of doctrees, which saves time")
    if name != "forget":
        command.add_argument("--json", action="store_true", help="print JSON for other programs")
    return command


def _add_network(command: argparse.ArgumentParser) -> None:
    command.add_argument("-j", "--jobs", type=_number, default=4, metavar="N", help="requests at once (4)")
    command.add_argument(
        "--pause", type=_seconds, default=1, metavar="S", help="seconds between two requests to one server (1)"
    )


def _add_fetch(command: argparse.ArgumentParser) -> None:
    _add_network(command)
    add = command.add_argument
    add("--refresh", action="store_true", help="fetch those again that are kept already")
    add("--older-than", type=_age, metavar="AGE", help="fetch those again that were looked at before: 90d, 12h, 4w ago")
    add("--replies", action="store_true", help="keep the answers of others too")
    add("--archive", action="store_true", help="look up the Wayback Machine's copy, and keep its address")
    add("--from", dest="saved", type=Path, metavar="FILE", help="read a page, JSON or mbox file that you saved")
    add("--dry-run", action="store_true", help="say what would be fetched, and ask no server")


def _add_check(command: argparse.ArgumentParser) -> None:
    _add_network(command)
    command.add_argument("--dry-run", action="store_true", help="report only; mark no thread as edited or gone")


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:  # noqa: PLR2004 - connections at once that servers may bear
        message = f"{text!r} is not a number from 1 to 64"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 3600:  # noqa: PLR2004 - an hour
        message = f"{text!r} is not a number of seconds; write it as 2 or 0.5"
        raise argparse.ArgumentTypeError(message)
    return seconds


def _age(text: str) -> timedelta:
    match = _AGE.fullmatch(text.strip())
    if match is None:
        message = f"{text!r} is not an age; write it as 90d, 12h or 4w"
        raise argparse.ArgumentTypeError(message)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


if __name__ == "__main__":
    sys.exit(main())
