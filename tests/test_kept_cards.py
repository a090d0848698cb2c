"""What a card takes from a kept thread: the post that is meant, its beginning, what became of the thread."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st
from sphinx_thread_cards import parse_thread_url, store
from sphinx_thread_cards.describe import meant_in, neutral
from sphinx_thread_cards.excerpt import beginning
from thread_snapshots.keeping import to_keep
from thread_snapshots.steps import Found
from sphinx_thread_cards.thread import (
    Author,
    Block,
    Code,
    List,
    Paragraph,
    Post,
    Provenance,
    Quote,
    Span,
    Status,
    Thread,
)
from sphinx_thread_cards.words import read_on, what_it_is
from support import sites
from support.platform_tables import TABLES

TOPIC = "https://forum.example/t/a-secret-lamp/57"
HOSTS = {"forum.example": "discourse"}
FORMATS = ["text", "man", "texinfo", "latex", "html", "epub", "xml"]
Page = Callable[..., sites.Site]
Keep = Callable[[Thread], None]


def _text(text: str) -> Paragraph:
    return Paragraph(spans=(Span(text=text),))


def _post(number: int, *blocks: Block, **more: object) -> Post:
    said = {"author": "jo", "posted": f"2024-03-0{number % 9 + 1}T10:00:00Z", **more}
    return Post(id=str(number), url=f"{TOPIC}/{number}", blocks=blocks, **said)  # type: ignore[arg-type]


def _thread(*posts: Post, **more: object) -> Thread:
    people = (Author(handle="jo", name="Jo Example"), Author(handle="sam", name="Sam Example"))
    said = {"title": "The kept title", "lang": "en", "participants": people, **more}
    return Thread(platform="discourse", host="forum.example", id="57", url=TOPIC, posts=posts, **said)  # type: ignore[arg-type]


# Post 57 of topic 57: a number that means the topic, not the post.
THREAD = _thread(
    *(_post(number, _text(f"Words {number}.")) for number in range(1, 9)),
    _post(9, _text("Words of Sam."), author="sam", answers="2"),
    _post(57, _text("Words 57."), answers="9"),
    provenance=Provenance(retrieved="2026-02-03T10:00:00Z"),
)
GONE = Provenance(retrieved="2026-02-03T10:00:00Z", status=Status.GONE, archived="https://archive.example/copy")


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Keep a thread beside the pages of the site that `page` builds."""
    return lambda thread: store.save(thread, tmp_path / "source" / store.FOLDER) and None


@pytest.fixture
def card(page: Page) -> Callable[..., str]:
    """Build a page with one card, and get what was written."""

    def build(url: str, *options: str, builder: str = "text", summary: str = "", **settings: object) -> str:
        text = f"# T\n\n```{{thread}} {url}\n" + "".join(f":{option}\n" for option in options) + f"\n{summary}\n```\n"
        site = page(text, builder, thread_cards_hosts=HOSTS, **settings)
        files = {*site.out.glob("index.*"), *site.out.glob("cases.[1t]*")}
        said = "".join(path.read_text() for path in files)
        # Some builders escape these.
        for written, meant in ((r"\sphinxhyphen{}", "-"), (r"\-", "-"), (r"\:", ""), ("&quot;", '"'), (r"\(dq", '"')):
            said = said.replace(written, meant)
        return said

    return build


def _one(html: str, what: str) -> Tag:
    (found,) = BeautifulSoup(html, "html5lib").select(what)
    return found


# -- The post that is meant ------------------------------------------------------


def test_the_post_that_is_meant(keep: Keep, card: Callable[..., str], page: Page) -> None:
    """Author, handle, date and words are that post's; the title stays the thread's; so does the citation."""
    keep(THREAD)
    text = card(f"{TOPIC}/9")
    cited = page(f"# T\n\nSee {{thread}}`{TOPIC}/9` and {{thread}}`{TOPIC}`.\n", "text", thread_cards_hosts=HOSTS).read("index.txt")

    for said in ("The kept title", "Sam Example @sam", "1 March 2024", "Words of Sam."):
        assert said in text
    assert "Jo Example" not in text
    assert "Sam Example on forum.example, 1 March 2024" in " ".join(cited.split())
    assert "Jo Example on forum.example, 2 March 2024" in " ".join(cited.split())


