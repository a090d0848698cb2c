"""What pages say of themselves, and files that authors saved."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sphinx_thread_cards.platforms import parse_or_page
from sphinx_thread_cards.snapshot import Media, Thread
from support.rich_text import check, sketch
from thread_snapshots import webpage
from thread_snapshots.errors import BadResponse, FetchError, Forbidden, NotFound
from thread_snapshots.saved_file import MAX_FILE, SavedFile, decompress, open_file
from thread_snapshots.source import (
    FetchOptions,
    FetchResult,
    Request,
    Response,
    Source,
    run_requests,
)
from thread_snapshots.store import encode
from thread_snapshots.webpage import canonical_url, page_thread, read_file

HOSTS = {"social.example": "mastodon", "forum.example": "discourse"}
LINKEDIN = "https://www.linkedin.com/feed/update/urn:li:activity:7075043149462556672"
MASTODON = "https://social.example/@jo_example/110446983926957470"
TOPIC = "https://forum.example/t/does-the-lamp-boot/57"
PAGE = "https://lamps.example/how-lamps-boot"
POST = {"@context": "https://schema.org", "@type": "SocialMediaPosting", "articleBody": "The lamp boots", "author": {"@type": "Person", "name": "Jo Example"}}  # fmt: skip
JO = {"@id": "#jo", "name": "Jo Example"}


def read(html: str, url: str = LINKEDIN, **options: Any) -> FetchResult:
    return page_thread(parse_or_page(url, HOSTS), FetchOptions(**options), html, "file")


def texts(thread: Thread) -> list[str]:
    return [sketch(post.blocks) for post in thread.posts]


def jsonld(*scripts: object) -> str:
    parts = (script if isinstance(script, str) else json.dumps(script) for script in scripts)
    return "".join(f"<script type='application/ld+json'>{part}</script>" for part in parts)


@pytest.mark.parametrize(
    "html",
    [
        jsonld(POST),
        jsonld("{broken", "", "null", "1e999", '"text"', [[POST]]),
        jsonld("[" * 100_000, POST),
        jsonld({"@type": "Organization", "name": "x"}, {"@graph": [{"@type": "WebPage"}, POST]}),
        jsonld({"@type": "WebPage", "mainEntity": POST}),
        jsonld({**POST, "@type": ["Thing", "http://schema.org/SocialMediaPosting"]}),
        jsonld({**POST, "author": [{"name": "Jo Example"}, {"name": "Kim"}]}),
        jsonld([{**POST, "author": {"@id": "#jo"}}, JO]),
        jsonld({**POST, "articleBody": "<p>The lamp <b hidden>x</b>boots</p>"}),
        jsonld({**POST, "@type": "Article", "url": LINKEDIN.replace("672", "673"), "articleBody": "Other"}, POST),
        f"<script type='Application/LD+JSON; charset=utf-8'>{json.dumps(POST)}</script>",
    ],
)  # fmt: skip
def test_json_ld_in_many_forms(html: str) -> None:
    result = read(html)
    assert texts(result.thread) == ["The lamp boots"]
    assert [author.handle for author in result.thread.participants] == ["Jo Example"]
    assert result.complete


def test_question_and_answers() -> None:
    question = {
        "@type": "QAPage",
        "mainEntity": {
            "@type": "Question", "name": "The lamp &amp; the board", "text": "<p>Does it boot?</p>", "answerCount": 3,
            "datePublished": "2012-03-13T16:37:53", "dateModified": "2022-01-01", "author": {"name": "Jo"}, "image": "https://cdn.example/logo.png",
            "acceptedAnswer": {"@type": "Answer", "text": "Yes.", "url": f"{TOPIC}/2", "author": {"name": "kim", "url": "/u/kim_x"}, "comment": {"@type": "Comment", "text": "Thanks", "author": {"name": "Jo"}}},
            "suggestedAnswer": [{"@type": "Answer", "text": "No.", "url": f"{TOPIC}/4", "author": {"name": "Sam"}}],
        },
    }  # fmt: skip
    result = read(jsonld(question), TOPIC, replies=True)
    thread = result.thread
    assert thread.title == "The lamp & the board"
    ids = [(post.id, post.author, post.reply_to) for post in thread.posts]
    assert ids == [("57", "Jo", None), ("2", "kim_x", None), ("57-2", "Jo", None), ("4", "Sam", "57")]  # fmt: skip
    assert texts(thread) == ["Does it boot?", "Yes.", "Thanks", "No."]
    assert (thread.replies, thread.posts[0].edited, thread.posts[0].media) == (3, None, ())
    cited = read(jsonld(question), TOPIC, posts=frozenset({"4"})).thread
    assert texts(cited) == ["Does it boot?", "Thanks", "No."]


HEAD = """<html lang="en"><head><title>How lamps boot | Lamps</title><meta name="author" content="Jo Example">
<meta property="og:title" content="How lamps boot"><meta property="og:description" content="It is an LED.">
<meta property="og:site_name" content="Lamps"><meta property="article:published_time" content="2021-03-04T05:06:07+01:00">
<meta property="og:image" content="/lamp.png"><meta name="twitter:card" content="summary_large_image">
<meta property="og:image:alt" content="A lamp"></head>"""


def test_preview_of_any_page() -> None:
    result = read(HEAD, PAGE)
    (post,) = result.thread.posts
    assert (result.thread.title, post.author, sketch(post.blocks)) == ("How lamps boot", "Jo Example", "It is an LED.")  # fmt: skip
    assert str(post.posted) == "2021-03-04 04:06:07+00:00"
    assert post.media == (Media(url="https://lamps.example/lamp.png", alt="A lamp"),)
    assert (result.complete, result.thread.lang) == (True, "en")


@pytest.mark.parametrize(
    ("oembed", "title", "author"),
    [
        ({"title": "How lamps boot", "author_name": "Jo Example"}, "How lamps boot", "Jo Example"),
        ({"title": 7, "html": "<script>"}, "灯", "lamps.example"),
        ("[", "灯", "lamps.example"),
        (None, "灯", "lamps.example"),
    ],
)
def test_oembed_of_any_page(oembed: Any, title: str, author: str) -> None:
    html = (
        "<title>灯</title><link rel=alternate type='application/json+oembed' href='/oembed?id=1'>"
    )

    def send(request: Request) -> Response:
        if request.url == PAGE:
            headers = {"Content-Type": "text/html;charset=Shift_JIS"}
            return Response(url=PAGE, body=html.encode("shift_jis"), headers=headers)
        assert request.url == "https://lamps.example/oembed?id=1"
        if oembed is None:
            raise NotFound(request.url, "gone")
        body = oembed if isinstance(oembed, str) else json.dumps(oembed)
        return Response(url=request.url, body=body.encode())

    thread = run_requests(webpage.fetch(parse_or_page(PAGE), FetchOptions()), send).thread
    assert (thread.title, thread.participants[0].handle) == (title, author)


def test_article_is_summarised() -> None:
    article = {"@type": "NewsArticle", "headline": "A", "articleBody": "Long.", "author": {"name": "Kim"}}  # fmt: skip
    result = read(jsonld(article) + HEAD, PAGE)
    assert texts(result.thread) == ["It is an LED."]
    assert result.thread.posts[0].author == "Kim"
    assert texts(read(jsonld(article), TOPIC).thread) == ["Long."]


def test_preview_of_a_thread_is_incomplete() -> None:
    result = read(HEAD, TOPIC)
    assert (result.complete, texts(result.thread)) == (False, ["It is an LED."])
    logo = HEAD.replace("summary_large_image", "summary").replace("og:image:alt", "x")
    assert read(logo, TOPIC).thread.posts[0].media == ()


def test_pages_without_the_thread() -> None:
    other = f'<link rel="canonical" href="{TOPIC}">{HEAD}'
    for html, url in (("", MASTODON), ("", PAGE), ("<p>Hello</p>", LINKEDIN), (other, TOPIC + "8")):
        with pytest.raises(BadResponse):
            read(html, url)
    anubis = '<script id="anubis_version" type="application/json">"v1"</script>'
    for html in ('<meta name="robots" content="NOINDEX">', anubis):
        with pytest.raises(Forbidden):
            read(html + HEAD, MASTODON)
    for title in ("GitLab.org / Sign in", "Log in to continue", "Checking your browser before"):
        with pytest.raises(Forbidden):
            read(f"<title>{title}</title>", PAGE)
        assert read(f"<title>{title}</title>{HEAD}", PAGE).thread.posts
    assert read("<title>Sign in with Apple explained</title>", PAGE).thread.title


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ("<!DOCTYPE html>\n<!-- saved from url=(0036)https://a.example/1 -->\n<html>", "https://a.example/1"),
        ('<link rel="shortlink canonical" href="https://a.example/1"><meta property="og:url" content="https://b.example/">', "https://a.example/1"),
        ('<meta property="og:url" content="https://a.example/1">', "https://a.example/1"),
        ('<link rel="canonical" href="/@jo_example/1">', None),
        ("<!-- saved from url=(0013)about:internet -->", None),
        ('<link rel="canonical" href="javascript:alert(1)">', None),
        ("", None),
    ],
)  # fmt: skip
def test_canonical_url(html: str, url: str | None) -> None:
    assert canonical_url(html) == url


# -- Saved files ---------------------------------------------------------------


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_saved_files(pack: Any, tmp_path: Path) -> None:
    ref, options = parse_or_page(LINKEDIN), FetchOptions()
    path = tmp_path / "page.html"
    path.write_bytes(pack(b"\xef\xbb\xbf" + jsonld(POST).encode()))
    file = open_file(path)
    assert texts(read_file(None, ref, options, file).thread) == ["The lamp boots"]
    with pytest.raises(BadResponse, match="not valid JSON"):
        file.json()
    path.write_bytes(pack(b'\xef\xbb\xbf{"a": 1}'))
    assert open_file(path).json() == {"a": 1}
    with pytest.raises(BadResponse, match="not a web page"):
        read_file(None, ref, options, open_file(path))


def test_source_reads_a_file_first() -> None:
    def fails(*_: object) -> FetchResult:
        raise BadResponse("page.html", "no list of posts")

    ref, options = parse_or_page(LINKEDIN), FetchOptions()
    source = Source(platforms=("linkedin",), read_file=fails)
    page = SavedFile(name="page.html", body=jsonld(POST).encode())
    assert texts(read_file(source, ref, options, page).thread) == ["The lamp boots"]
    with pytest.raises(BadResponse, match="no list of posts"):
        read_file(source, ref, options, SavedFile(name="x.json", body=b"{}"))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadResponse, match="cannot be read"):
        open_file(tmp_path / "missing")
    with pytest.raises(BadResponse, match="damaged"):
        decompress(gzip.compress(b"text")[:-9], "x.gz")
    with pytest.raises(BadResponse, match="larger than 64 MB"):
        decompress(gzip.compress(bytes(MAX_FILE + 1)), "x.gz")


# -- Anything ------------------------------------------------------------------

KEYS = "@type @id text author name url image comment headline alternateName mainEntityOfPage interactionStatistic datePublished video".split()
VALUES = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["https://a.example/", "Comment", "@id", "<b>x</b>", "javascript:1", "#3"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@given(VALUES, st.sampled_from([LINKEDIN, MASTODON, TOPIC, PAGE]), st.sampled_from(["Question", "VideoObject", "Comment"]))  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_any_json_ld(value: object, url: str, type_: str) -> None:
    item = {"@type": type_, "text": "x", **(value if isinstance(value, dict) else {"comment": value})}  # fmt: skip
    with suppress(FetchError):
        thread = read(jsonld([item, value]), url, replies=True).thread
        encode(thread)
        for post in thread.posts:
            check(post.blocks, post.media)
