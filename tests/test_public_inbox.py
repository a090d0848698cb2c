"""Threads from the real public-inbox: a small list with invented mails, served on loopback."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests
from thread_snapshots.cli import main
from thread_snapshots.asking import Asker
from thread_snapshots.errors import NotFound
from thread_snapshots.http import Client, Limits
from thread_snapshots.sources import SOURCES
from thread_snapshots.steps import Found, Wish, drive
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.snapshot import cleaned
from sphinx_thread_cards.thread import Code, Paragraph, Post, Quote
from support import sites
from support.programs import require

HOST = "lists.example"
LIST = f"lamps@{HOST}"
JO, PAT, SAM = "Jö Exämple <jo@mail.example>", "Pat Example <pat@mail.example>", "sam@mail.example"
# What addresses must encode: a slash, two dots, a percent sign.
ODD = "2021/01..05%41+x=y@mail.example"
PATCH = """\
The lamp forgets its colour.

From now on it does not.

Signed-off-by: Jo Example <jo@mail.example>
---
 lamp.c | 2 +-

diff --git a/lamp.c b/lamp.c
--- a/lamp.c
+++ b/lamp.c
@@ -1,2 +1,2 @@
 int lamp(void)
-{ return 0; }
+{ return 1; }
--\x20
2.30.0
"""


def _mail(id_: str, sender: str, subject: str, text: str, answers: Sequence[str] = (), minute: int = 0) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = LIST
    mail["Subject"] = subject
    mail["Date"] = f"Tue, 05 Jan 2021 10:{minute:02}:00 +0100"
    mail["Message-ID"] = f"<{id_}>"
    if answers:
        mail["References"] = " ".join(f"<{answer}>" for answer in answers)
        mail["In-Reply-To"] = f"<{answers[-1]}>"
    mail.set_content(text)
    return mail


def _mails() -> list[EmailMessage]:
    cover = _mail("cover@mail.example", JO, "[PATCH v2 0/2] Lamps that remember", "Two patches.\n\n-- \nJo\n")
    first = _mail("first@mail.example", JO, "[PATCH v2 1/2] lamp: write it down", PATCH, ["cover@mail.example"], 1)
    second = _mail(ODD, JO, "[PATCH v2 2/2] lamp: read it", "Grün.\n", ["cover@mail.example"], 2)
    quoting = f"On Tue, Jo <jo@mail.example> wrote:\n> From now on it does not.\n\nSee https://{HOST}/lamps/cover@mail.example/\n"
    asked = _mail("asked@mail.example", PAT, "Re: [PATCH v2 1/2] lamp: write it down", quoting, ["cover@mail.example", "first@mail.example"], 3)
    asked.add_attachment("colour = red\n", filename="lämp.conf")
    told = _mail("told@mail.example", JO, "Re: [PATCH v2 1/2] lamp: write it down", "Yes.\n", ["first@mail.example", "asked@mail.example"], 4)
    plain = _mail("plain@mail.example", SAM, "Re: [PATCH v2 0/2] Lamps that remember", "Thanks.\n", ["cover@mail.example"], 5)
    other = _mail("other@mail.example", SAM, "A lamp of another kind", "Hello.\n", minute=6)
    return [cover, first, second, asked, told, plain, other]


@dataclass(frozen=True)
class Archive:
    origin: str

    def fetch(self, path: str, *, replies: bool = False) -> Found:
        ref = parse_thread_url(f"https://{HOST}/lamps/{path}", {HOST: "public-inbox"})
        assert ref is not None
        steps = SOURCES["public-inbox"].steps
        assert steps is not None
        wish = Wish(replies=replies, posts=frozenset({ref.post} if ref.post else ()))
        with Client(limits=Limits(pause=0, backoff=0, retries=0), allowed=[self.origin]) as client:
            found = drive(steps(ref, wish), Asker(client, {HOST: self.origin}))
        cleaned(found.thread)
        return found


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """A list, filled and served by public-inbox until the module is done."""
    programs = {name: require(f"public-inbox-{name}") for name in ("init", "mda", "httpd")}
    home = tmp_path_factory.mktemp("public-inbox")
    config, log = home / "config", home / "log"
    config.write_text("[publicinboxmda]\n\tspamcheck = none\n", encoding="utf-8")
    env = {**os.environ, "HOME": str(home), "PI_CONFIG": str(config), "ORIGINAL_RECIPIENT": LIST}
    env |= {f"GIT_{role}_{part}": "x" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull}
    place = ["lamps", str(home / "lamps"), f"https://{HOST}/lamps", LIST]
    subprocess.run([programs["init"], "-V2", "-L", "basic", *place], env=env, check=True, capture_output=True)
    for mail in _mails():
        subprocess.run([programs["mda"], "--no-precheck"], env=env, check=True, capture_output=True, input=bytes(mail))
    with log.open("wb") as lines:
        server = subprocess.Popen([programs["httpd"], "-W0", "-l", "http://127.0.0.1:0"], env=env, stdout=lines, stderr=lines, cwd=home)
    try:
        yield Archive(_origin(log, server))
    finally:
        server.terminate()
        server.wait(20)


def _origin(log: Path, server: subprocess.Popen[bytes]) -> str:
    for _ in range(400):
        if bound := re.search(r"# bound (http://127\.0\.0\.1:[1-9][0-9]*)", log.read_text(encoding="utf-8", errors="replace")):
            return bound[1]
        assert server.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.05)
    pytest.fail(f"public-inbox-httpd does not come up: {log.read_text(encoding='utf-8')}")


def _anchors(archive: Archive, id_: str) -> dict[str, str]:
    """From the subject of each mail on the page of its thread to its anchor there."""
    page = requests.get(f"{archive.origin}/lamps/{id_}/T/", timeout=20).text
    return {subject: anchor for anchor, subject in re.findall(r"id=(m[0-9a-f]{40})>\*</a> (?:<b>|<u\s+id=u><b>)([^<]*)", page)}


def _subjects(posts: Sequence[Post]) -> list[str]:
    names = {"cover": "cover", "first": "first", "2021": "second", "asked": "asked", "told": "told", "plain": "plain"}
    return [next(name for start, name in names.items() if post.url.split("/lamps/")[1].startswith(start)) for post in posts]


def test_first_mail_brings_its_authors_series(archive: Archive) -> None:
    """The patches and the author's answer, each with its date in UTC and its address."""
    found = archive.fetch("cover@mail.example/")
    thread = found.thread
    assert (found.whole, found.note) == (True, "")
    assert thread.title == "[PATCH v2 0/2] Lamps that remember"
    assert _subjects(thread.posts) == ["cover", "first", "told", "second"]
    assert [(author.handle, author.name) for author in thread.participants] == [("Jö Exämple", "Jö Exämple")]
    assert thread.replies == 5
    assert thread.posts[0].posted == "2021-01-05T09:00:00Z"
    assert thread.posts[3].url == f"https://{HOST}/lamps/2021%2F01.%2E05%2541+x=y@mail.example/"
    assert thread.provenance.endpoint == f"https://{HOST}/lamps/cover@mail.example/t.mbox.gz"


