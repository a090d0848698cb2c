"""The command line on a small site, with a server on loopback: fetch, check, list and forget."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sphinx_thread_cards.snapshot import decode
from support.cited_site import API, CitedSite, item, page_of, url_of
from support.server import Canned, Received, endless, json_response, page, serve
from thread_snapshots.cli import main

FIRST = "hackernews/1"
PAGE = "https://page.example/lamps/"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CitedSite]:
    monkeypatch.chdir(tmp_path)
    with serve() as server:
        made = CitedSite(tmp_path, server)
        made.write({"index.md": page_of(1, 2)})
        made.respond(item(1, "One.", item(11, "More of one.")), item(2, "Two."))
        yield made


def files(site: CitedSite) -> int:
    return len(list(site.store.rglob("*.json")))


# -- fetch ---------------------------------------------------------------------


def test_fetch_saves_each_thread_once(site: CitedSite, capsys: Capture) -> None:
    assert site.run("fetch") == 0
    *lines, summary = capsys.readouterr().out.splitlines()
    first = f"docs/index.md:3: saved {url_of(1)}: 2 posts"
    assert sorted(lines) == [first, f"docs/index.md:5: saved {url_of(2)}: 1 post"]
    assert summary == "2 threads: 2 saved"
    assert site.run("fetch") == 0
    assert capsys.readouterr().out == "2 threads: 2 unchanged\n"
    assert len(site.server.requests) == 2


def test_fetch_of_urls_reads_no_page(site: CitedSite) -> None:
    (site.folder / "docs/index.md").write_bytes(b"\xff\xfe broken")
    assert main(["fetch", "docs", "--pause=0", url_of(2), "-c", ".", url_of(1)]) == 0
    assert files(site) == 2


def test_links_are_fetched_on_request(site: CitedSite) -> None:
    site.write({"index.md": f"# T\n\n{{thread}}`{url_of(1)}`\n\nSee [this]({url_of(2)}).\n"})
    for arguments, count in (([], 1), (["--links"], 2)):
        site.run("fetch", *arguments)
        assert files(site) == count


@pytest.mark.parametrize("where", ["nowhere", "config", "url", "urls", "option"])
def test_replies(site: CitedSite, where: str) -> None:
    """Cited comments are saved in any case."""
    remarks = (item(number, "A remark.", author="sam_example") for number in (11, 12, 13))
    site.respond(item(1, "One.", *remarks))
    config = {"thread_cards_replies": "all"} if where in {"config", "url"} else {}
    text = f"# T\n\n```{{thread}} {url_of(1)}#11\n```\n\n{{thread}}`{url_of(1)}#12`\n"
    site.write({"index.md": text}, **config)
    urls = [f"{url_of(1)}#{number}" for number in (11, 12)]
    arguments = {"option": ["--replies"], "url": [url_of(1)], "urls": urls}.get(where, [])
    assert site.run("fetch", *arguments) == 0
    ids = [post["id"] for post in site.snapshot(FIRST)["posts"]]
    assert ids == ["1", "11", "12", *([] if where in {"nowhere", "urls"} else ["13"])]


THREADS = "https://www.threads.com/@jo_example/post/CuWRRrQuql9"
SAVED_PAGE = f"""<!DOCTYPE html><link rel="canonical" href="{THREADS}">
<meta property="og:title" content="Jo"><meta property="og:description" content="The lamp boots.">"""


def test_from_file(site: CitedSite, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page names its thread; no request is sent."""
    (site.folder / "page.html").write_text(SAVED_PAGE)
    assert site.run("fetch", "--from", "page.html") == 0
    assert f"saved {THREADS}: 1 post" in capsys.readouterr().out
    assert site.snapshot("threads/!cu!w!r!rr!quql9")["provenance"]["endpoint"] == "file"
    monkeypatch.setenv("GITHUB_TOKEN", "x")
    (site.folder / "page.html").write_text("<p>Nothing</p>")
    (site.folder / "item.json").write_text("[")
    for name, urls, code, message in (
        ("page.html", [], 2, "one thread URL expected, got 0; add its URL"),
        ("none.html", [], 2, "none.html: the file cannot be read: No such file"),
        ("item.json", [url_of(1)], 1, "the file is not valid JSON"),
        ("item.json", ["https://github.com/a/b/issues/1", "--summary"], 1, "the file is not valid"),
    ):
        assert site.run("fetch", *urls, "--from", name) == code
        assert message in "".join(capsys.readouterr())
    assert site.server.requests == []


