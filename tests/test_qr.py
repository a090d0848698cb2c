"""QR codes: a scanner reads each as it was written, from a picture of its modules and from a printed page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from sphinx_thread_cards.codes import draw
from sphinx_thread_cards.qr import encode
from support import kitchen_sink, sites
from support.papers import Paper, read, typeset

ISSUE = "https://github.com/pftf/RPi4/issues/97"
POST = "https://x.com/jo_example/status/1296304589591810048"
GONE = "https://social.example/@kim_example/109972507852800000"
ARCHIVED = f"https://archive.example/20230306/{GONE}"
SAYING = "https://example.org/?a=1&b=%20#c~_^{}$/"
PAGE = f"""# T

<{ISSUE}>

```{{thread}} {POST}
A summary.
```

```{{thread}} {GONE}
:show: thread
```
"""


def scan(picture: Path) -> list[str]:
    """What a scanner finds in a picture, in no order."""
    return sorted(read("zbarimg", "-q", "--raw", str(picture)).splitlines())


@pytest.mark.parametrize("size", [39, 84, 122, 213, 287, 450, 666])
def test_a_scanner_reads_it(size: int, tmp_path: Path) -> None:
    """From the smallest versions to the largest, with all signs of an address."""
    text = (SAYING + "a1/" * 222)[:size]
    matrix = encode(text)
    assert matrix is not None
    side = len(matrix) + 8
    picture = Image.new("1", (side, side), 1)
    picture.putdata([not (4 <= i < side - 4 and 4 <= j < side - 4 and matrix[i - 4][j - 4]) for i in range(side) for j in range(side)])
    picture.resize((5 * side, 5 * side)).save(tmp_path / "code.png")

    assert scan(tmp_path / "code.png") == [text]


def test_too_long() -> None:
    """What fits in no version that a scanner reads from 18 mm has no code."""
    assert encode("a" * 667) is None
    assert draw("https://example.org/" + "a" * 667) is None


@pytest.fixture(scope="module", params=["pdflatex", "xelatex", "lualatex"])
def paper(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """A page with three cards, with a project's default settings and codes."""
    folder = tmp_path_factory.mktemp(request.param)
    kitchen_sink.write(folder / "source", PAGE)
    settings = {**kitchen_sink.SETTINGS, "thread_cards_latex_qr": True, "latex_engine": request.param}
    site = sites.build(folder / "source", folder / "out", "latex", **settings)
    assert site.warnings == ""
    return typeset(site.out, "cases", request.param)


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
