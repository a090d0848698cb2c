"""One request and its answer, within bounds of time and size; no redirects, no second tries, no cookies."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, NamedTuple

import requests
from requests import exceptions as trouble
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.util import Retry

from thread_snapshots.answers import Answer, read_body
from thread_snapshots.errors import BadAnswer, FetchError, Unreachable, of_status
from thread_snapshots.net.addresses import CheckedAdapter, Origin
from thread_snapshots.net.watch import Watcher

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection, Mapping

_GOOD = {200, 203}
_REDIRECTS = {301, 302, 303, 307, 308}
_LONGEST_TOLD = 64 * 1024
# The first that fits.
_OF_NO_USE = {
    trouble.ContentDecodingError: "the answer cannot be unpacked",
    trouble.InvalidHeader: "the answer contradicts itself in its headers",
    ValueError: "it is not an address that can be asked",
}
_FIRST_TIME = 1_000_000_000  # A number of seconds that is larger is a time.


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long, how much and how often. Times are in seconds."""

    connect: float = 10
    """For a connection, and again for its encryption."""
    read: float = 20
    """Between two pieces of an answer."""
    whole: float = 60
    """For one request and its answer, however steadily it drips."""
    size: int = 16_000_000
    """Bytes of an answer, unpacked."""
    redirects: int = 5
    retries: int = 3
    """Further tries after a failure that may pass."""
    backoff: float = 1
    """The first of these comes after the host's pause, the next after twice this, four times this and so on."""
    wait: float = 120
    """The longest ``Retry-After`` that is waited for. Who asks for more is not asked again before that."""
    pause: float = 1
    """From the begin of a request to one host to the begin of the next."""
    jobs: int = 10
    """Most requests at once; and how many connections to one host are kept for the next request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    limit: int
    """Most bytes of the answer."""
    robots: bool
    """Whether robots.txt is asked first."""


class Redirect(NamedTuple):
    """An answer that names another address, perhaps a relative one."""

    status: int
    to: str


class Transport:
    """Sends requests; may be used by several threads at once."""

    def __init__(self, agent: str, allowed: Collection[Origin], limits: Limits, ca_bundle: str | None) -> None:
        self._agent = agent
        self._limits = limits
        self._verify = ca_bundle or True
        self._watcher = Watcher(limits.whole)
        self._of_thread = threading.local()
        self._adapter = CheckedAdapter(allowed, self._watch, connect=limits.connect, size=limits.jobs)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._adapter.close()

    def send(self, question: Question) -> Answer | Redirect:
        """Ask once.

        :raises FetchError: if there is no answer of use; nothing else is raised.
        """
        url = question.url
        with self._watcher.watching() as watch:
            self._of_thread.watch = watch
            failure: FetchError | None = None
            try:
                answer = self._exchange(question)
            except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
                failure = _as_fetch_error(url, error, self._limits)
            except FetchError as error:
                failure = error
            # A connection that was cut may look like an answer that came to its end.
            if watch.expired:
                raise Unreachable(url, f"the answer was not there within {self._limits.whole:g} s")
        if failure:
            raise failure
        return answer

    def _exchange(self, question: Question) -> Answer | Redirect:
        own = {"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate"}
        request = requests.Request(question.method, question.url, {**question.headers, **own}, data=question.body)
        timeout = self._limits.connect, self._limits.read
        # The adapter alone: a session would add cookies, proxies and .netrc.
        response = self._adapter.send(request.prepare(), stream=True, timeout=timeout, verify=self._verify)
        try:
            headers, status = response.headers, response.status_code
            if status in _REDIRECTS and headers.get("Location"):
                # Servers write UTF-8, Python reads Latin-1.
                return Redirect(status, headers["Location"].encode("latin-1", "replace").decode("utf-8", "replace"))
            if status not in _GOOD:
                spent = headers.get("X-RateLimit-Remaining", "").strip() == "0"
                failure = of_status(question.url, status, wait=_wait_of(headers, spent=spent), spent=spent)
                failure.told = _told(response)
                raise failure
            body = read_body(response, question.limit)
        finally:
            response.close()
        if not body:
            raise BadAnswer(question.url, "the answer is empty")
        return Answer(url=question.url, headers=headers, body=body)

    def _watch(self, link: socket.socket) -> None:
        self._of_thread.watch.see(link)


def _told(response: requests.Response) -> object:
    """What the server says is wrong, as XRPC and Misskey do with status 400; None if that is no JSON, or long."""
    if "json" not in response.headers.get("Content-Type", "").lower():
        return None
    try:
        told: object = json.loads(read_body(response, _LONGEST_TOLD))
    except (FetchError, requests.RequestException, HTTPError, HTTPException, OSError, ValueError, RecursionError):
        return None
    return told


def _wait_of(headers: Mapping[str, str], *, spent: bool) -> float | None:
    """Seconds that the server asks to wait; None if it does not, or in no way of use."""
    try:
        if value := headers.get("Retry-After"):
            # A number or an HTTP date (RFC 9110, section 10.2.3).
            return float(Retry().parse_retry_after(value))
        # No standard: GitHub sends the time in seconds since 1970, Reddit the seconds that are left.
        reset = float(int(headers.get("X-RateLimit-Reset", "")[:12])) if spent else None
    except (InvalidHeader, ValueError, OverflowError):
        return None
    return max(0, reset - time.time()) if reset and reset > _FIRST_TIME else reset


def _as_fetch_error(url: str, error: Exception, limits: Limits) -> FetchError:
    cause = error.args[0] if error.args else None
    if isinstance(error, trouble.SSLError):
        return Unreachable(url, f"no trusted connection ({_in_short(error)})")
    if isinstance(error, trouble.ConnectTimeout):
        return Unreachable(url, f"no connection within {limits.connect:g} s")
    if isinstance(error, trouble.ReadTimeout) or isinstance(cause, ReadTimeoutError):
        return Unreachable(url, f"the server was silent for {limits.read:g} s")
    for kind, why in _OF_NO_USE.items():
        if isinstance(error, kind):
            return BadAnswer(url, why)
    return Unreachable(url, "the connection broke before the answer was whole", passing=True)


def _in_short(error: Exception) -> str:
    reason = getattr(error.args[0] if error.args else None, "reason", None) or error
    reason = getattr(reason, "args", (reason,))[0]
    return str(getattr(reason, "verify_message", None) or getattr(reason, "reason", None) or "TLS failed").lower()
