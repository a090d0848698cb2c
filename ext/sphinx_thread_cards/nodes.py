"""Cards and posts as docutils nodes.

:class:`CardBuilder` uses standard nodes, which every builder renders. Builders of a format override what is special
to it (``html.py``, ``latex.py``). Nodes are built when a page is written, after SmartQuotes and gettext have run,
because quoted text is neither changed nor translated.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, assert_never

from docutils import nodes

from sphinx_thread_cards import i18n
from sphinx_thread_cards.i18n import SEPARATOR, PartialDate, _
from sphinx_thread_cards.snapshot import FOLDER, MEDIA_FOLDER, Code, List, Paragraph, Quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.snapshot import Block, Media, Post, Span, Thread

MEDIA_URI = f"{FOLDER}/{MEDIA_FOLDER}"
"""URI of the media folder, relative to the source directory."""
MAX_IMAGE_HEIGHT = 600
"""Of an image in a post, in CSS pixels: about 60 % of a page printed from a browser."""


class CardBuilder:
    """Builds the nodes of a card.

    Args:
        place: the placeholder in the doctree, with ids, classes and the author's summary.
        thread: the snapshot, if posts are shown.
        has_image: whether a file of the media folder is part of the build.
    """

    avatar_size = 0
    """Side in CSS pixels of the avatars of people other than the thread's author; 0 for none."""

    def __init__(
        self,
        card: Card,
        place: nodes.container,
        thread: Thread | None,
        language: str,
        has_image: Callable[[str], bool],
    ) -> None:
        self.card, self.place, self.thread, self.language = card, place, thread, language
        self.has_image = has_image
        self.anchor: str = place["ids"][0]

    # -- What a format overrides -----------------------------------------------

    def element(self, node: nodes.Element, _tag: str, **_attributes: str | None) -> nodes.Element:
        """Return a node; in HTML, an element with attributes that docutils does not write."""
        return node

    def microformat(self, *_names: str) -> list[str]:
        """Return class names of microformats, which only HTML has."""
        return []

    def build(self) -> list[nodes.Node]:
        """Return the nodes that replace the placeholder."""
        box = nodes.container("", classes=self.place["classes"], ids=self.place["ids"])
        box["names"] = self.place["names"]
        box.source, box.line = self.place.source, self.place.line
        box += self.head()
        box += self.body()
        box += self.links()
        return [box]

    def links(self) -> list[nodes.Element]:
        """Return the URLs of the card as text, for readers who cannot click."""
        return [
            self.line(
                "link", nodes.Text(i18n.with_label(label)), nodes.reference("", url, refuri=url)
            )
            for label, url in self.card.links()
        ]

    def item_links(self) -> list[nodes.Element]:
        """Return the URL of a card in a group as text."""
        return [self.line("link", nodes.reference("", self.card.href, refuri=self.card.href))]

    def permalink(self, number: int, post: Post) -> nodes.Element:
        """Return the number of a post, as a link to it."""
        return nodes.reference("", str(number), refuri=post.url)

    def posts(self, posts: list[tuple[Post | None, nodes.Element]]) -> list[nodes.Element]:
        """Return the posts, and the notes in place of omitted ones (None), as part of the card."""
        return [
            nodes.container("", *(node for _post, node in posts), classes=["thread-card-posts"])
        ]

    def warned(self, warning: str, body: list[nodes.Element]) -> list[nodes.Element]:
        """Return the body of a post with a content warning."""
        return [self.line("warning", nodes.Text(content_warning(warning))), *body]

    def image(self, media: Media, alt: str, size: tuple[int, int] | None) -> nodes.image:
        """Return an image of the media folder; ``size`` is in CSS pixels."""
        del size  # the formats of books have their own limits
        uri = f"{MEDIA_URI}/{media.file}"
        return nodes.image(uri=uri, candidates={"*": uri}, alt=alt)

    def item(self) -> nodes.list_item:
        """Return the card as one line in a group: platform, title, author and date, and the URL as text."""
        card, language = self.card, self.language
        parts: list[nodes.Node] = [nodes.strong("", i18n.platform_label(card.ref))]
        parts.append(nodes.reference("", card.title, refuri=card.href))
        parts += [nodes.Text(text) for text in (card.place, card.credit) if text]
        if card.date:
            parts.append(self.time(card.date, i18n.format_date(card.date, language)))
        line = self.line("line", *join(parts))
        item = nodes.list_item("", line, *self.item_links(), ids=self.place["ids"])
        item["classes"] = self.place["classes"][1:]
        return item

    # -- The card --------------------------------------------------------------

    def line(self, part: str, *children: nodes.Node) -> nodes.paragraph:
        """Return a paragraph of the class ``thread-card-<part>``."""
        return nodes.paragraph("", "", *children, classes=[f"thread-card-{part}"])

    def head(self) -> list[nodes.Element]:
        """Return header, title and author."""
        title = nodes.reference("", self.card.title, refuri=self.card.href)
        header = SEPARATOR.join(self.card.header(self.language))
        author = self.author()
        head = (self.line("header", nodes.Text(header)), self.line("title", title))
        return [*head, *([author] if author else [])]

    def author(self) -> nodes.Element | None:
        """Return the line with name and handle, if they are known."""
        text = " ".join(
            filter(None, (self.card.author, self.card.handle and f"@{self.card.handle}"))
        )
        return self.line("author", nodes.Text(text)) if text else None

    def time(self, date: PartialDate | datetime, text: str, *microformat: str) -> nodes.Node:
        """Return a date; in HTML as ``<time>``."""
        del date, microformat
        return nodes.Text(text)

    def body(self) -> Iterator[nodes.Element]:
        """Yield summary, posts, excerpt and note."""
        if self.place.children:
            summary = nodes.container("", *self.place.children, classes=["thread-card-summary"])
            yield self.element(summary, "div", dir="auto")
        if self.thread and self.card.numbers:
            yield from self.posts(list(self.numbered_posts(self.thread)))
        elif self.card.excerpt and not self.place.children:
            yield self.excerpt()
        if note := self.card.note(self.language):
            yield self.line("kept", nodes.Text(note))

    def excerpt(self) -> nodes.Element:
        """Return the beginning of the cited post, or its content warning."""
        excerpt = self.card.excerpt
        assert excerpt is not None  # noqa: S101 - the caller has checked
        if excerpt.is_warning:
            return self.line("warning", nodes.Text(content_warning(excerpt.text)))
        quote = nodes.block_quote(
            "", nodes.paragraph("", excerpt.text), classes=["thread-card-excerpt"]
        )
        quote["classes"] += self.microformat("e-content")
        return self.element(quote, "blockquote", dir="auto", cite=excerpt.url, lang=excerpt.lang)

    # -- Posts -----------------------------------------------------------------

    def numbered_posts(self, thread: Thread) -> Iterator[tuple[Post | None, nodes.Element]]:
        """Yield the posts to show, and a note for each gap."""
        total, previous = len(thread.posts), 0
        date = self.card.date
        for number in (*self.card.numbers, total + 1):
            if number > previous + 1:
                note = i18n.omitted_posts(previous + 1, number - 1)
                yield None, self.line("gap", nodes.Text(note))
            if number <= total:
                post = thread.posts[number - 1]
                posted = post.posted and PartialDate.of(post.posted)
                yield (
                    post,
                    self.post(
                        number, post, thread, repeats_date=posted is not None and posted == date
                    ),
                )
                date = posted or date
            previous = number

    def post(self, number: int, post: Post, thread: Thread, *, repeats_date: bool) -> nodes.Element:
        """Return a post with its head: permalink, author if it is another one, dates and markers."""
        cited = post.id == self.card.post
        head = self.line(
            "post-head", *self.post_head(number, post, thread, repeats_date=repeats_date)
        )
        body = list(self.post_body(post, thread))
        first = body[0] if body else None
        is_text = isinstance(first, nodes.paragraph | nodes.line_block) and not first["classes"]
        if is_text and not post.warning and head.astext().isdecimal():
            # Only a number, which may stand in the margin of the text.
            head["classes"].append("thread-card-post-bare")
        if post.warning:
            body = self.warned(post.warning, body)
        box = nodes.container(
            "", self.element(head, "p", dir="auto"), ids=[f"{self.anchor}-{number}"]
        )
        box["classes"] = [
            "thread-card-post",
            *["thread-card-post-meant"] * cited,
            *self.microformat("h-entry"),
        ]
        if self.microformat("e-content"):
            body = [self.element(nodes.container("", *body, classes=["e-content"]), "div")]
        box += body
        return self.element(box, "div", dir="auto", lang=post.lang or thread.lang)

    def post_head(
        self, number: int, post: Post, thread: Thread, *, repeats_date: bool
    ) -> list[nodes.Node]:
        """Return the parts of the first line of a post."""
        # Every post shows its author if the card is about a reply.
        speaker = thread.posts[0].author if self.card.post is None else None
        parts: list[nodes.Node] = [self.permalink(number, post)]
        if post.author != speaker:
            name = nodes.inline(
                "", _display_name(post.author, thread), classes=self.microformat("p-author")
            )
            parts.append(name)
        if post.posted and not repeats_date:
            parts.append(self.post_time(post.posted, "dt-published"))
        if post.edited:
            parts.append(self.post_time(post.edited, "dt-updated", form=_("edited {date}")))
        numbers = {other.id: position for position, other in enumerate(thread.posts, start=1)}
        if parent := numbers.get(post.reply_to or ""):
            label = _("reply to {number}").format(number=parent)
            refid = f"{self.anchor}-{parent}"
            link = nodes.reference("", label, refid=refid, internal=True)
            parts.append(link if parent in self.card.numbers else nodes.Text(label))
        if post.id == self.card.post:
            parts.append(nodes.strong("", _("cited here")))
        head = list(join(parts))
        if post.author != speaker and self.avatar_size:
            person = next(
                (person for person in thread.participants if person.handle == post.author), None
            )
            if (
                person
                and person.avatar
                and person.avatar.file
                and self.has_image(person.avatar.file)
            ):
                head[:0] = [self.avatar(person.avatar, self.avatar_size), nodes.Text(" ")]
        if post.posted and repeats_date and self.microformat("dt-published"):
            head.append(self.time(post.posted, "", "dt-published"))
        return head

    def post_time(self, time: datetime, *microformat: str, form: str = "{date}") -> nodes.Node:
        """Return the date of a post."""
        date = i18n.format_date(PartialDate.of(time), self.language)
        return self.time(time, form.format(date=date), *microformat)

    def post_body(self, post: Post, thread: Thread) -> Iterator[nodes.Element]:
        """Yield text, media and quoted post."""
        yield from build_blocks(post.blocks, self)
        yield from self.media(post.media)
        if quoted := post.quoted:
            link = nodes.reference("", _display_name(quoted.author, thread), refuri=quoted.url)
            head: list[nodes.Node] = [link]
            if quoted.posted:
                head.append(self.post_time(quoted.posted))
            body = list(self.post_body(quoted, thread))
            if quoted.warning:
                body = self.warned(quoted.warning, body)
            box = nodes.block_quote(
                "", self.element(self.line("quoted-head", *join(head)), "p", dir="auto"), *body
            )
            box["classes"] = ["thread-card-quoted"]
            yield self.element(box, "blockquote", dir="auto", cite=quoted.url, lang=quoted.lang)

    # -- Media -----------------------------------------------------------------

    def media(self, media: Iterable[Media]) -> Iterator[nodes.Element]:
        """Yield images, those in a row in one paragraph, and videos; what is not saved is a line of text."""

        def shown(item: Media) -> bool:
            return item.file is not None and self.has_image(item.file)

        for is_row, group in groupby(media, lambda item: item.kind == "picture" and shown(item)):
            if is_row:
                images = [self.sized_image(item) for item in group]
                row = self.line("media", *join(images, " "))
                row["classes"] += ["thread-card-grid"] * (len(images) > 1)
                yield row
                continue
            for item in group:
                if shown(item):
                    yield self.line("media", _linked(self.sized_image(item), item.url))
                    label = _("Watch the video") if item.url else _("Video")
                    yield self.element(
                        self.line("caption", *self.video_link(label, item.url)), "p", dir="auto"
                    )
                else:
                    text = _linked(nodes.Text(media_label(item)), item.url)
                    yield self.element(self.line("media", text), "p", dir="auto")

    def video_link(self, label: str, url: str | None) -> list[nodes.Node]:
        """Return the link to a video, with its URL as text."""
        if not url:
            return [nodes.Text(label)]
        return [nodes.Text(i18n.with_label(label)), nodes.reference("", url, refuri=url)]

    def sized_image(self, media: Media) -> nodes.image:
        """Return an image of a post."""
        size = None
        if media.width and media.height:
            scale = min(1, MAX_IMAGE_HEIGHT / media.height)
            size = max(1, round(media.width * scale)), max(1, round(media.height * scale))
        return self.image(
            media, media.alt or (_("Video") if media.kind == "video" else _("Image")), size
        )

    def avatar(self, media: Media, size: int) -> nodes.image:
        """Return an avatar, which needs no alternative text next to the name."""
        image = self.image(media, "", (size, size))
        image["classes"] = ["thread-card-avatar"]
        return image