def test_patch_is_code_without_addresses(archive: Archive) -> None:
    """Also the line that mbox files must quote comes as it was written."""
    first = archive.fetch("cover@mail.example/").thread.posts[1]
    said = [block.spans[0].text for block in first.blocks if isinstance(block, Paragraph)]
    assert said[:2] == ["The lamp forgets its colour.", "From now on it does not."]
    assert said[2].startswith("Signed-off-by: Jo Example <jo@...>")
    code = first.blocks[-1]
    assert isinstance(code, Code)
    assert (code.language, code.text.splitlines()[-1]) == ("diff", "+{ return 1; }")


def test_mail_in_the_middle_is_kept_with_the_thread_around(archive: Archive) -> None:
    """Somebody's question in a thread of another author; its attachment is named."""
    thread = archive.fetch("asked@mail.example/").thread
    assert _subjects(thread.posts) == ["cover", "first", "asked", "told", "second"]
    asked = thread.posts[2]
    assert asked.author == "Pat Example"
    assert isinstance(asked.blocks[1], Quote)
    links = [span.href for block in asked.blocks if isinstance(block, Paragraph) for span in block.spans if span.href]
    assert links == [f"https://{HOST}/lamps/cover@mail.example/"]
    last = asked.blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.spans[0].text == "Attached: lämp.conf"
    assert "@mail.example" not in repr(asked.blocks).replace(links[0], "")


