"""Setting LaTeX and reading what is printed."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from support.programs import require

_FLAGS = {"pdflatex": "-pdf", "xelatex": "-pdfxe", "lualatex": "-pdflua"}
_XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Line:
    """A printed line and where it is on its page, in points from the top left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(frozen=True)
class Paper:
    """A PDF and what its making said."""

    pdf: Path

    @cached_property
    def log(self) -> str:
        """The log of the last run."""
        return self.pdf.with_suffix(".log").read_text(encoding="utf-8", errors="replace")

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page, in the order in which it was set."""
        return read("pdftotext", "-raw", str(self.pdf), "-").split("\f")[:-1]

    @cached_property
    def joined(self) -> str:
        """All text without white space, so that the end of a line cuts no word and no address in two."""
        return squeezed("".join(self.pages))

    @cached_property
    def links(self) -> set[str]:
        """The addresses that can be clicked."""
        rows = read("pdfinfo", "-url", str(self.pdf)).splitlines()[1:]
        return {row.split(maxsplit=2)[2] for row in rows if len(row.split()) > 2}

    @cached_property
    def lines(self) -> list[Line]:
        """Every line with its place."""
        tree = ET.fromstring(read("pdftotext", "-bbox-layout", str(self.pdf), "-"))  # noqa: S314 - our own PDF
        return [
            Line(
                number,
                *(float(line.attrib[side]) for side in ("xMin", "yMin", "xMax", "yMax")),
                " ".join(word.text or "" for word in line),
            )
            for number, page in enumerate(tree.iter(f"{_XHTML}page"))
            for line in page.iter(f"{_XHTML}line")
        ]

    def too_wide(self) -> list[float]:
        """By how many points lines stick out, where TeX says so."""
        return [float(size) for size in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", self.log)]

    def page_of(self, words: str) -> int:
        """The one page on which these words are."""
        (page,) = (number for number, text in enumerate(self.pages) if squeezed(words) in squeezed(text))
        return page

    def collisions(self) -> list[tuple[str, str]]:
        """Pairs of lines that lie upon one another by more than half of the lower one's height."""
        found = []
        for index, one in enumerate(self.lines):
            for other in self.lines[index + 1 :]:
                if other.page != one.page:
                    break
                down = min(one.bottom, other.bottom) - max(one.top, other.top)
                across = min(one.right, other.right) - max(one.left, other.left)
                if across > 1 and down > 0.5 * min(one.bottom - one.top, other.bottom - other.top):
                    found.append((one.text, other.text))
        return found


def squeezed(text: str) -> str:
    """The text without white space, soft hyphens and marks of direction, which nobody sees."""
    return re.sub(r"[\s\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def read(program: str, *arguments: str) -> str:
    """What a program prints; fails the test with its complaint if it fails."""
    answer = subprocess.run(
        [require(program), *arguments], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def typeset(folder: Path, name: str, engine: str) -> Paper:
    """Run LaTeX on a file that Sphinx wrote, as often as it needs, stopping at the first error."""
    require(engine)
    answer = subprocess.run(
        [require("latexmk"), _FLAGS[engine], "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=600,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-4000:]
    return Paper(folder / f"{name}.pdf")


def once(root: Path, name: str, fill: Callable[[Path], None]) -> Path:
    """Make a folder once for all tests, also where several processes run them.

    Args:
        root: pytest's base folder, ``tmp_path_factory.getbasetemp()``.
        name: A name for the folder.
        fill: What makes the folder.

    Returns:
        The folder, filled.
    """
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder = root / f"papers-{name}"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            fill(folder)
            (folder / "done").touch()
    return folder


def cards(paper: Paper) -> list[Element]:
    """Every card that was to be printed, from the XML of the same pages."""
    pages = [ET.parse(path) for path in sorted(paper.pdf.parent.with_name("xml").glob("**/*.xml"))]  # noqa: S314
    found = [box for page in pages for box in page.iter("container") if "thread-card" in box.get("classes", "").split()]
    assert len(found) > 60
    return found


def said(node: Element) -> str:
    """The text of a node, without white space."""
    return squeezed("".join(node.itertext()))


def solid(text: str) -> str:
    """The text without hyphens, of which TeX adds some at the ends of lines, and without the dots between the parts of
    a line, of which none follows a number in the margin; with three dots, as pdfLaTeX sets them.
    """
    return text.replace("-", "").replace("·", "").replace("…", "...")


def missing(paper: Paper, *, but: str = "(?!)") -> list[str]:
    """The paragraphs of cards that did not come out, apart from those where a pattern matches."""
    texts = [said(paragraph) for box in cards(paper) for paragraph in box.iter("paragraph")]
    # The site's PDF names the page of what is linked to.
    printed = re.sub(r"\(page\d+\)", "", solid(paper.joined))
    return [text for text in texts if solid(text) not in printed and not re.search(but, text)]


def addresses(paper: Paper) -> set[str]:
    """The addresses on cards."""
    links = (link for box in cards(paper) for link in box.iter("reference"))
    return {link.attrib["refuri"] for link in links if said(link) == link.get("refuri")}
