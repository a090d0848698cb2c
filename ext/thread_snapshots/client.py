"""The HTTP client: polite to servers, and careful with what they send."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import defaultdict
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import msgspec
import requests
from protego import Protego
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from requests_ratelimiter import LimiterSession
from sphinx_thread_cards import __version__
from urllib3.exceptions import DecodeError, HTTPError, MaxRetryError, ReadTimeoutError
from urllib3.util import Retry

from thread_snapshots.source import (
    BadResponse,
    FetchError,
    Forbidden,
    NotFound,
    RateLimited,
    Request,
    Response,
    Unreachable,
    duration,
    error_for_status,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PRODUCT = "sphinx-thread-cards"
"""Name of the client in the ``User-Agent`` header and in robots.txt."""
MAX_BYTES = 16 * 1024 * 1024
"""Size of a response, decompressed."""
_MAX_ERROR_BYTES = 64 * 1024
_MAX_REDIRECTS = 5
_MAX_DELAY = 120
"""Longest ``Retry-After`` that the client waits for, in seconds."""
_MAX_CRAWL_DELAY = 60
_CHUNK = 64 * 1024


class _Retry(Retry):
    """Retries without reading the body of an error, and not if the server asks for too long a delay."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: Any = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: Any = None,
    ) -> Self:
        if response is not None:
            if (self.get_retry_after(response) or 0) > _MAX_DELAY:
                raise MaxRetryError(_pool, url or "")
            response.close()
        return super().increment(method, url, response, error, _pool, _stacktrace)

    def parse_retry_after(self, retry_after: str) -> float:
        try:
            return super().parse_retry_after(retry_after)
        except (HTTPError, ValueError, OverflowError):  # an invalid header is no reason to give up
            return 0

    def get_backoff_time(self) -> float:
        # The base class does not wait before the first retry.
        return self.backoff_factor * 2.0 ** (len(self.history) - 1)