def test_page_with_image_and_archived_copy(site: CitedSite, capsys: Capture) -> None:
    """A plain page is saved by its preview, which needs no warning afterwards; robots.txt is obeyed."""
    head = """<title>Lamps</title><meta name="description" content="All about lamps."><meta name="author" content="Jo">
<meta property="og:image" content="https://files.social.example/lamp.png"><meta property="og:image:alt" content="A lamp">"""
    drawn = io.BytesIO()
    Image.new("RGB", (640, 360), "orange").save(drawn, "PNG")
    copy = {"status": "200", "available": True, "url": f"http://web.archive.org/web/2023/{PAGE}"}
    site.server.responses |= {
        "/page.example/lamps/": page(head), "/robots.txt": page("User-agent: *\nDisallow: /page.example/private", "text/plain"),
        "/page.example/wall": page("<title>Just a moment...</title>"), "/page.example/login": page("<title>Sign in</title><input type=password>"), "/files.social.example/lamp.png": Canned(body=drawn.getvalue()),
        "/archive.org/wayback/available": json_response({"archived_snapshots": {"closest": copy}}),
    }  # fmt: skip
    others = "".join(
        f"\n{{thread}}`https://page.example/{name}`\n" for name in ("wall", "login", "private")
    )
    text = f"# T\n\n```{{thread}} {PAGE}\n```\n{others}"
    site.write({"index.md": text}, thread_cards_media=True)
    assert site.run("fetch", "--archive") == 1
    out = capsys.readouterr().out
    assert f"saved {PAGE}: 1 post; archived copy found" in out
    for name in ("wall", "login"):
        assert f"failed https://page.example/{name}: the page is a challenge or login page" in out
    assert re.search("failed https://page.example/private: .*robots.txt does not allow", out)
    saved = site.snapshot("web/page.example/lamps")
    assert (saved["title"], saved["participants"]) == ("Lamps", [{"handle": "Jo", "name": "Jo"}])
    assert saved["posts"][0]["media"][0]["width"] == 640
    assert saved["provenance"]["archived"] == copy["url"].replace("http:", "https:", 1)
    build = [sys.executable, "-m", "sphinx", "-q", "-c", ".", "docs", "out"]
    result = subprocess.run(build, capture_output=True, text=True, check=True)
    assert PAGE not in result.stderr
    assert result.stderr.count("thread_cards.unknown_url") == 3
    assert site.run("check") == 0
    assert site.run("forget", PAGE) == 0
    assert list((site.store / "media").iterdir()) == []


def respond_as_github(closed: set[str]) -> object:
    """Return a GraphQL API in which all issues exist."""

    def respond(request: Received) -> Canned:
        data = {}
        for alias, number in re.findall(
            r"(t\d+): .*?number: (\d+)", json.loads(request.body)["query"]
        ):
            since = "2026-03-03T10:00:00Z" if number in closed else None
            data[alias] = {
                "item": {
                    "title": f"Lamp {number}",
                    "created_at": "2020-01-01T00:00:00Z",
                    "closed_at": since,
                }
            }
        return json_response({"data": data})

    return respond


