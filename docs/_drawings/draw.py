# noqa: INP001 - a script
"""Write the drawings of the pages to docs/_drawings/made: SVG for screens, light and dark, and PDF for print.

Run it after a change, with Python 3.11 or newer; the PDF files need Chromium (`make system`):

    python3 docs/_drawings/draw.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import boot
import hero
import lanes
from ink import DARK, FONTS, LIGHT, Sheet

MADE = Path(__file__).parent / "made"
# The fonts of the printed book, see docs/_latex/site-fonts.sty.
PRINT_FONTS = "'TeX Gyre Heros',Helvetica,Arial,sans-serif"


def sheets() -> dict[str, Sheet]:
    """Return all drawings by name."""
    return {
        "hero": hero.draw(),
        "boot": boot.draw(),
        "work-wide": lanes.draw(lanes.WIDE),
        "work-narrow": lanes.draw(lanes.NARROW),
    }


def files() -> dict[str, str]:
    """Return the SVG files by name."""
    return {
        f"{name}-{ink.name}.svg": sheet.svg(ink)
        for name, sheet in sheets().items()
        for ink in (LIGHT, DARK)
    }


def print_pdf(browser: str, sheet: Sheet, target: Path) -> None:
    """Print the light drawing on a page of its size."""
    style = f"@page {{ size: {sheet.width}px {sheet.height}px; margin: 0 }} body {{ margin: 0; font-size: 0 }}"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        svg = sheet.svg(LIGHT).replace(FONTS, PRINT_FONTS)
        page.write_text(
            f'<!doctype html><meta charset="utf-8"><style>{style}</style>{svg}', encoding="utf-8"
        )
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own


def main() -> None:
    """Write all files."""
    MADE.mkdir(exist_ok=True)
    for name, text in files().items():
        (MADE / name).write_text(text, encoding="utf-8")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("The PDF files are as they were: Chromium is missing, run `make system`.")
    for name, sheet in sheets().items():
        if name != "work-narrow":  # Paper is wide.
            print_pdf(browser, sheet, MADE / f"{name}-light.pdf")


if __name__ == "__main__":
    main()