def test_a_post_that_is_not_kept_has_no_author(keep: Keep, card: Callable[..., str]) -> None:
    """Who began the thread is not said to have written it."""
    keep(THREAD)
    text = card(f"{TOPIC}/10")

    assert "The kept title" in text
    assert not re.search("Jo|Sam|March|Words", text)


def test_a_topic_of_the_number_of_a_post_means_the_topic(keep: Keep, card: Callable[..., str]) -> None:
    keep(THREAD)

    assert "Words 1." in card(TOPIC)


def test_a_later_post_of_a_microblog(tmp_path: Path, page: Page) -> None:
    """Its address has an id of its own, under which its whole thread is kept."""
    url = "https://social.example/@sam/110446983178245440"
    posts = (_post(1, _text("The root.")), replace(_post(2, _text("The answer."), author="sam"), id="110446983178245440"))
    thread = Thread(platform="mastodon", host="social.example", id="110446983178245440", url=url, participants=THREAD.participants, posts=posts)
    store.save(thread, tmp_path / "source" / store.FOLDER)
    text = page(f"# T\n\n<{url}>\n\n```{{thread}} {url}\n:show: thread\n```\n", "text").read("index.txt")

    assert text.count("Sam Example @sam") == 2
    assert "The answer." in text.partition("Read on")[0]
    assert "2 · Sam Example · 3 March 2024 · **cited here**" in text


def test_a_mail_by_its_own_page() -> None:
    """An archive's number is no mail's id, but the mail is found by where it stands."""
    url = "https://lists.example/pipermail/lamps/2021-January/{}.html"
    posts = tuple(Post(id=number, url=url.format(number), author="jo") for number in ("000123", "000124", "000125"))
    thread = Thread(platform="pipermail", host="lists.example", id="lamps/2021-January/000124", url=url.format("000124"), posts=posts)
    ref = parse_thread_url(url.format("000124"))

    assert ref
    assert meant_in(ref, thread) == posts[1]


@pytest.mark.parametrize("builder", FORMATS)
def test_marks_of_posts(builder: str, keep: Keep, card: Callable[..., str]) -> None:
    """The one that is meant and those that answer say so in words, in every format."""
    keep(THREAD)
    said = card(f"{TOPIC}/9", "show: thread", builder=builder)

    assert said.count("cited here") == 1
    assert "answers 2" in said
    assert "answers 9" in said


def test_an_answer_leads_to_what_it_answers(keep: Keep, card: Callable[..., str]) -> None:
    """Where that is shown; and only the post that is meant is marked."""
    keep(THREAD)
    html = card(f"{TOPIC}/9", "posts: 1, 9-10", builder="html")
    soup = BeautifulSoup(html, "html5lib")
    heads = {head.parent["id"].rpartition("-")[2]: head for head in soup.select(".thread-card-post-head")}

    assert [post["id"] for post in soup.select(".thread-card-post-meant")] == ["thread-discourse-57-9"]
    assert "answers 2" in heads["9"].text
    assert [link.text for link in heads["9"].select("a")] == ["9"]  # Post 2 is left out.
    answers = heads["10"].select("a")[1]
    assert answers.text == "answers 9"
    assert soup.find(id=answers["href"].removeprefix("#"))


def test_names_on_all_posts_where_the_card_names_another(keep: Keep, card: Callable[..., str]) -> None:
    keep(THREAD)

    assert "1 · Jo Example · 2 March 2024" in card(f"{TOPIC}/9", "show: thread")
    assert "2 · 3 March 2024" in card(TOPIC, "show: thread")


