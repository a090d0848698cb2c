"""Cards in each language: no English word of ours is left, forms fit their numbers, catalogues are whole."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from sphinx_thread_cards import languages, store, words
from sphinx_thread_cards.thread import Author, Media, Paragraph, Post, Provenance, Span, Status, Thread
from support import sites
from support.commands import ROOT, run
from support.programs import require

CATALOGUES = sorted(languages.LOCALE_DIR.glob("*/LC_MESSAGES/*.po"))
LANGUAGES = [path.parents[1].name for path in CATALOGUES]
URL = "https://social.example/@jo/110446983178245440"
GONE = "https://lobste.rs/s/1xr8zc"
PAGE = f"""# T

<https://github.com/a/b/issues/57>

```{{thread}} https://threadreaderapp.com/thread/1313512835843055618.html
:title: Lux
:author: Jo Ek
:lang: sv
:archive: https://archive.example/x
```

```{{thread}} {URL}
:show: thread
```

```{{thread}} {URL}
:posts: 2-3, 7
```

<{GONE}>

<https://youtu.be/dQw4w9WgXcQ>

<https://lore.kernel.org/linux-arm-kernel/20201006@mail.example/>

{{thread}}`{URL}`
"""
Page = Callable[..., sites.Site]


def _messages() -> dict[str, tuple[str, ...]]:
    """What the extension says, by its English (of the singular)."""
    keywords = {"_": None, "_marked": None, "_counted": (1, 2)}
    files = sorted((ROOT / "ext/sphinx_thread_cards").glob("*.py"))
    said = [message for path in files for _, message, _, _ in extract_from_file("python", path, keywords)]
    said = [(message,) if isinstance(message, str) else message for message in said]
    return {message[0]: message for message in said}


def _keep(folder: Path) -> None:
    """A long thread with everything that has words of ours, and one that is gone."""

    def post(number: int, **more: object) -> Post:
        said = {"author": "jo", "posted": "2023-05-28T15:20:00Z", "blocks": (Paragraph(spans=(Span(text="Lux"),)),), **more}
        return Post(id=f"{number}", url=f"{URL}{number}", **said)  # type: ignore[arg-type]

    marked = post(3, edited="2023-06-01T00:00:00Z", answers="1", warning="Lux", author="sam")
    seen = post(4, media=(Media(kind="video", url="https://v.example/"), Media(alt="Lux"), Media()))
    posts = (post(1), post(2), marked, seen, *(post(number) for number in range(5, 30)))
    people = (Author(handle="jo", name="Jo Ek"), Author(handle="sam", name="Sam Ek"))
    kept = Provenance(retrieved="2026-02-03T10:00:00Z", whole=False)
    store.save(Thread(platform="mastodon", host="social.example", id="110446983178245440", url=URL, lang="sv", participants=people, posts=posts, provenance=kept), folder)
    gone = Provenance(retrieved="2026-02-03T10:00:00Z", status=Status.GONE)
    store.save(Thread(platform="lobsters", host="lobste.rs", id="1xr8zc", url=GONE, posts=(post(1, author="x"),), participants=(Author(handle="x"),), provenance=gone), folder)


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_no_english_is_left(language: str, page: Page, tmp_path: Path) -> None:
    """Every English word on the cards, in pictures' texts too, is one that the language itself uses."""
    _keep(tmp_path / "source" / store.FOLDER)
    soup = BeautifulSoup(page(PAGE, language=language).read("index.html"), "html5lib")
    cards = soup.select("article.thread-card")
    said = " ".join([*(card.get_text(" ") for card in cards), soup.select_one(".thread-citation").text])
    said = said.replace("Thread Reader", "")  # a name
    english = {word.lower() for message in _messages() for word in re.findall(r"[A-Za-z]{3,}", re.sub(r"{\w+}", "", message))}
    found = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", re.sub(r"https?:\S+", "", said))}

    assert len(cards) == 7
    assert soup.details is not None
    if language == "en":
        assert {"issue", "posts", "other", "kept", "picture", "watch", "archived", "longer", "mailing"} <= found & english
    else:
        catalogue = read_po(io.BytesIO((languages.LOCALE_DIR / language / "LC_MESSAGES/sphinx_thread_cards.po").read_bytes()))
        theirs = " ".join(str(message.string) for message in catalogue if message.id)
        own = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", re.sub(r"{\w+}", "", theirs))}
        assert found & english <= own
        assert bool(cards[0].get("dir")) == (language in {"ar", "he"})


