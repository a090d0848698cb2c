"""The files of all cited threads for reference managers, among the pages of HTML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from sphinx_thread_cards.bibliography import sources_of
from sphinx_thread_cards.export_bibtex import bibtex
from sphinx_thread_cards.export_csl import csl

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from sphinx_thread_cards.domain import ThreadDomain

CSL_FILE = "threads.json"
BIBTEX_FILE = "threads.bib"


def write(app: Sphinx) -> None:
    """Write both files; they are the same for the same site."""
    domain = cast("ThreadDomain", app.env.get_domain("thread"))
    sources = sources_of(thread.card for thread in domain.threads)
    (app.outdir / CSL_FILE).write_text(
        json.dumps([csl(source) for source in sources], ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    (app.outdir / BIBTEX_FILE).write_text("\n".join(bibtex(source) for source in sources), encoding="utf-8")
