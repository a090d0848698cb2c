"""Cards as targets: labels, the inventory, the search; and what a builder leaves out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sphinx_thread_cards import snapshot
from support import sites
from support.snapshots import URL, make_thread
from thread_snapshots.store import save

# MyST uses what Sphinx 9 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:'myst_parser")
Page = Callable[..., sites.Site]
ISSUE = "https://github.com/example-org/board/issues/57"
ANCHOR = "thread-github-example-org-board-57"
LAMP = f"```{{thread}} {ISSUE}\n:title: A lamp\n:name: My Lamp\n```\n"
MAIL = (
    "https://lists.example/archives/list/l@lists.example/thread/ABCDEFGHIJKLMNOPQRSTUVWXYZ234567/"
)
HEAD = "# Index\n\n```{toctree}\n:glob:\n*\n```\n\n"
HOSTS = {"lists.example": "hyperkitty", "social.example": "mastodon"}


# -- References ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("{ref}`my lamp`", "A lamp"),
        ("{ref}`words <My Lamp>`", "words"),
        (f"{{ref}}`{ANCHOR}`", "A lamp"),
        (f"{{ref}}`words <{ANCHOR}>`", "words"),
        ("{any}`my lamp`", "A lamp"),
        ("[](#my-lamp)", "A lamp"),
        ("[words](#my-lamp)", "words"),
        (f"[](#{ANCHOR})", "A lamp"),
    ],
)
@pytest.mark.parametrize("place", ["same page", "other page"])
def test_references_to_a_card(place: str, reference: str, text: str, page: Page) -> None:
    lamp = LAMP.replace("My Lamp", "my-lamp") if "my-lamp" in reference else LAMP
    pages = {"index.md": f"{HEAD}{reference}\n", "other.md": f"# Other\n\n{lamp}"}
    if place == "same page":
        pages = {"index.md": f"# Index\n\n{lamp}\n{reference}\n"}
    soup = page(pages).soup()
    (link,) = soup.select("section p > a.internal")
    target = link["href"].removeprefix("other.html")

    assert link.text == text
    assert target in {f"#{ANCHOR}", "#my-lamp"}
    if place == "same page":
        assert soup.find(id=target[1:])


def test_citations_in_titles(page: Page) -> None:
    """Contents and references show a title as the page does."""
    other = f"(other)=\n# On {{thread}}`{ISSUE}`\n\n## **And <{ISSUE}>**\n"
    code = f"```{{code-block}}\n:name: code\n:caption: See {{thread}}`{ISSUE}`\n\nx\n```\n"
    index = f"{HEAD}{{ref}}`other` {{ref}}`code`\n\n{code}"
    site = page({"index.md": index, "other.md": other}, thread_cards_link_text="citation")
    titles = ["On example-org/board#57", "And example-org/board#57"]

    assert [link.text for link in site.soup().select(".toctree-wrapper a")] == titles
    links = [link.text for link in site.soup().select("p > a.internal")]
    assert links == [titles[0], "See example-org/board#57"]
    assert site.soup("other.html").title.text.startswith(titles[0])


def test_references_to_posts(page: Page, source: Path) -> None:
    thread = make_thread("One.", "Two.", "Three.")
    save(thread, source / snapshot.FOLDER)
    anchor = f"thread-mastodon-{thread.id}"
    shown = f"```{{thread}} {URL}\n:posts: 2-3\n```\n"
    index = f"{HEAD}{{ref}}`words <{anchor}-3>` {{ref}}`{anchor}-2` {{ref}}`gone <{anchor}-1>`\n"
    site = page(
        {"index.md": index, "other.md": f"# O\n\n{shown}\n<{URL}>\n"},
        warns=True,
        thread_cards_hosts=HOSTS,
    )
    links = {link["href"]: link.text for link in site.soup().select("section p > a.internal")}
    ids = [element["id"] for element in site.soup("other.html").select("[id]")]

    assert links == {
        f"other.html#{anchor}-3": "words",
        f"other.html#{anchor}-2": "Thread on Mastodon · 2",
    }
    assert re.findall("WARNING: .*", site.warnings) == [
        f"WARNING: undefined label: '{anchor}-1' [ref.ref]"
    ]
    # No later card takes the anchor of a post.
    assert len(ids) == len(set(ids))
    assert {f"{anchor}-2", f"{anchor}-3"} <= set(ids)
    # Nor do posts take that of a heading.
    pages = {"index.md": HEAD, "other.md": f"# {anchor} 3\n\n{shown}"}
    soup = page(pages, thread_cards_hosts=HOSTS).soup("other.html")
    ids = [element["id"] for element in soup.select("[id]")]
    assert len(ids) == len(set(ids))


def test_a_name_that_is_used_twice(page: Page) -> None:
    """A heading gives way; of two names, the first one stays."""
    pages = {"index.md": HEAD, "a.md": f"# My lamp\n\n{LAMP}", "b.md": f"# B\n\n{LAMP}\n{LAMP}"}
    site = page(pages, warns=True)
    line = 4 + LAMP.count("\n")
    assert re.findall(r"(\w+\.md:\d+): WARNING: .* \[(.*)\]", site.warnings) == [
        (f"b.md:{line}", "thread_cards.same_name"),
        ("b.md:3", "thread_cards.same_name"),
    ]

    site = page(
        {"b.md": "# B\n\n(my lamp)=\n## A heading\n", "index.md": HEAD + "{ref}`my lamp`\n"},
        warns=True,
    )
    assert re.findall(r"(\w+\.md:\d+): WARNING: .* \[(.*)\]", site.warnings) == [
        ("a.md:3", "thread_cards.same_name")
    ]
    assert "A heading" in site.soup().select_one("section p > a.internal").text


# -- Inventory and search ------------------------------------------------------


def inventory(site: sites.Site) -> dict[str, dict[str, str]]:
    """Return the thread entries of objects.inv: type to name to location."""
    command = [sys.executable, "-m", "sphinx.ext.intersphinx", str(site.out / "objects.inv")]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        if not line.startswith(" "):
            entries = found.setdefault(line, {})
        elif "#thread-" in line:
            entries[re.split(" {2,}", line.strip())[0].split(" Thread")[0]] = line.split(": ")[-1]
    return {kind: entries for kind, entries in found.items() if entries}


def test_the_inventory(page: Page) -> None:
    site = page(f"# T\n\n{LAMP}\n<{ISSUE}>\n\n<{MAIL}>\n", thread_cards_hosts=HOSTS)
    mail = "hyperkitty-l-lists.example-ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    second = f"{ANCHOR}-2"
    labels = {
        "my lamp": ANCHOR,
        ANCHOR: ANCHOR,
        second: second,
        f"thread-{mail}".lower(): f"thread-{mail}",
    }
    short = {
        anchor.removeprefix("thread-"): anchor for anchor in (ANCHOR, second, f"thread-{mail}")
    }

    assert inventory(site) == {
        "std:label": {name: f"index.html#{anchor}" for name, anchor in labels.items()},
        "thread:card": {
            name: f"index.html#{anchor}"
            for name, anchor in {**labels, **short, f"thread-{mail}": f"thread-{mail}"}.items()
        },
    }


@pytest.mark.parametrize(
    "text",
    [
        "{ref}`My Lamp`",
        "{ref}`words <my lamp>`",
        "{external+first:ref}`My Lamp`",
        f"{{external+first:ref}}`{ANCHOR}`",
        "<inv:first:thread:card#my*>",
    ],
)
def test_another_project_refers_to_a_card(text: str, page: Page, tmp_path: Path) -> None:
    first = page(f"# T\n\n{LAMP}")
    second = tmp_path / "second"
    second.mkdir()
    (second / "index.md").write_text(f"# S\n\n{text}\n")
    settings = {
        "extensions": [*sites.SETTINGS["extensions"], "sphinx.ext.intersphinx"],
        "intersphinx_mapping": {"first": ("https://first.example/", f"{first.out}/objects.inv")},
    }
    site = sites.build(second, tmp_path / "second-html", **settings)
    link = site.soup().select_one("section a.external")

    assert site.warnings == ""
    assert link["href"] == f"https://first.example/index.html#{ANCHOR}"
    assert link.text == ("words" if "words" in text else "A lamp")


def test_the_search(page: Page, source: Path) -> None:
    """The search finds what a card says, and the card by its title."""
    save(make_thread("Ptarmigan windmills."), source / snapshot.FOLDER)
    index = page(
        f"# T\n\n{LAMP}\n```{{thread}} {URL}\n:show: thread\n:author: Quillfeather\n```\n",
        thread_cards_hosts=HOSTS,
    ).read("searchindex.js")
    content = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))

    assert {"ptarmigan", "windmil", "quillfeath", "lamp"} <= set(content["terms"])
    # Not the other card, which has no title.
    entries = [entry for entries in content["objects"].values() for entry in entries]
    assert [entry[3:] for entry in entries] == [[ANCHOR, "A lamp"]]


# -- What a builder leaves out -------------------------------------------------

ONLY = f"""# Only

