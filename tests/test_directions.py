"""Languages that run to the left, and posts that run the other way than their page: HTML, EPUB, LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from sphinx_thread_cards import store
from sphinx_thread_cards.thread import Author, Code, Media, Paragraph, Post, Provenance, Span, Thread
from support import sites
from support.papers import Paper, typeset

URL = "https://x.com/jo/status/1313512835843055618"
PAGE = f"# T\n\n```{{thread}} {URL}\n:show: thread\n```\n\nSee {{thread}}`{URL}`.\n\n```{{thread-list}}\n```\n"
ARABIC = "المصباح يعمل"
Page = Callable[..., sites.Site]


def _text(words: str) -> Paragraph:
    return Paragraph(spans=(Span(text=words),))


@pytest.fixture(autouse=True)
def kept(tmp_path: Path) -> None:
    """A thread in three languages, with all that has words of ours in a post."""

    def post(number: int, text: str, lang: str, **more: object) -> Post:
        said = {"author": "jo", "posted": "2020-10-06T15:20:00Z", "blocks": (_text(text),), "lang": lang, **more}
        return Post(id=f"131351283584305561{number}", url=f"{URL}{number}", **said)  # type: ignore[arg-type]

    quoted = post(9, ARABIC, "ar", author="sam")
    posts = (
        post(8, "The lamp glows.", "en"),
        post(1, ARABIC, "ar", blocks=(_text(ARABIC), Code(text="lamp = 1;"))),
        post(2, "Лампа горит.", "ru", warning="Спойлер", author="sam", posted="2020-10-07T15:20:00Z"),
        post(
            3,
            "Die Lampe.",
            "de",
            media=(Media(alt="Lux"), Media(kind="video", url="https://v.example/")),
            quoted=quoted,
        ),
    )
    people = (Author(handle="jo", name="Jo Ek"), Author(handle="sam"))
    provenance = Provenance(retrieved="2026-02-03T10:00:00Z")
    thread = Thread(
        platform="x",
        host="x.com",
        id="1313512835843055618",
        url=URL,
        participants=people,
        posts=posts,
        provenance=provenance,
    )
    store.save(thread, tmp_path / "source" / store.FOLDER)


def _direction(part: Tag) -> str:
    """The direction that a browser finds (HTML, section 3.2.6.4): of the nearest ``dir``, or of the first letter."""
    while (said := part.get("dir")) not in {"ltr", "rtl", "auto"}:
        part = part.parent  # type: ignore[assignment]
    if said != "auto":
        return str(said)
    letters = [text for text in part.find_all(string=True) if _nearest(text) is part]
    first = re.search(r"[^\W\d_]", "".join(letters))
    return "rtl" if first and first[0] in "".join(map(chr, range(0x590, 0x700))) else "ltr"


def _nearest(text: object) -> object:
    return next(parent for parent in text.parents if parent.has_attr("dir"))  # type: ignore[attr-defined]


@pytest.mark.parametrize("builder", ["html", "epub"])
@pytest.mark.parametrize("language", ["ar", "he", "en"])
def test_a_post_runs_its_own_way(language: str, builder: str, page: Page) -> None:
    """Whatever the words of ours, and the names, that are in it."""
    soup = BeautifulSoup(
        page(PAGE, builder, language=language).read("index.html" if builder == "html" else "index.xhtml"), "html5lib"
    )
    posts = soup.select(".thread-card-post")

    assert [_direction(post) for post in posts] == ["ltr", "rtl", "ltr", "ltr"]
    assert [post["lang"] for post in posts] == ["en", "ar", "ru", "de"]
    assert _direction(posts[3].select_one(".thread-card-quoted .thread-card-quoted-head + *")) == "rtl"
    assert posts[3].select_one(".thread-card-quoted")["lang"] == "ar"
    assert _direction(posts[1].pre) == "ltr"
    assert soup.article.get("dir") == (None if language == "en" else "rtl")


@pytest.mark.parametrize("language", ["ar", "he"])
def test_a_list_runs_to_the_left(language: str, page: Page) -> None:
    """A list, and a citation, whatever the theme says of the page; names and numbers keep apart."""
    soup = BeautifulSoup(page(PAGE, language=language).read("index.html"), "html5lib")

    assert soup.select_one(".thread-list > div")["dir"] == "rtl"
    assert soup.select_one(".thread-list-who").text == "Jo Ek \u200f· X"
    assert re.fullmatch("\u2067Jo Ek .*X\u200f[،,] 6 .* 2020\u2069", soup.select_one(".thread-citation").text)
    assert soup.select(".thread-card-post-head")[2].text.split("·")[1].strip() == "\u200e@sam \u200f"
    assert soup.select_one(".thread-card-author bdi").text == "@jo"


@pytest.mark.parametrize("style", ["table", "timeline", "cards"])
def test_links_of_a_list_run_their_own_way(style: str, page: Page) -> None:
    """A question mark behind a Latin title would else stand before it; so would the bracket behind a name."""
    other = ":orphan:\n\n# Why?\n\n```{thread} https://lists.example/\n:title: Does it boot?\n:author: Kim (she)\n```\n"
    pages = {"index.md": PAGE.replace("list}", f"list}}\n:style: {style}"), "other.md": other}
    html = page(pages, language="ar", suppress_warnings=["thread_cards"]).read("index.html")
    links = [link for link in BeautifulSoup(html, "html5lib").select(".thread-list a > span") if "?" in link.text]

    # A card of a list is as any other.
    assert [link.text for link in links] == ["Does it boot?", "Why?"][style == "cards" :]
    assert {_direction(link) for link in links} == {"ltr"}
    assert style == "cards" or "Kim (she)\u200e" in html


@pytest.mark.parametrize(("option", "begin"), [(":handle: sam", "\u2067\u200e@sam "), (":author: Sam (he)", "\u2067Sam (he)\u200e ")])
def test_a_cited_name_keeps_its_signs(option: str, begin: str, page: Page) -> None:
    other = "https://x.com/i/status/1313512835843055999"
    html = page(f"# T\n\n```{{thread}} {other}\n{option}\n```\n\n{{thread}}`{other}`\n", language="ar").read("index.html")

    assert BeautifulSoup(html, "html5lib").select_one(".thread-citation").text.startswith(begin)


def test_a_list_keeps_to_the_theme_in_other_languages(page: Page) -> None:
    html = page(PAGE, language="de").read("index.html")

    assert 'dir="rtl"' not in html
    assert not re.search("[\u200e\u200f\u2066-\u2069]", html)


def _latex(page: Page, language: str) -> str:
    babel = {
        "babel": r"\usepackage[bidi=basic,provide=*]{babel}",
        "polyglossia": "",
        "fontpkg": r"\usepackage{site-fonts}",
    }
    fonts = [str(Path(__file__).parents[1] / "docs/_latex" / name) for name in ("site-fonts.sty", "site-emoji.lua")]
    site = page(
        PAGE, "latex", language=language, latex_engine="lualatex", latex_elements=babel, latex_additional_files=fonts
    )
    typeset(site.out, "cases", "lualatex")
    return (site.out / "cases.tex").read_text()


@pytest.mark.parametrize(("language", "turned"), [("ar", "ltr"), ("he", "ltr"), ("en", "rtl")])
def test_in_a_book(language: str, turned: str, page: Page, tmp_path: Path) -> None:
    """On paper too: what runs the other way begins at the other side, and stays inside its column."""
    tex = _latex(page, language)
    paper = Paper(tmp_path / "latex" / "cases.pdf")
    latin = next(line for line in paper.lines if "glows" in line.text)
    other = [line for line in paper.lines if re.search("[\u0590-\u06ff\ufb1d-\ufefc]", line.text)]

    assert f"thread-card-{turned}" in tex
    assert latin.left - min(line.left for line in paper.lines) < 60
    assert max(line.right for line in other if line.page == latin.page) - latin.right > 100
    assert [size for size in paper.too_wide() if size > 5] == []
