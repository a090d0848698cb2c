"""Saved pages: small ones of the shapes that sites have, with invented content, read into snapshots.

``tests/pages/<name>.html`` is the page, ``<name>.<case>.json`` beside it the snapshot. ``pytest --regen`` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from thread_snapshots.errors import BadAnswer, Forbidden
from thread_snapshots.pages.reading import address_of_page, read_page
from thread_snapshots.steps import Found, Wish
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import cleaned, dumps
from sphinx_thread_cards.thread import Media, Thread

PAGES = Path(__file__).parent / "pages"
HOSTS = {"social.example": "mastodon", "forum.example": "discourse"}
MASTODON = "https://social.example/@jo_example/110446983926957470"
REDDIT = "https://www.reddit.com/r/lamps_example/comments/lamp57/"
LINKEDIN = "https://www.linkedin.com/feed/update/urn:li:activity:7075043149462556672"
THREADS = "https://www.threads.com/@jo_example/post/CuWRRrQuql9"
TOPIC = "https://forum.example/t/does-the-lamp-boot/57"
QUESTION = "https://raspberrypi.stackexchange.com/questions/9688/the-lamp"
PREVIEW = "only what the page says for previews; save it from the browser once it shows the whole post"
CASES: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("linkedin-public", "post", LINKEDIN, {}, ""),
    ("linkedin-public", "replies", LINKEDIN, {"replies": True}, "2 of 3 answers; the page holds no more"),
    ("linkedin-feed", "post", LINKEDIN, {}, ""),
    ("linkedin-feed", "replies", LINKEDIN, {"replies": True}, ""),
    ("mastodon-app", "chain", MASTODON, {}, ""),
    ("mastodon-app", "replies", MASTODON, {"replies": True}, ""),
    ("mastodon-folded", "post", MASTODON, {}, "a post is folded in the saved page; unfold all, then save it again"),
    ("mastodon-jsonld", "post", MASTODON, {}, ""),
    ("mastodon-3", "chain", MASTODON, {}, ""),
    ("mastodon-3", "replies", MASTODON, {"replies": True}, ""),
    ("threads-data", "chain", THREADS, {}, ""),
    ("threads-data", "replies", THREADS, {"replies": True}, ""),
    ("threads-preview", "post", THREADS, {}, PREVIEW),
    ("discourse-rows", "topic", TOPIC, {"posts": frozenset({"2"})}, ""),
    ("discourse-rows", "missing", TOPIC, {"posts": frozenset({"3"})}, "not every cited post is on the page"),
    ("discourse-nested", "topic", TOPIC, {}, ""),
    ("stackexchange", "question", QUESTION, {"posts": frozenset({"9690"})}, ""),
    ("github", "issue", "https://github.com/jo-example/lamp/issues/56", {}, ""),
    ("youtube", "video", "https://www.youtube.com/watch?v=iwGFalTRHDA", {}, ""),
]


def read(html: str, url: str = MASTODON, **wish: Any) -> Found:  # noqa: ANN401
    ref = parse_thread_url(url, HOSTS)
    assert ref is not None
    return read_page(ref, Wish(**wish), html, "file")


def page_of(name: str) -> str:
    return (PAGES / f"{name}.html").read_text(encoding="utf-8")


def words(thread: Thread) -> list[str]:
    """The text of each post."""
    return [" ".join(_texts(post.get("blocks", []))) for post in json.loads(dumps(thread))["posts"]]


def _texts(data: Any) -> list[str]:  # noqa: ANN401
    if isinstance(data, dict):
        return [data["text"]] if "text" in data else [text for part in data.values() for text in _texts(part)]
    return [text for part in data for text in _texts(part)] if isinstance(data, list) else []


@pytest.mark.parametrize(("name", "case", "url", "wish", "note"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_page_is_read(name: str, case: str, url: str, wish: dict[str, Any], note: str, regen: bool) -> None:
    """The snapshot comes out as reviewed, and says what is missing."""
    found = read(page_of(name), url, **wish)
    text, expected = dumps(cleaned(found.thread)), PAGES / f"{name}.{case}.json"
    if regen:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
    assert (found.note, found.whole) == (note, not note)


def test_every_page_is_read_by_a_test() -> None:
    """None lies there unread."""
    assert {path.stem for path in PAGES.glob("*.html")} == {case[0] for case in CASES}
    assert {path.stem for path in PAGES.glob("*.json")} == {f"{case[0]}.{case[1]}" for case in CASES}


def jsonld(*scripts: str) -> str:
    """A page with these scripts in its head."""
    return "<html><head>" + "".join(f"<script type='application/ld+json'>{script}</script>" for script in scripts) + "</head></html>"


POST = {"@context": "https://schema.org", "@type": "SocialMediaPosting", "articleBody": "The lamp boots", "author": {"@type": "Person", "name": "Jo Example"}}
LINES = '{"@type":"SocialMediaPosting","articleBody":"The lamp\nboots","author":"Jo"}'


@pytest.mark.parametrize(
    "html",
    [
        jsonld(json.dumps(POST)),
        jsonld(f"<!-- {json.dumps(POST)} -->"),
        jsonld(f"//<![CDATA[\n{json.dumps(POST)}\n//]]>"),
        jsonld(f"{json.dumps(POST)};"),
        jsonld("{broken", json.dumps(POST)),
        jsonld("[" * 100_000, json.dumps(POST)),
        jsonld('{"a":' * 5_000 + "1" + "}" * 5_000, json.dumps(POST)),
        jsonld("", "null", "1e999", '"text"', json.dumps([[POST]])),
        jsonld(json.dumps({"@type": "Organization", "name": "Lamps"}), json.dumps({"@graph": [{"@type": "WebPage"}, POST]})),
        jsonld(json.dumps({"@type": "WebPage", "mainEntity": POST})),
        jsonld(json.dumps({**POST, "@type": ["Thing", "http://schema.org/SocialMediaPosting"]})),
        jsonld(json.dumps({**POST, "author": [{"name": "Jo Example"}, {"name": "Kim"}]})),
        jsonld(json.dumps({**POST, "author": "Jo Example"})),
        jsonld(json.dumps([{**POST, "author": {"@id": "#jo"}}, {"@id": "#jo", "name": "Jo Example"}])),
        jsonld(json.dumps({**POST, "articleBody": ["The lamp boots"], "author": [["x"], None]}).replace('[["x"], null]', '{"name": ["Jo Example"]}')),
        jsonld(json.dumps({**POST, "articleBody": "<p>The lamp <script>alert(1)</script>boots</p>"}).replace("</script>", "<\\/script>")),
        jsonld(json.dumps(POST) + json.dumps({"@type": "BreadcrumbList"})),
        "<html><script type='Application/LD+JSON; charset=utf-8'>" + json.dumps(POST) + "</script>",
    ],
)
def test_json_is_found_however_it_is_wrapped(html: str) -> None:
    found = read(html, LINKEDIN)
    assert words(found.thread) == ["The lamp boots"]
    assert [author.name or author.handle for author in found.thread.participants] == ["Jo Example"]
    assert found.whole


def test_line_breaks_in_texts_of_json_need_not_be_escaped() -> None:
    assert words(read(jsonld(LINES), LINKEDIN).thread) == ["The lamp\nboots"]


def test_the_post_that_was_asked_for_is_taken() -> None:
    """Pages show others beside it, and say of themselves that they are an article."""
    other = {**POST, "articleBody": "Another", "url": "https://www.linkedin.com/posts/x_y-activity-7075043149462556673-abcd"}
    page = {"@type": "Article", "headline": "The lamp", "url": LINKEDIN}
    asked = {**POST, "url": LINKEDIN}
    assert words(read(jsonld(json.dumps([other, page, asked])), LINKEDIN).thread) == ["The lamp boots"]


def test_answers_below_answers_are_read_without_end_of_the_stack() -> None:
    comment: dict[str, Any] = {"@type": "Comment", "text": "last", "author": {"name": "Kim"}}
    for _ in range(200):
        comment = {"@type": "Comment", "text": "next", "author": {"name": "Kim"}, "comment": [comment]}
    found = read(jsonld(json.dumps({**POST, "comment": comment})), LINKEDIN, replies=True)
    assert len(found.thread.posts) == 202
    assert words(found.thread)[-1] == "last"


def test_very_many_answers_are_cut() -> None:
    comments = [{"@type": "Comment", "text": str(number), "author": "Kim"} for number in range(5_000)]
    found = read(jsonld(json.dumps({**POST, "commentCount": "5000", "comment": comments})), LINKEDIN, replies=True)
    assert (len(found.thread.posts), found.note) == (2_000, "1999 of 5000 answers; the page holds no more")


@pytest.mark.parametrize("text", ["The lamp boots …", "The lamp boots..."])
def test_a_cut_text_is_not_whole(text: str) -> None:
    found = read(jsonld(json.dumps({**POST, "articleBody": text})), LINKEDIN)
    assert (found.whole, found.note) == (False, "the page gives only a part of the text")


def test_a_description_is_not_the_text() -> None:
    found = read(jsonld(json.dumps({"@type": "Article", "headline": "The lamp", "description": "How it boots", "author": "Jo"})), LINKEDIN)
    assert (found.whole, found.thread.title, words(found.thread)) == (False, "The lamp", ["How it boots"])


def test_the_whole_text_is_taken_where_the_first_description_is_cut() -> None:
    cut = json.dumps({"@type": "Question", "name": "Boots?", "text": "Does the lamp ...", "author": "Jo"})
    found = read(jsonld(cut) + page_of("stackexchange"), QUESTION)
    assert found.whole
    assert words(found.thread)[0] == "Does the lamp  boot ? boot"


def test_shared_pages_posts_pictures_and_videos_are_kept() -> None:
    shared = [
        {"@type": "WebPage", "url": "https://lamps.example/", "name": "Lamps"},
        {"@type": "ImageObject", "contentUrl": "https://lamps.example/a.png", "caption": "A lamp"},
        {"@type": "VideoObject", "contentUrl": "https://lamps.example/a.mp4", "thumbnailUrl": "https://lamps.example/still.png"},
        {"@type": "Comment", "text": "A lamp?", "author": {"name": "Kim", "url": "https://www.linkedin.com/in/kim-example"}},
    ]
    post = read(jsonld(json.dumps({**POST, "sharedContent": shared, "image": "javascript:alert(1)"})), LINKEDIN).thread.posts[0]
    assert post.media == (
        Media(url="https://lamps.example/a.png", alt="A lamp"),
        Media(kind="video", url="https://lamps.example/a.mp4", still="https://lamps.example/still.png"),
    )
    assert post.quoted is not None
    assert post.quoted.author == "kim-example"


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ("<!DOCTYPE html>\n<!-- saved from url=(0036)https://social.example/@jo_example/1 -->\n<html>", "https://social.example/@jo_example/1"),
        ("<html><!--\n Page saved with SingleFile \n url: https://social.example/@jo_example/1 \n saved date: Sun\n--><meta charset=utf-8>", "https://social.example/@jo_example/1"),
        ("<html><!--\n Archive processed by SingleFile \n url: https://social.example/@jo_example/1\n-->", "https://social.example/@jo_example/1"),
        ('<link rel="shortlink canonical" href="https://social.example/@jo_example/1"><meta property="og:url" content="https://other.example/">', "https://social.example/@jo_example/1"),
        ('<meta property="og:url" content="https://social.example/@jo_example/1">', "https://social.example/@jo_example/1"),
        ('<link rel="canonical" href="/@jo_example/1">', None),
        ("<!-- saved from url=(0013)about:internet -->", None),
        ("<!-- saved from url=(0021)file:///home/jo/a.html -->", None),
        ('<link rel="canonical" href="javascript:alert(1)">', None),
        ("<p>url: https://social.example/@jo_example/1</p>", None),
        ("", None),
    ],
)
def test_address_of_a_page(html: str, url: str | None) -> None:
    assert address_of_page(html) == url


def test_what_the_browser_noted_comes_first() -> None:
    html = page_of("mastodon-app").replace("/@jo_example/110446983926957470 -->", "/@jo_example/1 -->", 1)
    assert address_of_page(html) == "https://social.example/@jo_example/1"


@pytest.mark.parametrize(
    ("image", "media"),
    [
        ('<img src="./page_files/a.png" alt="A lamp">', None),
        ('<img src="page_files/a.png" alt="A lamp">', None),
        ('<img src="data:image/png;base64,AAAA" alt="A lamp">', None),
        ('<img src="cid:a@mhtml.blink" alt="A lamp">', None),
        ('<img src="blob:https://social.example/1" alt="A lamp">', None),
        ('<img src="./page_files/a.png" srcset="https://files.example/s.png 320w, https://files.example/l.png 1600w" alt="A lamp">', "https://files.example/l.png"),
        ('<img src="data:image/gif;base64,AAAA" data-src="https://files.example/l.png" alt="A lamp">', "https://files.example/l.png"),
        ('<a href="https://files.example/l.png"><img src="./page_files/a.png" alt="A lamp"></a>', "https://files.example/l.png"),
        ('<img src="/media/a.png" alt="A lamp">', "https://social.example/media/a.png"),
        ('<img src="https://files.example/a.png" srcset="x" alt="A lamp">', "https://files.example/a.png"),
    ],
)
def test_pictures_of_saved_pages(image: str, media: str | None) -> None:
    """An address into the folder beside the page never becomes one of the web; what is shown stays told."""
    html = f'<article class="h-entry"><a class="u-url" href="{MASTODON}"></a><div class="e-content"><p>It boots {image}</p></div></article>'
    post = read(html).thread.posts[0]
    assert post.media == ((Media(url=media, alt="A lamp"),) if media else ())
    assert words(read(html).thread) == ["It boots" if media else "It boots A lamp"]


def test_pictures_of_fetched_pages_are_relative_to_the_page() -> None:
    ref = parse_thread_url(MASTODON, HOSTS)
    assert ref is not None
    html = f'<article class="h-entry"><a class="u-url" href="{MASTODON}"></a><div class="e-content"><img src="a.png"></div></article>'
    found = read_page(ref, Wish(), html, MASTODON)
    assert found.thread.posts[0].media == (Media(url="https://social.example/@jo_example/a.png"),)
    assert found.thread.provenance.endpoint == MASTODON


@pytest.mark.parametrize(
    ("html", "url", "error"),
    [
        ("", MASTODON, "the page is empty"),
        ("<p>Log in</p>", LINKEDIN, "the page does not hold the post"),
        ('<meta property="og:url" content="https://www.linkedin.com/"><meta property="og:description" content="Log in">', LINKEDIN, "the page does not hold the post"),
        ('<meta property="og:description" content="1,234 votes and 56 comments so far on Reddit">', REDDIT, "the page does not hold the post"),
        ('<meta property="og:description" content="Posted by u/jo_example - 1 vote and 0 comments">', REDDIT, "the page does not hold the post"),
        (page_of("discourse-rows"), "https://forum.example/t/another/58", "another thread, https://forum.example/t/does-the-lamp-boot/57"),
        (page_of("github"), "https://github.com/jo-example/lamp/issues/57", "another thread"),
        (page_of("threads-data"), "https://www.threads.com/@jo_example/post/CuWRRrQuqlA", "another thread"),
    ],
)
def test_a_page_without_the_thread_is_no_answer(html: str, url: str, error: str) -> None:
    with pytest.raises(BadAnswer, match=error.replace(".", r"\.")):
        read(html, url)


def test_older_previews_of_x_name_the_author_and_quote_the_words() -> None:
    head = '<meta property="og:title" content="Jo Example on Twitter"><meta property="og:description" content="“It is “on” now.”">'
    found = read(head, "https://x.com/jo_example/status/1300000000000000000")
    (jo,) = found.thread.participants
    assert (jo.handle, jo.name, found.thread.title, words(found.thread)) == ("jo_example", "Jo Example", None, ["It is “on” now."])


def test_a_page_of_the_answer_that_is_cited_is_one_of_the_thread() -> None:
    found = read(page_of("stackexchange"), "https://raspberrypi.stackexchange.com/a/9690", posts=frozenset({"9690"}))
    assert [post.id for post in found.thread.posts] == ["9688", "9690", "9691"]


@pytest.mark.parametrize("robots", ["noindex", "NOINDEX, noarchive", "none"])
def test_the_wish_of_the_author_is_honoured(robots: str) -> None:
    html = page_of("mastodon-app").replace("</title>", f'</title><meta name="robots" content="{robots}">', 1)
    with pytest.raises(Forbidden, match="asks"):
        read(html)


def test_a_post_for_followers_is_not_kept() -> None:
    html = page_of("mastodon-app").replace("detailed-status__wrapper-public", "detailed-status__wrapper-private")
    with pytest.raises(Forbidden, match="not public"):
        read(html)


def test_an_id_that_no_snapshot_may_hold_gives_way_to_that_of_the_address() -> None:
    html = page_of("mastodon-app").replace('data-id="110446984100000000"', 'data-id="1 <2>"')
    assert "110446984100000000" in [post.id for post in cleaned(read(html, replies=True).thread).posts]


def test_a_translation_is_not_the_post() -> None:
    html = page_of("mastodon-app").replace("<p>The lamp boots</p></div>", '<p>The lamp boots</p></div><div class="translate-button"><div class="translate-button__meta">Translated</div></div>')
    assert read(html).note == "the saved page shows a translation; show the original, then save it again"


def test_an_older_app_folds_and_draws_no_lines() -> None:
    """4.0: the warning is the first paragraph of the content, and nothing says what answers what."""
    html = page_of("mastodon-app").replace(" status--in-thread", "").replace(" status--first-in-thread", "")
    html = html.replace("<p>The lamp boots</p></div>", "<p>The lamp boots</p></div>").replace(
        '<div class="status__content"><div class="status__content__text status__content__text--visible translate" lang="en"><p>The lamp boots',
        '<div class="status__content"><p><span class="translate">firmware</span> <button class="status__content__spoiler-link">Show more</button></p><div class="status__content__text translate" lang="en"><p>The lamp boots',
    )
    found = read(html)
    assert [(post.id, post.warning) for post in found.thread.posts] == [
        ("110446983178245440", "firmware"),
        ("110446983926957470", "firmware"),
        ("110446984100000000", None),
    ]


def test_scripts_that_are_left_out_are_missed_little_on_public_pages_of_linkedin() -> None:
    """Chromium leaves them out of an MHTML file."""
    html = page_of("linkedin-public")
    start, end = html.index("<script"), html.index("</script>")
    found = read(html[:start] + html[end:], LINKEDIN, replies=True)
    assert words(found.thread) == ["A lamp that boots in four seconds. The board is a Raspberry Pi. All of it:  https://lamps.example/boot", "Which firmware?"]
    assert found.thread.posts[0].media == (Media(url="https://media.example/lamp.jpg", alt="A lamp beside a board"),)
    assert [author.handle for author in found.thread.participants] == ["jo-example", "kim-example"]


def test_a_feed_is_not_a_post() -> None:
    html = page_of("linkedin-feed").replace("feed/update/urn:li:activity:7075043149462556672/", "feed/").replace("7075043149462556672", "7075043149462556999")
    with pytest.raises(BadAnswer, match="does not hold the post"):
        read(html + page_of("linkedin-feed").replace("7075043149462556672", "7075043149462556998"), LINKEDIN)