```{{thread-list}}
```

See {{thread}}`{ISSUE}`.

````{{eval-rst}}
.. only:: latex

   .. thread:: https://lobste.rs/s/1xr8zc
      :title: For paper

.. only:: html

   .. thread:: https://news.ycombinator.com/item?id=8863
      :title: For the screen
````
"""


def test_a_card_for_another_builder_is_not_listed(page: Page, tmp_path: Path) -> None:
    page = partial(page, doctrees=tmp_path / "doctrees")  # one cache for all builders
    html = page(ONLY, thread_cards_export=True)
    (table,) = html.soup().select(".thread-list")
    assert "For paper" not in table.text
    assert "For the screen" in table.text
    assert "lobsters" not in html.read("threads.json")
    assert not [
        name for entries in inventory(html).values() for name in entries if "lobsters" in name
    ]
    for link in html.soup().select("section a.internal[href^='#']"):
        assert html.soup().find(id=link["href"][1:]), link

    tex = page(ONLY, "latex").read("cases.tex")
    assert tex.count("For paper") == 2
    assert "For the screen" not in tex
    references = set(re.findall(r"\\hyperref\[(.*?)\]", tex))
    assert references <= set(re.findall(r"\\label\{(\\detokenize\{.*?\})\}", tex))

    text = page(ONLY, "text").read("index.txt")
    assert "For paper" not in text


def test_an_invalid_condition_is_true(page: Page) -> None:
    """As in Sphinx, which reports it."""
    site = page(f"# T\n\n:::{{only}} html and\n{LAMP}:::\n\n{{ref}}`my lamp`\n", warns=True)
    assert site.warnings.count("WARNING") == 1
    assert site.soup().select_one("section p > a.internal").text == "A lamp"


CONDITIONAL = f"""Page
====

