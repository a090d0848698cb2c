"""What is installed: the pinned packages, and the packages of the system."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml
from support.commands import ROOT, program, run

REQUIREMENTS = ROOT / "requirements"
PINNED = sorted(path.with_suffix(".txt") for path in REQUIREMENTS.glob("*.in"))


def pins(path: Path) -> dict[str, list[str]]:
    """Return the lines of a pinned file by package name: version, marker and hashes."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE)
    found: dict[str, list[str]] = {}
    for line in text.replace("\\\n", " ").splitlines():
        found.setdefault(line.split("==")[0], []).append(" ".join(line.split()))
    return found


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_every_pin_has_a_version_and_a_hash(path: Path) -> None:
    """pip then refuses whatever is not exactly that file."""
    found = [line for lines in pins(path).values() for line in lines]
    assert found
    for line in found:
        assert re.fullmatch(r"[a-z0-9-]+==\S+( ; [^;]+?)?( --hash=sha256:[0-9a-f]{64})+", line)


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_everything_asked_for_is_pinned(path: Path) -> None:
    """A name added to the .in file and not locked would be missing from the environment."""
    asked = re.findall(r"^[a-z][a-z0-9-]*", path.with_suffix(".in").read_text(), re.MULTILINE)
    assert set(asked) <= pins(path).keys()


def test_one_environment_holds_all_pins() -> None:
    """The site's packages have the same versions in every file that builds on them."""
    docs = pins(REQUIREMENTS / "docs.txt")
    for name in ("live", "test"):
        other = pins(REQUIREMENTS / f"{name}.txt")
        versions = {package: [line.split()[0] for line in lines] for package, lines in other.items()}
        for package, lines in docs.items():
            assert versions[package] == [line.split()[0] for line in lines]


def test_no_file_says_where_packages_come_from() -> None:
    """That is the business of the machine that installs them: no address, no option for an index."""
    files = [path for path in REQUIREMENTS.iterdir() if path.is_file()]
    files += [ROOT / name for name in ("Makefile", "pyproject.toml", ".readthedocs.yaml", ".ci/run")]
    for path in files:
        assert "://" not in path.read_text(), path
        assert not re.search("--(extra-)?index-url|--find-|--trusted-host", path.read_text()), path


def test_read_the_docs_installs_fonts_that_make_system_installs_too() -> None:
    """Else the PDF would look different here and there."""
    settings = yaml.safe_load((ROOT / ".readthedocs.yaml").read_text())
    lines = (REQUIREMENTS / "system.txt").read_text().splitlines()
    assert set(settings["build"]["apt_packages"]) <= set(lines)


# -- make system ---------------------------------------------------------------


def system(tmp_path: Path, *, lacks: str, unknown: str = "", user: int = 0) -> tuple[str, list[str]]:
    """Run the installer on a pretended machine; return what it printed and its apt-get and sudo calls.

    Args:
        tmp_path: A folder to work in.
        lacks: The packages that are not installed, as a shell pattern: `a|b`.
        unknown: The package that the machine's lists do not know.
        user: The user's number; 0 is root.
    """
    calls = tmp_path / "calls"
    calls.touch()
    programs = tmp_path / "bin"
    program(programs, "dpkg-query", f'for last; do :; done; case "$last" in {lacks}) ;; *) printf installed;; esac')
    program(programs, "apt-cache", f'[ "$2" = "{unknown}" ] || echo "  Candidate: 1.0"')
    program(programs, "apt-get", f'echo "apt-get $*" >> {calls}')
    program(programs, "sudo", f'echo "sudo" >> {calls}; exec "$@"')
    program(programs, "id", f"echo {user}")
    answer = run(REQUIREMENTS / "install-system", env={"PATH": f"{programs}:{os.environ['PATH']}"})
    assert answer.returncode == 0, answer.stderr
    return answer.stdout, calls.read_text().splitlines()


def test_system_does_nothing_on_a_complete_machine(tmp_path: Path) -> None:
    """No call to apt-get at all, so a second run is quick and asks for no password."""
    said, calls = system(tmp_path, lacks="nothing", user=1000)
    assert "Nothing to install" in said
    assert calls == []


def test_system_installs_what_is_missing_as_root_without_sudo(tmp_path: Path) -> None:
    """Only the missing package, and no recommended ones."""
    _, calls = system(tmp_path, lacks="latexmk")
    assert calls == [
        "apt-get update --quiet",
        "apt-get install --yes --quiet --no-install-recommends latexmk",
    ]


def test_system_asks_for_sudo_when_not_root(tmp_path: Path) -> None:
    """Both calls of apt-get go through sudo."""
    _, calls = system(tmp_path, lacks="latexmk", user=1000)
    assert [call.split()[0] for call in calls] == ["sudo", "apt-get", "sudo", "apt-get"]


def test_system_takes_the_name_the_machine_knows(tmp_path: Path) -> None:
    """Ubuntu has no package `chromium`; the line names another."""
    _, calls = system(tmp_path, lacks="chromium|chromium-browser", unknown="chromium")
    assert calls[-1].endswith(" chromium-browser")


def test_system_is_content_with_either_name(tmp_path: Path) -> None:
    """The second name is installed, so the first is not missing."""
    _, calls = system(tmp_path, lacks="chromium")
    assert calls == []
