# noqa: INP001 - a script's helper, not part of a package
"""Common parts of the drawings: the colours of both schemes, the style sheet, and SVG elements.

The colours are those of the site (`conf.py`, `docs/_static/logo-*.svg`). Text has a contrast of 4.5:1 at least
against the page, lines that mean something 3:1.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

# The fonts of Furo, in its order. Every text has space for the widest one.
FONTS = "-apple-system,BlinkMacSystemFont,'Segoe UI',Helvetica,Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a scheme."""

    name: str
    page: str
    face: str
    ink: str
    muted: str
    accent: str
    mid: str
    low: str
    on_accent: str


LIGHT = Ink(
    "light", "#ffffff", "#f4f8f9", "#33454d", "#56666d", "#0b6070", "#45929f", "#b9d8dd", "#ffffff"
)
DARK = Ink(
    "dark", "#131416", "#1b2225", "#c3d1d6", "#9db0b7", "#74cfdd", "#37909f", "#1d4a53", "#0b2429"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing: size in CSS pixels, title, style rules and elements."""

    width: int
    height: int
    title: str
    style: str
    pieces: tuple[str, ...]

    def svg(self, ink: Ink) -> str:
        """Return the complete file, with the colours of a scheme in place of `var(--name)`."""
        rules = f"text {{ font: 15px {FONTS}; fill: var(--ink) }}\n{self.style.strip()}"
        text = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}"'
            f' width="{self.width}" height="{self.height}">\n<title>{escape(self.title)}</title>\n'
            f"<!-- Made by docs/_drawings/draw.py. -->\n<style>\n{rules}\n</style>\n"
        )
        text += "\n".join(filter(None, self.pieces)) + "\n</svg>\n"
        for name in ("page", "face", "ink", "muted", "accent", "mid", "low", "on_accent"):
            text = text.replace(f"var(--{name.replace('_', '-')})", getattr(ink, name))
        return text


def number(value: float) -> str:
    """Return a coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def text_line(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    """Return a line of text with its baseline at `y`, or nothing for no text; `kind` is its class."""
    classes = f' class="{kind}"' if kind else ""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    if not text:
        return ""
    return (
        f'<text x="{number(x)}" y="{number(y)}"{classes}{place}>{escape(text, quote=False)}</text>'
    )


def path(kind: str, *steps: str) -> str:
    """Return a path with a class."""
    return f'<path class="{kind}" d="{" ".join(steps)}"/>'


def shape(kind: str, *points: tuple[float, float], close: bool = True) -> str:
    """Return a polygon, or an open line, through the points."""
    corners = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return path(kind, f"M{corners}{'Z' if close else ''}")
