"""A Sphinx site: its settings, its snapshots, and the threads that its pages cite."""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, cast

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.console import color_terminal, nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.util.tags import Tags
from sphinx_thread_cards import domain
from sphinx_thread_cards.config import VALUES, validate
from sphinx_thread_cards.domain import ThreadDomain
from sphinx_thread_cards.platforms import parse_or_page
from sphinx_thread_cards.snapshot import FOLDER, MEDIA_FOLDER, SnapshotError, decode
from sphinx_thread_cards.urls import ThreadRef

_EXTENSION = "sphinx_thread_cards"
_FILE_NAME = re.compile(rb"(?<![\w.-])[\w.-]+\.(?:png|jpe?g)")


class SiteError(Exception):
    """The site cannot be read; ``str()`` is a message for the command line."""


class Use(NamedTuple):
    """A location where a page cites a thread."""

    role: str
    """``card``, ``citation`` or ``link``; ``uncited`` for a snapshot of a thread that no page cites."""
    location: str
    """File and line, such as ``docs/index.md:14``, relative to the current folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CitedThread:
    """A thread that the site cites, or that the command line names."""

    ref: ThreadRef
    uses: tuple[Use, ...] = ()
    """In the order of the pages."""
    posts: frozenset[str] = frozenset()
    """Ids of the posts that are cited."""

    @property
    def location(self) -> str:
        """The first location, or an empty string."""
        return self.uses[0].location if self.uses else ""

    @property
    def roles(self) -> tuple[str, ...]:
        """How the thread is used; each role once."""
        return tuple(dict.fromkeys(use.role for use in self.uses))


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The settings of a site, and what it cites."""

    store: Path
    """The folder of snapshots."""
    config: Config
    cited: tuple[CitedThread, ...] = ()
    """Each thread once, in the order of the pages."""

    def uncited(self) -> Iterator[CitedThread]:
        """Yield the saved threads that no page cites, located at their snapshots."""
        cited = {thread.ref.key for thread in self.cited}
        for path in sorted(self.store.rglob("*.json")):
            with suppress(SnapshotError, OSError):
                thread = decode(path.read_bytes())
                ref = parse_or_page(thread.url, self.config.thread_cards_hosts)
                if ref and ref.key == thread.key and ref.key not in cited:
                    yield CitedThread(ref=ref, uses=(Use("uncited", f"{_relative(str(path))}:1"),))

    def media_of(self, snapshots: Iterable[Path]) -> set[Path]:
        """Return the image files that snapshots name, including invalid snapshots."""
        contents = [path.read_bytes() for path in snapshots if path.is_file()]
        names = {name for content in contents for name in _FILE_NAME.findall(content)}
        files = (self.store / MEDIA_FOLDER).glob("*")
        return {path for path in files if path.name.encode() in names}


def read_site(
    source: Path, confdir: Path, doctrees: Path | None = None, *, pages: bool = True
) -> Site:
    """Read the settings of a site and, if ``pages``, its pages with Sphinx, whose warnings go to stderr.

    ``doctrees`` is the folder of an earlier build, which saves time.
    """
    if not color_terminal():
        nocolor()
    with (
        TemporaryDirectory() as folder,
        patch_docutils(),
        docutils_namespace(),
        # What conf.py and extensions print must not be mixed with the output of a command.
        redirect_stdout(sys.stderr),
    ):
        try:
            out, doctrees = Path(folder, "out"), doctrees or Path(folder, "doctrees")
            options: Any = {"status": None, "warning": sys.stderr}
            app = Sphinx(source, confdir, out, doctrees, "dummy", **options) if pages else None
            config = app.config if app else _read_config(confdir)
            if _EXTENSION not in config.extensions:
                message = f"the extension is not enabled; add {_EXTENSION!r} to extensions"
                raise SiteError(f"{confdir / 'conf.py'}: {message}")
            if app:
                # The command itself may be about to save what is missing.
                missing = ("thread_cards.unknown_url", "thread_cards.no_snapshot")
                config.suppress_warnings = [*config.suppress_warnings, *missing]
                app.builder.read()
        except SiteError:
            raise
        except Exception as error:  # of conf.py or of an extension
            hint = "" if source.joinpath("conf.py").is_file() else "; give the source directory"
            raise SiteError(f"cannot read the site in {source}: {error}{hint}") from error
    uses = cast("ThreadDomain", app.env.get_domain("thread")).uses() if app else ()
    return Site(store=source / FOLDER, config=config, cited=tuple(_cited(uses)))


def _read_config(confdir: Path) -> Config:
    config = Config.read(confdir.resolve(), overrides={}, tags=Tags())
    for name, value in VALUES.items():
        config.add(f"thread_cards_{name}", value.default, "", Any)
    config.add("html_baseurl", "", "", str)
    validate(cast("Sphinx", None), config)
    return config


def _cited(uses: Iterable[domain.Use]) -> Iterator[CitedThread]:
    """Group the records of the domain by thread."""
    by_key: dict[tuple[str, str, str], list[domain.Use]] = {}
    for use in uses:
        by_key.setdefault(use.ref.key, []).append(use)
    for group in by_key.values():
        yield CitedThread(
            # A readable copy, such as a Thread Reader page, helps to fetch the thread.
            ref=max((use.ref for use in group), key=lambda ref: ref.read_url is not None),
            uses=tuple(dict.fromkeys(Use(use.role, _relative(use.location)) for use in group)),
            posts=frozenset(use.ref.post for use in group if use.ref.post),
        )


def _relative(location: str) -> str:
    """Return a location relative to the current folder, if it is below it."""
    path = Path(location)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else location
