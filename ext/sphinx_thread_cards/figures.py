"""Kept pictures as docutils nodes: those of posts, the stills of videos, avatars."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_thread_cards import store, words
from sphinx_thread_cards.card_nodes import of_class
from sphinx_thread_cards.warnings import Warn, warn
from sphinx_thread_cards.words import _

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from sphinx.environment import BuildEnvironment

    from sphinx_thread_cards.card import Card
    from sphinx_thread_cards.thread import Media, Post, Thread

MEDIA = f"{store.FOLDER}/{store.MEDIA}"
"""The folder of pictures, in that of the pages."""
ROW = "thread-card-media"
CAPTION = "thread-card-caption"
AVATAR = "thread-card-avatar"
_TALLEST = 600
"""Of a picture in a post, in CSS pixels: about 60 % of a page that a browser prints."""


def figures(media: Iterable[Media]) -> Iterator[nodes.paragraph]:
    """The pictures of a post: those in a row in one paragraph, of class ``thread-card-grid`` where they are several.

    A video's still leads to the video, as does a line below it. What is not kept is a line that says what it was.
    """
    for in_a_row, group in groupby(media, lambda one: one.kind == "picture" and one.file is not None):
        if in_a_row:
            images = [_image(one) for one in group]
            yield nodes.paragraph("", "", *_spaced(images), classes=[ROW, *["thread-card-grid"] * (len(images) > 1)])
        else:
            for one in group:
                yield from _still(one) if one.file else [_line(label(one), one.url)]


def _spaced(images: Iterable[nodes.Node]) -> list[nodes.Node]:
    """With spaces between, at which a line may break."""
    return [node for image in images for node in (nodes.Text(" "), image)][1:]


def _still(video: Media) -> Iterator[nodes.paragraph]:
    image: nodes.Element = _image(video)
    yield nodes.paragraph("", "", _link(image, video.url), classes=[ROW])
    said = _("Watch the video") if video.url else words.video()
    yield nodes.paragraph("", "", _link(nodes.Text(said), video.url), classes=[CAPTION])


def _line(said: str, url: str | None) -> nodes.paragraph:
    return nodes.paragraph("", "", _link(nodes.Text(said), url), classes=[ROW])


def _link(node: nodes.Node, url: str | None) -> nodes.Node:
    return nodes.reference("", "", node, refuri=url) if url else node


def label(media: Media) -> str:
    """What a picture or video is, in words: ``Picture: A lamp``."""
    kind = words.video() if media.kind == "video" else words.picture()
    return words.labelled(kind, media.alt) if media.alt else kind


def _image(media: Media) -> nodes.image:
    """A picture, with the size at which it is shown in HTML."""
    image = _node(media, media.alt or (words.video() if media.kind == "video" else words.picture()))
    image["said"] = label(media)
    if media.width and media.height:
        scale = min(1, _TALLEST / media.height)
        image["size"] = max(1, round(media.width * scale)), max(1, round(media.height * scale))
    return image


def avatar(media: Media, side: int) -> nodes.image:
    """A small picture of somebody whose name stands beside it, so that it has no words of its own.

    :param side: of the square, in CSS pixels.
    """
    image = _node(media, "")
    image["classes"], image["size"] = [AVATAR], (side, side)
    return image


def _node(media: Media, alt: str) -> nodes.image:
    uri = f"{MEDIA}/{media.file}"
    return nodes.image(uri=uri, candidates={"*": uri}, alt=alt)


def as_words(box: nodes.Element, *, but: Container[str] = ()) -> None:
    """Put words in the place of pictures.

    :param but: files of those that stay, as Sphinx names them.
    """
    for row in of_class(box, nodes.paragraph, ROW):
        gone = [image for image in row.findall(nodes.image) if image["uri"] not in but]
        if gone:
            lines = [_line(image["said"], None) for image in gone]
            stay = [image for image in row.findall(nodes.image) if image not in gone]
            row.parent.replace(row, [*[row] * bool(stay), *lines])
            row[:] = _spaced(stay)
    for image in of_class(box, nodes.image, AVATAR):
        if image["uri"] not in but:
            image.parent.remove(image)


def show_addresses(box: nodes.Element) -> None:
    """Say where videos are to be seen, for readers who cannot click."""
    for caption in of_class(box, nodes.paragraph, CAPTION):
        for link in list(caption.findall(nodes.reference)):
            address = nodes.reference("", link["refuri"], refuri=link["refuri"])
            caption[:] = [nodes.Text(words.labelled(link.astext())), address]


def files_of(thread: Thread) -> Iterator[str]:
    """Names of the kept media files that a thread shows: avatars, and what is in posts, quoted ones too."""
    yield from (person.avatar.file for person in thread.participants if person.avatar and person.avatar.file)
    yield from (media.file for media in _media(thread.posts) if media.file)


def _media(posts: Iterable[Post]) -> Iterator[Media]:
    """What is in posts, and in those that they quote."""
    for post in posts:
        yield from post.media
        if post.quoted:
            yield from _media([post.quoted])


def without_words(card: Card) -> list[str]:
    """Names of the kept files that a card shows in posts, those quoted in them too, without alternative text."""
    posts = [card.thread.posts[number - 1] for number in card.numbers] if card.thread else []
    return list(dict.fromkeys(media.file for media in _media(posts) if media.file and not media.alt))


def note(card: Card, env: BuildEnvironment, place: nodes.Element) -> None:
    """Tell Sphinx of the pictures that a card will show, as its collector would if they were there now.

    The page depends on their files, also on those that are missing, of which there is a warning.
    """
    names = set(files_of(card.thread)) if card.thread else set()
    if card.avatar and card.avatar.file:
        names.add(card.avatar.file)
    for name in sorted(names):
        path = env.srcdir / MEDIA / name
        env.note_dependency(str(path))
        if path.is_file():
            env.images.add_file(env.docname, f"{MEDIA}/{name}")
        else:
            warn(Warn.PICTURE, f"{MEDIA}/{name} is missing; the card does without it", place)
    if env.config.thread_cards_alt:
        for name in without_words(card):
            warn(Warn.ALT, f'{MEDIA}/{name} has no alternative text; write it as "alt" in the snapshot', place)
