"""The oldest Sphinx that the wheel asks for makes the same cards as the pinned one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from support import environments, kitchen_sink, sites
from support.commands import ROOT

pytestmark = pytest.mark.slow

LISTS = """
```{thread-list}
```

```{thread-list}
:style: timeline
```

```{thread-list}
:style: cards
:platform: mastodon
```

{thread:ref}`thread-github-pftf-rpi4-57`, {ref}`thread-github-pftf-rpi4-57`
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the oldest Sphinx."""
    return environments.make(tmp_path_factory.mktemp("oldest") / "env", ROOT / "requirements" / "oldest.txt")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that shows every shape of card, with lists below it, and the settings of all tests as its conf.py."""
    folder = tmp_path_factory.mktemp("source")
    kitchen_sink.write(folder, kitchen_sink.TEXT + LISTS)
    settings = {**sites.SETTINGS, **kitchen_sink.SETTINGS, "latex_engine": "lualatex"}
    (folder / "conf.py").write_text("".join(f"{name} = {value!r}\n" for name, value in settings.items()))
    return folder


def cards(page: str) -> list[str]:
    """The articles, lists and quotations of a page of HTML."""
    soup = BeautifulSoup(page, "html.parser")
    found = soup.select("article, .thread-list, .thread-citation, .thread-card")
    return [str(part) for part in found]


def words(page: str) -> str:
    """Text without its spaces and ends of lines, where versions differ."""
    return re.sub(r"\s+", "", page)


READ = {"html": ("index.html", cards), "epub": ("index.xhtml", cards), "text": ("index.txt", words)}


@pytest.mark.parametrize("builder", ["html", "epub", "latex", "text", "man", "texinfo", "gettext"])
def test_the_same_cards(python: Path, source: Path, tmp_path: Path, builder: str) -> None:
    """Without a warning; and to the letter, where a page can be compared."""
    out = tmp_path / "oldest"
    command = [python, "-m", "sphinx", "-q", "-W", "-b", builder, "-d", tmp_path / "doctrees", source, out]
    environment = {**environments.clean_environment(), "PYTHONPATH": str(ROOT / "ext")}
    answer = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert (answer.returncode, answer.stdout) == (0, "")
    if builder in READ:
        name, read = READ[builder]
        now = sites.build(source, tmp_path / "now", builder, confdir=source)
        assert now.warnings == ""
        shown = read(now.read(name))
        assert len(shown) > 50
        assert read((out / name).read_text(encoding="utf-8")) == shown


def test_the_commands(python: Path, source: Path) -> None:
    """They read the site by the same Sphinx."""
    command = [python, "-m", "sphinx_thread_cards", "list", "-c", source, source]
    environment = {**environments.clean_environment(), "PYTHONPATH": str(ROOT / "ext")}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "https://github.com/pftf/RPi4/issues/57" in answer.stdout
