"""The command line on a small site, with a server on loopback: fetch, check, list and forget."""

from __future__ import annotations

import io
import json
import os
import random
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
from support.server import Canned, Endless, json_response, serve
from thread_snapshots.cli import main

FIRST = "hackernews/1"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CitedSite]:
    monkeypatch.chdir(tmp_path)
    with serve() as server:
        made = CitedSite(tmp_path, server)
        made.write({"index.md": page_of(1, 2)})
        made.respond(item(1, "One.", item(11, "More of one.")), item(2, "Two."))
        yield made


def ids(site: CitedSite) -> list[str]:
    return [post["id"] for post in site.snapshot(FIRST)["posts"]]


# -- fetch ---------------------------------------------------------------------


def test_fetch_saves_each_thread_once(site: CitedSite, capsys: Capture) -> None:
    assert site.run("fetch") == 0
    *lines, summary = capsys.readouterr().out.splitlines()
    first = f"docs/index.md:3: saved {url_of(1)}: 2 posts"
    assert sorted(lines) == [first, f"docs/index.md:5: saved {url_of(2)}: 1 post"]
    assert (summary, ids(site)) == ("2 threads: 2 saved", ["1", "11"])
    before = (site.store / f"{FIRST}.json").read_bytes()
    assert site.run("fetch") == 0
    assert capsys.readouterr().out == "2 threads: 2 unchanged\n"
    assert len(site.server.requests) == 2
    assert (site.store / f"{FIRST}.json").read_bytes() == before


def test_fetch_of_urls_reads_no_page(site: CitedSite) -> None:
    (site.folder / "docs/index.md").write_bytes(b"\xff\xfe broken")
    assert main(["fetch", "docs", "--pause=0", url_of(2), "-c", ".", url_of(1)]) == 0
    assert len(list(site.store.rglob("*.json"))) == 2


def test_links_are_fetched_on_request(site: CitedSite) -> None:
    site.write({"index.md": f"# T\n\n{{thread}}`{url_of(1)}`\n\nSee [this]({url_of(2)}).\n"})
    for arguments, count in (([], 1), (["--links"], 2)):
        site.run("fetch", *arguments)
        assert len(list(site.store.rglob("*.json"))) == count


@pytest.mark.parametrize("where", ["nowhere", "card", "config", "url", "option"])
def test_replies(site: CitedSite, where: str) -> None:
    """Cited comments are saved in any case."""
    remarks = (item(number, "A remark.", author="sam_example") for number in (11, 12, 13))
    site.respond(item(1, "One.", *remarks))
    option = ":replies: all\n" if where == "card" else ""
    config = {"thread_cards_replies": "all"} if where in {"config", "url"} else {}
    text = f"# T\n\n```{{thread}} {url_of(1)}#11\n{option}```\n\n{{thread}}`{url_of(1)}#12`\n"
    site.write({"index.md": text}, **config)
    arguments = {"option": ["--replies"], "url": [url_of(1)]}.get(where, [])
    assert site.run("fetch", *arguments) == 0
    assert ids(site) == ["1", "11", "12", *([] if where == "nowhere" else ["13"])]


def test_json(site: CitedSite, capsys: Capture) -> None:
    del site.server.responses[f"{API}2"]
    assert site.run("fetch", "--json") == 1
    data = json.loads(capsys.readouterr().out)
    first, second = sorted(data["threads"], key=lambda row: row["id"])
    assert data["summary"] == {"saved": 1, "failed": 1}
    assert (first["status"], first["message"], first["platform"]) == (
        "saved",
        "2 posts",
        "hackernews",
    )
    assert first["uses"] == [{"role": "card", "location": "docs/index.md:3"}]
    assert Path(first["file"]).is_file()
    assert (second["status"], second["file"]) == ("failed", None)
    assert "not found (404)" in second["message"]


