"""Who is gone, as the connections that are open tell: nobody is who may be there."""

from __future__ import annotations

import socket
import time

import pytest

from server.endpoint.leaving import Asker, Wait
from server.watching.connections import Connection, connections, packed
from server.watching.departures import Departures, gone
from tests.endpoint.test_leaving import soon

HERE, THERE = "192.0.2.1", "192.0.2.2"
T = 1_000.0
"""When the request came that is asked for."""


def asker(came: float = T, address: str = HERE, since: float = 0.01) -> Asker:
    """One that has waited since it was read."""
    return Asker(address=address, came=came, since=came + since)


def connection(received: float, sent: float, *, answered: bool = True, address: str = HERE) -> Connection:
    return Connection(packed(address), received, sent, answered)


def fresh(made: float, received: float | None = None) -> Connection:
    """A connection on which no answer has gone yet."""
    return connection(made if received is None else received, made, answered=False)


THERE_STILL = {
    "on a connection of its own": [fresh(T - 0.01)],
    "on one that was used before": [connection(T - 0.01, T - 60)],
    "on one whose answer went in the same moment": [connection(T - 0.01, T - 0.01)],
    "after a delay": [connection(T - 0.9, T - 60)],
    "after it stood long before it was accepted": [fresh(T - 20)],
    "behind another on its connection": [connection(T - 8, T - 0.01)],
    "with another behind it": [connection(T + 5, T - 60)],
    "with a body that came slowly": [connection(T + 0.1, T - 60)],
    "beside one that is idle": [connection(T - 30, T - 29), fresh(T - 0.01)],
}


@pytest.mark.parametrize("name", THERE_STILL)
def test_one_whose_connection_is_open_is_there(name: str) -> None:
    assert not gone([asker()], THERE_STILL[name])


LEFT = {
    "nothing is open": [],
    "another address is": [connection(T - 0.01, T - 60, address=THERE)],
    "one is idle that was used before": [connection(T - 30, T - 29)],
    "one is idle that was used before, answered in the same moment": [connection(T - 30, T - 30)],
    "one was made later": [fresh(T + 3)],
    "one was used later, and answered": [connection(T + 3, T + 3.1)],
}


@pytest.mark.parametrize("name", LEFT)
def test_one_is_gone_where(name: str) -> None:
    one = asker()
    assert gone([one], LEFT[name]) == {one}


def test_a_connection_on_which_a_later_request_waits_is_that_of_the_later() -> None:
    first, second = asker(), asker(T + 5)
    used_again = connection(T + 5, T - 60)
    assert gone([first, second], [used_again]) == {first}
    assert gone([first, second], [used_again, connection(T + 5, T - 60)]) == set()


def test_a_connection_on_which_an_earlier_request_waits_is_that_of_the_earlier() -> None:
    first, second = asker(T - 20), asker()
    assert gone([first, second], [fresh(T - 20)]) == {second}
    assert gone([first, second], [fresh(T - 0.01)]) == {first}


def test_of_two_that_came_together_and_one_connection_both_may_be_there() -> None:
    assert gone([asker(), asker(T + 0.05)], [fresh(T)]) == set()


def test_one_that_may_have_stood_for_long_is_gone_only_where_no_older_connection_is_open() -> None:
    one = asker()
    assert gone([one], [connection(T - 30, T - 29)], {one}) == set()
    assert gone([one], [fresh(T + 3)], {one}) == {one}


def test_an_address_is_one_whether_it_is_mapped_or_not() -> None:
    assert gone([asker(address="::ffff:192.0.2.1")], [fresh(T)]) == set()


def test_an_address_that_is_none_tells_nothing() -> None:
    assert gone([asker(address="unix")], []) == set()


def test_the_system_tells_of_a_connection_what_moved_on_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as ours, listening.accept()[0] as theirs:
            try:
                assert connections(port) == []
            except OSError as fault:
                pytest.skip(f"the connections of this machine cannot be seen: {fault}")
            made = time.perf_counter()
            time.sleep(0.5)
            ours.sendall(b"a")
            asked = time.perf_counter()
            theirs.recv(1)
            (before,) = connections(port)
            time.sleep(0.5)
            theirs.sendall(b"b")
            replied = time.perf_counter()
            ours.recv(1)
            ours.shutdown(socket.SHUT_WR)
            (after,) = connections(port)
        assert connections(port) == []
    assert (before.address, before.answered, after.answered) == (packed("127.0.0.1"), False, True)
    assert before.received == pytest.approx(asked, abs=0.2) == after.received
    assert before.sent == pytest.approx(made, abs=0.2)
    assert after.sent == pytest.approx(replied, abs=0.2)


def test_on_a_crowded_server_an_older_connection_may_be_that_of_a_request() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as ours, listening.accept()[0] as theirs:
            # A request that was answered; the connection is kept.
            for one, other in ((ours, theirs), (theirs, ours)):
                one.sendall(b"a")
                other.recv(1)
            time.sleep(1.2)
            free, crowded = Departures(port, 320), Departures(port, 32)
            askers = [Asker(address="127.0.0.1", wait=Wait()) for _ in range(2)]
            for departures, waiting in zip((free, crowded), askers, strict=True):
                waiting.since = time.perf_counter()
                departures.begun(waiting)
            try:
                assert soon(lambda: askers[0].left, 5)
                assert not soon(lambda: askers[1].left, 1)
            finally:
                free.ended(askers[0])
                crowded.ended(askers[1])
