"""HTML that platforms send, and the blocks that it becomes."""

from __future__ import annotations

import time

import pytest
from thread_snapshots.rich import spans
from thread_snapshots.rich_text import from_facets, from_html, from_markdown, from_plain, read_html
from sphinx_thread_cards.thread import List, Media, Paragraph, Span
from support.sketches import sketch

BASE = "https://forum.example/t/1"

MASTODON_LINK = (
    '<a href="https://www.a.example/very/long/path" rel="nofollow"><span class="invisible">https://www.</span>'
    '<span class="ellipsis">a.example/very</span><span class="invisible">/long/path</span></a>'
)
DISCOURSE_QUOTE = (
    '<aside class="quote no-group" data-username="jo" data-post="2"><div class="title"><div class="quote-controls">'
    '<button>up</button></div><img alt="" class="avatar" src="/a.png"> '
    "jo:</div><blockquote><p>hi</p></blockquote></aside>"
)
ONEBOX = (
    '<aside class="onebox allowlistedgeneric" data-onebox-src="https://o.example/x"><header class="source">'
    '<img class="site-icon" src="/i.png"><a href="https://o.example/x">o.example</a></header><article '
    'class="onebox-body">'
    '<img class="thumbnail" src="/t.png"><h3><a href="https://o.example/x">Their title</a></h3><p>Their '
    "words</p></article>"
    '<div class="onebox-metadata">1 min</div></aside>'
)
LIGHTBOX = (
    '<div class="lightbox-wrapper"><a class="lightbox" href="/full/1" title="board"><img '
    'src="/small/1.png" alt="The '
    'board"><div class="meta"><svg></svg><span class="filename">board</span><span>600x400</span></div></a></div>'
)

