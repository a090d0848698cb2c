"""The HTTP client: polite to servers, and careful with what they send."""

import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from io import BufferedReader, RawIOBase
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec
import requests
from protego import Protego
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from requests_ratelimiter import LimiterSession
from sphinx_thread_cards import __version__
from urllib3.exceptions import DecodeError, HTTPError, MaxRetryError
from urllib3.util import Retry

from thread_snapshots import errors
from thread_snapshots.json_access import safe_url, text
from thread_snapshots.source import Request, Response

PRODUCT = "sphinx-thread-cards"
"""Name of the client in the ``User-Agent`` header and in robots.txt."""
MAX_BYTES = 16 * 1024 * 1024  # of a response, decompressed
_MAX_ERROR_BYTES = 64 * 1024
_MAX_REDIRECTS = 5
_MAX_DELAY = 120  # seconds of ``Retry-After`` that the client waits
_MAX_CRAWL_DELAY = 60
_MAX_WAIT = 86_400  # what a server may require at most
_CONNECT_TIMEOUT = 10


class _Deadline(HTTPError):  # noqa: N818 - not an OSError, because urllib3 would then retry the request
    """A response was not complete in time."""


class _Reader(RawIOBase):
    """Reads from a socket until a deadline; a timeout of the socket ends only a pause between two bytes."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._raw = sock, sock.makefile("rb", buffering=0)
        self._seconds = sock.gettimeout() or 0
        self._end = time.monotonic() + self._seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        with suppress(TimeoutError):
            if (left := self._end - time.monotonic()) > 0:
                self._sock.settimeout(left)
                return self._raw.readinto(buffer)
        raise _Deadline(f"timed out after {self._seconds:g} s")

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    """A response, or several (``100 Continue``), within the timeout of the connection."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = BufferedReader(_Reader(sock))


class _Adapter(HTTPAdapter):
    """Makes connections, including those through proxies, that return a :class:`_Response`."""

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if pool.ConnectionCls.response_class is not _Response:
            pool.ConnectionCls = type("_", (pool.ConnectionCls,), {"response_class": _Response})
        return pool


class _Retry(Retry):
    """Retries after a pause, without reading the body of an error; none if the server requires a long delay."""

    RETRY_AFTER_STATUS_CODES = Retry.RETRY_AFTER_STATUS_CODES | {403}  # GitHub's secondary limit

    def increment(self, *args: Any, **details: Any) -> Self:
        if (response := details.get("response")) is not None:
            if (self.get_retry_after(response) or 0) > _MAX_DELAY:
                raise MaxRetryError(details["_pool"], "")
            response.close()
        return super().increment(*args, **details)

    def get_backoff_time(self) -> float:
        return super().get_backoff_time() or self.backoff_factor

    def parse_retry_after(self, retry_after: str) -> float:
        self.retry_after_max = _MAX_WAIT  # that of urllib3 is 6 hours
        try:
            return min(super().parse_retry_after(retry_after), _MAX_WAIT)
        except (HTTPError, ValueError, OverflowError):  # an invalid header is no reason to give up
            return 0


