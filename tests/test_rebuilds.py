"""Parallel builds, rebuilds, and citations that follow the cards of other pages."""

from __future__ import annotations

import filecmp
import os
import sys
from pathlib import Path

import pytest
import sphinx_thread_cards
from support import sites

CARD = "```{{thread}} https://x.com/i/status/1313512835843055618\n:author: {}\n```\n"
CITING = "Cited: {thread}`https://twitter.com/i/web/status/1313512835843055618`.\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "index.md").write_text("# Index\n\n```{toctree}\n:glob:\n*\n```\n\n" + CITING)
    return folder


def _write(path: Path, text: str) -> None:
    """Write so that the time of change differs, whatever the file system's precision."""
    path.write_text(text)
    later = path.stat().st_mtime + 10
    os.utime(path, (later, later))


def _same_files(left: Path, right: Path) -> None:
    comparison = filecmp.dircmp(left, right, ignore=[".buildinfo"])
    assert (comparison.left_only, comparison.right_only) == ([], [])
    _, different, errors = filecmp.cmpfiles(left, right, comparison.common_files, shallow=False)
    assert (different, errors) == ([], [])
    for name in comparison.common_dirs:
        _same_files(left / name, right / name)


@pytest.mark.skipif(sys.platform == "win32", reason="Sphinx reads in parallel where processes can fork")
@pytest.mark.parametrize("builder", ["html", "text", "latex"])
# Python 3.12 warns of forks in processes with threads, which a test runner may have.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_parallel_is_serial(source: Path, tmp_path: Path, builder: str) -> None:
    """Two processes write the same files as one, citations across pages included."""
    for number in range(12):
        (source / f"page{number:02}.md").write_text(f"# Page {number}\n\n" + CARD.format(f"Jo {number}") + "\n" + CITING)

    serial = sites.build(source, tmp_path / "serial", builder, doctrees=tmp_path / "d1")
    parallel = sites.build(source, tmp_path / "parallel", builder, doctrees=tmp_path / "d2", parallel=2)

    assert serial.warnings == parallel.warnings == ""
    _same_files(tmp_path / "serial", tmp_path / "parallel")


def test_citation_follows_a_card_elsewhere(source: Path, tmp_path: Path) -> None:
    """A card on another page comes, changes and goes; the citing page is written again each time."""

    def cited() -> str:
        site = sites.build(source, tmp_path / "out", "text", doctrees=tmp_path / "doctrees")
        assert site.warnings == ""
        return " ".join(site.read("index.txt").partition("Cited: ")[2].partition("<")[0].split())

    (source / "still.md").write_text("# Still\n")
    (source / "other.md").write_text("# Other\n")
    assert cited() == "Thread on X, 6 October 2020"
    _write(source / "other.md", "# Other\n\n" + CARD.format("Jo Example"))
    assert cited() == "Jo Example on X, 6 October 2020"
    _write(source / "other.md", "# Other\n\n" + CARD.format("Sam Example") + "\n" * 20)
    (source / "other.md").touch()
    assert cited() == "Sam Example on X, 6 October 2020"
    (source / "other.md").unlink()
    assert cited() == "Thread on X, 6 October 2020"


def test_unchanged_site_reads_nothing(source: Path, tmp_path: Path) -> None:
    """The second build of an unchanged site reads and writes no page."""
    (source / "other.md").write_text("# Other\n\n" + CARD.format("Jo Example"))
    sites.build(source, tmp_path / "out", doctrees=tmp_path / "doctrees")
    page = tmp_path / "out" / "index.html"
    before = page.stat().st_mtime_ns

    again = sites.build(source, tmp_path / "out", doctrees=tmp_path / "doctrees")

    assert page.stat().st_mtime_ns == before
    assert list(again.app.builder.get_outdated_docs()) == []


def test_old_environment_is_not_reused(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the shape of nodes or data changed, every page is read again."""
    sites.build(source, tmp_path / "out", doctrees=tmp_path / "doctrees")
    pickle = tmp_path / "doctrees" / "index.doctree"
    before = pickle.stat().st_mtime_ns

    monkeypatch.setattr(sphinx_thread_cards, "ENV_VERSION", sphinx_thread_cards.ENV_VERSION + 1)
    sites.build(source, tmp_path / "out", doctrees=tmp_path / "doctrees")

    assert pickle.stat().st_mtime_ns > before


def test_objects_inv_has_each_card(source: Path, tmp_path: Path) -> None:
    """Another project can refer to a card."""
    (source / "other.md").write_text("# Other\n\n" + CARD.format("Jo Example"))
    site = sites.build(source, tmp_path / "out")

    assert [name for name, *_ in site.app.env.get_domain("thread").get_objects()] == ["thread-x-1313512835843055618", "x-1313512835843055618"]
    assert (tmp_path / "out" / "objects.inv").stat().st_size > 0
