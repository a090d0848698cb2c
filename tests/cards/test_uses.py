"""Every link to a thread is recorded, whatever its markup, with its page and line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from time import time

import pytest
from sphinx.application import Sphinx
from sphinx_thread_cards.domain import thread_domain
from support import sites

# CARD, CITATION, LINK: the URL of another thread each, and how it is recorded. TWICE: two links. NONE: not recorded.
# "@2": two lines above the URL, where the paragraph or table begins. "@?": without a line.
PAGES: Mapping[str, str] = {
    "index.md": """# Index

A [link](LINK) with words, a bare <LINK> and
one more on the next line, <LINK>, and NONE without a link.

Through [a definition][1], {thread}`CITATION`
and {thread}`words <CITATION>`. An empty link: [](LINK). A footnote.[^1]

[1]: LINK@3

[^1]: A note, <LINK>.

- <LINK>
- [words](LINK)

  <LINK>

:field: <LINK>

| Table | Link |
| --- | --- |
| a | <LINK@2> |

Term
: Definition, <LINK>

> Quote, <LINK>

[![An image](pixel.png)](LINK)

```{image} pixel.png
:target: LINK@1
```

<CARD>

CARD

```{thread} CARD
A summary, <LINK>.
```

```{threads}
CARD@1
CARD@2 A title
```

<CARD>
<CARD@1>

:::{note}
<CARD>
:::

{.no-card}
<LINK>

:::{button-link} LINK
A button
:::

`NONE`

```text
NONE
```

```{include} part.inc
```

## A [heading](LINK)

```{toctree}
plain
docstrings
translated
```
""",
    "plain.rst": """Plain
=====