def test_summaries_of_600_issues(
    site: CitedSite, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They take 6 requests; a check finds the state of one changed, with an exit code of its own."""
    monkeypatch.setenv("GITHUB_TOKEN", "x\n")
    closed: set[str] = set()
    site.server.responses["/api.github.com/graphql"] = respond_as_github(closed)
    urls = [f"https://github.com/jo-example/lamp/issues/{number}" for number in range(1, 601)]
    site.write({"index.md": page_of(*urls)})
    assert site.run("fetch", "--summary") == 0
    assert (len(site.server.requests), files(site)) == (6, 600)
    closed.add("7")
    capsys.readouterr()
    for _ in range(2):
        assert site.run("check") == 4
    assert len(site.server.requests) == 18
    line = f"docs/index.md:15: state {urls[6]}: cited as open, closed since 3 March 2026\n"
    assert capsys.readouterr().out.count(line) == 2
    assert site.run("fetch", "--summary", "--refresh") == 0
    assert f"docs/index.md:15: updated {urls[6]}: summary\n600 threads: " in capsys.readouterr().out
    assert site.run("check") == 0
    site.run("list", "--json")
    *_, out = capsys.readouterr().out.partition("\n")
    row = json.loads(out)["threads"][6]
    assert (row["summary"], row["state"], row["posts"]) == (True, "closed", 0)


# -- check ---------------------------------------------------------------------


def test_check(site: CitedSite, capsys: Capture) -> None:
    site.run("fetch")
    site.respond(item(1, "One.", item(11, "Less of one.")))
    capsys.readouterr()
    for arguments, code, known in ((["--dry-run"], 1, ""), ([], 1, ""), ([], 0, " (known)")):
        assert site.run("check", *arguments) == code
        line = f"docs/index.md:3: edited{known} {url_of(1)}: post 2 edited\n"
        assert capsys.readouterr().out.startswith(f"{line}2 threads: ")


@pytest.mark.parametrize(
    ("status", "code", "text"), [(404, 1, "deleted"), (403, 1, "private"), (501, 3, "unreachable")]
)
def test_check_of_uncited_and_linked_threads(
    site: CitedSite, status: int, code: int, text: str, capsys: Capture
) -> None:
    site.run("fetch")
    site.write({"index.md": f"# T\n\nSee [this]({url_of(2)}).\n"})
    site.server.responses |= {f"{API}{number}": Canned(status=status) for number in (1, 2)}
    capsys.readouterr()
    assert site.run("check", "--json") == code
    rows = json.loads(capsys.readouterr().out)["threads"]
    locations = sorted(row["uses"][0]["location"] for row in rows)
    assert locations == ["docs/_threads/hackernews/1.json:1", "docs/index.md:3"]
    assert [row["status"] for row in rows] == [text, text]


# -- list and forget -----------------------------------------------------------


def test_list(site: CitedSite, capsys: Capture) -> None:
    other = f":orphan:\n\n# O\n\nSee [this]({url_of(1)}) and [that]({url_of(3)}).\n"
    site.write({"index.md": page_of(1, 2), "other.md": other})
    site.run("fetch", url_of(1))
    site.run("fetch", "--summary", url_of(2))
    capsys.readouterr()
    assert site.run("list") == 0
    head, *rows = (re.split(r" {2,}", line) for line in capsys.readouterr().out.splitlines())
    assert head == ["USE", "PLATFORM", "STATUS", "STATE", "POSTS", "SAVED", "WHERE", "URL"]
    assert [row[:5] + row[6:] for row in rows] == [
        ["card, link", "hackernews", "live", "-", "2", "docs/index.md:3 and 1 more", url_of(1)],
        ["card", "hackernews", "live", "-", "summary", "docs/index.md:5", url_of(2)],
        ["link", "hackernews", "missing", "-", "-", "docs/other.md:5", url_of(3)],
    ]


def test_location_in_an_included_file(
    site: CitedSite, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It depends on the current folder, but not on that of an earlier build."""
    (site.folder / "notes.txt").write_text(f"See `this <{url_of(3)}>`_.\n")
    other = ":orphan:\n\nO\n=\n\n.. include:: ../notes.txt\n"
    site.write({"index.md": page_of(1), "other.rst": other})
    assert site.run("list", "-d", "doctrees") == 0
    assert " notes.txt:1 " in capsys.readouterr().out
    monkeypatch.chdir(site.folder / "docs")
    assert main(["list", "-c", "..", ".", "-d", "../doctrees"]) == 0
    assert f" {site.folder / 'notes.txt'}:1 " in capsys.readouterr().out


def test_forget(site: CitedSite, capsys: Capture) -> None:
    """Images that another snapshot may name stay, even if it is invalid."""
    site.run("fetch")
    media, path = site.store / "media", site.store / f"{FIRST}.json"
    media.mkdir()
    for name in ("mine.png", "shared.png", "broken.png", "README.png"):
        (media / name).write_bytes(b"x")
    for number, names in ((1, ["mine.png", "shared.png", "broken.png"]), (2, ["shared.png"])):
        data = site.snapshot(f"hackernews/{number}")
        data["posts"][0]["media"] = [{"file": name} for name in names]
        (site.store / f"hackernews/{number}.json").write_text(json.dumps(data))
    (site.store / "hackernews/3.json").write_text("<<<<<<< HEAD broken.png")
    capsys.readouterr()
    assert site.run("forget", url_of(1), "--dry-run") == 0
    assert len(list(media.iterdir())) == 4
    assert site.run("forget", url_of(1)) == 0
    out = capsys.readouterr().out
    assert f"withdrew {url_of(1)}\ndocs/index.md:3: still cites the thread" in out
    assert "deleted 1 image;" in out
    assert json.loads(path.read_text())["provenance"]["status"] == "withdrawn"
    assert "jo_example" not in path.read_text()
    assert {path.name for path in media.iterdir()} == {"README.png", "broken.png", "shared.png"}
    assert site.run("fetch", "--refresh") == 0
    assert f"skipped {url_of(1)}: withdrawn" in capsys.readouterr().out


# -- Errors --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("list -c. nowhere", "cannot read the site in nowhere"),
        ("forget -c. docs", "URL of a thread expected"),
        ("check -c. docs javascript://alert(1)", "URL of a thread or page expected"),
        ("list -cempty docs", "empty/conf.py: the extension is not enabled"),
        ("fetch -cempty docs https://a.example/", "empty/conf.py: the extension is not enabled"),
        (f"forget -c. docs {url_of(9)}", "docs/_threads/hackernews/9.json: Is a directory"),
    ],
)
def test_errors_are_one_line(
    site: CitedSite, arguments: str, message: str, capsys: Capture
) -> None:
    (site.folder / "empty").mkdir()
    (site.folder / "empty/conf.py").write_text("extensions = []\n")
    (site.store / "hackernews/9.json").mkdir(parents=True)
    assert main(arguments.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"thread-cards: {message}")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    ["fetch --older-than soon", "fetch --pause -1", "check --no", "list docs more", "burn", ""],
)
def test_wrong_options(arguments: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments.split())
    assert caught.value.code == 2
    assert "usage: thread-cards" in capsys.readouterr().err


