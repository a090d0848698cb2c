"""The limit of a request's whole time: the connection is cut from another thread, wherever it hangs.

Limits of sockets begin anew with every byte, so that a server could drip for ever.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self


class Watch:
    """Cuts the connection of a request that takes too long; to be used in a ``with`` around one request."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        """Whether the time was over; what came then may look whole, and is not."""
        self._link: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Begin to count."""
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._link = None

    def see(self, link: socket.socket) -> None:
        """Take note of the socket that is about to be used."""
        with self._lock:
            self._link = link
            self._cut()

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            self._cut()

    def _cut(self) -> None:
        if self.expired and self._link:
            with suppress(OSError):
                # Not the method of an encrypted socket, which another thread is reading from.
                socket.socket.shutdown(self._link, socket.SHUT_RDWR)
