"""A running site notices a client that leaves before its answer begins, and takes none for gone who is there."""

from __future__ import annotations

import itertools
import os
import re
import select
import signal
import socket
import struct
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pytest

from tests.conftest import EXAMPLES, Site
from tests.sparql.test_pool import RUNAWAY, below, command
from tests.test_sparql import LOOK_UP, under_way
from tests.waiting import until

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def patient() -> Iterator[Site]:
    """A site where a query may take a minute."""
    running = Site(EXAMPLES, "--timeout", "60")
    yield running
    running.stop()


class Client:
    """A client with one connection."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), 30)
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, query: str, *, end: bool = False) -> None:
        """Ask what was not asked before; the server may end the connection."""
        self.repeat(f"{query} # {next(NUMBERS)}", end=end)

    def repeat(self, query: str, *, end: bool = False) -> None:
        """Ask what others may have asked too."""
        close = "Connection: close\r\n" if end else ""
        head = f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n{close}\r\n"
        self.socket.sendall(head.encode())

    def status(self) -> int:
        """The status of the next answer, all of which is read; 0 where there is none."""
        while b"\r\n\r\n" not in self._read:
            if not self._reads():
                return 0
        start, _, self._read = self._read.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", start.lower())
        assert length
        while len(self._read) < int(length[1]):
            assert self._reads()
        self._read = self._read[int(length[1]) :]
        return int(start.split()[1])

    def _reads(self) -> bool:
        part = self.socket.recv(65_536)
        self._read += part
        return bool(part)

    def ask(self, query: str = LOOK_UP) -> int:
        """The status of the answer to a query."""
        self.send(query)
        return self.status()


def figure(site: Site, name: str) -> float:
    """One of the figures of a site."""
    with urllib.request.urlopen(f"{site.base}metrics", timeout=20) as response:
        found = re.search(rf"^shelfgraph_{re.escape(name)} (\S+)", response.read().decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def in_flight(site: Site) -> float:
    """How many requests are being answered, beside the one that asks."""
    return figure(site, "http_requests_in_flight") - 1


def rounds(site: Site, number: int = 20) -> None:
    """Ask so many look-ups, one after the other: what the site was about to do meanwhile, it has done."""
    with Client(site.port) as other:
        assert {other.ask() for _ in range(number)} == {200}


def left(site: Site) -> float:
    """How many queries have ended since their client had left."""
    return figure(site, 'queries_total{outcome="left"}')


def at_work(site: Site) -> set[int]:
    """The worker processes that have taken half a second of the processor."""
    found, waiting = set[int](), [site.process.pid]
    while waiting:
        with suppress(OSError):
            process = waiting.pop()
            waiting += below(process)
            _, _, stated = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")
            if "server.sparql.fork_server" in command(process) and int(stated.split()[11]) > 50:
                found.add(process)
    return found


def close(client: Client) -> None:
    client.socket.close()


def reset(client: Client) -> None:
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.socket.close()


def half_close(client: Client) -> None:
    client.socket.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("leave", [close, reset, half_close])
def test_a_client_that_leaves_frees_its_worker(patient: Site, leave: Callable[[Client], None]) -> None:
    before = left(patient)
    with Client(patient.port) as client:
        client.send(RUNAWAY)
        until(lambda: at_work(patient))
        working = at_work(patient)
        leave(client)
        until(lambda: not under_way(patient))
        until(lambda: not working & at_work(patient))
        # The server ends a connection that is closed at one end, and so nobody waits on it.
        assert leave is not half_close or client.status() == 0
    until(lambda: left(patient) == before + 1)


def test_a_client_that_leaves_is_noticed_over_ipv6_too() -> None:
    try:
        site = Site(EXAMPLES / "lighthouse.txt", "--timeout", "60", host="::")
    except RuntimeError as fault:
        pytest.skip(f"no IPv6 here: {fault}")
    try:
        # An address of IPv4 is mapped there.
        with Client(site.port, "::1") as six, Client(site.port) as four:
            six.send(RUNAWAY)
            four.send(RUNAWAY)
            until(lambda: under_way(site) == 2)
            with Client(site.port, "::1") as leaving, Client(site.port) as other:
                leaving.send(RUNAWAY)
                other.send(RUNAWAY)
                until(lambda: under_way(site) == 4)
            until(lambda: left(site) == 2)
            rounds(site)
            assert under_way(site) == 2
        until(lambda: left(site) == 4)
    finally:
        stated = site.stop()
    assert len(re.findall(r" 499 GET /sparql 0 B [^)]*\) broken off: client left", stated)) == 4


def test_a_question_of_two_goes_on_until_both_have_left(patient: Site) -> None:
    before, query = left(patient), f"{RUNAWAY} # {next(NUMBERS)}"
    with Client(patient.port) as second:
        with Client(patient.port) as first:
            first.repeat(query)
            until(lambda: at_work(patient))
            working = at_work(patient)
            second.repeat(query)
            until(lambda: in_flight(patient) == 2)
            rounds(patient)
        # The request of the first goes on for the second.
        rounds(patient)
        assert (under_way(patient), at_work(patient)) == (1, working)
    until(lambda: not under_way(patient))
    until(lambda: left(patient) == before + 2)


def test_a_client_that_keeps_another_connection_is_noticed(patient: Site) -> None:
    with Client(patient.port) as other:
        assert other.ask() == 200
        with Client(patient.port) as client:
            assert client.ask() == 200
            client.send(RUNAWAY)
            until(lambda: under_way(patient) == 1)
        until(lambda: not under_way(patient))
        assert other.ask() == 200


def test_a_site_over_another_leaves_it_with_its_client(patient: Site) -> None:
    outer = Site("--endpoint", f"{patient.base}sparql", "--timeout", "60")
    try:
        with Client(outer.port) as client:
            client.send(RUNAWAY)
            until(lambda: under_way(patient) == 1)
        until(lambda: left(outer) == 1)
        until(lambda: not under_way(patient))
    finally:
        outer.stop()


def coming_and_going(port: int, until: threading.Event, number: int) -> None:
    """A client like others: some keep their connection, some do not, some leave in the middle."""
    kept = Client(port)
    with kept:
        while not until.wait(0.3 + number / 100):
            if number % 3 == 0:
                kept.ask()
                continue
            with Client(port) as fresh:
                fresh.send(RUNAWAY if number % 10 == 1 else LOOK_UP, end=bool(number % 2))
                if number % 10 == 1:
                    until.wait(1.2)
                else:
                    fresh.status()


@contextmanager
def crowd(port: int, size: int = 20) -> Iterator[None]:
    """So many others who come and go meanwhile."""
    until = threading.Event()
    threads = [threading.Thread(target=coming_and_going, args=(port, until, number)) for number in range(size)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        until.set()
        for thread in threads:
            thread.join()


def test_a_client_that_stays_is_never_cut() -> None:
    site = Site(EXAMPLES, "--timeout", "6")
    try:
        with crowd(site.port), ExitStack() as held:
            fresh, used, behind = (held.enter_context(Client(site.port)) for _ in range(3))
            assert used.ask() == 200
            fresh.send(RUNAWAY)
            until(lambda: under_way(site) >= 1)
            used.send(RUNAWAY)
            # One that does not wait for the first answer before it asks again.
            behind.send(LOOK_UP)
            behind.send(RUNAWAY)
            behind.send(LOOK_UP)
            assert behind.status() == 200
            # Their time is up, which is what they are given: nobody took them for gone.
            assert {fresh.status(), used.status(), behind.status()} == {503}
            assert behind.status() == 200
    finally:
        site.stop()


class Proxy:
    """What stands before a site: it takes for each request one of the connections that are open, or a new one."""

    def __init__(self, port: int) -> None:
        self._site = port
        self._idle: list[Client] = []
        self.passed: list[bytes] = []
        """The requests that the site was sent."""
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join()
        for client in self._idle:
            client.socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._threads.append(threading.Thread(target=self._serve, args=(self._listening.accept()[0],)))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            while request := client.recv(65_536):
                behind = self._idle.pop(0) if self._idle else Client(self._site)
                behind.socket.sendall(request.replace(b"Connection: close\r\n", b""))
                self.passed.append(request)
                ready, _, _ = select.select([client, behind.socket], [], [])
                if client in ready:
                    # It has left, and nobody wants the answer.
                    behind.socket.close()
                    return
                status = behind.status()
                self._idle.append(behind)
                client.sendall(b"HTTP/1.1 %d -\r\nContent-Length: 0\r\n\r\n" % status)


def test_behind_a_proxy_a_client_that_leaves_is_noticed_and_one_that_stays_is_not_cut() -> None:
    site = Site(EXAMPLES, "--timeout", "7", "--slow-query", "0.001")
    proxy = Proxy(site.port)
    try:
        with crowd(proxy.port), Client(proxy.port) as staying:
            staying.send(RUNAWAY)
            rounds(site)
            with Client(proxy.port) as leaving:
                leaving.repeat(f"{RUNAWAY} # the one that leaves")
                until(lambda: any(b"leaves" in request for request in proxy.passed))
                rounds(site)
            assert staying.status() == 503
    finally:
        proxy.close()
        stated = site.stop()
    # Its time was not up.
    assert re.search(r"slow query, \S+ s, left, \w+: [^#]* # the one that leaves", stated)


def test_a_worker_that_dies_is_no_fault_of_the_request(patient: Site) -> None:
    with Client(patient.port) as client:
        client.send(RUNAWAY)
        until(lambda: at_work(patient))
        for worker in at_work(patient):
            os.kill(worker, signal.SIGKILL)
        assert client.status() == 503
        assert client.ask() == 200
