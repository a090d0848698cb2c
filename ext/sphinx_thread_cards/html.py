"""Cards in HTML and EPUB: an ``<article>``, with ``<time>``, ``<details>`` and microformats.

Visitors are registered for the format ``html``, not for ``epub``: one registration for ``epub``, by any extension,
makes Sphinx ignore all ``html`` visitors in EPUB (``create_translator`` in sphinx/registry.py).
"""

from __future__ import annotations

import posixpath
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from docutils import nodes

from sphinx_thread_cards import i18n
from sphinx_thread_cards.i18n import SEPARATOR, _
from sphinx_thread_cards.nodes import CardBuilder, content_warning

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from sphinx_thread_cards.snapshot import Media, Post

STYLE_SHEET = "thread-cards.css"
_INLINE = frozenset({"a", "bdi", "span", "strong", "summary", "time"})
_POSTS_BEFORE_SECTION = 6
"""Posts of a long thread that are shown before the collapsible section."""
_MIN_SECTION = 3


class html_element(nodes.General, nodes.Element):  # noqa: N801 - docutils names node classes in lower case
    """An element ``tag`` with ``attributes``, for which docutils has no node."""


class html_text_element(nodes.General, nodes.Inline, nodes.TextElement):  # noqa: N801
    """As :class:`html_element`, with text in it."""


class html_image(nodes.image):  # noqa: N801
    """An image with width, height and lazy loading."""


def element(node: nodes.Element, tag: str, **attributes: str | None) -> nodes.Element:
    """Return an element with the children, classes and ids of a node."""
    kind = html_text_element if isinstance(node, nodes.TextElement) else html_element
    new = kind("", classes=node["classes"], ids=node["ids"])
    new += node.children
    new["tag"] = tag
    new["attributes"] = {name: value for name, value in attributes.items() if value is not None}
    return new


