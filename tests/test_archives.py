"""Saved files that hold a page: plain, packed, and the web archives of Chromium and Safari."""

from __future__ import annotations

import gzip
import io
import plistlib
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from thread_snapshots.errors import BadAnswer
from thread_snapshots.pages.reading import read_page
from thread_snapshots.saved import MOST_BYTES, open_saved, saved_of
from thread_snapshots.steps import Wish
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.thread import Media
from support.programs import require
from support.server import Reply, serve

URL = "https://social.example/@jo_example/110446983926957470"
HTML = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Jö</title><link rel="canonical" href="/@jo_example/110446983926957470"></head>
<body><article class="h-entry"><a class="u-url" href="{URL}"></a><div class="p-author h-card"><a class="u-url" href="https://social.example/@jo_example"><b class="p-name">Jo Exämple</b></a></div>
<div class="e-content"><p>The lamp boots – it’s on. 1 =3D 1</p><img src="/lamp.png" alt="A lamp"></div></article><script>alert(1)</script></body></html>"""
# As Chromium writes it: no scripts, no character set but in the page.
MHTML = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: " + URL + "\r\nSubject: =?utf-8?Q?J=C3=B6?=\r\nDate: Tue, 24 Nov 2020 05:48:42 GMT\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----MultipartBoundary--TPdv----"\r\n\r\n\r\n------MultipartBoundary--TPdv----\r\n'
    "Content-Type: text/html\r\nContent-ID: <frame-1@mhtml.blink>\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: " + URL + "\r\n\r\n"
    '<!DOCTYPE html><html lang=3D"en"><head><meta http-equiv=3D"Content-Type" co=\r\nntent=3D"text/html; charset=3DUTF-8"><link rel=3D"stylesheet" href=3D"cid:css-1@mhtml.blink" />\r\n'
    '</head><body><article class=3D"h-entry"><a class=3D"u-url" href=3D"' + URL + '"></a><div class=3D"e-content"><p>The lamp boots =E2=80=93 it=E2=80=\r\n=99s on. 1 =3D3D 1</p>'
    '<img src=3D"https://social.example/lamp.png" alt=3D"A lamp"></div></article></body></html>\r\n------MultipartBoundary--TPdv----\r\nContent-Type: image/png\r\n'
    "Content-Transfer-Encoding: base64\r\nContent-Location: https://social.example/lamp.png\r\n\r\niVBORw0KGgo=\r\n------MultipartBoundary--TPdv------\r\n"
).encode()  # fmt: skip


def webarchive(html: str, charset: str = "UTF-8", kind: plistlib.PlistFormat = plistlib.FMT_BINARY) -> bytes:
    main = {"WebResourceData": html.encode(charset), "WebResourceMIMEType": "text/html", "WebResourceTextEncodingName": charset, "WebResourceURL": URL, "WebResourceFrameName": ""}
    return plistlib.dumps({"WebMainResource": main, "WebSubresources": [{"WebResourceData": b"\x89PNG", "WebResourceURL": "https://social.example/lamp.png"}]}, fmt=kind)


FILES = {
    "page": HTML.replace('href="/@jo', 'href="https://social.example/@jo').encode(),
    "page-with-mark": b"\xef\xbb\xbf\r\n" + HTML.replace('href="/@jo', 'href="https://social.example/@jo').encode(),
    "mhtml": MHTML,
    "mhtml-of-unix": MHTML.replace(b"\r\n", b"\n"),
    "mhtml-without-header": MHTML.replace(b"Snapshot-Content-Location", b"X-Other"),
    "webarchive": webarchive(HTML),
    "webarchive-utf16": webarchive(HTML.replace('<meta charset="utf-8">', ""), "UTF-16"),
    "webarchive-xml": webarchive(HTML, kind=plistlib.FMT_XML),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_page_is_taken_out(name: str, packed: bool, tmp_path: Path) -> None:
    """Its text, its address and its pictures are what they were."""
    path = tmp_path / "saved"
    path.write_bytes(gzip.compress(FILES[name]) if packed else FILES[name])
    file, ref = open_saved(path), parse_thread_url(URL, {"social.example": "mastodon"})
    assert ref is not None
    assert (file.is_html, file.is_mail, file.address) == (True, False, URL)
    post = read_page(ref, Wish(), file.html(), "file").thread.posts[0]
    assert "The lamp boots – it’s on. 1 =" in str(post.blocks)
    assert post.media == (Media(url="https://social.example/lamp.png", alt="A lamp"),)


BOMB = b'<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "WebMainResource"><!ENTITY b "&a;&a;">]><plist><dict><key>&b;</key></dict></plist>'


@pytest.mark.parametrize(
    "body",
    [
        MHTML.replace(b"text/html", b"text/plain"),
        MHTML.partition(b"\r\n\r\n\r\n")[0],
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n" + b"--a\nContent-Type: multipart/related; boundary=a\n\n" * 5_000,
        b"bplist00 WebMainResource",
        webarchive(HTML)[:-20],
        plistlib.dumps({"WebMainResource": "x"}),
        plistlib.dumps({"WebMainResource": {"WebResourceData": "x"}}),
        BOMB,
    ],
)
def test_broken_archives_hold_no_page(body: bytes) -> None:
    with pytest.raises(BadAnswer, match="web archive is broken"):
        saved_of("saved", body)


@pytest.mark.parametrize("url", ["file:///home/jo/a.html", "javascript:alert(1)", "cid:frame@mhtml.blink", ""])
def test_only_addresses_of_the_web_are_taken(url: str) -> None:
    assert saved_of("saved", MHTML.replace(URL.encode(), url.encode())).address is None


def test_other_files_have_no_address() -> None:
    for body in (b"{}", b"From jo@lamps.example Tue\n\nhello", b"Subject: x\n\nmultipart/related mime-version:", b""):
        assert (saved_of("saved", body).is_html, saved_of("saved", body).address) == (False, None)


@pytest.mark.slow
def test_what_chromium_saves_today() -> None:
    """The browser's own MHTML of a page on loopback."""
    with serve() as server, sync_playwright() as playwright:
        server.answers["/page"] = Reply(body=HTML.encode(), type="text/html; charset=utf-8")
        browser = playwright.chromium.launch(executable_path=require("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        page = browser.new_page()
        page.goto(f"{server.origin}/page")
        snapshot = page.context.new_cdp_session(page).send("Page.captureSnapshot", {"format": "mhtml"})
        browser.close()
        file = saved_of("saved", snapshot["data"].encode())
        assert file.address == f"{server.origin}/page"
        assert "The lamp boots – it’s on. 1 =3D 1" in file.html()
        assert f'src="{server.origin}/lamp.png"' in file.html()
        assert "alert" not in file.html()


@pytest.mark.parametrize(("packed", "why"), [(b"PK\x03\x04 and no more", "cannot be unpacked"), (None, "larger than 64 MB")], ids=["broken", "bomb"])
def test_files_in_a_zip_are_bounded(packed: bytes | None, why: str) -> None:
    """The first file is taken; one that is broken, or grows too large, is refused."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.mbox", b"From: x\n\n" + b" " * (MOST_BYTES + 1))
    with pytest.raises(BadAnswer, match=why):
        saved_of("saved", packed or held.getvalue())