@pytest.mark.parametrize("path", CATALOGUES, ids=LANGUAGES)
def test_catalogue_is_whole(path: Path) -> None:
    """All messages and no other are translated, with the places that they have; the binary file is of today."""
    catalogue = read_po(io.BytesIO(path.read_bytes()))
    theirs = {(message.id if isinstance(message.id, str) else message.id[0]): message for message in catalogue if message.id}
    binary = io.BytesIO()
    write_mo(binary, catalogue)

    assert theirs.keys() == _messages().keys()
    for english, message in theirs.items():
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = set(re.findall(r"{\w+}", _messages()[english][-1]))
        assert all(forms)
        assert not message.fuzzy
        assert set(re.findall(r"{\w+}", forms[-1])) == wanted
        assert all(set(re.findall(r"{\w+}", form)) <= wanted for form in forms)
    assert binary.getvalue() == path.with_suffix(".mo").read_bytes(), "run `make words`"
    assert run(require("msgfmt"), "--check", "--output-file=/dev/null", path).returncode == 0


def test_languages() -> None:
    """Those that are promised."""
    assert set(LANGUAGES) == {"de", "fr", "es", "pt_BR", "it", "pl", "ru", "tr", "ar", "he", "hi", "ja", "ko", "zh_CN", "zh_TW"}


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 1, "Show 1 more post"), ("pl", 3, "Pokaż jeszcze 3 wpisy"), ("pl", 5, "Pokaż jeszcze 5 wpisów"),
        ("pl", 22, "Pokaż jeszcze 22 wpisy"), ("ru", 21, "Показать ещё 21 пост"), ("ru", 12, "Показать ещё 12 постов"),
        ("ar", 2, "إظهار منشورين آخرين"), ("ar", 5, "إظهار 5 منشورات أخرى"), ("ar", 20, "إظهار 20 منشورًا آخر"),
        ("fr", 1, "Afficher 1 autre message"), ("pt_PT", 4, "Mostrar mais 4 publicações"), ("ja", 4, "さらに4件の投稿を表示"),
    ],
)  # fmt: skip
def test_forms_fit_numbers(language: str, number: int, said: str, page: Page) -> None:
    """One, few and many, as each language has them; of a language without a catalogue the nearest."""
    page("# T\n", language=language)

    assert words.more_posts(number) == said


def test_a_site_corrects_words(page: Page, tmp_path: Path) -> None:
    """Its own catalogue goes first, and the rest stays; it is compiled when it has changed."""
    own = tmp_path / "source" / "locales" / "de" / "LC_MESSAGES" / "sphinx_thread_cards.po"
    own.parent.mkdir(parents=True)
    own.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Read on {place}"\nmsgstr "Weiter bei {place}"\n')
    text = page("# T\n\n<https://github.com/a/b/issues/57>\n", "text", language="de").read("index.txt")

    assert "Weiter bei GitHub: https://github.com" in text
    assert "Issue in a/b" in text


@pytest.mark.parametrize("builder", ["html", "epub"])
def test_words_of_others_keep_their_language(builder: str, page: Page, tmp_path: Path) -> None:
    """Title and posts bear theirs; the head of a post is in that of the page; a title that the page gives bears none."""
    _keep(tmp_path / "source" / store.FOLDER)
    site = page(PAGE + f"\n```{{thread}} {URL}\n:title: Light\n```\n", builder, language="de")
    soup = BeautifulSoup(site.read("index.html" if builder == "html" else "index.xhtml"), "html5lib")
    titles = {title.text: title.get("lang") for title in soup.select(".thread-card-title")}

    assert titles["Lux"] == "sv"
    assert titles["Light"] is None
    assert {post["lang"] for post in soup.select(".thread-card-post")} == {"sv"}
    assert {head["lang"] for head in soup.select(".thread-card-post-head")} == {"de"}


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("ru", 1, "пост"), ("ru", 2, "поста"), ("ru", 5, "постов"), ("ru", 11, "постов"), ("ru", 22, "поста"), ("ru", 101, "пост"),
        ("ru", 111, "постов"), ("pl", 1, "wpis"), ("pl", 2, "wpisy"), ("pl", 21, "wpisów"), ("pl", 101, "wpisów"),
        ("ar", 3, "منشورات"), ("ar", 11, "منشورًا"), ("ar", 100, "منشور"), ("ar", 101, "منشور"), ("ar", 111, "منشورًا"),
        ("he", 1, "פוסט"), ("he", 2, "שני"), ("he", 3, "3"), ("tr", 1, "1"), ("tr", 5, "5"), ("hi", 0, "0"), ("de", 2, "weitere"),
    ],
)  # fmt: skip
def test_every_form(language: str, number: int, said: str, page: Page) -> None:
    """All categories of the Unicode CLDR that whole numbers below a million have."""
    page("# T\n", language=language)

    assert said in words.more_posts(number).split()