@pytest.mark.parametrize(
    "fault",
    [
        Canned(status=404), Canned(status=429, headers={"Retry-After": "7200"}),
        json_response({"id": [1], "author": {"a": 1}, "children": "x"}), json_response(item(2)),
        Canned(body=b'{"id": 1, "author": "jo_'), Canned(body=b"<p>Log in", type="text/html"),
        Canned(status=302, headers={"Location": "http://10.0.0.1/"}),
    ],
)  # fmt: skip
def test_failed_fetch_changes_nothing(site: CitedSite, fault: Canned, capsys: Capture) -> None:
    site.run("fetch")
    before = (site.store / f"{FIRST}.json").read_bytes()
    site.server.responses[f"{API}1"] = fault
    capsys.readouterr()
    assert site.run("fetch", "--refresh", url_of(1)) == 1
    lines = rf"failed {re.escape(url_of(1))}: .+\n1 thread: 1 failed\n"
    assert re.fullmatch(lines, capsys.readouterr().out)
    assert (site.store / f"{FIRST}.json").read_bytes() == before


THREADS = "https://www.threads.com/@jo_example/post/CuWRRrQuql9"
PAGE = f"""<!DOCTYPE html><link rel="canonical" href="{THREADS}">
<meta property="og:title" content="Jo"><meta property="og:description" content="The lamp boots.">"""


def test_from_file(site: CitedSite, capsys: Capture) -> None:
    """A page names its thread; no request is sent."""
    (site.folder / "page.html").write_text(PAGE)
    assert site.run("fetch", "--from", "page.html") == 0
    assert f"saved {THREADS}: 1 post" in capsys.readouterr().out
    assert site.server.requests == []
    saved = site.snapshot("threads/!cu!w!r!rr!quql9")
    assert saved["provenance"]["endpoint"] == "file"
    (site.folder / "item.json").write_text(json.dumps(item(1, "From a file.")))
    assert site.run("fetch", url_of(1), "--from", "item.json") == 0
    assert site.snapshot(FIRST)["posts"][0]["blocks"][0]["spans"] == [{"text": "From a file."}]


def test_unusable_file(site: CitedSite, capsys: Capture) -> None:
    (site.folder / "page.html").write_text("<p>Nothing</p>")
    (site.folder / "item.json").write_text("[")
    for name, urls, code, message in (
        ("page.html", [], 2, "the URL of its thread expected, got 0 URLs"),
        ("page.html", [url_of(1), url_of(2)], 2, "expected, got 2 URLs"),
        ("none.html", [], 2, "none.html: the file cannot be read: No such file"),
        ("item.json", [url_of(1)], 1, "the file is not valid JSON"),
    ):
        assert site.run("fetch", *urls, "--from", name) == code
        assert message in "".join(capsys.readouterr())


def test_images_and_archived_copies(site: CitedSite, capsys: Capture) -> None:
    url, files = "https://social.example/@jo/110446983178245440", "https://files.social.example"
    name, api = "mastodon/social.example/110446983178245440", "/social.example/api/v1/statuses"
    media = [{"type": "image", "url": f"{files}/{name}.png"} for name in ("lamp", "lost")]
    account = {"acct": "jo", "url": "https://social.example/@jo", "avatar": f"{files}/jo.png"}
    status = {
        "id": "110446983178245440", "created_at": "2023-05-29T09:00:00.000Z", "url": url, "uri": url,
        "visibility": "public", "content": "<p>Hi", "account": account, "media_attachments": media,
    }  # fmt: skip
    drawn = io.BytesIO()
    Image.new("RGB", (640, 360), "orange").save(drawn, "PNG")
    picture = Canned(body=drawn.getvalue(), type="binary/octet-stream")
    copy = {"status": "200", "available": True, "url": f"http://web.archive.org/web/2023/{url}"}
    site.server.responses |= {
        f"{api}/110446983178245440": json_response(status),
        f"{api}/110446983178245440/context": json_response({"ancestors": [], "descendants": []}),
        "/files.social.example/jo.png": picture,
        "/files.social.example/lamp.png": picture,
        "/archive.org/wayback/available": json_response({"archived_snapshots": {"closest": copy}}),
    }
    site.write({"index.md": f"# T\n\n<{url}>\n"}, thread_cards_media=True)
    assert site.run("fetch") == 0
    assert "1 post; 1 image not saved (" in capsys.readouterr().out
    saved = site.snapshot(name)
    lamp, lost = saved["posts"][0]["media"]
    assert (lamp["width"], lamp["height"], "file" in lost) == (640, 360, False)
    avatar = saved["participants"][0]["avatar"]
    assert {path.name for path in (site.store / "media").iterdir()} == {
        lamp["file"],
        avatar["file"],
    }
    assert site.run("fetch", "--archive") == 0
    assert site.snapshot(name)["provenance"]["archived"] == copy["url"].replace(
        "http:", "https:", 1
    )
    assert site.run("check") == 0
    assert site.run("forget", url) == 0
    assert list((site.store / "media").iterdir()) == []


