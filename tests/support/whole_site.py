"""The project's own site, built once for all tests that look at it."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path

from support import sites
from support.commands import ROOT


@cache
def whole_site() -> sites.Site:
    """Build docs/ with conf.py, as ``make html`` does; the folder goes when the tests are over."""
    folder = tempfile.TemporaryDirectory(prefix="site-")
    atexit.register(folder.cleanup)
    site = sites.build(ROOT / "docs", Path(folder.name, "html"), confdir=ROOT)
    assert site.warnings == ""
    return site


def pages(site: sites.Site) -> list[str]:
    """The names of all its pages."""
    return sorted(
        path.relative_to(site.out).as_posix() for path in site.out.rglob("*.html") if "_static" not in path.parts
    )
