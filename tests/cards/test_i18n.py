"""Languages: complete message catalogues, plural forms, dates, and one site in German and one in Hebrew."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from sphinx_thread_cards import i18n
from sphinx_thread_cards.i18n import PartialDate, differs, format_date, format_month, parse_date
from support import sites

Page = Callable[..., sites.Site]
CATALOGUES = sorted(i18n.LOCALE_DIR.glob("*/LC_MESSAGES/*.po"))
SOURCES = sorted(Path(i18n.__file__).parent.glob("*.py"))


@cache
def messages() -> dict[str, str]:
    """Return the messages of the extension: singular to plural, or to itself."""
    keywords = {"_": None, "ngettext": (1, 2)}
    found = [
        message
        for path in SOURCES
        for _line, message, *_rest in extract_from_file("python", path, keywords)
    ]
    return {m[0]: m[1] for m in ((m, m) if isinstance(m, str) else m for m in found)}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_catalogue_is_complete(path: Path) -> None:
    """Every message is translated with its placeholders, no other is, and the compiled file is up to date."""
    catalogue = read_po(io.BytesIO(path.read_bytes()))
    translated = {m.id if isinstance(m.id, str) else m.id[0]: m for m in catalogue if m.id}
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)

    assert translated.keys() == messages().keys()
    for english, message in translated.items():
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        placeholders = set(re.findall(r"{\w+}", messages()[english]))
        assert all(forms), english
        assert not message.fuzzy, english
        assert set(re.findall(r"{\w+}", forms[-1])) == placeholders, english
        assert all(set(re.findall(r"{\w+}", form)) <= placeholders for form in forms), english
    assert compiled.getvalue() == path.with_suffix(".mo").read_bytes(), "run `make messages`"


def test_languages() -> None:
    """The guide names them."""
    guide = Path(__file__).parents[2] / "docs" / "cards" / "languages.md"
    (line,) = re.findall("^Catalogues exist .+", guide.read_text("utf-8"), re.MULTILINE)
    assert {path.parents[1].name for path in CATALOGUES} == set(re.findall(r"`(\w+)`", line))


@pytest.mark.parametrize(
    ("language", "number", "text"),
    [
        ("en", 1, "Show 1 more post"), ("en", 2, "Show 2 more posts"), ("pl", 3, "Pokaż jeszcze 3 wpisy"),
        ("pl", 5, "Pokaż jeszcze 5 wpisów"), ("ru", 21, "Показать ещё 21 пост"), ("ru", 12, "Показать ещё 12 постов"),
        ("ar", 2, "إظهار منشورين آخرين"), ("ar", 20, "إظهار 20 منشورًا آخر"), ("ja", 4, "さらに4件の投稿を表示"),
    ],
)  # fmt: skip
def test_plural_forms(language: str, number: int, text: str, page: Page) -> None:
    page("# T\n", language=language)
    assert i18n.more_posts(number, only=False) == text


def write_catalogue(source: Path, domain: str, message: str, translation: str) -> None:
    path = source / f"locales/de/LC_MESSAGES/{domain}.po"
    path.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    path.write_text(f'{header}msgid "{message}"\nmsgstr "{translation}"\n')


def test_many_options_are_translated(page: Page, source: Path) -> None:
    """Sphinx's translators call each other, one for each time that a catalogue was loaded."""
    write_catalogue(source, "index", "A lamp", "Eine Lampe")
    card = "```{thread} https://github.com/a/b/issues/57\n:title: A lamp\n:author: Jo\n```\n"
    group = "```{threads}\nhttps://github.com/a/b/issues/58 A lamp\n```\n"
    text = page(f"# T\n\n{card * 600}{group}", "text", language="de").read("index.txt")

    assert text.count("Eine Lampe\n") == text.count("Jo\n") == 600
    assert "Eine Lampe · a/b #58" in text


def test_a_site_overrides_messages(page: Page, source: Path) -> None:
    write_catalogue(source, "sphinx_thread_cards", "Read on {place}", "Weiter bei {place}")
    text = (
        "# T\n\n```{thread} https://github.com/a/b/issues/57\n:title: Lux\n:date: 2020-10-06\n```\n"
    )
    page(text, "dummy", language="de")  # compiles the catalogue
    text = page(text, "text", language="de").read("index.txt")

    assert "Weiter bei GitHub: https://github.com" in text
    assert "6. Oktober 2020" in text


@pytest.mark.parametrize(
    ("language", "date", "text"),
    [
        ("en", "2020-10-06", "6 October 2020"), ("en_US", "2020-10-06", "October 6, 2020"), ("de", "2020-10-06", "6. Oktober 2020"),
        ("en", "2020-10", "October 2020"), ("en", "2020", "2020"), ("fr", "2026-02-01", "1er février 2026"), ("ja", "2020-10", "2020年10月"),
        ("pt_BR", "2020-10-06", "6 de outubro de 2020"), ("xx", "2020-10-06", "6 October 2020"),
    ],
)  # fmt: skip
def test_dates(language: str, date: str, text: str) -> None:
    assert format_date(parse_date(date), language) == text


@pytest.mark.parametrize(
    ("language", "name"),
    [("fr", "Octobre"), ("ka", "ოქტომბერი"), ("pl", "Październik"), ("en", "October")],
)
def test_months(language: str, name: str) -> None:
    """Without a day, the name is in the nominative. (Babel gives later languages the names of ``ja``.)"""
    assert format_month(parse_date("2020-10"), language) == name


@pytest.mark.parametrize(
    "text", ["", "soon", "2020-13", "2020-02-30", "0000", "20-1-1", "2020-10-06T25:00", "٢٠٢٠"]
)
def test_invalid_dates(text: str) -> None:
    with pytest.raises(ValueError, match="date expected"):
        parse_date(text)


def test_partial_dates() -> None:
    texts = ["2020", "2020-10", "2020-10-06"]
    assert [str(parse_date(text)) for text in texts] == texts
    assert isinstance(parse_date(" 2020 "), PartialDate)


@pytest.mark.parametrize(
    ("tag", "language", "expected"),
    [
        ("de", "de", False), ("de-AT", "de", False), ("de", "en", True), ("en", "", False), ("pt", "pt_BR", False),
        ("zh-Hant", "zh_CN", False), (None, "de", False), ("x-lamp", "en", True),
    ],
)  # fmt: skip
def test_languages_that_differ(tag: str | None, language: str, expected: bool) -> None:
    assert differs(tag, language) is expected


def test_direction_of_cards(page: Page) -> None:
    """A card has the direction of the site's language; what it quotes finds its own."""
    text = "# T\n\n```{thread} https://github.com/a/b/issues/57\n:title: Why?\n\nText.\n```\n"
    hebrew, german = (page(text, language=language).soup().article for language in ("he", "de"))

    assert (hebrew.get("dir"), german.get("dir")) == ("rtl", None)
    for card in (hebrew, german):
        assert card.select_one(".thread-card-title")["dir"] == "auto"
        assert card.select_one(".thread-card-summary")["dir"] == "auto"


def test_the_search_names_cards(page: Page) -> None:
    site = page(
        "# T\n\n```{thread} https://github.com/a/b/issues/57\n:title: Why?\n```\n", language="es"
    )
    assert '"Hilo"' in site.read("searchindex.js")