HTML = {
    "hacker-news": (
        "a<p>b <i>c</i> &#x27;d&#x27;<p><pre><code>  x = 1\n  y\n</code></pre>",
        "a\nb _c_ 'd'\ncode None: '  x = 1\\n  y'",
    ),
    "algolia": ("<p>a</p><p>b</p>", "a\nb"),
    "hacker-news-short-link": (
        '<a href="https:&#x2F;&#x2F;a.example&#x2F;abcdefghi">https:&#x2F;&#x2F;a.example&#x2F;abcd...</a>',
        "[https://a.example/abcdefghi](https://a.example/abcdefghi)",
    ),
    "link-with-dots": ('<a href="https://a.example/x">go on reading...</a>', "[go on reading...](https://a.example/x)"),
    "mastodon": (
        (
            f'<p>See {MASTODON_LINK} <span class="h-card"><a '
            f'href="https://m.example/@jo">@<span>jo</span></a></span><br />'
            'two<br>:blob: <a href="https://m.example/tags/Pi" class="mention hashtag" '
            'rel="tag">#<span>Pi</span></a></p>'
        ),
        (
            "See [https://www.a.example/very/long/path](https://www.a.example/very/long/path) "
            "[@jo](https://m.example/@jo)"
            "/two/:blob: [#Pi](https://m.example/tags/Pi)"
        ),
    ),
    "custom-emoji": ('a <img class="emojione custom-emoji" alt=":blob:" src="/b.png">', "a :blob:"),
    "discourse-quote": (f"{DISCOURSE_QUOTE}<p>me</p>", "jo:\n> hi\nme"),
    "discourse-onebox": (f"<p>a</p>{ONEBOX}b", "a\n[Their title](https://o.example/x)\nb"),
    "discourse-onebox-without-title": (
        '<aside class="onebox" data-onebox-src="https://o.example/x"></aside>',
        "[https://o.example/x](https://o.example/x)",
    ),
    "discourse-mention": ('<a class="mention" href="/u/jo">@jo</a>', "[@jo](https://forum.example/u/jo)"),
    "discourse-lightbox": (LIGHTBOX, "[The board](https://forum.example/full/1)"),
    "discourse-list": (
        (
            "<ul>\n<li><p>one</p>\n<ol><li>in</li></ol></li>\n<li>two<pre><code "
            "class='lang-auto'>x</code></pre></li>\n</ul>"
        ),
        "- one\n  1. in\n- two\n  code None: 'x'",
    ),
    "list-in-list": ("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n- - b"),
    "item-without-list": ("<li>a<li>b", "a\nb"),
    "stack-exchange": (
        '<h2>Why <code>x</code>?</h2><pre class="lang-c prettyprint-override"><code>int x;\n</code></pre><hr><p>b</p>',
        "*Why **`x`**?*\ncode c: 'int x;'\nb",
    ),
    "github": (
        (
            '<div class="highlight highlight-source-shell"><pre>make <span>x</span></pre></div><ul '
            'class="contains-task-list">'
            '<li><input type="checkbox" checked> done<li><input type="checkbox"> not</ul>'
        ),
        "code shell: 'make x'\n- [x] done\n- [ ] not",
    ),
    "details": ("<details><summary>More</summary>in<p>it</details>", "*More*\nin\nit"),
    "telegram": (
        (
            'x <i class="emoji" style="background-image:url(e.png)"><b>\U0001f600</b></i> <b>y</b><br/><br/>'
            '<a href="?q=%23tag">#tag</a> <a href="tg://resolve?domain=x">z</a>'
        ),
        "x \U0001f600 *y*\n[#tag](https://forum.example/t/1?q=%23tag) z",
    ),
    "table": (
        (
            ""
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><p>1</p></td><td>2<ul><li>x<li>y</ul></td></tr>"
            "</tbody></table>after"
        ),
        "*a* | *b*/1 | 2 x y\nafter",
    ),
    "struck": ("<del>no</del> <q>q</q>", "~~no~~ “q”"),
    "spaces": ("<p>  a\n b <b> c </b> d<br> e </p>", "a b *c *d/e"),
    "dropped": (
        (
            "a<script>s</script><style>s</style><iframe "
            "src=x>s</iframe><object>s</object><template>s</template><svg>s</svg>"
            "<!-- s --><?php s ?>b"
        ),
        "ab",
    ),
    "page-ends": ("</div></body></html>x<p>y", "x\ny"),
    "empty": ("<p> </p><blockquote></blockquote><ul><li></li></ul><pre>\n</pre><a href='https://a.example'></a>", ""),
    "code-in-attribute": (
        '<p onclick="x()" style="y">a</p><a href="https://a.example" onclick="x">b</a>',
        "a\n[b](https://a.example)",
    ),
    "picture-without-words": ('<img src="/p.png">', "[https://forum.example/p.png](https://forum.example/p.png)"),
    "pixel": ('a<img src="https://t.example/p.gif" width="1" height="1" alt="t">', "a"),
    "badge": ('<a href="/ci"><img src="b.svg" alt="build"></a>', "[build](https://forum.example/ci)"),
    "video": (
        '<video controls><source src="/v.mp4">no</video>',
        "[https://forum.example/v.mp4](https://forum.example/v.mp4)",
    ),
}


