# noqa: INP001 - a script
"""Takes the pictures of the README again: real cards, built with the site's own settings, light and dark.

Run it with the environment that `make test` makes, on a machine that has Chromium (`make system`):

    .venv/bin/python docs/_pictures/make.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# Narrow, so that the letters stay large where a README is shown smaller than this.
WIDTH = 760
MARGIN = 20
PAGE = """
# Cards

```{thread} https://threadreaderapp.com/thread/1315580529194995712.html
:title: A demo on 195 SD cards
:author: Andrei Warkentin
:handle: WhatAintInside

From a dare at a trade-show booth to a Pi 3 that ran one tiny virtual machine, with a game of *Snake* in it.
```

<https://forum.openwrt.org/t/openwrt-for-vmware-esxi-arm-fling-on-rpi4-8gb/118228>

<https://github.com/pftf/RPi4/issues/57>
"""


def build(folder: Path) -> Path:
    """Build the page of cards with the settings of the site; returns the HTML file."""
    source = folder / "source"
    source.mkdir()
    (source / "index.md").write_text(PAGE, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-c", ROOT, source, folder / "html"]
    subprocess.run(command, check=True)  # noqa: S603 - nothing in it comes from elsewhere
    return folder / "html" / "index.html"


def main() -> None:
    """Write cards-light.png and cards-dark.png beside this file."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Chromium is missing: run `make system`.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = build(Path(folder)).as_uri()
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            window = {"width": WIDTH, "height": 900}
            tab = chromium.new_page(color_scheme=scheme, viewport=window, device_scale_factor=2)
            tab.goto(page)
            boxes = [card.bounding_box() for card in tab.locator("article.thread-card").all()]
            first, last = boxes[0], boxes[-1]
            clip = {
                "x": first["x"] - MARGIN,
                "y": first["y"] - MARGIN,
                "width": first["width"] + 2 * MARGIN,
                "height": last["y"] + last["height"] - first["y"] + 2 * MARGIN,
            }
            tab.screenshot(path=HERE / f"cards-{scheme}.png", full_page=True, clip=clip)
        chromium.close()


if __name__ == "__main__":
    main()
