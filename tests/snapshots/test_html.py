"""HTML, Markdown and plain text as blocks."""

from __future__ import annotations

import os
import time
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sphinx_thread_cards.snapshot import Block, List, Media, Paragraph, Span
from support.rich_text import DROPPED, check, markup, sketch
from thread_snapshots.errors import BadResponse
from thread_snapshots.html import (
    MAX_MARKDOWN,
    MAX_NESTED,
    MAX_TEXT,
    decode_text,
    parse_html,
    parse_markdown,
    parse_page,
    parse_plain,
)

BASE = "https://forum.example/t/1"
ANY = settings(max_examples=int(os.environ.get("EXAMPLES", "100")), deadline=None)
LIGHTBOX = (
    '<div class="lightbox-wrapper"><a class="lightbox" href="/full/1" title="board"><img src="/small/1.png" alt="The board">'
    '<div class="meta"><svg></svg><span class="filename">board</span><span>600x400</span></div></a></div>'
)

HTML = {
    "hacker-news": ("a<p>b <i>c</i> &#x27;d&#x27;<p><pre><code>  x = 1\n  y\n</code></pre>", "a\nb _c_ 'd'\ncode None: '  x = 1\\n  y'"),
    "shortened-link": ('<a href="https:&#x2F;&#x2F;a.example&#x2F;abcdefghi">https:&#x2F;&#x2F;a.example&#x2F;abcd...</a>', "[https://a.example/abcdefghi](https://a.example/abcdefghi)"),
    "link-with-ellipsis": ('<a href="https://a.example/x">read on...</a>', "[read on...](https://a.example/x)"),
    "mastodon": ('<p>See <a href="https://www.a.example/long/path"><span class="invisible">https://www.</span><span class="ellipsis">a.example/long</span><span class="invisible">/path</span></a> <span class="h-card"><a href="https://m.example/@jo">@<span>jo</span></a></span><br />two<br>:blob: <a href="https://m.example/tags/Pi" class="mention hashtag" rel="tag">#<span>Pi</span></a></p>', "See [https://www.a.example/long/path](https://www.a.example/long/path) [@jo](https://m.example/@jo)/two/:blob: [#Pi](https://m.example/tags/Pi)"),
    "custom-emoji": ('a <img class="emojione custom-emoji" alt=":blob:" src="/b.png">', "a :blob:"),
    "discourse-quote": ('<aside class="quote no-group" data-username="jo" data-post="2"><div class="title"><div class="quote-controls"><button>up</button></div><img alt="" class="avatar" src="/a.png"> jo:</div><blockquote><p>hi</p></blockquote></aside><p>me</p>', "jo:\n> hi\nme"),
    "discourse-onebox": ('<p>a</p><aside class="onebox" data-onebox-src="https://o.example/x"><header class="source"><img class="site-icon" src="/i.png"><a href="https://o.example/x">o.example</a></header><article class="onebox-body"><img class="thumbnail" src="/t.png"><h3><a href="https://o.example/x">Their title</a></h3><p>Their text</p></article><div class="onebox-metadata">1 min</div></aside>b', "a\n[*Their title*](https://o.example/x)\nb"),
    "discourse-lightbox": (LIGHTBOX, "[The board](https://forum.example/full/1)"),
    "lists": ("<ul>\n<li><p>one</p>\n<ol><li>in</li></ol></li>\n<li>two<pre><code class='lang-auto'>x</code></pre></li>\n</ul>", "- one\n  1. in\n- two\n  code None: 'x'"),
    "item-without-list": ("<li>a<li>b", "a\nb"),
    "stack-exchange": ('<h2>Why <code>x</code>?</h2><pre class="lang-c prettyprint-override"><code>int x;\n</code></pre><hr><p>b</p>', "*Why **`x`**?*\ncode c: 'int x;'\nb"),
    "github": ('<div class="highlight highlight-source-shell"><pre>make <span>x</span></pre></div><ul class="contains-task-list"><li><input type="checkbox" checked> done<li><input type="checkbox"> not</ul>', "code shell: 'make x'\n- [x] done\n- [ ] not"),
    "details": ("<details><summary>More</summary>in<p>it</details>", "*More*\nin\nit"),
    "table": ("<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>after", "*a* | *b*/1 | 2\nafter"),
    "struck": ("<del>no</del>", "~~no~~"),
    "spaces": ("<p>  a\n b <b> c </b> d<br> e </p>", "a b *c *d/e"),
    "dropped": ("a<script>s</script><iframe src=x>s</iframe><template>s</template><svg>s</svg><!-- s --><?php s ?><p hidden>s</p>b", "ab"),
    "page-ends": ("</div></body></html>x<p>y", "x\ny"),
    "empty": ("<p> </p><blockquote></blockquote><ul><li></li></ul><pre>\n</pre><a href='https://a.example'></a>", ""),
    "image-without-text": ('<img src="/p.png">', "[https://forum.example/p.png](https://forum.example/p.png)"),
    "tracking-pixel": ('a<img src="https://t.example/p.gif" width="1" height="1" alt="t">', "a"),
    "badge": ('<a href="/ci"><img src="b.svg" alt="build"></a>', "[build](https://forum.example/ci)"),
    "video": ('<video><source src="/v.mp4">no</video>', "[https://forum.example/v.mp4](https://forum.example/v.mp4)"),
}  # fmt: skip

