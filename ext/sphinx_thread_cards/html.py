"""Cards in HTML and EPUB: an ``<article>``, with ``<time>``, ``<details>`` and microformats.

Visitors are registered for the format ``html``, not for ``epub``: one registration for ``epub``, by any extension,
makes Sphinx ignore all ``html`` visitors in EPUB (``create_translator`` in sphinx/registry.py).
"""

import posixpath
from datetime import datetime
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
from sphinx_thread_cards.nodes import CardBuilder, content_warning
from sphinx_thread_cards.snapshot import Code, Media, Post

_INLINE = frozenset({"a", "bdi", "span", "strong", "summary", "time"})
_POSTS_BEFORE_SECTION = 6
"""Posts of a long thread that are shown before the collapsible section."""
_MIN_SECTION = 3


class html_element(nodes.General, nodes.Element):  # noqa: N801 - docutils names node classes in lower case
    """An element ``tag`` with ``attributes``, for which docutils has no node."""


class html_text_element(nodes.General, nodes.Inline, nodes.TextElement):  # noqa: N801
    """As :class:`html_element`, with text in it."""


class html_fragment(nodes.General, nodes.TextElement):  # noqa: N801
    """Lines of ``html``, whose text is for the search: far fewer nodes than elements."""


class html_image(nodes.image):  # noqa: N801
    """An image with width, height and lazy loading."""


def element(node: nodes.Element, tag: str, **attributes: str | None) -> nodes.Element:
    """Return an element with the children, classes and ids of a node; ``_`` stands for ``-``."""
    kind = html_text_element if isinstance(node, nodes.TextElement) else html_element
    new = kind("", classes=node["classes"], ids=node["ids"])
    new.extend(node.children)
    new["tag"] = tag
    given = {name.replace("_", "-"): value for name, value in attributes.items()}
    new["attributes"] = {name: value for name, value in given.items() if value is not None}
    return new


def _tag(tag: str, text: str, **attributes: str | None) -> str:
    """Return an element as HTML; ``text`` is HTML, ``class_`` is the attribute ``class``."""
    names = {name: name.strip("_").replace("_", "-") for name in attributes}
    pairs = [f' {names[name]}="{escape(value)}"' for name, value in attributes.items() if value]
    return f"<{tag}{''.join(pairs)}>{text}</{tag}>"


