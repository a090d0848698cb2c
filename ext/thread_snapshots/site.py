"""A site as the command line sees it: its settings, where it keeps threads, and which ones it cites, where.

The pages are read by Sphinx itself, so that what is found is what a build would show.
"""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from sphinx_thread_cards.urls import Kind
from sphinx_thread_cards.platforms import find_thread
from sphinx_thread_cards.settings import Settings
from sphinx_thread_cards.store import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx_thread_cards.domain import ThreadDomain
    from sphinx_thread_cards.urls import ThreadRef


class SiteError(Exception):
    """The site cannot be read; ``str()`` of it says why."""

    def __init__(self, source: Path, reason: str) -> None:
        super().__init__(f"the site in {source} cannot be read: {reason}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cited:
    """A thread that the site cites."""

    ref: ThreadRef
    places: tuple[str, ...] = ()
    """Files and lines where it is cited, ``docs/index.md:12``; empty for one that is only named on the command line."""
    posts: frozenset[str] = frozenset()
    """The posts in it that are cited for themselves."""
    replies: bool = False
    """Whether a page wants the answers of others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What the command line needs to know of a site."""

    store: Path
    """The folder of the kept threads."""
    settings: Settings
    contact: str | None
    """Address of the published site, for servers that want to know who asks."""
    ca_bundle: str | None
    cited: tuple[Cited, ...]
    """In the order of pages and lines; each thread once."""


def read_site(source: Path, confdir: Path, doctrees: Path | None = None) -> Site:
    """Read a site's settings and pages.

    :param doctrees: a folder of pages read before, which saves time; else nothing is left behind.
    :raises SiteError: if Sphinx cannot read it.
    """
    said = io.StringIO()
    # What extensions print would stand among what the command prints.
    with TemporaryDirectory() as folder, patch_docutils(), docutils_namespace(), redirect_stdout(said):
        try:
            out = Path(folder, "out")
            app = Sphinx(source, confdir, out, doctrees or Path(folder, "doctrees"), "dummy", status=None, warning=said)
            app.builder.read()
        except (SphinxError, OSError) as error:
            raise SiteError(source, str(error)) from error
        if "thread" not in app.env.domains:
            raise SiteError(source, "sphinx_thread_cards is not among the extensions in its conf.py")
        return _site(app)


def _site(app: Sphinx) -> Site:
    config = app.config
    domain = cast("ThreadDomain", app.env.get_domain("thread"))
    settings = Settings(**{item.name: config[f"thread_cards_{item.name}"] for item in fields(Settings)})
    contact = config.html_baseurl
    return Site(
        store=Path(app.srcdir, FOLDER),
        settings=settings,
        contact=contact if find_thread(contact or "") else None,
        ca_bundle=config.tls_cacerts if isinstance(config.tls_cacerts, str) else None,
        cited=tuple(_cited(domain, settings)),
    )


def _cited(domain: ThreadDomain, settings: Settings) -> Iterator[Cited]:
    """Every thread once, with all places that cite it."""
    found: dict[tuple[str, str, str], list[tuple[ThreadRef, str, str | None]]] = {}
    for use in domain.uses():
        ref = domain.find(use.url)
        if ref.kind is not Kind.PAGE:
            place = use.place or str(domain.env.doc2path(use.docname))
            found.setdefault(ref.key, []).append((ref, place, use.options.replies))
    for uses in found.values():
        refs = [ref for ref, _, _ in uses]
        wants = {replies or settings.replies for _, _, replies in uses}
        yield Cited(
            # A readable copy that was given says how the thread is to be had.
            ref=max(refs, key=lambda ref: ref.read_url is not None),
            places=tuple(dict.fromkeys(sorted((_near(place) for _, place, _ in uses), key=_by_line))),
            posts=frozenset(ref.post for ref in refs if ref.post),
            replies="all" in wants,
        )


def _near(place: str) -> str:
    """The place as an author types it, from the folder that the command runs in."""
    here = str(Path.cwd())
    return place.removeprefix(here).lstrip(os.sep) if place.startswith(here + os.sep) else place


def _by_line(place: str) -> tuple[str, int]:
    path, _, line = place.rpartition(":")
    return (path, int(line)) if line.isdigit() else (place, 0)
