"""What can go wrong when something is fetched: one small tree, with messages for the command line."""

from __future__ import annotations

import re
from http import HTTPStatus

_USER = re.compile(r"(?<=//)[^/?#]*@")
_LONGEST_URL = 200
_LONGEST_WAIT = 366 * 86_400


def shown(url: str) -> str:
    """An address as it may be printed: without user and password, on one line, not longer than a few lines."""
    text = _USER.sub("", url)
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return text if len(text) <= _LONGEST_URL else f"{text[:_LONGEST_URL]}..."


class FetchError(Exception):
    """Something could not be fetched. ``str()`` of it is a line for the author."""

    def __init__(
        self, url: str, why: str, *, status: int | None = None, passing: bool = False, wait: float | None = None
    ) -> None:
        """Say what was asked for and why it was not got.

        :param url: the address that failed, which may be one that a redirect led to.
        :param why: in plain words, without the address.
        :param status: the status code, if a server answered.
        :param passing: whether it may go better in a moment.
        :param wait: seconds after which the server wants to be asked again, if it said so.
        """
        super().__init__(f"{shown(url)}: {why}")
        self.url = url
        self.why = why
        self.status = status
        self.passing = passing
        self.wait = wait
        self.told: object = None
        """What the server says is wrong, if it says so in JSON; it may be of any shape."""

    def beside(self, url: str) -> str:
        """The line for the author, where an address stands before it already: said once, if it is the same."""
        return self.why if self.url == url else str(self)


class NotFound(FetchError):  # noqa: N818 - the tree's name says that it is an error
    """There is no such thread, or no longer."""


class Forbidden(FetchError):  # noqa: N818
    """It is there, but not for everybody, or not for programs."""


class RateLimited(FetchError):  # noqa: N818
    """The server was asked too often; :attr:`wait` is the time to wait, if it was told."""


class Unreachable(FetchError):  # noqa: N818
    """There was no whole answer: no name, no connection, no trust, no time, or a server in trouble."""


class BadAnswer(FetchError):  # noqa: N818
    """There was an answer, or an address, of no use."""


def of_status(url: str, status: int, *, wait: float | None = None, spent: bool = False) -> FetchError:
    """Make the error for a status code that is no success.

    :param wait: seconds that the server asks to wait.
    :param spent: whether the server says that no requests are left, which some tell with 403.
    """
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.FORBIDDEN and (spent or wait is not None)):
        again = "" if wait is None else f"; it wants to be asked again in {duration(wait)}"
        passing = status == HTTPStatus.TOO_MANY_REQUESTS
        return RateLimited(url, f"the server was asked too often{again}", status=status, passing=passing, wait=wait)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return NotFound(url, f"there is no such page ({status})", status=status)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS):
        return Forbidden(url, f"the server does not show it to everybody ({status})", status=status)
    if HTTPStatus.INTERNAL_SERVER_ERROR <= status < 600:  # noqa: PLR2004 - where the class of 5xx ends
        passing = status != HTTPStatus.NOT_IMPLEMENTED
        return Unreachable(url, f"the server is in trouble ({status})", status=status, passing=passing, wait=wait)
    return BadAnswer(url, f"the server answered with status {status}", status=status)


def duration(seconds: float) -> str:
    """Seconds in words that people read: ``40 s``, ``12 min``, ``3 h``, ``5 days``, ``more than a year``."""
    if seconds > _LONGEST_WAIT:
        return "more than a year"
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