MARKDOWN = {
    "blocks": ("# Head\n\n*e* **s** `c`\n\n> q\n> > r\n\n1. a\n   - b\n\n```python title\nx\n```", "*Head*\n_e_ *s* `c`\n> q\n> > r\n1. a\n  - b\ncode python: 'x'"),
    "urls": ("https://a.example/x_y_z). <https://b.example> [c](rel) www.d.example `https://e.example`", "[https://a.example/x_y_z](https://a.example/x_y_z)). [https://b.example](https://b.example) [c](https://g.example/r/rel) www.d.example `https://e.example`"),
    "table": ("|a|b|\n|-|-|\n|1|[l](/x)|", "*a* | *b*/1 | [l](https://g.example/x)"),
    "struck": ("~~no~~", "~~no~~"),
    "html": ("a <b>raw</b> <br> c\n\n<details>\n<summary>S</summary>\n\n*in*\n\n</details>", "a *raw*/c\n*S*\n_in_"),
    "comment": ("<!-- how to report -->\nx", "x"),
    "unknown-tags": ("List<Object> and Vec<String>, <script>alert(1)</script> <T-x y='<b>'> end", "List<Object> and Vec<String>, <script>alert(1)</script> <T-x y='*'> end*"),
    "unsafe": ("[j](javascript:x) <javascript:y> ![p](data:x)", "[j](javascript:x) <javascript:y> ![p](data:x)"),
    "tasks": ("- [x] done\n- [ ] not", "- [x] done\n- [ ] not"),
    "soft-break": ("a\nb", "a b"),
    "image": ("![alt](p.png)", "[alt](https://g.example/r/p.png)"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), HTML.values(), ids=HTML)
def test_html(html: str, expected: str) -> None:
    assert sketch(parse_html(html, BASE, media=False).blocks) == expected


@pytest.mark.parametrize(("text", "expected"), MARKDOWN.values(), ids=MARKDOWN)
def test_markdown(text: str, expected: str) -> None:
    assert sketch(parse_markdown(text, "https://g.example/r/", media=False).blocks) == expected


def test_media_are_separate() -> None:
    """Each image and video once; an image that is the text of a link to something else stays text."""
    rich = parse_html(
        f'<p>a</p>{LIGHTBOX}<img src="p.png"><img src="p.png"><a href="https://x.example/p.jpg"><img src="https://c.example/1"></a>'
        '<a href="/ci"><img src="b.svg" alt="build"></a><video src="/v.mp4"></video>'
        '<div class="video-placeholder-container" data-video-src="/w.mp4"></div><img src="data:image/png;base64,x" alt="d">',
        BASE,
    )
    assert sketch(rich.blocks) == "a\n[build](https://forum.example/ci)\nd"
    assert rich.media == (
        Media(url="https://forum.example/full/1", alt="The board"),
        Media(url="https://forum.example/t/p.png"),
        Media(url="https://x.example/p.jpg"),
        Media(kind="video", url="https://forum.example/v.mp4"),
        Media(kind="video", url="https://forum.example/w.mp4"),
    )
    rich = parse_markdown("x ![alt](p.png) [![build](b.svg)](/ci)", BASE)
    assert sketch(rich.blocks) == "x [build](https://forum.example/ci)"
    assert rich.media == (Media(url="https://forum.example/t/p.png", alt="alt"),)


def test_markdown_options() -> None:
    assert sketch(parse_markdown("a\nb", BASE, breaks=True).blocks) == "a/b"
    long = "*a*\n\n" + "x" * MAX_MARKDOWN
    assert sketch(parse_markdown(long, BASE).blocks) == f"*a*\n{'x' * MAX_MARKDOWN}"


def test_plain_text() -> None:
    text = "a <URL:https://a.example/b(c)>,\nhttps://a.example/x.\n\n \n\nb\r\nc\x00\u202e"
    assert sketch(parse_plain(text)) == (
        "a <URL:[https://a.example/b(c)](https://a.example/b(c))>,/[https://a.example/x](https://a.example/x).\nb/c"
    )


