"""What the tags and classes of HTML mean here."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from lxml import etree

from thread_snapshots.rich.spans import clean

if TYPE_CHECKING:
    from lxml.etree import _Element


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


EMPHASIS = frozenset({"em", "i", "dfn", "cite"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"})
STRONG = HEADINGS | {"strong", "b", "th"}
CODE = frozenset({"code", "kbd", "samp", "tt"})
STRUCK = frozenset({"del", "s", "strike"})
CELLS = frozenset({"td", "th"})
BLOCKS = HEADINGS | _names(
    "address article aside body caption center dd details div dl fieldset figcaption figure footer form header "
    "hr main nav p section"
)
DROPPED = _names(
    "applet button canvas datalist embed frame frameset head iframe noembed noframes noscript object script "
    "select style svg template title"
)
# Those that only mark text, and those of tables.
_OTHERS = _names(
    "a abbr audio bdi bdo big blockquote br col colgroup font g-emoji img input ins li mark menu ol picture "
    "pre q rp rt ruby small source span sub sup table tbody tfoot thead time tr u ul var video wbr"
)
KNOWN = EMPHASIS | STRONG | CODE | STRUCK | CELLS | BLOCKS | _OTHERS
"""Tags that may stand in Markdown; others (``Vec<String>``) are text there."""

_EMOJI = frozenset({"emoji", "custom-emoji", "emojione"})
# Discourse: buttons on quotes, faces, icons and technical lines of previews, counts of polls. GitHub: buttons on code.
# KaTeX: the drawing of a formula, which stands there as MathML too.
_NOISE = _names(
    "quote-controls avatar site-icon onebox-metadata poll-info poll-buttons katex-html zeroclipboard-container"
)
_ANY_TAG = re.compile(r"<(/?)([A-Za-z][^\s<>/]*)[^<>]*>")
_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|snippet-code)-([A-Za-z0-9+#._-]{1,30})")
_START = re.compile(r"[0-9]{1,4}")
_MARK = re.compile(r"[a-z0-9+#._-]{1,30}")
_NO_LANGUAGE = frozenset({"auto", "none", "plain", "plaintext", "text", "nohighlight"})


def html_parser() -> etree.HTMLParser:
    """A parser that asks nobody, whatever the page refers to; without comments."""
    return etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)


def classes(element: _Element) -> frozenset[str]:
    """The element's classes."""
    return frozenset((element.get("class") or "").split())


def is_emoji(element: _Element) -> bool:
    """Whether the element is an emoji drawn as a picture, or as the background of one (Telegram)."""
    return element.tag in {"img", "i"} and not _EMOJI.isdisjoint(classes(element))


def is_noise(element: _Element) -> bool:
    """Whether nothing in the element was written by the post's author."""
    tag = element.tag
    if tag in DROPPED or element.get("hidden") is not None:
        return True
    own = classes(element)
    if not _NOISE.isdisjoint(own) or ("meta" in own and "lightbox" in classes_above(element)):
        return True
    if tag == "img":  # of one pixel: it counts readers
        return {element.get("width"), element.get("height")} <= {"0", "1"}
    parent = element.getparent() if tag == "mrow" else None
    # A formula beside its TeX (MathML, section 6): the TeX can be read in a line.
    return parent is not None and parent.tag == "semantics"


def classes_above(element: _Element) -> frozenset[str]:
    """The classes of the element around this one."""
    parent = element.getparent()
    return frozenset() if parent is None else classes(parent)


def start_of(element: _Element) -> int:
    """The number that a list begins with; one that nobody counts to is none."""
    value = element.get("start") if element.tag == "ol" else None
    return int(value) if value and _START.fullmatch(value) else 1


def text_in(element: _Element) -> str:
    """All text in an element, line breaks included."""
    parts: list[str] = []
    for inner in element.iter():
        parts += ["\n" if inner.tag == "br" else "", inner.text or "" if inner.tag not in DROPPED else ""]
        parts += [inner.tail or "" if inner is not element else ""]
    return clean("".join(parts))


def without_tags(html: str) -> str:
    """The text of HTML that is too deep to be parsed, in one line."""
    first, *rest = _ANY_TAG.split(html)
    parts, inside = [first], ""
    for closing, tag, text in zip(rest[0::3], rest[1::3], rest[2::3], strict=True):
        name = tag.lower()
        if inside:
            inside = "" if closing and name == inside else inside
        elif name in DROPPED and not closing:
            inside = name
        if not inside:
            parts.append(text)
    return " ".join(unescape(" ".join(parts)).split())


def language_of(pre: _Element) -> str | None:
    """The language that the classes of a code block name, or those of what it stands in or holds; or Zulip's mark."""
    inner = next(iter(pre), None)
    around = classes_above(pre)
    for own in (classes(pre), classes(inner) if inner is not None else frozenset(), around):
        for name in sorted(own):
            found = _LANGUAGE.fullmatch(name)
            if found and found[1].lower() not in _NO_LANGUAGE:
                return found[1].lower()
    parent = pre.getparent()
    mark = "" if parent is None else (parent.get("data-code-language") or "").lower()
    return mark if _MARK.fullmatch(mark) and mark not in _NO_LANGUAGE else None
