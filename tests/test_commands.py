"""`thread-cards` as authors use it: fetch, check, list and forget, on a small site and a server on loopback."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from thread_snapshots.cli import main
from support import sites
from support.kept_sites import KeptSite, gone, item, page_of, url_of
from support.server import Reply, json_reply, serve

SAVED = "hackernews/1"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptSite]:
    monkeypatch.chdir(tmp_path)
    with serve() as server:
        made = KeptSite(tmp_path, server)
        made.write({"index.md": page_of(1, 2)}, thread_cards_media=False)
        made.answer(item(1, "One.", item(11, "More of one.")), item(2, "Two."))
        yield made


def test_fetch_keeps_what_is_cited(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each thread with the place that cites it, a summary, and the files."""
    assert site.run("fetch") == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines[:-1]) == [
        f"docs/index.md:3: saved {url_of(1)}: 2 posts",
        f"docs/index.md:5: saved {url_of(2)}: 1 post",
    ]
    assert lines[-1] == "2 threads: 2 saved"
    kept = site.snapshot(SAVED)
    assert [post["id"] for post in kept["posts"]] == ["1", "11"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", kept["provenance"]["retrieved"])
    assert kept["provenance"]["digest"].startswith("sha256:")


def test_what_is_kept_is_not_asked_for_again(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    asked, before = len(site.server.asked), (site.store / f"{SAVED}.json").read_bytes()
    capsys.readouterr()

    assert site.run("fetch") == 0

    assert len(site.server.asked) == asked
    assert (site.store / f"{SAVED}.json").read_bytes() == before
    assert capsys.readouterr().out.splitlines()[-1] == "2 threads: 2 kept"


def test_some_only(site: KeptSite) -> None:
    """Addresses on the command line; one that the site does not cite is kept for the page to come."""
    site.answer(item(3))
    assert site.run("fetch", url_of(2), url_of(3)) == 0
    assert sorted(path.name for path in site.store.rglob("*.json")) == ["2.json", "3.json"]


def test_words_and_options_in_any_order(site: KeptSite) -> None:
    assert main(["fetch", "docs", "--pause=0", url_of(2), "-c", ".", url_of(1)]) == 0
    assert len(list(site.store.rglob("*.json"))) == 2


def test_dry_run_asks_nobody(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    assert site.run("fetch", "--dry-run") == 0
    assert f"docs/index.md:3: due {url_of(1)}" in capsys.readouterr().out
    assert site.server.asked == []
    assert not site.store.exists()


def test_json_for_other_programs(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.server.answers["/hn.algolia.com/api/v1/items/2"] = gone()
    assert site.run("fetch", "--json") == 1
    data = json.loads(capsys.readouterr().out)
    by_id = {thread["id"]: thread for thread in data["threads"]}
    assert data["summary"] == {"saved": 1, "failed": 1}
    assert by_id["1"]["outcome"] == "saved"
    assert by_id["1"]["places"] == ["docs/index.md:3"]
    assert Path(by_id["1"]["file"]).is_file()
    assert by_id["2"]["outcome"] == "failed"
    assert "there is no such page (404)" in by_id["2"]["why"]
    assert by_id["2"]["file"] is None


def test_failed_fetch_leaves_what_was_kept(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the server answers, the kept thread stays as it was; the reason stands in the line."""
    site.run("fetch")
    before = (site.store / f"{SAVED}.json").read_bytes()
    for reply in (gone(), gone(403), json_reply({"id": 1}), json_reply([]), json_reply(item(2)), gone(200)):
        site.server.answers["/hn.algolia.com/api/v1/items/1"] = reply
        capsys.readouterr()
        assert site.run("fetch", url_of(1), "--refresh") == 1
        assert f"docs/index.md:3: failed {url_of(1)}: " in capsys.readouterr().out
        assert (site.store / f"{SAVED}.json").read_bytes() == before


def test_refresh_keeps_what_changed_and_never_loses_a_post(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    site.answer(item(1, "One, better.", item(11, "More of one."), item(12, "And more.")))
    assert site.run("fetch", "--refresh") == 0
    assert "1 updated" in capsys.readouterr().out
    assert len(site.snapshot(SAVED)["posts"]) == 3

    site.answer(item(1, "One, better."))
    assert site.run("fetch", "--refresh") == 1
    assert "posts 2, 3 of the kept thread are no longer there" in capsys.readouterr().out
    assert len(site.snapshot(SAVED)["posts"]) == 3


def test_same_words_keep_their_date(site: KeptSite) -> None:
    """A refresh that finds nothing new says only when it looked."""
    site.run("fetch")
    before = site.snapshot(SAVED)
    site.run("fetch", "--refresh")
    after = site.snapshot(SAVED)
    assert after["provenance"].pop("checked") >= before["provenance"]["retrieved"]
    assert after == before


def test_older_than(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    path = site.store / f"{SAVED}.json"
    path.write_text(re.sub(r'"retrieved": "\d{4}', '"retrieved": "2020', path.read_text()))
    site.server.asked.clear()
    assert site.run("fetch", "--older-than", "90d") == 0
    assert site.server.paths() == ["/hn.algolia.com/api/v1/items/1"]


def test_hand_written_snapshot_is_never_written_over(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    path = site.store / f"{SAVED}.json"
    data = site.snapshot(SAVED)
    data["provenance"] = {"endpoint": "hand"}
    path.write_text(json.dumps(data))
    before = path.read_bytes()
    assert site.run("fetch", "--refresh") == 0
    assert f"kept {url_of(1)}: written by hand" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_broken_snapshot_is_told_and_mended_by_refresh(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    (site.store / f"{SAVED}.json").write_text("{")
    assert site.run("fetch") == 1
    assert "what is kept cannot be used: it is no JSON, or cut off" in capsys.readouterr().out
    assert site.run("fetch", "--refresh") == 0
    assert len(site.snapshot(SAVED)["posts"]) == 2


PAGE = """<!DOCTYPE html><html><head><link rel="canonical" href="https://www.threads.com/@jo_example/post/CuWRRrQuql9">
<meta property="og:title" content="Jo Example (@jo_example) on Threads"><meta property="og:description" content="The lamp boots.">
</head><body></body></html>"""


def test_from_a_saved_page(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    """The page tells which thread it is; nobody is asked; what is kept says that it came from a file."""
    (site.folder / "page.html").write_text(PAGE)
    assert site.run("fetch", "--from", "page.html") == 0
    assert "saved https://www.threads.com/@jo_example/post/CuWRRrQuql9: 1 post" in capsys.readouterr().out
    assert site.server.asked == []
    kept = site.snapshot("threads/!cu!w!r!rr!quql9")
    assert kept["provenance"]["endpoint"] == "file"
    assert kept["posts"][0]["blocks"][0]["spans"] == [{"text": "The lamp boots."}]


def test_from_downloaded_json(site: KeptSite) -> None:
    """In the place of what is kept, too: the author said so."""
    site.run("fetch")
    (site.folder / "item.json").write_text(json.dumps(item(1, "One, from a file.", item(11, "More of one."))))
    assert site.run("fetch", url_of(1), "--from", "item.json") == 0
    assert site.snapshot(SAVED)["posts"][0]["blocks"][0]["spans"] == [{"text": "One, from a file."}]
    assert site.run("check") == 1


@pytest.mark.parametrize(
    ("name", "content", "words", "code", "message"),
    [
        ("page.html", "<p>Nothing</p>", [], 2, "page.html does not tell which thread it is; give its address too"),
        ("page.html", PAGE, [url_of(1), url_of(2)], 2, "one file holds one thread; give one address"),
        ("none.html", None, [], 2, "none.html: the file cannot be read: No such file or directory"),
        ("item.json", "[", [url_of(1)], 1, "the file is broken or no JSON, where JSON was due"),
        ("page.html", "<p>Nothing</p>", [url_of(1)], 1, "the page does not hold the post"),
    ],
)
def test_file_of_no_use(
    site: KeptSite, name: str, content: str | None, words: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (site.folder / name).write_text(content)
    assert site.run("fetch", *words, "--from", name) == code
    assert message in "".join(capsys.readouterr())


@pytest.mark.parametrize("asked_by", ["card", "setting", "option"])
def test_answers_of_others_on_request(site: KeptSite, asked_by: str) -> None:
    site.answer(item(1, "One.", item(11, "A question.", author="sam_example")))
    if asked_by == "card":
        site.write({"index.md": f"# T\n\n```{{thread}} {url_of(1)}\n:replies: all\n```\n"}, thread_cards_media=False)
    if asked_by == "setting":
        site.write({"index.md": page_of(1)}, thread_cards_replies="all", thread_cards_media=False)
    assert site.run("fetch", *(["--replies"] if asked_by == "option" else [])) == 0
    assert [post["id"] for post in site.snapshot(SAVED)["posts"]] == ["1", "11"]


def test_cited_comment_is_kept_whoever_wrote_it(site: KeptSite) -> None:
    """By a card, and by a citation in running text."""
    site.write({"index.md": f"# T\n\n<{url_of(1)}#11>\n\n{{thread}}`{url_of(1)}#12`\n"}, thread_cards_media=False)
    site.answer(item(1, "One.", *(item(number, "A remark.", author="sam_example") for number in (11, 12, 13))))
    assert site.run("fetch") == 0
    assert [post["id"] for post in site.snapshot(SAVED)["posts"]] == ["1", "11", "12"]


def test_site_before_and_after_a_fetch(site: KeptSite, tmp_path: Path) -> None:
    """The same site builds with the network cut, and shows the thread once it is kept."""
    site.write({"index.md": f"# T\n\n{{thread}}`{url_of(2)}`\n\n<{url_of(1)}>\n"}, thread_cards_media=False, thread_cards_show="thread")
    build = lambda: sites.build(site.folder / "docs", tmp_path / "out", "text", confdir=site.folder)  # noqa: E731
    before = build()
    site.run("fetch")
    after = build()
    assert before.warnings == after.warnings == ""
    assert "More of one." not in (tmp_path / "d").name
    shown = after.read("index.txt")
    assert "More of one." in shown
    assert "jo_example on Hacker News, 6 October 2020" in shown


def test_check_finds_nothing(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    before = {path: path.read_bytes() for path in site.store.rglob("*.json")}
    capsys.readouterr()
    assert site.run("check") == 0
    assert capsys.readouterr().out == "2 threads: 2 same\n"
    assert {path: path.read_bytes() for path in site.store.rglob("*.json")} == before


def test_check_reports_edits_by_post_and_marks_them_once(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    site.answer(item(1, "One.", item(11, "Less of one.")))
    capsys.readouterr()

    assert site.run("check", "--dry-run") == 1
    assert "status" not in site.snapshot(SAVED)["provenance"]
    assert site.run("check") == 1
    assert f"docs/index.md:3: {url_of(1)} edited since it was kept: post 2 edited" in capsys.readouterr().out
    assert site.snapshot(SAVED)["provenance"]["status"] == "edited"
    assert site.run("check") == 0
    assert "edited since it was kept, as the snapshot says" in capsys.readouterr().out


def test_answers_once_kept_are_compared_and_refreshed(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    """Though neither command is told of them again; an answer that nobody asked for is not kept."""
    answers = [item(number, "A remark.", author="sam_example") for number in (11, 12, 13)]
    site.answer(item(1, "One.", *answers[:2]))
    site.run("fetch", "--replies")
    capsys.readouterr()
    assert site.run("check") == 0
    assert capsys.readouterr().out == "2 threads: 2 same\n"

    site.answer(item(1, "One, again.", *answers))
    assert site.run("fetch", "--refresh") == 0
    assert [post["id"] for post in site.snapshot(SAVED)["posts"]] == ["1", "11", "12"]
    assert site.run("check") == 0
    assert "1 more to be had; fetch it with --refresh --replies" in capsys.readouterr().out
    site.answer(item(1, "One, again.", answers[0]))
    assert site.run("check") == 1
    assert "post 3 deleted" in capsys.readouterr().out


def test_check_reports_deleted_posts(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    site.answer(item(1, "One."))
    assert site.run("check") == 1
    assert "post 2 deleted" in capsys.readouterr().out
    assert len(site.snapshot(SAVED)["posts"]) == 2


def test_gone_is_marked_and_the_card_says_so(site: KeptSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And when it is there again, the mark goes."""
    site.run("fetch")
    site.server.answers["/hn.algolia.com/api/v1/items/1"] = gone(410)
    capsys.readouterr()
    assert site.run("check") == 1
    assert f"docs/index.md:3: {url_of(1)} no longer online: there is no such page (410)" in capsys.readouterr().out
    assert site.snapshot(SAVED)["provenance"]["status"] == "gone"
    shown = sites.build(site.folder / "docs", tmp_path / "out", "text", confdir=site.folder).read("index.txt")
    assert "No longer online; kept copy of" in shown

    site.answer(item(1, "One.", item(11, "More of one.")))
    assert site.run("check") == 0
    assert "status" not in site.snapshot(SAVED)["provenance"]


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [(403, 1, "made private, or not shown to programs"), (500, 3, "could not be reached"), (429, 3, "could not be reached")],
)
def test_check_tells_private_from_unreached(site: KeptSite, status: int, code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither is marked: who is not let in cannot know."""
    site.run("fetch")
    site.server.answers["/hn.algolia.com/api/v1/items/1"] = gone(status)
    assert site.run("check") == code
    assert words in capsys.readouterr().out
    assert "status" not in site.snapshot(SAVED)["provenance"]


def test_check_looks_at_what_is_kept_and_no_longer_cited(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    site.write({"index.md": page_of(2)}, thread_cards_media=False)
    site.server.answers["/hn.algolia.com/api/v1/items/1"] = gone()
    capsys.readouterr()
    assert site.run("check") == 1
    assert f"docs/_threads/hackernews/1.json:1: {url_of(1)} no longer online" in capsys.readouterr().out


def test_check_as_json(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    site.server.answers["/hn.algolia.com/api/v1/items/1"] = gone()
    capsys.readouterr()
    assert site.run("check", "--json") == 1
    data = json.loads(capsys.readouterr().out)
    (found,) = [thread for thread in data["threads"] if thread["id"] == "1"]
    assert (found["finding"], found["known"], found["marked"]) == ("gone", False, True)
    assert data["summary"] == {"gone": 1, "same": 1}


def test_list(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.write({"index.md": page_of(1, 2), "other.md": ":orphan:\n\n" + page_of(1)}, thread_cards_media=False)
    site.run("fetch", url_of(1))
    capsys.readouterr()
    assert site.run("list") == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["STATUS", "POSTS", "AGE", "SIZE", "THREAD", "CITED", "IN"]
    assert re.fullmatch(rf"live +2 +0 days +\d\.\d kB  {re.escape(url_of(1))}  docs/index.md:3 \(and 1 more\)", first)
    assert re.fullmatch(rf"missing +- +- +-  +{re.escape(url_of(2))}  docs/index.md:5", second)
    site.run("list", "--json")
    rows = json.loads(capsys.readouterr().out)["threads"]
    assert [(row["status"], row["posts"]) for row in rows] == [("live", 2), ("missing", 0)]


def test_forget_leaves_a_mark_that_stops_the_next_fetch(site: KeptSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("fetch")
    media, path = site.store / "media", site.store / f"{SAVED}.json"
    media.mkdir()
    for name in ("mine.png", "others.png", "README.png"):
        (media / name).write_bytes(b"x")
    for number, names in ((1, ["mine.png", "others.png"]), (2, ["others.png"])):
        data = site.snapshot(f"hackernews/{number}")
        data["posts"][0]["media"] = [{"file": name} for name in names]
        (site.store / f"hackernews/{number}.json").write_text(json.dumps(data))
    capsys.readouterr()
    assert site.run("forget", url_of(1)) == 0
    said = capsys.readouterr().out
    assert f"forgot {url_of(1)}" in said
    assert "docs/index.md:3: cites it still" in said
    assert "1 picture deleted" in said
    text = path.read_text()
    assert "One." not in text
    assert "jo_example" not in text
    assert json.loads(text)["provenance"]["status"] == "withdrawn"
    assert sorted(file.name for file in media.iterdir()) == ["README.png", "others.png"]

    assert site.run("fetch", "--refresh") == 0
    assert f"skipped {url_of(1)}: it was withdrawn" in capsys.readouterr().out
    assert path.read_text() == text
    for name in media.iterdir():
        name.unlink()
    (site.store / "hackernews/2.json").unlink()
    shown = sites.build(site.folder / "docs", tmp_path / "out", "text", confdir=site.folder).read("index.txt")
    assert url_of(1) in shown
    assert "jo_example" not in shown.partition("Lamp 2")[0]


def test_what_cannot_be_written_is_told_in_one_line(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    (site.store / "hackernews/2.json").mkdir(parents=True)
    assert site.run("forget", url_of(2)) == 2
    said = capsys.readouterr().err
    assert said.endswith("hackernews/2.json: Is a directory\n")
    assert said.count("\n") == 1


def test_forget_what_was_never_kept(site: KeptSite) -> None:
    assert site.run("forget", url_of(2)) == 0
    site.run("fetch")
    assert site.snapshot("hackernews/2")["provenance"]["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fetch", "-c", ".", "docs", "https://example.org/page"], 'no platform knows https://example.org/page; name its host in thread_cards_hosts: {"example.org"'),
        (["fetch", "-c", ".", "docs", "more"], "'more' is neither the address of a thread nor the only folder"),
        (["fetch", "-c", ".", "nowhere"], "the site in nowhere cannot be read"),
        (["forget", "-c", ".", "docs"], "name the addresses of the threads to forget"),
        (["check", "-c", ".", "docs", "javascript://alert(1)"], "no platform knows javascript://alert(1)"),
        (["fetch", "-c", ".", "docs", "https://github.com/jo-example/lamp"], "https://github.com/jo-example/lamp is not the address of a thread"),
    ],
)
def test_misuse_is_told_in_one_line(site: KeptSite, words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"thread-cards: {message}")
    assert said.count("\n") == 1


def test_site_without_the_extension(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    (site.folder / "conf.py").write_text("extensions = ['myst_parser']\n")
    assert site.run("list") == 2
    assert "sphinx_thread_cards is not among the extensions" in capsys.readouterr().err


def test_conf_that_fails(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    (site.folder / "conf.py").write_text("1/0\n")
    assert site.run("list") == 2
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["fetch", "--older-than", "soon"], ["fetch", "--jobs", "0"], ["check", "--nonsense"], ["burn"], []])
def test_wrong_options_end_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: thread-cards" in capsys.readouterr().err


def test_pictures_and_archived_copies(site: KeptSite, capsys: pytest.CaptureFixture[str]) -> None:
    """Portraits and pictures lie beside the snapshot; one that cannot be had is no failure. An archive is asked on request."""
    folder = Path(__file__).parent / "fetched/mastodon-status"
    status = json.loads((folder / "status.json").read_text())
    status["media_attachments"] = [
        {"id": name, "type": "image", "url": f"https://files.social.example/{name}.png", "preview_url": None, "description": "A lamp"}
        for name in ("lamp", "lost", "lost-2", "lost-3", "lost-4")
    ]
    drawn = io.BytesIO()
    Image.new("RGB", (640, 360), "orange").save(drawn, "PNG")
    answers = {
        f"/social.example/api/v1/statuses/{status['id']}": json_reply(status),
        f"/social.example/api/v1/statuses/{status['id']}/context": json_reply({"ancestors": [], "descendants": []}),
        "/files.social.example/avatars/jo.png": Reply(body=drawn.getvalue(), type="image/png"),
        "/files.social.example/lamp.png": Reply(body=drawn.getvalue(), type="binary/octet-stream"),
        "/archive.org/wayback/available": json_reply(
            {"archived_snapshots": {"closest": {"status": "200", "available": True, "url": f"http://web.archive.org/web/20230529/{status['url']}", "timestamp": "20230529"}}}
        ),
    }
    site.server.answers.update(answers)
    site.write({"index.md": f"# T\n\n```{{thread}} {status['url']}\n:show: thread\n```\n"})
    assert site.run("fetch") == 0
    said = capsys.readouterr().out
    assert "1 post; 5 pictures were not kept (" in said
    assert "lost-2.png: there is no such page (404); " in said
    assert "lost-3.png: there is no such page (404); ...)" in said
    kept = site.snapshot(f"mastodon/social.example/{status['id']}")
    picture, lost = kept["posts"][0]["media"][:2]
    assert (picture["width"], picture["height"], picture["alt"]) == (640, 360, "A lamp")
    assert "file" not in lost
    files = {picture["file"], kept["participants"][0]["avatar"]["file"]}
    assert {path.name for path in (site.store / "media").iterdir()} == files

    found = site.server.answers.pop("/archive.org/wayback/available")
    site.server.answers["/archive.org/wayback/available"] = json_reply({"archived_snapshots": {}})
    assert site.run("fetch", "--archive") == 0
    assert "kept" in (said := capsys.readouterr().out)
    assert "the Wayback Machine has no copy" in said
    site.server.answers["/archive.org/wayback/available"] = found

    asked = len(site.server.asked)
    assert site.run("fetch", "--archive") == 0
    assert "with an archived copy" in capsys.readouterr().out
    assert site.snapshot(f"mastodon/social.example/{status['id']}")["provenance"]["archived"].startswith("https://web.archive.org/")
    assert all(path.startswith("/archive.org/") for path in site.server.paths()[asked:])
    assert site.run("check") == 0
    out = sites.build(site.folder / "docs", site.folder / "out", confdir=site.folder)
    assert out.warnings == ""
    assert files <= {path.name for path in (site.folder / "out/_images").iterdir()}
    assert site.run("forget", status["url"]) == 0
    assert list((site.store / "media").iterdir()) == []


def test_no_pictures_where_the_site_wants_none(site: KeptSite) -> None:
    site.write({"index.md": page_of(1)}, thread_cards_media=False)
    assert site.run("fetch") == 0
    assert not (site.store / "media").exists()
