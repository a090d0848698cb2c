"""Conversion of HTML, Markdown and plain text to blocks and spans.

The input is untrusted and may be anything. The output has only http and https links, no markup, a bounded depth and a
bounded size, and is always accepted by :func:`thread_snapshots.store.encode`. Only :func:`parse_page` raises.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.snapshot import Block, Code, List, Media, Paragraph, Quote, Span

from thread_snapshots.errors import BadResponse
from thread_snapshots.json_access import MAX_LINK, safe_url

MAX_TEXT = 500_000
"""How many characters of a post are parsed; an ellipsis replaces the rest."""
MAX_MARKDOWN = 70_000
"""How many characters are parsed as Markdown, slightly more than GitHub allows; longer text is plain text."""
MAX_NESTED = 6
"""How deeply quotes and lists may be nested; deeper ones are merged into the last."""
# Parsing takes quadratic time where elements are not closed.
_MAX_TAGS = 5_000
_MAX_PAGE_TAGS = 50_000
# In each paragraph, a parser reopens formatting elements that are not closed: any number if their attributes differ.
_MAX_FORMATTING = 100
_FORMATTING = re.compile(
    r"(?i)<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/][^>]{0,2000}>"
)
# Elements nested deeper than this contribute only their text.
_MAX_ELEMENTS = 150

_PLAIN = Span(text="")
_NEW_LINE = Span(text="\n")
ELLIPSIS = Paragraph(spans=(Span(text="…"),))  # where text was shortened
_style = attrgetter("href", "emphasis", "strong", "code")


@dataclass(frozen=True, kw_only=True, slots=True)
class RichText:
    """The content of a post."""

    blocks: tuple[Block, ...]
    media: tuple[Media, ...] = ()
    """Images and videos, each once, in the order of the text."""


# What browsers use instead of a character set: https://encoding.spec.whatwg.org/#names-and-labels
_SUPERSETS = {"iso8859-1": "cp1252", "gb2312": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}
_META_CHARSET = re.compile(rb"""(?i)<meta[^>]{1,200}?charset\s*=\s*["']?\s*([\w-]{1,40})""")


def decode_text(body: bytes, charset: str = "") -> str:
    """Return bytes as text, in the first of: the given character set, that of ``<meta>``, UTF-8 (in which a character may be cut), Windows-1252."""
    meta = _META_CHARSET.search(body[:4096])
    for name in (charset, meta[1].decode("ascii") if meta else "", "utf-8-sig"):
        with suppress(LookupError, ValueError):
            # Decoding Punycode, which no page uses, takes quadratic time.
            if name and "punycode" not in name.lower():
                return body.decode(_SUPERSETS.get(codecs.lookup(name).name, name))
    text = body.decode("utf-8", "replace")
    is_utf8 = text.count("\N{REPLACEMENT CHARACTER}") * 2 < len(re.findall(r"[^\0-\x7f]", text))
    return text if is_utf8 else body.decode("windows-1252", "replace")


_BARE_URL = re.compile(rf"(?i)(?<![A-Za-z0-9])https?://[^\s<>\"]{{1,{MAX_LINK}}}+(?![^\s<>\"])")
_OPENING = {")": "(", "]": "["}
_MIN_SHORTENED = 6


def link_bare_urls(span: Span) -> Iterator[Span]:
    """Split a span at the URLs in its text, which become links; a link or code stays as it is.

    The rules for the end of a URL are those of GitHub Flavored Markdown, section 6.9.
    """
    if span.href or span.code:
        yield span
        return
    done = 0
    for match in _BARE_URL.finditer(span.text):
        url = _without_trailing_punctuation(match[0])
        if href := safe_url(url):
            yield replace(span, text=span.text[done : match.start()])
            yield replace(span, text=url, href=href)
            done = match.start() + len(url)
    yield replace(span, text=span.text[done:])


def _without_trailing_punctuation(url: str) -> str:
    while url:
        opening = _OPENING.get(url[-1])
        unpaired = opening and url.count(url[-1]) > url.count(opening)
        if not unpaired and url[-1] not in "?!.,:;*_~'":
            break
        url = url[:-1]
    return url


