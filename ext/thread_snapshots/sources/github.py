"""GitHub: issues, pull requests with their reviews, and discussions, on github.com and companies' own servers.

Endpoints: https://docs.github.com/en/rest/issues/comments, https://docs.github.com/en/rest/pulls/comments and
https://docs.github.com/en/rest/pulls/reviews. Discussions have a like interface that is not documented
(https://github.com/github/docs/issues/44098), and GraphQL, which asks for a token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thread_snapshots.assemble import found_of, of_discussion
from thread_snapshots.errors import BadAnswer
from thread_snapshots.shape import at, count, ident, line
from thread_snapshots.sources import _github_items as github
from thread_snapshots.sources._discussions import depth_first
from thread_snapshots.sources._forge import Items, begins, first_in, missing_in
from thread_snapshots.sources._github_ask import ask_discussion, ask_issue
from thread_snapshots.steps import Found, Source, Steps, Wish
from sphinx_thread_cards.urls import Kind, ThreadRef

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.thread import Author, Post


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the first post, and for the comments."""
    asked = ask_discussion if ref.kind is Kind.DISCUSSION else ask_issue
    got = yield from asked(ref, wish)
    # A transferred issue has another number where it is now.
    found = list(github.items(got.parts, at(got.parts[0], "number")))
    if first_in(found) is None:
        raise BadAnswer(got.endpoint, f"the answer is not {ref.number}")
    return read(ref, wish, found, got.endpoint, got.note)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read what an interface or ``gh issue view --json ...`` answered."""
    found = list(github.items(file.json(), int((ref.number or "#0")[1:])))
    missing = missing_in(file, ref, found, len(found) - 1, _total(first_in(found)))
    return read(ref, wish, found, "file", missing)


def _total(first: object) -> int | None:
    found = count(first, "comments")
    return found if found is not None else count(first, "comments", "totalCount")


def read(ref: ThreadRef, wish: Wish, found: Items, endpoint: str, note: str = "") -> Found:
    """What people wrote, as a thread.

    :param found: as :func:`_github_items.items` gives it.
    :param note: what is known to be missing.
    """
    page, first = ref.url.partition("#")[0], first_in(found)
    site = page[: page.index("/", len("https://"))]
    people: dict[str, Author] = {}
    above: dict[str, str] = {}
    begun: list[Post] = []
    said: list[Post] = []
    for index, (item, around) in enumerate(found):
        author = github.author_of(item, site)
        people[author.handle] = author if author.avatar else people.get(author.handle, author)
        if begins(item):
            id_ = _first_id(ref, wish, item)
            begun = begun or [github.post_of(item, id_, page, author.handle)]
            continue
        id_ = github.post_id(item) or f"comment-{index}"
        answers = github.answered(item) or (around if around.startswith("discussioncomment-") else "")
        post = github.post_of(item, id_, page, author.handle, answers)
        review = ident(item, "pull_request_review_id")
        above[id_] = answers or around or (f"pullrequestreview-{review}" if review else "")
        # An approval without a word; a comment that was folded away.
        silent = not (post.blocks or post.media) or github.hidden(item)
        said += [] if silent and id_ not in wish.posts else [post]
    posts = begun + depth_first(said, above)
    kept = of_discussion(posts, wish) if begun else [p for p in posts if p.id in wish.posts] or posts
    title, replies = line(first, "title"), _total(first)
    return found_of(ref, kept, people, title=title, endpoint=endpoint, replies=replies, missing=note)


def _first_id(ref: ThreadRef, wish: Wish, item: object) -> str:
    kind = "discussion" if ref.kind is Kind.DISCUSSION else "issue"
    cited = sorted(post for post in wish.posts if post.startswith(f"{kind}-"))
    return github.first_id(item, kind) or (cited or [(ref.number or "#0")[1:]])[0]


SOURCE = Source(name="github", steps=steps, saved=saved)
