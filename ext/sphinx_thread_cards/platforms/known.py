"""Known hosts and names of sites, from ``hosts.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

_DATA = tomllib.loads((Path(__file__).parent / "hosts.toml").read_text("utf-8"))
HOSTS: dict[str, list[str]] = _DATA["hosts"]
MIRRORS: dict[str, dict[str, list[str]]] = _DATA["mirrors"]
SITES: dict[str, str] = _DATA["sites"]
NETWORK: dict[str, str] = _DATA["network"]