def test_a_date_is_told_once(keep: Keep, card: Callable[..., str]) -> None:
    """Not again below the card's own, nor on posts of one day; machines read it at each."""
    days = ("02T09", "02T10", "03T09", "03T10")
    keep(_thread(*(_post(number, _text(f"Words {number}."), posted=f"2024-03-{day}:00:00Z") for number, day in enumerate(days, 1))))
    soup = BeautifulSoup(card(TOPIC, "show: thread", builder="html"), "html5lib")
    heads = soup.select(".thread-card-post-head")

    assert [head.text for head in heads] == ["1", "2", "3 · 3 March 2024", "4"]
    assert ["thread-card-post-bare" in head["class"] for head in heads] == [True, True, False, True]
    assert [head.time["datetime"] for head in heads] == [f"2024-03-{day}:00:00Z" for day in days]


def test_the_post_that_is_meant_is_in_no_fold(keep: Keep, card: Callable[..., str]) -> None:
    """The posts around it are, and none is lost."""
    keep(_thread(*(_post(number, _text(f"Words {number}.")) for number in range(1, 31))))
    html = card(f"{TOPIC}/20", "show: thread", builder="html")
    soup = BeautifulSoup(html, "html5lib")

    assert [label.text for label in soup.select("summary")] == ["Show 13 more posts", "Show 10 more posts"]
    assert not soup.select("details .thread-card-post-meant")
    assert re.findall(r"Words (\d+)\.", soup.article.text) == [str(number) for number in range(1, 31)]


# -- Its beginning ---------------------------------------------------------------


@pytest.mark.parametrize("builder", FORMATS)
def test_beginning_in_every_format(builder: str, keep: Keep, card: Callable[..., str]) -> None:
    """As it was written: quotation marks and hyphens too."""
    keep(_thread(_post(1, _text('It -- "works". A word')), _post(2, _text("Not this one."))))
    said = card(TOPIC, builder=builder)

    assert 'It -- "works". A word' in said
    assert "Not this one" not in said


def test_beginning_in_html(keep: Keep, card: Callable[..., str]) -> None:
    """Marked up as quoted words, with their source, language and direction; found by the search."""
    keep(_thread(_post(1, _text("المصباح يعمل quillfeather"), lang="ar")))
    quotation = _one(card(TOPIC, builder="html"), "article blockquote.thread-card-excerpt")

    assert (quotation["cite"], quotation["lang"], quotation["dir"]) == (f"{TOPIC}/1", "ar", "auto")
    assert quotation.get_text(strip=True) == "المصباح يعمل quillfeather"


def test_beginning_is_found_and_not_translated(keep: Keep, page: Page) -> None:
    keep(_thread(_post(1, _text("Ptarmigan"))))
    text = f"# T\n\n<{TOPIC}>\n"
    index = page(text, thread_cards_hosts=HOSTS).read("searchindex.js")

    assert "ptarmigan" in json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))["terms"]
    assert "Ptarmigan" not in page(text, "gettext", thread_cards_hosts=HOSTS).read("index.pot")


def test_a_warning_stands_for_what_it_warns_of(keep: Keep, card: Callable[..., str]) -> None:
    keep(_thread(_post(1, _text("The end is near."), warning="Spoilers")))
    text = card(TOPIC)

    assert "Content warning: Spoilers" in text
    assert "near" not in text


def test_no_beginning_where_the_card_tells_more_or_is_told_not_to(keep: Keep, card: Callable[..., str]) -> None:
    """Beside a summary, beside the posts, and where the site does not want it."""
    keep(THREAD)

    assert "Words 1." not in card(TOPIC, summary="Our summary.")
    assert card(TOPIC, "show: thread").count("Words 1.") == 1
    assert "Words 1." not in card(TOPIC, thread_cards_excerpt=0)
    assert "Wo…" in card(TOPIC, thread_cards_excerpt=2)


@pytest.mark.parametrize("value", [True, False, -1, 1.5, None])
def test_bad_length(value: object, page: Page) -> None:
    site = page("# T\n\nWords.\n", warns=True, thread_cards_excerpt=value)

    assert f"thread_cards_excerpt: {value!r} is not a number of characters; write 280, or 0 for none" in site.warnings
    assert site.app.config.thread_cards_excerpt == 280


