# noqa: INP001 - a script
"""Take the images of the guide and the README: real cards in a browser, light and dark.

It requires the environment of ``make test``, Chromium, Poppler and, for the PDF, TeX (``make system``):

    .venv/bin/python docs/_pictures/make.py            all images
    .venv/bin/python docs/_pictures/make.py thread pdf some of those of the gallery
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
from PIL import Image, ImageChops
from playwright.sync_api import Browser, sync_playwright
from samples import PICTURES, README, Picture

HERE = Path(__file__).parent
DOCS = HERE.parent
GALLERY = DOCS / "cards" / "gallery"
MARGIN = 20
COLORS = 64
CONF = """
project = "Cards"
extensions = ["myst_parser", "sphinx_design", "sphinx_thread_cards"]
exclude_patterns = ["_threads"]
html_theme = {theme!r}
language = {language!r}
latex_engine = "lualatex"
latex_elements = {{"papersize": "a5paper", "maketitle": "", "tableofcontents": ""}}
"""
# Everything on the page below its title.
CLIP = """margin => {
  const title = document.querySelector("section > h1"), parts = [...title.parentElement.children].slice(1);
  const boxes = parts.map(part => part.getBoundingClientRect()), all = title.parentElement.getBoundingClientRect();
  const top = Math.min(...boxes.map(box => box.top)), bottom = Math.max(...boxes.map(box => box.bottom));
  const x = Math.max(0, all.x - margin);
  return {x, y: Math.max(0, top + scrollY - margin), height: bottom - top + 2 * margin,
          width: Math.min(innerWidth - x, all.width + 2 * margin)};
}"""
HIDE = "header, .mobile-header, .back-to-top, .prev-next-footer, dialog, .headerlink { display: none !important }"


def run(*command: str | Path) -> None:
    """Run a program, and show its output only if it fails."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed commands
    if result.returncode:
        sys.exit(f"{command}\n{result.stdout}\n{result.stderr}")


def build(folder: Path, picture: Picture) -> Path:
    """Build a site with one page, and return the HTML file, or the PDF."""
    source, out = folder / "source", folder / "out"
    source.mkdir(parents=True)
    (source / "conf.py").write_text(
        CONF.format(theme=picture.theme, language=picture.language), encoding="utf-8"
    )
    (source / "index.md").write_text(f"# Cards\n\n{picture.page}\n", encoding="utf-8")
    shutil.copytree(DOCS / "_threads", source / "_threads")
    invented.write(source / "_threads")
    builder = "latexpdf" if picture.media == "pdf" else "html"
    run(sys.executable, "-m", "sphinx", "-M", builder, source, out, "-q")
    return (
        next((out / "latex").glob("*.pdf")) if picture.media == "pdf" else out / "html/index.html"
    )


def screenshot(
    chromium: Browser, page: Path, picture: Picture, scheme: str, scale: float
) -> Image.Image:
    """Take a screenshot of the cards of a page."""
    options: Any = {
        "color_scheme": scheme,
        "forced_colors": "active" if picture.forced_colors else "none",
    }
    viewport: Any = {"width": picture.width, "height": 900}
    tab = chromium.new_page(viewport=viewport, device_scale_factor=scale, **options)
    tab.goto(page.as_uri())
    tab.add_style_tag(content=f"{HIDE}\n{picture.css}")
    if picture.language == "ar":
        tab.evaluate("document.dir = 'rtl'")
    clip = tab.evaluate(CLIP, MARGIN)
    clip["height"] = min(clip["height"], picture.max_height)
    image = Image.open(io.BytesIO(tab.screenshot(full_page=True, clip=clip)))
    tab.close()
    return image.convert("RGB")


def paper(pdf: Path, page: int) -> Image.Image:
    """Return a page of a PDF without its empty margins."""
    run("pdftoppm", "-r", "130", "-f", str(page), "-png", "-singlefile", pdf, pdf.with_suffix(""))
    image = Image.open(pdf.with_suffix(".png")).convert("RGB")
    left, top, right, bottom = ImageChops.invert(image).getbbox() or (0, 0, *image.size)
    return image.crop((left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN))


def side_by_side(images: list[Image.Image]) -> Image.Image:
    """Return several images as one, each on the colour of its corner."""
    joined = Image.new(
        "RGB", (sum(image.width for image in images), max(image.height for image in images))
    )
    x = 0
    for image in images:
        joined.paste(image.getpixel((0, 0)), (x, 0, x + image.width, joined.height))
        joined.paste(image, (x, 0))
        x += image.width
    return joined


def take(chromium: Browser, folder: Path, picture: Picture) -> Image.Image:
    """Return an image of the gallery."""
    page = build(folder, picture)
    if picture.media == "pdf":
        return paper(page, 1)
    if picture.media == "print":
        tab = chromium.new_page()
        tab.goto(page.as_uri())
        tab.pdf(path=folder / "print.pdf", format="A5")
        tab.close()
        return paper(folder / "print.pdf", 1)
    return side_by_side(
        [screenshot(chromium, page, picture, scheme, 1.5) for scheme in picture.schemes]
    )


def main(names: list[str]) -> None:
    """Take the images with these names, or all."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Chromium is missing: run `make system`.")
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        GALLERY.mkdir(exist_ok=True)
        for name in names or PICTURES:
            image = take(chromium, Path(temporary, name), PICTURES[name])
            few = image.quantize(COLORS, dither=Image.Dither.NONE)
            few.save(GALLERY / f"{name}.png", optimize=True)
        if not names:
            picture = replace(PICTURES["url"], page=README, width=760)
            page = build(Path(temporary, "readme"), picture)
            for scheme in picture.schemes:
                image = screenshot(chromium, page, picture, scheme, 2)
                image.quantize(256).save(HERE / f"cards-{scheme}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
