"""How threads are fetched: one file for each platform that can be asked, named like that of its addresses.

What several share, and those that cannot be asked, is in files that begin with ``_``.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING

from thread_snapshots.sources import _by_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from thread_snapshots.steps import Source

__all__ = ["SOURCES"]


def _sources() -> Iterator[Source]:
    yield from _by_file.SOURCES
    for module in iter_modules(__path__):
        if not module.name.startswith("_"):
            yield import_module(f"{__name__}.{module.name}").SOURCE


SOURCES: Mapping[str, Source] = MappingProxyType({source.name: source for source in _sources()})
"""By the name of the platform."""
