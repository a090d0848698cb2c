"""Fresh virtual environments."""

from __future__ import annotations

import os
import re
import venv
from pathlib import Path

import pytest
from support.commands import run

_OFFLINE = (
    "Failed to establish a new connection|Temporary failure in name resolution|Max retries exceeded"
)


def make(folder: Path, *arguments: str | Path) -> Path:
    """Create an environment with what pip installs for the arguments; return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install(python, *arguments)
    return python


def install(python: Path, *arguments: str | Path) -> None:
    """Run pip; without a package index, skip the test, or fail it where CI is ``true``."""
    result = run(python, "-m", "pip", "install", "--quiet", *arguments)
    if os.environ.get("CI") != "true" and result.returncode and re.search(_OFFLINE, result.stdout):
        pytest.skip("no package index can be reached")
    assert result.returncode == 0, result.stdout
