"""When a host may be asked, and what it wants to be asked: pauses, waiting, robots.txt."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from thread_snapshots.errors import BadAnswer, Forbidden, NotFound, RateLimited, duration

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace:
    """Keeps requests to one host apart; shared by all threads of a run."""

    def __init__(self, pause: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """Set the pause in seconds from the begin of a request to one host to the begin of the next."""
        self._pause = pause
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._closed_until: dict[str, float] = {}
        self._pauses: dict[str, float] = {}

    def wait(self, url: str) -> None:
        """Sleep until it is this request's turn at its host.

        :raises RateLimited: if the host said that it wants no requests for longer than anybody waits here.
        """
        host = _host(url)
        while True:
            with self._lock:
                now = self._clock()
                closed = self._closed_until.get(host, now) - now
                if closed > 0:
                    why = f"the server was asked too often; it wants to be asked again in {duration(closed)}"
                    raise RateLimited(url, why, wait=closed)
                turn = self._free_at.get(host, now)
                if turn <= now:
                    self._free_at[host] = now + self._pauses.get(host, self._pause)
                    return
            self._sleep(turn - now)

    def hold(self, url: str, seconds: float) -> None:
        """Let nobody ask this host for some seconds; who wants to, waits."""
        with self._lock:
            self._free_at[_host(url)] = max(self._free_at.get(_host(url), 0), self._clock() + seconds)

    def close(self, url: str, seconds: float) -> None:
        """Let nobody ask this host for some seconds; who wants to, fails at once."""
        with self._lock:
            self._closed_until[_host(url)] = self._clock() + seconds

    def slow(self, url: str, pause: float) -> None:
        """Use this pause for the host where it is longer than the common one."""
        with self._lock:
            self._pauses[_host(url)] = max(self._pause, pause)


class Robots:
    """What robots.txt allows; each origin's is asked for once (RFC 9309)."""

    def __init__(self, agent: str, read: Callable[[str], str], slow: Callable[[str, float], None]) -> None:
        """Set who asks.

        :param agent: the name that rules are looked up by.
        :param read: fetches the text of a robots.txt.
        :param slow: is told the pause that a host asks for (``Crawl-delay``).
        """
        self._agent = agent
        self._read = read
        self._slow = slow
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._rules: dict[str, RobotFileParser | None] = {}

    def check(self, url: str) -> None:
        """Ask whether a page may be fetched.

        :raises Forbidden: if robots.txt says no.
        :raises FetchError: if the server cannot be reached, and so was not asked (RFC 9309, section 2.3.1.4).
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            lock = self._locks.setdefault(origin, threading.Lock())
        with lock:
            if origin not in self._rules:
                self._rules[origin] = self._ask(origin)
        rules = self._rules[origin]
        if rules and not rules.can_fetch(self._agent, url):
            raise Forbidden(url, "the server's robots.txt asks programs not to fetch it")

    def _ask(self, origin: str) -> RobotFileParser | None:
        """The rules, or None where there are none: an answer of no use allows all (RFC 9309, section 2.3.1.3)."""
        rules = RobotFileParser()
        try:
            rules.parse(self._read(f"{origin}/robots.txt").splitlines())
            delay = rules.crawl_delay(self._agent)
        except (NotFound, Forbidden, BadAnswer, ValueError):
            return None
        if delay is not None:
            self._slow(origin, float(delay))
        return rules


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")
