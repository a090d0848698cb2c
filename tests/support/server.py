"""A real HTTP server on loopback with canned responses, good and bad; it can also be an HTTP proxy."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Canned:
    """A response; a body in pieces has no Content-Length unless ``headers`` has one."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0
    """Seconds before each piece of the body."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request."""

    method: str
    path: str
    """The absolute URL, if the server is used as a proxy."""
    headers: Mapping[str, str]
    body: bytes
    time: float
    port: int
    """Of the client, to tell connections apart."""


class Server:
    """The server as tests see it."""

    def __init__(self, responses: Mapping[str, Canned | Sequence[Canned]], scheme: str) -> None:
        self.responses = dict(responses)
        """By path, with or without query; of a sequence, the last one is repeated."""
        self.requests: list[Received] = []
        self.stopping = threading.Event()
        self.origin = f"{scheme}://127.0.0.1"
        self._lock = threading.Lock()

    def url(self, path: str) -> str:
        return self.origin + path

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def next_response(self, request: Received) -> Canned:
        with self._lock:
            self.requests.append(request)
            path = (
                request.path if request.path in self.responses else request.path.partition("?")[0]
            )
            canned = self.responses.get(path, Canned(status=404))
            if isinstance(canned, Canned):
                return canned
            self.responses[path] = canned[1:] or canned
            return canned[0]


@contextmanager
def serve(
    responses: Mapping[str, Canned | Sequence[Canned]] | None = None,
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[Server]:
    """Run a server on a free port of 127.0.0.1.

    Args:
        responses: initial value of :attr:`Server.responses`.
        certificate: files of a certificate and its key, for https.
    """
    server = Server(responses or {}, "https" if certificate else "http")
    http_server = _HTTPServer(("127.0.0.1", 0), _handler(server))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        http_server.socket = context.wrap_socket(http_server.socket, server_side=True)
    server.origin += f":{http_server.server_address[1]}"
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


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else every response waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            request = Received(
                method=self.command,
                path=self.path,
                headers={name.title(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("Content-Length", 0))),
                time=time.monotonic(),
                port=self.client_address[1],
            )
            canned = server.next_response(request)
            pieces = [canned.body] if isinstance(canned.body, bytes) else canned.body
            length = (
                {"Content-Length": str(len(canned.body))}
                if isinstance(canned.body, bytes)
                else {"Connection": "close"}
            )
            type_ = {"Content-Type": canned.type} if canned.type else {}
            try:
                self.send_response(canned.status)
                for name, value in {**type_, **length, **canned.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in pieces:
                    if server.stopping.wait(canned.pause):
                        break
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                self.close_connection = True
            if not isinstance(canned.body, bytes):
                self.close_connection = True

        do_POST = do_GET  # noqa: N815 - the name that the base class looks for

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler


def json_response(data: object, **headers: str) -> Canned:
    """Return a JSON response; headers as ``Retry_After="1"``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Canned(body=json.dumps(data).encode(), headers=named)


def page(text: str, type: str = "text/html; charset=utf-8") -> Canned:  # noqa: A002 - as in Canned
    return Canned(body=text.encode(), type=type)


def redirect(location: str, status: int = 302) -> Canned:
    return Canned(status=status, type=None, headers={"Location": location})


@dataclass(frozen=True)
class Endless:
    """A body without end."""

    piece: bytes

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield self.piece