@pytest.mark.parametrize("name", HTML)
def test_html(name: str) -> None:
    html, expected = HTML[name]
    assert sketch(from_html(html, BASE)) == expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://a.example", "https://a.example"),
        (" HTTP://a.example/x ", "http://a.example/x"),
        ("//a.example/x", "https://a.example/x"),
        ("../u/jo", "https://forum.example/u/jo"),
        ("#post", f"{BASE}#post"),
        ("https://m\u00fcnchen.example/\u00e4 b?q=\u00fc", "https://xn--mnchen-3ya.example/%C3%A4%20b?q=%C3%BC"),
        ("https://[::1]:8080/", "https://[::1]:8080/"),
        ('https://a.example/%41"<>\\', "https://a.example/%41%22%3C%3E%5C"),
        ("https://a.example/x\u202ey", "https://a.example/xy"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("data:text/html,x", None),
        ("vbscript:x", None),
        ("file:///etc/passwd", None),
        ("mailto:jo@a.example", None),
        ("https://bank.example@a.example/", None),
        ("https://a.example\\@b.example/", None),
        ("https://", None),
        ("https:///a.example", None),
        ("https://[::1", None),
        ("https://a b.example/", None),
        ("https://\u2100.example/", None),
        ("https://a.example/" + "x" * 3000, None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_links(href: object, expected: str | None) -> None:
    """Only web addresses without user information become links."""
    assert spans.safe_link(href, BASE) == expected


def test_relative_links_need_a_base() -> None:
    assert sketch(from_html('<a href="/x">x</a>', "")) == "x"
    assert sketch(from_html('<a href="/x">x</a>', "https://[broken")) == "x"


def test_media_apart() -> None:
    """Pictures and videos leave the text, each once; the text of a link stays."""
    rich = read_html(
        f'<p>a</p>{LIGHTBOX}<img src="p.png"><img src="p.png"><a href="https://x.example/p.jpg"><img '
        f'src="https://c.example/1">'
        '</a><a href="/ci"><img src="b.svg" alt="build"></a><video src="/v.mp4" title="It boots"></video>'
        '<div class="video-placeholder-container" data-video-src="/w.mp4"></div><img '
        'src="data:image/png;base64,x" alt="d">',
        BASE,
    )
    assert sketch(rich.blocks) == "a\n[build](https://forum.example/ci)\nd"
    assert rich.media == (
        Media(url="https://forum.example/full/1", alt="The board"),
        Media(url="https://forum.example/t/p.png"),
        Media(url="https://x.example/p.jpg"),
        Media(kind="video", url="https://forum.example/v.mp4", alt="It boots"),
        Media(kind="video", url="https://forum.example/w.mp4"),
    )


def test_depth_is_bounded() -> None:
    """Quotes beyond the limit go into the last one; nothing is lost."""
    blocks = from_html("<blockquote>" * 50 + "deep" + "</blockquote>" * 50 + "after", BASE)
    assert sketch(blocks) == "> " * spans.MAX_DEPTH + "deep\nafter"


def test_deep_html_is_read_as_html() -> None:
    assert sketch(from_html("<span>" * 1000 + "<a href='/x'>x</a>", BASE)) == "[x](https://forum.example/x)"


def test_html_deeper_than_the_parser_goes() -> None:
    html = "<p>before</p>" + "<div>" * 5000 + "deep<script>s</script>" + "</div>" * 5000 + "<p>after &amp; on</p>"
    assert sketch(from_html(html, BASE)) == "before deep after & on"


@pytest.mark.parametrize("read", [lambda text: from_html(text, BASE), from_plain, lambda text: from_facets(text, [])])
def test_long_text_is_cut(read: object) -> None:
    blocks = read("x" * (spans.MAX_TEXT + 1))  # type: ignore[operator]
    assert sketch(blocks) == "x" * spans.MAX_TEXT + "\n…"


def test_one_long_address_does_not_fill_the_memory() -> None:
    """A link around 60,000 spans would be written in each."""
    html = f'<a href="https://a.example/{"x" * 1900}">' + "a<b>b</b>" * 50_000
    blocks = from_html(html, BASE)
    assert sum(len(span.href or "") for span in blocks[0].spans) <= 4 * spans.MAX_TEXT  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "html",
    [
        "<font size=1>" * 9000 + "<p>x" * 30000,
        "<a href=" * 50000,
        "</body" * 70000,
        "<![CDATA[" * 50000,
        "<table><tr><td>" * 400 + "x" * 1000,
        "&" * 400_000,
        "https://a.example/" + ")" * 400_000,
        "https://" * 60_000,
        "<br>" * 100_000,
    ],
)
def test_no_input_takes_long(html: str) -> None:
    for read in (from_html, lambda text, _base: from_plain(text)):
        before = time.process_time()
        read(html, BASE)
        assert time.process_time() - before < 8


def test_list_types() -> None:
    blocks = from_html("<ol><li>a</ol><ul><li>b</ul>", BASE)
    assert blocks == (
        List(items=((Paragraph(spans=(Span(text="a"),)),),), ordered=True),
        List(items=((Paragraph(spans=(Span(text="b"),)),),)),
    )


@pytest.mark.parametrize(("start", "first"), [("4", 4), ("0", 0), ("-3", 1), ("99999", 1), ("iv", 1), ("", 1)])
def test_list_goes_on_where_its_author_says(start: str, first: int) -> None:
    """Text refers to the numbers; one that nobody counts to is none."""
    item = ((Paragraph(spans=(Span(text="a"),)),),)
    assert from_html(f'<ol start="{start}"><li>a</ol>', BASE) == (List(items=item, ordered=True, start=first),)
    assert from_html(f'<ul start="{start}"><li>a</ul>', BASE) == (List(items=item),)
    assert from_markdown("4. a", BASE) == (List(items=item, ordered=True, start=4),)
