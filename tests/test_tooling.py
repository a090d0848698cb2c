"""The commands of the Makefile and the script that checks everything."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from support.commands import ROOT, program, run
from support.programs import require

INPUTS = sorted((ROOT / "requirements").glob("*.in"))


def test_help_has_a_line_for_each_target() -> None:
    """Everything that can be made is in `make help`, but for the one inner check."""
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    targets = set(phony[1].split()) - {"tex"}
    answer = run(require("make"), "help")
    assert dict(re.findall(r"^make (\w+) +(\S.+)$", answer.stdout, re.MULTILINE)).keys() == targets
    assert targets >= {"html", "live", "pdf", "epub", "test", "check", "system", "clean", "help"}


def test_pdf_without_tex_names_the_command_that_installs_it(tmp_path: Path) -> None:
    """One line, and before anything is installed or built."""
    answer = run(require("make"), "pdf", env={"PATH": str(tmp_path)})
    said = [line for line in answer.stderr.splitlines() if not line.startswith("make: ***")]
    assert answer.returncode != 0
    assert len(said) == 1
    assert "make system" in said[0]
    assert answer.stdout == ""


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param(None, "Python 3.11 or newer", id="missing"),
        pytest.param("exit 1", "Python 3.11 or newer", id="too old"),
        pytest.param('case "$2" in *venv*) exit 1;; esac', "python3-venv", id="no venv module"),
    ],
)
def test_unfit_python_is_told_in_one_line(tmp_path: Path, script: str | None, words: str) -> None:
    """What to do about it stands in the line."""
    python = tmp_path / "python" if script is None else program(tmp_path, "python", script)
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    answer = run(require("make"), ".venv/.python", f"PYTHON={python}", cwd=tmp_path)
    said = [line for line in answer.stderr.splitlines() if not line.startswith("make: ***")]
    assert answer.returncode != 0
    assert len(said) == 1
    assert words in said[0]
    assert not (tmp_path / ".venv").exists()


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A folder in which the environment looks as after a first run: sources old, stamps new."""
    sources = ["Makefile", "pyproject.toml", *(f"requirements/{path.stem}.txt" for path in INPUTS)]
    stamps = [".venv/.python", ".venv/.docs", ".venv/.live", ".venv/.test", ".venv/.project"]
    for age, name in enumerate([*sources, *stamps]):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((ROOT / name).read_bytes() if name in sources else b"")
        os.utime(path, (1_000_000 + age, 1_000_000 + age))
    return tmp_path


@pytest.mark.parametrize("target", ["html", "epub", "live", "test", "check"])
def test_second_run_installs_nothing(prepared: Path, target: str) -> None:
    """With nothing changed there is no pip and no venv among the steps."""
    answer = run(require("make"), "--dry-run", target, cwd=prepared)
    assert answer.returncode == 0
    assert ".venv/bin/" in answer.stdout
    assert "pip" not in answer.stdout
    assert "-m venv" not in answer.stdout


@pytest.mark.parametrize(
    ("changed", "target", "step"),
    [
        ("requirements/docs.txt", "html", "install --require-hashes --only-binary :all: -r requirements/docs.txt"),
        ("requirements/test.txt", "test", "install --require-hashes --only-binary :all: -r requirements/test.txt"),
        ("pyproject.toml", "html", "install --no-index --no-deps --no-build-isolation -e ."),
    ],
)
def test_changed_file_installs_again(prepared: Path, changed: str, target: str, step: str) -> None:
    """The stamp is older than what it was made from."""
    os.utime(prepared / changed)
    assert step in run(require("make"), "--dry-run", target, cwd=prepared).stdout


def test_ci_script_can_run() -> None:
    """It is executable, bash can read it, and the steps stand in their order."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert run(require("bash"), "-n", script).returncode == 0
    steps = re.findall(r"^step (.+)$", script.read_text(), re.MULTILINE)
    assert steps == ["make system", "make test", "make html pdf epub"]


@pytest.mark.parametrize("tool", [["ruff", "check"], ["mypy"]], ids=lambda tool: tool[0])
def test_style_and_types(tool: list[str]) -> None:
    """What `make check` asks for."""
    answer = run(sys.executable, "-m", *tool)
    assert answer.returncode == 0, answer.stdout
