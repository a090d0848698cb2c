# noqa: INP001 - part of a script
"""The looks of the guide's page on styling, read from it, so that the pictures show what it says."""

from __future__ import annotations

import re
from pathlib import Path

_PAGE = (Path(__file__).parents[1] / "cards" / "styling.md").read_text(encoding="utf-8")
LOOKS = dict(re.findall(r"```\{code-block\} css\n:name: look-(\w+)\n\n(.*?)```", _PAGE, re.DOTALL))
"""By name: the rules of each."""
