# noqa: INP001 - part of a script
"""The images of the guide and the README: content and settings of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ISSUE = "https://github.com/pftf/RPi4/issues/57"
TOPIC = "https://forum.openwrt.org/t/openwrt-for-vmware-esxi-arm-fling-on-rpi4-8gb/118228"
MESSAGE = "https://lkml.org/lkml/2019/9/9/170"
SAVED = "https://social.example/@jo_example/112345678901234"
DELETED = "https://social.example/@kim_example/109972507852800000"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An image of cards."""

    page: str
    """In MyST Markdown, without a title."""
    width: int = 480
    """Of the window, in CSS pixels."""
    max_height: int = 900
    theme: str = "furo"
    language: str = "en"
    schemes: tuple[str, ...] = ("light", "dark")
    """Colour schemes, side by side."""
    css: str = ""
    forced_colors: bool = False
    media: str = "screen"
    """``screen``, ``print`` (from the browser) or ``pdf``."""


def _card(url: str, body: str = "", **options: str) -> str:
    lines = "".join(f":{name}: {value}\n" for name, value in options.items())
    return f"```{{thread}} {url}\n{lines}\n{body}\n```\n\n"


def _saved(number: int, **options: str) -> str:
    """Return one of the threads of ``invented.py``, with its posts."""
    return _card(f"{SAVED}{number:03}", **({"show": "thread"} | options))


DEMO = _card(
    "https://threadreaderapp.com/thread/1315580529194995712.html",
    "From a dare at a conference booth to a Pi 3 that ran one tiny virtual machine, with a game of *Snake* in it.",
    title="A demo on 195 SD cards",
    author="Andrei Warkentin",
    handle="WhatAintInside",
)
README = f"{DEMO}<{TOPIC}>\n\n<{ISSUE}>\n"
_GRID = f"`````{{grid}} 2\n````{{grid-item}}\n<{ISSUE}>\n````\n````{{grid-item}}\n<{MESSAGE}>\n````\n`````\n"
_ARABIC = (
    _card(ISSUE, "ملخص قصير.", title="برنامج على لوحة صغيرة", author="مثال", lang="ar")
    + f"<{MESSAGE}>\n"
)

PICTURES: dict[str, Picture] = {
    "url": Picture(page=f"<{ISSUE}>\n\n<{TOPIC}>\n\n<{MESSAGE}>\n"),
    "directive": Picture(page=DEMO),
    "group": Picture(page=f"<{ISSUE}>\n<{TOPIC}>\n<{MESSAGE}>\n"),
    "saved": Picture(page=f"<{SAVED}001>\n"),
    "thread": Picture(page=_saved(126)),
    "images": Picture(page=_saved(2), max_height=1000),
    "quoted": Picture(page=_saved(4)),
    "content-warning": Picture(page=_saved(5)),
    "deleted": Picture(page=f"<{DELETED}>\n"),
    "grid": Picture(page=_GRID, width=760, schemes=("light",)),
    "right-to-left": Picture(page=_ARABIC, language="ar"),
    "small-screen": Picture(page=README, width=320),
    "forced-colors": Picture(page=DEMO, forced_colors=True),
    "print": Picture(page=README, media="print", schemes=("light",)),
    "pdf": Picture(page=f"{DEMO}<{MESSAGE}>\n\n{_saved(103)}", media="pdf", schemes=("light",)),
}
_DARK_THEMES = {"furo": True, "pydata_sphinx_theme": True, "sphinx_book_theme": True, "alabaster": False, "sphinx_rtd_theme": False}  # fmt: skip
PICTURES |= {
    f"theme-{theme}": Picture(
        page=README, theme=theme, schemes=("light", "dark") if dark else ("light",)
    )
    for theme, dark in _DARK_THEMES.items()
}
_STYLING = Path(__file__).parents[1].joinpath("cards", "styling.md").read_text(encoding="utf-8")
LOOKS = dict(
    re.findall(r"```\{code-block\} css\n:name: look-(\w+)\n\n(.*?)```", _STYLING, re.DOTALL)
)
"""The style sheets of the guide's page on styling, by name."""
PICTURES |= {
    f"look-{name}": Picture(page=f"{DEMO}<{TOPIC}>\n", css=css) for name, css in LOOKS.items()
}
