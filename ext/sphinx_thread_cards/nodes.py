"""Cards and posts as docutils nodes.

:class:`CardBuilder` uses standard nodes, which every builder renders. Its subclasses for a format override what is
special to it (see also ``html.py``, ``latex.py``). Nodes are built when a page is written, after SmartQuotes and
gettext have run, because quoted text is neither changed nor translated.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import TypeGuard, assert_never

from docutils import nodes

from sphinx_thread_cards import i18n, snapshot
from sphinx_thread_cards.card import Card, Excerpt
from sphinx_thread_cards.i18n import SEPARATOR, PartialDate, _
from sphinx_thread_cards.snapshot import Block, Code, List, Media, Paragraph, Post, Quote, Span

MEDIA_URI = f"{snapshot.FOLDER}/{snapshot.MEDIA_FOLDER}"
MAX_IMAGE_HEIGHT = 600
"""Of an image in a post, in CSS pixels: about 60 % of a page printed from a browser."""


class CardBuilder:
    """Builds the nodes of a card.

    Args:
        place: the placeholder in the doctree, with ids, classes and the author's summary.
        thread: the snapshot, if posts are shown.
        images: URIs of the images in the build.
    """

    shows_images = True
    """Whether the format has images; otherwise their alternative texts are shown."""
    shows_urls = True
    """Whether the URLs of links are shown, for readers who cannot click."""
    avatar_size = 0
    """Side in CSS pixels of the avatars of people other than the thread's author; 0 for none."""

    def __init__(
        self,
        card: Card,
        place: nodes.container,
        thread: snapshot.Thread | None,
        language: str,
        images: Container[str],
    ) -> None:
        self.card, self.place, self.language, self.images = card, place, language, images
        self.anchor: str = place["ids"][0]
        self.thread_posts = thread.posts if thread else ()
        self.thread_lang = thread.lang if thread else None
        self.people = {person.handle: person for person in thread.participants} if thread else {}
        self.numbers = {post.id: number for number, post in enumerate(self.thread_posts, start=1)}
        # Every post names its author if the card is about a reply.
        self.speaker = self.thread_posts[0].author if self.thread_posts and not card.post else None

    # -- What a format overrides -----------------------------------------------

    def element(self, node: nodes.Element, _tag: str, **_attributes: str | None) -> nodes.Element:
        """Return a node; in HTML, an element with attributes that docutils does not write."""
        return node

    def microformat(self, *_names: str) -> list[str]:
        """Return class names of microformats, which only HTML has."""
        return []

    def build(self) -> list[nodes.Node]:
        """Return the nodes that replace the placeholder."""
        box = self.place.copy()
        del box["thread_options"]
        box += [*self.head(), *self.body(), *self.links()]
        return [box]

    def links(self) -> list[nodes.Element]:
        """Return the URLs of the card as text, for readers who cannot click."""
        lines: list[nodes.Element] = []
        for label, url in self.card.links():
            text = [nodes.Text(i18n.with_label(label))] if label else []
            lines.append(self.line("link", *text, nodes.reference("", url, refuri=url)))
        return lines

    def time(self, _date: PartialDate | datetime, text: str, *_microformat: str) -> nodes.Node:
        """Return a date; in HTML as ``<time>``."""
        return nodes.Text(text)

    def permalink(self, number: int, post: Post) -> nodes.Element:
        """Return the number of a post, as a link to it."""
        return nodes.reference("", str(number), refuri=post.url)

    def posts(self, posts: list[tuple[Post | None, nodes.Element]]) -> list[nodes.Element]:
        """Return the posts, and the notes in place of omitted ones (None), as part of the card."""
        shown = [node for _post, node in posts]
        return [nodes.container("", *shown, classes=["thread-card-posts"])]

    def warned(self, warning: str, body: list[nodes.Element]) -> list[nodes.Element]:
        """Return the body of a post with a content warning."""
        return [self.line("warning", nodes.Text(content_warning(warning))), *body]

    def video_link(self, label: str, url: str | None) -> list[nodes.Node]:
        """Return the link to a video."""
        if not url or not self.shows_urls:
            return [_linked(nodes.Text(label), url)]
        return [nodes.Text(i18n.with_label(label)), nodes.reference("", url, refuri=url)]

    def image(self, media: Media, alt: str, _size: tuple[int, int] | None) -> nodes.image:
        """Return an image of the media folder; the size is in CSS pixels."""
        uri = f"{MEDIA_URI}/{media.file}"
        return nodes.image(uri=uri, candidates={"*": uri}, alt=alt)

    # -- The card --------------------------------------------------------------

    def line(self, part: str, *children: nodes.Node) -> nodes.paragraph:
        """Return a paragraph of the class ``thread-card-<part>``."""
        return nodes.paragraph("", "", *children, classes=[f"thread-card-{part}"])

    def item(self) -> nodes.list_item:
        """Return the card as one line in a group: platform, title, location, author and date."""
        card = self.card
        title = card.title if card.titled else card.citation(self.language)
        # A citation names the location, and most name author and date.
        place, cited = (card.place, "") if card.titled else ("", title)
        parts: list[nodes.Node] = [nodes.strong("", i18n.platform_label(card.ref))]
        parts.append(nodes.reference("", title, refuri=card.href))
        parts += [nodes.Text(text) for text in (place, card.credit) if text and text not in cited]
        date = i18n.format_date(card.date, self.language) if card.date else None
        if card.date and date and date not in cited:
            parts.append(self.time(card.date, date))
        line = self.line("line", *join(parts))
        classes = self.place["classes"][1:]  # not that of a box
        item = nodes.list_item("", line, ids=self.place["ids"], classes=classes)
        if self.shows_urls:
            item += self.line("link", nodes.reference("", card.href, refuri=card.href))
        return item

    def head(self) -> list[nodes.Element]:
        """Return header, title and author."""
        title = nodes.reference("", self.card.title, refuri=self.card.href)
        header = SEPARATOR.join(self.card.header(self.language))
        return [self.line("header", nodes.Text(header)), self.line("title", title), *self.author()]

    def author(self) -> list[nodes.Element]:
        """Return the line with name and handle, if they are known."""
        handle = self.card.handle and f"@{self.card.handle}"
        text = " ".join(filter(None, (self.card.author, handle)))
        return [self.line("author", nodes.Text(text))] if text else []

    def body(self) -> Iterator[nodes.Element]:
        """Yield summary, posts, excerpt and note."""
        if self.place.children:
            summary = nodes.container("", *self.place.children, classes=["thread-card-summary"])
            yield self.element(summary, "div", dir="auto")
        if self.thread_posts and self.card.numbers:
            yield from self.posts(list(self.numbered_posts()))
        elif self.card.excerpt and not self.place.children:
            yield self.excerpt(self.card.excerpt)
        if note := self.card.note(self.language):
            yield self.line("kept", nodes.Text(note))

    def excerpt(self, excerpt: Excerpt) -> nodes.Element:
        """Return the beginning of the cited post, or its content warning."""
        if excerpt.is_warning:
            return self.line("warning", nodes.Text(excerpt.text))
        classes = ["thread-card-excerpt", *self.microformat("e-content")]
        quote = nodes.block_quote("", nodes.paragraph("", excerpt.text), classes=classes)
        return self.element(quote, "blockquote", dir="auto", cite=excerpt.url, lang=excerpt.lang)

    # -- Posts -----------------------------------------------------------------

    def numbered_posts(self) -> Iterator[tuple[Post | None, nodes.Element]]:
        """Yield the posts to show, and a note for each gap."""
        previous, date = 0, self.card.date
        for number in (*self.card.numbers, len(self.thread_posts) + 1):
            if number > previous + 1:
                note = i18n.omitted_posts(previous + 1, number - 1)
                yield None, self.line("gap", nodes.Text(note))
            if number <= len(self.thread_posts):
                post = self.thread_posts[number - 1]
                posted = post.posted and PartialDate.of(post.posted)
                yield post, self.post(number, post, repeats_date=posted == date)
                date = posted or date
            previous = number

    def post(self, number: int, post: Post, *, repeats_date: bool) -> nodes.Element:
        """Return a post with its head: permalink, author if it is another one, dates and markers."""
        head = self.line("post-head", *self.post_head(number, post, repeats_date=repeats_date))
        body = self.post_body(post)
        first = next(iter(body), None)
        is_text = isinstance(first, nodes.paragraph | nodes.line_block) and not first["classes"]
        if is_text and head.astext().isdecimal():
            # Only a number, which may stand in the margin of the text.
            head["classes"].append("thread-card-post-bare")
        if self.microformat("e-content"):
            body = [self.element(nodes.container("", *body, classes=["e-content"]), "div")]
        lang = post.lang or self.thread_lang
        head_lang = self.language.replace("_", "-") if i18n.differs(lang, self.language) else None
        box = nodes.container("", self.element(head, "p", dir="auto", lang=head_lang), *body)
        box["ids"] = [f"{self.anchor}-{number}"]
        cited = ["thread-card-post-meant"] * (post.id == self.card.post)
        box["classes"] = ["thread-card-post", *cited, *self.microformat("h-entry")]
        return self.element(box, "div", dir="auto", lang=lang)

    def post_head(self, number: int, post: Post, *, repeats_date: bool) -> list[nodes.Node]:
        """Return the parts of the first line of a post."""
        parts: list[nodes.Node] = [self.permalink(number, post)]
        if post.author != self.speaker:
            classes = self.microformat("p-author")
            parts.append(nodes.inline("", self.display_name(post), classes=classes))
        if post.posted and not repeats_date:
            parts.append(self.post_time(post.posted, "dt-published"))
        if post.edited:
            parts.append(self.post_time(post.edited, "dt-updated", form=_("edited {date}")))
        if parent := self.numbers.get(post.reply_to or ""):
            label = _("reply to {number}").format(number=parent)
            link = nodes.reference("", label, refid=f"{self.anchor}-{parent}", internal=True)
            parts.append(link if parent in self.card.numbers else nodes.Text(label))
        if post.id == self.card.post:
            parts.append(nodes.strong("", _("cited here")))
        head = list(join(parts))
        avatar = self.people[post.author].avatar if post.author in self.people else None
        if self.avatar_size and post.author != self.speaker and self.is_shown(avatar):
            head[:0] = [self.avatar(avatar, self.avatar_size), nodes.Text(" ")]
        if post.posted and repeats_date and self.microformat("dt-published"):
            head.append(self.time(post.posted, "", "dt-published"))
        return head

    def display_name(self, post: Post) -> str:
        """Return the name of a post's author, or the handle."""
        name = self.people[post.author].name if post.author in self.people else None
        return name or (post.author if " " in post.author else f"@{post.author}")

    def post_time(self, time: datetime, *microformat: str, form: str = "{date}") -> nodes.Node:
        """Return the date of a post."""
        date = i18n.format_date(PartialDate.of(time), self.language)
        return self.time(time, form.format(date=date), *microformat)

    def post_body(self, post: Post) -> list[nodes.Element]:
        """Return text, media and quoted post, below the content warning."""
        body = [*self.blocks(post.blocks), *self.media(post.media)]
        if quoted := post.quoted:
            author = nodes.reference("", self.display_name(quoted), refuri=quoted.url)
            head = [author, *([self.post_time(quoted.posted)] if quoted.posted else [])]
            line = self.element(self.line("quoted-head", *join(head)), "p", dir="auto")
            parts = line, *self.post_body(quoted)
            box = nodes.block_quote("", *parts, classes=["thread-card-quoted"])
            attributes = {"dir": "auto", "cite": quoted.url, "lang": quoted.lang}
            body.append(self.element(box, "blockquote", **attributes))
        return self.warned(post.warning, body) if post.warning else body

    # -- Media -----------------------------------------------------------------

    def is_shown(self, media: Media | None) -> TypeGuard[Media]:
        """Return whether an image is saved and part of the build."""
        is_saved = media is not None and f"{MEDIA_URI}/{media.file}" in self.images
        return self.shows_images and is_saved

    def media(self, media: Iterable[Media]) -> Iterator[nodes.Element]:
        """Yield images, those in a row in one paragraph, and videos; what is not saved is a line of text."""
        for is_row, group in groupby(media, lambda it: it.kind == "picture" and self.is_shown(it)):
            if is_row:
                images = [self.post_image(item) for item in group]
                row = self.line("media", *join(images, " "))
                row["classes"] += ["thread-card-grid"] * (len(images) > 1)
                yield row
                continue
            for item in group:
                if self.is_shown(item):
                    yield self.line("media", _linked(self.post_image(item), item.url))
                    label = _("Watch the video") if item.url else _("Video")
                    caption = self.line("caption", *self.video_link(label, item.url))
                    yield self.element(caption, "p", dir="auto")
                else:
                    kind = _kind(item)
                    label = i18n.with_label(kind, item.alt) if item.alt else kind
                    is_video, text = item.kind == "video", _linked(nodes.Text(label), item.url)
                    parts = self.video_link(label, item.url) if is_video else [text]
                    yield self.element(self.line("media", *parts), "p", dir="auto")

    def post_image(self, media: Media) -> nodes.image:
        """Return an image of a post, or the still image of a video."""
        size = None
        if media.width and media.height:
            scale = min(1, MAX_IMAGE_HEIGHT / media.height)
            size = max(1, round(media.width * scale)), max(1, round(media.height * scale))
        return self.image(media, media.alt or _kind(media), size)

    def avatar(self, media: Media, size: int) -> nodes.image:
        """Return an avatar, which needs no alternative text next to the name."""
        image = self.image(media, "", (size, size))
        image["classes"] = ["thread-card-avatar"]
        return image

    # -- Rich text -------------------------------------------------------------

    def blocks(self, blocks: Iterable[Block]) -> Iterator[nodes.Element]:
        """Yield the nodes of rich text."""
        for block in blocks:
            match block:
                case Paragraph():
                    yield _paragraph(block)
                case Code():
                    yield self.code(block)
                case Quote():
                    yield nodes.block_quote("", *self.blocks(block.blocks))
                case List():
                    items = [nodes.list_item("", *self.blocks(item)) for item in block.items]
                    start = {"start": block.start} if block.start != 1 else {}
                    ordered = nodes.enumerated_list("", *items, enumtype="arabic", **start)
                    yield ordered if block.ordered else nodes.bullet_list("", *items)
                case _:
                    assert_never(block)

    def code(self, block: Code) -> nodes.Element:
        """Return preformatted text."""
        text = block.text.rstrip("\n")
        return nodes.literal_block("", text, language=block.language or "text", force=True)


