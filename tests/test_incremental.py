"""A rebuild gives what a fresh build gives, byte for byte, whatever changed since."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from time import time

import pytest
from sphinx.search import js_index
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.thread import Author, Paragraph, Post, Span, Thread
from support import sites

TWEET = "https://x.com/i/status/1313512835843055618"
TOOT = "https://social.example/@jo/105987654321000001"
LAMP = "```{thread} https://github.com/pftf/RPi4/issues/57\n:title: A lamp\n:date: 2020-05\n:name: lamp\n```\n"
# No toctree: Sphinx does not write a page again for the title of the next one.
INDEX = f"""# Index

```{{thread-list}}
```

```{{thread-list}}
:style: timeline
:docs: m*
```

```{{thread-list}}
:style: cards
:platform: github
```

{{thread:ref}}`lamp`, {{ref}}`words <lamp>`, {{thread:ref}}`thread-mastodon-social-example-105987654321000001`, {{thread}}`{TOOT}`.
"""
PAGES = {
    "index.md": INDEX,
    "a.md": "# A\n\nNothing yet.\n",
    "links.md": "# Links\n\n[](#lamp), [](#thread-github-pftf-rpi4-57)\n",
    "m.md": f"# M\n\n<{TOOT}>\n\n{{thread}}`https://twitter.com/i/web/status/1313512835843055618`\n",
    "z.md": f"# Z\n\n{LAMP}\n```{{thread}} {TWEET}\n:author: Jo Example\n```\n",
    # Sphinx reads with several processes only what is more than five pages.
    **{f"p{number}.md": f"# P{number}\n\n<https://github.com/pftf/RPi4/issues/10{number}>\n" for number in range(4)},
}
SETTINGS = {
    "thread_cards_export": True,
    "thread_cards_hosts": {"social.example": "mastodon"},
    # Words for cards that have gone are no matter of these tests.
    "suppress_warnings": ["ref", "thread_cards", "toc.not_included"],
    "nitpicky": False,
}
STORE = "_threads/mastodon/social.example/105987654321000001.json"
STORE_X = "_threads/x/1313512835843055618.json"
Change = Mapping[str, str | None]


def _kept(place: str, words: str) -> str:
    """A snapshot, as the file of this name has it."""
    _, platform, *_, name = place.split("/")
    number, host, url = name.removesuffix(".json"), *{"x": ("x.com", TWEET), "mastodon": ("social.example", TOOT)}[platform]
    post = Post(id=number, url=url, author="jo", posted="2021-03-30T10:00:00Z", blocks=(Paragraph(spans=(Span(text=words),)),))
    people = (Author(handle="jo", name=f"Jo {words}"),)
    return snapshot.dumps(Thread(platform=platform, host=host, id=number, url=url, posts=(post,), participants=people))


CHANGES: Mapping[str, Change] = {
    "page removed": {"z.md": None},
    "page added": {"b.md": f"# B\n\n{LAMP}"},
    "card removed": {"z.md": "# Z\n"},
    "card of another platform added": {"p0.md": "# P0\n\n<https://lobste.rs/s/7fq9ge>\n"},
    "card moved": {"z.md": "# Z\n", "a.md": f"# A\n\n{LAMP}"},
    "option changed": {"z.md": PAGES["z.md"].replace("A lamp", "Two lamps").replace("2020-05", "2019-01-02")},
    "name changed": {"z.md": PAGES["z.md"].replace(":name: lamp", ":name: torch")},
    "title of a page changed": {"z.md": PAGES["z.md"].replace("# Z", "# Zed")},
    "citation removed": {"m.md": f"# M\n\n<{TOOT}>\n"},
    "list changed": {"index.md": INDEX.replace(":docs: m*", ":docs: z*")},
    "snapshot changed": {STORE: _kept(STORE, "Other words.")},
    "snapshot removed": {STORE: None},
    "snapshot added": {STORE_X: _kept(STORE_X, "Words.")},
}


def _write(source: Path, files: Change, seconds: float) -> None:
    """Write and remove files, as if at a time, in seconds since 1970."""
    for name, text in files.items():
        path = source / name
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        os.utime(path, (seconds, seconds))


def _files(folder: Path) -> dict[str, object]:
    """Every file, by name, but for Sphinx's own record of settings."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".buildinfo")
    return {path.relative_to(folder).as_posix(): _index(path) if path.name == "searchindex.js" else path.read_bytes() for path in files}


def _index(path: Path) -> dict[str, object]:
    """The search index, without the words that no page holds any more: Sphinx leaves them, with no page."""
    index = js_index.loads(path.read_text("utf-8"))
    return {**index, **{kind: {word: pages for word, pages in index[kind].items() if pages != []} for kind in ("terms", "titleterms")}}


@pytest.mark.skipif(sys.platform == "win32", reason="Sphinx reads in parallel where processes can fork")
# Python 3.12 warns of forks in processes with threads, which a test runner may have.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
# MyST asks Sphinx for what is deprecated since Sphinx 9.
@pytest.mark.filterwarnings("ignore:'myst_parser")
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("builder", ["html", "text"])
def test_a_rebuild_is_a_fresh_build(tmp_path: Path, builder: str, change: str) -> None:
    """Pages, `objects.inv`, the search index and the export; read by three processes and rebuilt, or read by one."""
    source = tmp_path / "source"

    def build(name: str, parallel: int) -> dict[str, object]:
        sites.build(source, tmp_path / name, builder, parallel=parallel, **SETTINGS)
        return _files(tmp_path / name)

    _write(source, {**PAGES, STORE: _kept(STORE, "Words.")}, 1_600_000_000)
    before = build("again", 3)
    # Later than the first build, whatever the file system's precision.
    _write(source, CHANGES[change], time() + 10)
    again = build("again", 3)
    fresh = build("fresh", 1)

    # Sphinx leaves the pages of sources that went.
    assert [name for name in fresh if again.get(name) != fresh[name]] == []
    assert before != again