@pytest.mark.parametrize(
    ("blocks", "most", "text"),
    [
        ([_text("One two three")], 13, "One two three"),
        ([_text("One two three")], 12, "One two…"),
        ([_text("One two, three")], 10, "One two…"),
        ([_text("One\n two"), _text("three")], 99, "One two three"),
        ([_text("Before."), Code(text="code"), _text("After.")], 99, "Before. … After."),
        ([Quote(blocks=(_text("Theirs."),)), _text("Mine.")], 99, "Mine."),
        ([_text("So:"), List(items=((_text("a"),), (_text("b"), Code(text="c"), Quote(blocks=()))))], 99, "So: a b …"),
        ([Code(text="code")], 99, ""),
        ([_text("  ")], 99, ""),
        ([_text("https://docs.example/a-long-address")], 12, "https://docs…"),
        ([_text("ESXi " + "树" * 99)], 60, "ESXi " + "树" * 55 + "…"),
        ([_text("树莓派上的虚拟机")], 5, "树莓派上的…"),
        ([_text("ab👩‍💻👍🏽é")], 4, "ab…"),
    ],
)
def test_beginning(blocks: list[Block], most: int, text: str) -> None:
    """The author's own words, cut after a word where there are words."""
    assert beginning(blocks, most) == text


@given(st.text(max_size=60), st.integers(1, 40))
def test_beginning_is_a_beginning(text: str, most: int) -> None:
    """Whatever the text: no longer than asked for, and nothing that it does not begin with."""
    words = " ".join(text.split())
    found = beginning([_text(text)], most)

    assert len(found) <= most + 1
    assert words.startswith((found, found.removesuffix("…")))
    assert found == words or found.endswith("…") or not words.strip("…")


# -- What became of it -----------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("show: thread",)])
def test_gone(options: tuple[str, ...], keep: Keep, card: Callable[..., str]) -> None:
    """The card says so, and offers the archived copy first."""
    keep(replace(THREAD, provenance=GONE))
    html = card(TOPIC, *options, builder="html")
    links = [(link.text, link["href"]) for link in BeautifulSoup(html, "html5lib").select(".thread-card-links a")]

    assert links == [("Archived copy", "https://archive.example/copy"), ("Original on forum.example", TOPIC)]
    assert _one(html, ".thread-card-title a")["href"] == "https://archive.example/copy"
    assert "No longer online; kept copy of 3 February 2026" in html


@pytest.mark.parametrize(
    ("provenance", "options", "said"),
    [
        (Provenance(status=Status.GONE), (), "No longer online\n"),
        (replace(GONE, status=Status.EDITED), ("show: thread",), "Edited since; kept copy of 3 February 2026\n"),
        (replace(GONE, status=Status.EDITED), (), "Edited since; kept copy of 3 February 2026\n"),
        (replace(GONE, status=Status.LIVE, whole=False), ("show: thread",), "Kept on 3 February 2026 · Only a part of the thread was to be had."),
        (Provenance(whole=False), ("show: thread",), "Only a part of the thread was to be had."),
    ],
)
def test_notes(provenance: Provenance, options: tuple[str, ...], said: str, keep: Keep, card: Callable[..., str]) -> None:
    keep(replace(THREAD, provenance=provenance))
    text = re.sub(r"(?<=\w)\n +(?=\w)", " ", card(TOPIC, *options))

    assert said in text


def test_no_note_where_there_is_nothing_to_say(keep: Keep, card: Callable[..., str]) -> None:
    keep(replace(THREAD, provenance=replace(GONE, status=Status.LIVE, whole=False)))

    assert not re.search("online|Edited|Kept on|part of", card(TOPIC))
    assert not re.search("Edited", card(TOPIC, summary="Our summary."))


@pytest.mark.parametrize("whole", [True, False])
def test_a_fetch_says_whether_it_got_all(whole: bool) -> None:
    thread = replace(THREAD, provenance=Provenance(endpoint=TOPIC))

    assert to_keep(Found(thread=thread, whole=whole), None, "2026-02-03T10:00:00Z").provenance.whole is whole


WITHDRAWN = replace(THREAD, provenance=Provenance(status=Status.WITHDRAWN, archived="https://archive.example/copy"))


