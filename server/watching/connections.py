"""The TCP connections to a port of this machine, as Linux tells them: who is there, and when data moved on them last.

Source: sock_diag(7) and the kernel's headers linux/inet_diag.h, linux/netlink.h and linux/tcp.h.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

_PROTOCOL, _BY_FAMILY, _DUMP = 4, 20, 0x301
_ERROR, _DONE, _INTERRUPTED = 2, 3, 0x10
_ESTABLISHED, _CLOSE_WAIT = 1, 8
_STATES = 1 << _ESTABLISHED | 1 << _CLOSE_WAIT
"""What a connection is in while it is open at our end; at the other end it may be half closed."""
_INFO = 2
_REQUEST = struct.Struct("=IHHIIBBBxIH2x40xQ")
_HEAD, _ATTRIBUTE, _CODE = struct.Struct("=IHHII"), struct.Struct("=HH"), struct.Struct("=i")
_PORTS = struct.Struct("!HH")
_MESSAGE = 72
_AGES, _BYTES = struct.Struct("=I4xI"), struct.Struct("=QQ")
# Where they are in the parts of a message.
_AT_PORTS, _AT_PEER, _AT_AGES, _AT_BYTES = 4, 24, 44, 120
_LENGTHS = {socket.AF_INET: 4, socket.AF_INET6: 16}
_BUFFER, _PATIENCE = 1 << 16, 1.0
_PROOF = b"x"


class Connection(NamedTuple):
    """The packed address at its other end, and when data came and went last, in seconds of `time.perf_counter`.

    Where nothing has gone yet, `sent` is when the connection was made; `answered` is whether any of what went arrived.
    """

    address: bytes
    received: float
    sent: float
    answered: bool


class Unseen(OSError):
    """The system does not tell."""


def packed(address: str) -> bytes:
    r"""An address as it is compared: one of IPv4 is the same whether it is mapped to IPv6 or not.

    >>> packed("::ffff:127.0.0.1"), packed("127.0.0.1"), packed("localhost")
    (b'\x7f\x00\x00\x01', b'\x7f\x00\x00\x01', b'')
    """
    try:
        read = ip_address(address)
    except ValueError:
        return b""
    mapped = read.ipv4_mapped if isinstance(read, IPv6Address) else None
    return (mapped or read).packed


def connections(port: int) -> list[Connection]:
    """Those that are open to the port and on which something has come.

    Raises OSError where the system does not tell, or not all.
    """
    return [found for family in _LENGTHS for found in _of_family(family, port)]


def prove() -> None:
    """See whether a connection is seen.

    Raises OSError where it is not: some systems answer, but not with what there is.
    """
    if not hasattr(socket, "AF_NETLINK"):
        raise Unseen("this system has no such way to tell its connections")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        name = listening.getsockname()
        with socket.create_connection(name, _PATIENCE) as ours, listening.accept()[0] as theirs:
            theirs.settimeout(_PATIENCE)
            before = time.perf_counter()
            ours.sendall(_PROOF)
            theirs.recv(1)
            seen = connections(name[1])
    if [found.address for found in seen] != [packed("127.0.0.1")] or abs(seen[0].received - before) > _PATIENCE:
        raise Unseen("the connections of this process are not among those that the system tells")


def _of_family(family: socket.AddressFamily, port: int) -> Iterator[Connection]:
    request = _REQUEST.pack(
        _REQUEST.size, _BY_FAMILY, _DUMP, 1, 0, family, socket.IPPROTO_TCP, 1 << (_INFO - 1), _STATES,
        socket.htons(port), 0xFFFF_FFFF_FFFF_FFFF,
    )  # fmt: skip
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC, _PROTOCOL) as asked:
        asked.settimeout(_PATIENCE)
        now = time.perf_counter()
        asked.send(request)
        while True:
            data, _, flags, _ = asked.recvmsg(_BUFFER)
            if flags & socket.MSG_TRUNC:
                raise Unseen("a part of the connections was too long")
            for kind, message in _messages(data):
                if kind == _DONE:
                    return
                if found := _connection(message, family, port, now):
                    yield found


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(data):
        length, kind, flags, _, _ = _HEAD.unpack_from(data, place)
        message = data[place + _HEAD.size : place + length]
        code = _CODE.unpack_from(message)[0] if kind in {_ERROR, _DONE} else 0
        if kind == _ERROR or code or flags & _INTERRUPTED:
            raise Unseen(-code, "the system does not tell its connections, or not all")
        yield kind, message
        place += (length + 3) & ~3


def _connection(message: bytes, family: socket.AddressFamily, port: int, now: float) -> Connection | None:
    info = _attribute(message, _INFO)
    if len(info) < _AT_BYTES + _BYTES.size:
        raise Unseen("the system does not tell when data moved")
    acknowledged, received = _BYTES.unpack_from(info, _AT_BYTES)
    if _PORTS.unpack_from(message, _AT_PORTS)[0] != port or not received:
        return None
    peer = message[_AT_PEER : _AT_PEER + _LENGTHS[family]]
    since_sent, since_received = _AGES.unpack_from(info, _AT_AGES)
    return Connection(_plain(peer), now - since_received / 1_000, now - since_sent / 1_000, acknowledged > 0)


def _attribute(message: bytes, wanted: int) -> bytes:
    place = _MESSAGE
    while place + _ATTRIBUTE.size <= len(message):
        length, kind = _ATTRIBUTE.unpack_from(message, place)
        if kind == wanted:
            return message[place + _ATTRIBUTE.size : place + length]
        place += max((length + 3) & ~3, _ATTRIBUTE.size)
    return b""


_MAPPED = bytes(10) + b"\xff\xff"


def _plain(peer: bytes) -> bytes:
    return peer.removeprefix(_MAPPED) if len(peer) == 16 else peer