class Client:
    """Sends the requests of sources; may be used by several threads.

    Args:
        contact: a URL for the ``User-Agent`` header, for server operators; other text is ignored.
        endpoints: by host, the base URL that receives its requests (``thread_cards_endpoints``). These servers may
            have private addresses.
        tokens: by host, a bearer token; not sent to any other host.
        ca_bundle: path of the CA certificates to trust, instead of those of ``REQUESTS_CA_BUNDLE`` or certifi; other
            values are ignored.
        pause: seconds between two requests to one host.
        jobs: how many requests are sent in parallel.
        timeout: seconds for the body of a response.
        backoff: seconds before the first retry; the second one comes after twice this time.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        endpoints: Mapping[str, str] | None = None,
        tokens: Mapping[str, str] | None = None,
        ca_bundle: object = None,
        pause: float = 1,
        jobs: int = 4,
        timeout: float = 60,
        backoff: float = 1,
    ) -> None:
        self._endpoints = dict(endpoints or {})
        self._tokens = dict(tokens or {})
        self._pause = pause
        self._slots = threading.Semaphore(jobs)
        self._timeout = timeout
        # Hosts that are known to be public, or named by the site's author.
        self._allowed = {urlsplit(url).netloc.lower() for url in self._endpoints.values()}
        self._blocked: dict[str, float] = {}
        self._robots: dict[str, Protego] = {}
        self._robots_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._session = (
            LimiterSession(per_second=1 / pause, burst=pause) if pause else requests.Session()
        )
        comment = f" (+{contact})" if contact.startswith(("https://", "http://")) else ""
        self._session.headers["User-Agent"] = f"{PRODUCT}/{__version__}{comment}"
        # Proxies are read from the environment for each request; passwords in .netrc are none of our business.
        self._session.trust_env = False
        given = ca_bundle if isinstance(ca_bundle, str) else os.environ.get("REQUESTS_CA_BUNDLE")
        self._session.verify = given or True
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Reading the body of a redirect would be without bounds.
        self._session.hooks["response"] = [
            lambda response, **_: response.close() if response.is_redirect else None
        ]
        retry = _Retry(
            total=3,
            connect=1,
            read=2,
            other=0,
            allowed_methods=None,  # all requests only read
            status_forcelist={429, 500, 502, 503, 504},
            backoff_factor=backoff,
            raise_on_status=False,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry, pool_maxsize=64))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def send(self, request: Request) -> Response:
        """Send a request and return its response.

        Raises:
            FetchError: there is no response with a 2xx status, or it cannot be used.
        """
        url, headers = request.url, {"Accept": request.accept}
        try:
            host = urlsplit(url).netloc
            if base := self._endpoints.get(host):
                url = base.rstrip("/") + url.partition(host)[2]
            elif token := self._tokens.get(host):
                headers["Authorization"] = f"Bearer {token}"
            return self._exchange(url, headers, request)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _as_fetch_error(url, error) from None

    def _exchange(self, url: str, headers: dict[str, str], request: Request) -> Response:
        """Send a request, follow redirects, and receive the response."""
        method = "GET" if request.json is None else "POST"
        first = requests.Request(method, url, headers, json=request.json)
        prepared = self._session.prepare_request(first)
        for _ in range(_MAX_REDIRECTS + 1):
            url = prepared.url or ""
            proxies = get_environ_proxies(url)
            self._check_url(url, proxied=select_proxy(url, proxies) is not None)
            wait = self._blocked.get(urlsplit(url).netloc, 0) - time.monotonic()
            if wait > 0:
                reason = f"rate limited; retry after {duration(wait)}"
                raise RateLimited(url, reason, retry_after=wait)
            if request.robots:
                self._check_robots(url)
            with (
                self._slots,
                self._session.send(
                    prepared, stream=True, timeout=(10, 20), allow_redirects=False, proxies=proxies
                ) as response,
            ):
                if response.next is None:
                    return self._receive(response)
            prepared = response.next
        raise BadResponse(url, f"more than {_MAX_REDIRECTS} redirects")

    def _receive(self, response: requests.Response) -> Response:
        """Return a complete response, or raise the error that its status stands for."""
        deadline = time.monotonic() + self._timeout
        if not 200 <= response.status_code < 300:  # noqa: PLR2004 - success (RFC 9110, section 15.3)
            wait, headers = _retry_after(response.headers), response.headers
            body = self._error_body(response, deadline)
            # GitHub reports a limit of 0 for what requires a token; its other interfaces still respond.
            if wait and headers.get("X-RateLimit-Limit") != "0":
                self._blocked[urlsplit(response.url).netloc] = time.monotonic() + wait
            raise error_for_status(response.url, response.status_code, retry_after=wait, body=body)
        content = self._read(response, MAX_BYTES, deadline)
        return Response(url=response.url, headers=response.headers, body=content)

    def _read(self, response: requests.Response, limit: int, deadline: float) -> bytes:
        if "," in response.headers.get("Content-Encoding", ""):
            raise BadResponse(response.url, "the response is compressed more than once")
        body = bytearray()
        # Unlike iter_content, read1 returns what has arrived, so that a slow server cannot avoid the deadline.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > limit:
                raise BadResponse(response.url, f"the response is larger than {limit:,} bytes")
            if time.monotonic() > deadline:
                raise Unreachable(response.url, f"timed out after {self._timeout:g} s")
        return bytes(body)

    def _error_body(self, response: requests.Response, deadline: float) -> object:
        """Return what the server says of an error, if it is JSON."""
        if "json" not in response.headers.get("Content-Type", ""):
            return None
        try:
            body: object = msgspec.json.decode(self._read(response, _MAX_ERROR_BYTES, deadline))
        except (FetchError, HTTPError, OSError, ValueError, RecursionError):
            return None
        return body

    # -- What may be requested -------------------------------------------------

    def _check_url(self, url: str, *, proxied: bool) -> None:
        """Refuse URLs that lead to this computer or its network, unless the site's author names the server.

        Behind a proxy only numeric addresses are checked, because names are resolved by the proxy.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadResponse(url, "not an http or https URL")
        if parts.username is not None:
            raise BadResponse(url, "URLs with a user name are not supported")
        if parts.netloc in self._allowed:
            return
        flags = socket.AI_NUMERICHOST if proxied else 0
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port, flags=flags)
        except (OSError, UnicodeError):
            if proxied:
                return
            raise Unreachable(url, "host name not found") from None
        for *_, address in found:
            ip = ip_address(address[0])
            ip = getattr(ip, "ipv4_mapped", None) or ip
            if not ip.is_global or ip.is_multicast:
                reason = f"{ip} is a private address; name the server in thread_cards_endpoints to allow it"
                raise BadResponse(url, reason)
        self._allowed.add(parts.netloc)

    def _check_robots(self, url: str) -> None:
        """Refuse pages that robots.txt disallows, and slow down as far as it asks (RFC 9309)."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._robots_locks[origin]:
            if origin not in self._robots:
                self._robots[origin] = self._load_robots(origin)
            robots = self._robots[origin]
            if not robots.can_fetch(url, PRODUCT):
                raise Forbidden(url, "robots.txt does not allow programs to read it")
            delay = robots.crawl_delay(PRODUCT) or 0
            if delay > _MAX_CRAWL_DELAY:
                reason = f"robots.txt asks for a delay of {duration(delay)} between requests"
                raise RateLimited(url, f"{reason}; save the page in a browser and use --from")
            if delay > self._pause:
                time.sleep(delay)

    def _load_robots(self, origin: str) -> Protego:
        try:
            response = self.send(Request(url=f"{origin}/robots.txt", accept="text/plain"))
        except (NotFound, Forbidden, BadResponse):  # no rules (RFC 9309, section 2.3.1.3)
            return Protego.parse("")
        return Protego.parse(response.body.decode("utf-8-sig", "replace"))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds after which a server accepts a new request, if it says so."""
    if value := headers.get("Retry-After"):
        return _Retry().parse_retry_after(value)
    if headers.get("X-RateLimit-Remaining", "").strip() != "0":
        return None
    try:
        reset = float(headers.get("X-RateLimit-Reset", ""))
    except ValueError:
        return 3600  # GitHub counts requests by the hour
    # GitHub sends the seconds since 1970, Reddit the remaining seconds.
    return max(1, reset - time.time()) if reset > 1e9 else reset  # noqa: PLR2004 - the year 2001


def _as_fetch_error(url: str, error: Exception) -> FetchError:
    match error:
        case requests.ConnectTimeout():
            return Unreachable(url, "no connection within 10 s")
        case requests.ReadTimeout() | ReadTimeoutError():
            return Unreachable(url, "no response within 20 s")
        case requests.exceptions.ProxyError():
            return Unreachable(url, f"the proxy failed: {_cause(error)}")
        case DecodeError():
            return BadResponse(url, "the response cannot be decompressed")
        case ValueError():
            return BadResponse(url, "not a valid URL")
    return Unreachable(url, f"connection failed: {_cause(error)}")


def _cause(error: BaseException | None) -> str:
    """Return the reason of the operating system or of the TLS library for a failed connection."""
    while error:
        text = getattr(error, "verify_message", None) or getattr(error, "strerror", None)
        if isinstance(text, str):
            return text
        error = getattr(error, "reason", None) or error.__cause__ or error.__context__
    return "closed before the response was complete"