.. thread-list::

.. ifconfig:: builder == "html" and language == "en" and "sphinx.ext.todo" in extensions

   .. thread:: {ISSUE}
      :title: Shown

.. ifconfig:: builder == "latex"

   .. thread:: https://lobste.rs/s/1xr8zc
      :title: For paper

.. ifconfig:: unknown

   https://lobste.rs/s/1xr8zd/not_shown

.. todo:: https://lobste.rs/s/1xr8ze/to_do

   https://lobste.rs/s/1xr8zf/to_do
"""


@pytest.mark.parametrize("todo", [False, True])
def test_content_that_other_extensions_remove(page: Page, *, todo: bool) -> None:
    site = page(
        {"index.rst": CONDITIONAL},
        extensions=[*sites.SETTINGS["extensions"], "sphinx.ext.ifconfig", "sphinx.ext.todo"],
        todo_include_todos=todo,
        warns=True,
    )
    assert "unknown" in site.warnings
    links = {link["href"][1:] for link in site.soup().select(".thread-list a.internal")}
    todos = {"thread-lobsters-1xr8ze", "thread-lobsters-1xr8zf"} if todo else set()
    assert links == {ANCHOR} | todos
    assert all(site.soup().find(id=anchor) for anchor in links)


def test_pages_that_are_left_out(page: Page) -> None:
    """An excluded page is not listed; one that is in no toctree is, but a book does not link to it."""
    pages = {
        "index.md": "# Index\n\n```{thread-list}\n```\n",
        "orphan.md": f"---\norphan: true\n---\n# Orphan\n\n{LAMP}",
        "draft.md": "# Draft\n\n<https://lobste.rs/s/1xr8zc>\n",
    }
    for builder, name in (
        ("html", "index.html"),
        ("latex", "cases.tex"),
        ("epub", "index.xhtml"),
        ("texinfo", "cases.texi"),
    ):
        site = page(pages, builder, exclude_patterns=["draft.md"])
        assert "A lamp" in site.read(name)
        assert "Orphan" in site.read(name)
        assert "Lobsters" not in site.read(name)
    tex = page(pages, "latex", exclude_patterns=["draft.md"]).read("cases.tex")
    assert ANCHOR not in tex