class HtmlCardBuilder(CardBuilder):
    """Builds a card for HTML."""

    avatar_size = 24

    element = staticmethod(element)  # type: ignore[assignment]

    def microformat(self, *names: str) -> list[str]:
        """Return the names."""
        return list(names)

    def head(self) -> list[nodes.Element]:
        """Return header, title and author; the title names the article."""
        head = super().head()
        head[1]["ids"] = [f"{self.anchor}-title"]
        return head

    def build(self) -> list[nodes.Node]:
        """Return the article."""
        classes = [
            *self.place["classes"],
            "h-cite",
            *["thread-card-unrolled"] * bool(self.card.numbers),
        ]
        box = nodes.container(
            "", *self.head(), *self.body(), *self.links(), classes=classes, ids=self.place["ids"]
        )
        # Few themes set the direction of the page.
        direction = "rtl" if i18n.is_rtl(self.language) else None
        labelled_by = {"aria-labelledby": f"{self.anchor}-title"}
        article = self.element(box, "article", dir=direction, **labelled_by)
        article.source, article.line = self.place.source, self.place.line
        return [article]

    def author(self) -> nodes.Element | None:
        """Return name and handle, with the avatar, or else the first letter of the name for the style sheet."""
        card = self.card
        if not card.credit:
            return None
        parts: list[nodes.Node] = []
        letter = None
        if card.avatar and card.avatar.file and self.has_image(card.avatar.file):
            parts.append(self.avatar(card.avatar, 32))
        else:
            letter = (
                next(filter(str.isalnum, card.author or card.handle or ""), "").upper()[:1] or None
            )
        if card.author and card.handle:
            parts.append(self.element(nodes.inline("", card.author, classes=["p-name"]), "span"))
            parts.append(nodes.Text(" "))
            classes = ["thread-card-handle", "p-nickname"]
            parts.append(self.element(nodes.inline("", f"@{card.handle}", classes=classes), "bdi"))
        else:
            parts.append(nodes.Text(card.credit))
        line = self.line("author", *parts)
        line["classes"] += ["p-author", "h-card"]
        return self.element(line, "p", dir="auto", **{"data-letter": letter})

    def links(self) -> list[nodes.Element]:
        """Return one line of links; their accessible names say to which thread, as many cards have the same labels."""
        card = self.card
        details = [] if card.titled else card.header(self.language)[1:]
        about = _(", ").join((card.title, *details))
        line: list[nodes.Node] = []
        for label, url in card.links():
            classes = [*["u-url"] * (url == card.ref.url), "reference", "external"]
            name = {"aria-label": i18n.with_label(label, about)}
            # A line may break after the separator, not before it.
            line += [nodes.Text(SEPARATOR.replace(" ", "\N{NO-BREAK SPACE}", 1))] if line else []
            line.append(
                self.element(nodes.inline("", label, classes=classes), "a", href=url, **name)
            )
        return [self.line("links", *line)]

    def item_links(self) -> list[nodes.Element]:
        """Return nothing: the title is a link."""
        return []

    def permalink(self, number: int, post: Post) -> nodes.Element:
        """Return the number as a link with an accessible name."""
        site = i18n.site_label(self.card.ref)
        name = {"aria-label": _("Post {number} on {place}").format(number=number, place=site)}
        link = nodes.inline("", str(number), classes=["u-url", "reference", "external"])
        return self.element(link, "a", href=post.url, **name)

    def posts(self, posts: list[tuple[Post | None, nodes.Element]]) -> list[nodes.Element]:
        """Return the first posts, and the others in collapsible sections; the cited post is always shown."""
        first, rest = posts[:_POSTS_BEFORE_SECTION], posts[_POSTS_BEFORE_SECTION:]
        shown = [node for _post, node in first]
        runs = [
            list(run)
            for _cited, run in groupby(
                rest, lambda item: bool(item[0] and item[0].id == self.card.post)
            )
        ]
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
        summary = self.element(nodes.inline("", label), "summary", dir="auto")
        return [
            self.element(
                nodes.container("", summary, *content, classes=["thread-card-fold"]), "details"
            )
        ]

    def video_link(self, label: str, url: str | None) -> list[nodes.Node]:
        """Return the label as link."""
        return [nodes.reference("", label, refuri=url) if url else nodes.Text(label)]

    def image(self, media: Media, alt: str, size: tuple[int, int] | None) -> nodes.image:
        """Return an image whose size is known before it is loaded."""
        image = super().image(media, alt, size)
        return html_image("", **image.attributes, size=size)


class EpubCardBuilder(HtmlCardBuilder):
    """Builds a card for EPUB, whose readers may not open collapsible sections."""

    def section(self, label: str, content: list[nodes.Element]) -> list[nodes.Element]:
        """Return the content, after its warning."""
        is_warning = label.startswith(_("Content warning"))
        return [self.line("warning", nodes.Text(label)), *content] if is_warning else content


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
    self.body.append(
        self.emptytag(node, "img", "", src=source, alt=node["alt"], loading="lazy", **size)
    )
    raise nodes.SkipNode


def add_style_sheet(
    app: Sphinx,
    _page: str,
    _template: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the style sheet to a page with a card, citation or list (``html-page-context``)."""
    if (
        doctree is not None
        and app.config.thread_cards_css
        and any(map(_is_styled, doctree.findall(nodes.Element)))
    ):
        # Before the style sheets of the site (800), which may restyle cards. Not app.add_css_file, which adds the file
        # to all pages.
        app.builder.add_css_file(STYLE_SHEET, priority=400)  # type: ignore[attr-defined]


def _is_styled(node: nodes.Element) -> bool:
    return not {"thread-card", "thread-list", "thread-citation"}.isdisjoint(node["classes"])


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
    html_image: (visit_image, None),
}


def setup(app: Sphinx) -> None:
    """Register the elements and the style sheet."""
    for node, visitors in VISITORS.items():
        app.add_node(node, html=visitors)
    app.connect("builder-inited", add_files)
    app.connect("html-page-context", add_style_sheet)
