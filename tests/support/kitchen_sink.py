"""The kitchen sink: a page with every kind of card, with its snapshots and settings."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "tests" / "kitchen-sink.md").read_text(encoding="utf-8")
# The hosts of its invented threads.
SETTINGS: Mapping[str, Any] = {
    "thread_cards_hosts": runpy.run_path(str(ROOT / "conf.py"))["thread_cards_hosts"]
}


def write(folder: Path, text: str = TEXT) -> None:
    """Write the page and the snapshots that it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.md").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "_threads", folder / "_threads", dirs_exist_ok=True)
