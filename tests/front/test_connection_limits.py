"""A connection on which nothing goes on is closed, and one that somebody waits on is not."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from server.front.connection import Connection
from server.front.responder import Responder


class StubHost:
    """What a connection needs; the application is somebody who never answers."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.now = 0.0
        self.responder = Responder(id)
        self.left: list[str] = []
        self.behind: list[socket.socket] = []

    def connect(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self.behind.append(theirs)
        return ours

    def name(self) -> str:
        return f"request {len(self.behind)}"

    def has_left(self, name: str) -> None:
        self.left.append(name)

    def forget(self, connection: Connection) -> None:
        assert connection.closed

    def turn(self) -> None:
        """Let everything happen that can."""
        while events := self.selector.select(0):
            for key, mask in events:
                key.data(mask)


@pytest.fixture
def host() -> Iterator[StubHost]:
    """A process that holds connections."""
    made = StubHost()
    yield made
    made.selector.close()
    for one in made.behind:
        one.close()


@pytest.fixture
def met(host: StubHost) -> Iterator[tuple[socket.socket, Connection]]:
    """A client and its connection."""
    client, theirs = socket.socketpair()
    theirs.setblocking(False)
    connection = Connection(host, theirs, "192.0.2.1")
    yield client, connection
    connection.close()
    client.close()


def test_a_connection_may_rest_for_a_minute(met: tuple[socket.socket, Connection]) -> None:
    assert (met[1].overdue(59), met[1].overdue(61)) == (False, True)


def test_a_head_has_half_a_minute_however_slowly_it_comes(
    host: StubHost, met: tuple[socket.socket, Connection]
) -> None:
    client, connection = met
    for second, byte in enumerate(b"GET / HTTP/1.1\r\nHost"):
        host.now = float(second)
        client.send(bytes([byte]))
        host.turn()
    assert (connection.overdue(29), connection.overdue(31)) == (False, True)


def test_one_who_waits_for_an_answer_may_wait(host: StubHost, met: tuple[socket.socket, Connection]) -> None:
    client, connection = met
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    host.turn()
    assert (
        host.behind[0].recv(1_000) == b"GET / HTTP/1.1\r\nX-Shelfgraph-Request: request 0@192.0.2.1\r\nHost: x\r\n\r\n"
    )
    assert not connection.overdue(10_000)
    assert not host.left
    client.close()
    host.turn()
    assert host.left == ["request 0@192.0.2.1"]


def test_one_who_takes_nothing_of_an_answer_has_two_minutes(
    host: StubHost, met: tuple[socket.socket, Connection]
) -> None:
    client, connection = met
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    host.turn()
    behind = host.behind[0]
    behind.setblocking(False)
    behind.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    sent = 0
    with suppress(BlockingIOError):
        while True:
            sent += behind.send(bytes(1 << 16))
            host.turn()
    # No more is taken from the application than is on its way to the client.
    assert sent < 4 << 20
    assert (connection.overdue(119), connection.overdue(121)) == (False, True)


def test_what_still_comes_at_the_end_is_read_away_for_two_seconds(
    host: StubHost, met: tuple[socket.socket, Connection]
) -> None:
    client, connection = met
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nthe beginning")
    host.turn()
    host.behind[0].recv(1_000)
    host.behind[0].send(b"HTTP/1.1 413 -\r\nContent-Length: 2\r\n\r\nno")
    host.turn()
    assert client.recv(1_000).endswith(b"no")
    assert client.recv(1) == b""
    for second in (1, 2, 3):
        host.now = float(second)
        client.send(b"more")
        host.turn()
    assert (connection.closed, connection.overdue(1.9), connection.overdue(2.1)) == (False, False, True)
