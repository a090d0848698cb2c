"""External programs that tests need and a machine may lack."""

from __future__ import annotations

import os
import shutil

import pytest

_OTHER_NAMES = {"chromium": ("chromium-browser", "google-chrome")}


def require(program: str) -> str:
    """Return the path of a program; without it, skip the test, or fail it where CI is ``true``."""
    for name in (program, *_OTHER_NAMES.get(program, ())):
        if path := shutil.which(name):
            return path
    reason = f"{program} is missing: run `make system`"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
