"""A Sphinx site: its settings, the threads that its pages cite, and the snapshots that it has."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import SphinxError
from sphinx.util.console import color_terminal, nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.util.tags import Tags
from sphinx_thread_cards.config import VALUES, validate
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import (
    FOLDER,
    MEDIA_FOLDER,
    SnapshotError,
    Thread,
    decode,
    media_files,
)
from sphinx_thread_cards.urls import Kind, ThreadRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sphinx_thread_cards import domain
    from sphinx_thread_cards.domain import ThreadDomain

EXTENSION = "sphinx_thread_cards"


class SiteError(Exception):
    """The site cannot be read; ``str()`` is a message for the command line."""


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a page cites a thread."""

    role: str
    """``card``, ``citation`` or ``link``; ``uncited`` for a snapshot that no page needs."""
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
    replies: bool = False
    """Whether a page shows the replies of other people."""

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
    hosts: Mapping[str, str]
    endpoints: Mapping[str, str]
    media: bool
    replies: bool
    contact: str | None
    ca_bundle: str | None
    cited: tuple[CitedThread, ...] = ()
    """Each thread once, in the order of the pages."""

    def saved(self) -> Iterator[tuple[Path, Thread]]:
        """Yield all valid snapshots with their files, sorted by path."""
        for path in sorted(self.store.rglob("*.json")):
            with suppress(SnapshotError, OSError):
                if path.is_file():  # reading a pipe would block
                    yield path, decode(path.read_bytes())

    def uncited(self) -> Iterator[CitedThread]:
        """Yield the saved threads that no page cites, located at their snapshots."""
        cited = {thread.ref.key for thread in self.cited}
        for path, thread in self.saved():
            ref = parse_thread_url(thread.url, self.hosts)
            if ref and ref.key == thread.key and ref.key not in cited:
                yield CitedThread(ref=ref, uses=(Use("uncited", f"{_relative(str(path))}:1"),))

    def media_of(self, snapshots: Iterable[Path]) -> set[Path]:
        """Return the image files that snapshots name; of an invalid snapshot, all whose names occur in it."""
        media = self.store / MEDIA_FOLDER
        names: set[str] = set()
        for path in snapshots:
            data = path.read_bytes() if path.is_file() else b""
            try:
                names.update(media_files(decode(data)))
            except SnapshotError:
                text = data.replace(b"\0", b"")  # UTF-16 has these between letters
                names.update(file.name for file in media.glob("*") if file.name.encode() in text)
        return {media / name for name in names if (media / name).is_file()}


def read_settings(source: Path, confdir: Path) -> Site:
    """Read conf.py, but no page.

    Raises:
        SiteError: there is no conf.py, it fails, or does not load the extension.
    """
    try:
        with redirect_stdout(sys.stderr):
            config = Config.read(confdir.resolve(), overrides={}, tags=Tags())
        for value in VALUES:
            config.add(f"thread_cards_{value.name}", value.default, "", Any)
        config.add("html_baseurl", "", "", str)
        validate(cast("Sphinx", None), config)
    except (SphinxError, OSError) as error:
        raise SiteError(f"cannot read {confdir / 'conf.py'}: {error}") from error
    return _site(source, confdir, config)


def read_site(source: Path, confdir: Path, doctrees: Path | None = None) -> Site:
    """Read all pages of a site with Sphinx, whose warnings go to stderr.

    Args:
        doctrees: a folder of doctrees from an earlier build, which saves time; else nothing is left behind.

    Raises:
        SiteError: Sphinx cannot read the site.
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
        out, doctrees = Path(folder, "out"), doctrees or Path(folder, "doctrees")
        try:
            app = Sphinx(source, confdir, out, doctrees, "dummy", status=None, warning=sys.stderr)
            site = _site(source, confdir, app.config)
            app.builder.read()
        except (SphinxError, OSError) as error:
            raise SiteError(f"cannot read the site in {source}: {error}") from error
        uses = list(cast("ThreadDomain", app.env.get_domain("thread")).uses())
    return replace(site, cited=tuple(_cited(uses, replies=site.replies)))


def _site(source: Path, confdir: Path, config: Config) -> Site:
    if EXTENSION not in config.extensions:
        message = (
            f"{confdir / 'conf.py'}: the extension is not enabled; add {EXTENSION!r} to extensions"
        )
        raise SiteError(message)
    contact, ca_bundle = config.html_baseurl, config.tls_cacerts
    return Site(
        store=source / FOLDER,
        hosts=config.thread_cards_hosts,
        endpoints=config.thread_cards_endpoints,
        media=config.thread_cards_media,
        replies=config.thread_cards_replies == "all",
        contact=contact if contact.startswith(("https://", "http://")) else None,
        ca_bundle=ca_bundle if isinstance(ca_bundle, str) else None,
    )


def _cited(uses: Iterable[domain.Use], *, replies: bool) -> Iterator[CitedThread]:
    """Group the records of the domain by thread."""
    by_key: dict[tuple[str, str, str], list[domain.Use]] = {}
    for use in uses:
        if use.ref.kind is not Kind.PAGE:
            by_key.setdefault(use.ref.key, []).append(use)
    for group in by_key.values():
        wanted = {use.replies or ("all" if replies else "author") for use in group}
        yield CitedThread(
            # A readable copy, such as a Thread Reader page, helps to fetch the thread.
            ref=max((use.ref for use in group), key=lambda ref: ref.read_url is not None),
            uses=tuple(dict.fromkeys(Use(use.role, _relative(use.location)) for use in group)),
            posts=frozenset(use.ref.post for use in group if use.ref.post),
            replies="all" in wanted,
        )


def _relative(location: str) -> str:
    """Return a location relative to the current folder, if it is below it."""
    path = Path(location)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else location
