"""The styles of a site: the rules of all cards, and of each platform that it cites the colour and the mark.

Both are in one picture for each platform, ``platforms/marks/<name>.svg``: its colour is the accent of the cards.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from sphinx_thread_cards.platforms import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from sphinx_thread_cards.domain import ThreadDomain

_HERE = Path(__file__).parent
STYLE_SHEET = "thread-cards.css"
LATEX_COLOURS = "sphinx_thread_cards_platforms.sty"
# Comments, and white space that no rule needs; texts in quotation marks keep theirs.
_IDLE = re.compile(r'/\*.*?\*/|(?<=[:;,>{}])\s+(?!")|\s+(?=[>{])|;?\s+(?=\})', re.DOTALL)
_STROKE = re.compile(r'stroke="([^"]+)"')


def style_sheet(platforms: Iterable[str]) -> str:
    """The rules for cards of these platforms, as CSS without idle space."""
    rules = (_HERE / "static" / STYLE_SHEET).read_text(encoding="utf-8")
    # In the order of their colours: what is alike packs well if it stands together.
    marks = sorted((_mark(platform), platform) for platform in platforms)
    return _IDLE.sub("", rules) + "".join(_rule(mark, platform) for mark, platform in marks)


def latex_colours(platforms: Iterable[str]) -> str:
    """The package of LaTeX that defines the accents of these platforms."""
    accents = ((platform, _accent(_mark(platform))) for platform in sorted(platforms))
    colours = [f"\\threadcardplatform{{{platform}}}{{{accent[1:].upper()}}}" for platform, accent in accents if accent]
    return "\n".join([rf"\ProvidesPackage{{{LATEX_COLOURS[:-4]}}}[colours of platforms]", *colours, r"\endinput", ""])


def _mark(platform: str) -> str:
    return (_HERE / "platforms" / "marks" / f"{platform}.svg").read_text(encoding="utf-8").strip()


def _accent(mark: str) -> str | None:
    """The colour that a mark is drawn in, ``#6d6ef0``; None for that of the text around it."""
    colour = _STROKE.findall(mark)[0]
    return None if colour == "currentColor" else cast("str", colour)


def _rule(mark: str, platform: str) -> str:
    """A platform's accent, and its mark as a mask."""
    accent = _accent(mark)
    colour = f"--thread-card-accent:{accent};" if accent else ""
    # Inside the sheet: no request for each, and masks of another file are refused on pages opened from a disk.
    address = quote(_STROKE.sub("stroke='red'", mark).replace('"', "'"), safe=" '/:=,")
    return f'.thread-card-{platform}{{{colour}--thread-card-shape:url("data:image/svg+xml,{address}")}}'


def write_styles(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write the site's style sheet or package of LaTeX (``env-updated``).

    Returns the pages to write again: those that link the style sheet, as its address has a print of what is in it.
    """
    domain = cast("ThreadDomain", env.get_domain("thread"))
    # An address that no platform knows has neither colour nor mark.
    platforms = sorted({domain.find(use.url).platform for use in domain.uses()}.intersection(PLATFORMS))
    out = Path(app.builder.outdir)
    if app.builder.format == "latex":
        (out / LATEX_COLOURS).write_text(latex_colours(platforms), encoding="utf-8")
    if app.builder.format != "html" or not app.config.thread_cards_css:
        return []
    (out / "_static").mkdir(parents=True, exist_ok=True)
    (out / "_static" / STYLE_SHEET).write_text(style_sheet(platforms), encoding="utf-8")
    return domain.changed("styled", dict.fromkeys({*domain.cards, *domain.citations, *domain.lists}, platforms))
