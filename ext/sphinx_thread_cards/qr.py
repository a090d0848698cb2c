"""QR codes, as far as addresses need them: bytes, versions 1 to 20, error correction level M.

The format is that of ISO/IEC 18004:2015; numbers in brackets are its clauses. Pure, and with nothing to install.
"""

from __future__ import annotations

import re
from itertools import chain, pairwise, zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Matrix = list[list[bool]]
Cell = tuple[int, int]
# Of each version at level M (7.5.1, table 9): codewords for correction in each block, and number of blocks.
_CORRECTION = (10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26)
_BLOCKS = (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16)
# Where the modules are turned over (7.8.2, table 10), by row and column.
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)
_LONG_COUNT = 10
"""From this version on, two bytes say how many there are (7.4.1, table 3)."""
_VERSION_IS_TOLD = 7
"""From this version on, the code says which it is (7.10)."""


def encode(text: str) -> Matrix | None:
    """The modules of a code that says ``text`` in UTF-8, row by row, True for dark, without the quiet zone.

    :returns: None for what is longer than 666 bytes.
    """
    data = text.encode()
    for version in range(1, len(_BLOCKS) + 1):
        header = 3 if version >= _LONG_COUNT else 2
        if len(data) + header <= _capacity(version):
            return _drawn(version, _interleaved(_filled(data, version), version))
    return None


def _side(version: int) -> int:
    return 17 + 4 * version


def _centres(version: int) -> list[int]:
    """Rows, and columns, of the centres of alignment patterns (annex E)."""
    if version == 1:
        return []
    count = version // 7 + 2
    step = (version * 4 + count * 2 + 1) // (2 * count - 2) * 2 if count > 2 else 4 * version + 4  # noqa: PLR2004
    last = _side(version) - 7
    return [6, *reversed([last - step * n for n in range(count - 1)])]


def _codewords(version: int) -> int:
    """How many bytes fit, with those for correction."""
    side, reserved = _side(version), _reserved(version)
    return (side * side - len(reserved)) // 8


def _capacity(version: int) -> int:
    return _codewords(version) - _CORRECTION[version - 1] * _BLOCKS[version - 1]