class HtmlCardBuilder(CardBuilder):
    """Builds a card for HTML."""

    shows_urls = False
    avatar_size = 24
    element = staticmethod(element)  # type: ignore[assignment]

    def microformat(self, *names: str) -> list[str]:
        """Return the names."""
        return list(names)

    def build(self) -> list[nodes.Node]:
        """Return the article."""
        unrolled = ["thread-card-unrolled"] * bool(self.card.numbers)
        classes = [*self.place["classes"], "h-cite", *unrolled]
        children = (*self.head(), *self.body(), *self.links())
        box = nodes.container("", *children, classes=classes, ids=self.place["ids"])
        # Few themes set the direction of the page.
        direction = "rtl" if i18n.is_rtl(self.language) else None
        article = element(box, "article", dir=direction, aria_labelledby=f"{self.anchor}-title")
        article.source, article.line = self.place.source, self.place.line
        return [article]

    def head(self) -> list[nodes.Element]:
        """Return header, title and author; the title names the article."""
        card = self.card
        parts = card.header(self.language)
        platform, *others = map(escape, parts)
        if card.date:
            # The date follows the location, which may be the same text.
            position = int(bool(card.place))
            time = {"class_": "dt-published", "datetime": str(card.date)}
            others[position] = _tag("time", others[position], **time)
        header = SEPARATOR.join((_tag("strong", platform), *others))
        lang = card.title_lang if i18n.differs(card.title_lang, self.language) else None
        title = {"class_": "thread-card-title", "dir": "auto", "id": f"{self.anchor}-title"}
        link = self._link(card.title, card.href, "p-name ")
        lines = _tag("p", header, class_="thread-card-header"), _tag("p", link, **title, lang=lang)
        text, html = f"{SEPARATOR.join(parts)} {card.title}", "\n".join((*lines, ""))
        return [html_fragment("", text, html=html), *self.author()]

    def _link(self, label: str, url: str, classes: str = "", **attributes: str) -> str:
        classes += "u-url " * (url == self.card.ref.url) + "reference external"
        return _tag("a", escape(label), class_=classes, href=url, **attributes)

    def time(self, date: PartialDate | datetime, text: str, *microformat: str) -> nodes.Node:
        """Return ``<time>``."""
        iso = str(date) if isinstance(date, PartialDate) else f"{date:%Y-%m-%dT%H:%M:%SZ}"
        return element(nodes.inline("", text, classes=list(microformat)), "time", datetime=iso)

    def author(self) -> list[nodes.Element]:
        """Return name and handle, with the avatar, or the first letter of the name for the style sheet."""
        card, parts = self.card, list[nodes.Node]()
        if not card.credit:
            return []
        letter = next(filter(str.isalnum, card.author or card.handle or ""), "").upper()[:1] or None
        if self.is_shown(card.avatar):
            parts, letter = [self.avatar(card.avatar, 32)], None
        if card.author and card.handle:
            classes = ["thread-card-handle", "p-nickname"]
            handle = nodes.inline("", f"@{card.handle}", classes=classes)
            name = nodes.inline("", card.author, classes=["p-name"])
            parts += [element(name, "span"), nodes.Text(" "), element(handle, "bdi")]
        else:
            parts.append(nodes.Text(card.credit))
        line = self.line("author", *parts)
        line["classes"] += ["p-author", "h-card"]
        return [element(line, "p", dir="auto", data_letter=letter)]

    def links(self) -> list[nodes.Element]:
        """Return one line of links; their names say to which thread, as many cards have the same labels."""
        card = self.card
        details = [] if card.titled else card.header(self.language)[1:]
        about = _(", ").join((card.title, *details))
        links = [
            self._link(label, url, aria_label=i18n.with_label(label, about))
            for label, url in card.links()
            if label
        ]
        if not links:
            return []
        # A line may break after the separator, not before it.
        line = SEPARATOR.replace(" ", "\N{NO-BREAK SPACE}", 1).join(links)
        return [html_fragment("", "", html=f"{_tag('p', line, class_='thread-card-links')}\n")]

    def permalink(self, number: int, post: Post) -> nodes.Element:
        """Return the number as a link with an accessible name."""
        site = i18n.site_label(self.card.ref)
        name = _("Post {number} on {place}").format(number=number, place=site)
        link = nodes.inline("", str(number), classes=["u-url", "reference", "external"])
        return element(link, "a", href=post.url, aria_label=name)

    def posts(self, posts: list[tuple[Post | None, nodes.Element]]) -> list[nodes.Element]:
        """Return the first posts, and the others in collapsible sections; the cited post is always shown."""
        first, rest = posts[:_POSTS_BEFORE_SECTION], posts[_POSTS_BEFORE_SECTION:]
        shown = [node for _post, node in first]
        by_cited = groupby(rest, lambda item: item[0] is not None and item[0].id == self.card.post)
        runs = [list(run) for _is_cited, run in by_cited]
        long = [run for run in runs if len(run) >= _MIN_SECTION]
        for run in runs:
            content = [node for _post, node in run]
            number = sum(post is not None for post, _node in run)
            label = i18n.more_posts(number, only=len(long) == 1)
            shown += self.section(label, content) if run in long else content
        return shown

    def warned(self, warning: str, body: list[nodes.Element]) -> list[nodes.Element]:
        """Return the body in a collapsible section."""
        return self.section(content_warning(warning), body)

    def section(self, label: str, content: list[nodes.Element]) -> list[nodes.Element]:
        """Return a collapsible section, which needs no script."""
        summary = element(nodes.inline("", label), "summary", dir="auto")
        box = nodes.container("", summary, *content, classes=["thread-card-fold"])
        return [element(box, "details")]

    def code(self, block: Code) -> nodes.Element:
        """Return preformatted text, which runs from left to right."""
        return element(nodes.container("", super().code(block)), "div", dir="ltr")

    def image(self, media: Media, alt: str, size: tuple[int, int] | None) -> nodes.image:
        """Return an image whose size is known before it is loaded."""
        image = super().image(media, alt, size)
        return html_image("", **image.attributes, size=size)


class EpubCardBuilder(HtmlCardBuilder):
    """Builds a card for EPUB, whose readers may not open collapsible sections."""

    warned = CardBuilder.warned

    def section(self, _label: str, content: list[nodes.Element]) -> list[nodes.Element]:
        """Return the content."""
        return content


def visit_element(self: HTML5Translator, node: html_element | html_text_element) -> None:
    """Write the start tag."""
    suffix = "" if isinstance(node, html_text_element) else "\n"
    self.body.append(self.starttag(node, node["tag"], suffix, **node["attributes"]))


def depart_element(self: HTML5Translator, node: html_element | html_text_element) -> None:
    """Write the end tag."""
    self.body.append(f"</{node['tag']}>" + ("" if node["tag"] in _INLINE else "\n"))


def visit_image(self: HTML5Translator, node: html_image) -> None:
    """Write the image with the path to which Sphinx copies it."""
    source = posixpath.join(self.builder.imgpath, quote(self.builder.images[node["uri"]]))
    size = {"width": str(node["size"][0]), "height": str(node["size"][1])} if node["size"] else {}
    attributes = {"src": source, "alt": node["alt"], "loading": "lazy", **size}
    self.body.append(self.emptytag(node, "img", "", **attributes))
    raise nodes.SkipNode


def visit_fragment(self: HTML5Translator, node: html_fragment) -> None:
    """Write the lines."""
    self.body.append(node["html"])
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
    html_element: (visit_element, depart_element),
    html_text_element: (visit_element, depart_element),
    html_fragment: (visit_fragment, None),
    html_image: (visit_image, None),
}
