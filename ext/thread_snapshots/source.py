"""How a source fetches a thread: pure generators that yield requests, receive responses and return a result.

A source opens no connection. A :class:`FetchError` is raised where the generator waits for a response, and the
generator may catch it. Tests feed recorded responses to the same generators.
"""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import msgspec
from sphinx_thread_cards.snapshot import Thread
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots.errors import BadResponse, FetchError
from thread_snapshots.html import decode_text
from thread_snapshots.saved_file import SavedFile

MAX_REQUESTS = 200  # for one thread; a server could return further posts without end
MAX_BYTES = 64 * 1024 * 1024  # of all responses; parsed JSON takes many times the memory
MAX_BATCH = 100  # threads per request of Source.summarize_batch
_CHARSET = re.compile(r"""(?i);\s*charset\s*=\s*["']?([\w.:-]+)""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request that a source wants to send."""

    url: str
    accept: str = "application/json"
    json: object = None
    """Body of a POST request; None for GET."""
    robots: bool = False
    """Whether the URL is a page made for people, for which robots.txt is obeyed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """A complete response with a 2xx status."""

    url: str  # after redirects
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # case-insensitive

    @property
    def content_type(self) -> str:
        """Media type in lower case, without parameters; empty if the server does not send one."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def html(self) -> str:
        """Return the text of a web page, in the character set that the server or the page names."""
        charset = _CHARSET.search(self.headers.get("Content-Type", ""))
        return decode_text(self.body, charset[1] if charset else "")

    def json(self) -> Any:
        """Return the body, parsed; raise BadResponse if it is not JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            what = "a web page" if self.content_type == "text/html" else "not valid JSON"
            raise BadResponse(self.url, f"the response is {what}; expected JSON") from None


_T = TypeVar("_T")
RequestGenerator = Generator[Request, Response, _T]


def get_json(
    url: str, json: object = None, accept: str = "application/json"
) -> RequestGenerator[Any]:
    """Request JSON, or send ``json`` in a POST request; for ``yield from``."""
    response = yield Request(url=url, json=json, accept=accept)
    return response.json()


def get_page(url: str) -> RequestGenerator[Response]:
    """Request an HTML page made for people; for ``yield from``."""
    response = yield Request(url=url, accept="text/html", robots=True)
    type_ = response.content_type
    if type_ not in {"", "text/html", "application/xhtml+xml"}:
        raise BadResponse(response.url, f"the response is {type_!a}; expected text/html")
    return response


def run_requests(requests: RequestGenerator[_T], send: Callable[[Request], Response]) -> _T:
    """Run the generator of a source and return its result; raise a FetchError that it does not catch."""
    request, size = next(requests), 0
    for _ in range(MAX_REQUESTS):
        try:
            try:
                response = send(request)
            except FetchError as error:
                request = requests.throw(error)
            else:
                size += len(response.body)
                request = requests.send(response)
        except StopIteration as end:
            return cast("_T", end.value)
        if size > MAX_BYTES:
            break
    requests.close()
    raise BadResponse(request.url, f"more than {MAX_REQUESTS} requests or {MAX_BYTES:,} bytes")


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchOptions:
    """How much of a thread to fetch."""

    summary: bool = False
    """Title, author, date, number of replies and state are enough; :func:`summary_of` removes the rest."""
    replies: bool = False
    """Include the replies of other people."""
    posts: frozenset[str] = frozenset()
    """Ids of posts to include, by any author: the posts that pages cite (:attr:`ThreadRef.post`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchResult:
    """A fetched thread."""

    thread: Thread
    complete: bool = True
    """Whether all requested posts are included, as far as the platform says."""
    note: str = ""
    """A remark for the author, as a clause: ``first post only``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """How to fetch the threads of a platform."""

    platforms: tuple[str, ...]
    """Names as in :attr:`ThreadRef.platform`."""
    fetch: Callable[[ThreadRef, FetchOptions], RequestGenerator[FetchResult]] | None = None
    """None if the network cannot or must not be used."""
    unsupported: str = ""
    """Why :attr:`fetch` is None, and what to do instead; a clause for the author."""
    read_file: Callable[[ThreadRef, FetchOptions, SavedFile], FetchResult] | None = None
    """Reads a file that the author saved (``--from``), unless it is a page with JSON-LD or Open Graph."""
    only_summaries: bool = False
    """Whether the platform's posts are never fetched."""
    summarize_batch: (
        Callable[[Sequence[ThreadRef]], RequestGenerator[list[FetchResult | FetchError]]] | None
    ) = None
    """Fetches the summaries of at most :data:`MAX_BATCH` threads of one host with a token, in one request."""
