"""What is raised for a snapshot that cannot be used, and how its messages show what others wrote."""

from __future__ import annotations

MOST_BYTES = 8 * 1024 * 1024
TOO_LARGE = f"it is larger than {MOST_BYTES // 1024**2} MB; leave posts out"
_LONGEST_SHOWN = 60


class SnapshotError(ValueError):
    """A snapshot that cannot be used: where in it, what is wrong, and what to write instead."""

    def __init__(self, reason: str, *place: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = list(place)
        """Keys and indexes that lead to the value, the innermost first."""

    def __str__(self) -> str:
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in reversed(self.place))
        return f"{steps.removeprefix('.')}: {self.reason}" if steps else self.reason


def shown(value: object) -> str:
    """A value in a message: short, and without anything that could turn or break the line."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    # Only the beginning: the whole may be megabytes, or a number too long to write.
    text = ascii(value[:_LONGEST_SHOWN] if isinstance(value, str) else value)
    return f"{text[:_LONGEST_SHOWN]}..." if len(text) > _LONGEST_SHOWN else text


def wrong(value: object, due: str) -> SnapshotError:
    """The error to raise for a value that is not what is due."""
    return SnapshotError(f"{shown(value)} is not {due}")
