"""A SPARQL 1.1 endpoint elsewhere, in the place of our own store: every page and feed works over it.

Source: https://www.w3.org/TR/sparql11-protocol/.  A service does not say when its data change.  The version is the
digest of a probe that is made again in the background after some seconds; and since a value may change while the
number of triples stays, every version ends after a minute.  Where all have left who wait for an answer
(`client_disconnect`), the connection is closed.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from converter.errors import QueryError, UsageError
from converter.formats import FORMATS
from converter.values.terms import iri
from ontology import expand
from server.sparql import (
    Answer,
    ClientLeft,
    Endpoint,
    QuerySyntax,
    QueryTimeout,
    QueueFull,
    Refused,
    Request,
    ServiceFailed,
    WorkerDied,
)
from server.sparql.client_disconnect import Wait, current_wait
from server.sparql.concurrency_limit import Turns
from server.sparql.lexer import form, words
from server.sparql.remote_client import Exchange, Service
from server.sparql.remote_results import accept, translated

_BLOCK = 65_536
_REASON = 2_000
_READERS_SHARE = 10
"""How many times the deadline an answer may take in all, most of it waiting for a slow reader."""
_PROBE_SHARE = 20
"""How many times longer than a probe the next one waits, so that probes cost a service little."""
_PROBE = Request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "csv", inside=True)
_SHELF = "shelf"
_PLACE = re.compile(r"line:?\s+(\d+)(?:,\s*|\s+)col(?:umn)?:?\s+(\d+)|at (\d+):(\d+)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


class Remote:
    """The service at `url`; `graph`, where it is named, is what a query without a dataset of its own asks.

    `timeout` is in seconds, `largest` in bytes of one answer; `size` queries run at one time and `queue` more may wait.
    `recheck` is how many seconds a version holds before it is probed again, `lasting` how many it holds at the most.

    Raises UsageError where the address or the graph is none.
    """

    def __init__(  # noqa: PLR0913 - the limits of a service, each by its name
        self,
        url: str,
        *,
        graph: str = "",
        timeout: float = 30.0,
        largest: int = 1 << 30,
        size: int = 16,
        queue: int = 128,
        recheck: float = 5.0,
        lasting: float = 60.0,
    ) -> None:
        if graph:
            try:
                iri(graph)
            except ValueError as fault:
                raise UsageError(f"the graph {graph!r} is no address: {fault}") from None
        self.timeout, self.largest = timeout, largest
        self._service, self._graph = Service(url, 2 * size), graph
        # The site's own questions never stand behind those of strangers.
        self._turns = {False: Turns(size, queue), True: Turns(size, queue)}
        self._recheck, self._lasting = recheck, lasting
        self._probing = threading.Lock()
        self._version, self._due = "", float("-inf")
        self._fault: QueryError | None = None

    @property
    def version(self) -> str:
        """The version of the dataset; the last one while the service is out of reach.

        Raises ServiceFailed, QueryTimeout or QueueFull where it has never answered.
        """
        if self._version:
            if time.monotonic() >= self._due and self._probing.acquire(blocking=False):
                threading.Thread(target=self._probe_behind, daemon=True).start()
            return self._version
        with self._probing:
            if not self._version and time.monotonic() >= self._due:
                self._probe()
            if not self._version and self._fault:
                raise self._fault
            return self._version

    def ask(self, request: Request) -> RemoteAnswer:
        """The answer, once the service has said that there is one.

        Raises QuerySyntax, QueryTimeout, QueueFull, ServiceFailed, WorkerDied, Refused or ClientLeft.
        """
        with current_wait() as wait:
            return self._begun(request, wait)

    def _begun(self, request: Request, wait: Wait) -> RemoteAnswer:
        kind, format_ = form(request.query), FORMATS[request.format]
        headers = {
            "Accept": accept(format_, kind),
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "shelfgraph",
        }
        asked = time.monotonic()
        turns = self._turns[request.inside]
        turns.take(asked + self.timeout, wait)
        queued = time.monotonic() - asked
        try:
            exchange = self._service.post(self._body(request), headers, asked + self.timeout, wait)
        except BaseException:
            turns.give()
            raise
        answer = RemoteAnswer(self, exchange, queued, turns.give)
        try:
            answer.begin()
            answer.parts = iter(translated(answer.blocks(), exchange.media_type, format_, kind))
        except BaseException as fault:
            answer.close()
            if wait.deserted and isinstance(fault, ServiceFailed):
                raise ClientLeft from None
            raise
        finally:
            wait.give_up = None
        return answer

    def close(self) -> None:
        """Close the connections that are kept."""
        self._service.close()

    def _probe_behind(self) -> None:
        try:
            self._probe()
        finally:
            self._probing.release()

    def _probe(self) -> None:
        begun = time.monotonic()
        try:
            with self.ask(_PROBE) as answer:
                counted = b"".join(answer)
        except QueryError as fault:
            self._fault = fault
        else:
            period = int(time.time() / self._lasting)
            self._version = hashlib.sha256(b"%s %d" % (counted, period)).hexdigest()[:16]
        now = time.monotonic()
        self._due = now + max(self._recheck, (now - begun) * _PROBE_SHARE)

    def _body(self, request: Request) -> str:
        default = request.default_graphs
        if self._graph and not default and not request.named_graphs and not _names_dataset(request.query):
            default = (self._graph,)
        return urlencode(
            [
                ("query", request.query),
                *(("default-graph-uri", graph) for graph in default),
                *(("named-graph-uri", graph) for graph in request.named_graphs),
            ]
        )


class RemoteAnswer(Answer):
    """The bytes of one answer; leaving it before its end closes the connection."""

    def __init__(self, remote: Remote, exchange: Exchange, queued: float, done: Callable[[], None]) -> None:
        self._remote, self._exchange, self._done = remote, exchange, done
        self._last = exchange.deadline + remote.timeout * _READERS_SHARE
        self._closed = False
        self.queued = queued
        """Seconds that the query waited for its turn."""
        self.parts: Iterator[bytes] = iter(())
        """What is given on, out of the blocks that come."""

    def begin(self) -> None:
        """Raise what the head of the answer means, unless it is success."""
        exchange = self._exchange
        if exchange.status != 200:
            text = exchange.read(_REASON).decode("utf-8", "replace")
            raise _fault(exchange.status, _TAG.sub(" ", text) if "html" in exchange.media_type else text)
        if state := exchange.header("X-SQL-State"):
            # Virtuoso sends the part of an answer that it had when the time was up.
            raise QueryTimeout(f"the service gave the query up (state {state})")

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes as they come.

        Raises QueryTimeout, ServiceFailed or WorkerDied for an answer that is late, cut or too large.
        """
        left = self._remote.largest
        while part := self._exchange.read(_BLOCK):
            left -= len(part)
            if left < 0:
                raise WorkerDied(f"the answer has more than {self._remote.largest:,} bytes; ask for less")
            handed = time.monotonic()
            yield part
            # A slow reader does not use up the time of its query.
            self._exchange.deadline = min(self._exchange.deadline + time.monotonic() - handed, self._last)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes; an answer that is cut, late or too large ends with its exception."""
        try:
            yield from self.parts
        finally:
            self.close()

    def close(self) -> None:
        """Give the answer up, and the turn back."""
        if not self._closed:
            self._closed = True
            self._exchange.close()
            self._done()


def base_of(endpoint: Endpoint) -> str | None:
    """What the addresses of the records begin with, as the records say; None where there is none of ours.

    Raises what the endpoint raises.
    """
    shelf = f'?record <{expand("void:inDataset", "program")}> ?shelf FILTER(STRENDS(STR(?shelf), "/{_SHELF}"))'
    with endpoint.ask(Request(f"SELECT ?shelf {{ {shelf} }} LIMIT 1", "json", inside=True)) as answer:
        found = json.loads(b"".join(answer))["results"]["bindings"]
    return found[0]["shelf"]["value"].removesuffix(_SHELF) if found else None


def _names_dataset(query: str) -> bool:
    return any(word.text == "from" for word in words(query))


def _fault(status: int, reason: str) -> QueryError:
    """What a refusal of the service means.

    >>> fault = _fault(400, "Parse error: line 2, column 5")
    >>> (fault.line, fault.column), type(_fault(503, "")).__name__
    ((2, 5), 'QueryTimeout')
    """
    text = " ".join(reason.split())[:500] or f"status {status}"
    place = _PLACE.search(text)
    if status == 400:
        numbers = [int(number) for number in place.groups() if number] if place else [1, 1]
        return QuerySyntax(text, *numbers)
    if status in {413, 414}:
        return Refused(f"the service refuses the query: {text}")
    if status in {408, 503, 504}:
        return QueryTimeout(f"the service gave the query up: {text}")
    if status == 429:
        return QueueFull(f"the service has too many queries: {text}")
    return ServiceFailed(f"the service failed with status {status}: {text}")