class Client:
    """Sends the requests of sources; may be used by several threads.

    Args:
        contact: a URL for the ``User-Agent`` header; anything else is ignored.
        endpoints: by host, the base URL that receives its requests; these servers may have private addresses.
        tokens: by host, a bearer token or an empty string; not sent to any other host.
        ca_bundle: path of CA certificates; if not a string, those of ``REQUESTS_CA_BUNDLE`` or certifi.
        pause: seconds between two requests to one host.
        jobs: how many requests are sent in parallel.
        timeout: seconds for a response, from the request to the last byte.
        backoff: seconds before the first retry, and half those before the second one.
    """

    def __init__(
        self,
        *,
        contact: str | None = None,
        endpoints: Mapping[str, str] | None = None,
        tokens: Mapping[str, str] | None = None,
        ca_bundle: object = None,
        pause: float = 1,
        jobs: int = 4,
        timeout: float = 60,
        backoff: float = 1,
    ) -> None:
        self._endpoints, self._tokens = dict(endpoints or {}), dict(tokens or {})
        self._pause, self._timeout = pause, timeout
        self._slots = threading.Semaphore(jobs)
        # Hosts that are known to be public, or named by the site's author.
        self._allowed = {urlsplit(url).netloc.lower() for url in self._endpoints.values()}
        self._blocked: dict[str, float] = {}
        self._robots: dict[str, Protego] = {}
        self._robots_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._session = session = (
            LimiterSession(per_second=1 / pause, burst=pause) if pause else requests.Session()
        )
        comment = f" (+{url})" if (url := safe_url(contact)) else ""
        session.headers["User-Agent"] = f"{PRODUCT}/{__version__}{comment}"
        # Proxies are read from the environment for each request; passwords in .netrc are not used.
        session.trust_env = False
        given = ca_bundle if isinstance(ca_bundle, str) else os.environ.get("REQUESTS_CA_BUNDLE")
        session.verify = given or True
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # The body of a redirect, which could be of any size, is not read.
        session.hooks["response"] = [lambda it, **_: it.close() if it.is_redirect else None]
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
            session.mount(scheme, _Adapter(max_retries=retry, pool_maxsize=64))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def send(self, request: Request) -> Response:
        """Send a request and return its response; raise FetchError if its status is not 2xx."""
        url, headers = request.url, {"Accept": request.accept}
        try:
            host = urlsplit(url).netloc
            if base := self._endpoints.get(host.removeprefix("www.")):
                url = base.rstrip("/") + url.partition(host)[2]
            elif token := self._tokens.get(host):
                headers["Authorization"] = f"Bearer {token}"
            return self._exchange(url, headers, request)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _as_fetch_error(url, error) from None

    def _exchange(self, url: str, headers: dict[str, str], request: Request) -> Response:
        """Send a request, follow redirects, and receive the response."""
        method = "GET" if request.json is None else "POST"
        unprepared = requests.Request(method, url, headers, json=request.json)
        prepared = self._session.prepare_request(unprepared)
        for _ in range(_MAX_REDIRECTS + 1):
            url = prepared.url or ""
            proxies = get_environ_proxies(url)
            self._check_url(url, proxied=select_proxy(url, proxies) is not None)
            wait = self._blocked.get(urlsplit(url).netloc, 0) - time.monotonic()
            if wait > _MAX_DELAY:
                raise errors.RateLimited(url, f"rate limited; retry after {errors.duration(wait)}")
            time.sleep(max(wait, 0))
            if request.robots:
                self._check_robots(url)
            options: Any = {"stream": True, "allow_redirects": False, "proxies": proxies}
            options["timeout"] = (_CONNECT_TIMEOUT, self._timeout)
            with self._slots, self._session.send(prepared, **options) as response:
                if response.next is None:
                    return self._receive(response)
            prepared = response.next
        raise errors.BadResponse(url, f"more than {_MAX_REDIRECTS} redirects")

    def _receive(self, response: requests.Response) -> Response:
        """Return a complete response, or raise the error for its status."""
        url, headers = response.url, response.headers
        wait = _retry_after(headers)
        # GitHub reports a limit of 0 for what requires a token; its other interfaces still respond.
        if wait and headers.get("X-RateLimit-Limit") != "0":
            self._blocked[urlsplit(url).netloc] = time.monotonic() + wait
        if 200 <= response.status_code < 300:  # noqa: PLR2004 - success (RFC 9110, section 15.3)
            content = self._read(response, MAX_BYTES)
            return Response(url=url, headers=headers, body=content)
        accept, type_ = response.request.headers["Accept"], headers.get("Content-Type", "")
        # APIs refuse in JSON, firewalls with a page.
        is_page = response.status_code == HTTPStatus.FORBIDDEN and type_.startswith("text/html")
        is_firewall = is_page and ("json" in accept or "atom" in accept)
        if is_firewall or headers.get("CF-Mitigated") == "challenge":  # Cloudflare
            raise errors.Refused(url, "the server sent a challenge for browsers, not the thread")
        body = None
        if "json" in type_:
            with suppress(errors.FetchError, HTTPError, OSError, ValueError, RecursionError):
                body = msgspec.json.decode(self._read(response, _MAX_ERROR_BYTES))
        with_token = "Authorization" in response.request.headers
        if with_token and response.status_code == HTTPStatus.UNAUTHORIZED:
            raise errors.BadResponse(url, "the server does not accept the token (401)")
        # https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
        wait = wait or 60 * ("secondary rate limit" in text(body, "message"))
        raise errors.error_for_status(url, response.status_code, retry_after=wait, body=body)

    def _read(self, response: requests.Response, limit: int) -> bytes:
        if "," in response.headers.get("Content-Encoding", ""):
            raise errors.BadResponse(response.url, "the response is compressed more than once")
        body = bytearray()
        # In small parts, because a compressed response may be much larger than what arrives.
        while chunk := response.raw.read1(64 * 1024, decode_content=True):
            body += chunk
            if len(body) > limit:
                raise errors.BadResponse(response.url, f"larger than {limit:,} bytes")
        return bytes(body)

    def _check_url(self, url: str, *, proxied: bool) -> None:
        """Refuse URLs that lead to this computer or its network, unless the site's author names the server.

        Behind a proxy only numeric addresses are checked, because names are resolved by the proxy.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            raise errors.BadResponse(url, "http or https URL without a user name expected")
        if parts.netloc in self._allowed:
            return
        flags = socket.AI_NUMERICHOST if proxied else 0
        try:
            addresses = socket.getaddrinfo(parts.hostname, parts.port, flags=flags)
        except (OSError, UnicodeError):
            if proxied:
                return
            raise errors.Unreachable(url, "host name not found") from None
        for *_, address in addresses:
            ip = ip_address(address[0])
            ip = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
            if not ip.is_global or ip.is_multicast:
                reason = f"{ip} is a private address; name the server in thread_cards_endpoints to allow it"
                raise errors.BadResponse(url, reason)
        self._allowed.add(parts.netloc)

    def _check_robots(self, url: str) -> None:
        """Refuse pages that robots.txt disallows, and wait as long as it requires (RFC 9309)."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._robots_locks[origin]:
            if (robots := self._robots.get(origin)) is None:
                rules = ""
                # Without the file there are no rules (RFC 9309, section 2.3.1.3).
                with suppress(errors.NotFound, errors.Forbidden, errors.BadResponse):
                    response = self.send(Request(url=f"{origin}/robots.txt", accept="text/plain"))
                    rules = response.body.decode("utf-8-sig", "replace")
                robots = self._robots[origin] = Protego.parse(rules)
            remedy = "save the page in a browser and use --from"
            if not robots.can_fetch(url, PRODUCT):
                raise errors.Refused(url, f"robots.txt does not allow programs; {remedy}")
            delay = robots.crawl_delay(PRODUCT) or 0
            if delay > _MAX_CRAWL_DELAY:
                wait = f"robots.txt requires a delay of {errors.duration(delay)} between requests"
                raise errors.RateLimited(url, f"{wait}; {remedy}")
            if delay > self._pause:
                time.sleep(delay)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds until the server accepts a new request, or 0 if it does not report them."""
    if value := headers.get("Retry-After"):
        return _Retry().parse_retry_after(value)
    if headers.get("X-RateLimit-Remaining", "").strip() not in {"0", "0.0"}:
        return 0
    with suppress(ValueError):
        reset = float(headers.get("X-RateLimit-Reset", ""))
        # GitHub sends the seconds since 1970, Reddit the remaining seconds.
        wait = reset - time.time() if reset > 1e9 else reset  # noqa: PLR2004 - the year 2001
        return min(max(1, wait), _MAX_WAIT)
    return 3600  # GitHub counts requests by the hour


def _as_fetch_error(url: str, error: Exception) -> errors.FetchError:
    if isinstance(error, DecodeError):
        return errors.BadResponse(url, "the response cannot be decompressed")
    if isinstance(error, _Deadline | requests.exceptions.InvalidProxyURL):
        return errors.Unreachable(url, str(error))
    if isinstance(error, ValueError):
        return errors.BadResponse(url, f"not a valid URL or proxy: {error}")
    what = "proxy connection" if isinstance(error, requests.exceptions.ProxyError) else "connection"
    cause: BaseException | None = error
    while cause:  # the reason of the TLS library or of the operating system
        if isinstance(cause, requests.Timeout | TimeoutError):
            return errors.Unreachable(url, "timed out")
        text = getattr(cause, "verify_message", None) or getattr(cause, "strerror", None)
        if str(cause).startswith("Tunnel connection failed"):
            text = str(cause)
        if isinstance(text, str):
            return errors.Unreachable(url, f"{what} failed: {text}")
        cause = getattr(cause, "reason", None) or cause.__cause__ or cause.__context__
    return errors.Unreachable(url, f"{what} closed before the response was complete")