def _paragraph(block: Paragraph) -> nodes.Element:
    """Return a paragraph, or a line block if it contains line breaks."""
    lines: list[list[nodes.Node]] = [[]]
    for span in block.spans:
        first, *others = span.text.split("\n")
        lines[-1].append(_span(span, first))
        lines.extend([_span(span, text)] for text in others)
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


def ancestors(node: nodes.Element | None) -> Iterator[nodes.Element]:
    """Yield a node, its parent, and so on."""
    while node is not None:
        yield node
        node = node.parent


def join(parts: Iterable[nodes.Node], separator: str = SEPARATOR) -> Iterator[nodes.Node]:
    """Yield nodes with a separator between them."""
    for index, part in enumerate(parts):
        if index:
            yield nodes.Text(separator)
        yield part


def _kind(media: Media) -> str:
    return _("Video") if media.kind == "video" else _("Image")


def content_warning(text: str) -> str:
    """Return the content warning of a post, with its label."""
    return i18n.with_label(_("Content warning"), text)


# -- Formats of plain text -----------------------------------------------------


class TextCardBuilder(CardBuilder):
    """Builds a card for the text builder: indented, with one line a URL, which the writer does not wrap."""

    shows_images = False

    def build(self) -> list[nodes.Node]:
        """Return a block quote."""
        lines = [nodes.line("", "", *link.children) for link in self.links()]
        return [nodes.block_quote("", *self.head(), *self.body(), nodes.line_block("", *lines))]

    def item(self) -> nodes.list_item:
        """Return the list item as lines."""
        return as_lines(super().item())


