"""How a source fetches a thread: pure generators that yield requests, receive responses and return a result.

A source opens no connection. A :class:`FetchError` is raised where the generator waits for a response; it may catch
it. Tests feed recorded responses to the same generators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from sphinx_thread_cards.snapshot import Thread
    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.saved_file import SavedFile

MAX_REQUESTS = 200
"""Requests for one thread; a server could lead on for ever."""
MAX_BATCH = 100
"""Threads per request of :attr:`Source.summarize_batch`."""
Key = tuple[str, str, str]
"""Type of :attr:`ThreadRef.key`."""
_USER = re.compile(r"(?<=//)[^/?#]*@")
_MAX_SHOWN_URL = 200


# -- Errors --------------------------------------------------------------------


class FetchError(Exception):
    """A request failed; ``str()`` is a message for the command line.

    Args:
        url: the URL that failed, which a redirect may have led to.
        reason: in plain words, without the URL.
        status: the status code, if there was a response.
        retry_after: seconds after which the server accepts a new request, if it says so.
    """

    def __init__(
        self,
        url: str,
        reason: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        body: object = None,
    ) -> None:
        super().__init__(f"{printable_url(url)}: {reason}")
        self.url = url
        self.reason = reason
        self.status = status
        self.retry_after = retry_after
        self.body = body
        """What the server says of the error, if it is JSON; of any shape."""

    def message_for(self, url: str) -> str:
        """Return the message without the URL, if ``url`` is the one that failed."""
        return self.reason if self.url == url else str(self)


class NotFound(FetchError):  # noqa: N818 - the name of the base class says that it is an error
    """The thread does not exist, or no longer."""


class Forbidden(FetchError):  # noqa: N818
    """The thread is not public, or programs are not allowed."""


class RateLimited(FetchError):  # noqa: N818
    """The server received too many requests."""


class Unreachable(FetchError):  # noqa: N818
    """No complete response: DNS, connection, certificate, timeout or a server error."""


class BadResponse(FetchError):  # noqa: N818
    """The response, or the URL, cannot be used."""


def error_for_status(
    url: str, status: int, *, retry_after: float | None = None, body: object = None
) -> FetchError:
    """Return the error for a status code other than 2xx."""
    details: dict[str, Any] = {"status": status, "retry_after": retry_after, "body": body}
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.FORBIDDEN and retry_after is not None
    ):
        again = "" if retry_after is None else f"; retry after {duration(retry_after)}"
        return RateLimited(url, f"rate limited ({status}){again}", **details)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return NotFound(url, f"not found ({status})", **details)
    if status in {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
    }:
        return Forbidden(url, f"access denied ({status})", **details)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(url, f"server error ({status})", **details)
    return BadResponse(url, f"unexpected status {status}", **details)


def printable_url(url: str) -> str:
    """Return a URL for a message: without user name and password, on one line, not too long."""
    text = _USER.sub("", url)
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return text if len(text) <= _MAX_SHOWN_URL else f"{text[:_MAX_SHOWN_URL]}..."


def duration(seconds: float) -> str:
    """Return seconds in words: ``40 s``, ``12 min``, ``3 h``, ``5 days``."""
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def plural(number: int, noun: str) -> str:
    """Return ``1 post`` or ``26 posts``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


# -- Requests and responses ----------------------------------------------------


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

    url: str
    """After redirects."""
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """Case-insensitive."""

    @property
    def content_type(self) -> str:
        """Media type in lower case, without parameters; empty if the server does not say."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return the body, parsed.

        Raises:
            BadResponse: it is not JSON.
        """
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
    """Request JSON, or send some with POST; for ``yield from``."""
    response = yield Request(url=url, json=json, accept=accept)
    return response.json()


def get_page(url: str) -> RequestGenerator[Response]:
    """Request a page made for people; for ``yield from``.

    Raises:
        BadResponse: the response is not HTML.
    """
    response = yield Request(url=url, accept="text/html", robots=True)
    if response.content_type not in {"", "text/html", "application/xhtml+xml"}:
        raise BadResponse(
            response.url, f"the response is {response.content_type}; expected text/html"
        )
    return response


def run_requests(requests: RequestGenerator[_T], send: Callable[[Request], Response]) -> _T:
    """Run a generator to its end and return its result.

    Args:
        requests: the generator of a source.
        send: returns the response to a request, or raises a :class:`FetchError`.

    Raises:
        FetchError: from ``send`` or the generator, or because there are too many requests.
    """
    request = next(requests)
    for _ in range(MAX_REQUESTS):
        try:
            try:
                response = send(request)
            except FetchError as error:
                request = requests.throw(error)
            else:
                request = requests.send(response)
        except StopIteration as end:
            result: _T = end.value
            return result
    requests.close()
    raise BadResponse(request.url, f"the thread takes more than {MAX_REQUESTS} requests")


# -- Sources -------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchOptions:
    """How much of a thread to fetch."""

    replies: bool = False
    """Include the replies of other people."""
    posts: frozenset[str] = frozenset()
    """Ids of posts to include, whoever wrote them: the posts that pages cite (:attr:`ThreadRef.post`)."""


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
    """Reads a file that the author saved (``--from``), unless it is a page with JSON-LD or Open Graph. Raises
    FetchError."""
    summarize: Callable[[ThreadRef], RequestGenerator[FetchResult]] | None = None
    """Fetches a summary: title, author, date, number of replies and state, without posts."""
    summarize_batch: (
        Callable[[Sequence[ThreadRef]], RequestGenerator[Mapping[Key, FetchResult | FetchError]]]
        | None
    ) = None
    """Does the same for at most :data:`MAX_BATCH` threads of one host in one request, by :attr:`ThreadRef.key`. The host
    requires a token."""
