"""QR codes: a scanner reads each from a printed page."""

from __future__ import annotations

from pathlib import Path

import pytest
from sphinx_thread_cards.codes import draw
from support import kitchen_sink, sites
from support.papers import Paper, read, typeset

ISSUE = "https://github.com/pftf/RPi4/issues/97"
POST = "https://x.com/jo_example/status/1296304589591810048"
GONE = "https://social.example/@kim_example/109972507852800000"
ARCHIVED = "https://archive.example/20230306/?a=1&b=%20&c;d:!#e~_f"
PAGE = f"""# T

<{ISSUE}>

```{{thread}} {POST}
A summary.
```

```{{thread}} {GONE}
:show: thread
:archive: {ARCHIVED}
```
"""


def scan(picture: Path) -> list[str]:
    """What a scanner finds in a picture, in no order."""
    return sorted(read("zbarimg", "-q", "--raw", str(picture)).splitlines())


def test_too_long() -> None:
    """What a scanner does not read from 18 mm has no code."""
    assert draw("https://example.org/" + "a" * 600) is None


# In French, pdfLaTeX takes the signs of an address for commands.
@pytest.fixture(scope="module", params=["pdflatex fr", "xelatex en", "lualatex en"])
def paper(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """A page with cards, with a project's default settings and codes."""
    engine, language = request.param.split()
    folder = tmp_path_factory.mktemp(engine)
    kitchen_sink.write(folder / "source", PAGE)
    settings = {**kitchen_sink.SETTINGS, "thread_cards_latex_qr": True, "latex_engine": engine, "language": language}
    site = sites.build(folder / "source", folder / "out", "latex", **settings)
    assert site.warnings == ""
    return typeset(site.out, "cases", engine)


@pytest.mark.slow
def test_printed_codes(paper: Paper) -> None:
    """Each card has one, also that of an unrolled thread, and it leads where the card's title does."""
    read("pdftoppm", "-r", "150", "-png", str(paper.pdf), str(paper.pdf.with_name("page")))
    found = [text for picture in sorted(paper.pdf.parent.glob("page-*.png")) for text in scan_or_nothing(picture)]

    assert sorted(found) == sorted((ARCHIVED, ISSUE, POST))
    assert set(found) <= paper.links


def scan_or_nothing(picture: Path) -> list[str]:
    """As scan, which fails where there is no code on a page."""
    try:
        return scan(picture)
    except AssertionError:
        return []


def test_off_by_default(tmp_path: Path) -> None:
    """Without the setting there is none, and other formats never have one."""
    kitchen_sink.write(tmp_path / "source", PAGE)
    for builder, codes in (("latex", False), ("html", True)):
        site = sites.build(tmp_path / "source", tmp_path / builder, builder, thread_cards_latex_qr=codes, **kitchen_sink.SETTINGS)
        assert "threadcardcode{" not in "".join(path.read_text() for path in site.out.glob("*.[th][et][xm]*"))
