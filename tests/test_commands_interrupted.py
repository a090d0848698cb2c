"""`thread-cards fetch` among faults, interrupted, killed, and run twice at once: the store is valid after each."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from thread_snapshots.http import Limits
from sphinx_thread_cards.snapshot import loads
from support.kept_sites import KeptSite, gone, item, page_of, url_of
from support.server import Reply, bomb, json_reply, page_reply, redirect, repeat, serve

COUNT = 30
ITEM = "/hn.algolia.com/api/v1/items/1"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptSite]:
    monkeypatch.chdir(tmp_path)
    with serve() as server:
        made = KeptSite(tmp_path, server)
        made.write({"index.md": page_of(*range(1, COUNT + 1))}, thread_cards_media=False)
        made.answer(*(item(number, f"Words of {number}. " * 300) for number in range(1, COUNT + 1)))
        yield made


# What a shell runs in the background ignores the interrupt, and so do its children, unless they say otherwise.
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from thread_snapshots.cli import main
sys.exit(main(sys.argv[1:]))
"""


def start(site: KeptSite, *words: str) -> subprocess.Popen[str]:
    """The command as a process of its own."""
    command = [sys.executable, "-c", PROGRAM, "fetch", "--pause", "0", "-c", ".", "docs", *words]
    return subprocess.Popen(command, cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kept(site: KeptSite) -> set[str]:
    """The numbers of the threads that are kept; fails if one of the files is not whole."""
    found = {loads(path.read_bytes()).id for path in site.store.rglob("*.json")}
    strays = [path for path in site.store.rglob("*") if path.is_file() and path.suffix != ".json"]
    assert all(path.name.startswith("~unfinished-") for path in strays)
    return found


def wait_for_some(site: KeptSite, count: int) -> None:
    """Wait until so many threads are kept."""
    deadline = time.monotonic() + 60
    while len(list(site.store.rglob("*.json"))) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


FAULTS = {
    "401": (gone(401), "does not show it to everybody"),
    "403": (gone(403), "does not show it to everybody"),
    "404": (gone(404), "there is no such page"),
    "410": (gone(410), "there is no such page"),
    "429 and how long": (Reply(status=429, headers={"Retry-After": "7200"}), "wants to be asked again in 2 h"),
    "500": (gone(500), "in trouble"),
    "empty": (Reply(), "the answer is empty"),
    "truncated": (Reply(body=[b'{"id": 1, "author": "jo_'], headers={"Content-Length": "2000"}), "the connection broke"),
    "half": (Reply(body=b'{"id": 1, "author": "jo_'), "broken or no JSON"),
    "HTML": (page_reply("<p>Please log in.</p>"), "a web page, where JSON was due"),
    "wrong types": (json_reply({"id": [1], "author": {"a": 1}, "children": "x", "created_at_i": "now"}), "the answer is not item 1"),
    "bomb": (bomb(40_000_000), "larger than 16,000,000 bytes"),
    "endless": (Reply(body=repeat(b" " * 100_000)), "larger than 16,000,000 bytes"),
    "to a private address": (redirect("http://10.0.0.1/"), "its address 10.0.0.1 is not public"),
    "loop": (redirect(ITEM), "redirected more than 5 times"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_told_and_nothing_is_written(site: KeptSite, fault: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the reason; the threads beside it are kept all the same."""
    monkeypatch.setattr("thread_snapshots.commands.fetching.Limits", partial(Limits, retries=0))
    reply, why = FAULTS[fault]
    if fault.startswith("429"):
        # Nobody asks a host that wants no more requests, so the other thread must be there before.
        site.run("fetch", url_of(2))
    site.server.answers[ITEM] = reply
    assert site.run("fetch", url_of(1), url_of(2)) == 1
    said = capsys.readouterr().out
    assert f"docs/index.md:3: failed {url_of(1)}: " in said
    assert why in said
    assert kept(site) == {"2"}


def test_what_is_kept_survives_kill_at_any_moment(site: KeptSite) -> None:
    """Killed again and again, it goes on where it stopped."""
    chance = random.Random(7)
    for reply in list(site.server.answers):
        answer = site.server.answers[reply]
        assert isinstance(answer, Reply)
        site.server.answers[reply] = Reply(body=[answer.body[:500], answer.body[500:]], pause=0.02)  # type: ignore[index]
    seen: set[str] = set()
    for _ in range(6):
        with start(site, "--refresh" if chance.random() < 0.3 else "--jobs=3") as process:
            wait_for_some(site, min(len(seen) + 2, COUNT))
            time.sleep(chance.random() * 0.1)
            process.send_signal(signal.SIGKILL)
        now = kept(site)
        assert seen <= now
        seen = now
    with start(site) as process:
        assert process.wait(60) == 0
    assert kept(site) == {str(number) for number in range(1, COUNT + 1)}


def test_interrupt_ends_at_once_with_a_word(site: KeptSite) -> None:
    """Ctrl-C does not wait for servers that are slow."""
    for number in range(5, COUNT + 1):
        site.server.answers[f"/hn.algolia.com/api/v1/items/{number}"] = Reply(body=repeat(b" "), pause=1)
    process = start(site)
    wait_for_some(site, 3)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, error = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert error.strip() == "thread-cards: interrupted; what was kept until now is kept"
    assert len(kept(site)) >= 3


def test_two_runs_at_once_do_no_harm(site: KeptSite) -> None:
    with start(site) as first, start(site, "--refresh") as second, start(site) as third:
        assert [process.wait(60) for process in (first, second, third)] == [0, 0, 0]
    assert kept(site) == {str(number) for number in range(1, COUNT + 1)}
    assert list(site.store.rglob("~*")) == []


def test_without_the_extra_it_says_what_to_install(site: KeptSite) -> None:
    """`list` and `forget` need nothing more than a build."""
    blocker = site.folder / "blocked"
    for name in ("lxml", "requests", "PIL", "markdown_it"):
        (blocker / name).mkdir(parents=True)
        (blocker / name / "__init__.py").write_text(f"raise ModuleNotFoundError('No module', name='{name}')")
    environment = {**os.environ, "PYTHONPATH": str(blocker)}
    site.write({"index.rst": "Title\n=====\n"}, extensions=["sphinx_thread_cards"])
    (site.folder / "docs/index.md").unlink()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "sphinx_thread_cards", *words], cwd=site.folder, env=environment, capture_output=True, text=True, check=False)

    for command in ("fetch", "check"):
        answer = run(command, "-c", ".", "docs")
        assert answer.returncode == 2
        assert answer.stderr.count("\n") == 1
        assert "pip install 'sphinx-thread-cards[fetch]'" in answer.stderr
