"""The one way to the network: a client that is polite to servers and careful with answers.

It goes through no proxy, whatever the environment says: a proxy would resolve names by itself, behind the check of
addresses. For the same reason nothing is read from ``.netrc``; and no cookie is kept.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin

from urllib3.exceptions import MaxRetryError
from urllib3.util import Retry

from sphinx_thread_cards import __version__
from thread_snapshots.answers import Answer, check_type
from thread_snapshots.errors import BadAnswer, FetchError
from thread_snapshots.net.addresses import origin_of
from thread_snapshots.net.pace import Pace, Robots
from thread_snapshots.net.transport import Limits, Question, Redirect, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["NAME", "Answer", "Client", "Limits"]
NAME = "sphinx-thread-cards"
"""How the client calls itself, and what robots.txt knows it by."""
_ROBOTS_SIZE = 512_000  # RFC 9309, section 2.5: at least 500 KiB.


class Client:
    """Asks servers. Several threads may use one client; its methods raise :class:`FetchError`, and nothing else."""

    def __init__(  # noqa: PLR0913 - all have a default
        self,
        *,
        contact: str | None = None,
        allowed: Iterable[str] = (),
        limits: Limits | None = None,
        ca_bundle: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Set up a client; nothing is asked yet.

        :param contact: address of a page that tells servers whose requests these are.
        :param allowed: origins (``http://localhost:8080``) that are asked although they are not on the public internet.
        :param ca_bundle: path of the certificates to trust, as Sphinx's ``tls_cacerts``; else those of ``certifi``.
        :param clock: the time that pauses are measured by.
        :param sleep: waits.
        :raises BadAnswer: if an allowed origin is not the address of a server.
        """
        self.agent = f"{NAME}/{__version__}" + (f" (+{contact})" if contact else "")
        self._limits = limits or Limits()
        self._pace = Pace(self._limits.pause, clock, sleep)
        self._robots = Robots(NAME, self._read_robots, self._pace.slow)
        self._slots = threading.Semaphore(self._limits.jobs)
        self._transport = Transport(self.agent, frozenset(map(origin_of, allowed)), self._limits, ca_bundle)

    def __enter__(self) -> Self:
        """For ``with``, which closes the client."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept for the next request."""
        self._transport.close()

    def get(
        self,
        url: str,
        accept: str = "*/*",
        *,
        headers: Mapping[str, str] | None = None,
        limit: int | None = None,
        robots: bool = False,
    ) -> Answer:
        """Fetch an address.

        :param accept: media types that are wanted, as in the header; the answer's is not checked.
        :param headers: more of them, such as ``Authorization``; another origin, by a redirect, does not get them.
        :param limit: most bytes of the answer, unpacked; else as in the limits.
        :param robots: whether robots.txt is asked first, as is due for pages that are made for people.
        """
        wanted = {**(headers or {}), "Accept": accept}
        size = self._limits.size if limit is None else limit
        return self._ask(Question(method="GET", url=url, headers=wanted, body=None, limit=size, robots=robots))

    def post(
        self, url: str, data: object, accept: str = "application/json", *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask a question that is written in JSON. It may be sent more than once, so it must change nothing."""
        wanted = {**(headers or {}), "Accept": accept, "Content-Type": "application/json"}
        body, size = json.dumps(data).encode(), self._limits.size
        return self._ask(Question(method="POST", url=url, headers=wanted, body=body, limit=size, robots=False))

    def get_bytes(self, url: str, limit: int, *, accept: str = "*/*") -> bytes:
        """Fetch a file of one of the accepted types, of at most so many bytes."""
        answer = self.get(url, accept, limit=limit)
        check_type(answer, accept)
        return answer.body

    def _ask(self, question: Question) -> Answer:
        """Ask, and ask again where that may help."""
        retry = Retry(total=self._limits.retries, backoff_factor=self._limits.backoff)
        while True:
            try:
                return self._follow(question)
            except FetchError as error:
                too_long = error.wait is not None and error.wait > self._limits.wait
                if error.wait is not None:
                    # Whoever asks this host next has to wait as well.
                    (self._pace.close if too_long else self._pace.hold)(error.url, error.wait)
                if too_long or not error.passing:
                    raise
                try:
                    retry = retry.increment(error=error)
                except MaxRetryError:
                    raise error from None
                if error.wait is None:
                    self._pace.hold(error.url, retry.get_backoff_time())

    def _follow(self, question: Question) -> Answer:
        """Ask, and follow redirects. Each address on the way is checked, and waits for its turn."""
        for _ in range(self._limits.redirects + 1):
            origin_of(question.url)
            if question.robots:
                self._robots.check(question.url)
            self._pace.wait(question.url)
            with self._slots:
                answer = self._transport.send(question)
            if isinstance(answer, Answer):
                return answer
            question = _redirected(question, answer)
        raise BadAnswer(question.url, f"the server redirected more than {self._limits.redirects} times")

    def _read_robots(self, url: str) -> str:
        answer = self.get(url, "text/plain, */*;q=0.1", limit=_ROBOTS_SIZE)
        return answer.body.decode("utf-8-sig", "replace")


def _redirected(question: Question, redirect: Redirect) -> Question:
    """The question to ask next. As browsers do, only 307 and 308 keep what was posted (Fetch standard, 4.4)."""
    try:
        url = urljoin(question.url, redirect.to)
        same = origin_of(url) == origin_of(question.url)
    except ValueError:
        raise BadAnswer(redirect.to, "the server redirects to what is not a web address") from None
    kept = question.headers if same else {k: v for k, v in question.headers.items() if k in {"Accept", "Content-Type"}}
    if redirect.status in {307, 308}:
        return replace(question, url=url, headers=kept)
    return replace(
        question, url=url, method="GET", body=None, headers={k: v for k, v in kept.items() if k != "Content-Type"}
    )
