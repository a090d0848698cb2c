"""Cards in HTML: their size, their style sheet, and that nothing is loaded from another host."""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import mf2py
import pytest
import sphinx_thread_cards
from msgspec.structs import replace
from sphinx.builders.singlehtml import SingleFileHTMLBuilder
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.snapshot import Author, Media, Provenance, Status
from support import sites
from support.snapshots import URL, make_thread
from thread_snapshots.store import save

Page = Callable[..., sites.Site]
STYLE_SHEET = Path(sphinx_thread_cards.__file__).parent / "static" / "thread-cards.css"
ISSUE = "https://github.com/example-org/board/issues/57"
FULL = """:::{thread} https://threadreaderapp.com/thread/1313512835843055618.html
:title: How the firmware got to the little board
:author: Jo Example
:handle: jo_example
:archive: https://archive.example/2020/thread
:::
"""
# The smallest PNG: one grey pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
HOSTS = {"social.example": "mastodon"}


def save_with_images(source: Path) -> snapshot.Thread:
    """Save a thread with an avatar and an image."""
    folder = source / snapshot.FOLDER
    (folder / snapshot.MEDIA_FOLDER).mkdir(parents=True)
    for name in ("avatar.png", "lamp.png"):
        (folder / snapshot.MEDIA_FOLDER / name).write_bytes(PIXEL)
    thread = make_thread("One.", "Two.")
    avatar = Media(file="avatar.png", width=96, height=96)
    author = Author(handle="jo", name="Jo Example", avatar=avatar)
    lamp = Media(file="lamp.png", width=700, height=1600, alt="A lamp")
    posts = (replace(thread.posts[0], media=(lamp,)), thread.posts[1])
    thread = replace(thread, participants=(author,), posts=posts)
    save(thread, folder)
    return thread


# -- The style sheet -----------------------------------------------------------


def test_the_style_sheet_is_small_and_loads_nothing() -> None:
    content = STYLE_SHEET.read_bytes()

    assert len(gzip.compress(content, 9, mtime=0)) <= 2500
    assert not re.findall(rb"@import|url\((?!\"data:)", content)


def test_platforms_have_an_icon() -> None:
    """Rules are for platforms or families; the others have the default icon."""
    text = STYLE_SHEET.read_text(encoding="utf-8")
    rules = dict(re.findall(r"([^{}]+)\{([^{}]*--thread-card-shape:[^{}]*)\}", text))
    selectors = [
        selector.strip() for rule in rules for selector in re.sub(r"/\*.*?\*/", "", rule).split(",")
    ]

    known = PLATFORMS.keys() | {platform.family for platform in PLATFORMS.values()}
    assert ":root" in selectors
    assert {name.removeprefix(".thread-card-") for name in selectors} - {":root"} <= known
    assert len(selectors) > 10