# -- check ---------------------------------------------------------------------


def test_check(site: CitedSite, capsys: Capture) -> None:
    """Changes are reported until they are marked, and marked once."""
    site.run("fetch")
    capsys.readouterr()
    assert site.run("check") == 0
    assert capsys.readouterr().out == "2 threads: 2 same\n"
    site.respond(item(1, "One.", item(11, "Less of one.")))
    assert site.run("check", "--dry-run") == 1
    assert "status" not in site.snapshot(FIRST)["provenance"]
    assert site.run("check") == 1
    assert f"docs/index.md:3: edited {url_of(1)}: post 2 edited\n" in capsys.readouterr().out
    assert site.run("check") == 0
    assert f"edited (known) {url_of(1)}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "code", "text"), [(404, 1, "deleted"), (403, 1, "private"), (501, 3, "unreachable")]
)
def test_check_of_failures(
    site: CitedSite, status: int, code: int, text: str, capsys: Capture
) -> None:
    site.run("fetch")
    site.server.responses[f"{API}1"] = Canned(status=status)
    assert site.run("check") == code
    assert f"docs/index.md:3: {text} {url_of(1)}" in capsys.readouterr().out


def test_check_of_uncited_and_linked_threads(site: CitedSite, capsys: Capture) -> None:
    site.run("fetch")
    site.write({"index.md": f"# T\n\nSee [this]({url_of(2)}).\n"})
    site.server.responses |= {f"{API}{number}": Canned(status=404) for number in (1, 2)}
    capsys.readouterr()
    assert site.run("check", "--json") == 1
    rows = json.loads(capsys.readouterr().out)["threads"]
    locations = sorted(row["uses"][0]["location"] for row in rows)
    assert locations == ["docs/_threads/hackernews/1.json:1", "docs/index.md:3"]
    assert all(row["status"] == "deleted" and not row["known"] for row in rows)


# -- list and forget -----------------------------------------------------------


def test_list(site: CitedSite, capsys: Capture) -> None:
    other = f":orphan:\n\n# O\n\nSee [this]({url_of(1)}) and [that]({url_of(3)}).\n"
    site.write({"index.md": page_of(1, 2), "other.md": other})
    site.run("fetch", url_of(1))
    capsys.readouterr()
    assert site.run("list") == 0
    head, *rows = (re.split(r" {2,}", line) for line in capsys.readouterr().out.splitlines())
    assert head == ["USE", "PLATFORM", "STATUS", "STATE", "POSTS", "SAVED", "WHERE", "URL"]
    assert [row[:3] + row[4:5] + row[6:] for row in rows] == [
        ["card, link", "hackernews", "live", "2", "docs/index.md:3 and 1 more", url_of(1)],
        ["card", "hackernews", "missing", "-", "docs/index.md:5", url_of(2)],
        ["link", "hackernews", "missing", "-", "docs/other.md:5", url_of(3)],
    ]
    site.run("list", "--json")
    first, *_ = json.loads(capsys.readouterr().out)["threads"]
    assert (first["status"], [use["role"] for use in first["uses"]]) == ("live", ["card", "link"])


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
    assert f"forgot {url_of(1)}\ndocs/index.md:3: still cites it" in out
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
        (["list", "-c.", "nowhere"], "cannot read the site in nowhere"),
        (["forget", "-c.", "docs"], "URL of a thread expected"),
        (["check", "-c.", "docs", "javascript://alert(1)"], "URL of a thread or page expected"),
    ],
)
def test_wrong_usage_is_one_line(
    site: CitedSite, arguments: list[str], message: str, capsys: Capture
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"thread-cards: {message}")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", ["fetch --older-than soon", "fetch --pause -1", "check --nonsense", "list docs more", "burn", ""]
)
def test_wrong_options(arguments: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments.split())
    assert caught.value.code == 2
    assert "usage: thread-cards" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["list"], ["fetch", url_of(1)]])
