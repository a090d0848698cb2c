"""What all tests share: where things are, how a site is built, how expected files are renewed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support import kitchen_sink, sites


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="write the expected files anew; read the difference as part of the change")


@pytest.fixture
def regen(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regen"))


@pytest.fixture
def page(tmp_path: Path) -> Callable[..., sites.Site]:
    """Build a site of one or more pages given as text; zero warnings unless ``warns`` is set."""

    def build(text: str | dict[str, str], builder: str = "html", *, warns: bool = False, **settings: object) -> sites.Site:
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        for name, content in ({"index.md": text} if isinstance(text, str) else text).items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(content, encoding="utf-8")
        site = sites.build(source, tmp_path / builder, builder, **settings)
        assert warns or site.warnings == ""
        return site

    return build


@pytest.fixture
def sink(page: Callable[..., sites.Site], tmp_path: Path) -> Callable[..., sites.Site]:
    """Build the kitchen sink, with the threads that it shows; LaTeX by an engine for all of its scripts."""
    kitchen_sink.write(tmp_path / "source")

    return lambda builder="html": page(kitchen_sink.TEXT, builder, latex_engine="lualatex", **kitchen_sink.SETTINGS)
