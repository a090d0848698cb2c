"""Running LaTeX, and reading PDF files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import Path

from PIL import Image
from support.commands import output
from support.programs import require

_FLAGS = {"pdflatex": "-pdf", "xelatex": "-pdfxe", "lualatex": "-pdflua"}


@dataclass(frozen=True)
class Pdf:
    """A PDF file, next to the log of LaTeX."""

    path: Path

    @cached_property
    def log(self) -> str:
        return self.path.with_suffix(".log").read_text(encoding="utf-8", errors="replace")

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page, without white space and soft hyphens."""
        text = output(require("pdftotext"), "-raw", self.path, "-")
        return [squeeze(page) for page in text.split("\f")[:-1]]

    @cached_property
    def text(self) -> str:
        return "".join(self.pages)

    @cached_property
    def links(self) -> set[str]:
        rows = output(require("pdfinfo"), "-url", self.path).splitlines()[1:]
        return {row.split(maxsplit=2)[2] for row in rows if len(row.split()) > 2}

    @cached_property
    def outline(self) -> list[tuple[int, str]]:
        """The bookmarks: page and title, without white space."""
        xml = output(require("pdftohtml"), "-xml", "-i", "-stdout", self.path)
        items = re.findall(r'<item page="(\d+)">(.*?)</item>', xml)
        return [(int(page), squeeze(unescape(title))) for page, title in items]

    def overfull(self) -> list[float]:
        """Return by how many points lines are too wide."""
        sizes = re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", self.log)
        return [float(size) for size in sizes]

    def gaps(self, top: float, bottom: float) -> list[float]:
        """Return the height of the largest empty band of each page, as a fraction of the text block.

        Args:
            top: Upper end of the text block, as a fraction of the page.
            bottom: Lower end.
        """
        prefix = self.path.with_name("page")
        output(require("pdftoppm"), "-r", "36", "-gray", "-png", self.path, prefix)
        return [_gap(path, top, bottom) for path in sorted(prefix.parent.glob("page-*.png"))]


def _gap(path: Path, top: float, bottom: float) -> float:
    with Image.open(path) as page:
        width, height = page.size
        block = page.convert("L").crop((0, int(top * height), width, int(bottom * height)))
        rows = [block.crop((0, y, width, y + 1)).getextrema()[0] < 200 for y in range(block.height)]
    runs = "".join("x" if row else " " for row in rows).split("x")
    return max(map(len, runs)) / len(rows)


def squeeze(text: str) -> str:
    """Return text without white space, soft hyphens and direction marks."""
    return re.sub(r"[\s\u00ad\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def typeset(folder: Path, name: str, engine: str) -> Pdf:
    """Run latexmk on a file that Sphinx wrote; it stops at the first error."""
    require(engine)
    output(
        require("latexmk"),
        _FLAGS[engine],
        "-interaction=nonstopmode",
        "-halt-on-error",
        f"{name}.tex",
        cwd=folder,
    )
    return Pdf(folder / f"{name}.pdf")
