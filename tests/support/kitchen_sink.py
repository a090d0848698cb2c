"""The page of the guide that shows every shape of card, with what it needs beside it and in conf.py."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.commands import ROOT

TEXT = (ROOT / "tests" / "kitchen-sink.md").read_text(encoding="utf-8")
# The servers of its invented threads.
SETTINGS: Mapping[str, Any] = {"thread_cards_hosts": runpy.run_path(str(ROOT / "conf.py"))["thread_cards_hosts"]}


def write(folder: Path, text: str = TEXT) -> None:
    """Make a folder of sources with this page alone, and the threads that it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.md").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "_threads", folder / "_threads", dirs_exist_ok=True)
