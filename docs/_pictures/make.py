# noqa: INP001 - a script
"""Takes the pictures of the README and of the gallery again: real cards, built with the site's own settings.

Run it with the environment that `make test` makes, on a machine that has Chromium and Poppler (`make system`):

    .venv/bin/python docs/_pictures/make.py            all pictures
    .venv/bin/python docs/_pictures/make.py gone tab   some of the gallery's
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import invented
from looks import LOOKS
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from states import SAMPLE, STATES, State

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GALLERY = HERE.parent / "cards" / "gallery"
MARGIN = 20
SHARP = 1.5
"""Pixels of the gallery's pictures to a CSS pixel."""
COLOURS = 96
README = """
```{thread} https://threadreaderapp.com/thread/1315580529194995712.html
:title: A demo on 195 SD cards
:author: Andrei Warkentin
:handle: WhatAintInside

From a dare at a trade-show booth to a Pi 3 that ran one tiny virtual machine, with a game of *Snake* in it.
```

<https://forum.openwrt.org/t/openwrt-for-vmware-esxi-arm-fling-on-rpi4-8gb/118228>

<https://github.com/pftf/RPi4/issues/57>
"""
# What is looked at: all that is below the title.
_BOX = """margin => {
  const title = document.querySelector("section > h1"), box = title.parentElement.getBoundingClientRect();
  const top = title.nextElementSibling.getBoundingClientRect().y, parts = [...title.parentElement.children].slice(1);
  const bottom = Math.max(...parts.map(part => part.getBoundingClientRect().bottom));
  return {x: Math.max(0, box.x - margin), y: top + scrollY - margin,
          width: Math.min(innerWidth, box.width + 2 * margin), height: bottom - top + 2 * margin};
}"""


def build(folder: Path, state: State, name: str) -> str:
    """Build a page with the settings of the site; returns the address of the HTML file."""
    source, out = folder / "source" / name, folder / "html" / name
    source.mkdir(parents=True)
    (source / "index.md").write_text(f"# Cards\n\n{state.page}\n", encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "_threads", source / "_threads")
    invented.write(source / "_threads")
    own = ["-c", ROOT, f"-Dlanguage={state.language}"]
    bare = ["-C", f"-Dhtml_theme={state.theme}", "-Dextensions=myst_parser,sphinx_design,sphinx_thread_cards"]
    settings = own if state.theme == "furo" else bare
    command = [sys.executable, "-m", "sphinx", "-q", *settings, source, out]
    subprocess.run(command, check=True)  # noqa: S603 - nothing in it comes from elsewhere
    return (out / "index.html").as_uri()


def shoot(chromium: Browser, page: str, state: State, scheme: str, sharp: float) -> Image.Image:
    """Take a picture of the cards of a page."""
    window = {"width": round(state.width / state.scale), "height": 900}
    forced: Any = "active" if state.forced else "none"
    tab = chromium.new_page(
        color_scheme=scheme, viewport=window, device_scale_factor=sharp * state.scale, forced_colors=forced
    )
    tab.goto(page)
    # Furo leaves this to the reader's browser.
    tab.evaluate("direction => { document.dir = direction; }", "rtl" if state.language == "ar" else "ltr")
    if state.css:
        tab.add_style_tag(content=state.css)
    # Side bars and bars at the top of a narrow window are not looked at.
    tab.evaluate("""document.querySelectorAll('header, .mobile-header, .back-to-top, .prev-next-footer, dialog')
        .forEach(bar => bar.style.display = 'none')""")
    clip = tab.evaluate(_BOX, MARGIN)
    clip["height"] = min(clip["height"], state.tallest)
    picture = Image.open(io.BytesIO(tab.screenshot(full_page=True, clip=clip)))
    tab.close()
    return picture.convert("RGB")


def sheet(chromium: Browser, page: str, folder: Path) -> Image.Image:
    """Print a page from the browser; returns the upper part of its first sheet."""
    tab = chromium.new_page()
    tab.goto(page)
    tab.pdf(path=folder / "sheet.pdf", format="A5")
    tab.close()
    program = shutil.which("pdftoppm") or sys.exit("Poppler is missing: run `make system`.")
    subprocess.run([program, "-r", "110", "-png", "-singlefile", folder / "sheet.pdf", folder / "sheet"], check=True)  # noqa: S603
    return Image.open(folder / "sheet.png").convert("RGB")


def together(pictures: list[Image.Image], *, beside: bool) -> Image.Image:
    """One picture of several, on the colour of each one's corner."""
    wide = sum(one.width for one in pictures) if beside else max(one.width for one in pictures)
    high = max(one.height for one in pictures) if beside else sum(one.height for one in pictures)
    whole = Image.new("RGB", (wide, high))
    x = y = 0
    for one in pictures:
        area = (one.width, high) if beside else (wide, one.height)
        whole.paste(Image.new("RGB", area, one.getpixel((0, 0))), (x, y))
        whole.paste(one, (x, y))
        x, y = (x + one.width, y) if beside else (x, y + one.height)
    return whole


def save(picture: Image.Image, name: str) -> None:
    """Write a picture of the gallery, with few colours, as small as PNG can be."""
    GALLERY.mkdir(exist_ok=True)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(GALLERY / f"{name}.png", optimize=True)


def take(chromium: Browser, folder: Path, name: str, state: State) -> None:
    """Make one picture of the gallery."""
    page = build(folder, state, name)
    if state.paper:
        save(sheet(chromium, page, folder), name)
        return
    pictures = [shoot(chromium, page, state, scheme, SHARP) for scheme in state.schemes]
    save(together(pictures, beside=state.beside), name)


def readme(chromium: Browser, folder: Path) -> None:
    """Make cards-light.png and cards-dark.png: narrow, so that letters stay large where a README is shown smaller."""
    state = State(page=README, width=760)
    page = build(folder, state, "readme")
    for scheme in state.schemes:
        shoot(chromium, page, state, scheme, 2).save(HERE / f"cards-{scheme}.png", optimize=True)


def main(names: list[str]) -> None:
    """Make the pictures of these names, or all."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Chromium is missing: run `make system`.")
    looks = {f"look-{name}": replace(STATES["options"], page=SAMPLE, css=css) for name, css in LOOKS.items()}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for name, state in (STATES | looks).items():
            if not names or name in names:
                take(chromium, Path(folder), name, state)
        if not names:
            readme(chromium, Path(folder))
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1:])
