# noqa: INP001 - a script's helper, not part of a package
"""Who worked on what, and when: a lane for each person in work.toml, in a wide and a narrow layout."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ink import Sheet, number, path, text_line

# From October 2016 to the end of 2025. The years after BEND are narrower, because little happens in them.
FIRST, BEND, LAST = 2016 * 12 + 9, 2021 * 12, 2026 * 12
# Distance from a bar to its label, height of a line, width of a letter of the widest font as a
# fraction of its size, and space between two labels.
ROW, LINE, LETTER, GAP = 22, 17, 0.53, 12

STYLE = """
.name { font-weight: 600; font-size: NAMEpx }
.of { font-size: TEXTpx; fill: var(--muted) }
.did { font-size: TEXTpx }
.year { font-size: TEXTpx; fill: var(--muted) }
.day { font-size: TEXTpx; font-weight: 600; fill: var(--accent) }
path, rect, circle { fill: none; stroke: none }
.grid { stroke: var(--low); stroke-width: 1 }
.mark { stroke: var(--accent); stroke-width: 1; stroke-dasharray: 3 3 }
.lane { stroke: var(--low); stroke-width: 1 }
.blank { fill: var(--page) }
.bar { fill: var(--mid) }
.ours { fill: var(--accent) }
"""


@dataclass(frozen=True, slots=True)
class Look:
    """A layout: its width, the position of the first year, the width of the later ones, and sizes."""

    width: int
    left: int
    later: int
    top: int
    text: float
    name: float
    beside: bool
    """Whether names are to the left of their lane, or above it."""


WIDE = Look(736, 170, 106, 66, 13, 14, beside=True)
NARROW = Look(380, 2, 74, 70, 15, 16.5, beside=False)


def month(text: str) -> int:
    """Return the number of months since the year 0 of "2019-06"."""
    year, _, rest = text.partition("-")
    return int(year) * 12 + int(rest) - 1


def across(look: Look, at: float) -> float:
    """Return the horizontal position of a month."""
    bend, right = look.width - 2 - look.later, look.width - 2
    if at <= BEND:
        return look.left + (bend - look.left) * (at - FIRST) / (BEND - FIRST)
    return bend + (right - bend) * (at - BEND) / (LAST - BEND)


@dataclass(frozen=True, slots=True)
class Label:
    """A label below a lane: start, line, and end in the widest font."""

    start: float
    line: int
    end: float
    text: str


def placed(look: Look, did: list[dict[str, str]]) -> list[Label]:
    """Return the labels of a lane in order; each begins below its bar if possible, and none overlaps another."""
    out: list[Label] = []
    for each in did:
        size = len(each["text"]) * look.text * LETTER
        start = max(look.left, min(across(look, month(each["from"])), look.width - 2 - size))
        before = out[-1] if out else Label(0, 0, start - GAP, "")
        out.append(
            Label(start, before.line + (start < before.end + GAP), start + size, each["text"])
        )
    return out


def bar(look: Look, each: dict[str, str], kind: str, middle: float) -> str:
    """Return a period as a bar, or a single moment as a dot."""
    start = across(look, month(each["from"]))
    if "to" not in each:
        return f'<circle class="{kind}" cx="{number(start + 3)}" cy="{number(middle)}" r="6"/>'
    width = max(across(look, month(each["to"]) + 1) - start, 10)
    place = f'x="{number(start)}" y="{number(middle - 5)}" width="{number(width)}"'
    return f'<rect class="{kind}" {place} height="10" rx="5"/>'


def lane(look: Look, person: dict[str, Any], top: float) -> tuple[list[str], float]:
    """Return the lane of a person, and the position of the next one."""
    middle = top + (8 if look.beside else 32)
    right = look.width - 2
    pieces = [path("lane", f"M{look.left} {number(middle)}H{right}")]
    if look.beside:
        pieces += [
            text_line(0, middle + 5, person["name"], "name"),
            text_line(0, middle + 5 + LINE, person["of"], "of"),
        ]
    else:
        pieces += [
            *blank(look.left, top + 14, look.left + len(person["name"]) * look.name * LETTER)
        ]
        pieces += [text_line(look.left, top + 14, person["name"], "name")]
        pieces += [*blank(right - len(person["of"]) * look.text * LETTER, top + 14, right)]
        pieces += [text_line(right, top + 14, person["of"], "of", "end")]
    pieces += [
        bar(look, each, "ours" if person["of"] == "VMware" else "bar", middle)
        for each in person["did"]
    ]
    below = placed(look, person["did"])
    for each in below:
        y = middle + ROW + LINE * each.line
        atright = each.end > right - 1
        pieces += blank(each.start, y, each.end)
        pieces.append(
            text_line(
                right if atright else each.start, y, each.text, "did", "end" if atright else "start"
            )
        )
    lines = max(below[-1].line + 1, 2 if look.beside else 1)
    return pieces, middle + ROW + LINE * lines + 5


def blank(start: float, y: float, end: float) -> list[str]:
    """Return a background that hides the lines of the years behind a label with its baseline at `y`."""
    width = (end - start) * 0.9
    if not width:
        return []
    place = f'x="{number(start - 2)}" y="{number(y - 13)}" width="{number(width + 4)}"'
    return [f'<rect class="blank" {place} height="17"/>']


def years(look: Look, bottom: float) -> list[str]:
    """Return the lines of the years, in the background."""
    pieces = []
    for year in range(2017, 2026):
        x, full = across(look, year * 12), year * 12 <= BEND
        pieces.append(
            path("grid", f"M{number(x)} {look.top - (22 if full else 4)}V{number(bottom)}")
        )
        pieces += [text_line(x + 4, look.top - 8, str(year), "year")] if full else []
    return [
        *pieces,
        text_line(look.width - 2, look.top - 8, "2025" if look.beside else "… 25", "year", "end"),
    ]


def days(look: Look, given: list[dict[str, str]], bottom: float) -> list[str]:
    """Return the lines of common events, with their labels above the years."""
    pieces = []
    for index, each in enumerate(given):
        x = across(look, month(each["month"]) + 0.5)
        line = 16 if look.beside else 16 + 17 * (index % 2)
        anchor = "end" if index == 0 else "start" if look.beside else "middle"
        pieces += [
            path("mark", f"M{number(x)} {line + 6}V{number(bottom)}"),
            text_line(
                x + (4 if index == 0 else 0),
                line,
                each["text" if look.beside else "short"],
                "day",
                anchor,
            ),
        ]
    return pieces


def draw(look: Look) -> Sheet:
    """Return the drawing in a layout."""
    data = tomllib.loads(Path(__file__).with_name("work.toml").read_text("utf-8"))
    lanes: list[str] = []
    y = float(look.top + 10)
    for person in data["people"]:
        pieces, y = lane(look, person, y)
        lanes += pieces
    pieces = [*years(look, y), *days(look, data["days"], y), *lanes]
    style = STYLE.replace("NAME", str(look.name)).replace("TEXT", str(look.text))
    return Sheet(
        look.width, round(y) + 4, "Who worked on what, and when, 2016 to 2025", style, tuple(pieces)
    )
