"""Where pages end in LaTeX: lists of threads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.paper_threads import build
from support.papers import squeezed

pytestmark = pytest.mark.slow

MONTHS = ("January", "February", "March", "April", "May", "June")


def test_a_timeline_keeps_together(tmp_path: Path) -> None:
    """No name of a month or a year is the last of a page, and all that is said of a thread is on one page."""
    numbers = range(1, 61)
    cards = [
        f"```{{thread}} https://github.com/pftf/RPi4/issues/{n}\n:title: The lamp {n}.\n:author: Jo\n:date: {2010 + n // 6}-0{1 + n % 6}\n```\n"
        for n in numbers
    ]
    lists = "# Lists\n\n```{thread-list}\n:style: timeline\n```\n\n```{toctree}\ncards\n```\n"
    paper = build(tmp_path, {"index": lists, "cards": "# Cards\n\n" + "\n".join(cards)})
    listed = paper.pages[: paper.page_of("GitHub · pftf/RPi4 #1 · February 2010")]

    for number in numbers:
        said = squeezed(
            f"The lamp {number}.Jo · GitHub · pftf/RPi4#{number}https://github.com/pftf/RPi4/issues/{number}Cited in"
        )
        assert any(said in squeezed(page) for page in listed), number
    last = [re.sub(r"[\s\dA-Z]*\Z", "", re.sub(r"\d+\Z", "", page.strip()).strip()) for page in listed]
    assert [text for text in last if text.endswith(MONTHS)] == []


def test_dates_of_a_list_are_not_torn(tmp_path: Path) -> None:
    """A date in a table of threads ends a line between words only."""
    card = "```{thread} https://github.com/pftf/RPi4/issues/1\n:title: The lamp\n:date: 2019-09-18\n```\n"
    paper = build(
        tmp_path,
        {"index": f"# Lists\n\n```{{thread-list}}\n```\n\n{card}"},
        latex_elements={"sphinxsetup": "hmargin=2in"},
    )

    assert "Septem-" not in "".join(paper.pages)
    assert "18 September" in " ".join(line.text for line in paper.lines)


def test_a_table_of_threads_breaks(tmp_path: Path) -> None:
    """It goes on over pages, however few its rows are; in an admonition too."""
    titles = [f"The lamp {n}. " + "It waits for itself. " * 12 for n in range(1, 26)]
    cards = "\n".join(
        f"```{{thread}} https://github.com/pftf/RPi4/issues/{n}\n:title: {title}\n```\n"
        for n, title in enumerate(titles, 1)
    )
    lists = "# Lists\n\n```{thread-list}\n```\n\n````{note}\n```{thread-list}\n:docs: few\n```\n````\n\n```{toctree}\ncards\nfew\n```\n"
    few = "# Few\n\n```{thread} https://github.com/pftf/RPi4/issues/97\n:title: Hardly any\n```\n"
    paper = build(tmp_path, {"index": lists, "cards": f"# Cards\n\n{cards}", "few": few})

    assert re.findall(r"Overfull \\vbox", paper.log) == []
    assert paper.collisions() == []
    listed = "".join(paper.pages[: paper.page_of("Hardly any Read on")])
    assert [title for title in titles if squeezed(title) not in squeezed(listed)] == []
