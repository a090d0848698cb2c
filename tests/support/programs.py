"""External programs that tests need and a machine may lack."""

from __future__ import annotations

import os
import shutil

import pytest

# Programs that go by another name on some systems: Ubuntu's browser is a snap
# behind `chromium-browser`, and people have Chrome.
_OTHER_NAMES = {"chromium": ("chromium-browser", "google-chrome")}


def require(program: str) -> str:
    """Return the path of an external program, or leave the test.

    Where it is missing the test is skipped and names the command that installs it;
    with the environment variable CI set to "true" the test fails instead, so that a
    check that could not be made never passes for one that was.

    Args:
        program: The name of the program, such as "pdftotext".

    Returns:
        The path of the program, from the search path.

    Raises:
        pytest.skip.Exception: The program is missing.
        pytest.fail.Exception: The program is missing and CI is "true".
    """
    for name in (program, *_OTHER_NAMES.get(program, ())):
        path = shutil.which(name)
        if path is not None:
            return path
    reason = f"{program} is missing: run `make system`"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
