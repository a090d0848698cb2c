"""The right drawing for each kind of output, and the sizes of pictures.

A page names its drawing once for light and once for dark screens, and one that is wide also in a narrow shape; style
sheets show the one that fits. Books have no such choice: they get the light one, EPUB the narrow, paper the wide.

For the site alone; the package does not hold this file.
"""
# ruff: noqa: INP001 - Sphinx imports it as a module of its own, beside the package

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import imagesize  # type: ignore[import-untyped] # it ships no types
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class OneDrawing(SphinxPostTransform):
    """Keep one shape of each drawing where no style sheet can choose; on paper it is as wide as the lines."""

    default_priority = 50  # Sphinx looks at 200 whether the format can hold the picture.

    def run(self, **_kwargs: object) -> None:
        """Remove the others, and for LaTeX the sizes, which are those of a screen."""
        builder = self.app.builder
        if builder.format == "html" and builder.name != "epub":
            return
        unfit = {"only-dark", "only-wide" if builder.name == "epub" else "only-narrow"}
        for image in list(self.document.findall(nodes.image)):
            if unfit & set(image["classes"]):
                image.parent.remove(image)
            elif builder.format == "latex" and "drawing" in image["classes"]:
                image.attributes.pop("width", None)
                image.attributes.pop("height", None)


class SizesOfPictures(SphinxPostTransform):
    """Give each picture of a page the size of its file, so that nothing moves when it comes."""

    default_priority = 60
    formats = ("html",)

    def run(self, **_kwargs: object) -> None:
        """Read the sizes of those that bear none; the theme makes them fit the column, which e-readers may not."""
        if self.app.builder.name == "epub":
            return
        for image in self.document.findall(nodes.image):
            path = Path(self.app.srcdir, image["uri"])
            if not {"width", "height", "scale"} & set(image.attributes) and path.is_file():
                width, height = imagesize.get(path)
                if width > 0 and height > 0:
                    image["width"], image["height"] = str(width), str(height)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the steps that come before pages are written."""
    app.add_post_transform(OneDrawing)
    app.add_post_transform(SizesOfPictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
