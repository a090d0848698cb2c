"""Rich text as blocks and spans: from HTML, Markdown and plain text.

The input is foreign and may be anything. The output has only http and https links, no markup, a bounded depth and a
bounded size, and is always accepted by :func:`sphinx_thread_cards.snapshot.encode`. No function raises.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser
from sphinx_thread_cards.snapshot import (
    Block,
    Code,
    List,
    Media,
    Paragraph,
    Quote,
    Span,
    clean_line,
    clean_text,
)

from thread_snapshots.json_access import MAX_LINK, safe_url
from thread_snapshots.thread_builder import leaf_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selectolax.lexbor import LexborNode

MAX_TEXT = 500_000
"""How many characters of a post are parsed; an ellipsis stands for the rest."""
MAX_MARKDOWN = 70_000
"""How many characters are parsed as Markdown, slightly more than GitHub allows; longer text is plain text."""
MAX_NESTED = 6
"""How many quotes and lists may be nested; deeper ones are merged into the last."""
# Elements nested deeper than this contribute only their text.
_MAX_ELEMENTS = 150
_MAX_WORK = 5_000_000

_PLAIN = Span(text="")
ELLIPSIS = Paragraph(spans=(Span(text="…"),))
"""Stands where text was shortened."""
_style = attrgetter("href", "emphasis", "strong", "code")


@dataclass(frozen=True, kw_only=True, slots=True)
class RichText:
    """The content of a post."""

    blocks: tuple[Block, ...]
    media: tuple[Media, ...] = ()
    """Images and videos, each once, in the order of the text."""


_META_CHARSET = re.compile(
    rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{1,40})""", re.IGNORECASE
)
# Python has codecs that are not character sets, and some that are slow.
_CHARSET = re.compile(
    r"utf[-_]?(8|16(-?[bl]e)?)|(us-)?ascii|latin-?1|iso[-_]?(8859|2022)[-_]\w+(-\w+)?|(windows-|cp)[0-9]+"
    r"|koi8[-_][rtu]|gbk|gb2312|gb18030|big5(-hkscs)?|euc[-_](jp|kr)|shift[-_]?jis",
    re.IGNORECASE,
)


def decode_text(body: bytes, charset: str = "") -> str:
    """Return bytes as text: in the given character set, that of a ``<meta>`` element, UTF-8 or Windows-1252."""
    meta = _META_CHARSET.search(body[:1024])
    given = [charset, meta[1].decode("ascii") if meta else ""]
    if body.startswith(codecs.BOM_UTF8):
        given = []
    for name in (*filter(_CHARSET.fullmatch, given), "utf-8-sig"):
        with suppress(LookupError, UnicodeError):
            return body.decode(name)
    return body.decode("windows-1252", "replace")


# -- Spans ---------------------------------------------------------------------

_BARE_URL = re.compile(r"(?<![A-Za-z0-9])https?://[^\s<>\"]+", re.IGNORECASE)
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
        url = _without_trailing_punctuation(match[0]) if len(match[0]) <= MAX_LINK else match[0]
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
    for line in _lines(spans):
        if line:
            same = current and _style(current[-1]) == _style(line[0])
            break_ = [replace(line[0] if same else _PLAIN, text="\n")] if current else []
            current += [*break_, *line]
        elif current:
            paragraphs.append(_paragraph(current))
            current = []
    return [*paragraphs, _paragraph(current)] if current else paragraphs


