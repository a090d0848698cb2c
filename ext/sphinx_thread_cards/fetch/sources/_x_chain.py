"""Of many posts of X those that make a thread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.assemble import thread_of
from sphinx_thread_cards.fetch.errors import BadAnswer
from sphinx_thread_cards.fetch.sources._x_common import address
from sphinx_thread_cards.fetch.steps import Found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx_thread_cards.fetch.sources._x_common import Told
    from sphinx_thread_cards.fetch.steps import Wish
    from sphinx_thread_cards.model import ThreadRef

CUT = "X gives programs only the beginning of a long post"
MIDDLE = "it begins in the middle of the thread"


def chain_of(told: Iterable[Told], id_: str, wish: Wish) -> list[Told]:
    """The author's chain that a post stands in, as far as it is there, in the order of time.

    :param id_: of the post; without it there is no chain.
    :param wish: whether what others answered is wanted too.
    """
    known = {item.post.id: item for item in told}
    if id_ not in known:
        return []
    top, seen = known[id_], {id_}
    while (above := known.get(top.above)) and above.post.id not in seen and _same(above, top):
        top = above
        seen.add(top.post.id)
    below: dict[str, list[Told]] = {}
    for item in known.values():
        below.setdefault(item.above, []).append(item)
    found, waiting = {top.post.id: top}, [top]
    while waiting:
        item = waiting.pop()
        for answer in below.get(item.post.id, ()):
            if answer.post.id not in found and (wish.replies or _same(item, answer)):
                found[answer.post.id] = answer
                waiting.append(answer)
    return sorted(found.values(), key=lambda item: int(item.post.id))


def _same(one: Told, other: Told) -> bool:
    return one.post.author.casefold() == other.post.author.casefold()


def found_of(
    ref: ThreadRef, chain: list[Told], endpoint: str, notes: Iterable[str] = (), *, whole: bool = True
) -> Found:
    """A chain as what a fetch finds. Long posts that were cut, and a chain without its beginning, are noted.

    :raises BadAnswer: if there is none.
    """
    if not chain:
        raise BadAnswer(ref.url, f"post {ref.id} is not in the answer")
    cut, middle = any(item.cut for item in chain), chain[0].to_self
    notes = [note for note, true in ((MIDDLE, middle), (CUT, cut)) if true] + list(notes)
    posts = [replace(item.post, answers=item.above or None) for item in chain]
    people = {other.handle: other for item in chain for other in item.others}
    people |= {item.person.handle: item.person for item in reversed(chain)}
    thread = thread_of(ref, posts, people, endpoint=endpoint, replies=chain[0].replies)
    if ref.author is None:
        # Its address without a name works too, but tells readers on paper less.
        thread = replace(thread, url=address(thread.posts[0].author, ref.id))
    return Found(thread=thread, whole=whole and not (cut or middle), note="; ".join(notes))