def test_replies_are_all_of_the_thread_and_no_more(archive: Archive) -> None:
    """Depth first; what a mail answers is told where it is not the one right before."""
    thread = archive.fetch("told@mail.example/", replies=True).thread
    assert _subjects(thread.posts) == ["cover", "first", "asked", "told", "second", "plain"]
    assert [author.handle for author in thread.participants] == ["Jö Exämple", "Pat Example", "sam"]
    cover = thread.posts[0].id
    assert [post.answers for post in thread.posts] == [None, None, None, None, cover, cover]


def test_anchor_on_the_page_of_the_thread_is_the_mails_id(archive: Archive) -> None:
    """The ids are those that the archive itself writes, also for odd Message-IDs."""
    anchors = _anchors(archive, "cover@mail.example")
    thread = archive.fetch("cover@mail.example/", replies=True).thread
    assert {post.id for post in thread.posts} == set(re.findall("id=(m[0-9a-f]{40})", requests.get(f"{archive.origin}/lamps/cover@mail.example/T/", timeout=20).text))
    assert thread.posts[0].id == anchors["[PATCH v2 0/2] Lamps that remember"]
    plain = archive.fetch(f"cover@mail.example/T/#{thread.posts[5].id}").thread
    assert _subjects(plain.posts) == ["cover", "first", "told", "second", "plain"]


def test_permalinks_are_pages_of_the_archive(archive: Archive) -> None:
    """Each is answered, and is the address of the same mail for us."""
    for post in archive.fetch("cover@mail.example/", replies=True).thread.posts:
        path = post.url.removeprefix(f"https://{HOST}")
        assert requests.get(archive.origin + path, timeout=20).status_code == 200
        assert post.id in {found.id for found in archive.fetch(path.removeprefix("/lamps/")).thread.posts}


def test_mail_that_is_not_there_is_not_found(archive: Archive) -> None:
    """Also where another one has nearly its name."""
    for path in ("nothing@mail.example/", "cover@mail.exampl/"):
        with pytest.raises(NotFound, match="there is no such"):
            archive.fetch(path)


def test_list_is_fetched_checked_and_unrolled_by_the_commands(archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As an author does it: the thread is kept, found unchanged, printed with the network cut, and told when it is another."""
    url = f"https://{HOST}/lamps/cover@mail.example/"
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text(f"# Lamps\n\n```{{thread}} {url}\n:show: thread\n```\n", encoding="utf-8")
    settings = {"thread_cards_hosts": {HOST: "public-inbox"}, "thread_cards_endpoints": {HOST: archive.origin}}
    conf = {"extensions": ["myst_parser", "sphinx_thread_cards"], **settings}
    (tmp_path / "conf.py").write_text("".join(f"{name} = {value!r}\n" for name, value in conf.items()), encoding="utf-8")
    words = ["-c", str(tmp_path), str(docs), "--pause", "0"]

    assert main(["fetch", *words]) == 0
    assert f"saved {url}: 4 posts" in capsys.readouterr().out
    assert main(["check", *words]) == 0
    assert capsys.readouterr().out == "1 thread: 1 same\n"

    site = sites.build(docs, tmp_path / "out", "text", confdir=tmp_path)
    shown = site.read("index.txt")
    assert site.warnings == ""
    assert "[PATCH v2 0/2] Lamps that remember" in shown
    assert "+{ return 1; }" in shown
    assert "@mail.example>" not in shown.replace(url, "")

    snapshot = next((docs / "_threads").rglob("*.json"))
    snapshot.write_text(snapshot.read_text(encoding="utf-8").replace("From now on it does not.", "From now on it does."), encoding="utf-8")
    assert main(["check", *words]) == 1
    assert "post 2 edited" in capsys.readouterr().out