def split_paragraphs(spans: Iterable[Span]) -> list[Paragraph]:
    r"""Return spans as paragraphs: ``\n`` is a line break, blank lines separate paragraphs."""
    paragraphs: list[Paragraph] = []
    current: list[Span] = []
    for line in (*_lines(spans), []):
        if line:
            current += [_NEW_LINE, *line] if current else line
        elif current:
            paragraphs.append(_paragraph(current))
            current = []
    return paragraphs


def _lines(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Yield the spans of each line, without trailing white space."""
    line: list[Span] = []
    for span in spans:
        first, *others = snapshot.clean_text(span.text).split("\n")
        line.append(replace(span, text=first))
        for text in others:
            yield _without_trailing_space(line)
            line = [replace(span, text=text)]
    yield _without_trailing_space(line)


def _without_trailing_space(line: list[Span]) -> list[Span]:
    line = [span for span in line if span.text]
    while line and not line[-1].text.strip():
        line.pop()
    return [*line[:-1], replace(line[-1], text=line[-1].text.rstrip())] if line else line


def _paragraph(spans: list[Span]) -> Paragraph:
    """Return a paragraph in which adjacent spans of the same style are one."""
    groups = ((list(group)) for _, group in groupby(spans, _style))
    merged = (replace(group[0], text="".join([span.text for span in group])) for group in groups)
    return Paragraph(spans=tuple(map(_with_full_url, merged)))


def _with_full_url(span: Span) -> Span:
    """Return a link with its URL as text, if the text is the beginning of the URL and an ellipsis."""
    if not span.href or not span.text.endswith(("…", "...")):
        return span
    shown = span.text.rstrip("…. ").rpartition("://")[2].removeprefix("www.")
    url = span.href.partition("://")[2].removeprefix("www.")
    shortened = len(shown) >= _MIN_SHORTENED and url.startswith(shown)
    return replace(span, text=span.href) if shortened else span


def parse_plain(text: str) -> tuple[Block, ...]:
    """Return plain text as paragraphs; URLs become links."""
    blocks = split_paragraphs(link_bare_urls(Span(text=snapshot.clean_text(text[:MAX_TEXT]))))
    return (*blocks, ELLIPSIS) if len(text) > MAX_TEXT else tuple(blocks)


# GitHub Flavored Markdown escapes some tags (section 6.11); here, all unknown ones are escaped.
_TAG_START = re.compile(r"<(?=/?([A-Za-z][A-Za-z0-9-]*))")


def parse_markdown(
    text: str, base_url: str, *, breaks: bool = False, media: bool = True
) -> RichText:
    """Return GitHub Flavored Markdown as rich text; unknown tags such as ``Vec<String>`` are text.

    With ``breaks``, the end of a line is a line break, as in comments on GitHub. Without ``media``, images and videos
    are links in the text.
    """
    if len(text) > MAX_MARKDOWN:
        return RichText(blocks=parse_plain(text))
    parser = MarkdownIt("commonmark", {"html": True, "breaks": breaks, "maxNesting": 100})
    parser.enable(["table", "strikethrough"])
    for name in ("html_block", "html_inline"):
        parser.add_render_rule(name, _render_html)
    html = parser.render(snapshot.clean_text(text))
    return _Parser(base_url, media=media, bare_urls=True).parse(html)


def _render_html(_renderer: object, tokens: Any, index: int, *_: object) -> str:
    content: str = tokens[index].content
    return _TAG_START.sub(lambda tag: "<" if tag[1].lower() in _KNOWN else "&lt;", content)


_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt")
_STYLES = {
    **dict.fromkeys(("em", "i", "dfn", "cite"), "emphasis"),
    **dict.fromkeys((*_HEADINGS, "strong", "b", "th"), "strong"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
}
_STRUCK = frozenset({"del", "s", "strike"})
_CONTAINERS = {"blockquote": 6, "ul": 4, "ol": 4, "menu": 4}  # maximum depth, as in LaTeX
_OTHER_BLOCKS = (
    "address article aside body caption center dd details div dl fieldset figcaption figure footer form header hr li"
    " main nav p pre section table"
)
_BLOCKS = frozenset(_CONTAINERS).union(_HEADINGS, _OTHER_BLOCKS.split())
_OTHERS = (
    "a abbr audio br col font g-emoji img input ins mark picture q small source span sub sup tbody td tfoot thead time"
    " tr u var video wbr"
)
_KNOWN = _BLOCKS.union(_STYLES, _STRUCK, _OTHERS.split())
# Not written by the author of the post: also, on Discourse, buttons and avatars in quotes, polls and parts of previews;
# on GitHub, the button that copies code and the spinner; tracking pixels.
_NOISE = (
    "button, canvas, embed, head, iframe, noembed, noframes, noscript, object, script, select, style, svg, template,"
    " title, [hidden], .avatar, .lightbox > .meta, .onebox header, .onebox img, .onebox p, .onebox-metadata,"
    " .js-render-enrichment-loader, .poll-buttons, .poll-info, .quote-controls, .zeroclipboard-container, img[width='0'], img[width='1']"
)
_EMOJI = "img.emoji, img.custom-emoji, img.emojione"
_SPACES = re.compile(r"[ \t\n\r\f]+")
_LANGUAGE = re.compile(
    r"(?<!\S)(?:language|lang|highlight-source|snippet-code)-([A-Za-z0-9+#._-]{1,30})(?!\S)"
)
_NO_LANGUAGE = frozenset({"auto", "none", "plain", "plaintext", "text", "nohighlight"})
_IMAGE_PATH = re.compile(r".*\.(?:avif|gif|jpe?g|png|svg|webp)", re.IGNORECASE)
_START = re.compile(r"[0-9]{1,4}")


def parse_page(html: str, url: str = "page") -> LexborHTMLParser:
    """Return the tree of a page; raise BadResponse, with its URL, if the page has more than 50,000 tags."""
    if html.count("<") > _MAX_PAGE_TAGS:
        raise BadResponse(url, "more than 50,000 elements")
    if len(_FORMATTING.findall(html)) > _MAX_FORMATTING:
        html = _FORMATTING.sub(r"<\1>", html)
    return LexborHTMLParser(html)


def parse_html(html: str, base_url: str, *, media: bool = True) -> RichText:
    """Return HTML as rich text, without scripts, styles, frames and forms; the arguments are as for Markdown."""
    return _Parser(base_url, media=media).parse(html)


class _Parser:
    """Walks a tree of HTML and collects its blocks and media."""

    def __init__(self, base_url: str, *, media: bool, bare_urls: bool = False) -> None:
        self._media: dict[str, Media] = {}
        self._base_url = base_url
        self._separate_media = media
        self._bare_urls = bare_urls
        self._blocks: list[Block] = []
        self._spans: list[Span] = []
        self._elements = self._nested = 0

    def parse(self, html: str) -> RichText:
        source = "<".join(html[:MAX_TEXT].split("<", _MAX_TAGS)[:_MAX_TAGS])
        rest = [ELLIPSIS] if len(source) < len(html) else []
        tree = parse_page(f"<body>{source}")
        # From the last to the first, because elements may be nested.
        for node in reversed(tree.css(f"body :is({_NOISE})")):  # the root cannot be removed
            node.decompose()
        for node in tree.css(_EMOJI):
            node.replace_with(node.attributes.get("alt") or "")
        for node in tree.css("pre br"):
            node.replace_with("\n")
        blocks = self._inner_blocks(tree.body.iter(include_text=True), _PLAIN) if tree.body else ()
        return RichText(blocks=(*blocks, *rest), media=tuple(self._media.values()))

    def _inner_blocks(self, nodes: Iterable[LexborNode], style: Span) -> tuple[Block, ...]:
        """Return the nodes as separate blocks."""
        outer, self._blocks, self._spans = (self._blocks, self._spans), [], []
        for node in nodes:
            self._node(node, style)
        self._end_paragraph()
        inner, (self._blocks, self._spans) = self._blocks, outer
        return tuple(inner)

    def _children(self, node: LexborNode, style: Span) -> None:
        self._elements += 1
        if self._elements > _MAX_ELEMENTS:
            self._text(node.text(), style)
        else:
            for child in node.iter(include_text=True):
                self._node(child, style)
        self._elements -= 1

    def _node(self, node: LexborNode, style: Span) -> None:
        tag = node.tag or ""
        if tag in _BLOCKS:
            self._end_paragraph()
        if node.is_text_node:
            self._text(node.text_content or "", style)
        elif tag == "img":
            self._image(node, style)
        elif tag in {"video", "audio"} or "data-video-src" in node.attributes:
            self._video(node, style)
        elif tag == "pre":
            if text := snapshot.clean_text(node.text()).strip("\n").rstrip():
                self._blocks.append(Code(text=text, language=_code_language(node)))
        elif self._nested < _CONTAINERS.get(tag, 0):
            self._container(node, style)
        else:
            self._inline(node, tag, style)
        if tag in _BLOCKS:
            self._end_paragraph()

    def _container(self, node: LexborNode, style: Span) -> None:
        self._nested += 1
        children, ordered = node.iter(include_text=True), node.tag == "ol"
        if node.tag == "blockquote":
            if blocks := self._inner_blocks(children, style):
                self._blocks.append(Quote(blocks=blocks))
        else:
            inner = (self._inner_blocks([child], style) for child in children)
            start = _START.fullmatch(node.attributes.get("start") or "") if ordered else None
            first = int(start[0]) if start else 1
            if items := tuple(blocks for blocks in inner if blocks):
                self._blocks.append(List(items=items, ordered=ordered, start=first))
        self._nested -= 1

    def _inline(self, node: LexborNode, tag: str, style: Span) -> None:
        before = after = ""
        if tag in {"br", "tr"}:
            self._spans.append(_NEW_LINE)
        elif tag in {"td", "th"} and self._spans and self._spans[-1] != _NEW_LINE:
            self._text(" | ", _PLAIN)
        elif tag == "input" and node.attributes.get("type") == "checkbox":
            before = "[x] " if "checked" in node.attributes else "[ ] "
        elif tag in _STRUCK:
            before = after = "~~"
        if tag == "a":
            style = replace(style, href=safe_url(node.attributes.get("href"), self._base_url))
        elif tag in _STYLES:
            style = replace(style, **{_STYLES[tag]: True})
        self._text(before, style)
        self._children(node, style)
        self._text(after, style)

    def _text(self, text: str, style: Span) -> None:
        """Add text to the paragraph; a run of white space becomes one space, as in HTML."""
        span = replace(style, text=_SPACES.sub(" ", snapshot.clean_text(text)))
        if not self._spans or self._spans[-1].text.endswith((" ", "\n")):
            span = replace(span, text=span.text.lstrip(" "))
        if span.text:
            self._spans += link_bare_urls(span) if self._bare_urls else [span]

    def _end_paragraph(self) -> None:
        self._blocks += split_paragraphs(self._spans)
        self._spans = []

    def _image(self, node: LexborNode, style: Span) -> None:
        """Add an image, or its alternative text if it is the content of a link to something else."""
        src, link = safe_url(node.attributes.get("src"), self._base_url), style.href
        alt = snapshot.clean_text(node.attributes.get("alt") or "").strip()
        is_image = _IMAGE_PATH.fullmatch(urlsplit(link or "").path)
        enlarges = link and (link == src or is_image or "lightbox" in _classes(node.parent))
        url = link if enlarges else src
        if self._separate_media and url and (enlarges or not link):
            self._media.setdefault(url, Media(url=url, alt=alt or None))
        else:
            self._text(alt or link or src or "", replace(style, href=link or src))

    def _video(self, node: LexborNode, style: Span) -> None:
        attributes = [it.attributes for it in (node, *node.css("source"))]
        given = (it.get("data-video-src") or it.get("src") for it in attributes)
        url = next(filter(None, (safe_url(src, self._base_url) for src in given)), None)
        if url and self._separate_media and node.tag != "audio":
            self._media.setdefault(url, Media(kind="video", url=url))
        elif url:
            self._text(url, replace(style, href=url))


def _classes(node: LexborNode | None) -> str:
    return (node and node.attributes.get("class")) or ""


def _code_language(pre: LexborNode) -> str | None:
    """Return the language that the classes of a code block name, or those of the elements in and around it."""
    nodes = (pre, pre.css_first("code"), pre.parent)
    match = _LANGUAGE.search(" ".join(map(_classes, nodes)))
    language = match[1].lower() if match else None
    return None if language in _NO_LANGUAGE else language