def test_list_keeps_its_first_number() -> None:
    item = ((Paragraph(spans=(Span(text="a"),)),),)
    for start, first in {"4": 4, "0": 0, "-3": 1, "99999": 1, "iv": 1}.items():
        blocks = parse_html(f'<ol start="{start}"><li>a</ol>', BASE).blocks
        assert blocks == (List(items=item, ordered=True, start=first),)


def test_deep_nesting() -> None:
    """Quotes beyond the limit are merged into the last; of deep elements the text is left."""
    blocks = parse_html("<blockquote>" * 50 + "deep" + "</blockquote>" * 50 + "after", BASE).blocks
    assert sketch(blocks) == "> " * MAX_NESTED + "deep\nafter"
    html = "<p>before</p>{0}deep<script>s</script>{1}<p>after &amp; on</p>"
    deep = html.format("<div>" * 2000, "</div>" * 2000)
    assert check(parse_html(deep, BASE).blocks).split() == "before deep after & on".split()


def test_long_text_is_shortened() -> None:
    long = "x" * (MAX_TEXT + 1)
    for blocks in (parse_html(long, BASE).blocks, parse_plain(long)):
        assert sketch(blocks) == f"{long[1:]}\n…"
    assert sketch(parse_html("<p>x" * 9000, BASE).blocks).endswith("x\n…")


@pytest.mark.parametrize(
    "text",
    ["<div>" * 100_000, "<ul><li>" * 50_000, "<a href=" * 50_000, "https://a.example/" + ")" * 400_000, "https://" * 60_000, "[" * 9_000, "> " * 2000 + "x", "*a " * 9000, "<p>" + "".join(map("<b id={}>".format, range(2500))) + "<p>x" * 2500],
    ids=range(9),
)  # fmt: skip
def test_no_input_takes_long(text: str) -> None:
    start = time.process_time()
    parse_html(text, BASE)
    parse_markdown(text, BASE)
    with suppress(BadResponse):  # too many elements
        parse_page(text)
    assert time.process_time() - start < 5


def test_character_sets() -> None:
    for charset in ("", "ascii", "rot13"):
        assert decode_text("Jö".encode(), charset) == "Jö"
    for charset in ("", "iso-8859-1", "x-unknown"):
        assert decode_text("Jö".encode("latin-1"), charset) == "Jö"
    assert decode_text(b"<meta charset='koi8-r'>\xf1").endswith("Я")
    assert decode_text(b"\x93x\x94 \x80", "iso-8859-1") == "\u201cx\u201d €"
    assert decode_text("镕".encode("gb18030"), "gb2312") == "镕"
    assert decode_text("Größe über".encode() + b"\xc3").startswith("Größe über")
    assert decode_text(b"-jda", "Punycode-") == "-jda"


MARKS = st.text(alphabet=st.sampled_from("ab*_~`[]()<>!#>-+1.|\\\n \t:&;\x00\ud800"), max_size=200)


@given(st.text(max_size=200) | MARKS | markup())
@ANY
@example("<html hidden>")
def test_any_text(text: str) -> None:
    """No text raises, and a snapshot can hold the result."""
    check(parse_html(f'<a href="x">x</a>{text}', text, media=False).blocks)
    for rich in (parse_html(text, BASE), parse_markdown(text, BASE, breaks=True)):
        check(rich.blocks, rich.media)
    check(parse_plain(text))


@given(st.sampled_from(DROPPED), markup(depth=2))
@ANY
def test_dropped_with_their_content(tag: str, around: str) -> None:
    html = f"<p>a</p><{tag}>Secret</{tag}><p>b</p>"
    assert check(parse_html(html, BASE).blocks) == "a\nb"
    assert "Secret" not in check(parse_html(html + around, BASE).blocks)


LETTERS = st.text(alphabet=st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1)


@given(st.lists(LETTERS, min_size=1, max_size=5))
@ANY
def test_no_text_is_lost(texts: list[str]) -> None:
    def joined(blocks: tuple[Block, ...]) -> str:
        return "".join(check(blocks).split())

    escaped = [text.replace("&", "&amp;").replace("<", "&lt;") for text in texts]
    for form in ("<p>{}</p>", "{}<br>", "<ul><li><b>{}</b></ul>", "<ul>{}", "<blockquote>{}"):
        blocks = parse_html("".join(map(form.format, escaped)), BASE).blocks
        assert joined(blocks) == "".join("".join(texts).split())
    assert joined(parse_plain("\n\n".join(texts))) == "".join("".join(texts).split())
