"""A real HTTP server on loopback with canned responses, good and bad; it can also be a proxy."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Canned:
    """A response; a body in pieces has no Content-Length unless ``headers`` has one.

    With status 0, the body is all that the server sends, from the status line on.
    """

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0
    """Seconds before each piece of the body."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request; the path is an absolute URL if the server is used as a proxy."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    time: float
    port: int


class Server:
    """The server as tests see it."""

    def __init__(self, responses: Mapping[str, Any]) -> None:
        self.responses: dict[str, Canned | Sequence[Canned] | Callable[[Received], Canned]] = {}
        """By path, with or without query; of a sequence, the last one is repeated."""
        self.responses |= responses
        self.requests: list[Received] = []
        self.stopping = threading.Event()
        self.origin = ""

    def url(self, path: str) -> str:
        return self.origin + path

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def next_response(self, request: Received) -> Canned:
        self.requests.append(request)
        path, _, _ = request.path.partition("?")
        path = request.path if request.path in self.responses else path
        canned = self.responses.get(path, Canned(status=404))
        if isinstance(canned, Sequence):
            self.responses[path] = canned[1:] or canned
            return canned[0]
        return canned if isinstance(canned, Canned) else canned(request)


@contextmanager
def serve(responses: Mapping[str, Any] | None = None) -> Iterator[Server]:
    """Run a server on a free port of 127.0.0.1."""
    server = Server(responses or {})
    http_server = _HTTPServer(("127.0.0.1", 0), type("_Bound", (_Handler,), {"canned": server}))
    server.origin = f"http://127.0.0.1:{http_server.server_address[1]}"
    thread = threading.Thread(target=http_server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        http_server.shutdown()
        http_server.server_close()
        thread.join()


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    canned: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every response waits 40 ms for an acknowledgement

    def do_GET(self) -> None:
        headers = {name.title(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("Content-Length", 0)))
        origin = {"time": time.monotonic(), "port": self.client_address[1]}
        received = Received(
            method=self.command, path=self.path, headers=headers, body=body, **origin
        )
        canned = self.canned.next_response(received)
        in_pieces = not isinstance(canned.body, bytes)
        length = {"Connection": "close"} if in_pieces else {"Content-Length": len(canned.body)}
        with suppress(OSError):
            if canned.status:
                self.send_response(canned.status)
                for name, value in {
                    "Content-Type": canned.type,
                    **length,
                    **canned.headers,
                }.items():
                    self.send_header(name, str(value))
                self.end_headers()
            for piece in canned.body if in_pieces else [canned.body]:
                if self.canned.stopping.wait(canned.pause):
                    break
                self.wfile.write(piece)
                self.wfile.flush()
        self.close_connection = self.close_connection or in_pieces

    do_POST = do_GET  # noqa: N815 - the name that the base class looks for

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def json_response(data: object, **headers: str) -> Canned:
    """Return a JSON response; headers as ``Retry_After="1"``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Canned(body=json.dumps(data).encode(), headers=named)


def page(text: str, type: str = "text/html; charset=utf-8") -> Canned:  # noqa: A002 - as in Canned
    return Canned(body=text.encode(), type=type)


def redirect(location: str) -> Canned:
    return Canned(status=302, headers={"Location": location})


def endless(piece: bytes, **details: Any) -> Canned:
    """Return a response whose body has no end."""
    return Canned(body=repeat(piece), **details)