def content_warning(text: str) -> str:
    """Return the content warning of a post, with its label."""
    return i18n.with_label(_("Content warning"), text)


def media_label(media: Media) -> str:
    """Return a text in place of an image or video: ``Image: A lamp``."""
    kind = _("Video") if media.kind == "video" else _("Image")
    return i18n.with_label(kind, media.alt) if media.alt else kind


def _display_name(handle: str, thread: Thread) -> str:
    name = next((person.name for person in thread.participants if person.handle == handle), None)
    return name or (handle if " " in handle else f"@{handle}")


def join(parts: Iterable[nodes.Node], separator: str = SEPARATOR) -> Iterator[nodes.Node]:
    """Yield nodes with a separator between them."""
    for index, part in enumerate(parts):
        if index:
            yield nodes.Text(separator)
        yield part


def _linked(node: nodes.Node, url: str | None) -> nodes.Node:
    return nodes.reference("", "", node, refuri=url) if url else node


# -- Rich text -----------------------------------------------------------------


def build_blocks(blocks: Iterable[Block], builder: CardBuilder) -> Iterator[nodes.Element]:
    """Yield the nodes of rich text."""
    for block in blocks:
        match block:
            case Paragraph():
                yield _paragraph(block)
            case Code():
                code = nodes.literal_block(
                    "", block.text.rstrip("\n"), language=block.language or "text", force=True
                )
                yield (
                    builder.element(nodes.container("", code), "div", dir="ltr")
                    if builder.avatar_size
                    else code
                )
            case Quote():
                yield nodes.block_quote("", *build_blocks(block.blocks, builder))
            case List():
                items = [nodes.list_item("", *build_blocks(item, builder)) for item in block.items]
                yield _list(block, items)
            case _:
                assert_never(block)