def test_only_pages_with_a_card_or_citation_have_the_style_sheet(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A builder like that of sphinx-simplepdf.
    builder = type("SingleBuilder", (SingleFileHTMLBuilder,), {"name": "single"})
    module = SimpleNamespace(setup=lambda app: app.add_builder(builder))
    monkeypatch.setitem(sys.modules, "single_extension", module)
    pages = {
        "index.md": "# T\n\n```{toctree}\n:glob:\n*\n```\n",
        "card.md": f"# Card\n\n<{ISSUE}>\n",
        "citation.md": f"# Citation\n\nSee {{thread}}`{ISSUE}`.\n",
        "group.md": f"# Group\n\n<{ISSUE}>\n<https://lobste.rs/s/1xr8zc>\n",
        "list.md": "# List\n\n```{thread-list}\n```\n",
        "link.md": f"# Link\n\n[words]({ISSUE}) and <{ISSUE}>.\n",
    }

    def linked(**settings: object) -> set[str]:
        out = page(pages, **settings).out
        return {path.stem for path in out.glob("*.html") if "thread-cards.css" in path.read_text()}

    usual = {"card", "citation", "group", "list"}
    assert linked() == usual
    assert linked(thread_cards_link_text="citation") == {*usual, "link"}
    assert linked(thread_cards_css=False) == set()
    for name in ("singlehtml", "single"):
        site = page(pages, name, extensions=[*sites.SETTINGS["extensions"], "single_extension"])
        assert "thread-cards.css" in site.read("index.html")


# -- Cards ---------------------------------------------------------------------


@pytest.mark.parametrize("text", [FULL, f"<{URL}>\n"], ids=["options", "avatar"])
def test_a_card_is_small(text: str, page: Page, source: Path) -> None:
    save_with_images(source)
    html = page(f"# T\n\n{text}", thread_cards_hosts=HOSTS).read("index.html")
    (card,) = re.findall(r"<article.*?</article>", html, re.DOTALL)

    assert len(card.encode()) <= 1300


@pytest.mark.parametrize(("builder", "name"), [("html", "index.html"), ("epub", "index.xhtml")])
def test_cards_load_nothing_and_run_nothing(builder: str, name: str, sink: Page) -> None:
    soup = sink(builder).soup(name)
    cards = soup.select("article.thread-card, .thread-card-group, .thread-list")
    ids = [element["id"] for element in soup.select("[id]")]

    assert len(cards) > 20
    assert len(ids) == len(set(ids))
    for card in cards:
        assert not card.select("script, style, iframe, link, object, embed, form")
        assert not [
            name
            for part in card.select("*")
            for name in part.attrs
            if name == "style" or name.startswith("on")
        ]
        assert all(re.match("https?://|#", link["href"]) for link in card.select("a"))
        assert all(image["src"].startswith("_images/") for image in card.select("img"))
    for card in soup.select("article.thread-card"):
        assert soup.find(id=card["aria-labelledby"]).get_text(strip=True)


@pytest.mark.parametrize(
    ("options", "letter"),
    [(":author: élodie Example", "É"), (":author: 例 太郎", "例"), (":author: '\U0001f980 Jo'", "J"), (":handle: _sam", "S"), (":author: '***'", None)],
)  # fmt: skip
def test_a_letter_in_place_of_an_avatar(options: str, letter: str | None, page: Page) -> None:
    """It is in an attribute, so that no screen reader says it."""
    soup = page(f"# T\n\n:::{{thread}} {ISSUE}\n{options}\n:::\n").soup()
    assert soup.select_one(".thread-card-author").get("data-letter") == letter


def test_microformats(page: Page, sink: Page) -> None:
    (cite,) = mf2py.parse(doc=page(f"# T\n\n{FULL}").read("index.html"))["items"]
    assert cite["type"] == ["h-cite"]
    assert cite["properties"]["name"] == ["How the firmware got to the little board"]
    assert cite["properties"]["url"] == ["https://x.com/i/status/1313512835843055618"]
    assert cite["properties"]["published"] == ["2020-10-06"]
    assert cite["properties"]["author"][0]["properties"] == {
        "name": ["Jo Example"],
        "nickname": ["@jo_example"],
    }

    items = mf2py.parse(doc=sink().read("index.html"))["items"]
    posts = [
        post["properties"]
        for item in items
        for post in item.get("children", [])
        if "h-entry" in post["type"]
    ]
    assert len(posts) > 3
    for post in posts:
        assert post["url"]
        assert "html" in post["content"][0]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", time) for time in post.get("published", []))


# -- Images --------------------------------------------------------------------


def test_sizes_and_files_of_images(page: Page, source: Path) -> None:
    """No image is taller than most of a printed page; a card without posts has only the avatar."""
    save_with_images(source)
    site = page(f"# T\n\n```{{thread}} {URL}\n:show: thread\n```\n", thread_cards_hosts=HOSTS)
    avatar, lamp = site.soup().select("article img")
    assert (avatar["alt"], avatar["width"], avatar["height"]) == ("", "32", "32")
    assert (lamp["alt"], lamp["width"], lamp["height"]) == ("A lamp", "262", "600")
    assert lamp["loading"] == "lazy"
    assert (site.out / lamp["src"]).read_bytes() == PIXEL

    card = page(f"# T\n\n<{URL}>\n", "dirhtml", thread_cards_hosts=HOSTS)
    assert [path.name for path in (card.out / "_images").iterdir()] == ["avatar.png"]


@pytest.mark.parametrize(
    ("option", "count"), [(":author: J. Example", 1), (":handle: jo", 1), (":handle: else", 0)]
)
def test_the_avatar_belongs_to_the_handle(
    option: str, count: int, page: Page, source: Path
) -> None:
    save_with_images(source)
    site = page(f"# T\n\n```{{thread}} {URL}\n{option}\n```\n", thread_cards_hosts=HOSTS)
    assert len(site.soup().select("article img")) == count


def test_nothing_of_a_withdrawn_thread_is_published(page: Page, source: Path) -> None:
    withdrawn = replace(save_with_images(source), provenance=Provenance(status=Status.WITHDRAWN))
    save(withdrawn, source / snapshot.FOLDER)
    site = page(
        f"# T\n\n```{{thread}} {URL}\n:show: thread\n```\n\n{{thread}}`{URL}`\n",
        thread_cards_hosts=HOSTS,
    )

    assert not list((site.out / "_images").glob("*"))
    for word in ("Jo Example", "@jo", "One."):
        assert word not in site.soup().select_one("section").decode()


def test_an_image_that_is_missing_and_comes_back(source: Path, tmp_path: Path) -> None:
    save_with_images(source)
    (source / "index.md").write_text(f"# T\n\n```{{thread}} {URL}\n:show: thread\n```\n")
    path = source / snapshot.FOLDER / snapshot.MEDIA_FOLDER / "lamp.png"

    def build() -> tuple[int, int]:
        site = sites.build(source, tmp_path / "out", thread_cards_hosts=HOSTS)
        images = site.soup().select("img[alt='A lamp']")
        return len(images), site.warnings.count("[thread_cards.image]")

    assert build() == (1, 0)
    path.unlink()
    assert build() == (0, 1)
    path.write_bytes(PIXEL)
    assert build() == (1, 0)


def test_a_warning_for_images_without_alternative_text(page: Page, source: Path) -> None:
    thread = save_with_images(source)
    lamp = replace(thread.posts[0].media[0], alt=None, width=None)
    posts = (replace(thread.posts[0], media=(lamp,)), thread.posts[1])
    save(replace(thread, posts=posts), source / snapshot.FOLDER)
    text = f"# T\n\n```{{thread}} {URL}\n:show: thread\n```\n"

    soup = page(text, thread_cards_hosts=HOSTS).soup()
    assert not {"width", "height"} & soup.select_one(".thread-card-media img").attrs.keys()
    site = page(text, "dirhtml", warns=True, thread_cards_hosts=HOSTS, thread_cards_alt=True)
    assert re.findall(r"WARNING: (\S+) .*\[(.*)\]", site.warnings) == [
        ("_threads/media/lamp.png", "thread_cards.alt")
    ]
