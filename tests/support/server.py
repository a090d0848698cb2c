"""A real HTTP server on loopback, with answers written beforehand; good ones and every bad one."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. Without a length in ``headers`` it is the body's, unless the body comes in pieces."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0
    """Seconds before each piece of a body in pieces."""
    raw: bool = False
    """Whether the pieces are the whole answer, status line and headers included."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    """Seconds of a monotonic clock."""
    port: int
    """The client's, to tell connections apart."""


class Server:
    """What a test sees of its server."""

    def __init__(self, answers: Mapping[str, Reply | Sequence[Reply]], scheme: str) -> None:
        self.answers: dict[str, Reply | Sequence[Reply]] = dict(answers)
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self.scheme = scheme
        self.port = 0
        self._served: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return self.origin + path

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [asked.path for asked in self.asked]

    def next_reply(self, asked: Asked) -> Reply:
        """The next answer of a row, the last of it for good; 404 where there is none. The query does not count."""
        with self._lock:
            self.asked.append(asked)
            path = asked.path.partition("?")[0]
            row = self.answers.get(asked.path) or self.answers.get(path) or Reply(status=404)
            if isinstance(row, Reply):
                return row
            count = self._served.get(path, 0)
            self._served[path] = count + 1
            return row[min(count, len(row) - 1)]


@contextmanager
def serve(
    answers: Mapping[str, Reply | Sequence[Reply]] | None = None, certificate: tuple[Path, Path] | None = None
) -> Iterator[Server]:
    """Answer on a free port of 127.0.0.1 until the block ends.

    Args:
        answers: From a path, with or without its query, to an answer or a row of them.
        certificate: Files of a certificate and its key, for https.
    """
    server = Server(answers or {}, "https" if certificate else "http")
    machine = _Machine(("127.0.0.1", 0), _handler(server))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        machine.socket = context.wrap_socket(machine.socket, server_side=True)
    server.port = machine.server_address[1]
    thread = threading.Thread(target=machine.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        machine.shutdown()
        machine.server_close()
        thread.join()


class _Machine(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Say nothing: clients that hang up are what is tested."""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(
                method=self.command,
                path=self.path,
                headers={name.title(): value for name, value in self.headers.items()},
                body=body,
                at=time.monotonic(),
                port=self.client_address[1],
            )
            try:
                self._answer(server.next_reply(asked))
            except OSError:
                self.close_connection = True

        do_POST = do_GET  # noqa: N815 - the base class looks for this name

        def _answer(self, reply: Reply) -> None:
            if not reply.raw:
                self.send_response(reply.status)
                for name, value in _headers_of(reply).items():
                    # The base class writes Latin-1, servers write UTF-8.
                    self.send_header(name, value.encode().decode("latin-1"))
                self.end_headers()
            for piece in [reply.body] if isinstance(reply.body, bytes) else reply.body:
                if server.stopping.wait(reply.pause):
                    break
                self.wfile.write(piece)
                self.wfile.flush()
            if reply.raw or not isinstance(reply.body, bytes):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    return Handler


def _headers_of(reply: Reply) -> dict[str, str]:
    headers = {} if reply.type is None else {"Content-Type": reply.type}
    headers |= {"Content-Length": str(len(reply.body))} if isinstance(reply.body, bytes) else {"Connection": "close"}
    return headers | dict(reply.headers)


def json_reply(data: object, **headers: str) -> Reply:
    """An answer in JSON; headers as ``Retry_After="1"``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(body=json.dumps(data).encode(), headers=named)


def page_reply(text: str, type: str = "text/html; charset=utf-8") -> Reply:  # noqa: A002 - as in Reply
    """A page in UTF-8."""
    return Reply(body=text.encode(), type=type)


def redirect(to: str, status: int = 302) -> Reply:
    """A redirect to an address, whole or relative."""
    return Reply(status=status, type=None, headers={"Location": to})


def bomb(size: int, layers: int = 1) -> Reply:
    """An answer of few bytes that unpacks to many."""
    body = b" " * size
    for _ in range(layers):
        body = gzip.compress(body)
    return Reply(body=body, headers={"Content-Encoding": ", ".join(["gzip"] * layers)})


def repeat(piece: bytes) -> Iterable[bytes]:
    """The same piece for ever; for a body without an end."""
    return _Endless(lambda: piece)


@dataclass(frozen=True)
class _Endless:
    piece: Callable[[], bytes]

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield self.piece()