def _list(block: List, items: list[nodes.list_item]) -> nodes.Element:
    if not block.ordered:
        return nodes.bullet_list("", *items)
    start = {"start": block.start} if block.start != 1 else {}
    return nodes.enumerated_list("", *items, enumtype="arabic", **start)


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


# -- Formats of plain text -----------------------------------------------------


class TextCardBuilder(CardBuilder):
    """Builds a card for the text builder: indented, with one line a URL, which the writer does not wrap."""

    def build(self) -> list[nodes.Node]:
        """Return a block quote."""
        lines = [nodes.line("", "", *link.children) for link in self.links()]
        return [nodes.block_quote("", *self.head(), *self.body(), nodes.line_block("", *lines))]

    def item(self) -> nodes.list_item:
        """Return the list item as lines."""
        return as_lines(super().item())


def as_lines(item: nodes.list_item) -> nodes.list_item:
    """Make the paragraphs of an item lines of a line block, which the text writer does not wrap."""
    item[:] = [
        nodes.line_block("", *(nodes.line("", "", *part.children) for part in item.children))
    ]
    return item


class ManCardBuilder(CardBuilder):
    """Builds a card for manual pages, whose writer joins the first paragraph of a container to the text before."""

    def build(self) -> list[nodes.Node]:
        """Return paragraphs."""
        body = [
            child
            for part in self.body()
            for child in (part.children if _is_summary(part) else [part])
        ]
        return [*self.head(), *body, *self.links()]


def _is_summary(node: nodes.Element) -> bool:
    return "thread-card-summary" in node["classes"]


class TargetCardBuilder(CardBuilder):
    """Builds a card for writers that ignore the ids of containers."""

    def build(self) -> list[nodes.Node]:
        """Return the card with targets in its first paragraph, and in that of each post."""
        (box,) = super().build()
        assert isinstance(box, nodes.container)  # noqa: S101 - what the base class returns
        for part in [node for node in box.findall(nodes.container) if node["ids"]]:
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
