"""Cards in HTML and EPUB: an ``<article>``, with ``<time>``, ``<details>`` and microformats.

Visitors are registered for the format ``html``, not for ``epub``: one registration for ``epub``, by any extension,
makes Sphinx ignore all ``html`` visitors in EPUB (``create_translator`` in sphinx/registry.py).
"""

import posixpath
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from sphinx_thread_cards import i18n
from sphinx_thread_cards.i18n import SEPARATOR, PartialDate, _
from sphinx_thread_cards.nodes import CardBuilder, Date
from sphinx_thread_cards.snapshot import Post

_BLOCKS = frozenset({"article", "blockquote", "details", "div"})
_POSTS_BEFORE_SECTION = 6
_MIN_SECTION = 3


class html_element(nodes.TextElement):  # noqa: N801 - docutils names node classes in lower case
    """Nodes between the HTML tags ``start`` and ``end``, for which docutils has no node."""


class html_image(nodes.image):  # noqa: N801
    """An image with further ``html_attributes``."""


def element(node: nodes.Element, tag: str, *classes: str, **attributes: Any) -> nodes.Element:
    """Return an element that replaces a node or, for code, which Sphinx highlights, surrounds it."""
    if isinstance(node, nodes.image):
        given = {name: value for name, value in attributes.items() if value is not None}
        return html_image(**node.attributes, html_attributes=given)
    new = html_element(ids=node["ids"], classes=[*node["classes"], *classes])
    new.extend([node] if isinstance(node, nodes.literal_block) else node.children)
    first, *others = node["ids"] or [None]
    names, end = " ".join(new["classes"]), f"</{tag}>"
    start = _tag(tag, "", class_=names, id=first, **attributes).removesuffix(end)
    spans = [_tag("span", "", id=name) for name in others]
    new["start"] = "".join((start, "\n" * (tag in _BLOCKS), *spans))
    new["end"] = end + "\n" * (tag in {"p", *_BLOCKS})
    return new


def _tag(tag: str, html: str, **attributes: Any) -> str:
    """Return an HTML element; in names of attributes, ``_`` stands for ``-``, and ``class_`` for ``class``."""
    text = ""
    for name, value in sorted(attributes.items()):
        text += f' {name.strip("_").replace("_", "-")}="{escape(value)}"' if value else ""
    return f"<{tag}{text}>{html}</{tag}>"


