"""Words of others in HTML: the beginning of a kept post, and the head of a post, each in its own direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import words
from sphinx_thread_cards.languages import directed, runs_to_the_left, tag_among

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator


_LABELLED = {f"thread-card-{name}" for name in ("warning", "media", "caption")}
_OURS = {*_LABELLED, "thread-card-quoted-head"}


class card_excerpt(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes and their visitors alike
    """The beginning of a kept post, in a card that does not show its posts."""


class card_head(nodes.General, nodes.TextElement):  # noqa: N801
    """A line with words of ours, such as the head of a post; its own direction does not count for the post."""


class card_box(nodes.General, nodes.Element):  # noqa: N801
    """A part with a direction: ``dir``, or that of its first letter."""


class card_content(nodes.General, nodes.Element):  # noqa: N801
    """What a post says, without its head."""


class card_fold(nodes.General, nodes.Element):  # noqa: N801
    """What is shown when it is asked for."""


class card_tongue(nodes.Inline, nodes.TextElement):  # noqa: N801
    """Words in a language, or a direction, of their own: ``lang``, ``dir``."""


class card_permalink(nodes.reference):  # noqa: N801
    """The number of a post, which leads to the post; read aloud, it says so."""


def for_html(part: nodes.Element) -> nodes.Element:
    """A quotation with its source, a head with its direction; anything else as it is."""
    if isinstance(part, nodes.block_quote) and part.get("cite"):
        quote = card_excerpt("", *part.children, **part.attributes)
        # What the card says for machines; a quoted post is another one's.
        quote["classes"] = [*part["classes"], *["e-content"] * ("thread-card-excerpt" in part["classes"])]
        return quote
    if isinstance(part, nodes.paragraph) and part.get("lang"):
        in_tongues(part, None, part["lang"])
    elif isinstance(part, nodes.paragraph) and "thread-card-post-head" in part["classes"]:
        for link in [link for link in part.findall(nodes.reference) if "said" in link]:
            part.replace(link, card_permalink("", "", *link.children, **link.attributes))
        return card_head("", "", *part.children, classes=part["classes"])
    return part


def with_directions(post: nodes.Element, language: str) -> None:
    """Give the lines of ours in a post, and its code, directions of their own; our words are in the page's language."""
    for line in list(post.findall(nodes.paragraph)):
        if _OURS.intersection(line["classes"]) and next(line.findall(nodes.image), None) is None:
            head = card_head("", "", *line.children, classes=line["classes"])
            if _LABELLED.intersection(line["classes"]):
                in_tongues(head, tag_among(language, tongue_around(line)), None)
            line.parent.replace(line, head)
    for code in list(post.findall(nodes.literal_block)):
        code.parent.replace(code, card_box("", code, dir="ltr"))


def tongue_around(node: nodes.Element) -> str | None:
    """Tag of the language of what holds a part of a post, as far as it is known."""
    while not node.get("lang"):
        if node.parent is None:
            return None
        node = node.parent
    return str(node["lang"])


def in_tongues(line: nodes.Element, ours: str | None, theirs: str | None) -> None:
    """Mark the languages of a line: of its label, and of what people wrote behind it.

    :param ours: tag of the label's language; None for that of what is around, as in ``theirs``.
    """
    text = next(line.findall(nodes.Text))
    label, sign, said = text.partition(words.labelled(""))
    parts = ((label + sign, ours), (said, theirs))
    marked = [card_tongue("", part, lang=tag) if tag else nodes.Text(part) for part, tag in parts if part]
    text.parent.replace(text, marked)


def in_language(head: nodes.Element, language: str, theirs: str | None) -> nodes.Element:
    """The head of a post in the language of the page, as what stands there, but for names, are our words.

    :param theirs: tag of the post's language, where it is known.
    """
    if tag := tag_among(language, theirs):
        head["lang"] = tag
    if runs_to_the_left(language):
        head["dir"] = "rtl"
        direct(head, language)
    return head


def direct(line: nodes.Element, language: str) -> None:
    """Put marks of direction into a line of ours (see :func:`languages.directed`)."""
    for text in list(line.findall(nodes.Text)):
        text.parent.replace(text, nodes.Text(directed(text, language)))


def visit_excerpt(self: HTML5Translator, node: card_excerpt) -> None:
    """Open the quotation, which says where its words come from."""
    said = {name: node[name] for name in ("cite", "lang") if node[name]}
    self.body.append(self.starttag(node, "blockquote", dir="auto", **said))


def depart_excerpt(self: HTML5Translator, node: card_excerpt) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</blockquote>\n")


def visit_head(self: HTML5Translator, node: card_head) -> None:
    """Open the line, in the language of the page inside a post of another."""
    language = {"lang": node["lang"]} if "lang" in node else {}
    self.body.append(self.starttag(node, "p", "", dir=node.get("dir", "auto"), **language))


def depart_head(self: HTML5Translator, node: card_head) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</p>\n")


def visit_tongue(self: HTML5Translator, node: card_tongue) -> None:
    """Open it."""
    said = {name: node[name] for name in ("lang", "dir") if name in node}
    self.body.append(self.starttag(node, "span", "", **said))


def depart_tongue(self: HTML5Translator, node: card_tongue) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</span>")


def visit_box(self: HTML5Translator, node: card_box) -> None:
    """Open it."""
    self.body.append(self.starttag(node, "div", dir=node.get("dir", "auto")))


def visit_content(self: HTML5Translator, node: card_content) -> None:  # noqa: ARG001
    """Open it, as the content for machines."""
    self.body.append('<div class="e-content">\n')


def visit_fold(self: HTML5Translator, node: card_fold) -> None:
    """Open a fold; the browser opens it, without a script."""
    self.body.append('<details class="thread-card-fold"><summary dir="auto">')
    for part in node["label"]:
        tag = f'<span lang="{self.attval(part["lang"])}">' if isinstance(part, card_tongue) else ""
        self.body.append(f"{tag}{self.encode(part.astext())}{'</span>' * bool(tag)}")
    self.body.append("</summary>\n")


def depart_fold(self: HTML5Translator, node: card_fold) -> None:  # noqa: ARG001
    """Close it."""
    self.body.append("</details>\n")


def close_box(self: HTML5Translator, node: nodes.Element) -> None:  # noqa: ARG001
    """Close a ``<div>``."""
    self.body.append("</div>\n")


def visit_permalink(self: HTML5Translator, node: card_permalink) -> None:
    """Write the link with its name."""
    said, url = self.attval(node["said"]), self.attval(node["refuri"])
    classes = " ".join(["reference", "external", *node["classes"]])
    self.body.append(f'<a class="{classes}" aria-label="{said}" href="{url}">{self.encode(node.astext())}</a>')
    raise nodes.SkipNode
