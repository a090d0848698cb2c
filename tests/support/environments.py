"""Fresh Python environments, with packages from the index that the machine is set up for."""

from __future__ import annotations

import os
import re
import subprocess
import venv
from pathlib import Path

import pytest

_OFFLINE = "Failed to establish a new connection|Temporary failure in name resolution|Max retries exceeded"


def clean_environment() -> dict[str, str]:
    """Return this process's variables without those that would lead back to its own Python."""
    ours = re.compile("PYTHON|VIRTUAL_ENV|PYTEST|COVERAGE|MAKE|READTHEDOCS")
    return {name: value for name, value in os.environ.items() if not ours.match(name)}


def make(folder: Path, requirements: Path) -> Path:
    """Make an environment that holds the pinned packages of a file; return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "-r",
        requirements,
    ]
    was_installed(
        subprocess.run(
            install, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    )
    return python


def was_installed(answer: subprocess.CompletedProcess[str]) -> None:
    """Fail the test if pip failed; leave it where no index can be reached, but not where CI is "true"."""
    if os.environ.get("CI") != "true" and answer.returncode and re.search(_OFFLINE, answer.stdout):
        pytest.skip("no package index can be reached")
    assert answer.returncode == 0, answer.stdout
