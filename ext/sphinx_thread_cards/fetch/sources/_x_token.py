"""The token that X's own script sends when it asks for an embedded post: a number made of the id, in base 36."""

from __future__ import annotations

import math

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE = len(_DIGITS)


def token(id_: str) -> str:
    """The id times pi over 10**15, in base 36, without the point and all zeros.

    Digits end where a browser's do, ``Number.prototype.toString`` in V8: once they tell the number from its neighbours.
    """
    number = int(id_) / 1e15 * math.pi
    return (_whole(int(number)) + _fraction(number)).replace("0", "")


def _whole(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, _BASE)
        digits = _DIGITS[digit] + digits
    return digits


def _fraction(number: float) -> str:
    rest = number - int(number)
    unsure = max(0.5 * (math.nextafter(number, math.inf) - number), math.nextafter(0.0, 1.0))
    digits: list[int] = []
    while rest >= unsure:
        rest, unsure = rest * _BASE, unsure * _BASE
        digit = int(rest)
        rest -= digit
        digits.append(digit)
        nearer_above = rest > 0.5 or (rest == 0.5 and digit % 2 == 1)  # noqa: PLR2004 - a half
        if nearer_above and rest + unsure > 1:
            # A carry stops at the point here: it would take a fraction of nothing but z.
            while digits and digits[-1] == _BASE - 1:
                digits.pop()
            digits = [*digits[:-1], digits[-1] + 1] if digits else []
            break
    return "".join(_DIGITS[digit] for digit in digits)