class HtmlCardBuilder(CardBuilder):
    """Builds a card for HTML."""

    shows_urls = False
    element = staticmethod(element)  # type: ignore[assignment]

    def build(self) -> list[nodes.Element]:
        (box,) = super().build()
        unrolled = ["thread-card-unrolled"] * bool(self.card.numbers)
        # Few themes set the direction of the page.
        direction = "rtl" if i18n.is_rtl(self.language) else None
        attributes = {"dir": direction, "aria_labelledby": f"{self.anchor}-title"}
        return [element(box, "article", "h-cite", *unrolled, **attributes)]

    def head(self) -> list[nodes.Element]:
        card = self.card
        parts = [escape(part) for part in card.header(self.language)]
        parts[0] = _tag("strong", parts[0])
        if card.date:
            # The header has the platform, the location if there is one, and the date.
            position = 2 if card.place else 1
            time = {"class_": "dt-published", "datetime": str(card.date)}
            parts[position] = _tag("time", parts[position], **time)
        header = _tag("p", SEPARATOR.join(parts), class_="thread-card-header")
        lang = card.title_lang if i18n.differs(card.title_lang, self.language) else None
        attributes = {"class_": "thread-card-title", "dir": "auto", "id": f"{self.anchor}-title"}
        title = _tag("p", self._link(card.title, card.href, "p-name "), **attributes, lang=lang)
        lines: list[nodes.Element] = [nodes.raw("", f"{header}\n{title}\n", format="html")]
        return [*lines, self.author()] if card.credit else lines

    def _link(self, label: str, url: str, classes: str = "", **attributes: str) -> str:
        classes += "u-url " * (url == self.card.ref.url) + "reference external"
        return _tag("a", escape(label), class_=classes, href=url, **attributes)

    def time(self, date: Date, *classes: str, form: str = "{date}") -> nodes.Node:
        iso = str(date) if isinstance(date, PartialDate) else f"{i18n.utc(date):%Y-%m-%dT%H:%M:%SZ}"
        node = nodes.inline("", "", super().time(date, form=form))
        return element(node, "time", *classes, datetime=iso)

    def author(self) -> nodes.Element:
        """Return the name and handle, with the avatar or, for the style sheet, the first letter of the name."""
        card = self.card
        letter = next(filter(str.isalnum, card.author or card.handle or ""), "").upper()[:1] or None
        if card.author and card.handle:
            handle = _tag("bdi", f"@{escape(card.handle)}", class_="thread-card-handle p-nickname")
            names = f"{_tag('span', escape(card.author), class_='p-name')} {handle}"
            parts: list[nodes.Node] = [nodes.raw("", names, format="html")]
        else:
            parts = [nodes.Text(card.credit or "")]
        if self.is_shown(card.avatar):
            parts, letter = [self.image(card.avatar, 32), *parts], None
        line = self.line("author", *parts)
        return element(line, "p", "p-author", "h-card", dir="auto", data_letter=letter)

    def links(self) -> list[nodes.Element]:
        """Return one line of links; their accessible names include the thread, as labels are the same on many cards."""
        card = self.card
        details = [] if card.titled else card.header(self.language)[1:]
        about = _(", ").join((card.title, *details))
        links = [(it, i18n.with_label(it[0], about)) for it in card.links() if it[0]]
        # A line may break after the separator, not before it.
        separator = SEPARATOR.replace(" ", "\N{NO-BREAK SPACE}", 1)
        html = separator.join(self._link(*link, aria_label=name) for link, name in links)
        line = _tag("p", html, class_="thread-card-links")
        # Without text, because the search would find it.
        return [html_element(start=f"{line}\n", end="")] if html else []

    def post(self, number: int, post: Post) -> nodes.Element:
        box = super().post(number, post)
        person = self.people.get(post.author)
        if post.author != self.speaker and person and self.is_shown(person.avatar):
            head: Any = box[0]
            head[:0] = [self.image(person.avatar, 24), nodes.Text(" ")]
        box[1:] = [element(nodes.container("", *box[1:]), "div", "e-content")]
        return box

    def wrap_posts(self, posts: list[nodes.Element]) -> list[nodes.Element]:
        """Return the first posts, and the others in collapsible sections; the cited post is always shown."""
        shown, rest = posts[:_POSTS_BEFORE_SECTION], posts[_POSTS_BEFORE_SECTION:]
        by_cited = groupby(rest, lambda node: "thread-card-post-meant" in node["classes"])
        runs = [list(run) for _is_cited, run in by_cited]
        long = [run for run in runs if len(run) >= _MIN_SECTION]
        for run in runs:
            number = sum("thread-card-post" in node["classes"] for node in run)
            label = i18n.more_posts(number, only=len(long) == 1)
            shown += self.section(label, run) if run in long else run
        return shown

    def section(self, label: str, content: list[nodes.Element]) -> list[nodes.Element]:
        summary = element(nodes.inline("", label), "summary", dir="auto")
        box = nodes.container("", summary, *content, classes=["thread-card-fold"])
        return [element(box, "details")]


class EpubCardBuilder(HtmlCardBuilder):
    """Builds a card for EPUB, in which reading systems may be unable to open collapsible sections."""

    section = CardBuilder.section

    def wrap_posts(self, posts: list[nodes.Element]) -> list[nodes.Element]:
        return posts


def visit_image(self: HTML5Translator, node: html_image) -> None:
    """Write the image with the path to which Sphinx copies it."""
    source = posixpath.join(self.builder.imgpath, quote(self.builder.images[node["uri"]]))
    attributes = {"src": source, "alt": node["alt"], **node["html_attributes"]}
    self.body.append(self.emptytag(node, "img", "", **attributes))
    raise nodes.SkipNode


def add_files(app: Sphinx) -> None:
    """Copy the style sheet, and repair the visitors of EPUB (``builder-inited``)."""
    if app.builder.format != "html":
        return
    app.config.html_static_path.append(str(Path(__file__).parent / "static"))
    if app.builder.name in app.registry.translation_handlers:
        for node, visitors in VISITORS.items():
            app.registry.add_translation_handlers(node, **{app.builder.name: visitors})


VISITORS: dict[type[nodes.Element], tuple[Any, Any]] = {
    html_element: (
        lambda translator, node: translator.body.append(node["start"]),
        lambda translator, node: translator.body.append(node["end"]),
    ),
    html_image: (visit_image, None),
}
