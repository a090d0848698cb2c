"""Emoji and letters of many scripts in posts, set by pdfLaTeX, which has none of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from PIL import Image
from sphinx.util import texescape
from sphinx_thread_cards import store
from sphinx_thread_cards.signs import stand_in
from sphinx_thread_cards.thread import Author, Code, List, Media, Paragraph, Post, Quote, Span, Thread
from support import sites
from support.paper_threads import NUMBER, URL
from support.papers import squeezed, typeset

SCRIPTS = "树莓派 ラズベリー 라즈베리 برنامج מחשב ราสป์เบอร์รี रास्पबेरी Съешь Ξεσκεπάζω ẞ ḧ e\u0301 \u0085 𝒇𝒂𝒔𝒕 １２％ ﷺ ⁂ \u2028 \U000e0041"
EMOJI = "🍓 🚀🚀🚀 🦀 👩‍💻 👍🏽 🇩🇪 1️⃣ ❤️ ☕ ✨ ™ → ✔ \U0001fae9"
PAGE = f"""
# Signs

## By {{thread}}`{URL}`

See {{ref}}`the-card` and {{thread:ref}}`the-card`.

```{{thread}} {URL}
:show: thread
:name: the-card
:title: Title {EMOJI} 日本 %
```

```{{thread}} https://github.com/pftf/RPi4/issues/97
:title: Another 🐙
```

```{{thread-list}}
:style: table
```

```{{thread-list}}
:style: timeline
```

```{{thread-list}}
:style: cards
```
"""


def _words(text: str, *, href: str | None = None, code: bool = False) -> Paragraph:
    return Paragraph(spans=(Span(text=text, href=href, code=code),))


def _write(folder: Path) -> None:
    picture = folder / store.FOLDER / store.MEDIA / f"{'0' * 64}.png"
    picture.parent.mkdir(parents=True)
    Image.new("RGB", (60, 40), "#404040").save(picture)
    media = (Media(file=picture.name, width=60, height=40, alt=f"A lamp {EMOJI} {SCRIPTS}"), Media(kind="video", alt="🎬"))
    quoted = Post(id="9", url=f"{URL}9", author="jo", blocks=(_words(f"Quoted {EMOJI} {SCRIPTS}"),))
    blocks = (
        _words(f"{EMOJI} {SCRIPTS}"),
        _words(f"Line 🎈\n{SCRIPTS}"),
        _words("🎉" * 90),
        _words("犬" * 200),
        _words("in code 🧵", code=True),
        _words("https://ja.example/日本/🍓?q=%F0", href="https://ja.example/日本/🍓?q=%F0"),
        Code(text=f"code {EMOJI}\n{SCRIPTS}"),
        Quote(blocks=(_words(f"{EMOJI} {SCRIPTS}"),)),
        List(items=((_words(f"{EMOJI} {SCRIPTS}"),),)),
    )
    posts = (
        Post(id="1", url=f"{URL}1", author="jo", blocks=blocks, media=media, quoted=quoted),
        Post(id="2", url=f"{URL}2", author="jo", blocks=(_words("🙈"),), warning=f"Warning {EMOJI}"),
    )
    people = (Author(handle="jo", name=f"Jo 🧑‍🚀 乔 {EMOJI}"),)
    thread = Thread(
        platform="mastodon", host="social.example", id=NUMBER, url=URL, participants=people, posts=posts
    )
    store.save(thread, folder / store.FOLDER)
    (folder / "index.md").write_text(PAGE)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that cites a thread full of signs in every way."""
    folder = tmp_path_factory.mktemp("signs") / "source"
    _write(folder)
    return folder


@pytest.mark.slow
def test_no_sign_stops_pdflatex(source: Path, tmp_path: Path) -> None:
    """Emoji are named, what the author declared is set, letters that mean the same are printed, others have a box."""
    elements = {"preamble": r"\DeclareUnicodeCharacter{1F980}{declared-crab}% the last line"}
    site = sites.build(source, tmp_path / "out", "latex", latex_engine="pdflatex", latex_elements=elements)
    paper = typeset(site.out, "cases", "pdflatex")

    for words in ("[strawberry]", "declared-crab", "[woman][personal computer]", "[d][e]", "fast", "12%"):
        assert squeezed(words) in paper.joined
    assert "[crab]" not in paper.joined
    assert "https://ja.example/%E6%97%A5%E6%9C%AC/%F0%9F%8D%93?q=%F0" in paper.links
    assert paper.too_wide() == []
    assert "No declaration of 犬" in paper.log


def test_one_warning(source: Path, tmp_path: Path) -> None:
    """At the first place that has such a sign, with what to do."""
    site = sites.build(source, tmp_path / "out", "latex", latex_engine="pdflatex")

    assert site.warnings.count("WARNING") == 1
    assert site.warnings.startswith("index.md:4: WARNING: pdfLaTeX has no letters for")
    assert "latex_engine = 'lualatex'" in site.warnings
    assert site.warnings.endswith(" [thread_cards.signs]\n")


@pytest.mark.parametrize("engine", ["lualatex", "xelatex"])
def test_other_engines_have_fonts(engine: str, source: Path, tmp_path: Path) -> None:
    """They are told nothing, and nobody is warned."""
    site = sites.build(source, tmp_path / "out", "latex", latex_engine=engine)

    assert site.warnings == ""
    assert "threadcardsign" not in site.read("cases.tex")


@pytest.mark.parametrize("encodings", ["T1", "LGR,T2A,T1"])
def test_letters_of_greek_and_cyrillic(encodings: str, tmp_path: Path) -> None:
    """They are warned of where no font that the author asks for has them."""
    (tmp_path / "index.md").write_text("# T\n\n```{thread} https://lobste.rs/s/1xr8zc\n:title: Съешь Ξ ♪ ✔ ⁂\n```\n")
    elements = {"fontenc": rf"\usepackage[{encodings}]{{fontenc}}"}
    site = sites.build(tmp_path, tmp_path / "out", "latex", latex_engine="pdflatex", latex_elements=elements)

    assert ("no letters for С ъ е ш ь Ξ:" in site.warnings) == (encodings == "T1")
    assert site.warnings.count("WARNING") == (encodings == "T1")


@pytest.fixture
def _escapes() -> None:
    """What the builder sets up for LaTeX."""
    texescape.init()


@pytest.mark.usefixtures("_escapes")
@pytest.mark.parametrize(
    ("sign", "said"),
    [
        ("🍓", r"[strawberry]\threadcardbreak{}"),
        ("🇩", r"[d]\threadcardbreak{}"),
        ("％", r"\%"),
        ("𝔞", "a"),
        ("ḥ", "h"),
        ("\u3000", " "),
        ("\u200d", ""),
        ("\ufe0f", ""),
        ("🏽", ""),
        ("\u0301", ""),
        ("犬", r"\threadcardunknown{}"),
        ("\ue000", r"\threadcardunknown{}"),
    ],
)
def test_what_stands_in(sign: str, said: str) -> None:
    """One of each kind."""
    assert stand_in(sign) == said


@pytest.mark.usefixtures("_escapes")
def test_every_sign_has_something() -> None:
    """In ASCII, and nothing that means something else to TeX, whatever the sign is."""
    said = {stand_in(chr(code)) for code in range(0x80, sys.maxunicode + 1)}

    harmless = r"\\(?:threadcard|text|sphinx)\w+\{\}|\\[%$#&_{}]|\{.?\}"
    assert [text for text in said if re.search(r"[\\{}%$#&^~]", re.sub(harmless, "", text))] == []
    assert all(text.isascii() for text in said)
