# noqa: INP001 - a script's helper, not part of a package
"""The drawing of the home page: a small board, and above it the layers that run several virtual machines on it.

Everything stands in a space of three axes and is drawn as seen from above a corner: `x` runs along the board to the
right and down, `y` to the left and down, `z` up.
"""

from __future__ import annotations

from ink import Sheet, number, shape, text_line

WIDTH, HEIGHT = 736, 344
LEFT, TOP, SCALE = 128.0, 156.0, 1.08
COS, SIN = 0.866, 0.5
LABELS = 446
# The layers: their common corner and sides, and the height of each above the board.
PLATE, SIDES = (24.0, 26.0), (92.0, 82.0)
TIERS = (44.0, 88.0, 130.0)

# On a phone, where the drawing is less than half as wide, labels keep their size and have no second line.
STYLE = """
.label { font-weight: 600; font-size: 17px }
.note { font-size: 14px; fill: var(--muted) }
path, ellipse { fill: none; stroke: var(--ink); stroke-width: 1.25; stroke-linejoin: round; stroke-linecap: round }
.fine { stroke-width: .9 }
.top { fill: var(--page) }
.side { fill: var(--face) }
.pins { stroke-dasharray: .01 6; stroke-width: 2.2 }
.hole { fill: none; stroke: var(--ink) }
.board { fill: var(--face) }
.thread { stroke: var(--mid); stroke-width: 1; stroke-dasharray: .01 4 }
.lead { stroke: var(--mid); stroke-width: 1 }
.dot { fill: var(--mid); stroke: none }
.low, .mid, .accent { stroke: var(--page); stroke-width: 1 }
.low { fill: var(--low); fill-opacity: .85 }
.mid { fill: var(--mid) }
.edge { fill: var(--mid); stroke: var(--page); stroke-width: 1 }
.accent { fill: var(--accent) }
.glass { fill: var(--page); stroke: var(--accent) }
.pane { fill: var(--face); stroke: var(--accent) }
.line { stroke: var(--accent); stroke-width: 1.6 }
@media (max-width: 520px) {
  .label { font-size: 32px; font-weight: 400 }
  .note { display: none }
  path, ellipse { stroke-width: 2 }
  .fine, .line { stroke-width: 1.6 }
}
"""


def seen(x: float, y: float, z: float = 0) -> tuple[float, float]:
    """Return the position of a point in space on the drawing."""
    return LEFT + SCALE * COS * (x - y), TOP + SCALE * (SIN * (x + y) - z)


def flat(kind: str, x: float, y: float, z: float, size: tuple[float, float]) -> str:
    """Return a horizontal rectangle."""
    w, d = size
    return shape(kind, seen(x, y, z), seen(x + w, y, z), seen(x + w, y + d, z), seen(x, y + d, z))


def box(
    kinds: tuple[str, str, str], at: tuple[float, float, float], size: tuple[float, float, float]
) -> list[str]:
    """Return the three visible faces of a box: left, right and top, each with its class."""
    (x, y, z), (w, d, h) = at, size
    left = shape(
        kinds[0],
        seen(x, y + d, z),
        seen(x + w, y + d, z),
        seen(x + w, y + d, z + h),
        seen(x, y + d, z + h),
    )
    right = shape(
        kinds[1],
        seen(x + w, y, z),
        seen(x + w, y + d, z),
        seen(x + w, y + d, z + h),
        seen(x + w, y, z + h),
    )
    return [left, right, flat(kinds[2], x, y, z + h, (w, d))]


def opening(at: tuple[float, float, float], size: tuple[float, float]) -> str:
    """Return the opening in the right face of a socket."""
    (x, y, z), (d, h) = at, size
    return shape(
        "fine hole", seen(x, y, z), seen(x, y + d, z), seen(x, y + d, z + h), seen(x, y, z + h)
    )


