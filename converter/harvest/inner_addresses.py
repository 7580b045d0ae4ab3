"""Which addresses a harvest may ask: public ones, the host that a person named, and those that they allow besides.

A repository says where its redirects, links and lists lead, and could lead into the network of whoever harvests.  So
the address to which a connection is made is looked at, whatever name it has; a connection to another is never used.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_PORTS = {"http": 80, "https": 443}
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")

Resolver = Callable[[str, int], list[str]]


class RefusedAddress(Exception):
    """A connection to an address that a harvest may not ask."""


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet: not of this machine, of a local network, or of a special range.

    >>> [is_public(one) for one in ("93.184.215.14", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.5")]
    [True, False, False, False, False]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


class Rule:
    """What may be asked where a person named one address, and allowed hosts (HOST or HOST:PORT) besides."""

    def __init__(self, named: str, allowed: Iterable[str] = (), resolve: Resolver = resolved) -> None:
        parts = urlsplit(named if "//" in named else f"https://{named}")
        host = (parts.hostname or "").lower()
        ports = {parts.port or _PORTS.get(parts.scheme, 443), *_PORTS.values()}
        self._resolve = resolve
        self._places = {(host, port) for port in ports}
        self._hosts: set[str] = set()
        for one in allowed:
            other = urlsplit(f"//{one.strip()}")
            if other.port:
                self._places.add(((other.hostname or "").lower(), other.port))
            elif other.hostname:
                self._hosts.add(other.hostname.lower())

    def check(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Raise RefusedAddress where one of the addresses to which a host leads may not be asked."""
        name = host.strip("[]").rstrip(".").lower()
        if name in self._hosts or (name, port) in self._places:
            return
        for address in addresses:
            if not is_public(address) and not self._is_named(address, port):
                raise RefusedAddress(
                    f"{host} leads to {address}, which is no public address and not the host that was named;"
                    f" if that is meant, say --allow-host {host}:{port}"
                )

    def _is_named(self, address: str, port: int) -> bool:
        """Whether an address is that of a host that was named, under another name."""
        for host, known in self._places:
            if known == port:
                try:
                    found = self._resolve(host, port)
                except OSError:
                    continue
                if address in found:
                    return True
        return False

    def pools(self) -> dict[str, type[HTTPConnectionPool]]:
        """The pools of connections that keep the rule, by scheme."""
        rule = self

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return rule.connected(self.host, self.port or 80, super()._new_conn)

        class Secured(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return rule.connected(self.host, self.port or 443, super()._new_conn)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecuredPool(HTTPSConnectionPool):
            ConnectionCls = Secured

        return {"http": PlainPool, "https": SecuredPool}

    def connected(self, host: str, port: int, connect: Callable[[], socket.socket]) -> socket.socket:
        """A connection, of which both the addresses before and the one that it came to are looked at.

        Raises RefusedAddress.
        """
        try:
            found = self._resolve(host, port)
        except OSError:
            # Connecting fails likewise, and says so better.
            found = []
        self.check(host, port, found)
        connection = connect()
        try:
            self.check(host, port, [connection.getpeername()[0]])
        except RefusedAddress:
            connection.close()
            raise
        return connection