def test_unusable_conf_py(site: CitedSite, arguments: list[str], capsys: Capture) -> None:
    for conf, message in (("extensions = []", "is not enabled"), ("1/0", "ZeroDivisionError")):
        (site.folder / "conf.py").write_text(conf)
        assert site.run(*arguments) == 2
        assert message in capsys.readouterr().err


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


def test_file_that_cannot_be_written(site: CitedSite, capsys: Capture) -> None:
    (site.store / "hackernews/2.json").mkdir(parents=True)
    assert site.run("forget", url_of(2)) == 2
    assert capsys.readouterr().err.endswith("hackernews/2.json: Is a directory\n")


def test_list_and_forget_need_no_extra(site: CitedSite) -> None:
    blocked = site.folder / "blocked"
    for name in ("selectolax", "PIL", "markdown_it", "protego", "requests_ratelimiter"):
        (blocked / name).mkdir(parents=True)
        text = f"raise ModuleNotFoundError('no module', name='{name}')"
        (blocked / name / "__init__.py").write_text(text)
    (site.folder / "docs/index.md").unlink()
    site.write({"index.rst": f"T\n=\n\n{url_of(1)}\n"}, extensions=["sphinx_thread_cards"])
    program = [sys.executable, "-m", "thread_snapshots"]
    environment = {**os.environ, "PYTHONPATH": str(blocked)}
    for command, code in (("fetch", 2), ("check", 2), ("list", 0), ("forget", 0)):
        arguments = [
            *program,
            command,
            "-c.",
            "docs",
            *([url_of(1)] if command == "forget" else []),
        ]
        result = subprocess.run(
            arguments, env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == code, result.stderr
        assert ("pip install 'sphinx-thread-cards[fetch]'" in result.stderr) == (code == 2)


# -- Interruption --------------------------------------------------------------

COUNT = 20
# Background jobs of a shell ignore the interrupt, and so do their children.
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from thread_snapshots.cli import main
sys.exit(main(sys.argv[1:]))
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, "fetch", "--pause=0", "-c.", "docs", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def saved(site: CitedSite) -> set[str]:
    """Return the ids of the saved threads; all files are complete."""
    return {decode(path.read_bytes()).id for path in site.store.rglob("*.json")}


def wait_for(site: CitedSite, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(list(site.store.rglob("*.json"))) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def many(site: CitedSite) -> CitedSite:
    """A site that cites many threads, which come slowly."""
    site.write({"index.md": page_of(*range(1, COUNT + 1))})
    for number in range(1, COUNT + 1):
        body = json.dumps(item(number, f"Text of {number}. " * 300)).encode()
        pieces = [body[:500], body[500:]]
        site.server.responses[f"{API}{number}"] = Canned(body=pieces, pause=0.02)
    return site


def test_kill_at_any_moment(many: CitedSite) -> None:
    chance, seen = random.Random(7), set[str]()
    for _ in range(4):
        with start(*(["--refresh"] if chance.random() < 0.3 else [])) as process:
            wait_for(many, min(len(seen) + 2, COUNT))
            time.sleep(chance.random() * 0.1)
            process.send_signal(signal.SIGKILL)
        assert seen <= saved(many)
        seen = saved(many)
    stray = many.store / "hackernews/~abcdefgh"
    stray.write_bytes(b"{")
    os.utime(stray, (time.time() - 7200,) * 2)
    with start() as process:
        assert process.wait(60) == 0
    assert (len(saved(many)), stray.exists()) == (COUNT, False)


def test_interrupt(many: CitedSite) -> None:
    """Ctrl-C does not wait for slow servers."""
    for number in range(5, COUNT + 1):
        many.server.responses[f"{API}{number}"] = Canned(body=Endless(b" "), pause=1)
    process = start()
    wait_for(many, 3)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert time.monotonic() - started < 5
    assert process.returncode == 130
    assert error.strip() == "thread-cards: interrupted; threads saved until now are complete"
    assert len(saved(many)) >= 3
