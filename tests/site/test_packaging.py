"""The wheel, the oldest Sphinx, the pinned requirements, and Read the Docs."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup
from support import environments, kitchen_sink, sites
from support.commands import ROOT, output, run
from support.programs import require

REQUIREMENTS = ROOT / "requirements"


# -- Wheel ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    output(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    (path,) = folder.iterdir()
    return path


def test_wheel_contains_both_packages(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    sources = {
        path.relative_to(ROOT / "ext").as_posix()
        for package in ("sphinx_thread_cards", "thread_snapshots")
        for path in (ROOT / "ext" / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert names == sources


@pytest.mark.slow
def test_wheel_in_a_clean_project(wheel: Path, tmp_path: Path) -> None:
    """It builds cards with nothing but its dependencies, and the command names the missing extra."""
    python = environments.make(tmp_path / "env", wheel)
    source = tmp_path / "project"
    source.mkdir()
    (source / "conf.py").write_text("extensions = ['sphinx_thread_cards']\n")
    (source / "index.rst").write_text("T\n=\n\nhttps://github.com/pftf/RPi4/issues/57\n")
    command = python.with_name("thread-cards")

    output(python, "-m", "sphinx", "-q", "-W", source, tmp_path / "html")

    assert 'class="thread-card' in (tmp_path / "html" / "index.html").read_text()
    assert "issues/57" in output(command, "list", source)
    assert "sphinx-thread-cards[fetch]" in run(command, "fetch", source).stdout


# -- Oldest Sphinx -------------------------------------------------------------


@pytest.mark.slow
def test_oldest_sphinx(tmp_path: Path) -> None:
    """It makes the same cards as the pinned version, without a warning."""
    python = environments.make(tmp_path / "env", "-r", REQUIREMENTS / "oldest.txt")
    source = tmp_path / "source"
    kitchen_sink.write(source, f"{kitchen_sink.TEXT}\n```{{thread-list}}\n:style: timeline\n```\n")
    settings = {**sites.SETTINGS, **kitchen_sink.SETTINGS, "latex_engine": "lualatex"}
    lines = [f"{name} = {value!r}\n" for name, value in settings.items()]
    (source / "conf.py").write_text("".join(lines))
    environment = {"PYTHONPATH": str(ROOT / "ext")}

    def cards(out: Path) -> list[str]:
        page = BeautifulSoup((out / "index.html").read_text("utf-8"), "html.parser")
        return [str(tag) for tag in page.select("article, .thread-list, .thread-citation")]

    for builder in ("html", "epub", "latex", "text", "man", "texinfo"):
        sphinx = (python, "-m", "sphinx", "-q", "-W", "-b", builder, "-d", tmp_path / "doctrees")
        assert output(*sphinx, source, tmp_path / builder, env=environment) == ""
    now = sites.build(source, tmp_path / "now", confdir=source)
    assert now.warnings == ""
    assert len(cards(now.out)) > 50
    assert cards(tmp_path / "html") == cards(now.out)
    assert "issues/57" in output(python, "-m", "thread_snapshots", "list", source, env=environment)


# -- Requirements --------------------------------------------------------------


@pytest.mark.parametrize("name", [path.stem for path in REQUIREMENTS.glob("*.in")])
def test_pins(name: str) -> None:
    """Every named package is pinned, every pin has hashes, and no package index is named."""
    names = re.findall(r"^[a-z][a-z0-9-]*", (REQUIREMENTS / f"{name}.in").read_text(), re.MULTILINE)
    text = re.sub(r"^\s*#.*\n", "", (REQUIREMENTS / f"{name}.txt").read_text(), flags=re.MULTILINE)
    pins = text.replace("\\\n", " ").splitlines()

    assert set(names) <= {pin.split("==")[0] for pin in pins}
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
    assert "://" not in text


# -- Read the Docs -------------------------------------------------------------

RTD: dict[str, Any] = yaml.safe_load((ROOT / ".readthedocs.yaml").read_text())
BUILD: dict[str, list[str]] = RTD["build"]["jobs"]["build"]


@pytest.fixture(scope="module")
def read_the_docs(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Run the commands of an output format as Read the Docs does; returns its output folder.

    Each command is in single quotes and has its own shell: `get_wrapped_command` in
    readthedocs/doc_builder/environments.py.
    """
    folder = tmp_path_factory.mktemp("readthedocs")
    checkout = folder / "checkout"
    ignored = shutil.ignore_patterns(".venv", "build", "_readthedocs", ".*_cache", "__pycache__")
    shutil.copytree(ROOT, checkout, ignore=ignored, symlinks=True)
    requirements, project = RTD["python"]["install"]
    python = environments.make(folder / "env", "-r", checkout / requirements["requirements"])
    environments.install(python, checkout / project["path"])

    def build(format_: str, **variables: str) -> Path:
        variables = {
            "READTHEDOCS_VERSION_NAME": "latest",
            "READTHEDOCS_VERSION_TYPE": "branch",
            "READTHEDOCS_CANONICAL_URL": "https://esxi-arm.example/en/latest/",
            "READTHEDOCS_GIT_CLONE_URL": "git@github.com:example/esxi-arm.git",
            "READTHEDOCS_GIT_IDENTIFIER": "main",
            "READTHEDOCS_OUTPUT": f"{checkout}/_readthedocs",
            **variables,
        }
        for command in BUILD[format_]:
            wrapped = f"/bin/sh -c 'PATH={python.parent}:$PATH ; {command}'"
            output(*shlex.split(wrapped), cwd=checkout, env=variables)
        return Path(variables["READTHEDOCS_OUTPUT"], format_)

    return build


def test_read_the_docs_formats() -> None:
    """Read the Docs rejects commands for formats that are not named; fonts are those of make system."""
    assert BUILD.keys() == {"html", *RTD["formats"]} == {"html", "pdf", "epub"}
    packages = (REQUIREMENTS / "system.txt").read_text().split()
    assert set(RTD["build"]["apt_packages"]) <= set(packages)


@pytest.mark.slow
def test_read_the_docs_html(read_the_docs: Callable[..., Path], tmp_path: Path) -> None:
    """Branches have canonical URLs and edit links; pull requests have no edit links."""
    page = (read_the_docs("html") / "index.html").read_text()
    assert '<link rel="canonical" href="https://esxi-arm.example/en/latest/index.html"' in page
    assert 'href="https://github.com/example/esxi-arm/' in page

    pull_request = {"READTHEDOCS_VERSION_NAME": "17", "READTHEDOCS_VERSION_TYPE": "external"}
    folder = read_the_docs("html", **pull_request, READTHEDOCS_OUTPUT=str(tmp_path))
    assert "github.com/example/esxi-arm" not in (folder / "index.html").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["pdf", "epub"])
def test_read_the_docs_downloads(format_: str, read_the_docs: Callable[..., Path]) -> None:
    """Read the Docs expects exactly one file."""
    for name in ("latexmk", "lualatex"):
        require(name)
    (path,) = read_the_docs(format_).iterdir()
    assert path.suffix == f".{format_}"
