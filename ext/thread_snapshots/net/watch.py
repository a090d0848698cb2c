"""The limit of a request's whole time: the connection is cut from another thread, wherever it hangs.

Limits of sockets begin anew with every byte, so that a server could drip for ever.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Watch:
    """The connection of one request, which may be cut."""

    def __init__(self) -> None:
        self.expired = False
        """Whether the time was over; what came then may look whole, and is not."""
        self._link: socket.socket | None = None
        self._lock = threading.Lock()

    def see(self, link: socket.socket | None) -> None:
        """Take note of the socket that is about to be used; None when none is any more."""
        with self._lock:
            self._link = link
            self._cut()

    def expire(self) -> None:
        """Cut the connection, and those that are yet to be seen."""
        with self._lock:
            self.expired = True
            self._cut()

    def _cut(self) -> None:
        if self.expired and self._link:
            with suppress(OSError):
                # Not the method of an encrypted socket, which another thread is reading from.
                socket.socket.shutdown(self._link, socket.SHUT_RDWR)


class Watcher:
    """Cuts the connections of requests that take too long: one thread for all, which is there while it is needed."""

    def __init__(self, seconds: float) -> None:
        """Set the time that each request has, in seconds."""
        self._seconds = seconds
        self._lock = threading.Lock()
        # With the time at which each is over. All have the same time, so those that began first are over first.
        self._running: dict[Watch, float] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self) -> Iterator[Watch]:
        """Watch one request, as long as the ``with`` lasts."""
        watch = Watch()
        with self._lock:
            self._running[watch] = time.monotonic() + self._seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, daemon=True)
                self._thread.start()
        try:
            yield watch
        finally:
            with self._lock:
                self._running.pop(watch, None)
            watch.see(None)

    def _look(self) -> None:
        rest: float | None = self._seconds
        while rest is not None:
            # Whatever begins meanwhile is over later than this.
            time.sleep(rest)
            rest = self._cut_late_ones()

    def _cut_late_ones(self) -> float | None:
        """The seconds until the next request is over; None if there is none, and this thread must end."""
        with self._lock:
            now = time.monotonic()
            late = [watch for watch, end in self._running.items() if end <= now]
            for watch in late:
                del self._running[watch]
                watch.expire()
            if not self._running:
                self._thread = None
                return None
            return max(0, min(self._running.values()) - now)