def sockets() -> list[str]:
    """Return the sockets on the right and at the front: network, USB, power, displays, audio."""
    part = ("fine side", "fine side", "fine top")
    pieces = [*box(part, (170, 8, 0), (38, 32, 24)), opening((208, 15, 5), (18, 13))]
    for y in (50, 92):
        pieces += box(part, (177, y, 0), (33, 30, 28))
        pieces += [opening((210, y + 4, z), (22, 7)) for z in (4, 16)]
    for x, w, h in ((18, 18, 6), (54, 16, 5), (82, 16, 5)):
        pieces += box(part, (x, 122, 0), (w, 15, h))
    return pieces + box(part, (116, 118, 0), (13, 20, 11))


def board() -> list[str]:
    """Return the board with its pins, chips and sockets, from back to front."""
    chip = ("fine top", "fine top", "fine top")
    pieces = box(("board", "board", "board"), (0, 0, -5), (200, 134, 5))
    for x, y in ((8, 8), (8, 126), (152, 8), (152, 126)):
        cx, cy = seen(x, y)
        pieces.append(
            f'<ellipse cx="{number(cx)}" cy="{number(cy)}" rx="4" ry="2.3" class="fine hole"/>'
        )
    pieces += [shape("pins", seen(20, y), seen(140, y), close=False) for y in (6, 12)]
    pieces += [*box(chip, (48, 48, 0), (44, 44, 4)), *box(chip, (104, 50, 0), (24, 36, 3))]
    pieces += [*box(chip, (146, 88, 0), (14, 14, 2)), *box(chip, (14, 50, 0), (14, 22, 2))]
    return pieces + sockets()


def threads(low: float, high: float) -> list[str]:
    """Return the dotted lines between the corners of a layer and the one below."""
    (x, y), (w, d) = PLATE, SIDES
    corners = ((x, y), (x + w, y), (x + w, y + d), (x, y + d))
    return [
        shape("thread", seen(*corner, low), seen(*corner, high), close=False) for corner in corners
    ]


def machine(x: float, y: float) -> list[str]:
    """Return a virtual machine: a block with a few lines of text on top."""
    w, d, h = 38, 32, 24
    z = TIERS[2]
    lines = [
        shape(
            "line",
            seen(x + 8, y + 8 + 8 * row, z + h),
            seen(x + 8 + long, y + 8 + 8 * row, z + h),
            close=False,
        )
        for row, long in enumerate((10, 22, 15))
    ]
    return [*box(("pane", "pane", "glass"), (x, y, z), (w, d, h)), *lines]


def label(point: tuple[float, float], y: float, name: str, note: str) -> list[str]:
    """Return a label, with a line to the object that it names."""
    x, start = point
    return [
        shape("lead", point, (x + abs(y - start), y), (LABELS - 14, y), close=False),
        f'<circle class="dot" cx="{number(x)}" cy="{number(start)}" r="2.6"/>',
        text_line(LABELS, y + 5.5, name, "label"),
        text_line(LABELS, y + 24, note, "note"),
    ]


def draw() -> Sheet:
    """Return the drawing."""
    firmware, system, machines = TIERS
    (x, y), right = PLATE, PLATE[0] + SIDES[0]
    pieces = [
        *board(),
        *threads(4, firmware),
        *box(("low", "low", "low"), (*PLATE, firmware), (*SIDES, 4)),
        *threads(firmware + 4, system),
        *box(("mid", "edge", "accent"), (*PLATE, system), (*SIDES, 9)),
        *threads(system + 9, machines),
        *(
            piece
            for dx, dy in ((4, 4), (50, 4), (4, 46), (50, 46))
            for piece in machine(x + dx, y + dy)
        ),
        *label(
            seen(right - 4, y + 4, machines + 18),
            44,
            "Virtual machines",
            "several computers in one",
        ),
        *label(seen(right, y, system + 4.5), 110, "ESXi-Arm", "the hypervisor"),
        *label(seen(right, y, firmware + 2), 172, "UEFI and ACPI", "firmware, made in the open"),
        *label(seen(208, 10, 20), 244, "Raspberry Pi 4", "a board with 4 or 8 GiB of memory"),
    ]
    return Sheet(
        WIDTH,
        HEIGHT,
        "Virtual machines on ESXi-Arm, on UEFI, on a Raspberry Pi",
        STYLE,
        tuple(pieces),
    )