def test_warnings_of_sphinx_and_prints_go_to_stderr(site: CitedSite, capsys: Capture) -> None:
    site.write({"index.md": page_of(1) + "\n{nonsense}`x`\n"})
    with (site.folder / "conf.py").open("a") as conf:
        conf.write("print('hello from conf.py')\n")
    for command in (["list", "--json"], ["fetch", "--dry-run", "--json", url_of(1)]):
        assert site.run(*command) == 0
        captured = capsys.readouterr()
        json.loads(captured.out)
        assert "hello from conf.py" in captured.err
        assert ("index.md:5: WARNING" in captured.err) == (command[0] == "list")


def test_list_needs_no_extra_and_no_unicode(
    site: CitedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    pages = {"index.rst": f"T\n=\n\n{url_of(1)}\n", "\xfc.rst": f":orphan:\n\n{url_of(1)}\n"}
    site.write(pages, extensions=["sphinx_thread_cards"])
    (site.folder / "docs/index.md").unlink()
    program = """import sys; sys.modules |= dict.fromkeys(["selectolax", "PIL", "markdown_it", "protego"])
from thread_snapshots.cli import main; sys.exit(main([*sys.argv[1:], "-c.", "docs"]))"""
    for command, code in (("fetch", 2), ("list", 0), ("list --json", 0)):
        arguments = [sys.executable, "-c", program, *command.split()]
        result = subprocess.run(arguments, capture_output=True, text=True, check=False)
        assert result.returncode == code, result.stderr
        assert ("pip install 'sphinx-thread-cards[fetch]'" in result.stderr) == (code == 2)


# -- Interruption --------------------------------------------------------------

COUNT = 20
# Background jobs of a shell ignore the interrupt, and so do their children.
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from thread_snapshots.cli import main
sys.exit(main(["fetch", "--pause=0", "-c.", "docs"]))
"""


def start(site: CitedSite, count: int) -> subprocess.Popen[str]:
    """Start to fetch, and wait until a number of threads are saved."""
    command = [sys.executable, "-c", PROGRAM]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while files(site) < count:
        if time.monotonic() > deadline or process.poll():
            process.kill()
            pytest.fail(f"exit code {process.wait()}: {process.communicate()}")
        time.sleep(0.01)
    return process


def saved(site: CitedSite) -> set[str]:
    """Return the ids of the saved threads; all files are complete."""
    return {decode(path.read_bytes()).id for path in site.store.rglob("*.json")}


@pytest.fixture
def many(site: CitedSite) -> CitedSite:
    """A site that cites many threads, which come slowly."""
    site.write({"index.md": page_of(*range(1, COUNT + 1))})
    for number in range(1, COUNT + 1):
        body = json.dumps(item(number, f"Text of {number}. " * 300)).encode()
        slow = Canned(body=[body[:500], body[500:]], pause=0.02)
        site.server.responses[f"{API}{number}"] = slow
    return site


def test_kill_at_any_moment(many: CitedSite) -> None:
    seen = set[str]()
    for _ in range(3):
        with start(many, min(len(seen) + 2, COUNT)) as process:
            process.send_signal(signal.SIGKILL)
        assert seen <= saved(many)
        seen = saved(many)
    stray = many.store / "hackernews/~abcdefgh"
    stray.write_bytes(b"{")
    os.utime(stray, (time.time() - 7200,) * 2)
    with start(many, COUNT) as process:
        assert process.wait(60) == 0
    assert (len(saved(many)), stray.exists()) == (COUNT, False)


def test_interrupt(many: CitedSite) -> None:
    """Ctrl-C does not wait for slow servers."""
    for number in range(5, COUNT + 1):
        many.server.responses[f"{API}{number}"] = endless(b" ", pause=1)
    process = start(many, 3)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=10)
    assert process.returncode == 130
    assert error.strip() == "thread-cards: interrupted; threads saved so far are complete"
    assert len(saved(many)) >= 3
