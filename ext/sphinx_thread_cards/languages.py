"""The language of a site: where its words come from, and which way it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import bidirectional

from sphinx import locale
from sphinx.util.i18n import CatalogInfo

from sphinx_thread_cards.dates import PLAIN_ENGLISH, locale_of

if TYPE_CHECKING:
    from sphinx.config import Config

CATALOGUE = "sphinx_thread_cards"
LOCALE_DIR = Path(__file__).parent / "locale"
# What readers of a language without a catalogue understand better than English.
_NEAREST = {"pt": "pt_BR", "pt_PT": "pt_BR", "zh": "zh_CN", "zh_Hans": "zh_CN", "zh_Hant": "zh_TW", "zh_HK": "zh_TW"}


def find_translations(folder: Path, config: Config) -> None:
    """Open the catalogue of the site's language: the site's own in its ``locale_dirs`` first, then ours.

    :param folder: of the pages, to which ``locale_dirs`` are relative.
    """
    for name in config.locale_dirs:
        _compile(CatalogInfo(str(folder / name / config.language / "LC_MESSAGES"), CATALOGUE, "utf-8"), config.language)
    folders = [*(str(folder / name) for name in config.locale_dirs), str(LOCALE_DIR)]
    locale.init(folders, config.language, CATALOGUE)
    if config.language in _NEAREST:
        locale.init([str(LOCALE_DIR)], _NEAREST[config.language], CATALOGUE)


def _compile(catalogue: CatalogInfo, language: str) -> None:
    """Make the binary file of a site's own catalogue, as Sphinx does with its own too late for us."""
    if Path(catalogue.po_path).is_file() and catalogue.is_outdated():
        catalogue.write_mo(language)


def runs_to_the_left(language: str) -> bool:
    """Whether a language is written from right to left.

    :param language: Sphinx's ``language``.
    """
    return language not in PLAIN_ENGLISH and locale_of(language).text_direction == "rtl"


def directed(text: str, language: str) -> str:
    """A line of words and names, parted by dots, as a language that runs to the left has it: with marks of direction.

    A number behind a Latin name would else count as a part of it, and the sign of a handle stand behind the handle.
    """
    return " \u200f· ".join(map(_with_its_signs, text.split(" · "))) if runs_to_the_left(language) else text


def _with_its_signs(name: str) -> str:
    """A Latin name whose first and last signs keep to it, as in ``@jo`` and ``Jo (she)``."""
    first = next(filter(str.isalpha, name), "")
    if not first or bidirectional(first) != "L":
        return name
    return "\u200e" * (not name[0].isalnum()) + name + "\u200e" * (not name[-1].isalnum())


def tag_among(language: str, theirs: str | None) -> str | None:
    """The language of the site as a tag (BCP 47), for words of ours among those of another language; else None.

    :param theirs: tag of the language around, where it is known.
    """
    return language.replace("_", "-") if theirs and is_another(theirs, language) else None


def is_another(tag: str, language: str) -> bool:
    """Whether a language tag (BCP 47) means another language than Sphinx's ``language``; regions do not count."""
    return tag.partition("-")[0].lower() != language.partition("_")[0].lower()
