"""Errors of requests, and how messages show URLs, durations and numbers."""

import re
from collections.abc import Mapping
from http import HTTPStatus

_MAX_SHOWN_URL = 200


class FetchError(Exception):
    """A request failed; ``str()`` is a message for the command line.

    ``url`` may be the target of a redirect; ``reason`` is a clause that does not contain it. The server accepts
    a new request after ``retry_after`` seconds. ``body`` is the response, if it is JSON, and may have any shape.
    """

    def __init__(
        self, url: str, reason: str, *, status: int = 0, retry_after: float = 0, body: object = None
    ) -> None:
        super().__init__(f"{printable_url(url)}: {reason}")
        self.url, self.reason = url, reason
        self.status, self.retry_after, self.body = status, retry_after, body

    def message_for(self, url: str) -> str:
        """Return the message without the URL, if ``url`` is the one that failed."""
        return self.reason if self.url == url else str(self)


class NotFound(FetchError):  # noqa: N818 - the base class has the suffix Error
    """The thread does not exist, or no longer exists."""


class Forbidden(FetchError):  # noqa: N818
    """The thread is not public, or the server refuses programs."""


class Refused(Forbidden):
    """The server refuses programs, whether or not the thread is public."""


class RateLimited(FetchError):  # noqa: N818
    """The server received too many requests."""


class Unreachable(FetchError):  # noqa: N818
    """No complete response: DNS, connection, certificate, timeout or a server error."""


class BadResponse(FetchError):  # noqa: N818
    """The response, or the URL, cannot be used."""


_ERRORS: Mapping[int, tuple[type[FetchError], str]] = {
    **dict.fromkeys((401, 403, 451), (Forbidden, "access denied")),
    **dict.fromkeys((404, 410), (NotFound, "not found")),
    **dict.fromkeys(range(500, 600), (Unreachable, "server error")),
    429: (RateLimited, "rate limited"),
}


def error_for_status(
    url: str, status: int, *, retry_after: float = 0, body: object = None
) -> FetchError:
    """Return the error for a status code other than 2xx."""
    is_limit = status == HTTPStatus.FORBIDDEN and retry_after
    error, reason = _ERRORS.get(429 if is_limit else status, (BadResponse, "unexpected status"))
    again = f"; retry after {duration(retry_after)}" if retry_after else ""
    reason = f"{reason} ({status}){again}"
    return error(url, reason, status=status, retry_after=retry_after, body=body)


def printable_url(url: str) -> str:
    """Return a URL for a message: without user name and password, on one line, not too long."""
    text = re.sub("(?<=//)[^/?#]*@", "", url)
    text = "".join(it if it.isprintable() else "\N{REPLACEMENT CHARACTER}" for it in text)
    return text if len(text) <= _MAX_SHOWN_URL else f"{text[:_MAX_SHOWN_URL]}..."


def duration(seconds: float) -> str:
    """Return seconds as text: ``40 s``, ``12 min``, ``3 h``, ``5 days``."""
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def plural(number: int, noun: str) -> str:
    """Return ``1 post`` or ``26 posts``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