A `named link <LINK>`_, an `anonymous one <LINK>`__, a bare LINK, a target_, the target_ again,
:thread:`CITATION` and :thread:`words <CITATION>`, |name|, a footnote [#]_
and a citation [Jo]_.

.. _target: TWICE@4

.. _unused: LINK

.. |name| replace:: words <LINK@7>

.. [#] LINK

.. [Jo] Text, LINK

* LINK
* `words <LINK>`_

:field: LINK

term
   LINK

-a  LINK

====== =========
Table  Link
====== =========
a      LINK
====== =========

.. list-table::

   * - LINK

Before a quote:

   Quote, LINK

| A line,
| LINK

.. image:: pixel.png
   :target: LINK@?

.. figure:: pixel.png
   :target: LINK@1

   Caption, LINK

CARD

.. thread:: CARD

   A summary, LINK

.. threads::

   CARD@2 A title

.. note::

   CARD

.. only:: latex

   CARD

.. include:: part.inc

.. code-block:: text

   NONE

.. NONE
""",
    "part.inc": "Included: <LINK>\n",
    "docstrings.rst": "Docstrings\n==========\n\n.. automodule:: lamp_example\n   :members:\n",
    "lamp_example.py": '''"""A module, see LINK@?"""


def switch() -> None:
    """Switch the lamp.

    See `words <LINK@?>`_.

    CARD@?
    """
''',
    "translated.md": """# Translated

See <LINK> and [words](LINK).

```{thread} CARD
Our summary.
```
""",
}
TOKENS = re.compile(r"(CARD|CITATION|LINK|TWICE|NONE)(?:@([0-9]+|\?))?")
LIMIT = 5  # Sphinx reads more pages than this in parallel.
FILLERS = {f"filler{number}.md": f"# Filler {number}\n\n<CARD>\n" for number in range(LIMIT)}
SETTINGS = {
    "extensions": [*sites.SETTINGS["extensions"], "sphinx.ext.autodoc"],
    "suppress_warnings": ["toc.not_included"],
}
PO = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "See <{0}> and [words]({1})."
msgstr "Siehe [Worte]({1}) und <{0}>."

msgid "Our summary."
msgstr "Zusammenfassung."
"""
Use = tuple[str, str, str]

pytestmark = [
    # MyST uses attributes that Sphinx 9 deprecates; Python 3.12 warns of forks.
    pytest.mark.filterwarnings("ignore:'(sphinx|myst_parser):DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:'(sphinx|myst_parser):PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]


def write(folder: Path, pages: Mapping[str, str], first: int = 1) -> list[Use]:
    """Write pages, numbering the threads; return the location, role and URL of each use."""
    expected: list[Use] = []

    def replace(match: re.Match[str]) -> str:
        token, above = match.groups()
        url = f"https://github.com/example-org/board/issues/{first + len(expected)}"
        line = text.count("\n", 0, match.start()) + 1
        location = name if above == "?" else f"{name}:{line - int(above or 0)}"
        times = {"NONE": 0, "TWICE": 2}.get(token, 1) * (2 if name == "part.inc" else 1)
        expected.extend([(location, token.lower().replace("twice", "link"), url)] * times)
        return url

    for name, text in pages.items():
        (folder / name).write_text(TOKENS.sub(replace, text), encoding="utf-8")
    (folder / "pixel.png").touch()
    return sorted(expected)


def recorded(app: Sphinx) -> list[Use]:
    """Return location, role and URL of all uses; of docstrings the line in the file is unknown."""
    uses = thread_domain(app.env).uses()
    return sorted(
        (
            re.sub(r":docstring of .*", "", use.location.removeprefix(f"{app.srcdir}/")),
            use.role,
            use.url,
        )
        for use in uses
    )


@pytest.mark.parametrize("parallel", [1, 2])
def test_all_links_are_recorded(
    parallel: int, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Sphinx caches modules by their names.
    pages = {name.replace("lamp", f"lamp{parallel}"): text for name, text in PAGES.items()}
    pages["docstrings.rst"] = pages["docstrings.rst"].replace("lamp", f"lamp{parallel}")
    expected = write(source, {**pages, **FILLERS})
    monkeypatch.syspath_prepend(source)

    def build() -> sites.Site:
        return sites.build(source, tmp_path / "out", parallel=parallel, **SETTINGS)

    site = build()
    assert site.warnings == ""
    assert recorded(site.app) == expected

    # After one page has changed and one was removed.
    changed = write(source, {"filler0.md": "# Filler\n\n- <LINK>\n\n<CARD>\n"}, first=1000)
    (source / "filler1.md").unlink()
    later = time() + 10
    os.utime(source / "filler0.md", (later, later))
    kept = [use for use in expected if not use[0].startswith(("filler0", "filler1"))]
    assert recorded(build().app) == sorted([*kept, *changed])


def test_links_of_a_translated_page(source: Path, tmp_path: Path) -> None:
    expected = write(source, {"index.md": PAGES["translated.md"]})
    catalogue = source / "locales/de/LC_MESSAGES/index.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(PO.format(*[url for _location, _role, url in expected]), encoding="utf-8")
    site = sites.build(source, tmp_path / "out", language="de", locale_dirs=["locales"])

    assert "Worte" in site.read("index.html")
    assert recorded(site.app) == expected


def test_citation_texts_do_not_change_what_is_recorded(source: Path, tmp_path: Path) -> None:
    expected = write(source, {"index.md": "# T\n\nA <LINK> and {thread}`CITATION`.\n"})
    site = sites.build(source, tmp_path / "out", thread_cards_link_text="citation")

    assert recorded(site.app) == expected


def test_links_of_a_directive_that_names_no_source(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "sourceless.py").write_text("""
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

class Sourceless(SphinxDirective):
    required_arguments = 1

    def run(self):
        paragraph = nodes.paragraph("", "", nodes.reference("", "Text", refuri=self.arguments[0]))
        paragraph.line = self.lineno
        return [paragraph]

def setup(app):
    app.add_directive("sourceless", Sourceless)
""")
    monkeypatch.syspath_prepend(source)
    expected = write(source, {"index.md": "# T\n\n```{sourceless} LINK\n```\n"})
    extensions = [*sites.SETTINGS["extensions"], "sourceless"]
    assert recorded(sites.build(source, tmp_path / "out", extensions=extensions).app) == expected
