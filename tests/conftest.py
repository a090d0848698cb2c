"""Fixtures of all tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support import kitchen_sink, sites


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regen", action="store_true", help="write the expected files; review the difference"
    )


@pytest.fixture
def regen(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regen"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return the folder of pages that `page` builds."""
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def page(source: Path, tmp_path: Path) -> Callable[..., sites.Site]:
    """Build a site of one or several pages, given as text; without warnings unless ``warns`` is set."""

    def build(
        text: str | Mapping[str, str],
        builder: str = "html",
        *,
        warns: bool = False,
        **settings: object,
    ) -> sites.Site:
        for name, content in ({"index.md": text} if isinstance(text, str) else text).items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(content, encoding="utf-8")
        site = sites.build(source, tmp_path / builder, builder, **settings)
        assert warns or site.warnings == ""
        return site

    return build


@pytest.fixture
def sink(page: Callable[..., sites.Site], source: Path) -> Callable[..., sites.Site]:
    """Build the kitchen sink with its snapshots; LaTeX with an engine that knows all its scripts."""
    kitchen_sink.write(source)

    def build(builder: str = "html", **settings: object) -> sites.Site:
        settings = {"latex_engine": "lualatex", **kitchen_sink.SETTINGS, **settings}
        return page(kitchen_sink.TEXT, builder, **settings)

    return build
