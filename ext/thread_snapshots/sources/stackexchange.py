"""Stack Exchange: a question with its answers, by the network's API, which any program may ask 300 times a day.

Endpoints: https://api.stackexchange.com/docs (questions, answers, comments; errors and ``backoff`` under "throttle").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thread_snapshots.errors import BadAnswer, FetchError, Forbidden, NotFound, RateLimited, Unreachable
from thread_snapshots.shape import at, count, flag, ident, line, listed, objects
from thread_snapshots.sources._stackexchange_posts import comment_ids, read
from thread_snapshots.steps import Asking, Found, Source, Steps, Wish, ask_json

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_API = "https://api.stackexchange.com/2.3"
_NETWORK = ".stackexchange.com"
_PAGE = 100
"""Most items, and most ids, of one request."""
_MOST_PAGES = 5
_KINDS: dict[int, type[FetchError]] = {
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    500: Unreachable,
    502: RateLimited,
    503: Unreachable,
}
"""By ``error_id`` (https://api.stackexchange.com/docs/error-handling)."""


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the question, for its answers, and for comments if they are wished for.

    The address of an answer names no question; the answer is asked for first, and names it.
    """
    site = site_of(ref.host)
    question_id = ref.id
    if ref.id.startswith("a/"):
        answer = yield from _ask(f"{_API}/answers/{ref.id.removeprefix('a/')}?site={site}&filter=withbody")
        question_id = ident(objects(answer, "items")[:1], 0, "question_id")
        if not question_id.isdecimal():
            raise NotFound(ref.url, "there is no such answer")
    endpoint = f"{_API}/questions/{question_id}?site={site}&filter=withbody"
    answers = [(yield from _ask(endpoint))]
    if not objects(answers[0], "items"):
        raise NotFound(ref.url, "there is no such question")
    more = ""
    if at(answers[0], "items", 0, "answer_count") != 0:
        more = yield from _ask_pages(f"{_API}/questions/{question_id}/answers?site={site}&sort=votes", answers)
    posts = [question_id, *(ident(item, "answer_id") for answer in answers[1:] for item in objects(answer, "items"))]
    wished = ";".join(comment_ids(wish.posts)[:_PAGE])
    if wish.replies:
        ids = ";".join(filter(str.isdecimal, posts[:_PAGE]))
        url = f"{_API}/posts/{ids}/comments?site={site}&sort=creation&order=asc"
        more = (yield from _ask_pages(url, answers)) or more
    elif wished:
        yield from _ask_pages(f"{_API}/comments/{wished}?site={site}&sort=creation&order=asc", answers)
    found = read(ref, wish, answers, endpoint)
    return Found(thread=found.thread, whole=found.whole and not more, note="; ".join(filter(None, (more, found.note))))


def _ask_pages(url: str, answers: list[Any]) -> Asking[str]:
    """Ask for a list, page by page; says as a clause why it is not whole."""
    for page in range(1, _MOST_PAGES + 1):
        answer = yield from _ask(f"{url}&filter=withbody&pagesize={_PAGE}&page={page}")
        answers.append(answer)
        if not flag(answer, "has_more"):
            return ""
        if count(answer, "backoff"):
            # It counts for requests of the same kind only; waiting is not for the steps of one thread.
            return "Stack Exchange asked to wait before it shows more"
    return f"the first {_MOST_PAGES * _PAGE} only"


def _ask(url: str) -> Asking[Any]:
    """Ask once. Errors come as an object, mostly with status 400."""
    try:
        answer = yield from ask_json(url)
    except BadAnswer as error:
        if not count(error.told, "error_id"):
            raise
        answer = error.told
    if number := count(answer, "error_id"):
        reason = line(answer, "error_message") or line(answer, "error_name") or "no reason given"
        raise _KINDS.get(number, BadAnswer)(url, f"Stack Exchange refused: {reason} ({number})")
    return answer


def site_of(host: str) -> str:
    """The site as the API names it (``api_site_parameter``): ``stackoverflow``, ``unix``, ``meta.unix``.

    :param host: as in :attr:`ThreadRef.host`.
    """
    if not host.endswith(_NETWORK):
        return host.removesuffix(".com")
    name = host.removesuffix(_NETWORK)
    return f"meta.{name.removesuffix('.meta')}" if name.endswith(".meta") else name


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read answers of the API that were downloaded: a question with its answers inside, or a list of several."""
    return read(ref, wish, listed(file.json()), "file")


SOURCE = Source(name="stackexchange", steps=steps, saved=saved)
