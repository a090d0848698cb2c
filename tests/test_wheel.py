"""The wheel: what somebody gets who installs the extension."""

from __future__ import annotations

import re
import sys
import tomllib
import zipfile

import pytest
from support.commands import ROOT, run


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The project's wheel, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    answer = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (path,) = folder.iterdir()
    return zipfile.ZipFile(path)


def test_wheel_holds_the_extension_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """All of it: code, style sheets, LaTeX and translations."""
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    folder = ROOT / "ext"
    sources = {
        path.relative_to(folder).as_posix()
        for path in (folder / "sphinx_thread_cards").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == sources


def test_wheel_needs_only_sphinx(wheel: zipfile.ZipFile) -> None:
    """Extras aside, which nobody gets who does not ask."""
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = wheel.read(name).decode()
    needs = re.findall(r"^Requires-Dist: (.+)$", metadata, re.MULTILINE)
    assert [need for need in needs if "extra ==" not in need] == ["sphinx>=7.4"]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["version"]["path"]
    (number,) = re.findall(r'^__version__ = "(.+)"$', (ROOT / version).read_text(), re.MULTILINE)
    assert f"\nVersion: {number}\n" in metadata
