"""Commands of the project and of its users."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def clean_environment() -> dict[str, str]:
    """Return the environment variables without those of Python, make and Read the Docs."""
    other = re.compile("PYTHON|VIRTUAL_ENV|PYTEST|COVERAGE|MAKE|MFLAGS|READTHEDOCS")
    return {name: value for name, value in os.environ.items() if not other.match(name)}


def run(
    *command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None, timeout: int = 600
) -> subprocess.CompletedProcess[str]:
    """Run a command, whatever its exit code; stdout has the error output, too."""
    return subprocess.run(
        command,
        cwd=cwd,
        env={**clean_environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )


def output(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a command, and return its output; fail the test with it if the command fails."""
    result = run(*command, cwd=cwd, env=env)
    assert result.returncode == 0, f"{' '.join(map(str, command))}\n{result.stdout[-6000:]}"
    return result.stdout


def program(folder: Path, name: str, script: str) -> Path:
    """Write a shell script as a program."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
