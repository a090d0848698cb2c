"""Cards and posts as docutils nodes.

:class:`CardBuilder` uses standard nodes, which every builder renders. Its subclasses override what differs in
their format (see also ``html.py``, ``latex.py``). Nodes are built when Sphinx writes a page, after SmartQuotes and
gettext have run, so that quoted text is neither changed nor translated.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any, ClassVar, TypeGuard

from docutils import nodes

from sphinx_thread_cards import i18n, snapshot
from sphinx_thread_cards.card import Card
from sphinx_thread_cards.i18n import SEPARATOR, PartialDate, _
from sphinx_thread_cards.snapshot import Block, Code, List, Media, Paragraph, Post, Quote, Span

MEDIA_URI = f"{snapshot.FOLDER}/{snapshot.MEDIA_FOLDER}"
MAX_IMAGE_HEIGHT = 600  # in CSS pixels: about 60 % of a page printed from a browser
Date = PartialDate | datetime


@dataclass
class CardBuilder:
    """Builds the nodes of a card from its placeholder and, if posts are shown, the snapshot."""

    card: Card
    place: nodes.container
    thread: snapshot.Thread | None
    language: str
    images: Container[str]
    """URIs of the images in the build."""

    shows_images: ClassVar = True  # or else their alternative texts
    shows_urls: ClassVar = True  # of links, for readers who cannot click

    def __post_init__(self) -> None:
        self.anchor: str = self.place["ids"][0]
        thread = self.thread or snapshot.Thread(platform="", host="", id="", url="")
        posts = self.saved_posts = thread.posts
        self.lang = thread.lang
        self.people = {person.handle: person for person in thread.participants}
        self.numbers = {post.id: number for number, post in enumerate(posts, start=1)}
        # Every post names its author if the card is about a reply.
        self.speaker = posts[0].author if posts and not self.card.post else None
        # The date of the card, or of the previous post, which is not repeated.
        self.date = self.card.date

    def element(self, node: nodes.Element, _tag: str, *_names: str, **_more: Any) -> nodes.Element:
        """Return the node itself; in HTML, an element with the given tag, class names and attributes instead."""
        return node

    def time(self, date: Date, *_classes: str, form: str = "{date}") -> nodes.Node:
        """Return a date; in HTML as ``<time>``."""
        day = PartialDate.of(date) if isinstance(date, datetime) else date
        return nodes.Text(form.format(date=i18n.format_date(day, self.language)))

    def set_ids(self, node: nodes.Element, ids: list[str]) -> None:
        """Make a node the target of links."""
        node["ids"] = ids

    def wrap_posts(self, posts: list[nodes.Element]) -> list[nodes.Element]:
        """Return the posts, and the notes in place of omitted ones, as part of the card."""
        return [nodes.container("", *posts, classes=["thread-card-posts"])]

    def section(self, label: str, content: list[nodes.Element]) -> list[nodes.Element]:
        """Return content after its warning; in HTML, in a collapsible section."""
        return [self.line("warning", nodes.Text(label)), *content]

    def build(self) -> list[nodes.Element]:
        """Return the nodes that replace the placeholder."""
        box = self.place.copy()
        del box["thread_options"]
        box += [*self.head(), *self.body(), *self.links()]
        self.set_ids(box, box["ids"])
        return [box]

    def item(self) -> nodes.list_item:
        """Return the card as one line in a group: platform, title, location, author, date and state."""
        card, note = self.card, self.card.note(self.language)
        title = card.title if card.titled else card.citation(self.language)
        # A citation names the location, and most name author and date.
        place, cited = (card.place, "") if card.titled else ("", title)
        details: list[nodes.Node] = [nodes.Text(text) for text in (place, card.credit) if text]
        details += [self.time(card.date)] if card.date else []
        details += [nodes.Text(str(i18n.STATES[card.state]))] if card.state else []
        link = nodes.reference("", title, refuri=card.href, **({"reftitle": note} if note else {}))
        others = (it for it in details if it.astext().lower() not in cited.lower())
        parts = nodes.strong("", i18n.platform_label(card.ref)), link, *others
        classes = self.place["classes"][1:]  # not that of a box
        item = nodes.list_item("", self.line("line", *join(parts)), classes=classes)
        if self.shows_urls:
            item += self.line("link", *self.link("", card.href))
        self.set_ids(item, self.place["ids"])
        return item

    def line(self, part: str, *children: nodes.Node) -> nodes.paragraph:
        """Return a paragraph of the class ``thread-card-<part>``."""
        return nodes.paragraph("", "", *children, classes=[f"thread-card-{part}"])

    def link(self, label: str, url: str | None) -> list[nodes.Node]:
        """Return a link, whose URL is shown for readers who cannot click."""
        if not url or not self.shows_urls:
            return [_linked(nodes.Text(label), url)]
        text = [nodes.Text(i18n.with_label(label))] if label else []
        return [*text, nodes.reference("", url, refuri=url)]

    def head(self) -> list[nodes.Element]:
        """Return header, title and, if it is known, the author."""
        card, header = self.card, SEPARATOR.join(self.card.header(self.language))
        title = self.line("title", nodes.reference("", card.title, refuri=card.href))
        lines: list[nodes.Element] = [self.line("header", nodes.Text(header)), title]
        handle = card.handle and f"@{card.handle}"
        if author := " ".join(filter(None, (card.author, handle))):
            lines.append(self.line("author", nodes.Text(author)))
        return lines

    def links(self) -> list[nodes.Element]:
        return [self.line("link", *self.link(label, url)) for label, url in self.card.links()]

    def body(self) -> Iterator[nodes.Element]:
        """Yield summary, posts, excerpt and note."""
        if self.place.children:
            summary = nodes.container("", *self.place.children, classes=["thread-card-summary"])
            yield self.element(summary, "div", dir="auto")
        if self.saved_posts and self.card.numbers:
            yield from self.wrap_posts(list(self.numbered_posts()))
        elif (excerpt := self.card.excerpt) and not self.place.children:
            if excerpt.is_warning:
                yield self.line("warning", nodes.Text(excerpt.text))
            else:
                text = nodes.paragraph("", excerpt.text)
                quote = nodes.block_quote("", text, classes=["thread-card-excerpt"])
                attributes = {"dir": "auto", "cite": excerpt.url, "lang": excerpt.lang}
                yield self.element(quote, "blockquote", "e-content", **attributes)
        if note := self.card.note(self.language):
            yield self.line("kept", nodes.Text(note))

    def numbered_posts(self) -> Iterator[nodes.Element]:
        """Yield the posts to show, and a note for each gap."""
        total = len(self.saved_posts)
        for previous, number in pairwise((0, *self.card.numbers, total + 1)):
            if number > previous + 1:
                yield self.line("gap", nodes.Text(i18n.omitted_posts(previous + 1, number - 1)))
            if number <= total:
                yield self.post(number, self.saved_posts[number - 1])

    def post(self, number: int, post: Post) -> nodes.Element:
        """Return a post with its head."""
        head, body = self.line("post-head", *self.post_head(number, post)), self.post_body(post)
        first = body[0] if body else None
        is_text = isinstance(first, nodes.paragraph | nodes.line_block) and not first["classes"]
        if is_text and head.astext().isdecimal():
            # Only a number, which may stand in the margin of the text.
            head["classes"].append("thread-card-post-bare")
        lang = post.lang or self.lang
        head_lang = self.language.replace("_", "-") if i18n.differs(lang, self.language) else None
        head_element = self.element(head, "p", dir="auto", lang=head_lang)
        classes = ["thread-card-post", *["thread-card-post-meant"] * (post.id == self.card.post)]
        box = nodes.container("", head_element, *body, classes=classes)
        self.set_ids(box, [f"{self.anchor}-{number}"])
        return self.element(box, "div", "h-entry", dir="auto", lang=lang)

    def post_head(self, number: int, post: Post) -> list[nodes.Node]:
        """Return the first line of a post: permalink, the author if it is not the previous one, dates and markers."""
        site = i18n.site_label(self.card.ref)
        name = _("Post {number} on {place}").format(number=number, place=site)
        permalink = nodes.reference("", str(number), refuri=post.url)
        attributes = {"href": post.url, "aria_label": name}
        classes = "u-url", "reference", "external"
        parts: list[nodes.Node] = [self.element(permalink, "a", *classes, **attributes)]
        if post.author != self.speaker:
            author = nodes.inline("", self.display_name(post.author))
            parts.append(self.element(author, "span", "p-author"))
        posted = post.posted and PartialDate.of(post.posted)
        repeats_date = posted == self.date
        self.date = posted or self.date
        if post.posted and not repeats_date:
            parts.append(self.time(post.posted, "dt-published"))
        if post.edited:
            parts.append(self.time(post.edited, "dt-updated", form=_("edited {date}")))
        if parent := self.numbers.get(post.reply_to or ""):
            label = _("reply to {number}").format(number=parent)
            link = nodes.reference("", label, refid=f"{self.anchor}-{parent}", internal=True)
            parts.append(link if parent in self.card.numbers else nodes.Text(label))
        if post.id == self.card.post:
            parts.append(nodes.strong("", _("cited here")))
        head = list(join(parts))
        if post.posted and repeats_date:
            head.append(self.time(post.posted, "dt-published", form=""))
        return head

    def display_name(self, handle: str) -> str:
        """Return the name of a participant, or the handle."""
        name = self.people[handle].name if handle in self.people else None
        return name or (handle if " " in handle else f"@{handle}")

    def post_body(self, post: Post) -> list[nodes.Element]:
        """Return text, media and quoted post, after the content warning."""
        body = [*self.blocks(post.blocks), *self.media(post.media)]
        if quoted := post.quoted:
            author = nodes.reference("", self.display_name(quoted.author), refuri=quoted.url)
            head = [author, *([self.time(quoted.posted)] if quoted.posted else [])]
            line = self.element(self.line("quoted-head", *join(head)), "p", dir="auto")
            parts = line, *self.post_body(quoted)
            box = nodes.block_quote("", *parts, classes=["thread-card-quoted"])
            attributes = {"dir": "auto", "cite": quoted.url, "lang": quoted.lang}
            body.append(self.element(box, "blockquote", **attributes))
        label = post.warning and i18n.with_label(_("Content warning"), post.warning)
        return self.section(label, body) if label else body

    def is_shown(self, media: Media | None) -> TypeGuard[Media]:
        """Return whether an image is saved and part of the build."""
        return bool(media and self.shows_images and f"{MEDIA_URI}/{media.file}" in self.images)

    def media(self, media: Iterable[Media]) -> Iterator[nodes.Element]:
        """Yield images, with consecutive ones in one paragraph, and videos; unsaved media becomes a line of text."""
        for is_row, group in groupby(media, lambda it: it.kind == "picture" and self.is_shown(it)):
            if is_row:
                images = [self.image(item) for item in group]
                row = self.line("media", *join(images, " "))
                row["classes"] += ["thread-card-grid"] * (len(images) > 1)
                yield row
                continue
            for item in group:
                kind = _kind(item)
                part, label = "media", i18n.with_label(kind, item.alt) if item.alt else kind
                if self.is_shown(item):  # the still image of a video
                    yield self.line("media", _linked(self.image(item), item.url))
                    part, label = "caption", _("Watch the video") if item.url else kind
                is_video, linked = item.kind == "video", _linked(nodes.Text(label), item.url)
                text = self.link(label, item.url) if is_video else [linked]
                yield self.element(self.line(part, *text), "p", dir="auto")

    def image(self, media: Media, avatar_size: int | None = None) -> nodes.Element:
        """Return an image of a post, or an avatar, which needs no alternative text next to the name."""
        uri = f"{MEDIA_URI}/{media.file}"
        image = nodes.image(uri=uri, candidates={"*": uri}, alt=media.alt or _kind(media))
        width = height = avatar_size
        if avatar_size is not None:
            image["alt"], image["classes"] = "", ["thread-card-avatar"]
        elif media.width and media.height:
            scale = min(1, MAX_IMAGE_HEIGHT / media.height)
            width, height = max(1, round(media.width * scale)), max(1, round(media.height * scale))
        return self.element(image, "img", loading="lazy", width=width, height=height)

    def blocks(self, blocks: Iterable[Block]) -> Iterator[nodes.Element]:
        """Yield the nodes of rich text."""
        for block in blocks:
            match block:
                case Paragraph():
                    yield _paragraph(block)
                case Code():
                    code = nodes.literal_block("", block.text.rstrip("\n"), linenos=False)
                    code["language"], code["force"] = block.language or "text", True
                    yield self.element(code, "div", dir="ltr")
                case Quote():
                    yield nodes.block_quote("", *self.blocks(block.blocks))
                case List():
                    items = [nodes.list_item("", *self.blocks(item)) for item in block.items]
                    start = {"start": block.start} if block.start != 1 else {}
                    ordered = nodes.enumerated_list("", *items, enumtype="arabic", **start)
                    yield ordered if block.ordered else nodes.bullet_list("", *items)


def _paragraph(block: Paragraph) -> nodes.Element:
    """Return a paragraph, or a line block if it contains line breaks."""
    lines: list[list[nodes.Node]] = [[]]
    for span in block.spans:
        first, *others = (_span(span, text) for text in span.text.split("\n"))
        lines[-1].append(first)
        lines += [[node] for node in others]
    if len(lines) == 1:
        return nodes.paragraph("", "", *lines[0])
    return nodes.line_block("", *(nodes.line("", "", *line) for line in lines))


def _span(span: Span, text: str) -> nodes.Node:
    node: nodes.Node = nodes.literal("", text) if span.code else nodes.Text(text)
    if span.emphasis:
        node = nodes.emphasis("", "", node)
    if span.strong:
        node = nodes.strong("", "", node)
    return _linked(node, span.href)


def _linked(node: nodes.Node, url: str | None) -> nodes.Node:
    return nodes.reference("", "", node, refuri=url) if url else node


def _kind(media: Media) -> str:
    return _("Video") if media.kind == "video" else _("Image")


def join(parts: Iterable[nodes.Node], separator: str = SEPARATOR) -> Iterator[nodes.Node]:
    """Yield nodes with a separator between them."""
    for index, part in enumerate(parts):
        if index:
            yield nodes.Text(separator)
        yield part


class TextCardBuilder(CardBuilder):
    """Builds a card for the text builder: indented, with each URL on its own line, which the writer does not wrap."""

    shows_images = False

    def build(self) -> list[nodes.Element]:
        return [nodes.block_quote("", *self.head(), *self.body(), as_lines(self.links()))]

    def item(self) -> nodes.list_item:
        return nodes.list_item("", as_lines(super().item().children))


def as_lines(paragraphs: Iterable[nodes.Node]) -> nodes.line_block:
    """Return paragraphs as the lines of a line block, which the text writer does not wrap."""
    return nodes.line_block("", *(nodes.line("", "", *it.children) for it in paragraphs))


class GettextCardBuilder(CardBuilder):
    """Builds a card for message catalogues, in which the author's own title and name are messages."""

    shows_images = False

    def line(self, part: str, *children: nodes.Node) -> nodes.paragraph:
        line, options = super().line(part, *children), self.place["thread_options"]
        if text := {"title": options.title, "author": options.author}.get(part):
            line.source, line.line = self.place.source, self.place.line
            line.rawsource, line.uid = text, ""  # type: ignore[attr-defined] # Sphinx skips nodes without one
        return line

    def item(self) -> nodes.list_item:
        return nodes.list_item("", *self.head())


class ManCardBuilder(CardBuilder):
    """Builds a card for manual pages, whose writer joins the first paragraph of a container to the preceding text."""

    shows_images = False

    def build(self) -> list[nodes.Element]:
        built = self.head()
        for part in self.body():
            is_summary = "thread-card-summary" in part["classes"]
            built += part.children if is_summary else [part]  # type: ignore[arg-type]
        return [*built, *self.links()]


class TargetCardBuilder(CardBuilder):
    """Builds a card for writers that ignore the ids of containers."""

    def set_ids(self, node: nodes.Element, ids: list[str]) -> None:
        super().set_ids(node, ids)
        move_ids(node)


def move_ids(node: nodes.Element) -> None:
    """Move the ids of a node, which its writer ignores, to a target in its first paragraph."""
    next(node.findall(nodes.paragraph)).insert(0, nodes.target("", "", ids=node["ids"]))
    node["ids"] = []
