"""Lists of threads: which threads, in which order; and the file for reference managers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from msgspec.structs import replace
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.domain import thread_domain
from sphinx_thread_cards.lists import cited_threads
from support import sites
from support.snapshots import make_thread
from thread_snapshots.store import save

Page = Callable[..., sites.Site]
EXTENSIONS = {
    "markdown": ["sphinx_markdown_builder"],
    "confluence": ["sphinxcontrib.confluencebuilder"],
}
THREADS = """# Threads

```{thread} https://x.com/i/status/1313512835843055618
:title: Beta
:author: Jo Example
:handle: jo_example
```

```{thread} https://github.com/example-org/board/issues/57
:title: alpha
:date: 2020-05
```

[words](https://github.com/example-org/lamp/pull/3)

{thread}`https://github.com/example-org/board/issues/57`
"""


def pages(*options: str) -> dict[str, str]:
    """Return a page with a list, and one with threads."""
    listed = "\n".join(["# Index", "", "```{thread-list}", *options, "```", ""])
    return {"index.md": f"{listed}\n```{{toctree}}\nthreads\n```\n", "threads.md": THREADS}


ALL = ["alpha", "Beta", "example-org/lamp#3"]


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        ([], ALL),
        ([":order: newest"], ["Beta", "alpha", ALL[2]]),
        ([":order: oldest", ":style: timeline"], ALL),
        ([":order: NEWEST", ":style: Timeline"], ["Beta", "alpha", ALL[2]]),
        ([":only: cards"], ALL[:2]),
        ([":platform: x"], ["Beta"]),
        ([":platform: GitHub, x"], ALL),
        ([":author: @JO_example"], ["Beta"]),
        ([":author: sam, jo example"], ["Beta"]),
        ([":community: Example-Org/board"], ["alpha"]),
        ([":since: 2020-05-20", ":until: 2020-06"], ["alpha"]),
        ([":since: 2020-06"], ["Beta"]),
        ([":until: 2020"], ALL[:2]),
    ],
)
def test_choice_and_order(options: list[str], titles: list[str], page: Page) -> None:
    found = page(pages(*options)).soup().select(".thread-list-title a")
    assert [title.text for title in found] == titles


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        ("https://github.com/pftf/RPi4/issues/57", ["pftf/RPi4#57", "GitHub"]),
        ("https://x.com/jo/status/1313512835843055618", ["@jo on X, 6 October 2020"]),
        ("https://www.reddit.com/r/Lamps/comments/1abc/", ["Post on r/Lamps #1abc", "Reddit"]),
        ("https://bugs.launchpad.net/lamp/+bug/1683301", ["Launchpad bug 1683301", "lamp"]),
        ("https://groups.io/g/lamps/message/73981", ["Message on lamps #73981", "Groups.io"]),
    ],
)
def test_untitled_threads(url: str, lines: list[str], page: Page) -> None:
    """The link is the citation; the line under it has only what the citation does not say."""
    cell = page(f"# T\n\n```{{thread-list}}\n```\n\n[]({url})\n").soup().select("td")[1]
    assert [line.text for line in cell.find_all("p")] == lines


@pytest.mark.parametrize("style", ["table", "timeline"])
@pytest.mark.parametrize(
    "builder",
    "html dirhtml singlehtml epub text latex man texinfo xml pseudoxml gettext markdown confluence".split(),
)
def test_every_builder_writes_lists(builder: str, style: str, page: Page) -> None:
    extensions = [*sites.SETTINGS["extensions"], *EXTENSIONS.get(builder, ())]
    site = page(pages(f":style: {style}"), builder, extensions=extensions)
    files = [path for path in site.out.rglob("*") if path.suffix not in {".epub", ".png", ".js"}]
    pages_with_list = {"index", "cases", "Cases"}
    texts = [
        path.read_text("utf-8") for path in files if path.is_file() and path.stem in pages_with_list
    ]

    # What comes from other pages is not translated twice.
    assert ("alpha" in "".join(texts)) == (builder != "gettext")


def test_one_thread_on_several_pages(page: Page, source: Path) -> None:
    """The most complete card is shown, and each page once, with a link to its card if it has one."""
    thread = replace(make_thread("One.", "Two."), title="Saved title")
    save(thread, source / snapshot.FOLDER)
    site = page(
        {
            "index.md": f"# T\n\n```{{thread}} {thread.url}\n:title: Own title\n:author: Jo\n```\n\n```{{toctree}}\na\nb\n```\n",
            "a.md": f"# A\n\n{{thread}}`{thread.url}`\n\n<{thread.url}>\n",
            "b.md": f"# B\n\n[words]({thread.url})\n",
        },
        thread_cards_hosts={"social.example": "mastodon"},
    )
    (cited,) = cited_threads(thread_domain(site.app.env), {})

    assert cited.card.title == "Own title"
    roles = {use.docname: use.role for use in cited.uses}
    assert roles == {"a": "card", "b": "link", "index": "card"}
    assert len(cited.uses) == len(roles)


# -- threads.json --------------------------------------------------------------

# Of the schema csl-data.json of CSL 1.0.2, the variables that are written.
_NAMES = "id title container-title publisher URL archive_location language".split()
_TEXT = {"type": "string", "minLength": 1}
_PARTS = {
    "type": "array",
    "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer"}},
}
_DATE = {"type": "object", "properties": {"date-parts": _PARTS}, "additionalProperties": False}
_AUTHOR = {"type": "object", "properties": {"literal": _TEXT}, "additionalProperties": False}
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            **dict.fromkeys(_NAMES, _TEXT),
            "type": {"enum": ["post", "post-weblog", "webpage", "motion_picture"]},
            "author": {"type": "array", "items": _AUTHOR},
            "issued": _DATE,
            "accessed": _DATE,
        },
        "required": ["type", "id"],
        "additionalProperties": False,
    },
}


def test_export(page: Page) -> None:
    more = """
```{thread} https://threadreaderapp.com/thread/1296304589591810048.html
:title: "\\ud83d\\ude00 A\\u0001 {lamp} \\ud800"
:date: 2020
:lang: de
```

<https://a.example/t/lamps/57>

<https://b.example/t/lamps/57>
"""
    hosts = {"a.example": "discourse", "b.example": "discourse"}
    text = page(THREADS + more, thread_cards_export=True, thread_cards_hosts=hosts).read(
        "threads.json"
    )
    items = {item["id"]: item for item in json.loads(text)}
    Draft7Validator(SCHEMA).validate(json.loads(text))

    assert len(items) == len({name.casefold() for name in items}) == 6
    assert items["thread-x-1313512835843055618"]["author"] == [{"literal": "Jo Example"}]
    assert items["thread-x-1313512835843055618"]["issued"] == {"date-parts": [[2020, 10, 6]]}
    assert items["thread-github-example-org-board-57"]["issued"] == {"date-parts": [[2020, 5]]}
    assert items["thread-x-1296304589591810048"]["title"] == "😀 A {lamp} \ufffd"
    assert items["thread-discourse-57"]["URL"] != items["thread-discourse-57-2"]["URL"]


def test_no_export_by_default(page: Page) -> None:
    assert not list(page(THREADS).out.glob("threads.*"))


@pytest.mark.parametrize("builder", ["html", "text"])
def test_states_and_when_they_were_saved(page: Page, source: Path, builder: str) -> None:
    closed = snapshot.Thread(
        platform="jira",
        host="issues.apache.org",
        id="KAFKA-12",
        url="https://issues.apache.org/jira/browse/KAFKA-12",
        title="A lamp",
        state="closed",
        provenance=snapshot.Provenance(retrieved=datetime(2026, 2, 3, tzinfo=UTC)),
    )
    save(closed, source / snapshot.FOLDER)
    url = closed.url
    text = f"# T\n\n{url}\n\n{url}\n{url}\n\nSee {{thread}}`{url}`.\n\n```{{thread-list}}\n```\n"
    site = page(text, builder)
    if builder == "text":
        shown = " ".join(site.read("index.txt").split())
        assert "Jira · issues.apache.org KAFKA-12 · Closed" in shown
        assert "Saved on 3 February 2026" in shown
        return
    soup = site.soup()
    assert "Saved on 3 February 2026" in soup.select_one(".thread-card").text
    links = soup.select(".thread-list-title a, .thread-card-line a, a:has(.thread-citation)")
    assert len(links) == 4
    for link in links:
        assert link["title"] == "Saved on 3 February 2026"
        assert "losed" in link.parent.parent.text


def test_list_in_a_single_page(page: Page) -> None:
    """Anchors of pages that are not in it are no links."""
    card = "https://github.com/example-org/board/issues/{}\n"
    pages = {
        "index.md": "# T\n\n```{toctree}\npage\n```\n\n```{thread-list}\n```\n",
        "page.md": f"# Page\n\n{card.format(1)}",
        "orphan.md": f"---\norphan: true\n---\n# Orphan\n\n{card.format(2)}",
    }
    soup = page(pages, "singlehtml").soup()
    links = [(link.text, link["href"]) for link in soup.select(".thread-list-cited a")]
    assert links == [("Page", "#thread-github-example-org-board-1")]
    assert soup.find(id=links[0][1][1:])
    assert "Orphan" in soup.select_one(".thread-list").text
