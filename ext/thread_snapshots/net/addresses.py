"""Which addresses may be asked, and a connection to the very address that was checked.

A name is resolved, checked and connected to in one step, so that no name server can give a harmless address to the
check and another to the connection.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from thread_snapshots.errors import BadAnswer, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from urllib3.connectionpool import HTTPConnectionPool

_PORTS = {"http": 80, "https": 443}
# Of a name with many addresses; each may take the whole time for a connection.
_MOST_TRIED = 4
# From the IANA registries of special-purpose addresses: what older releases of `ipaddress` take for global.
_SPECIAL_4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
_SPECIAL_6 = tuple(map(ipaddress.IPv6Network, ("2002::/16", "3fff::/20")))
# All that IANA has given out for global unicast; mapped, translated, local and multicast ranges are outside.
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
# RFC 6052: how a network without IPv4 reaches IPv4 addresses, which are its last 32 bits.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Origin(NamedTuple):
    """What an author allows, exactly: scheme, host in lower case, and port."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin:
    """Read the origin of an address.

    :raises BadAnswer: if it is not an http or https address with a host, or holds a user name.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAnswer(url, "it is not a web address") from None
    # Others take what is after a backslash for the path.
    if parts.scheme not in _PORTS or not host or "\\" in parts.netloc:
        raise BadAnswer(url, "it is not an http or https address")
    if parts.username is not None or parts.password is not None:
        raise BadAnswer(url, "an address with a user name in it is not fetched")
    return Origin(parts.scheme, host.rstrip("."), _PORTS[parts.scheme] if port is None else port)


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to the public internet: neither this machine, nor this network, nor special."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not (ip.is_multicast or ip.is_reserved or any(ip in net for net in _SPECIAL_4))
    if ip in _TRANSLATED:
        return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip in _GLOBAL_6 and ip.is_global and not any(ip in net for net in _SPECIAL_6)


class CheckedAdapter(HTTPAdapter):
    """Connects to public addresses only, and to the origins that the author allowed."""

    def __init__(
        self, allowed: Collection[Origin], watch: Callable[[socket.socket], None], *, connect: float, size: int
    ) -> None:
        """Set up the connections.

        :param allowed: origins that may be anywhere.
        :param watch: called with the socket that a request is about to be sent on.
        :param connect: seconds after which an address that gives no connection is given up.
        :param size: how many connections to one host are kept open.
        """
        self._classes = _connection_classes(allowed, watch, connect)
        super().__init__(pool_maxsize=size)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:  # noqa: ANN401, FBT001, FBT002 - the base's signature
        """Make pools whose connections check."""
        self.poolmanager = _Pools(self._classes, num_pools=connections, maxsize=maxsize, block=block, **options)


class _Pools(PoolManager):
    def __init__(self, classes: dict[str, type[HTTPConnection]], **options: Any) -> None:  # noqa: ANN401
        self._classes = classes
        super().__init__(**options)

    def _new_pool(
        self, scheme: str, host: str, port: int, request_context: dict[str, Any] | None = None
    ) -> HTTPConnectionPool:
        """urllib3's place for such changes."""
        pool = super()._new_pool(scheme, host, port, request_context)
        pool.ConnectionCls = self._classes[scheme]
        return pool


def _connection_classes(
    allowed: Collection[Origin], watch: Callable[[socket.socket], None], connect: float
) -> dict[str, type[HTTPConnection]]:
    class Watched(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            watch(self.sock)

        def request(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
            # One that is kept from the request before; another is watched once it is connected.
            if self.sock:
                watch(self.sock)
            super().request(*args, **options)

    class Plain(Watched):
        def _new_conn(self) -> socket.socket:
            return _connect("http", self._dns_host, self.port or 80, allowed, connect)

    class Secure(Watched, HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect("https", self._dns_host, self.port or 443, allowed, connect)

    return {"http": Plain, "https": Secure}


def _connect(scheme: str, name: str, port: int, allowed: Collection[Origin], timeout: float) -> socket.socket:
    """Resolve a name, check every address it has, and connect to one of these.

    :raises BadAnswer: if one of the addresses is not public and the origin was not allowed.
    :raises Unreachable: if there is no address or no connection.
    """
    name = name.strip("[]")
    url = f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}/"
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        passing = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        raise Unreachable(url, "the name of the server is not known", passing=passing) from error
    if Origin(scheme, name.rstrip(".").lower(), port) not in allowed:
        for *_, target in found:
            if not is_public(str(target[0])):
                why = f"its address {target[0]} is not public; name the origin in thread_cards_endpoints to allow it"
                raise BadAnswer(url, why)
    return _connect_to_first(url, found, timeout)


def _connect_to_first(url: str, found: list[tuple[Any, ...]], timeout: float) -> socket.socket:
    failure: OSError | None = None
    for family, kind, protocol, _, target in found[:_MOST_TRIED]:
        link = None
        try:
            link = socket.socket(family, kind, protocol)
            link.settimeout(timeout)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link.connect(target)
        except OSError as error:
            failure = error
            if link:
                link.close()
        else:
            return link
    timed_out = isinstance(failure, TimeoutError)
    why = f"no connection within {timeout:g} s" if timed_out else f"no connection ({_reason(failure)})"
    raise Unreachable(url, why, passing=not timed_out) from failure


def _reason(error: OSError | None) -> str:
    return (error.strerror or str(error)).lower() if error else "no address"