def _lines(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Yield the spans of each line, without trailing white space."""
    line: list[Span] = []
    for span in spans:
        first, *others = clean_text(span.text).split("\n")
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
    return (
        replace(span, text=span.href)
        if len(shown) >= _MIN_SHORTENED and url.startswith(shown)
        else span
    )


# -- Plain text and Markdown ---------------------------------------------------


def parse_plain(text: str) -> tuple[Block, ...]:
    """Return plain text as paragraphs; URLs become links."""
    blocks = split_paragraphs(link_bare_urls(Span(text=clean_text(text[:MAX_TEXT]))))
    return (*blocks, ELLIPSIS) if len(text) > MAX_TEXT else tuple(blocks)


# GitHub Flavored Markdown escapes some tags (section 6.11); here, all unknown ones are escaped.
_TAG_START = re.compile(r"<(?=/?([A-Za-z][A-Za-z0-9-]*))")


def parse_markdown(
    text: str, base_url: str, *, breaks: bool = False, media: bool = True
) -> RichText:
    """Return GitHub Flavored Markdown as rich text; unknown tags such as ``Vec<String>`` are text.

    Args:
        base_url: relative links are resolved against it.
        breaks: whether the end of a line is a line break, as in comments on GitHub.
        media: whether images and videos are separate from the text; otherwise they are links.
    """
    if len(text) > MAX_MARKDOWN:
        return RichText(blocks=parse_plain(text))
    parser = MarkdownIt("commonmark", {"html": True, "breaks": breaks, "maxNesting": 100})
    parser.enable(["table", "strikethrough"])
    for name in ("html_block", "html_inline"):
        parser.add_render_rule(name, _render_html)
    try:
        rendered = parser.render(clean_text(text))
    except RecursionError:
        return RichText(blocks=parse_plain(text))
    return _parse(rendered, _Parser(base_url, media=media, bare_urls=True))


def _render_html(_renderer: object, tokens: Any, index: int, *_: object) -> str:
    content: str = tokens[index].content
    return _TAG_START.sub(lambda tag: "<" if tag[1].lower() in _KNOWN else "&lt;", content)


# -- HTML ----------------------------------------------------------------------

_EMPHASIS = frozenset({"em", "i", "dfn", "cite"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"})
_STRONG = _HEADINGS | {"strong", "b", "th"}
_CODE = frozenset({"code", "kbd", "samp", "tt"})
_STRUCK = frozenset({"del", "s", "strike"})
_CONTAINERS = frozenset({"blockquote", "ul", "ol", "menu"})
_OTHER_BLOCKS = (
    "address article aside body caption center dd details div dl fieldset figcaption figure footer form header hr li"
    " main nav p pre section table"
)
_BLOCKS = _HEADINGS | _CONTAINERS | set(_OTHER_BLOCKS.split())
_VOID = frozenset({"br", "col", "hr", "img", "input", "wbr"})
_OTHERS = (
    "a abbr audio bdi bdo big colgroup font g-emoji ins mark picture q rp rt ruby small source span sub sup tbody td"
    " tfoot thead time tr u var video"
)
_KNOWN = _EMPHASIS | _STRONG | _CODE | _STRUCK | _BLOCKS | _VOID | set(_OTHERS.split())
# Not written by the author of the post: also buttons and avatars in quotes, polls and parts of previews of Discourse,
# the button that copies code of GitHub, tracking pixels.
_NOISE = (
    "applet, button, canvas, datalist, embed, frame, frameset, head, iframe, noembed, noframes, noscript, object,"
    " script, select, style, svg, template, title, [hidden], .avatar, .lightbox > .meta, .onebox-metadata,"
    " .poll-buttons, .poll-info, .quote-controls, .zeroclipboard-container, img[width='0'], img[width='1']"
)
_EMOJI = "img.emoji, img.custom-emoji, img.emojione"
_TAG = re.compile(r"<(/?)([A-Za-z][^\s<>/]*)")
_MARKUP = re.compile(
    r"(?is)<(script|style|template|iframe|svg|object)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>"
)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|snippet-code)-([A-Za-z0-9+#._-]{1,30})")
_NO_LANGUAGE = frozenset({"auto", "none", "plain", "plaintext", "text", "nohighlight"})
_IMAGE_PATH = re.compile(r".*\.(?:avif|gif|jpe?g|png|svg|webp)", re.IGNORECASE)
_START = re.compile(r"[0-9]{1,4}")


def parse_html(html: str, base_url: str, *, media: bool = True) -> RichText:
    """Return HTML as rich text; scripts, styles, frames and form controls are dropped with their content.

    Args:
        base_url: relative links are resolved against it.
        media: whether images and videos are separate from the text; otherwise they are links.
    """
    return _parse(html, _Parser(base_url, media=media))


def _parse(html: str, parser: _Parser) -> RichText:
    source = html[:MAX_TEXT]
    if parsing_work(source) > _MAX_WORK:
        blocks = parse_plain(unescape(_MARKUP.sub(" ", source)))
    else:
        body = _parse_tree(source)
        blocks = tuple(parser.nested(body, _PLAIN)) if body else ()
    return RichText(
        blocks=(*blocks, ELLIPSIS) if len(html) > MAX_TEXT else blocks,
        media=tuple(parser.media.values()),
    )


def _parse_tree(html: str) -> LexborNode | None:
    tree = LexborHTMLParser(f"<body>{html}")
    # From the last to the first, because elements may be nested.
    for node in reversed(tree.css(_NOISE)):
        node.decompose()
    for node in tree.css(_EMOJI):
        node.replace_with(node.attributes.get("alt") or "")
    for node in tree.css("pre br"):
        node.replace_with("\n")
    return tree.body


def parsing_work(html: str) -> int:
    """Return the number of tags times the depth of the tree, as far as the tags alone show.

    The time that the parser takes is proportional to it.
    """
    unclosed, depth, max_depth = Counter[str](), 0, 0
    tags = _TAG.findall(html.lower())
    for closing, name in tags:
        if not closing and name not in _VOID:
            unclosed[name] += 1
            depth += 1
            max_depth = max(max_depth, depth)
        elif closing and unclosed[name]:
            unclosed[name] -= 1
            depth -= 1
    return len(tags) * max_depth


class _Parser:
    """Walks a tree of HTML and collects its blocks and media."""

    def __init__(self, base_url: str, *, media: bool, bare_urls: bool = False) -> None:
        self.media: dict[str, Media] = {}
        self._base_url = base_url
        self._separate_media = media
        self._bare_urls = bare_urls
        self._blocks: list[Block] = []
        self._spans: list[Span] = []
        self._elements = self._nested = 0

    def nested(self, node: LexborNode, style: Span, *, itself: bool = False) -> list[Block]:
        """Return the blocks in an element, or of the node ``itself``."""
        outer, self._blocks, self._spans = (self._blocks, self._spans), [], []
        if itself:
            self._node(node, style)
        else:
            self._children(node, style)
        self._end_paragraph()
        inner, (self._blocks, self._spans) = self._blocks, outer
        return inner

    def _children(self, node: LexborNode, style: Span) -> None:
        self._elements += 1
        if self._elements > _MAX_ELEMENTS:
            self._text(node.text(), style)
        else:
            for child in _child_nodes(node):
                self._node(child, style)
        self._elements -= 1

    def _node(self, node: LexborNode, style: Span) -> None:
        if node.is_text_node:
            self._text(node.text_content or "", style)
        elif node.is_element_node:
            self._element(node, style)

    def _element(self, node: LexborNode, style: Span) -> None:
        tag = node.tag or ""
        if tag in _BLOCKS:
            self._end_paragraph()
        if tag == "img":
            self._image(node, style)
        elif tag in {"video", "audio"} or "data-video-src" in node.attributes:
            self._video(node, style)
        elif tag == "aside" and "onebox" in _classes(node):
            self._preview(node, style)
        elif tag == "pre":
            if text := clean_text(node.text()).strip("\n").rstrip():
                self._blocks.append(Code(text=text, language=_code_language(node)))
        elif tag == "tr":
            self._row(node, style)
        elif tag in _CONTAINERS and self._nested < MAX_NESTED:
            self._nested += 1
            self._container(node, style)
            self._nested -= 1
        else:
            self._inline(node, tag, style)
        if tag in _BLOCKS:
            self._end_paragraph()

    def _container(self, node: LexborNode, style: Span) -> None:
        if node.tag == "blockquote":
            if blocks := self.nested(node, style):
                self._blocks.append(Quote(blocks=tuple(blocks)))
            return
        items = [tuple(self.nested(child, style, itself=True)) for child in _child_nodes(node)]
        items = [item for item in items if item]
        if items:
            ordered = node.tag == "ol"
            start = _START.fullmatch(node.attributes.get("start") or "") if ordered else None
            self._blocks.append(
                List(items=tuple(items), ordered=ordered, start=int(start[0]) if start else 1)
            )

    def _row(self, node: LexborNode, style: Span) -> None:
        """Add a row of a table as a line."""
        line = [replace(_PLAIN, text="\n")]
        cells = (child for child in _child_nodes(node) if child.is_element_node)
        for position, cell in enumerate(cells):
            line.append(replace(_PLAIN, text=" | " if position else ""))
            for number, block in enumerate(leaf_blocks(self.nested(cell, style, itself=True))):
                spans = (
                    (replace(style, text=block.text, code=True),)
                    if isinstance(block, Code)
                    else block.spans
                )
                line += [replace(_PLAIN, text=" ")] if number else []
                line += [replace(span, text=span.text.replace("\n", " ")) for span in spans]
        self._spans += line

    def _inline(self, node: LexborNode, tag: str, style: Span) -> None:
        before = after = ""
        if tag == "br":
            self._spans.append(replace(style, text="\n"))
        elif tag == "input" and node.attributes.get("type") == "checkbox":
            before = "[x] " if "checked" in node.attributes else "[ ] "
        elif tag in _STRUCK:
            before = after = "~~"
        elif tag == "q":
            before, after = "“”"
        elif tag == "a":
            style = replace(style, href=safe_url(node.attributes.get("href"), self._base_url))
        elif tag in _EMPHASIS:
            style = replace(style, emphasis=True)
        elif tag in _STRONG:
            style = replace(style, strong=True)
        elif tag in _CODE:
            style = replace(style, code=True)
        self._text(before, style)
        self._children(node, style)
        self._text(after, style)

    def _text(self, text: str, style: Span) -> None:
        """Add text to the paragraph; white space is one space, as in HTML."""
        span = replace(style, text=_SPACES.sub(" ", clean_text(text)))
        if not self._spans or self._spans[-1].text.endswith((" ", "\n")):
            span = replace(span, text=span.text.lstrip(" "))
        if span.text:
            self._spans += link_bare_urls(span) if self._bare_urls else [span]

    def _end_paragraph(self) -> None:
        self._blocks += split_paragraphs(self._spans)
        self._spans = []

    def _image(self, node: LexborNode, style: Span) -> None:
        """Add an image; one that is the text of a link to something else stays text."""
        attributes = node.attributes
        src, link = safe_url(attributes.get("src"), self._base_url), style.href
        alt = clean_text(attributes.get("alt") or "").strip()
        enlarges = link and (
            link == src
            or "lightbox" in _classes(node.parent)
            or _IMAGE_PATH.fullmatch(urlsplit(link).path)
        )
        url = link if enlarges else src
        if self._separate_media and url and (enlarges or not link):
            self.media.setdefault(url, Media(url=url, alt=alt or None))
        else:
            text = alt or clean_line(attributes.get("title") or "") or link or src or ""
            self._text(text, replace(style, href=link or src))

    def _video(self, node: LexborNode, style: Span) -> None:
        given = [node.attributes.get("data-video-src"), node.attributes.get("src")]
        given += [source.attributes.get("src") for source in node.css("source")]
        url = next(filter(None, (safe_url(src, self._base_url) for src in given)), None)
        if url and self._separate_media and node.tag != "audio":
            title = clean_line(node.attributes.get("title") or "")
            self.media.setdefault(url, Media(kind="video", url=url, alt=title or None))
        elif url:
            self._text(url, replace(style, href=url))

    def _preview(self, node: LexborNode, style: Span) -> None:
        """Add the title of Discourse's preview of another page, as a link."""
        link = node.css_first("h3 a, h4 a") or node.css_first("a")
        given = [node.attributes.get("data-onebox-src"), link and link.attributes.get("href")]
        url = next(filter(None, (safe_url(href, self._base_url) for href in given)), None)
        title = clean_line(link.text()) if link else ""
        self._text(title or url or "", replace(style, href=url))


def _child_nodes(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def _classes(node: LexborNode | None) -> frozenset[str]:
    return frozenset(((node and node.attributes.get("class")) or "").split())


def _code_language(pre: LexborNode) -> str | None:
    """Return the language that the classes of a code block name, or those of the elements in and around it."""
    for node in (pre, pre.css_first("code"), pre.parent):
        for name in sorted(_classes(node)):
            match = _LANGUAGE.fullmatch(name)
            if match and match[1].lower() not in _NO_LANGUAGE:
                return match[1].lower()
    return None