def as_lines(item: nodes.list_item) -> nodes.list_item:
    """Make the paragraphs of an item lines of a line block, which the text writer does not wrap."""
    lines = [nodes.line("", "", *part.children) for part in item.children]
    item[:] = [nodes.line_block("", *lines)]
    return item


class GettextCardBuilder(CardBuilder):
    """Builds a card for message catalogues, in which the author's own title and name are messages."""

    shows_images = False

    def line(self, part: str, *children: nodes.Node) -> nodes.paragraph:
        """Return a paragraph, which is a message if its text is the author's own."""
        line = super().line(part, *children)
        options = self.place["thread_options"]
        if text := {"title": options.title, "author": options.author}.get(part):
            line.source, line.line = self.place.source, self.place.line
            line.rawsource, line.uid = text, ""  # type: ignore[attr-defined] # Sphinx skips nodes without one
        return line


class ManCardBuilder(CardBuilder):
    """Builds a card for manual pages, whose writer joins the first paragraph of a container to the text before."""

    shows_images = False

    def build(self) -> list[nodes.Node]:
        """Return paragraphs."""
        built: list[nodes.Node] = [*self.head()]
        for part in self.body():
            built += part.children if "thread-card-summary" in part["classes"] else [part]
        return [*built, *self.links()]


class TargetCardBuilder(CardBuilder):
    """Builds a card for writers that ignore the ids of containers."""

    def build(self) -> list[nodes.Node]:
        """Return the card with targets in its first paragraph, and in that of each post."""
        (box,) = super().build()
        for part in box.findall(nodes.container):
            if part["ids"]:
                move_ids(part)
        return [box]

    def item(self) -> nodes.list_item:
        """Return the list item with a target."""
        item = super().item()
        move_ids(item)
        return item


def move_ids(node: nodes.Element) -> None:
    """Move the ids of a node, which its writer ignores, to a target in its first paragraph."""
    next(node.findall(nodes.paragraph)).insert(0, nodes.target("", "", ids=node["ids"]))
    node["ids"] = []