def _filled(data: bytes, version: int) -> bytes:
    """Mode and count before the data, and what fills the code after it (7.4.10)."""
    count = len(data).to_bytes(2 if version >= _LONG_COUNT else 1, "big")
    # The mode is half a byte, and so is the end.
    whole = bytes.fromhex("4" + (count + data).hex() + "0")
    left = _capacity(version) - len(whole)
    return whole + (b"\xec\x11" * (left // 2 + 1))[:left]


def _interleaved(data: bytes, version: int) -> bytes:
    """The blocks and their correction, byte by byte in turn (7.6)."""
    count, size = _BLOCKS[version - 1], len(data) // _BLOCKS[version - 1]
    short = count - len(data) % count
    blocks, start = [], 0
    for number in range(count):
        end = start + size + (number >= short)
        blocks.append(data[start:end])
        start = end
    corrections = [_correction(block, _CORRECTION[version - 1]) for block in blocks]
    turns = chain(zip_longest(*blocks), zip(*corrections, strict=True))
    return bytes(byte for turn in turns for byte in turn if byte is not None)


def _times(one: int, other: int) -> int:
    """The product in the field of 256 elements, modulo x^8 + x^4 + x^3 + x^2 + 1 (7.5.2)."""
    product = 0
    for bit in range(7, -1, -1):
        product = product << 1 ^ (product >> 7) * 0x11D
        product ^= (other >> bit & 1) * one
    return product


def _correction(block: bytes, count: int) -> bytes:
    """The remainder of Reed and Solomon."""
    divisor, root = [0] * (count - 1) + [1], 1
    for _ in range(count):
        divisor = [_times(a, root) ^ b for a, b in zip(divisor, [*divisor[1:], 0], strict=True)]
        root = _times(root, 2)
    rest = [0] * count
    for byte in block:
        factor = byte ^ rest[0]
        rest = [a ^ _times(b, factor) for a, b in zip([*rest[1:], 0], divisor, strict=True)]
    return bytes(rest)


def _patterns(version: int) -> dict[Cell, bool]:
    """Finders with their separators, alignment patterns and timing (6.3)."""
    side = _side(version)
    cells = {cell: n % 2 == 0 for n in range(side) for cell in ((6, n), (n, 6))}
    for row, column in ((3, 3), (3, side - 4), (side - 4, 3)):
        cells |= {
            (i, j): max(abs(i - row), abs(j - column)) not in {2, 4}
            for i in range(max(row - 4, 0), min(row + 5, side))
            for j in range(max(column - 4, 0), min(column + 5, side))
        }
    centres = _centres(version)
    for row, column in ((row, column) for row in centres for column in centres):
        if (row, column) not in {(6, 6), (6, centres[-1]), (centres[-1], 6)}:
            around = [(i, j) for i in range(-2, 3) for j in range(-2, 3)]
            cells |= {(row + i, column + j): max(abs(i), abs(j)) != 1 for i, j in around}
    return cells


def _information(version: int, mask: int) -> dict[Cell, bool]:
    """Level and mask, and the version, each twice (7.9, 7.10)."""
    side = _side(version)
    # Level M is 00.
    bits = (mask << 10 | _remainder(mask, 10, 0x537)) ^ 0x5412
    beside = [(i, 8) for i in (0, 1, 2, 3, 4, 5, 7, 8)] + [(8, j) for j in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(8, side - 1 - n) for n in range(8)] + [(side - 7 + n, 8) for n in range(7)]
    cells = {cell: bool(bits >> n & 1) for cells in (beside, apart) for n, cell in enumerate(cells)}
    cells[side - 8, 8] = True
    if version >= _VERSION_IS_TOLD:
        bits = version << 12 | _remainder(version, 12, 0x1F25)
        for n in range(18):
            near, far = n // 3, side - 11 + n % 3
            cells[near, far] = cells[far, near] = bool(bits >> n & 1)
    return cells


def _remainder(value: int, degree: int, divisor: int) -> int:
    """Of a code of Bose, Chaudhuri and Hocquenghem."""
    rest = value
    for _ in range(degree):
        rest = rest << 1 ^ (rest >> degree - 1) * divisor
    return rest


def _reserved(version: int) -> set[Cell]:
    return {*_patterns(version), *_information(version, 0)}


def _path(version: int) -> Iterator[Cell]:
    """The cells for data, in their order: two columns up, two down (7.7.3)."""
    side, reserved = _side(version), _reserved(version)
    rights = [column for column in range(side - 1, 0, -2) if column > 6] + [5, 3, 1]  # noqa: PLR2004 - column 6 is timing
    for turn, right in enumerate(rights):
        for row in range(side) if turn % 2 else range(side - 1, -1, -1):
            yield from ((row, column) for column in (right, right - 1) if (row, column) not in reserved)


def _drawn(version: int, data: bytes) -> Matrix:
    """The code with the mask that is easiest to read."""
    said = (bool(byte >> n & 1) for byte in data for n in range(7, -1, -1))
    # Up to seven cells are left.
    bits = {cell: next(said, False) for cell in _path(version)}
    fixed, side = _patterns(version), range(_side(version))
    drawings = []
    for mask, turned in enumerate(_MASKS):
        cells = {(i, j): bit != turned(i, j) for (i, j), bit in bits.items()} | fixed | _information(version, mask)
        drawings.append([[cells[i, j] for j in side] for i in side])
    return min(drawings, key=_penalty)


def _penalty(matrix: Matrix) -> int:
    """How hard a code is to read (7.8.3)."""
    lines = ["".join("01"[cell] for cell in line) for line in chain(matrix, zip(*matrix, strict=True))]
    runs = sum(len(run[0]) - 2 for line in lines for run in re.finditer(r"(.)\1{4,}", line))
    finders = sum(len(re.findall(r"(?=10111010000|00001011101)", line)) for line in lines)
    rows = lines[: len(matrix)]
    squares = sum(len({*a[n : n + 2], *b[n : n + 2]}) == 1 for a, b in pairwise(rows) for n in range(len(a) - 1))
    dark = sum(row.count("1") for row in rows) * 20 // len(matrix) ** 2
    return runs + 3 * squares + 40 * finders + 10 * abs(dark - 10)
