# noqa: INP001 - a script's helper, not part of a package
"""The boot process from power-on to the hypervisor, as a line with stops.

The text of docs/story/firmware.md says the same in words, with the source of each step; change both together.
"""

from __future__ import annotations

from dataclasses import dataclass

from ink import Sheet, number, path, text_line

WIDTH, HEIGHT = 420, 694
RAIL, TEXT, RIGHT = 20, 52, 412
FIRST, STEP = 104, 83

STYLE = """
.name { font-weight: 600; font-size: 17px }
.note { font-size: 15px; fill: var(--muted) }
.where { font-size: 14px; fill: var(--muted); font-style: italic }
.who { font-size: 14px; font-weight: 600; letter-spacing: .02em; fill: var(--accent) }
.count { font-size: 14px; font-weight: 600; fill: var(--ink) }
.lit { fill: var(--on-accent) }
path, circle, rect { fill: none; stroke: var(--ink); stroke-width: 1.25; stroke-linecap: round; stroke-linejoin: round }
.video { stroke: var(--mid); stroke-width: 3; stroke-dasharray: .01 7 }
.arm { stroke: var(--accent); stroke-width: 3 }
.stop { fill: var(--page); stroke: var(--mid); stroke-width: 2 }
.soft { fill: var(--low); stroke: var(--accent); stroke-width: 2 }
.full { fill: var(--accent); stroke: var(--accent); stroke-width: 2 }
.file { fill: var(--face); stroke: var(--mid); stroke-width: 1 }
.rule { stroke: var(--mid); stroke-width: 1 }
.pane { fill: var(--face); stroke: var(--accent); stroke-width: 1.25 }
.line { stroke: var(--accent); stroke-width: 1.5 }
@media (max-width: 350px) {
  .name { font-size: 18px }
  .note, .who { font-size: 16.5px }
  .where { font-size: 15.5px }
}
"""


@dataclass(frozen=True, slots=True)
class Stop:
    """A program of the boot process: its name, where it is stored, what it does, and how its marker is filled."""

    name: str
    where: str
    notes: tuple[str, str]
    fill: str


STOPS = (
    Stop(
        "Boot ROM", "in the chip", ("cannot be changed;", "loads the program in the EEPROM"), "stop"
    ),
    Stop(
        "EEPROM",
        "on the board",
        ("initialises the memory,", "searches the card, disks and the network"),
        "stop",
    ),
    Stop(
        "start4.elf",
        "on the card",
        ("Raspberry Pi firmware; reads", "config.txt and loads RPI_EFI.fd"),
        "stop",
    ),
    Stop(
        "Trusted Firmware-A",
        "in RPI_EFI.fd",
        ("sets up the Arm cores,", "and stays in memory below the rest"),
        "soft",
    ),
    Stop(
        "UEFI, with ACPI tables",
        "in RPI_EFI.fd",
        ("starts screen, USB and network,", "finds and starts ESXi-Arm"),
        "soft",
    ),
    Stop("ESXi-Arm", "on a disk", ("reads the ACPI tables", "and takes over the machine"), "full"),
)
# How many programs run on the graphics processor; the others run on the Arm cores.
VIDEO = 3
GAP = 52


def height(index: int) -> float:
    """Return the vertical position of a stop; there is a gap before the Arm cores."""
    return FIRST + STEP * index + (GAP if index >= VIDEO else 0)


def stop(index: int, each: Stop) -> list[str]:
    """Return a numbered marker on the line, and the text next to it."""
    y = height(index)
    lit = "count lit" if each.fill == "full" else "count"
    return [
        f'<circle class="{each.fill}" cx="{RAIL}" cy="{number(y)}" r="13"/>',
        text_line(RAIL, y + 5, str(index + 1), lit, "middle"),
        text_line(TEXT, y + 6, each.name, "name"),
        text_line(RIGHT - 8, y + 6, each.where, "where", "end"),
        *(text_line(TEXT, y + 28 + 20 * row, note, "note") for row, note in enumerate(each.notes)),
    ]


def part(y: float, text: str) -> list[str]:
    """Return a heading with the processor that runs the following programs."""
    return [text_line(TEXT, y, text, "who"), path("rule", f"M{TEXT} {number(y + 9)}H{RIGHT}")]


def machines(y: float) -> list[str]:
    """Return the virtual machines at the end of the line."""
    pieces = [path("arm", f"M{RAIL} {number(y - 57)}V{number(y + 15)}H{TEXT}")]
    for x in (TEXT, TEXT + 42, TEXT + 84):
        pieces.append(f'<rect class="pane" x="{x}" y="{number(y)}" width="34" height="30" rx="3"/>')
        pieces += [
            path("line", f"M{x + 8} {number(y + 9 + 6 * row)}h{long}")
            for row, long in enumerate((8, 18, 13))
        ]
    return [*pieces, text_line(TEXT + 134, y + 20, "virtual machines", "name")]


def draw() -> Sheet:
    """Return the drawing."""
    last = len(STOPS) - 1
    turn = height(VIDEO - 1) + 72
    size = f'width="{WIDTH - TEXT + 11}" height="{STEP * 2 - 4}" rx="6"'
    pieces = [
        f'<circle class="stop" cx="{RAIL}" cy="22" r="13"/>',
        path("", f"M{RAIL} 14V22M{RAIL - 4} 17.5A6.5 6.5 0 1 0 {RAIL + 4} 17.5"),
        text_line(TEXT, 28, "Power on", "name"),
        *part(62, "The graphics processor begins"),
        path("video", f"M{RAIL} 42V{number(turn)}"),
        path("arm", f"M{RAIL} {number(turn)}V{number(height(last))}"),
        *part(turn + 12, "The Arm cores take over"),
        f'<rect class="file" x="{TEXT - 12}" y="{number(height(VIDEO) - 20)}" {size}/>',
        *machines(height(last) + 70),
        *(piece for index, each in enumerate(STOPS) for piece in stop(index, each)),
    ]
    return Sheet(
        WIDTH,
        HEIGHT,
        "From the power switch to the hypervisor on a Raspberry Pi 4",
        STYLE,
        tuple(pieces),
    )