@pytest.mark.parametrize("builder", FORMATS)
def test_withdrawn(builder: str, keep: Keep, card: Callable[..., str]) -> None:
    """A neutral link, whatever the address and the file still tell; what the page itself says stays."""
    keep(WITHDRAWN)
    said = card(f"{TOPIC}/9", "show: thread", builder=builder)
    ours = card(f"{TOPIC}/9", "author: Kim Example", "title: Our title", builder=builder, summary="Our summary.")

    assert "Topic on forum.example" in said
    assert "https://forum.example/t/-/57" in said
    for word in ("Jo Example", "@jo", "Sam Example", "@sam", "secret", "Secret", "The kept title", "Words 1", "March", "archive.example", "57/9"):
        assert word not in said
    for words in ("Kim Example", "Our title", "Our summary."):
        assert words in ours


def test_withdrawn_keeps_its_anchor_and_words_its_citation(keep: Keep, page: Page) -> None:
    keep(WITHDRAWN)
    html = page(f"# T\n\n<{TOPIC}>\n\nSee {{thread}}`{TOPIC}/9`.\n", thread_cards_hosts=HOSTS).read("index.html")

    assert _one(html, "article")["id"] == "thread-discourse-57"
    citation = _one(html, "p > a:has(.thread-citation)")
    assert (citation.text, citation["href"]) == ("Topic on forum.example", "https://forum.example/t/-/57")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_neutral_addresses_tell_nothing(table: object) -> None:
    """Of no platform does the address of a withdrawn thread spell its author or its title."""
    refs = [ref for url in table.known if (ref := parse_thread_url(url, table.hosts))]  # type: ignore[attr-defined]
    assert refs
    for ref in refs:
        plain = neutral(ref)
        parts = re.split(r"[/#?&=@]+", plain.url.casefold())
        names = {(ref.author or " ").partition("@")[0].casefold(), (ref.author or " ").casefold()}
        slug = re.sub(r"\W+", "-", (ref.title or " ").casefold())

        assert names.isdisjoint(parts)
        assert len(slug) < 6 or slug not in re.sub(r"\W+", "-", plain.url.casefold())
        assert (plain.author, plain.title, plain.posted, plain.post, plain.read_url) == (None,) * 5
        assert what_it_is(plain)
        assert read_on(plain)
        assert plain.key == ref.key


def test_x_is_led_to_without_a_handle() -> None:
    ref = parse_thread_url("https://twitter.com/jo_example/status/1296304589591810048")

    assert ref
    assert neutral(ref).url == "https://x.com/i/status/1296304589591810048"


# -- Folds in a book -------------------------------------------------------------


def test_a_book_has_no_folds(keep: Keep, card: Callable[..., str]) -> None:
    """Readers of books may not open them: all posts stand there, and a warning before its post."""
    keep(_thread(*(_post(number, _text(f"Words {number}.")) for number in range(1, 20)), _post(20, _text("Words 20."), warning="Spoilers")))
    soup = BeautifulSoup(card(TOPIC, "show: thread", builder="epub"), "html5lib")

    assert not soup.select("details, summary")
    assert re.findall(r"Words (\d+)\.", soup.article.text) == [str(number) for number in range(1, 21)]
    last = soup.select(".thread-card-post")[-1]
    assert [line.text for line in last.select("p")][1:] == ["Content warning: Spoilers", "Words 20."]


# -- What it costs ---------------------------------------------------------------


def test_a_site_without_threads_loads_nothing_of_this(tmp_path: Path) -> None:
    """Modules for kept threads are loaded when there is one."""
    (tmp_path / "conf.py").write_text("extensions = ['myst_parser', 'sphinx_thread_cards']\n")
    (tmp_path / "index.md").write_text(f"# T\n\n<{TOPIC}>\n\n<https://lobste.rs/s/1xr8zc>\n")
    code = (
        "import sys\nfrom sphinx.cmd.build import main\n"
        f"assert main(['-q', '-b', 'html', {str(tmp_path)!r}, {str(tmp_path / 'out')!r}]) == 0\n"
        "print([name for name in ('kept', 'excerpt', 'html_posts', 'unroll', 'thread') if f'sphinx_thread_cards.{name}' in sys.modules])"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert made.stdout.strip() == "[]"
